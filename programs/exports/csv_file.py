"""The official table as CSV, for spreadsheets: UTF-8 with its mark, official heads, a document a line."""

from __future__ import annotations

import csv
import io

from portal.importing.inert import inert_in_csv
from portal.importing.tables import find_delimiter
from portal.locales import sheet_date
from programs.exports.table import HEADS, Line, OfficialTable

CONTENT_TYPE = "text/csv; charset=utf-8"
_DELIMITERS = (",", ";", "\t")
_MARK = "\ufeff"
"""Tells spreadsheets that the letters are UTF-8; without it Arabic is unreadable."""


def csv_file(table: OfficialTable) -> bytes:
    """Return the table as CSV (RFC 4180), its title above it; no cell of it is a formula."""
    rows = [list(map(str, HEADS.values())), *(_cells(line) for line in table.lines)]
    if table.title:
        rows = [[table.title], [], *rows]
    return (_MARK + _text([[inert_in_csv(cell) for cell in row] for row in rows])).encode()


def _cells(line: Line) -> list[str]:
    date = sheet_date(line.session_date) if line.session_date else ""
    return [line.phase, line.task, line.documents, date, line.done, line.notes, line.responsible]


def _text(rows: list[list[str]]) -> str:
    """Return the rows with commas, or with another sign where signs in the texts would pass for commas."""
    for delimiter in _DELIMITERS:
        text = _written(rows, delimiter)
        if find_delimiter(text) == delimiter:
            return text
    return _written(rows, _DELIMITERS[0])


def _written(rows: list[list[str]], delimiter: str) -> str:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, lineterminator="\r\n").writerows(rows)
    return out.getvalue()
