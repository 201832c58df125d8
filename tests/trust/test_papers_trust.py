"""Papers that everybody can read, that say what they are, and nothing of the machine that made them."""

from __future__ import annotations

import datetime
import io
import re
import unicodedata
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pikepdf
import pytest
import time_machine
from django.conf import settings as django_settings
from django.utils import timezone
from django.utils.translation import override
from lxml import html as lxml_html

from consultations.models import Consultation
from portal.dispatches.models import Dispatch
from portal.locales import long_date
from portal.meetings.models import Meeting
from portal.municipalities.models import Municipality
from portal.papers.orders import Copy, Order, draft_of
from portal.pdf import render
from portal.publications.models import Publication
from tests.papers import letters, pdfium_text, poppler_text
from tests.trust.paper_rules import barriers_of, opened, tells_of_machine

pytestmark = pytest.mark.django_db(transaction=True)

ORIGIN = "https://portal.example"
LANGUAGES = ("ar", "fr")
FEW = ["program-calendar", "consultation-report", "meeting-minutes", "certificate"]
# What never changes says no day on which it was made.
WITHOUT_DAY = {"certificate"}
# Into these go files that people handed in, as they are: the whole makes no claim to be tagged.
WITH_FILES = {"program-dossier", "program-evaluation", "council-pack"}
_CLAIM = re.compile("not tagged|it does not say|is not in the structure|is not within it")
_WORD = re.compile(r"[^\W_]+")


@dataclass(frozen=True)
class Paper:
    """One that was made, and the pages that it was made from."""

    order: Order
    content: bytes
    pages: tuple[str, ...]

    @property
    def name(self) -> str:
        return f"{self.order.kind} ({self.order.language})"


@pytest.fixture
def press(demo, monkeypatch) -> Callable[[Order], Paper]:
    """Make papers within this process, and keep the pages they are made from."""
    pages: list[str] = []

    def render_pdf(**how: Any) -> bytes:
        pages.append(how["html"])
        return render.render_pdf(**how)

    monkeypatch.setattr("portal.papers.pages.render_pdf", render_pdf)

    def press(order: Order) -> Paper:
        pages.clear()
        with override(order.language):
            made = draft_of(order).make(lambda *_steps: None)
        content = made.read_bytes() if isinstance(made, Path) else made
        return Paper(order, content, tuple(pages))

    return press


def arguments_of(town: Municipality) -> dict[str, dict[str, Any]]:
    """For each kind of paper something of the demo that it can be about."""
    told = Meeting.objects.filter(municipality=town, minutes__is_public=True).latest("pk")
    coming = Meeting.objects.filter(municipality=town, is_public=True).latest("starts_at")
    year = {"year": 2026}
    return {
        **{f"program-{kind}": {"year": 2027} for kind in ("calendar", "progress", "cards", "money")},
        **{f"program-{kind}": {"year": 2027} for kind in ("schedule", "diagnosis")},
        "program-card": {"year": 2027, "number": 1},
        "program-dossier": year,
        "program-evaluation": year,
        "plan-booklet": {"plan": "openness"},
        "project-sheet": {"plan": "openness", "number": 3},
        "consultation-report": {
            "number": Consultation.objects.filter(municipality=town).earliest("number").number
        },
        **{f"meeting-{kind}": {"pk": coming.pk} for kind in ("invitation", "poster")},
        **{f"meeting-{kind}": {"pk": told.pk} for kind in ("attendance", "minutes", "minutes-draft")},
        "council-pack": {"pk": told.pk},
        "dispatch-list": {"pk": Dispatch.objects.filter(municipality=town).latest("pk").pk},
        "certificate": {"number": Publication.objects.of(town).latest("number").number},
    }


def orders(trust: Any) -> list[Order]:
    """All kinds of paper that are PDF files, in both languages; few of them where this run is a quick one."""
    town = Municipality.objects.get(slug="exemple")
    found = arguments_of(town)
    kinds = [kind for kind in django_settings.PAPERS if not kind.endswith(("-zip", "-docx"))]
    assert not [kind for kind in kinds if kind not in found], "a kind of paper that nobody checks"
    return [
        Order(kind, town, found[kind], language, ORIGIN)
        for kind in (kinds if trust.is_full else FEW)
        for language in LANGUAGES
    ]


def changed(content: bytes, change: Callable[[pikepdf.Pdf], None]) -> bytes:
    out = io.BytesIO()
    with opened(content) as pdf:
        change(pdf)
        pdf.save(out)
    return out.getvalue()


def _kinds(pdf: pikepdf.Pdf, kind: str) -> list[pikepdf.Dictionary]:
    every = (thing for thing in pdf.objects if isinstance(thing, pikepdf.Dictionary))
    return [thing for thing in every if thing.get("/S") == pikepdf.Name(kind)]


def _unembedded(pdf: pikepdf.Pdf) -> None:
    for thing in pdf.objects:
        if isinstance(thing, pikepdf.Dictionary) and "/FontFile2" in thing:
            del thing["/FontFile2"]


def _without_words(pdf: pikepdf.Pdf) -> None:
    for figure in _kinds(pdf, "/Figure"):
        del figure["/Alt"]


def _without_scope(pdf: pikepdf.Pdf) -> None:
    for head in _kinds(pdf, "/TH"):
        del head["/A"]


def _without_language(pdf: pikepdf.Pdf) -> None:
    del pdf.Root["/Lang"]


def _deep(pdf: pikepdf.Pdf) -> None:
    _kinds(pdf, "/H1")[0].S = pikepdf.Name("/H3")


BROKEN = {
    "fonts that are not within it": _unembedded,
    "pictures without words": _without_words,
    "heads of tables that head nothing": _without_scope,
    "no language": _without_language,
    "headings out of order": _deep,
}


def test_accessible(trust, press):
    check = trust(56, "Accessible papers", target="0 faults in every kind of paper in ar and fr")
    papers = [press(order) for order in orders(trust)]
    found = [
        f"{paper.name}: {fault}"
        for paper in papers
        for fault in barriers_of(paper.content, paper.order.language)
        if not (paper.order.kind in WITH_FILES and _CLAIM.search(fault))
    ]
    whole = papers[0]
    for name, change in BROKEN.items():
        check.catches(name, bool(barriers_of(changed(whole.content, change), whole.order.language)))
    untagged = render.render_pdf(html=whole.pages[0], is_tagged=False)
    check.catches("a paper without tags", bool(barriers_of(untagged, whole.order.language)))
    sheets = sum(len(opened(paper.content).pages) for paper in papers)
    check.holds(
        not found and papers, f"{len(found)} faults in {len(papers)} papers of {sheets} pages{told(found)}"
    )


def told(found: list[str]) -> str:
    return "".join(f"\n    {line}" for line in dict.fromkeys(found))[:3000]


def plain(text: str) -> str:
    """Without spaces, direction marks and vowel marks: readers put these in their own places."""
    return "".join(letter for letter in letters(text) if not unicodedata.combining(letter))


def words_of(page: str) -> list[str]:
    """The words and figures that a page shows, without brackets, stops and what stands in its drawings.

    Of a bracket or a stop between two directions each reader of the file has an opinion of its own.
    """
    body = lxml_html.fromstring(page.encode(), parser=lxml_html.HTMLParser(encoding="utf-8")).find("body")
    # What later sheets repeat, which not every paper has, is left out too.
    for other in body.xpath("//svg | //*[@class='running']"):
        other.drop_tree()
    return [word for text in body.itertext() for part in text.split() for word in _WORD.findall(plain(part))]


def printed_words(paper: Paper) -> list[str]:
    """The words of its pages; of one that was laid out twice, to count its sheets, those of the last time."""
    pages = [Counter(words_of(page)) for page in paper.pages]
    last = [
        page
        for place, page in enumerate(pages)
        if not any((page - later).total() <= page.total() / 20 for later in pages[place + 1 :])
    ]
    return [word for page in last for word in page.elements()]


def test_read_back(trust, press, tmp_path):
    check = trust(57, "Papers read back", target="every word and figure as it was written, letter for letter")
    lost, count, mixed = [], 0, 0
    for order in orders(trust):
        paper = press(order)
        # Two readers: each of them has lines that it takes apart where a vowel mark stands.
        text = plain(poppler_text(paper.content, tmp_path)) + plain(pdfium_text(paper.content))
        words = printed_words(paper)
        lost += [f"{paper.name}: {word}" for word in words if word not in text]
        count += len(words)
        mixed += sum(any(letter.isdigit() for letter in word) for word in words)
    turned = render.render_pdf(html=paper.pages[0].replace("</body>", "<p>ةطفن ةيدلب</p></body>"))
    text = letters(poppler_text(turned, tmp_path)) + letters(pdfium_text(turned))
    check.catches("words set from the wrong side", letters("بلدية نفطة") not in text and "ةطفن" in text)
    check.holds(
        not lost and count > 1000, f"{len(lost)} lost of {count} words, {mixed} with figures{told(lost)}"
    )


def test_what_it_says_of_itself(trust, press, tmp_path):
    target = (
        "the same bytes twice; its address, its day and its entry of the register; nothing of the machine"
    )
    check = trust(58, "What a paper says of itself", target=target)
    found, sealed, papers = [], 0, orders(trust)
    with time_machine.travel(timezone.now(), tick=False):
        first = press(papers[0])
        for order in papers:
            paper = press(order)
            found += [f"{paper.name}: differs"] if press(order).content != paper.content else []
            found += [f"{paper.name}: tells {word}" for word in tells_of_machine(paper.content)]
            found += lacks(paper, tmp_path)
            sealed += any("m-seal" in page or "register" in page or "السجل" in page for page in paper.pages)
        archive = press(replace(papers[0], copy=Copy.ARCHIVE))
    found += [f"{archive.name}, archive copy: tells {word}" for word in tells_of_machine(archive.content)]

    def told_path(pdf: pikepdf.Pdf) -> None:
        pdf.docinfo["/Creator"] = f"{django_settings.PROJECT_DIR}/manage.py"

    check.catches(
        "a path among what it says of itself", bool(tells_of_machine(changed(paper.content, told_path)))
    )
    with time_machine.travel(timezone.now() + datetime.timedelta(days=40), tick=False):
        today = press(papers[0])
        check.catches("a paper that says another day", bool(lacks(first, tmp_path)))
        check.catches("a paper that is made differently", first.content != today.content)
    figure = f"{len(found)} faults in {len(papers)} papers made twice, {sealed} with an entry of the register"
    check.holds(not found and papers and sealed, figure + told(found))


def lacks(paper: Paper, tmp_path: Path) -> list[str]:
    """What a paper should say of itself, and does not."""
    text, town = letters(poppler_text(paper.content, tmp_path)), paper.order.municipality
    day = long_date(town.today(), town.country, paper.order.language)
    wanted = [paper.order.origin] + ([] if paper.order.kind in WITHOUT_DAY else [day])
    return [f"{paper.name}: without {word}" for word in wanted if letters(word) not in text]
