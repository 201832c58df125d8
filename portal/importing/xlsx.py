"""Excel workbooks: every sheet as a table, cells as they read on the sheet, formulas as last computed.

Rows keep the numbers they have in the sheet; blank ones between are read as one, blank columns beside the
table are not. Hidden rows, columns and sheets are read, and a finding says so.
"""

import datetime
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format
from openpyxl.utils.datetime import CALENDAR_MAC_1904, CALENDAR_WINDOWS_1900, from_excel
from openpyxl.utils.escape import unescape

from portal.importing.archive import Archive, whole_expected
from portal.importing.blocks import tidy
from portal.importing.findings import SourceWarning
from portal.importing.inert import as_written
from portal.importing.macros import macros_finding
from portal.importing.refusals import quote
from portal.importing.rows import Meter, Row, Table, refusal

_REFERENCE = re.compile(r"([A-Z]{1,3})([1-9]\d{0,6})")
_DECIMALS = re.compile(r"0\.(0{1,9})(?:_\)|;.*)?")
_NOT_OF_THE_DAY = re.compile(r'"[^"]*"|\[[^\]]*\]|\\.')
_LAST_ROW = 1_048_576
_MOST_STYLES = 70_000
_TRUE, _FALSE = "✓", "✗"


def read_xlsx(archive: Archive, meter: Meter) -> list[Table]:
    """Return the sheets that hold anything, in order. Raises `ImportRefused` where one cannot be read."""
    book = _Book()
    archive.walk(archive.main, book)
    parts = archive.related(archive.main)
    styles, strings = _Styles(), _Strings(meter)
    for part in parts.values():
        if part.endswith("styles.xml") and part in archive:
            archive.walk(part, styles)
        elif part.lower().endswith("sharedstrings.xml") and part in archive:
            archive.walk(part, strings)
    if len(book.sheets) > meter.limits.tables:
        raise refusal(meter.file, 1, 1, _("at most %(count)d sheets") % {"count": meter.limits.tables})
    tables = []
    for name, reference, is_hidden in book.sheets:
        part = parts.get(reference, "")
        if "worksheets/" in part:
            sheet = _Sheet(meter, book, styles, strings)
            meter.place = name
            archive.walk(part, sheet)
            if sheet.rows:
                tables.append(_table(name, sheet, is_hidden, archive.has_macros))
            meter.place = ""
    return tables


def _table(name: str, sheet: "_Sheet", is_hidden: bool, has_macros: bool) -> Table:
    first = min(min(cells) for cells in sheet.rows.values())
    last = max(max(cells) for cells in sheet.rows.values())
    width = last - first + 1
    if width * len(sheet.rows) > sheet.meter.limits.cells:
        expected = _("at most %(count)d cells in all") % {"count": sheet.meter.limits.cells}
        raise sheet.meter.refusal(1, expected)
    rows: list[Row] = []
    for number, cells in sorted(sheet.rows.items()):
        if rows and number > rows[-1].line + 1:
            rows.append(Row(rows[-1].line + 1, ("",) * width, ""))
        texts = tuple(cells.get(column, "") for column in range(first, last + 1))
        if list(cells) == [first] and number in sheet.lines:
            texts = texts[:1]
        rows.append(Row(number, texts, "\t".join(texts).strip()))
    found = [macros_finding()] if has_macros else []
    found += sheet.findings(first, last, is_hidden)
    return Table(name=name, rows=tuple(rows), file=sheet.meter.file, findings=tuple(found))


class _Book:
    """The list of sheets, each with its name, its reference and whether it is hidden, and the first day."""

    def __init__(self) -> None:
        self.sheets: list[tuple[str, str, bool]] = []
        self.epoch = CALENDAR_WINDOWS_1900

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        if name == "x sheet":
            is_hidden = attributes.get("state", "visible") != "visible"
            self.sheets.append((quote(attributes.get("name", "")), attributes.get("id", ""), is_hidden))
        elif name == "x workbookPr" and attributes.get("date1904") in ("1", "true"):
            self.epoch = CALENDAR_MAC_1904

    def end(self, name: str) -> None:
        pass

    def data(self, text: str) -> None:
        pass


class _Styles:
    """The number format of every style that a cell may have."""

    def __init__(self) -> None:
        self._formats: dict[str, str] = {str(key): code for key, code in BUILTIN_FORMATS.items()}
        self._of_style: list[str] = []
        self._is_cells = False

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        if name == "x numFmt":
            self._formats[attributes.get("numFmtId", "")] = attributes.get("formatCode", "")
        elif name == "x cellXfs":
            self._is_cells = True
        elif name == "x xf" and self._is_cells and len(self._of_style) < _MOST_STYLES:
            self._of_style.append(attributes.get("numFmtId", "0"))

    def end(self, name: str) -> None:
        if name == "x cellXfs":
            self._is_cells = False

    def data(self, text: str) -> None:
        pass

    def format_of(self, style: str) -> str:
        """Return the format of a cell's style, "General" where it has none."""
        place = _whole(style)
        number = self._of_style[place] if place < len(self._of_style) else "0"
        return self._formats.get(number, "General")[:200]


class _Strings:
    """The texts that cells refer to by number, without the readings that Japanese texts carry."""

    def __init__(self, meter: Meter) -> None:
        self.meter = meter
        self.texts: list[str] = []
        self._parts: list[str] = []
        self._is_text = False
        self._is_reading = False

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        if name == "x t":
            self._is_text = not self._is_reading
        elif name == "x rPh":
            self._is_reading = True

    def end(self, name: str) -> None:
        if name == "x t":
            self._is_text = False
        elif name == "x rPh":
            self._is_reading = False
        elif name == "x si":
            self.texts.append("".join(self._parts))
            self._parts.clear()

    def data(self, text: str) -> None:
        if self._is_text:
            self.meter.text(len(text), 1)
            self._parts.append(text)


@dataclass(slots=True)
class _Value:
    """A cell on its way: what it is said to be and what it holds."""

    column: int
    kind: str
    style: str
    parts: list[str] = field(default_factory=list)
    is_formula: bool = False


class _Sheet:
    """The filled cells of one sheet by row and column, both counted from 1."""

    def __init__(self, meter: Meter, book: _Book, styles: _Styles, strings: _Strings) -> None:
        self.meter, self.book, self.styles, self.strings = meter, book, styles, strings
        self.rows: dict[int, dict[int, str]] = {}
        self.lines: set[int] = set()
        """The rows in which a cell is merged with those beside it, and no row below."""
        self._row = 0
        self._column = 0
        self._value: _Value | None = None
        self._is_value = False
        self._is_reading = False
        self._hidden_rows: list[int] = []
        self._hidden_columns: list[tuple[int, int]] = []
        self._told: dict[str, list[tuple[int, int]]] = {}

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        if name == "x c":
            self._cell(attributes)
        elif name in ("x v", "x t"):
            self._is_value = not self._is_reading
        elif name == "x row":
            self._begin_row(attributes)
        elif name == "x f" and self._value:
            self._value.is_formula = True
        elif name == "x rPh":
            self._is_reading = True
        elif name == "x col" and attributes.get("hidden") in ("1", "true"):
            self._hidden_columns.append(
                (_whole(attributes.get("min", "")), _whole(attributes.get("max", "")))
            )
        elif name == "x mergeCell":
            self._merge(attributes.get("ref", ""))

    def end(self, name: str) -> None:
        if name in ("x v", "x t"):
            self._is_value = False
        elif name == "x rPh":
            self._is_reading = False
        elif name == "x c" and self._value:
            self._keep(self._value)
            self._value = None

    def data(self, text: str) -> None:
        if self._is_value and self._value:
            self.meter.text(len(text), self._row)
            self._value.parts.append(text)

    def _begin_row(self, attributes: Mapping[str, str]) -> None:
        self._row = _whole(attributes.get("r", "")) or self._row + 1
        self._column = 0
        if self._row > _LAST_ROW:
            raise self.meter.refusal(self._row, whole_expected())
        if attributes.get("hidden") in ("1", "true"):
            self._hidden_rows.append(self._row)

    def _cell(self, attributes: Mapping[str, str]) -> None:
        found = _REFERENCE.fullmatch(attributes.get("r", ""))
        self._column = _column(found[1]) if found else self._column + 1
        self._value = _Value(self._column, attributes.get("t", "n"), attributes.get("s", ""))

    def _keep(self, value: _Value) -> None:
        text = tidy(self._text(value))
        if value.is_formula and not value.parts:
            self._tell("formula_without_value", value.column)
        if not text:
            return
        self.meter.cell(self._row, value.column, text)
        if self._row not in self.rows:
            self.meter.row(self._row)
        self.rows.setdefault(self._row, {})[value.column] = text

    def _text(self, value: _Value) -> str:
        written = "".join(value.parts)
        if value.kind == "s":
            place = _whole(written.strip())
            if written.strip() and place >= len(self.strings.texts):
                raise self.meter.refusal(self._row, whole_expected(), value.column)
            return self._shared(place) if written.strip() else ""
        if value.kind in ("str", "inlineStr"):
            return as_written(unescape(written))
        if value.kind == "b":
            return {"1": _TRUE, "0": _FALSE}.get(written.strip(), "")
        if value.kind == "e":
            self._tell("formula_error", value.column)
            return written
        if value.kind == "d":
            return written.partition("T")[0]
        return self._number(value, written.strip())

    def _shared(self, place: int) -> str:
        """Return a shared text; it counts each time that a cell shows it."""
        text = self.strings.texts[place]
        self.meter.text(len(text), self._row)
        return str(as_written(unescape(text)))

    def _number(self, value: _Value, written: str) -> str:
        try:
            number = float(written)
        except ValueError:
            return written
        code = self.styles.format_of(value.style)
        if is_date_format(code) and (day := self._day(number, code, value.column)):
            return day
        if decimals := _DECIMALS.fullmatch(code):
            return f"{number:.{len(decimals[1])}f}" if abs(number) < 1e15 else written
        return format(number, ".15g")

    def _day(self, number: float, code: str, column: int) -> str:
        """Return a number as the day or the time that its format shows; "" where there is no such day."""
        if number < 0:
            return ""
        try:
            moment = from_excel(number, self.book.epoch)
        except (ValueError, OverflowError):
            return ""
        if isinstance(moment, datetime.datetime):
            shown = _NOT_OF_THE_DAY.sub("", code).lower()
            if "y" not in shown and "d" in shown:
                self._tell("date_without_year", column)
            return moment.date().isoformat()
        return moment.isoformat() if isinstance(moment, datetime.time) else ""

    def _merge(self, reference: str) -> None:
        """Note a row that one cell fills, as a title does."""
        first, _colon, last = reference.partition(":")
        start, end = _REFERENCE.fullmatch(first), _REFERENCE.fullmatch(last)
        if start and end and start[2] == end[2] and start[1] != end[1]:
            self.lines.add(int(start[2]))

    # Findings

    def _tell(self, code: str, column: int) -> None:
        self._told.setdefault(code, []).append((self._row, column))

    def findings(self, first: int, last: int, is_hidden: bool) -> list[SourceWarning]:
        """Return what people should know of this sheet, whose table takes the columns from first to last."""
        found = []
        if is_hidden:
            found.append(SourceWarning(1, 1, "hidden_sheet", _("This sheet is hidden in the workbook.")))
        hidden_rows = [row for row in self._hidden_rows if row in self.rows]
        if hidden_rows:
            found.append(SourceWarning(hidden_rows[0], 1, "hidden_rows", _about_rows(len(hidden_rows))))
        hidden_columns = [low for low, high in self._hidden_columns if low <= last and high >= first]
        if hidden_columns:
            column = max(hidden_columns[0] - first, 0) + 1
            message = _("Columns that are hidden in the workbook are read like all others.")
            found.append(SourceWarning(1, column, "hidden_columns", message))
        for code, places in self._told.items():
            message = _about_cells(code, len(places))
            found.append(SourceWarning(places[0][0], max(places[0][1] - first, 0) + 1, code, message))
        return found


def _about_rows(count: int) -> str:
    return ngettext(
        "%(count)d row that is hidden in the workbook is read like all others.",
        "%(count)d rows that are hidden in the workbook are read like all others.",
        count,
    ) % {"count": count}


def _about_cells(code: str, count: int) -> str:
    if code == "formula_without_value":
        message = ngettext(
            "%(count)d formula has no value; open the workbook in Excel, save it, and import it again.",
            "%(count)d formulas have no value; open the workbook in Excel, save it, and import it again.",
            count,
        )
    elif code == "formula_error":
        message = ngettext(
            "%(count)d formula shows an error instead of a value.",
            "%(count)d formulas show an error instead of a value.",
            count,
        )
    else:
        message = ngettext(
            "%(count)d cell is a day shown without its year: a code such as 2-1 becomes one when it is typed "
            "into a cell that is not text.",
            "%(count)d cells are days shown without their year: a code such as 2-1 becomes one when it is "
            "typed into a cell that is not text.",
            count,
        )
    return message % {"count": count}


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def _whole(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0
