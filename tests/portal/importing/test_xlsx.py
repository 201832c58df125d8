import io
from datetime import date, time

import openpyxl
import pytest

from portal.importing.tables import read_lines, read_tables
from tests.calendar_files import as_xlsx
from tests.portal.importing.office_files import text_cell, workbook

BLOCK = [
    ["المرحلة", "العمل", "التاريخ"],
    ["1- الإعداد", "1-1 تكوين خلية", "2023/06/09"],
    ["", "2-1 جلسة أولى\nفي القصر", ""],
    ["2- الجلسات", "1-2 جلسة", "2023/07/01"],
]


def read(data):
    return read_tables("calendar.xlsx", data)


def cells(data):
    (table,) = read(data)
    return [row.cells for row in table.rows]


def codes(table):
    return [(finding.code, finding.line, finding.column) for finding in table.findings]


def saved(fill):
    """Return a workbook whose first sheet `fill` wrote to."""
    book = openpyxl.Workbook()
    fill(book.active)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def one(value, number_format=None):
    """Return what a cell with a value reads as."""

    def fill(sheet):
        sheet["A1"].value = value
        if number_format:
            sheet["A1"].number_format = number_format

    return cells(saved(fill))[0][0]


def test_texts_stand_where_they_stand_in_the_sheet():
    assert cells(as_xlsx([BLOCK])) == [tuple(row) for row in BLOCK]


def test_a_sheet_is_called_as_in_the_workbook_and_its_rows_numbered():
    (table,) = read(as_xlsx([BLOCK], titles=["عنوان", "2023"], sheets=["الرزنامة"]))

    assert (table.name, table.file) == ("الرزنامة", "calendar.xlsx")
    assert [(row.line, row.text) for row in table.rows][:4] == [
        (1, "عنوان"),
        (2, "2023"),
        (3, ""),
        (4, "المرحلة\tالعمل\tالتاريخ"),
    ]
    refused = table.refusal(table.rows[3], column=2, expected="x")
    assert str(refused) == "calendar.xlsx (الرزنامة):4:2: expected x"


def test_every_sheet_with_something_in_it_is_a_table():
    tables = read(as_xlsx([BLOCK, [[""]], BLOCK], sheets=["أ", "فارغ", "ب"]))

    assert [table.name for table in tables] == ["أ", "ب"]


def test_real_dates_are_days_in_iso_order():
    assert cells(as_xlsx([BLOCK], real_dates=True))[1][2] == "2023-06-09"


@pytest.mark.parametrize(
    ("value", "number_format", "text"),
    [
        (date(2023, 6, 9), "dd/mm/yyyy", "2023-06-09"),
        (45086.6, "yyyy-mm-dd h:mm", "2023-06-09"),
        (date(2023, 6, 9), '[$-401]dd" يوم "mmmm yyyy', "2023-06-09"),
        (time(9, 30), "h:mm", "09:30:00"),
        (1.2, None, "1.2"),
        (1.1 + 0.1, None, "1.2"),
        (2.1, "0.00", "2.10"),
        (3, None, "3"),
        (12345678901, None, "12345678901"),
        (True, None, "✓"),
        (False, None, "✗"),
        (1e300, "yyyy", "1e+300"),
        (-5, "dd/mm/yyyy", "-5"),
    ],
)
def test_values_read_as_they_are_shown(value, number_format, text):
    assert one(value, number_format) == text


def test_days_count_from_1904_where_the_workbook_says_so():
    book = openpyxl.Workbook()
    book.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
    book.active["A1"].value = date(2023, 6, 9)
    out = io.BytesIO()
    book.save(out)

    assert cells(out.getvalue()) == [("2023-06-09",)]


def test_a_cell_merged_downwards_is_filled_in_its_first_row():
    assert [row[0] for row in cells(as_xlsx([BLOCK], merged=0))] == [
        "المرحلة",
        "1- الإعداد",
        "",
        "2- الجلسات",
    ]


def test_a_row_that_one_merged_cell_fills_is_a_line_of_its_own():
    def fill(sheet):
        sheet.append(["رزنامة 2023"])
        sheet.append(["المرحلة", "العمل"])
        sheet.merge_cells("A1:B1")

    assert cells(saved(fill)) == [("رزنامة 2023",), ("المرحلة", "العمل")]


def test_blank_rows_between_are_one_and_blank_columns_beside_are_none():
    def fill(sheet):
        sheet["C5"].value, sheet["D5"].value, sheet["C900"].value = "أ", "ب", "ج"

    (table,) = read(saved(fill))

    assert [(row.line, row.cells) for row in table.rows] == [(5, ("أ", "ب")), (6, ("", "")), (900, ("ج", ""))]


def test_formulas_count_as_last_computed():
    text = '<c r="A1" t="str"><f>1&amp;"-1"</f><v>1-1 عمل</v></c>'
    number = '<c r="B1"><f>2+2</f><v>4</v></c>'

    assert cells(workbook(f'<row r="1">{text}{number}</row>')) == [("1-1 عمل", "4")]


def test_formulas_without_a_value_or_with_an_error_are_told():
    def fill(sheet):
        sheet["A1"].value, sheet["B1"].value = "عمل", "=1+1"
        sheet["C1"].value = "#REF!"

    (table,) = read(saved(fill))

    assert table.rows[0].cells == ("عمل", "", "#REF!")
    assert codes(table) == [("formula_without_value", 1, 2), ("formula_error", 1, 3)]


def test_hidden_rows_and_columns_are_read_and_told():
    def fill(sheet):
        for line in BLOCK:
            sheet.append(line)
        sheet.row_dimensions[3].hidden = True
        sheet.column_dimensions["B"].hidden = True

    (table,) = read(saved(fill))

    assert [row.cells for row in table.rows] == [tuple(line) for line in BLOCK]
    assert codes(table) == [("hidden_rows", 3, 1), ("hidden_columns", 1, 2)]
    assert table.findings[0].message == "1 row that is hidden in the workbook is read like all others."


def test_a_hidden_sheet_is_read_and_told():
    (table,) = read(workbook(f'<row r="1">{text_cell("A1", "عمل")}</row>', state="veryHidden"))

    assert (table.rows[0].cells, codes(table)) == (("عمل",), [("hidden_sheet", 1, 1)])


def test_a_code_that_a_spreadsheet_made_a_day_of_is_told():
    def fill(sheet):
        sheet["A1"].value, sheet["A1"].number_format = date(2026, 1, 2), "d-mmm"

    (table,) = read(saved(fill))

    assert (table.rows[0].cells, codes(table)) == (("2026-01-02",), [("date_without_year", 1, 1)])


def test_shared_texts_are_whole_without_their_readings():
    strings = "<si><r><t>1-1 </t></r><r><t>عمل_x000D_</t></r><rPh><t>reading</t></rPh></si>"

    assert cells(workbook('<row><c t="s"><v>0</v></c></row>', strings=strings)) == [("1-1 عمل",)]


def test_cells_without_a_reference_stand_one_after_the_other():
    row = '<row><c t="inlineStr"><is><t>أ</t></is></c><c><v>1</v></c></row>'

    assert cells(workbook(row + row)) == [("أ", "1"), ("أ", "1")]


def test_the_apostrophe_that_keeps_a_cell_from_running_is_taken_off():
    assert [one("'- محضر"), one("'=1"), one("'أ")] == ["- محضر", "=1", "'أ"]


def test_macros_are_left_alone_and_told():
    kind = "application/vnd.ms-excel.sheet.macroEnabled.main+xml"
    data = workbook(
        f"<row>{text_cell('A1', 'عمل')}</row>", content_type=kind, **{"xl/vbaProject.bin": b"\xd0\xcf"}
    )

    (table,) = read(data)

    assert (table.rows[0].cells, codes(table)) == (("عمل",), [("macros", 1, 1)])


def test_lines_of_a_workbook_used_as_a_form():
    assert read_lines("f", as_xlsx([BLOCK[1:3]])) == [
        "1- الإعداد",
        "1-1 تكوين خلية",
        "2023/06/09",
        "2-1 جلسة أولى",
        "في القصر",
    ]
