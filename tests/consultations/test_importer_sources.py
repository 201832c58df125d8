"""A project sheet as a Word document or a saved page, and several sheets in one file."""

import io
from html import escape
from pathlib import Path

import docx
import pytest
from django.utils import translation

from consultations.importers.plan import read_plan
from consultations.importers.sources import SeveralSheets
from portal.importing.refusals import ImportRefused

KENITRA = (Path(__file__).parents[2] / "demo/sources/kenitra-open-government-project.txt").read_text()
HEAD = ["مسار الانفتاح", "الإعداد", "برنامج عمل الانفتاح 2024-2026", "جماعة النخيل"]
ACTIVITIES = [
    ["النشاط", "تاريخ البداية", "تاريخ النهاية", "نسبة الإنجاز"],
    ["نشاط أول", "01/02/2024", "30/06/2024", "75%"],
    ["نشاط ثان", "شتنبر 2024", "دجنبر 2024", "5%"],
]


def sheet(title):
    return [
        "عنوان المشروع",
        title,
        "الإشكالية",
        "محور",
        f"مشكل {title}",
        "الحل المقترح",
        "حل",
        "المؤشرات",
        "عدد",
    ]


def as_docx(lines, table=(), more=()):
    document = docx.Document()
    for line in lines:
        document.add_paragraph(line)
    if table:
        cells = document.add_table(rows=len(table), cols=len(table[0]))
        for row, texts in zip(cells.rows, table, strict=True):
            for cell, text in zip(row.cells, texts, strict=True):
                cell.text = text
    for line in more:
        document.add_paragraph(line)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def as_html(lines, table=()):
    rows = "".join(f"<tr>{''.join(f'<td>{escape(text)}</td>' for text in row)}</tr>" for row in table)
    content = "".join(f"<div>{escape(line)}</div>" for line in lines) + f"<table>{rows}</table>" * bool(table)
    menu = "<nav><ul><li>عنوان المشروع</li><li>المؤشرات</li></ul></nav>"
    return (
        f"<!DOCTYPE html><html><head><meta charset=utf-8></head><body>{menu}{content}</body></html>".encode()
    )


def read(data, number=None):
    with translation.override("en"):
        return read_plan("sheet", data, number=number)


def same(reading):
    return reading.as_json(municipality="m", slug="s", number=1)


MAKERS = {"docx": as_docx, "html": as_html}
LINES = [*HEAD, "نسبة تقدم المشروع", "40%", *sheet("رقمنة سجل"), "جدولة الأنشطة"]
TEXT = "\n".join([*LINES, *(" ".join(row) for row in ACTIVITIES)])


@pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS)
def test_a_sheet_says_the_same_in_every_format(make):
    reading = read(make(LINES, ACTIVITIES))
    expected = same(read(TEXT.encode()))
    found = same(reading)

    assert {**found, "warnings": []} == {**expected, "warnings": []}
    assert [warning.code for warning in reading.warnings] == [
        warning.code for warning in read(TEXT.encode()).warnings
    ]
    assert [activity.percent for activity in reading.project.activities] == [75, 5]


@pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS)
def test_the_sheet_of_kenitra_as_a_document(make):
    found, expected = same(read(make(KENITRA.splitlines()))), same(read(KENITRA.encode()))

    assert {**found, "warnings": []} == {**expected, "warnings": []}


POINTS = ["نقطة أولى", "نقطة ثانية"]


def points_of(reading):
    return [(item.text, item.is_point) for item in reading.project.results]


def test_items_of_a_list_in_a_page_are_points():
    items = "".join(f"<li>{point}</li>" for point in POINTS)
    page = "".join(f"<p>{line}</p>" for line in [*sheet("سجل"), "النتائج المنتظرة", "فقرة"])
    reading = read(f"<html><body>{page}<ul>{items}</ul></body></html>".encode())

    assert points_of(reading) == [("فقرة", False), ("نقطة أولى", True), ("نقطة ثانية", True)]


@pytest.mark.parametrize("style", ["List Bullet", "List Number"])
def test_items_of_a_list_in_a_document_are_points_and_numbered_heads_are_heads(style):
    document = docx.Document()
    for line in [*sheet("سجل"), "فقرة"]:
        document.add_paragraph(line)
    document.add_paragraph("النتائج المنتظرة", style="List Number")
    for point in POINTS:
        document.add_paragraph(point, style=style)
    out = io.BytesIO()
    document.save(out)

    assert points_of(read(out.getvalue())) == [("نقطة أولى", True), ("نقطة ثانية", True)]


SEVERAL = [*HEAD, *sheet("رقمنة سجل"), *sheet("ميزانية مفتوحة"), *sheet("مجلس الشباب")]


@pytest.mark.parametrize("make", [*MAKERS.values(), lambda lines: "\n".join(lines).encode()])
def test_of_several_sheets_one_has_to_be_chosen(make):
    with pytest.raises(SeveralSheets) as refused:
        read(make(SEVERAL))

    titles = [(found.number, found.title) for found in refused.value.sheets]
    assert titles == [(1, "رقمنة سجل"), (2, "ميزانية مفتوحة"), (3, "مجلس الشباب")]
    assert "2: ميزانية مفتوحة" in refused.value.expected


@pytest.mark.parametrize("number", [1, 2, 3])
def test_the_chosen_sheet_keeps_the_plan_above_the_first(number):
    reading = read("\n".join(SEVERAL).encode(), number)

    assert reading.project.title == ("رقمنة سجل", "ميزانية مفتوحة", "مجلس الشباب")[number - 1]
    assert (reading.title, reading.commune) == ("برنامج عمل الانفتاح 2024-2026", "جماعة النخيل")
    assert [stage.title for stage in reading.stages] == ["الإعداد"]


def test_each_of_several_whole_pages_has_its_own_top():
    pages = [*HEAD, "نسبة تقدم المشروع", "40%", *sheet("أول"), "", *HEAD[:2], "برنامج عمل الانفتاح 2030"]
    pages += ["", "جماعة أخرى", "نسبة تقدم المشروع", "10%", *sheet("ثان")]
    first, second = (read("\n".join(pages).encode(), number) for number in (1, 2))

    assert (first.title, first.project.printed_progress) == ("برنامج عمل الانفتاح 2024-2026", 40)
    assert (second.title, second.project.printed_progress) == ("برنامج عمل الانفتاح 2030", 10)
    assert second.commune == "جماعة أخرى"


def test_the_progress_of_the_first_project_is_not_that_of_the_second():
    lines = [*HEAD, "نسبة تقدم المشروع", "40%", *sheet("أول"), *sheet("ثان")]

    assert read("\n".join(lines).encode(), 2).project.printed_progress is None


def test_a_list_of_titles_beside_a_sheet_is_no_other_sheet():
    lines = ["عنوان المشروع", "آخر", "عنوان المشروع", "غيره", *HEAD, *sheet("رقمنة سجل")]

    assert read("\n".join(lines).encode()).project.title == "رقمنة سجل"


@pytest.mark.parametrize("number", [0, 4])
def test_a_sheet_that_is_not_there_cannot_be_chosen(number):
    with pytest.raises(SeveralSheets):
        read("\n".join(SEVERAL).encode(), number)


def test_a_document_that_is_no_sheet_is_refused():
    with pytest.raises(ImportRefused) as refused:
        read(as_docx(["رسالة", "تحية"]))

    assert refused.value.expected.startswith("a project sheet, with heads such as")


def test_more_lines_than_any_sheet_are_refused_in_a_document_too():
    with pytest.raises(ImportRefused) as refused:
        read(as_html(["س"] * 5001))

    assert refused.value.expected == "at most 5000 lines"
