"""What every reader hands out, rows and tables, and the limits that all of them keep."""

import time
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from portal.folding import storable
from portal.importing.findings import SourceWarning
from portal.importing.refusals import ImportRefused


@dataclass(frozen=True, slots=True)
class Limits:
    """What a file may hold; anything above is refused before it costs memory or time.

    `unpacked_bytes` counts all parts of a DOCX or XLSX that are read, `ratio` is how many times larger a big
    one of them may be than it is packed; `elements` counts the elements of XML or HTML, `nesting` their
    depth. `seconds` are those of the clock.
    """

    bytes: int = 5_000_000
    rows: int = 20_000
    cells: int = 300_000
    cells_in_row: int = 200
    characters_in_cell: int = 20_000
    characters: int = 5_000_000
    tables: int = 500
    unpacked_bytes: int = 40_000_000
    ratio: int = 500
    members: int = 5_000
    elements: int = 1_000_000
    nesting: int = 200
    seconds: float = 10.0


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a file. `line` is that of its beginning, counted from 1; a plain line is a row of one cell.

    Lines are those of a text, the rows of a sheet, and in a document its paragraphs and rows in order.
    Cells are clean (see `portal.folding.clean`); `text` is the whole row as printed, trimmed.
    """

    line: int
    cells: tuple[str, ...]
    text: str

    def __post_init__(self) -> None:
        # Escapes of a sheet or an entity of a page can name a NUL or half a surrogate pair.
        object.__setattr__(self, "cells", tuple(map(storable, self.cells)))
        object.__setattr__(self, "text", storable(self.text))

    @property
    def is_blank(self) -> bool:
        return not any(self.cells)

    @property
    def filled(self) -> tuple[str, ...]:
        return tuple(cell for cell in self.cells if cell)


@dataclass(frozen=True, slots=True)
class Table:
    """Every row of a table in order, the lines above it and the blank rows between.

    `name` is that of the file or, in a file of several tables, the sheet's or "table 2"; `file` is that of
    the file then. `findings` are what its reader has to tell people.
    """

    name: str
    rows: tuple[Row, ...]
    encoding: str = "utf-8"
    delimiter: str = "\t"
    file: str = ""
    findings: tuple[SourceWarning, ...] = ()

    def refusal(self, row: Row | None, *, expected: str, column: int = 1, found: str = "") -> ImportRefused:
        """Return, ready to be raised, the refusal of this file at a cell of `row` (`None`: its beginning)."""
        line = row.line if row else 1
        return refusal(self.place, line, column, expected, found)

    @property
    def place(self) -> str:
        """The file and, where it has one, the table's own name."""
        return f"{self.file} ({self.name})" if self.file else self.name


def refusal(file: str, line: int, column: int, expected: str, found: str = "") -> ImportRefused:
    return ImportRefused(file=file, line=line, column=column, expected=expected, found=found)


@dataclass(slots=True)
class Meter:
    """What one file has cost so far. Every method raises `ImportRefused` where a limit is passed.

    `place` is the part of the file that is being read, if it has a name.
    """

    file: str
    limits: Limits
    place: str = ""
    started: float = field(default_factory=time.monotonic)
    unpacked: int = 0
    elements: int = 0
    rows: int = 0
    cells: int = 0
    characters: int = 0

    def count_elements(self, count: int, line: int, depth: int) -> None:
        """Count elements of XML or HTML, the last of them at a depth, and look at the clock."""
        self.elements += count
        if depth > self.limits.nesting:
            expected = _("at most %(count)d elements inside each other") % {"count": self.limits.nesting}
            raise self.refusal(line, expected)
        if self.elements > self.limits.elements:
            expected = _("a document of at most %(count)d elements") % {"count": self.limits.elements}
            raise self.refusal(line, expected)
        self.check_clock(line)

    def check_clock(self, line: int = 1) -> None:
        if time.monotonic() - self.started > self.limits.seconds:
            expected = _("a file that can be read in %(count)d seconds") % {"count": self.limits.seconds}
            raise self.refusal(line, expected)

    def text(self, characters: int, line: int) -> None:
        """Count characters of a document wherever they stand."""
        self.characters += characters
        if self.characters > self.limits.characters:
            expected = _("at most %(count)d characters in all") % {"count": self.limits.characters}
            raise self.refusal(line, expected)

    def row(self, line: int) -> None:
        """Count a row or a paragraph."""
        self.rows += 1
        if self.rows > self.limits.rows:
            raise self.refusal(line, _("at most %(count)d rows") % {"count": self.limits.rows})

    def cell(self, line: int, column: int, text: str, width: int = 1) -> None:
        """Count a cell that begins at a column, counted from 1, and covers so many."""
        self.cells += min(width, self.limits.cells_in_row)
        if column > self.limits.cells_in_row:
            expected = _("at most %(count)d cells in a row") % {"count": self.limits.cells_in_row}
            raise self.refusal(line, expected, self.limits.cells_in_row + 1)
        if self.cells > self.limits.cells:
            expected = _("at most %(count)d cells in all") % {"count": self.limits.cells}
            raise self.refusal(line, expected)
        if len(text) > self.limits.characters_in_cell:
            expected = _("at most %(count)d characters in a cell") % {"count": self.limits.characters_in_cell}
            raise self.refusal(line, expected, column, text[:200])

    def refusal(self, line: int, expected: str, column: int = 1, found: str = "") -> ImportRefused:
        """Return, ready to be raised, the refusal of the file at a place of the part that is being read."""
        place = f"{self.file} ({self.place})" if self.place else self.file
        return refusal(place, line, column, expected, found)
