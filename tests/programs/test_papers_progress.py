"""The progress report: on paper, and as a document to edit."""

import datetime
import io
import json

import pikepdf
import pytest
import time_machine
from docx import Document

from programs.models import Program, Task
from tests import factories
from tests.papers import letters, not_in_order, pdfium_text, poppler_text, words_missing
from tests.programs import printed as printed_module
from tests.programs.nefta import import_nefta
from tests.programs.printed import draft, print_once, printed

KIND, DOCX = "program-progress", "program-progress-docx"
NOW = datetime.datetime(2027, 3, 10, 12, tzinfo=datetime.UTC)
LONG = (
    "إعداد تقرير يحوصل الملاحظات Observations reçues و المقترحات الواردة على البلدية "
    "و التحيينات التي قامت بها على النسخة الأولية للبرنامج، مبلغ 1\u00a0250\u00a0000,500 د.ت"
)


@pytest.fixture(autouse=True)
def _on_a_fixed_day():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture(autouse=True)
def _printer(monkeypatch):
    def render(*, html, archive, is_large, attachments):
        return print_once(html, archive, is_large, tuple(attachments))

    monkeypatch.setattr("portal.papers.pages.render_pdf", render)


@pytest.fixture
def program(nefta):
    """A task done, one late by nine days, one not stated, one to come and moved; a broken delay."""
    program = factories.ProgramFactory(municipality=nefta, year=2027, published=True, title_fr="Calendrier")
    phase = factories.PhaseFactory(program=program, number=1, title_ar="الأعمال", title_fr="Travaux")
    rows = [
        (1, datetime.date(2027, 2, 1), True, "إحداث الخلية", "Création de la cellule"),
        (2, datetime.date(2027, 3, 1), False, LONG, ""),
        (3, datetime.date(2027, 3, 5), None, "نشر التشخيص", "Publication du diagnostic"),
        (4, datetime.date(2027, 3, 20), None, "الجلسة العامة", "Séance plénière"),
    ]
    tasks = {}
    for number, date, done, title_ar, title_fr in rows:
        tasks[number] = factories.TaskFactory(
            phase=phase, number=number, session_date=date, done=done, title_ar=title_ar, title_fr=title_fr
        )
        factories.ExpectedDocumentFactory(
            task=tasks[number], title_ar=f"محضر {number}", title_fr=f"PV {number}"
        )
    Task.objects.filter(pk=tasks[2].pk).update(responsible="Leïla Ben Salah", notes="قيد الإعداد.\nÀ suivre.")
    tasks[4].moved_dates.create(
        old_date=datetime.date(2027, 3, 12), new_date=datetime.date(2027, 3, 20), reason="القاعة محجوزة."
    )
    document = tasks[1].expected_documents.get()
    factories.SupportingDocumentFactory(expected_document=document, name="decision.pdf")
    factories.DelayRuleFactory(from_task=tasks[3], to_task=tasks[4], min_days=21, reason="Élections.")
    return program


@pytest.fixture
def laid_out(_printer, monkeypatch):
    def lay_out(program: Program, language: str = "en") -> str:
        return printed_module.laid_out(monkeypatch, program, KIND, language)

    return lay_out


def words_of(program: Program, language: str = "en") -> list[str]:
    """Every paragraph of the Word document, those of its tables too, in order."""
    word = Document(io.BytesIO(printed(program, DOCX, language)))
    texts = []
    for block in word.iter_inner_content():
        if hasattr(block, "rows"):
            texts += [
                paragraph.text for row in block.rows for cell in row.cells for paragraph in cell.paragraphs
            ]
        else:
            texts.append(block.text)
    return texts


# --- paper -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["ar", "fr"])
def test_every_task_is_read_back_in_the_order_of_the_groups(program, language, tmp_path):
    """Late, not stated, to come, done; the long Arabic title of a French paper too."""
    content = printed(program, KIND, language)
    text = letters(poppler_text(content, tmp_path))
    rows = {task.number: task for task in Task.objects.all()}
    # On a page that runs to the right poppler takes the French words of an Arabic line first.
    numbers = (2, 3, 4, 1) if language == "ar" else (3, 4, 1)
    titles = [(language == "fr" and rows[number].title_fr) or rows[number].title_ar for number in numbers]
    start = text.rindex(letters(titles[0]))
    assert not_in_order(titles, text[start:]) == []
    assert words_missing([LONG.partition("،")[0]], pdfium_text(content)) == []
    for said in ("القاعة محجوزة", "Élections", "Leïla Ben Salah", "قيد الإعداد", "2027/03/01"):
        assert letters(said) in text


def test_the_figures_stand_beside_their_words(program, laid_out):
    page = laid_out(program)
    for count, tile, label in [(1, "d", "done, with all documents"), (1, "l", "late"), (1, "t", "to come")]:
        assert f'<b>{count}</b><i class="pr-{tile}"></i>{label}</div>' in page
    assert page.count('<i class="pr-') == 6 + 4  # a square beside each figure, and one for each task


def test_late_says_by_how_many_days_and_what_is_missing(program, laid_out):
    page = laid_out(program)
    assert '<span class="late">Late by 9 days</span>' in page
    assert "0/1. Missing:" in page
    assert "in 10 days" in page


def test_a_broken_delay_is_printed_with_its_reason_and_a_moved_date_too(program, laid_out):
    page = laid_out(program)
    assert "Less than the delay asks for:</b> 15 days from task 1.3" in page
    assert 'Why it is not kept: <span dir="ltr">Élections.</span>' in page
    assert "12 March 2027" in page
    assert '<div dir="rtl">القاعة محجوزة.</div>' in page


def test_texts_of_people_are_text_in_their_own_direction(program, laid_out):
    Task.objects.filter(number=2).update(notes="عاجل <b>(2)</b>.")
    assert '<div dir="rtl">عاجل &lt;b&gt;(2)&lt;/b&gt;.</div>' in laid_out(program)


def test_where_nothing_is_stated_the_report_says_so(nefta, laid_out, tmp_path):
    program = import_nefta(nefta)
    Program.objects.update(status="published")
    page = laid_out(program)
    assert "Completion not stated" in page
    assert "19 tasks; nothing was stated about their completion." in page
    assert "0 %" not in page
    assert "0%" not in page
    for title in ("Late <span>", "Done, with all documents <span>", "Done, documents missing <span>"):
        assert title not in page
    text = poppler_text(printed(program, KIND), tmp_path)
    titles = Task.objects.order_by("phase__number", "number").values_list("title_ar", flat=True)
    assert not_in_order(list(titles), text) == []


def test_a_program_without_tasks_is_a_page(nefta, laid_out):
    program = factories.ProgramFactory(municipality=nefta, year=2028, published=True)
    assert "The calendar has no task yet." in laid_out(program)
    assert len(pikepdf.open(io.BytesIO(printed(program, KIND))).pages) == 1


def test_the_archive_copy_carries_the_program(program):
    pdf = pikepdf.open(io.BytesIO(printed(program, KIND, "fr", archive=True)))
    content = json.loads(pdf.attachments["nefta-program-2027.json"].get_file().read_bytes())
    assert content["phases"][0]["tasks"][3]["moved_dates"][0]["reason"] == "القاعة محجوزة."
    assert pdf.Root.Lang == "fr"


def test_heads_are_bookmarks(program):
    with pikepdf.open(io.BytesIO(printed(program, KIND, "fr"))) as pdf, pdf.open_outline() as outline:
        (report,) = outline.root
    assert len(report.children) == 7  # by phase, delays, moved dates, and four groups


def test_the_file_says_of_which_day_it_is(program):
    assert draft(program, KIND).ascii_filename == "nefta-program-2027-progress-2027-03-10"


# --- the document to edit ------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["ar", "fr"])
def test_the_document_says_the_same_as_the_paper(program, language):
    words = "\n".join(words_of(program, language))
    said = ["إعداد تقرير", "Leïla Ben Salah", "القاعة محجوزة.", "Élections.", "2027/03/01", "À suivre."]
    assert [text for text in said if text not in words] == []
    if language == "fr":
        assert "Publication du diagnostic" in words
        assert "Séance plénière" in words


def test_the_documents_sentences_are_whole_and_without_marks(program):
    words = words_of(program)
    assert "1 of 4 tasks done, 1 late, 1 not stated." in words
    (delay,) = [text for text in words if text.startswith("Less than the delay asks for:")]
    assert "15 days from task 1.3 (5 March 2027) to task 1.4 (20 March 2027)" in delay
    assert delay.endswith("Why it is not kept: Élections.")
    assert "Late by 9 days" in words
    assert not [text for text in words if "<" in text or "&" in text]


def test_arabic_runs_from_right_to_left(program):
    content = printed(program, DOCX, "ar")
    word = Document(io.BytesIO(content))
    assert "<w:bidiVisual/>" in word.element.body.xml
    assert word.core_properties.language == "ar-TN"
    assert word.tables[-1].rows[0]._tr.xpath("./w:trPr/w:tblHeader")


def test_in_the_document_too_nothing_stated_is_said(nefta):
    program = import_nefta(nefta)
    Program.objects.update(status="published")
    words = words_of(program)
    assert "19 tasks; nothing was stated about their completion." in words
    assert "done, with all documents" not in words


def test_the_draft_of_the_document_is_never_long(program):
    made = draft(program, DOCX)
    assert made.pages == 1
    assert made.content_type.endswith("wordprocessingml.document")
