"""CSV, XLSX and JSON as tables go out and come back.

What a spreadsheet would run as a formula leaves with an apostrophe in front and comes back without it.
JSON is read by programs and stays as it is.
"""

from __future__ import annotations

import csv
import io
import json
import re
import zipfile
from collections.abc import Iterable, Sequence
from typing import Any, NoReturn

import openpyxl
import tablib
from django.utils.translation import gettext as _
from import_export.formats import base_formats
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from portal.importing.inert import as_written, as_written_in_csv, inert, inert_in_csv
from portal.importing.refusals import ImportRefused
from portal.importing.tables import decode

MOST_ROWS = 20_000
MOST_COLUMNS = 200
MOST_UNPACKED_BYTES = 100_000_000
LONGEST_XLSX_CELL = 32_767

# What a workbook, which is XML, has no place for; the library knows the control characters alone.
_NOT_IN_XML = re.compile(f"{ILLEGAL_CHARACTERS_RE.pattern}|[\ud800-\udfff\ufffe\uffff]")
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


class UnreadableTable(ValueError):  # noqa: N818 - says what the file is
    """A file that is no table; its text says why, translated."""


def table(headers: Sequence[Any], rows: Iterable[Sequence[Any]]) -> tablib.Dataset:
    """A data set of rows as long as the headings, without blank rows and without nameless blank columns.

    Raises :class:`UnreadableTable` for cells outside the headings, too many rows, or text that no
    database keeps.
    """
    names = [str(name).strip() if name is not None else "" for name in headers]
    while names and not names[-1]:
        names.pop()
    if not names or not all(names) or len(names) > MOST_COLUMNS:
        raise UnreadableTable(_("The first row must name every column."))
    if len(set(names)) < len(names):
        raise UnreadableTable(_("Two columns have the same name."))
    dataset = tablib.Dataset(headers=names)
    for row in rows:
        if any(cell not in (None, "") for cell in row):
            dataset.append(_fitted(row, len(names), len(dataset) + 1))
    return dataset


def _fitted(row: Sequence[Any], width: int, number: int) -> list[Any]:
    if number > MOST_ROWS:
        raise UnreadableTable(_("The file has more than %(count)d rows.") % {"count": MOST_ROWS})
    cells = [*row, *[None] * (width - len(row))]
    if any(cell not in (None, "") for cell in cells[width:]):
        raise UnreadableTable(_("Row %(row)d has a cell in a column without a name.") % {"row": number})
    if any(isinstance(cell, str) and _UNSTORABLE.search(cell) for cell in cells):
        raise UnreadableTable(_("Row %(row)d holds characters that are no text.") % {"row": number})
    return cells[:width]


class Csv(base_formats.CSV):
    """Comma-separated; a semicolon or a tab is understood too, and the code pages of Windows."""

    def create_dataset(self, in_stream: bytes | str, **kwargs: Any) -> tablib.Dataset:
        text = in_stream.removeprefix("\ufeff") if isinstance(in_stream, str) else self._decoded(in_stream)
        first_line = text.partition("\n")[0]
        delimiter = max(",;\t", key=first_line.count)
        rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
        headers = next(rows, [])
        return table(headers, ([as_written_in_csv(cell) for cell in row] for row in rows))

    def _decoded(self, data: bytes) -> str:
        try:
            return decode("", data)[0]
        except ImportRefused as refusal:
            raise UnreadableTable(_("The file is no readable text.")) from refusal

    def export_data(self, dataset: tablib.Dataset, **kwargs: Any) -> str:
        # The mark tells spreadsheets that the letters are UTF-8; without it Arabic is unreadable.
        return "\ufeff" + super().export_data(_inert(dataset), **kwargs)


class Xlsx(base_formats.XLSX):
    """The first sheet of a workbook. Its formulas count with the value last computed."""

    def create_dataset(self, in_stream: bytes) -> tablib.Dataset:
        _check_unpacked_size(in_stream)
        book = openpyxl.load_workbook(io.BytesIO(in_stream), read_only=True, data_only=True)
        sheet = book.active
        # What a file says about its own size is no reason to walk a million empty cells.
        sheet.reset_dimensions()
        rows = sheet.iter_rows(values_only=True, max_col=MOST_COLUMNS + 1)
        headers = next(rows, ())
        return table(headers, ([as_written(cell) for cell in row] for row in rows))

    def export_data(self, dataset: tablib.Dataset, **kwargs: Any) -> bytes:
        safe = tablib.Dataset(headers=dataset.headers)
        for row in dataset:
            safe.append([_fit_for_xlsx(cell) for cell in row])
        return super().export_data(safe, **kwargs)


class Json(base_formats.JSON):
    """A list of objects, one a row. Keys may stand in any order and be missing."""

    def create_dataset(self, in_stream: bytes | str, **kwargs: Any) -> tablib.Dataset:
        try:
            rows = json.loads(in_stream, parse_constant=_no_number)
        except (ValueError, RecursionError) as error:
            raise UnreadableTable(_("The file is no JSON.")) from error
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise UnreadableTable(_("A list of objects is expected, one for each row."))
        headers = list(dict.fromkeys(name for row in rows for name in row))
        if any(isinstance(value, dict | list) for row in rows for value in row.values()):
            raise UnreadableTable(_("A value must be a text, a number, true, false or null."))
        return table(headers, ([row.get(name) for name in headers] for row in rows))

    def export_data(self, dataset: tablib.Dataset, **kwargs: Any) -> str:
        return str(super().export_data(dataset, **kwargs))


FORMATS = [Csv, Xlsx, Json]


def _inert(dataset: tablib.Dataset) -> tablib.Dataset:
    safe = tablib.Dataset(headers=dataset.headers)
    for row in dataset:
        safe.append([inert_in_csv(cell) for cell in row])
    return safe


def _fit_for_xlsx(cell: Any) -> Any:
    if not isinstance(cell, str):
        return cell
    if len(cell) >= LONGEST_XLSX_CELL:
        raise ValueError(_("A text is too long for a spreadsheet. Choose CSV or JSON."))
    return inert(_NOT_IN_XML.sub("\N{REPLACEMENT CHARACTER}", cell))


def _check_unpacked_size(data: bytes) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            unpacked = sum(entry.file_size for entry in archive.infolist())
    except zipfile.BadZipFile as error:
        raise UnreadableTable(_("The file is no XLSX workbook.")) from error
    if unpacked > MOST_UNPACKED_BYTES:
        raise UnreadableTable(_("The workbook is too large once unpacked."))


def _no_number(name: str) -> NoReturn:
    raise ValueError(name)
