"""The official table on paper: whole, readable by machines, in either direction."""

import datetime
import io
import json
from functools import partial
from pathlib import Path

import pikepdf
import pytest
import time_machine
from django.http import Http404
from django.utils.translation import override

from portal.papers.answers import AT_ONCE
from programs.models import DelayRule, Program, Status, SupportingDocument, Task
from tests import factories
from tests.papers import letters, not_in_order, pdfium_text, poppler_text, words_missing
from tests.programs import printed as printed_module
from tests.programs.printed import draft, print_once, printed

EXPECTED = Path(__file__).parent / "expected" / "nefta-2022.json"
LIVE = "https://musharaka.example/{language}/m/nefta/programs/2022/"


def read() -> dict:
    return json.loads(EXPECTED.read_text(encoding="utf-8"))


@pytest.fixture
def program(nefta):
    """The calendar of Nefta as its document states it, with its legal delay."""
    source, tasks = read(), {}
    program = factories.ProgramFactory(
        municipality=nefta, published=True, title_ar=source["program"]["title"]
    )
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


@pytest.fixture(autouse=True)
def _printer(monkeypatch):
    """In this process: the child that sets papers is tried where it is at home."""

    def render(*, html, archive, is_large, attachments):
        return print_once(html, archive, is_large, tuple(attachments))

    monkeypatch.setattr("portal.papers.pages.render_pdf", render)


@pytest.fixture(autouse=True)
def _on_a_fixed_day():
    with time_machine.travel(datetime.datetime(2026, 11, 22, 12, tzinfo=datetime.UTC), tick=False):
        yield


@pytest.fixture
def laid_out(_printer, monkeypatch):
    return partial(printed_module.laid_out, monkeypatch)


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
    text = poppler_text(printed(program, language=language), tmp_path)
    for column in ("title", "documents"):
        cells = [task[column] for phase in read()["phases"] for task in phase["tasks"]]
        flat = [text for cell in cells for text in (cell if isinstance(cell, list) else [cell])]
        assert not_in_order(flat, text) == []


@pytest.mark.parametrize(("language", "code"), [("ar", "2-1"), ("fr", "1.2")])
def test_two_lying_pages_that_say_whose_they_are(program, language, code):
    content = printed(program, language=language)
    pdf = opened(content)
    assert len(pdf.pages) == 2
    for sheet in pdf.pages:
        assert float(sheet.MediaBox[2]) > float(sheet.MediaBox[3])
    assert pdf.Root.Lang == language
    assert "2022" in str(pdf.docinfo.Title)
    text = pdfium_text(content)
    for words in (code, "2021/10/13", LIVE.format(language=language)):
        assert words in text


def test_heads_are_repeated_and_pages_counted(program):
    with override("en"):
        first, second = pdfium_text(printed(program, language="en")).split("Page 1 of 2")
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
    program = factories.ProgramFactory(municipality=nefta, published=True)
    phase = factories.PhaseFactory(program=program, number=1)
    for number, done in enumerate([True, False, None], 1):
        task = factories.TaskFactory(phase=phase, number=number, done=done)
        factories.ExpectedDocumentFactory(task=task)
    page = laid_out(program)
    assert '<td class="ok bare">Yes, without evidence</td>' in page
    assert '<td class="ok late">No, late by 1846 days</td>' in page
    assert '<td class="ok mute">Not stated</td>' in page


@pytest.mark.parametrize(
    ("note", "markup"),
    [
        ("Reportée : <b>voir</b> le PV.", '<div dir="ltr">Reportée : &lt;b&gt;voir&lt;/b&gt; le PV.</div>'),
        ("أُجّلت (12/2021).", '<div dir="rtl">أُجّلت (12/2021).</div>'),
    ],
)
@pytest.mark.parametrize("language", ["ar", "en"])
def test_note_is_text_in_its_own_direction(nefta, laid_out, note, markup, language):
    program = factories.ProgramFactory(municipality=nefta, published=True)
    phase = factories.PhaseFactory(program=program, number=1)
    factories.TaskFactory(phase=phase, number=1, notes=note)
    assert markup in laid_out(program, language=language)


def test_arabic_title_says_so_on_a_french_paper(program, laid_out):
    title = "تكوين خلية إعداد برنامج الإستثمار لسنة 2022"
    assert f'<div lang="ar" dir="rtl">{title}</div>' in laid_out(program, language="fr")


def test_program_without_tasks_is_a_page(nefta):
    program = factories.ProgramFactory(municipality=nefta, published=True)
    assert len(opened(printed(program)).pages) == 1


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
    text = poppler_text(printed(program, language=language), tmp_path)
    assert "Inondation" in text
    assert "2021/11/13" in text


def handed_in(task: Task, name: str, **more) -> SupportingDocument:
    document = task.expected_documents.order_by("position").first()
    return factories.SupportingDocumentFactory(expected_document=document, name=name, **more)


def task_of(program: Program, code: str) -> Task:
    phase, number = code.split(".")
    return Task.objects.get(phase__program=program, phase__number=phase, number=number)


def test_with_no_file_the_evidence_is_one_sentence(program, laid_out):
    page = laid_out(program)
    assert "The table above names 32 expected documents; no file was handed in for them here." in page
    assert "Fingerprint" not in page


def test_each_public_file_is_listed_with_what_identifies_it(program, laid_out):
    handed_in(task_of(program, "1.1"), "مقرر 2021.pdf", size=5800, sha256="0123456789abcdef" + "f" * 48)
    page = laid_out(program)
    assert "1 of 32 expected documents is there." in page or "1 of 32 expected documents are there." in page
    assert (
        '<td class="pr-file"><div dir="rtl">مقرر 2021.pdf</div></td><td class="pr-size">5.7 KB</td>'
        '<td class="pr-on">2026/11/22</td><td class="pr-print">0123 4567 89ab cdef</td>'
    ) in page
    assert page.count("Not handed in yet") == 31


def test_an_internal_file_is_counted_and_not_named(program, laid_out):
    handed_in(task_of(program, "1.1"), "private-list.pdf", is_public=False)
    page = laid_out(program)
    assert "private-list" not in page
    assert "1 file was handed in and is kept internally." in page


def test_a_replaced_file_is_not_evidence_any_more(program, laid_out):
    old = handed_in(task_of(program, "1.1"), "old.pdf")
    new = handed_in(task_of(program, "1.1"), "new.pdf", sha256="1" * 64)
    SupportingDocument.objects.filter(pk=old.pk).update(replaced_by=new)
    page = laid_out(program)
    assert "new.pdf" in page
    assert "old.pdf" not in page


@pytest.mark.parametrize("language", ["ar", "fr"])
def test_the_evidence_is_read_back_in_order(program, language, tmp_path):
    handed_in(task_of(program, "1.1"), "decision-17.pdf", sha256="ab" * 32)
    handed_in(task_of(program, "5.5"), "مداولة المجلس.pdf", sha256="cd" * 32)
    text = poppler_text(printed(program, language=language), tmp_path)
    # Which way poppler walks through a table is its own choice: each column is in order.
    for column in (["decision-17.pdf", "مداولة المجلس"], ["abab abab abab abab", "cdcd cdcd cdcd cdcd"]):
        assert not_in_order(column, text) == []


def test_what_comes_next_is_said_and_not_only_coloured(program, laid_out):
    Task.objects.filter(phase__number=5, number=5).update(session_date=datetime.date(2026, 12, 1))
    Task.objects.filter(phase__number=5, number=4).update(session_date=None)
    page = laid_out(program)
    assert "2026/12/01 Tuesday<br><b>Next date</b>" in page
    assert '<span class="mute">No date yet</span></td>' in page


def test_evidence_of_a_part_of_the_documents_is_said(program, laid_out):
    Task.objects.filter(phase__number=1, number=2).update(done=True)
    assert "Yes, without evidence" in laid_out(program)
    handed_in(task_of(program, "1.2"), "pv.pdf")
    assert "Yes, evidence incomplete" in laid_out(program)


def test_an_approved_program_says_by_whom(program, publisher, laid_out):
    factories.approved(program, publisher)
    page = laid_out(program)
    assert "Approved on Sunday 22 November 2026, deliberation 2022/1:" in page
    assert '<bdi lang="fr" dir="ltr">Conseil municipal' in page


# --- copies ------------------------------------------------------------------------------------------


def test_the_archive_copy_carries_the_program(program):
    pdf = opened(printed(program, archive=True))
    attached = pdf.attachments["nefta-program-2022.json"]
    content = json.loads(attached.get_file().read_bytes())
    assert content["program"]["year"] == 2022
    assert sum(len(phase["tasks"]) for phase in content["phases"]) == 19
    assert not opened(printed(program)).attachments


def test_large_type_is_printed_on_larger_sheets(program):
    plain, large = opened(printed(program)), opened(printed(program, is_large=True))
    assert float(large.pages[0].MediaBox[2]) > 1.4 * float(plain.pages[0].MediaBox[2])


@pytest.mark.parametrize(("language", "name"), [("ar", "برنامج الاستثمار"), ("fr", "Programme annuel")])
def test_the_file_is_named_in_the_language(program, language, name):
    made = draft(program, language=language)
    assert name in made.filename
    assert made.ascii_filename == "nefta-program-2022"
    assert made.back == f"/{language}/m/nefta/programs/2022/papers/"


def test_what_was_printed_is_not_printed_again_until_something_changes(program):
    before = draft(program).version
    assert draft(program).version == before
    program.municipality.revision += 1
    assert draft(program).version != before


def test_the_municipality_of_another_country_has_its_own_months(kenitra, laid_out):
    program = factories.ProgramFactory(municipality=kenitra, published=True)
    phase = factories.PhaseFactory(program=program, number=1)
    factories.TaskFactory(phase=phase, number=1, session_date=datetime.date(2022, 8, 3))
    assert "غشت" in laid_out(program, language="ar")


# --- refusals ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["program-calendar", "program-progress", "program-progress-docx"])
def test_a_draft_has_no_paper(program, kind):
    Program.objects.update(status=Status.DRAFT)
    with pytest.raises(Http404):
        draft(program, kind)


@pytest.mark.parametrize("kind", ["program-calendar", "program-progress", "program-progress-docx"])
def test_the_program_of_another_town_has_no_paper(program, kenitra, kind):
    program.municipality = kenitra
    with pytest.raises(Http404):
        draft(program, kind)


# --- a long one --------------------------------------------------------------------------------------


def test_three_hundred_rows_go_to_the_worker_and_never_split(nefta, tmp_path):
    program = factories.ProgramFactory(municipality=nefta, published=True)
    phases = [factories.PhaseFactory(program=program, number=number) for number in range(1, 7)]
    long = "إعداد تقرير يحوصل الملاحظات Observations reçues و التحيينات على النسخة الأولية للبرنامج رقم"
    tasks = Task.objects.bulk_create(
        Task(
            phase=phase,
            number=number,
            title_ar=f"{long} {phase.number}/{number}" + " ثم نشره" * (number % 7),
            session_date=datetime.date(2027, 1, 1),
        )
        for phase in phases
        for number in range(1, 51)
    )
    made = draft(program)
    content = printed(program)
    pdf = opened(content)
    assert made.pages > AT_ONCE
    assert made.pages == pytest.approx(len(pdf.pages), rel=0.4)
    text = poppler_text(content, tmp_path)
    # A title cut by the end of a page would be read with the foot and the next page's head within it.
    assert not_in_order([task.title_ar for task in tasks], text) == []
    for page in text.split("\f")[:-1]:
        assert letters("تاريخ عقد الجلسة") in letters(page)
