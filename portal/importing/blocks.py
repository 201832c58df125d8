"""A document on its way to tables: spans are laid out, tables inside tables sorted out.

The readers of DOCX and HTML tell a `Document` what they meet; it keeps no more than the text.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal.folding import clean
from portal.importing.findings import SourceWarning
from portal.importing.refusals import quote
from portal.importing.rows import Meter, Row, Table

MOST_LINES_BEFORE = 100
"""How many lines above a table are kept with it: a saved page may begin with a long menu."""

_SPACES = re.compile(r"[ \t\r\f\v]+")


@dataclass(slots=True)
class _Cell:
    """A cell as it is written: its text so far, its nested tables, and how far it spreads.

    `rows` is 0 for a cell that goes on to the last row. A continuation shows nothing of its own.
    """

    columns: int = 1
    rows: int = 1
    is_continuation: bool = False
    parts: "list[str | _Grid]" = field(default_factory=list)

    @property
    def text(self) -> str:
        """The cell's lines, those of nested tables row by row."""
        return "" if self.is_continuation else tidy(self.written)

    @property
    def written(self) -> str:
        return "".join(part if isinstance(part, str) else f"\n{part.written}\n" for part in self.parts)

    @property
    def nested(self) -> "list[_Grid]":
        return [part for part in self.parts if not isinstance(part, str)]


@dataclass(slots=True)
class _Line:
    """A row as it is written; `skipped` columns stand empty before its first cell."""

    number: int
    skipped: int = 0
    cells: list[_Cell] = field(default_factory=list)


@dataclass(slots=True)
class _Grid:
    """A table as it is written. Once it is at its end, `own` says how many of its cells hold text beside
    nested tables, and `inside` the same of the fullest table inside it.
    """

    lines: list[_Line] = field(default_factory=list)
    own: int = 0
    inside: int = 0

    @property
    def cells(self) -> Iterator[_Cell]:
        return (cell for line in self.lines for cell in line.cells)

    @property
    def written(self) -> str:
        return "\n".join(" ".join(cell.written.strip() for cell in line.cells) for line in self.lines)

    def weigh(self) -> None:
        for cell in self.cells:
            self.own += any(isinstance(part, str) and part.strip() for part in cell.parts)
            for grid in cell.nested:
                self.inside = max(self.inside, grid.own, grid.inside)

    @property
    def is_layout(self) -> bool:
        """Whether the table only arranges the page: a table inside it has more to say than itself."""
        return self.inside > self.own

    @property
    def is_framed_text(self) -> bool:
        """Whether the table is a frame around text: no row of it has two cells."""
        return all(len(line.cells) < 2 and not line.skipped for line in self.lines)


def tidy(text: str) -> str:
    """Return the text's lines, each clean and with single spaces, without the blank ones."""
    if "\n" not in text:
        return _SPACES.sub(" ", clean(text))
    lines = (_SPACES.sub(" ", clean(line)).strip() for line in clean(text).split("\n"))
    return "\n".join(filter(None, lines))


class Document:
    """What a reader meets in a document, in its order; `tables` and `lines` are what comes of it."""

    def __init__(self, meter: Meter) -> None:
        self.meter = meter
        self._blocks: list[tuple[int, str] | _Grid] = []
        self._paragraph: list[str] = []
        self._open: list[_Grid] = []
        self._number = 0
        self._tables = 0

    # What readers tell

    def text(self, text: str) -> None:
        """Add text to the cell or the paragraph that is open; a line end in it begins a new line."""
        self.meter.text(len(text), self._number + 1)
        cell = self._filled_cell()
        if cell:
            cell.parts.append(text)
        else:
            self._paragraph.append(text)

    def line_end(self) -> None:
        self.text("\n")

    def paragraph_end(self) -> None:
        """End the paragraph; in a cell, the line."""
        if self._filled_cell():
            self.text("\n")
            return
        text = "".join(self._paragraph)
        self._paragraph.clear()
        for line in text.split("\n"):
            if tabbed := "\t".join(map(tidy, line.split("\t"))).strip():
                self._blocks.append((self._next_number(), tabbed))

    def table_start(self) -> None:
        self._tables += 1
        if self._tables > self.meter.limits.tables:
            expected = _("at most %(count)d tables") % {"count": self.meter.limits.tables}
            raise self.meter.refusal(self._number + 1, expected)
        if not self._open:
            self.paragraph_end()
        grid = _Grid()
        if self._open:
            self._nest(grid)
        self._open.append(grid)

    def row_start(self) -> None:
        if self._open:
            self._open[-1].lines.append(_Line(self._next_number()))

    def row_drop(self) -> None:
        """Forget the row that is open."""
        if self._open and self._open[-1].lines:
            self._open[-1].lines.pop()

    def skip(self, columns: int) -> None:
        """Leave columns empty before the first cell of the row."""
        if self._open and self._open[-1].lines:
            self._open[-1].lines[-1].skipped = columns

    def cell_start(self, columns: int = 1, rows: int = 1, *, is_continuation: bool = False) -> None:
        if not self._open:
            return
        if not self._open[-1].lines:
            self.row_start()
        line = self._open[-1].lines[-1]
        self.meter.cell(line.number, len(line.cells) + 1, "")
        line.cells.append(_Cell(max(columns, 1), max(rows, 0), is_continuation))

    def widen(self, columns: int) -> None:
        """Let the cell that is open spread over so many columns."""
        if cell := self._cell():
            cell.columns = max(columns, 1)

    def continue_above(self) -> None:
        """Take the cell that is open for a part of the one above."""
        if cell := self._cell():
            cell.is_continuation = True

    def table_end(self) -> None:
        if not self._open:
            return
        grid = self._open.pop()
        grid.weigh()
        if not self._open:
            self._blocks.append(grid)

    # What comes of it

    def tables(self, file: str) -> list[Table]:
        """Return the tables in their order, each with the lines that stand between the one before and it."""
        self._finish()
        tables: list[Table] = []
        before: list[Row] = []
        for block in self._unwrapped(self._blocks):
            if isinstance(block, _Grid):
                rows = [*before[-MOST_LINES_BEFORE:], *_laid_out(block, self.meter)]
                name = _("table %(number)d") % {"number": len(tables) + 1}
                tables.append(Table(name=name, rows=tuple(rows), file=file))
                before = []
            else:
                text = tidy(block[1])
                before.append(Row(block[0], (text,), text))
        if tables and before:
            tables[-1] = _told_of_text_after(tables[-1], before)
        return tables

    def lines(self) -> list[str]:
        """Return all text line by line; a row of a table is one line for each line of its cells.

        The tabs of paragraphs stay: with them text is set in columns.
        """
        self._finish()
        found: list[str] = []
        for block in self._unwrapped(self._blocks):
            if isinstance(block, _Grid):
                found += [line for cell in block.cells for line in cell.text.split("\n") if line]
            else:
                found.append(block[1])
        return found

    def _finish(self) -> None:
        while self._open:
            self.table_end()
        self.paragraph_end()

    def _unwrapped(self, blocks: "list[tuple[int, str] | _Grid]") -> "Iterator[tuple[int, str] | _Grid]":
        """Yield paragraphs and tables, with tables that only arrange or frame them taken away."""
        for block in blocks:
            if not isinstance(block, _Grid) or not (block.is_layout or block.is_framed_text):
                yield block
            else:
                yield from self._unwrapped(list(_contents(block)))

    def _cell(self) -> _Cell | None:
        lines = self._open[-1].lines if self._open else None
        return lines[-1].cells[-1] if lines and lines[-1].cells else None

    def _filled_cell(self) -> _Cell | None:
        """Return the cell that text goes to: what stands in a table before its first cell is not in it."""
        if cell := self._cell():
            return cell
        grids = reversed(self._open[:-1])
        return next((grid.lines[-1].cells[-1] for grid in grids if grid.lines and grid.lines[-1].cells), None)

    def _nest(self, grid: _Grid) -> None:
        """Put a table into the open cell; one that stands between cells, against all rules, gets its own."""
        if not self._cell():
            self.cell_start()
        cell = self._cell()
        if cell:
            cell.parts.append(grid)

    def _next_number(self) -> int:
        self._number += 1
        self.meter.row(self._number)
        return self._number


def _contents(grid: _Grid) -> "Iterator[tuple[int, str] | _Grid]":
    """Yield what the cells of a layout hold, in order: its texts as lines, its tables as tables."""
    for line in grid.lines:
        for cell in line.cells:
            text = ""
            for part in [*cell.parts, _Grid()]:
                if isinstance(part, str):
                    text += part
                    continue
                yield from ((line.number, found) for found in tidy(text).split("\n") if found)
                text = ""
                if part.lines:
                    yield part


def _told_of_text_after(table: Table, after: list[Row]) -> Table:
    message = ngettext(
        "%(count)d line of text after the table is not read; it is “%(text)s”.",
        "%(count)d lines of text after the table are not read; the first is “%(text)s”.",
        len(after),
    ) % {"count": len(after), "text": quote(after[0].text)}
    finding = SourceWarning(after[0].line, 1, "text_after_table", message)
    return Table(name=table.name, rows=table.rows, file=table.file, findings=(*table.findings, finding))


# Spans


def _laid_out(grid: _Grid, meter: Meter) -> Iterator[Row]:
    """Yield the rows with every cell in its column; the text of a spread cell stands in its first one.

    A row that one cell fills from side to side is a line of its own.
    """
    placed = list(_placed(grid, meter))
    width = max((max(cells, default=0) for _number, cells, _is_line in placed), default=0)
    if width * len(placed) > meter.limits.cells:
        expected = _("at most %(count)d cells in all") % {"count": meter.limits.cells}
        raise meter.refusal(placed[0][0], expected)
    for number, cells, is_line in placed:
        texts = tuple(cells.get(column, "") for column in range(1, width + 1))
        if is_line:
            texts = (next(iter(cells.values())),)
        yield Row(number, texts, "\t".join(texts).strip())


def _placed(grid: _Grid, meter: Meter) -> Iterator[tuple[int, dict[int, str], bool]]:
    """Yield number, texts by column, and whether one cell fills it, for every row."""
    spread: dict[int, int] = {}
    most = meter.limits.cells_in_row
    for place, line in enumerate(grid.lines):
        meter.check_clock(line.number)
        covered = {column for column, last in spread.items() if last >= place}
        spread = {column: spread[column] for column in covered}
        cells: dict[int, str] = {}
        column = 1 + line.skipped
        for cell in line.cells:
            while column in covered:
                column += 1
            text = cell.text
            meter.cell(line.number, column, text, cell.columns - 1)
            cells[column] = text
            last = len(grid.lines) if cell.rows == 0 else place + cell.rows - 1
            if last > place:
                spread.update(dict.fromkeys(range(column, min(column + cell.columns, most + 2)), last))
            column += cell.columns
        fills = len(line.cells) == 1 and line.cells[0].columns > 1 and not covered
        yield line.number, cells, fills and not line.cells[0].is_continuation
