"""What single cells look like, whatever their column."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum, auto

from portal.folding import fold
from portal.importing.dates import date_order
from portal.importing.tables import Row
from programs.importers.codes import split_code, split_label
from programs.importers.grammar import NO, YES
from programs.importers.heads import Column

ANSWERS: Mapping[str, bool] = {**{fold(word): True for word in YES}, **{fold(word): False for word in NO}}
LONGEST_ANSWER = max(map(len, ANSWERS)) + 4


class Kind(StrEnum):
    """A text opened by a task's code, a date, yes or no, a text opened by a number, a text, or nothing."""

    CODE = auto()
    DATE = auto()
    ANSWER = auto()
    LABEL = auto()
    TEXT = auto()
    EMPTY = auto()


def kind_of(cell: str) -> Kind:
    """Return what a cell looks like."""
    if not cell:
        return Kind.EMPTY
    if date_order(cell):
        return Kind.DATE
    if split_code(cell):
        return Kind.CODE
    if len(cell) <= LONGEST_ANSWER and fold(cell) in ANSWERS:
        return Kind.ANSWER
    return Kind.LABEL if split_label(cell)[0] is not None else Kind.TEXT


def shielded(text: str) -> str:
    """Return a text so that nothing takes it for a code or a date: behind an apostrophe if it looks so.

    `unshielded` is the exact way back.
    """
    return f"'{text}" if _looks_like_another(text) else text


def unshielded(text: str) -> str:
    """Return a cell without the apostrophe that `shielded` put before it."""
    return text[1:] if text.startswith("'") and _looks_like_another(text[1:]) else text


def _looks_like_another(text: str) -> bool:
    return kind_of(text.lstrip("'")) in (Kind.CODE, Kind.DATE)


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell, what it looks like, and its place in the row as the file has it, counted from 1."""

    text: str
    kind: Kind
    column: int


@dataclass(frozen=True, slots=True)
class Line:
    """A row of the file with what its cells look like."""

    row: Row
    cells: tuple[Cell, ...]

    def has(self, kind: Kind) -> bool:
        return any(cell.kind is kind for cell in self.cells)

    @property
    def filled(self) -> list[Cell]:
        return [cell for cell in self.cells if cell.text]


def line_of(row: Row) -> Line:
    """Return the row with what its cells look like.

    Beside a code only the phase's own number makes a label: any other number opens a text.
    """
    kinds = [kind_of(text) for text in row.cells]
    numbers = _numbers(row.cells[kinds.index(Kind.CODE)]) if Kind.CODE in kinds else None
    for place, text in enumerate(row.cells):
        if numbers and kinds[place] is Kind.LABEL and split_label(text)[0] not in numbers:
            kinds[place] = Kind.TEXT
    cells = zip(row.cells, kinds, strict=True)
    return Line(row, tuple(Cell(text, kind, place) for place, (text, kind) in enumerate(cells, start=1)))


def _numbers(text: str) -> tuple[int, ...]:
    found = split_code(text)
    return (found[0].first, found[0].second) if found else ()


@dataclass(frozen=True, slots=True)
class Entry:
    """A row of the table, its cells found by column; what no column claims is `unread`.

    `is_mirrored`: its cells run against those of the table.
    """

    row: Row
    cells: Mapping[Column, Cell]
    is_mirrored: bool
    unread: tuple[Cell, ...] = ()

    def text(self, column: Column) -> str:
        return unshielded(self.cells[column].text) if column in self.cells else ""

    def place(self, column: Column) -> int:
        """Return where the cell stands in the file's row, 1 where there is no such cell."""
        return self.cells[column].column if column in self.cells else 1

    @property
    def filled(self) -> frozenset[Column]:
        return frozenset(column for column, cell in self.cells.items() if cell.text)
