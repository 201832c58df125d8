"""Text, TSV and CSV cut into plain rows that remember their lines."""

import codecs
import re
from collections import Counter
from collections.abc import Iterator

from django.utils.translation import gettext as _

from portal.folding import clean
from portal.importing.inert import as_written_in_csv
from portal.importing.refusals import ImportRefused
from portal.importing.rows import Meter, Row, Table

DELIMITERS = ("\t", ";", ",", "|")
SPACES = "  "
"""Stands for two spaces or more, as between the columns of a table pasted from a mail."""


def read_text(name: str, text: str, encoding: str, meter: Meter) -> Table:
    """Return the rows of a text; its delimiter is found out. Raises `ImportRefused` beyond the limits."""
    delimiter = find_delimiter(text)
    rows = tuple(_cut(text, delimiter, meter))
    if delimiter == "|":
        rows = _unframed(rows)
    return Table(name=name, rows=rows, encoding=encoding, delimiter=delimiter)


# Encodings

_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
CONTROL = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
_ARABIC_RUN = re.compile("[\u0621-\u064a]{2,}")
_ARABIC_AMONG_LATIN = re.compile("(?<=[A-Za-z])[\u0621-\u064a]|[\u0621-\u064a](?=[A-Za-z])")


def decode(name: str, data: bytes) -> tuple[str, str]:
    """Return the text of the bytes and the name of their encoding.

    Raises `ImportRefused` where the bytes are no text or a damaged one.
    """
    encoding = _encoding(data)
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        before = data[: error.start].decode(encoding, "replace")
        raise _unreadable(name, before, f"0x{data[error.start]:02X}") from error
    if control := CONTROL.search(text):
        raise _unreadable(name, text[: control.start()], f"0x{ord(control.group()):02X}")
    return text, encoding


def _encoding(data: bytes) -> str:
    for mark, encoding in _BYTE_ORDER_MARKS:
        if data.startswith(mark):
            return encoding
    if data.count(0) > len(data) // 20 and b"\0\0" not in data:
        return "utf-16-le" if data[1::2].count(0) > data[::2].count(0) else "utf-16-be"
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return "utf-8" if _is_damaged_utf8(data) else _windows_encoding(data)
    return "utf-8"


def _is_damaged_utf8(data: bytes) -> bool:
    """Return whether most letters beyond ASCII are sound UTF-8: then the others are damage."""
    text = data.decode("utf-8", "replace")
    damaged = text.count("\ufffd")
    return sum(not letter.isascii() for letter in text) - damaged > damaged


def _windows_encoding(data: bytes) -> str:
    """Return the Arabic code page or the Western one. They share é: only runs of Arabic letters tell."""
    text = data.decode("cp1256")
    return "cp1256" if len(_ARABIC_RUN.findall(text)) > len(_ARABIC_AMONG_LATIN.findall(text)) else "cp1252"


def _unreadable(name: str, before: str, found: str) -> ImportRefused:
    line, column = before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1
    expected = _("readable text, as UTF-8, UTF-16, Windows-1256 or Windows-1252")
    return ImportRefused(file=name, line=line, column=column, expected=expected, found=found)


# Cells

_SAMPLE = 100_000
_LINE_END = re.compile(r"\r\n|\n|\r")
_GAP = re.compile(r" {2,}")
_FRAME = frozenset("-=+:_| ")


def find_delimiter(text: str) -> str:
    """Return the delimiter that cuts most lines into one and the same number of cells."""
    sample = text[:_SAMPLE]
    present = [delimiter for delimiter in (*DELIMITERS, SPACES) if delimiter in sample]
    return max(present, key=lambda delimiter: _agreement(sample, delimiter), default=DELIMITERS[0])


def _agreement(sample: str, delimiter: str) -> tuple[int, int]:
    """Return how many lines agree on how many cells; gaps of spaces count only where nothing else agrees.

    A line with a quote that nothing closes counts for no delimiter: it may be a piece of a quoted cell.
    """
    records = _records(sample, delimiter, len(sample))
    widths = Counter(
        len(cells) for _line, cells, text in records if len(cells) > 1 and text.count('"') % 2 == 0
    )
    count, width = max(((count, width) for width, count in widths.items()), default=(0, 0))
    return count, 0 if delimiter == SPACES else width


def _cell_pattern(delimiter: str) -> re.Pattern[str]:
    """Return what matches one cell and what ends it.

    A quote opens a quoted cell only when its closing quote ends the cell: in pasted text quotes are just
    quotes. No program puts a tab into a quoted cell, so one that was forgotten does not swallow the rows
    after it.
    """
    part = re.escape(delimiter)
    inside = '[^"\t]' if delimiter == "\t" else '[^"]'
    return re.compile(rf'(?:"((?:{inside}|"")*+)"(?=[{part}\r\n]|\Z)|([^{part}\r\n]*))({part}|\r\n|\n|\r|\Z)')


def _records(text: str, delimiter: str, most_cells: int) -> Iterator[tuple[int, list[str], str]]:
    """Yield line, cells and text of every row, blank ones too; stop after a row of more than `most_cells`."""
    if delimiter == SPACES:
        for number, line in enumerate(_LINE_END.split(text), start=1):
            yield number, _GAP.split(line.strip()), line
        return
    line = first_line = 1
    start, cells = 0, list[str]()
    for found in _cell_pattern(delimiter).finditer(text):
        if found.start() == len(text) and not cells:
            return
        quoted, plain, end = found.groups()
        cells.append(plain if quoted is None else quoted.replace('""', '"'))
        line += 0 if quoted is None else len(_LINE_END.findall(quoted))
        if end == delimiter and len(cells) <= most_cells:
            continue
        yield first_line, cells, text[start : found.start(3)]
        if len(cells) > most_cells:
            return
        line, start, cells = line + 1, found.end(), []
        first_line = line


def _cut(text: str, delimiter: str, meter: Meter) -> Iterator[Row]:
    limits, counted = meter.limits, 0
    records = _records(text, delimiter, limits.cells_in_row)
    for line, cells, printed in records:
        meter.row(line)
        if line % 1024 == 0:
            meter.check_clock(line)
        counted += len(cells)
        if counted > limits.cells:
            expected = _("at most %(count)d cells in all") % {"count": limits.cells}
            raise meter.refusal(line, expected)
        for column, cell in enumerate(cells, start=1):
            meter.cell(line, column, cell, 0)
        yield Row(line, tuple(clean(as_written_in_csv(cell)) for cell in cells), printed.strip())


def _unframed(rows: tuple[Row, ...]) -> tuple[Row, ...]:
    """Return rows cut at "|" without the lines that frame a table, at its sides and between its rows."""
    cut = [row for row in rows if len(row.cells) > 1]
    is_framed = cut and all(not row.cells[0] and not row.cells[-1] for row in cut)
    return tuple(_without_frame(row, bool(is_framed)) for row in rows)


def _without_frame(row: Row, is_framed: bool) -> Row:
    if row.text and not set(row.text) - _FRAME:
        return Row(row.line, ("",), "")
    if is_framed and len(row.cells) > 1:
        return Row(row.line, row.cells[1:-1], row.text)
    return row
