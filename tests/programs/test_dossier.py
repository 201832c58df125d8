"""The dossier: one paper with all evidence behind dividers, one archive that can be checked."""

import hashlib
import io
import json
import re
import zipfile
from pathlib import Path

import pikepdf
import pytest
from django.http import Http404
from django.utils.translation import override

from portal.papers.answers import AT_ONCE, silent
from portal.papers.orders import Copy, Order, draft_of
from programs.models import SupportingDocument
from programs.papers import packing
from programs.services.statuses import publish
from tests import factories
from tests.papers import letters, not_in_order, pdfium_text, poppler_text, words_missing
from tests.programs.evidence_files import JPEG, PNG, hand_in, hostile_pdf, locked_pdf, pdf_of, picture

ORIGIN = "https://musharaka.example"
LONG = (
    "إعداد قائمة المشاريع التي تم تحديدها من طرف المواطنين خلال جلسات المناطق"
    " عند إعداد البرامج السنوية السابقة و التي تعذر إنجازها لعدم توفر الإعتمادات"
)
MIXED = "Procès-verbal محضر de la séance du 13/11/2021"


@pytest.fixture
def program(nefta, editor):
    """Two phases: files of every kind, one that is lost, documents nobody handed in, a task without any."""
    program = factories.ProgramFactory(municipality=nefta, title_ar="رزنامة إعداد البرنامج")
    first = factories.PhaseFactory(program=program, number=1, title_ar="الأعمال التحضيرية")
    last = factories.PhaseFactory(program=program, number=2, title_ar="الأعمال النهائية")
    decision = document(first, 1, "تكوين خلية إعداد البرنامج", "مقرر إداري في الغرض")
    hand_in(decision, pdf_of("page one", "page two"), "مقرر عدد 12.pdf", uploaded_by=editor)
    listed = document(first, 2, LONG, "")
    listed.title_fr = MIXED
    listed.save()
    hand_in(listed, picture(size=(400, 300)), "photo.jpg", JPEG, is_public=False)
    hand_in(listed, picture("PNG"), "صورة.png", PNG)
    factories.ExpectedDocumentFactory(task=listed.task, position=2, title_ar="صور من مكان التعليق")
    approval = document(last, 1, "المصادقة على البرنامج", "مداولة المجلس البلدي")
    hand_in(approval, locked_pdf(), "locked.pdf")
    lost = hand_in(approval, pdf_of("never seen"), "lost.pdf")
    Path(lost.file.path).unlink()
    hand_in(approval, hostile_pdf(), "hostile.pdf")
    hand_in(approval, b"PK\x03\x04", "table.xlsx", "application/x-other")
    factories.TaskFactory(phase=last, number=2, title_ar="عمل دون وثائق")
    return program


def document(phase, number, task, title):
    row = factories.TaskFactory(phase=phase, number=number, title_ar=task)
    return factories.ExpectedDocumentFactory(task=row, title_ar=title)


def order(program, kind="program-dossier", language="ar", **more) -> Order:
    year = {"year": program.year}
    return Order(kind, program.municipality, year, language, ORIGIN, **more)


def made(asked: Order, advance=silent) -> bytes:
    """The bytes; the temporary file is the test's to remove."""
    path = draft_of(asked).make(advance)
    content = path.read_bytes()
    path.unlink()
    return content


@pytest.fixture
def temporary(tmp_path, monkeypatch):
    """Where temporary files go, to see what is left of them."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(folder))
    return folder


def outlined(pdf: pikepdf.Pdf) -> list[tuple[str, int]]:
    """Every bookmark with the number of its page."""
    found = []

    def walk(items):
        for item in items:
            found.append((item.title, pikepdf.Page(item.destination[0]).index + 1))
            walk(item.children)

    with pdf.open_outline() as outline:
        walk(outline.root)
    return found


@pytest.mark.parametrize(("language", "code", "of"), [("ar", "2-1", "صفحة"), ("fr", "1.2", "Page")])
def test_one_paper_holds_everything_behind_dividers(program, tmp_path, language, code, of):
    said = []
    content = made(order(program, language=language), lambda *said_now: said.append(said_now))
    pdf = pikepdf.open(io.BytesIO(content))
    pages = [letters(text) for text in pages_of(content)]

    # Ours: cover, missing, contents, seven dividers; theirs: 2 + 1 + 1 + 1.
    assert len(pdf.pages) == len(pages) == 15
    dividers = {name: at for at, page in enumerate(pages, 1) if (name := divider_of(page))}
    assert dividers == {
        "12.pdf": 4,
        "photo.jpg": 7,
        "صورة.png": 9,
        "locked.pdf": 11,
        "lost.pdf": 12,
        "hostile.pdf": 13,
        "table.xlsx": 15,
    }
    assert "pageone" in pages[4]
    assert "pagetwo" in pages[5]
    assert "harmlesswords" in pages[13]
    assert letters(code) in pages[6]
    for number in (1, 2, 3, 4, 7, 9, 11, 12, 13, 15):
        assert of in pages[number - 1]
        assert letters(f"{number}") in pages[number - 1]

    # What the contents and the bookmarks name is where they say.
    marks = dict(outlined(pdf))
    assert marks["تكوين خلية إعداد البرنامج"] == 4
    assert marks["المصادقة على البرنامج"] == 11
    assert [at for _title, at in outlined(pdf)][-1] == 15
    contents = [letters(line) for line in pages_of(content)[2].splitlines()]
    for at in dividers.values():
        assert any(line.endswith(str(at)) or line.startswith(str(at)) for line in contents)

    text = poppler_text(content, tmp_path)
    expected = ["صور من مكان التعليق", LONG, "صور من مكان التعليق", "مقرر إداري في الغرض"]
    assert not_in_order(expected, text) == []
    # A reader of an Arabic page puts the parts of a French title with an Arabic word into its own order.
    assert words_missing([MIXED], text) == []

    # Said while it was made: each file, then the setting.
    assert [words for _done, _of, words in said][:2] == ["مقرر عدد 12.pdf", "photo.jpg"]
    assert {of for _done, of, _words in said} == {8}
    assert said[-1][:2] == (8, 8)


def divider_of(page: str) -> str:
    """The name of the file that a page of ours introduces, by the fingerprint on it."""
    digits = re.search(r"[0-9a-f]{32}", page)
    if not digits:
        return ""
    file = SupportingDocument.objects.get(sha256__startswith=digits.group())
    return file.name.split()[-1]


def pages_of(content: bytes) -> list[str]:
    import pypdfium2

    return [page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(content)]


def test_it_claims_only_what_it_is(program):
    pdf = pikepdf.open(io.BytesIO(made(order(program, copy=Copy.ARCHIVE))))
    with pdf.open_metadata() as metadata:
        assert not [name for name in metadata if "pdfua" in name or "pdfaid" in name]
        assert program.municipality.name_ar in metadata["dc:title"]
    assert pdf.Root.MarkInfo.Marked is False
    assert "/EmbeddedFiles" not in pdf.Root.get("/Names", {})
    assert str(pdf.Root.Lang) == "ar"


def test_what_is_not_bound_is_named_with_its_reason(program):
    with override("en"):
        text = pdfium_text(made(order(program, language="en")))
    flat = re.sub(r"\s+", " ", text)
    assert "The file is protected: its pages cannot be taken over. It is in the archive of files." in flat
    assert "The portal’s disk has lost this file: restore it from a backup." in flat
    assert "A file of this type has no pages to print." in flat
    assert "Of 4 expected documents, 1 has no file on the day of the extraction." in flat
    assert "never seen" not in flat
    assert "Everybody" in flat
    assert "The municipality’s own people" in flat


def test_a_program_without_evidence_is_three_pages(nefta):
    empty = factories.ProgramFactory(municipality=nefta)
    content = made(order(empty, language="en"))
    assert len(pages_of(content)) == 3
    assert "The calendar expects no document." in pdfium_text(content)


def test_three_hundred_missing_documents_stay_a_table(nefta):
    program = factories.ProgramFactory(municipality=nefta)
    task = factories.TaskFactory(phase=factories.PhaseFactory(program=program, number=1), number=1)
    for position in range(1, 301):
        factories.ExpectedDocumentFactory(task=task, position=position, title_ar=f"وثيقة رقم {position}")
    pages = pages_of(made(order(program, language="en")))
    listed = [page for page in pages if "Expected document" in page]
    assert len(listed) > 5
    assert all("Session date" in page for page in listed)


def test_large_type_is_on_large_sheets(program):
    pdf = pikepdf.open(io.BytesIO(made(order(program, is_large=True))))
    assert float(pdf.pages[0].MediaBox[3]) > 1000
    assert float(pdf.pages[-1].MediaBox[3]) > 1000


def test_the_archive_can_be_checked_by_anybody(program, publisher, tmp_path):
    publish(program=program, actor=publisher)
    content = made(order(program, "program-dossier-zip"))
    archive = zipfile.ZipFile(io.BytesIO(content))
    assert archive.testzip() is None
    names = archive.namelist()
    assert "1.1_1_مقرر-إداري-في-الغرض_مقرر-عدد-12.pdf" in names
    assert "1.2_2_Procès-verbal-محضر-de-la-séance-du-13-11-2021_صورة.png" in names
    sums = dict(reversed(line.split("  ", 1)) for line in archive.read("SHA256SUMS").decode().splitlines())
    assert set(sums) == set(names) - {"SHA256SUMS"}
    assert all(hashlib.sha256(archive.read(name)).hexdigest() == digest for name, digest in sums.items())
    assert archive.getinfo("manifest.json").compress_type == zipfile.ZIP_DEFLATED
    assert archive.getinfo(names[0]).compress_type == zipfile.ZIP_STORED
    assert archive.read("calendar.pdf").startswith(b"%PDF")
    assert json.loads(archive.read("calendar.json"))["program"]["year"] == program.year
    entries = json.loads(archive.read("register/entries.json"))["entries"]
    (entry,) = [entry for entry in entries if entry["object_type"] == "programs.program"]
    kept = archive.read(f"register/{entry['number']}.json")
    assert hashlib.sha256(kept).hexdigest() == entry["content_sha256"]


def test_the_manifest_says_what_each_file_is_and_names_nobody(program, editor):
    archive = zipfile.ZipFile(io.BytesIO(made(order(program, "program-dossier-zip"))))
    text = archive.read("manifest.json").decode()
    manifest = json.loads(text)
    assert (manifest["expected_documents"], manifest["missing_documents"]) == (4, 1)
    first = manifest["tasks"][0]["documents"][0]["files"][0]
    assert first["received_from"] == ["editor"]
    assert first["is_unchanged"] is True
    assert first["name"] == "مقرر عدد 12.pdf"
    assert editor.name not in text
    assert editor.email not in text
    lost = next(
        file
        for task in manifest["tasks"]
        for slot in task["documents"]
        for file in slot["files"]
        if file["name"] == "lost.pdf"
    )
    assert (lost["file"], lost["is_unchanged"]) == (None, None)
    # A draft has no public paper and no entry in the register.
    assert "calendar.pdf" not in archive.namelist()
    assert not [name for name in archive.namelist() if name.startswith("register/")]
    assert "staff/programs/2022/preview" in manifest["page"]


def test_a_file_changed_on_the_disk_is_told_in_both(program):
    file = SupportingDocument.objects.get(name="hostile.pdf")
    Path(file.file.path).write_bytes(pdf_of("tampered"))
    text = pdfium_text(made(order(program, language="en")))
    assert "is not the one that was handed in" in text
    assert "tampered" not in text
    archive = zipfile.ZipFile(io.BytesIO(made(order(program, "program-dossier-zip"))))
    assert '"is_unchanged": false' in archive.read("manifest.json").decode()


def test_nothing_stays_where_making_failed(program, temporary, monkeypatch):
    def fail(*_given, **_named):
        raise RuntimeError

    monkeypatch.setattr("programs.papers.dossier.print_page", fail)
    with pytest.raises(RuntimeError):
        made(order(program))
    monkeypatch.setattr("programs.papers.dossier.json_file", fail)
    with pytest.raises(RuntimeError):
        made(order(program, "program-dossier-zip"))
    assert list(temporary.iterdir()) == []


def test_replaced_files_are_left_to_their_history(program):
    old, new = SupportingDocument.objects.filter(name__in=["photo.jpg", "صورة.png"]).order_by("pk")
    SupportingDocument.objects.filter(pk=old.pk).update(replaced_by=new)
    names = zipfile.ZipFile(io.BytesIO(made(order(program, "program-dossier-zip")))).namelist()
    assert not [name for name in names if "photo" in name]


@pytest.mark.parametrize(
    ("parts", "name"),
    [
        (("PV", "a/b:c*?.pdf"), "1.1_1_PV_a-b-c.pdf"),
        (("", "..\\..\\x.PDF"), "1.1_1_x.pdf"),
        (("محضر\u200f جلسة\n", "con.txt"), "1.1_1_محضر-جلسة_con.txt"),
        (("PV", "no ending "), "1.1_1_PV_no-ending"),
        (("PV", "a\u202egpj.exe"), "1.1_1_PV_a-gpj.exe"),
    ],
)
def test_names_are_good_on_every_system(parts, name):
    assert packing.member_name("1.1_1", *parts, suffix_of=parts[-1]) == name


def test_long_names_are_cut_but_keep_their_ending():
    name = packing.member_name("1.1_1", "محضر" * 50, "تقرير" * 50 + ".pdf", suffix_of="تقرير" * 50 + ".pdf")
    assert name.endswith(".pdf")
    assert len(name.encode()) <= 200


ADDRESSES = ["dossier.pdf", "dossier.zip", "evaluation.pdf", "evaluation.zip"]


@pytest.mark.parametrize("name", ADDRESSES)
def test_it_is_for_members_and_made_by_the_worker(client, program, name, editor, stranger):
    address = f"/ar/m/nefta/staff/programs/2022/{name}"
    assert client.get(address).status_code == 302
    client.force_login(stranger)
    assert client.get(address).status_code == 404
    client.force_login(editor)
    response = client.get(address)
    assert response.status_code == 200
    assert response["Content-Type"].startswith("text/html")
    assert response["Cache-Control"] == "private, no-store"
    assert client.get(address.replace("2022", "2021")).status_code == 404


def test_long_enough_for_the_worker_even_without_files(nefta):
    empty = factories.ProgramFactory(municipality=nefta)
    draft = draft_of(order(empty))
    assert draft.pages > AT_ONCE
    assert draft.back.endswith("/staff/programs/2022/papers/")


@pytest.mark.parametrize("arguments", [{}, {"year": "next"}, {"year": 1999}])
def test_arguments_are_not_trusted(program, arguments):
    asked = Order("program-dossier", program.municipality, arguments, "ar", ORIGIN)
    with pytest.raises(Http404):
        draft_of(asked)


def test_another_municipality_has_its_own_programs_only(program, kenitra):
    asked = Order("program-dossier", kenitra, {"year": program.year}, "ar", ORIGIN)
    with pytest.raises(Http404):
        draft_of(asked)
