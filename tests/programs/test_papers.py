"""The official table on paper: whole, readable by machines, in either direction."""

import datetime
import io
import json
import re
from functools import cache
from pathlib import Path

import pikepdf
import pytest
import time_machine
from django.utils.translation import override

from portal.pdf.render import render_pdf
from programs.models import DelayRule, Program, Task
from programs.papers.calendar import calendar_paper
from tests import factories
from tests.papers import not_in_order, pdfium_text, poppler_text, words_missing

EXPECTED = Path(__file__).parent / "expected" / "nefta-2022.json"
LIVE = "https://musharaka.example/ar/m/nefta/programs/2022/"


def read() -> dict:
    return json.loads(EXPECTED.read_text(encoding="utf-8"))


@pytest.fixture
def program(nefta):
    """The calendar of Nefta as its document states it, with its legal delay."""
    source, tasks = read(), {}
    program = factories.ProgramFactory(municipality=nefta, title_ar=source["program"]["title"])
    for row in source["phases"]:
        phase = factories.PhaseFactory(
            program=program, number=row["number"], title_ar=row["title"], label=row["label"]
        )
        for item in row["tasks"]:
            day = datetime.date.fromisoformat(item["session_date"])
            task = factories.TaskFactory(
                phase=phase, number=item["number"], title_ar=item["title"], session_date=day
            )
            tasks[f"{phase.number}.{task.number}"] = task
            for position, title in enumerate(item["documents"], 1):
                factories.ExpectedDocumentFactory(task=task, position=position, title_ar=title)
    for rule in source["delay_rules"]:
        factories.DelayRuleFactory(
            from_task=tasks[rule["from"]], to_task=tasks[rule["to"]], min_days=rule["min_days"]
        )
    return program


@cache
def print_once(html: str) -> bytes:
    """The same page gives the same bytes (test_render), so each is printed once for all tests."""
    return render_pdf(html=html)


@pytest.fixture(autouse=True)
def _printer(monkeypatch):
    monkeypatch.setattr("programs.papers.calendar.render_pdf", lambda *, html: print_once(html))


def printed(program: Program, language: str = "ar") -> bytes:
    with override(language):
        row = Program.objects.for_calendar_page().get(pk=program.pk)
        return calendar_paper(row, program.municipality, heading="رزنامة 2022", live_url=LIVE)


@pytest.fixture
def laid_out(_printer, monkeypatch):
    """The page that goes to the printer, with each run of spaces as one."""
    monkeypatch.setattr("programs.papers.calendar.render_pdf", lambda *, html: html)

    def lay_out(program: Program, language: str = "en") -> str:
        with time_machine.travel(datetime.datetime(2026, 11, 22, 12, tzinfo=datetime.UTC), tick=False):
            page = printed(program, language)
        return re.sub(r"\s+", " ", page).replace('<bdi dir="ltr">', "").replace("</bdi>", "")

    return lay_out


def opened(content: bytes) -> pikepdf.Pdf:
    return pikepdf.open(io.BytesIO(content))


def titles_and_documents() -> list[str]:
    return [
        text
        for phase in read()["phases"]
        for task in phase["tasks"]
        for text in (task["title"], *task["documents"])
    ]


def test_every_title_and_document_is_read_back_in_order(program, tmp_path):
    """Letter for letter by poppler; 99 % of the words by pdfium, which turns brackets."""
    content, texts = printed(program), titles_and_documents()
    assert not_in_order(texts, poppler_text(content, tmp_path)) == []
    words = sum(len(text.split()) for text in texts)
    assert len(words_missing(texts, pdfium_text(content))) <= words / 100


@pytest.mark.parametrize("language", ["fr", "en"])
def test_left_to_right_table_keeps_its_arabic(program, language, tmp_path):
    text = poppler_text(printed(program, language), tmp_path)
    for column in ("title", "documents"):
        cells = [task[column] for phase in read()["phases"] for task in phase["tasks"]]
        flat = [text for cell in cells for text in (cell if isinstance(cell, list) else [cell])]
        assert not_in_order(flat, text) == []


@pytest.mark.parametrize(("language", "code"), [("ar", "2-1"), ("fr", "1.2")])
def test_two_lying_pages_that_say_whose_they_are(program, language, code):
    content = printed(program, language)
    pdf = opened(content)
    assert len(pdf.pages) == 2
    for sheet in pdf.pages:
        assert float(sheet.MediaBox[2]) > float(sheet.MediaBox[3])
    assert pdf.Root.Lang == language
    assert "رزنامة 2022" in str(pdf.docinfo.Title)
    text = pdfium_text(content)
    for words in (code, "2021/10/13", LIVE):
        assert words in text


def test_heads_are_repeated_and_pages_counted(program):
    with override("en"):
        first, second = pdfium_text(printed(program, "en")).split("Page 1 of 2")
    assert "Session date" in first
    assert "Session date" in second
    assert "Page 2 of 2" in second


def test_legal_delay_is_reckoned(program, laid_out):
    assert (
        "<b>The delay is kept in the calendar:</b> 11 days from task 2.6 (2 November 2021) "
        "to task 4.1 (13 November 2021), and at least 7 days are asked for."
    ) in laid_out(program)


def test_working_days_are_named(program, laid_out):
    program.delay_rules.update(day_kind="working", text_ar="10 أيام عمل", min_days=10)
    assert "Less than the delay asks for:</b> 8 working days from task 2.6" in laid_out(program)


def test_phase_is_a_row_and_a_code_heads_its_row(program):
    pdf = opened(printed(program))
    cells = [item for item in pdf.objects if isinstance(item, pikepdf.Dictionary) and item.get("/S") == "/TH"]
    scopes = [str(cell.A.Scope) for cell in cells]
    tasks = sum(len(phase["tasks"]) for phase in read()["phases"])
    assert scopes.count("/Row") == len(read()["phases"]) + tasks
    assert scopes.count("/Column") == 6 * len(pdf.pages)


def test_each_state_in_words(nefta, laid_out):
    program = factories.ProgramFactory(municipality=nefta)
    phase = factories.PhaseFactory(program=program, number=1)
    for number, done in enumerate([True, False, None], 1):
        task = factories.TaskFactory(phase=phase, number=number, done=done)
        factories.ExpectedDocumentFactory(task=task)
    page = laid_out(program)
    assert '<span class="bare">Yes, without evidence</span>' in page
    assert '<span class="late">No, late by 1846 days</span>' in page
    assert '<span class="mute">Not stated</span>' in page


@pytest.mark.parametrize(
    ("note", "markup"),
    [
        ("Reportée : <b>voir</b> le PV.", '<div dir="ltr">Reportée : &lt;b&gt;voir&lt;/b&gt; le PV.</div>'),
        ("أُجّلت (12/2021).", '<div dir="rtl">أُجّلت (12/2021).</div>'),
    ],
)
@pytest.mark.parametrize("language", ["ar", "en"])
def test_note_is_text_in_its_own_direction(nefta, laid_out, note, markup, language):
    phase = factories.PhaseFactory(program=factories.ProgramFactory(municipality=nefta), number=1)
    factories.TaskFactory(phase=phase, number=1, notes=note)
    assert markup in laid_out(phase.program, language)


def test_arabic_title_says_so_on_a_french_paper(program, laid_out):
    title = "تكوين خلية إعداد برنامج الإستثمار لسنة 2022"
    assert f'<div lang="ar" dir="rtl">{title}</div>' in laid_out(program, "fr")


def test_program_without_tasks_is_a_page(nefta):
    assert len(opened(printed(factories.ProgramFactory(municipality=nefta))).pages) == 1


def test_a_moved_date_and_a_broken_delay_are_printed_with_their_reasons(program, laid_out):
    session = Task.objects.get(phase__number=4, number=1)
    session.moved_dates.create(
        old_date=session.session_date, new_date=datetime.date(2021, 11, 8), reason="القاعة محجوزة"
    )
    Task.objects.filter(pk=session.pk).update(session_date=datetime.date(2021, 11, 8))
    page = laid_out(program)
    assert "<del>2021/11/13</del> 2021/11/08" in page
    assert (
        'Date moved: <del>13 November 2021</del> 8 November 2021<br><span dir="rtl">القاعة محجوزة</span>'
        in page
    )
    assert "The municipality gave no reason." in page
    DelayRule.objects.update(reason="انتخابات")
    assert 'Why it is not kept: <span dir="rtl">انتخابات</span>' in laid_out(program)


@pytest.mark.parametrize("language", ["ar", "fr"])
def test_the_reasons_are_on_the_paper_itself(program, language, tmp_path):
    session = Task.objects.get(phase__number=4, number=1)
    session.moved_dates.create(old_date=session.session_date, new_date=None, reason="Inondation")
    Task.objects.filter(pk=session.pk).update(session_date=None)
    text = poppler_text(printed(program, language), tmp_path)
    assert "Inondation" in text
    assert "2021/11/13" in text
