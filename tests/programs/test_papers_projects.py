"""Project cards, money, provisional calendar and diagnosis on paper: read back as readers read them."""

import datetime
import io
import json
import re
from decimal import Decimal
from functools import cache

import pikepdf
import pytest
import time_machine
from django.db import connection
from django.http import Http404
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.translation import override

from portal.papers.answers import silent
from portal.papers.orders import Copy, Order, draft_of
from portal.pdf.press import patience, render_pdf
from programs.models import Envelope, ProjectCard
from programs.papers.cards import read_cards
from programs.papers.money import newness_rows, sums_of
from programs.services.statuses import withdraw
from tests import factories
from tests.papers import letters, not_in_order, pdfium_text, poppler_text, words_missing
from tests.programs.printed_projects import LONG_TITLE, REASON, card_of, many_steps, program_to_print
from tests.programs.project_rows import CardFactory, at_stage

NOON = datetime.datetime(2022, 7, 1, 12, tzinfo=datetime.UTC)
KINDS = ("program-cards", "program-card", "program-money", "program-schedule", "program-diagnosis")
ROUTES = {kind: f"{kind}-pdf" for kind in KINDS}


@cache
def print_once(html: str, archive: bool, is_large: bool, attachments: tuple) -> bytes:
    """The same page gives the same bytes (test_render), so each is printed once for all tests."""
    return render_pdf(html=html, archive=archive, is_large=is_large, attachments=attachments)


@pytest.fixture(autouse=True)
def sent(monkeypatch):
    """What is sent to the press, without a press."""
    pages = []

    def take(*, html, archive=False, is_large=False, attachments=()):
        pages.append((re.sub(r"\s+", " ", html), attachments))
        return b"%PDF-"

    monkeypatch.setattr("portal.papers.pages.render_pdf", take)
    return pages


@pytest.fixture
def _press(sent, monkeypatch):
    def once(*, html, archive=False, is_large=False, attachments=()):
        return print_once(html, archive, is_large, tuple(attachments))

    monkeypatch.setattr("portal.papers.pages.render_pdf", once)


@pytest.fixture(autouse=True)
def _noon():
    with time_machine.travel(NOON, tick=False):
        yield


@pytest.fixture
def program(nefta):
    return program_to_print(nefta)


def order(program, kind, language="ar", **kwargs) -> Order:
    arguments = {"year": program.year} | (
        {"number": kwargs.pop("number", 1)} if kind == "program-card" else {}
    )
    return Order(kind, program.municipality, arguments, language, "https://musharaka.example", **kwargs)


def printed(program, kind, language="ar", **kwargs) -> bytes:
    asked = order(program, kind, language, **kwargs)
    with override(language):
        return draft_of(asked).make(silent)


def opened(content: bytes) -> pikepdf.Pdf:
    return pikepdf.open(io.BytesIO(content))


def path(program, kind, language="ar", **kwargs) -> str:
    where = {"slug": program.municipality.slug, "year": program.year}
    if kind == "program-card":
        where["number"] = kwargs.pop("number", 1)
    with override(language):
        return reverse(ROUTES[kind], kwargs=where | kwargs)


TEXTS = {
    "program-cards": [LONG_TITLE, "تنوير المحطة", "84\u202f500,250", LONG_TITLE, "نهج 1", "تنوير المحطة"],
    "program-card": [
        LONG_TITLE,
        "الحي الشمالي",
        "نهج 1",
        "Rue 2",
        "نهج 4",
        "طريق المدرسة",
        "24\u202f500,125",
        "60\u202f000,125",
        "84\u202f500,250",
        "أشغال التعبيد",
        "40%",
        "تأخر التسليم",
        "retard",
        REASON,
    ],
    "program-money": [
        "120\u202f000,500",
        "9/2021",
        "84\u202f500,250",
        "35\u202f500,250",
        "120\u202f000,500",
        "الحي الشمالي",
        "90\u202f000,500",
        "30\u202f000,000",
        "120\u202f000,500",
        "نصف المورد حسب عدد السكان",
        "18,367",
    ],
    "program-schedule": [LONG_TITLE, "أشغال التعبيد", "القبول", "تنوير المحطة", LONG_TITLE, "35%"],
    "program-diagnosis": [
        "الحي الشمالي",
        "7,25",
        "12",
        "حسب المسح",
        "السوق اليومية",
        "تبليط الأرضية",
        "96\u202f000,500",
        "المعاليم",
        "182\u202f400,250",
        "324,000",
        "32,4%",
    ],
}


def words(items: list[str]) -> list[str]:
    """Without the signs between, which readers turn round where both directions meet."""
    return [re.sub(r"[^\w\s%]", " ", item) for item in items]


_MONEY = TEXTS["program-money"]
SIDE_BY_SIDE = [_MONEY[:2], _MONEY[2:5], _MONEY[5:9], _MONEY[9:]]


@pytest.mark.usefixtures("_press")
@pytest.mark.parametrize("kind", KINDS)
def test_what_a_paper_says_is_read_back_in_order(program, kind, tmp_path):
    content = printed(program, kind)
    text = poppler_text(content, tmp_path)
    # Two tables stand side by side on the paper of money, and are read line by line over both.
    chains = SIDE_BY_SIDE if kind == "program-money" else [TEXTS[kind]]
    assert [not_in_order(chain, text) for chain in chains] == [[] for _chain in chains]
    assert words_missing(words(TEXTS[kind]), pdfium_text(content)) == []


@pytest.mark.usefixtures("_press")
@pytest.mark.parametrize("kind", ["program-card", "program-money", "program-diagnosis"])
def test_in_french_what_is_in_arabic_stays_so(program, kind, tmp_path):
    text = poppler_text(printed(program, kind, "fr"), tmp_path)
    assert words_missing(words([item for item in TEXTS[kind] if "%" not in item]), text) == []
    assert "Extrait le 1er juillet 2022" in text
    assert "musharaka.example/fr/m/nefta/programs/2022/" in text


@pytest.mark.usefixtures("_press")
def test_each_card_has_a_page_a_bookmark_and_a_line_in_the_list(program, tmp_path):
    content = printed(program, "program-cards")
    with opened(content) as pdf, pdf.open_outline() as outline:
        titles = [letters(item.title) for item in outline.root[0].children]
    assert titles == [letters(LONG_TITLE), letters("تنوير المحطة")]
    listed, first, second = poppler_text(content, tmp_path).rstrip("\f").split("\f")
    assert words_missing(["تنوير المحطة"], listed) == words_missing(["تنوير المحطة"], second) == []
    assert not_in_order([LONG_TITLE, REASON], first) == []


@pytest.mark.usefixtures("_press")
def test_the_archive_copy_of_a_paper_carries_its_data(program):
    with opened(printed(program, "program-money", copy=Copy.ARCHIVE)) as pdf:
        (spec,) = pdf.attachments.values()
        assert json.loads(spec.get_file().read_bytes())["resources"]["total"] == "120000.500"


@pytest.mark.usefixtures("_press")
def test_large_type_is_on_larger_sheets(program):
    with opened(printed(program, "program-schedule", is_large=True)) as pdf:
        assert pdf.pages[0].mediabox[2] > 1100


# What goes to the press


def test_a_card_that_was_not_retained_has_a_paper_of_its_own_alone(program, sent):
    printed(program, "program-card", number=3)
    printed(program, "program-cards")
    (alone, _), (together, _) = sent
    assert "غراسة الساحة" in alone
    assert "لم يكن له اعتماد" in alone
    assert "غراسة الساحة" not in together


def test_what_was_recorded_before_the_last_time_is_not_printed(program, sent):
    for kind in ("program-card", "program-schedule"):
        printed(program, kind)
        assert "تأخر التسليم" in sent[-1][0]
        assert "قديم" not in sent[-1][0]


def test_what_nobody_stated_is_said_in_words(program, sent):
    printed(program, "program-card", "en", number=2)
    page, _ = sent[-1]
    assert "The whole municipality" in page
    assert '<th scope="row">Estimated cost</th><td>not stated</td>' in page
    assert '<th scope="row">Streets</th><td colspan="3">not stated</td>' in page


def test_steps_that_are_not_stated_leave_the_whole_project(program, sent):
    printed(program, "program-schedule", "en")
    assert "The whole project" in sent[-1][0]
    assert "its steps are not stated" in sent[-1][0]


def data_of(program, sent, kind) -> dict:
    printed(program, kind, copy=Copy.ARCHIVE)
    (attachment,) = sent[-1][1]
    return json.loads(attachment.content)


def test_the_data_are_those_of_the_public_page(program, sent):
    data = data_of(program, sent, "program-cards")
    assert (data["municipality"]["slug"], data["year"], data["currency"]) == ("nefta", 2022, "TND")
    assert [project["number"] for project in data["projects"]] == [1, 2]
    first = data["projects"][0]
    assert (first["cost"], first["progress"]["percent"]) == ("84500.250", 35)
    assert [version["reason"] for version in first["versions"]] == ["", REASON, ""]
    assert first["needs"] == [{"asked_in": 2020, "title_ar": "طريق المدرسة", "title_fr": ""}]


@pytest.mark.parametrize("kind", KINDS)
def test_no_data_are_of_what_the_public_may_not_read(program, sent, kind):
    told = json.dumps(data_of(program, sent, kind), ensure_ascii=False)
    assert "مقترح داخلي" not in told
    printed(program, kind)
    assert "مقترح داخلي" not in sent[-1][0]
    assert not sent[-1][1], "a reading copy carries nothing"


def test_each_paper_carries_what_it_shows(program, sent):
    assert len(data_of(program, sent, "program-schedule")["projects"][0]["steps"]) == 2
    diagnosis = data_of(program, sent, "program-diagnosis")["diagnosis"]
    assert diagnosis["facilities"][0]["cost"] == "96000.500"


# Who may have them


@pytest.mark.parametrize("kind", KINDS)
def test_anybody_may_have_a_paper_and_keep_it_until_something_changes(client, program, kind):
    response = client.get(path(program, kind))
    assert (response.status_code, response["Content-Type"]) == (200, "application/pdf")
    again = client.get(path(program, kind), headers={"If-None-Match": response["ETag"]})
    assert again.status_code == 304


@pytest.mark.parametrize("kind", KINDS)
def test_there_is_no_paper_of_a_draft_nor_under_another_town(client, program, kenitra, kind):
    foreign = path(program, kind).replace("/nefta/", f"/{kenitra.slug}/")
    assert client.get(foreign).status_code == 404
    withdraw(program=program, actor=None)
    assert client.get(path(program, kind)).status_code == 404


@pytest.mark.parametrize("kind", KINDS)
def test_there_is_no_paper_where_there_is_nothing_to_print(nefta, kind):
    empty = factories.ProgramFactory(municipality=nefta, year=2023, published=True)
    CardFactory(program=empty, number=1)
    with pytest.raises(Http404):
        draft_of(order(empty, kind))


@pytest.mark.parametrize("number", [4, 99])
def test_a_proposal_has_no_card_to_print(program, number):
    with pytest.raises(Http404):
        draft_of(order(program, "program-card", number=number))


@pytest.mark.parametrize("kind", KINDS)
def test_a_paper_costs_the_same_queries_whatever_its_length(program, kind):
    def queries() -> int:
        with CaptureQueriesContext(connection) as found:
            printed(program, kind)
        return len(found)

    before = queries()
    many_steps(program, projects=2, steps=2)
    assert queries() == before


# Many


def test_many_cards_are_made_by_the_worker(client, program):
    many_steps(program, projects=9, steps=1)
    response = client.get(path(program, "program-cards"))
    assert (response["Content-Type"], response["Cache-Control"]) == (
        "text/html; charset=utf-8",
        "private, no-store",
    )


@pytest.mark.usefixtures("_press")
def test_a_calendar_of_300_steps_repeats_its_head_on_each_page_and_splits_no_step(program, tmp_path):
    many_steps(program, projects=50, steps=6)
    asked = order(program, "program-schedule")
    with override("ar"):
        draft = draft_of(asked)
        with patience(200):
            content = draft.make(silent)
    with opened(content) as pdf:
        pages = len(pdf.pages)
    assert 10 < pages <= draft.pages <= 1.5 * pages
    sheets = poppler_text(content, tmp_path).split("\f")[:pages]
    with override("ar"):
        assert all(not words_missing(["البداية", "النهاية"], sheet) for sheet in sheets[:-2])
    steps = [f"الخطوة {step} من {number}" for number in range(100, 150) for step in range(1, 7)]
    assert [step for step in steps if not any(not words_missing([step], sheet) for sheet in sheets)] == []


# Readings


@pytest.mark.parametrize(("count", "length"), [(110, ""), (111, "long"), (281, "longest")])
def test_long_titles_are_set_smaller(program, count, length):
    ProjectCard.objects.filter(program=program, number=4).update(title_ar="ت" * count)
    cards = ProjectCard.objects.filter(pk=card_of(program, 4).pk).for_list_page().for_schedule_page()
    (card,) = read_cards(program, cards, order=order(program, "program-cards"), with_drafts=True)
    assert card.length == length


def test_a_card_taken_up_again_is_shown_as_it_stands_to_members_alone(program):
    card = at_stage(card_of(program, 3), "take-up", reason="أعيد النظر فيه")
    ProjectCard.objects.filter(pk=card.pk).update(title_ar="غراسة أخرى")
    cards = ProjectCard.objects.filter(pk=card.pk).for_list_page().for_schedule_page()
    (shown,) = read_cards(program, cards, order=order(program, "program-cards"), with_drafts=True)
    assert (str(shown.facts.title), shown.version, shown.qr_svg) == ("غراسة أخرى", None, "")


def test_both_sums_are_those_of_the_lines(program):
    sums = sums_of(program.envelope)
    assert sums.do_agree
    assert sums.by_category == sums.by_zone == Decimal("120000.500")


@pytest.mark.parametrize(
    ("by_category", "by_zone", "gaps"),
    [
        ({}, {}, (0, 0)),
        ({"roads": "90.000"}, {}, (-10, 0)),
        ({"roads": "100.000"}, {"1": "100.001"}, (0, Decimal("0.001"))),
    ],
)
def test_a_breakdown_that_is_missing_or_differs_is_said(by_category, by_zone, gaps):
    sums = sums_of(Envelope(total=Decimal(100), by_category=by_category, by_zone=by_zone))
    assert not sums.do_agree
    assert (sums.category_gap, sums.zone_gap) == gaps


def test_new_and_continuing_projects_are_counted_and_what_is_not_stated_is_said(program):
    cards = ProjectCard.objects.of(program).published().kept()
    rows = [(row.projects, row.cost, row.without_cost) for row in newness_rows(cards)]
    assert rows == [(1, Decimal("84500.250"), 0), (1, None, 1), (2, Decimal("84500.250"), 1)]
    assert newness_rows([]) == []
