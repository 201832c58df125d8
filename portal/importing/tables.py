"""Text, TSV and CSV cut into plain rows that remember their lines; other formats only add `Table`s."""

import codecs
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from portal.folding import clean
from portal.importing.refusals import ImportRefused

DELIMITERS = ("\t", ";", ",", "|")


@dataclass(frozen=True, slots=True)
class Limits:
    """What a table may hold; anything above is refused before it costs memory or time."""

    bytes: int = 10_000_000
    rows: int = 20_000
    cells: int = 300_000
    cells_in_row: int = 200
    characters_in_cell: int = 20_000


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a file. `line` is that of its beginning, counted from 1; a plain line is a row of one cell.

    Cells are clean (see `portal.folding.clean`); `text` is the whole row as printed, trimmed.
    """

    line: int
    cells: tuple[str, ...]
    text: str

    @property
    def is_blank(self) -> bool:
        return not any(self.cells)

    @property
    def filled(self) -> tuple[str, ...]:
        return tuple(cell for cell in self.cells if cell)


@dataclass(frozen=True, slots=True)
class Table:
    """Every row of a file in order: the table, what stands around it, and the blank rows between."""

    name: str
    rows: tuple[Row, ...]
    encoding: str = "utf-8"
    delimiter: str = "\t"

    def refusal(self, row: Row | None, *, expected: str, column: int = 1, found: str = "") -> ImportRefused:
        """Return, ready to be raised, the refusal of this file at a cell of `row` (`None`: its beginning)."""
        line = row.line if row else 1
        return ImportRefused(file=self.name, line=line, column=column, expected=expected, found=found)


def read_table(name: str, data: bytes, limits: Limits | None = None) -> Table:
    """Return the rows of a text, TSV or CSV file; `name` is only used in refusals.

    Encoding and delimiter are found out. Raises `ImportRefused` for a file that is empty, not text, damaged
    or beyond the limits.
    """
    limits = limits or Limits()
    if len(data) > limits.bytes:
        expected = _("a file of at most %(size)d MB") % {"size": limits.bytes // 1_000_000}
        raise ImportRefused(file=name, line=1, column=1, expected=expected)
    text, encoding = decode(name, data)
    if not text.strip():
        raise ImportRefused(file=name, line=1, column=1, expected=_("a table; the file is empty"))
    delimiter = find_delimiter(text)
    rows = tuple(_cut(name, text, delimiter, limits))
    return Table(name=name, rows=rows, encoding=encoding, delimiter=delimiter)


# Encodings

_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CONTROL = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
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
    if control := _CONTROL.search(text):
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


def find_delimiter(text: str) -> str:
    """Return the delimiter that cuts most lines into one and the same number of cells."""
    sample = text[:_SAMPLE]
    present = [delimiter for delimiter in DELIMITERS if delimiter in sample]
    return max(present, key=lambda delimiter: _agreement(sample, delimiter), default=DELIMITERS[0])


def _agreement(sample: str, delimiter: str) -> tuple[int, int]:
    widths = Counter(
        len(cells) for _line, cells, _text in _records(sample, delimiter, len(sample)) if len(cells) > 1
    )
    return max(((count, width) for width, count in widths.items()), default=(0, 0))


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
    line = first_line = 1
    start, cells = 0, list[str]()
    for found in _cell_pattern(delimiter).finditer(text):
        if found.start() == len(text) and not cells:
            return
        quoted, plain, end = found.groups()
        cells.append(plain if quoted is None else quoted.replace('""', '"'))
        line += 0 if quoted is None else len(re.findall(r"\r\n|\n|\r", quoted))
        if end == delimiter and len(cells) <= most_cells:
            continue
        yield first_line, cells, text[start : found.start(3)]
        if len(cells) > most_cells:
            return
        line, start, cells = line + 1, found.end(), []
        first_line = line


def _cut(name: str, text: str, delimiter: str, limits: Limits) -> Iterator[Row]:
    filled = 0
    for count, (line, cells, printed) in enumerate(_records(text, delimiter, limits.cells_in_row), start=1):
        if count > limits.rows:
            expected = _("at most %(count)d rows") % {"count": limits.rows}
            raise ImportRefused(file=name, line=line, column=1, expected=expected)
        filled += len(cells)
        if filled > limits.cells:
            expected = _("at most %(count)d cells in all") % {"count": limits.cells}
            raise ImportRefused(file=name, line=line, column=1, expected=expected)
        _check_row(name, line, cells, limits)
        yield Row(line=line, cells=tuple(map(clean, cells)), text=printed.strip())


def _check_row(name: str, line: int, cells: list[str], limits: Limits) -> None:
    if len(cells) > limits.cells_in_row:
        expected = _("at most %(count)d cells in a row") % {"count": limits.cells_in_row}
        raise ImportRefused(file=name, line=line, column=limits.cells_in_row + 1, expected=expected)
    for column, cell in enumerate(cells, start=1):
        if len(cell) > limits.characters_in_cell:
            expected = _("at most %(count)d characters in a cell") % {"count": limits.characters_in_cell}
            raise ImportRefused(file=name, line=line, column=column, expected=expected, found=cell)
