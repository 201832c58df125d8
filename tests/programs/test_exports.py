"""A program as CSV, XLSX, DOCX and JSON: to whom, how it looks, and that each comes back as it was."""

import csv
import datetime
import io
import json
import zipfile
from pathlib import Path

import openpyxl
import pytest
from django.core.management import call_command
from django.urls import reverse
from django.utils.translation import override
from docx import Document

from portal.pdf.turns import PdfBusyError
from programs.method import built_in_method
from programs.models import DelayRule, ExpectedDocument, Phase, Program, Status, Task
from tests import factories
from tests.programs.round_trips import FORMATS, differences, read_back, taken_out

pytestmark = pytest.mark.django_db

SOURCES = Path(__file__).parents[2] / "demo/sources"
EXPECTED = Path(__file__).parent / "expected/nefta-2022.json"
LANGUAGES = ("ar", "fr", "en")

HOSTILE = [
    "=1+1",
    "+216 76 000 000",
    "-x",
    "- x",
    "– x",
    "@SUM(A1:A9)",
    "\t=1+1",
    "'=1+1",
    "''quoted''",
    "'2-1 x",
    'He said "no", twice',
    'a";"b',
    "two\nlines\r\nand a third",
    "\u202eكتابة مقلوبة\u202c",
    "2-1 لقاء",
    "1.2.3",
    ": colon first",
    ") bracket",
    ".5",
    "-2022",
    "2022",
    "13/10/2021",
    "2021/10/13",
    "12 مشاركا",
    "3- مرحلة",
    "المرحلة 4: شيء",
    "نعم",
    "محضر و صور و قرار",
    "محضر - صور",
    "قرار أو مقرر",
    "بلاغ + صور",
    "1- محضر 2- صور",
    "• نقطة ▪ أخرى ● ثالثة",
    "a; b؛ c, d | e",
    "<b>&amp;</b>",
    "<td>",
    "الإنجاز التاريخ المرحلة",
    "\x01\x1f control",
    "7 أيام على الأقل بعد نشر التشخيص",
    "ـــ",
    "؟!",
]


@pytest.fixture
def seeded(nefta):
    """The real calendar, read from its source and published."""
    call_command(
        "import_calendar",
        str(SOURCES / "nefta-2022-calendar.txt"),
        *("--municipality", "nefta", "--year", "2022", "--publish"),
        stdout=io.StringIO(),
    )
    return Program.objects.get()


@pytest.fixture
def stated(nefta):
    """The built-in method in both languages, with tasks in every state."""
    program = factories.ProgramFactory(
        municipality=nefta, year=2023, published=True, title_fr="Programme 2023 (fictif)"
    )
    states = [(True, 1), (True, -1), (False, 1), (None, 1), (None, -1), (False, None)]
    tasks = {}
    for model in built_in_method().phases:
        phase = Phase.objects.create(
            program=program, number=model.number, title_ar=model.title_ar, title_fr=model.title_fr
        )
        for row in model.tasks:
            done, days = states[(model.number + row.number) % len(states)]
            date = datetime.date(2022, 6, 1) + datetime.timedelta(days=days * row.number) if days else None
            task = Task.objects.create(
                phase=phase,
                number=row.number,
                title_ar=row.title_ar,
                title_fr=row.title_fr,
                session_date=date,
                done=done,
                notes="ملاحظة\nسطر ثان" if done else "",
                responsible="الكاتب العام" if done is None else "",
            )
            tasks[model.number, row.number] = task
            for position, document in enumerate(row.documents, start=1):
                ExpectedDocument.objects.create(
                    task=task, position=position, title_ar=document.title_ar, title_fr=document.title_fr
                )
    for delay in built_in_method().delays:
        DelayRule.objects.create(
            program=program,
            from_task=tasks[delay.from_task],
            to_task=tasks[delay.to_task],
            min_days=delay.min_days,
            text_ar=delay.text_ar,
            text_fr=delay.text_fr,
        )
    return program


@pytest.fixture
def hostile(nefta):
    """Every text in every place that takes one."""
    program = factories.ProgramFactory(municipality=nefta, year=2024, published=True, title_ar="=2024")
    for place, text in enumerate(HOSTILE):
        phase = factories.PhaseFactory(program=program, number=place + 1, title_ar=text)
        others = HOSTILE[place:] + HOSTILE[:place]
        task = factories.TaskFactory(
            phase=phase,
            number=place % 3 + 1,
            title_ar=text,
            session_date=None if place % 2 else datetime.date(2024, 2, 29),
            done=(True, False, None)[place % 3],
            notes=others[1],
            responsible=others[2],
        )
        for position, title in enumerate(others[3 : 3 + place % 4], start=1):
            factories.ExpectedDocumentFactory(task=task, position=position, title_ar=title)
    return program


def address(program, format, language="ar"):
    with override(language):
        return reverse(f"program-{format}", args=[program.municipality.slug, program.year])


def table_of(client, program, language="ar"):
    text = taken_out(client, program, "csv", language).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text, newline="")))


# Back without a difference


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("made", ["seeded", "stated", "hostile"])
def test_a_file_comes_back_without_a_difference(client, request, made, format, language):
    program = request.getfixturevalue(made)
    found = differences(program, taken_out(client, program, format, language))

    assert (found.changes, found.conflicts, found.absent) == ([], [], [])


@pytest.mark.parametrize("format", FORMATS)
def test_the_command_takes_each_file(client, stated, format, tmp_path):
    path, said = tmp_path / f"calendar.{format}", io.StringIO()
    path.write_bytes(taken_out(client, stated, format, "fr"))
    call_command("import_calendar", str(path), "--municipality", "nefta", "--year", "2023", stdout=said)

    assert "changes: 0, conflicts: 0 (Published)" in said.getvalue()
    assert said.getvalue().count("warning") == (format == "docx")  # the places to sign are not read


def test_what_was_changed_in_the_file_is_taken_and_nothing_else(client, seeded):
    content = taken_out(client, seeded, "csv", "ar").decode()
    found = differences(seeded, content.replace("2021/11/24", "2021/11/23").encode())

    assert [str(change) for change in found.changes] == ["5.1 session_date"]
    assert found.conflicts == []


@pytest.mark.parametrize("format", FORMATS)
def test_a_real_calendar_says_elsewhere_what_its_source_said(client, seeded, format):
    """Phases, labels, tasks, documents and delays, without looking at what is stored."""
    reading = read_back(taken_out(client, seeded, format, "ar"), 2022).as_json(municipality="nefta")
    expected = json.loads(EXPECTED.read_text(encoding="utf-8"))

    assert {**reading, "warnings": []} == {**expected, "warnings": []}


@pytest.mark.parametrize("format", FORMATS)
def test_gaps_in_the_numbers_do_not_turn_the_codes(client, nefta, format):
    program = factories.ProgramFactory(municipality=nefta, published=True)
    phase = factories.PhaseFactory(program=program, number=1)
    factories.TaskFactory(phase=phase, number=1)
    factories.TaskFactory(phase=phase, number=5)
    factories.PhaseFactory(program=program, number=7, title_ar="مرحلة بلا أعمال")
    found = differences(program, taken_out(client, program, format, "ar"))

    assert (found.changes, found.conflicts, found.absent) == ([], [], [])


@pytest.mark.parametrize("format", FORMATS)
def test_a_phase_without_a_title_and_a_program_without_one(client, nefta, format):
    program = factories.ProgramFactory(municipality=nefta, published=True, title_ar="")
    factories.TaskFactory(phase=factories.PhaseFactory(program=program, number=1, title_ar=""), number=1)
    factories.TaskFactory(phase=factories.PhaseFactory(program=program, number=2), number=1)
    found = differences(program, taken_out(client, program, format, "fr"))

    assert (found.changes, found.conflicts, found.absent) == ([], [], [])


@pytest.mark.parametrize("format", FORMATS)
def test_a_delay_that_people_removed_is_not_invented_again(client, stated, format):
    DelayRule.objects.all().delete()
    found = differences(stated, taken_out(client, stated, format, "ar"))

    assert (found.changes, found.conflicts) == ([], [])
    assert not DelayRule.objects.exists()


# To whom, at what cost


@pytest.mark.parametrize("format", FORMATS)
def test_a_draft_does_not_exist(client, stated, format):
    Program.objects.update(status=Status.DRAFT)

    assert client.get(address(stated, format)).status_code == 404


@pytest.mark.parametrize("format", FORMATS)
def test_another_town_and_another_year_do_not_exist(client, stated, kenitra, format):
    path = address(stated, format)

    assert client.get(path.replace("nefta", "kenitra")).status_code == 404
    assert client.get(path.replace("2023", "2022")).status_code == 404


@pytest.mark.parametrize("format", FORMATS)
def test_nothing_changed_is_answered_without_rendering(client, stated, format, django_assert_num_queries):
    etag = client.get(address(stated, format))["ETag"]
    with django_assert_num_queries(1):
        response = client.get(address(stated, format), headers={"If-None-Match": etag})

    assert (response.status_code, response.content) == (304, b"")


@pytest.mark.parametrize("format", FORMATS)
def test_the_number_of_queries_does_not_depend_on_the_number_of_tasks(
    client, nefta, format, django_assert_num_queries
):
    for year, count in [(2023, 3), (2024, 60)]:
        program = factories.ProgramFactory(municipality=nefta, year=year, published=True)
        phase = factories.PhaseFactory(program=program, number=2)
        for number in range(1, count + 1):
            factories.ExpectedDocumentFactory(task=factories.TaskFactory(phase=phase, number=number))
        with django_assert_num_queries(10):
            client.get(address(program, format))


@pytest.mark.parametrize("format", ["xlsx", "docx"])
def test_while_the_press_is_busy_it_asks_for_another_try(client, stated, format, monkeypatch):
    def busy(**_paper):
        raise PdfBusyError

    monkeypatch.setattr("programs.views.exports.cached_pdf", busy)

    response = client.get(address(stated, format))

    assert (response.status_code, response["Retry-After"]) == (503, "5")


@pytest.mark.parametrize("format", FORMATS)
def test_a_file_is_saved_under_a_plain_name_and_sets_no_cookie(client, stated, format):
    response = client.get(address(stated, format, "fr"))

    assert response["Content-Disposition"] == f'attachment; filename="nefta-program-2023.{format}"'
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Cache-Control"] == "public, no-cache"
    assert not response.cookies


def test_the_page_links_each_format_by_its_name(client, stated):
    with override("ar"):
        page = client.get(reverse("program", args=["nefta", 2023])).content.decode()

    for format, name in zip(FORMATS, ("CSV", "XLSX", "Word", "JSON"), strict=True):
        link = page.partition(f'<a href="{address(stated, format)}">')[2].partition("</a>")[0]
        assert f'<bdi dir="ltr">{name}</bdi>' in link


def test_a_preview_links_none(client, stated, editor):
    Program.objects.update(status=Status.DRAFT)
    client.force_login(editor)
    page = client.get("/ar/m/nefta/staff/programs/2023/preview/").content.decode()

    assert "m-note" in page
    assert not any(f"calendar.{format}" in page for format in FORMATS)


# How each looks


def test_csv_has_its_title_the_official_heads_and_a_document_a_line(client, seeded):
    title, blank, heads, first, *_rest = table_of(client, seeded)

    assert taken_out(client, seeded, "csv", "ar").startswith(b"\xef\xbb\xbf")
    assert (title, blank) == ([Program.objects.get().title_ar], [])
    assert heads[1:6] == [
        "الأعمال والأنشطة المطلوب القيام بها",
        "الوثائق والمؤيدات",
        "تاريخ عقد الجلسة",
        "تم إنجاز المرحلة (نعم/لا)",
        "ملاحظات",
    ]
    assert first[0] == "1- الأعمال التحضيرية"
    assert first[1].startswith("1-1 ")
    assert first[2] == "• مقرر إداري في الغرض\n• صور" or first[2].startswith("• ")
    assert first[3:] == ["2021/10/13", "", "", ""]


def test_the_language_of_the_address_decides_heads_texts_and_codes(client, stated):
    arabic, french = table_of(client, stated, "ar"), table_of(client, stated, "fr")

    assert french[2][1] == "Actions et activités à réaliser"
    assert [row[1].split()[0] for row in arabic[3:6]] == ["1-1", "2-1", "3-1"]
    assert [row[1].split()[0] for row in french[3:6]] == ["1.1", "1.2", "1.3"]
    assert french[3][1].removeprefix("1.1 ") == Task.objects.get(phase__number=1, number=1).title_fr
    assert {row[4] for row in french[3:]} == {"Oui", "Non", ""}


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_cell_of_csv_begins_a_formula(client, hostile, language):
    cells = [cell for row in table_of(client, hostile, language) for cell in row]

    assert any(cell == "'=1+1" for cell in cells)
    assert [cell for cell in cells if cell[:1] in {"=", "+", "-", "@", "\t", "\r"}] == []


def test_no_cell_of_xlsx_is_a_formula(client, hostile):
    book = openpyxl.load_workbook(io.BytesIO(taken_out(client, hostile, "xlsx", "ar")))
    cells = [cell for row in book.active.iter_rows() for cell in row if cell.value is not None]

    assert {cell.data_type for cell in cells} == {"s", "d"}
    assert [cell.value for cell in cells if str(cell.value)[:1] in {"=", "+", "-", "@"}] == []


def test_xlsx_runs_from_right_to_left_in_arabic_and_prints_lying(client, stated):
    for language, is_rtl in (("ar", True), ("fr", False)):
        sheet = openpyxl.load_workbook(io.BytesIO(taken_out(client, stated, "xlsx", language))).active
        assert sheet.sheet_view.rightToLeft is is_rtl
        assert sheet.freeze_panes == "A4"
        assert sheet.print_title_rows == "$3:$3"
        assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 9)
        assert all(cell.alignment.wrap_text for cell in sheet[4] if cell.column not in (4, 5))
        dated = Task.objects.get(phase__number=1, number=1)
        assert sheet["D4"].value.date() == dated.session_date
        assert sheet["D4"].number_format == "yyyy/mm/dd"


def test_docx_is_the_official_table_from_right_to_left(client, stated):
    file = io.BytesIO(taken_out(client, stated, "docx", "ar"))
    word = Document(file)
    xml = word.element.xml

    assert word.sections[0].page_width > word.sections[0].page_height
    assert "بلدية نفطة" in word.sections[0].header.paragraphs[0].text
    assert word.paragraphs[0].text == stated.title_ar
    assert word.core_properties.language == "ar-TN"
    (table,) = word.tables
    assert len(table.rows) == 1 + Task.objects.count()
    assert xml.count("<w:bidiVisual/>") == xml.count("<w:tblHeader/>") == 1
    assert xml.count('<w:vMerge w:val="restart"/>') == Phase.objects.count()
    assert "<w:rtl/>" in xml
    assert "خلية إعداد البرنامج\tالبلدية" in [paragraph.text for paragraph in word.paragraphs]
    with zipfile.ZipFile(file) as archive:
        assert b'<w:altName w:val="Noto Naskh Arabic"/>' in archive.read("word/fontTable.xml")


def test_docx_in_french_runs_from_left_to_right(client, stated):
    Task.objects.update(responsible="")
    xml = Document(io.BytesIO(taken_out(client, stated, "docx", "fr"))).element.xml

    assert "<w:bidiVisual/>" not in xml
    assert xml.count("<w:gridCol ") == 6


def test_json_is_what_the_import_prints_with_both_languages_beside_it(client, stated):
    data = json.loads(taken_out(client, stated, "json", "fr"))
    reading = read_back(json.dumps(data).encode(), 2023).as_json(municipality="nefta")

    assert data["program"]["title"] == "Programme 2023 (fictif)"
    assert data["program"]["title_ar"] == stated.title_ar
    assert _only_keys_of(data, reading) == reading
    task = data["phases"][0]["tasks"][0]
    assert task["title"] == task["title_fr"] != task["title_ar"]
    assert {row["done"] for phase in data["phases"] for row in phase["tasks"]} == {True, False, None}
    assert data["delay_rules"][0]["day_kind"] == "calendar"


def _only_keys_of(value, model):
    """The value with the keys of the model alone, all the way down."""
    if isinstance(model, dict):
        return {key: _only_keys_of(value[key], model[key]) for key in model}
    if isinstance(model, list):
        return [_only_keys_of(item, part) for item, part in zip(value, model, strict=True)]
    return value
