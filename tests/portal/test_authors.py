"""Whom a document names is found in what programs write, within limits, and told to the staff."""

from operator import attrgetter
from types import SimpleNamespace

import pytest
from django.core.cache import cache
from django.core.files.base import ContentFile
from django.utils.translation import override

from portal.files import authors
from portal.files.authors import LONGEST_NAME, MOST_NAMES, authors_of, authors_told
from portal.files.uploads import DOCX, PDF, XLSX
from tests.trust.hostile_files import package
from tests.trust.signed_files import AUTHOR, anonymous_documents, documents

KINDS = {"docx": DOCX, "xlsx": XLSX, "pdf": PDF}


@pytest.fixture(autouse=True)
def _forgotten():
    cache.clear()


def row(name, content, kind=""):
    kind = kind or KINDS[name.rpartition(".")[2]]
    return SimpleNamespace(name=name, file=ContentFile(content, name), content_type=kind, sha256=name)


def core(inside):
    return package(DOCX, docProps__core_0_xml=f"<cp:coreProperties>{inside}</cp:coreProperties>")


@pytest.mark.parametrize("document", documents(), ids=attrgetter("name"))
def test_the_author_is_found(document):
    assert authors_of(row(document.name, document.content)) == [AUTHOR]


@pytest.mark.parametrize("document", anonymous_documents(), ids=attrgetter("name"))
def test_who_names_nobody_names_nobody(document):
    assert authors_of(row(document.name, document.content)) == []


@pytest.mark.parametrize("content", [b"", b"PK", b"%PDF-1.4 /Author", b"%PDF /Author (", b"%PDF /Author <zz"])
@pytest.mark.parametrize("ending", KINDS)
def test_a_damaged_file_names_nobody(ending, content):
    assert authors_of(row(f"a.{ending}", content)) == []


def test_a_lost_file_names_nobody(tmp_path):
    lost = row("a.pdf", b"")
    lost.file = SimpleNamespace(name="x", open=lambda mode: (tmp_path / "x").open(mode))
    assert authors_of(lost) == []


def test_a_picture_names_nobody_as_it_is_cleaned():
    assert authors_of(row("a.png", b"/Author (x)", "image/png")) == []


def test_what_is_locked_is_no_text():
    assert authors_of(row("a.pdf", b"%PDF-1.4 /Author (x) /Encrypt 3 0 R")) == []


def test_parentheses_within_a_name():
    assert authors_of(row("a.pdf", rb"%PDF-1.4 /Author (A \(b\) (c) \\ d)")) == [r"A (b) (c) \ d"]


def test_names_are_one_visible_line_and_few():
    people = "".join(f"<dc:creator>{n}\u202e\n{'x' * 300}</dc:creator>" for n in range(9))
    found = authors_of(row("a.docx", core(people)))
    assert found == [f"{n} {'x' * 300}"[:LONGEST_NAME] for n in range(MOST_NAMES)]


def test_a_name_is_looked_for_once(monkeypatch):
    read = []
    monkeypatch.setattr(authors, "_read", lambda found: read.append(found) or ["A"])
    assert [authors_of(row("a.pdf", b"")) for _ in range(3)] == [["A"]] * 3
    assert len(read) == 1


def test_what_is_told_of_several():
    named = row("a.docx", core("<dc:creator>Amel</dc:creator><cp:lastModifiedBy>Sami</cp:lastModifiedBy>"))
    with override("en"):
        told = authors_told([row("b.pdf", b"%PDF-1.4"), named])
    people = "\u2068Amel\u2069, \u2068Sami\u2069"
    assert told == f"“\u2068a.docx\u2069” names as its author: {people}. Whoever fetches it reads that."
    assert authors_told([]) == ""
