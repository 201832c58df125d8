"""The official table as an Excel workbook: real dates, official heads, ready to print lying on A4."""

from __future__ import annotations

import io
from collections.abc import Iterable
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, NamedStyle, PatternFill, Side
from openpyxl.worksheet.worksheet import Worksheet

from portal.importing.inert import inert
from programs.exports.table import HEADS, Line, OfficialTable

CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
DATE_FORMAT = "yyyy/mm/dd"
WIDTHS = (26, 56, 44, 13, 11, 30, 20)
"""The widths of the columns, in digits of the sheet's font."""

_A4 = 9
_TITLE, _HEAD, _TEXT, _SHORT, _DATE = "Program", "Head", "Text", "Short", "Date"


def _styles() -> list[NamedStyle]:
    """The looks of cells, by name: one look for many cells is written once."""
    grid = Border(*[Side("thin", color="FF9DB2AC")] * 4)
    middle = Alignment(horizontal="center", vertical="center", wrap_text=True)
    short = Alignment(horizontal="center", vertical="top")
    return [
        NamedStyle(_TITLE, font=Font(bold=True, size=14)),
        NamedStyle(
            _HEAD,
            font=Font(bold=True, color="FFFFFFFF"),
            fill=PatternFill("solid", fgColor="FF0F5E58"),
            alignment=middle,
            border=grid,
        ),
        NamedStyle(_TEXT, alignment=Alignment(vertical="top", wrap_text=True), border=grid),
        NamedStyle(_SHORT, alignment=short, border=grid),
        NamedStyle(_DATE, alignment=short, border=grid, number_format=DATE_FORMAT),
    ]


def workbook(table: OfficialTable, *, name: str, is_rtl: bool) -> bytes:
    """Return the table as XLSX; no cell of it is a formula.

    Args:
        name: whose program it is; printed at the head of each page.
        is_rtl: the sheet runs from right to left.
    """
    book = Workbook()
    book.properties.title, book.properties.creator = inert(table.title), name
    for style in _styles():
        book.add_named_style(style)
    sheet: Worksheet = book.active
    sheet.title = "calendar"
    sheet.sheet_view.rightToLeft = is_rtl
    heads = _write_title(sheet, table.title)
    _write_row(sheet, heads, ((str(head), _HEAD) for head in HEADS.values()))
    for row, line in enumerate(table.lines, start=heads + 1):
        _write_row(sheet, row, _cells(line))
    _lay_out(sheet, heads, name)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _write_title(sheet: Worksheet, title: str) -> int:
    """Write the title and leave a row free below; return the row of the heads."""
    if not title:
        return 1
    _write_row(sheet, 1, [(title, _TITLE)])
    return 3


def _cells(line: Line) -> list[tuple[Any, str]]:
    """Return the cells of a row, each with its look."""
    return [
        (line.phase, _TEXT),
        (line.task, _TEXT),
        (line.documents, _TEXT),
        (line.session_date, _DATE),
        (line.done, _SHORT),
        (line.notes, _TEXT),
        (line.responsible, _TEXT),
    ]


def _write_row(sheet: Worksheet, row: int, cells: Iterable[tuple[Any, str]]) -> None:
    for column, (value, style) in enumerate(cells, start=1):
        cell = sheet.cell(row, column)
        cell.value = inert(value) or None
        if isinstance(value, str) and value:
            cell.data_type = "s"
        cell.style = style


def _lay_out(sheet: Worksheet, heads: int, name: str) -> None:
    """Freeze the heads, give the columns their widths, and set the sheet up for printing."""
    sheet.freeze_panes = f"A{heads + 1}"
    for column, width in zip("ABCDEFG", WIDTHS, strict=True):
        sheet.column_dimensions[column].width = width
    sheet.print_title_rows = f"{heads}:{heads}"
    sheet.page_setup.orientation, sheet.page_setup.paperSize = "landscape", _A4
    sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = 1, 0
    sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.oddHeader.center.text = name.replace("&", "&&")
    sheet.oddFooter.center.text = "&P / &N"
