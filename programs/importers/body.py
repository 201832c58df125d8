"""A file taken apart: lines before the table, the rows of the table, lines beside it that nothing reads."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from django.utils.translation import gettext as _

from portal.folding import fold
from portal.importing.tables import Row, Table
from programs.importers.cells import Entry, Kind, Line, line_of
from programs.importers.choices import NOTHING_CHOSEN, ChoiceRefused, Choices, Mirrored, columns_text
from programs.importers.columns import Layout, completed, guess_layout, read_heads, suits, turn
from programs.importers.heads import HEADS, Column

_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")


@dataclass(frozen=True, slots=True)
class Block:
    """Rows of the table that share one layout; `heads` is the row that names its columns, if one does."""

    heads: Row | None
    layout: Layout
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Body:
    """A file taken apart, each part in the order of the file."""

    before: tuple[Row, ...]
    blocks: tuple[Block, ...]
    entries: tuple[Entry, ...]
    loose: tuple[Row, ...]


def take_apart(table: Table, choices: Choices = NOTHING_CHOSEN) -> Body:
    """Return the parts of a calendar's file.

    Raises `ImportRefused` where there is no calendar, where no column can be its tasks, and at a row that
    has more cells than the table; `ChoiceRefused` for columns that the table does not have.
    """
    lines = [line_of(row) for row in table.rows]
    start = _beginning(table, lines)
    blocks = _chosen(table, tuple(_blocks(lines[start:])), choices)
    _check_columns(table, lines[start], blocks)
    may_turn = choices.mirrored is not Mirrored.LEAVE
    entries = tuple(entry for block in blocks for entry in _entries(table, block, may_turn=may_turn))
    read = {entry.row.line for entry in entries} | {block.heads.line for block in blocks if block.heads}
    loose = tuple(line.row for line in lines[start:] if line.filled and line.row.line not in read)
    return Body(tuple(line.row for line in lines[:start] if line.filled), blocks, entries, loose)


def _beginning(table: Table, lines: Sequence[Line]) -> int:
    """Return the place of the first row of the table: its heads or, without heads, its first row with a code.

    Rows right above that hold nothing but a phase belong to the table too.
    """
    start = next((place for place, line in enumerate(lines) if _opens_table(line)), None)
    if start is None:
        first = next((line.row for line in lines if line.filled), None)
        expected = _("a calendar: a table with columns of phases, tasks, documents and dates")
        raise table.refusal(first, expected=expected, found=first.text if first else "")
    while start and _is_lone_label(lines[start - 1]):
        start -= 1
    layout = read_heads(lines[start])
    above = next((place for place in range(start - 1, -1, -1) if lines[place].filled), None)
    if layout is None or Column.PHASE in layout or above is None:
        return start
    return above if _is_phase_line(lines[above]) else start


def _opens_table(line: Line) -> bool:
    return len(line.cells) > 1 and (line.has(Kind.CODE) or read_heads(line) is not None)


def _is_lone_label(line: Line) -> bool:
    return len(line.cells) > 1 and len(line.filled) == 1 and line.filled[0].kind is Kind.LABEL


def _is_phase_line(line: Line) -> bool:
    """Return whether a line of text names a phase, and not the program of a year."""
    return (
        len(line.filled) == 1 and line.filled[0].kind is Kind.LABEL and not _YEAR.search(fold(line.row.text))
    )


@dataclass(slots=True)
class _Section:
    """A row of heads, if there is one, and the runs of rows between it and the next heads."""

    heads: Line | None
    named: Layout | None
    runs: list[list[Line]]


def _phase_lines_below(section: _Section) -> list[Line]:
    """Take the lines that name a phase off the end of a section: they belong to the heads under them."""
    run = next((run for run in reversed(section.runs) if run), [])
    own = len(run)
    while own and _is_phase_line(run[own - 1]):
        own -= 1
    phases = run[own:]
    del run[own:]
    return phases


def _sections(lines: Sequence[Line]) -> Iterator[_Section]:
    section = _Section(None, None, [[]])
    for line in lines:
        if not line.filled:
            section.runs.append([])
        elif named := read_heads(line):
            phases = [] if Column.PHASE in named else _phase_lines_below(section)
            yield section
            section = _Section(line, named, [phases])
        else:
            section.runs[-1].append(line)
    yield section


def _blocks(lines: Sequence[Line]) -> Iterator[Block]:
    """Yield the blocks between blank rows and heads, each under the heads above it if they suit."""
    for section in _sections(lines):
        runs = [run for run in section.runs if run]
        layout = completed(section.named, [line for run in runs for line in run]) if section.named else None
        suited = [layout is not None and suits(layout, run) for run in runs]
        guessed = guess_layout(
            [line for run, fits in zip(runs, suited, strict=True) if not fits for line in run]
        )
        for run, fits in zip(runs, suited, strict=True):
            if layout and section.heads and fits:
                yield Block(section.heads.row, layout, tuple(run))
            elif found := guessed if guessed and suits(guessed, run) else guess_layout(run):
                yield Block(None, found, tuple(run))


def _chosen(table: Table, blocks: tuple[Block, ...], choices: Choices) -> tuple[Block, ...]:
    """Return the blocks, those of as many columns as were chosen under the chosen layout."""
    layout = choices.columns
    if layout is None or not blocks:
        return blocks
    width = len(blocks[0].layout)
    expected = ""
    if not any(len(block.layout) == len(layout) for block in blocks):
        expected = _("%(count)d columns, as many as the table has") % {"count": width}
    elif Column.TASK not in layout:
        expected = _("one column of tasks among those chosen")
    elif double := next((column for column in Column if layout.count(column) > 1), None):
        expected = _("the column “%(column)s” once") % {"column": double.value}
    if expected:
        row, found = blocks[0].heads or blocks[0].lines[0].row, columns_text(layout)
        raise ChoiceRefused("columns", file=table.name, line=row.line, expected=expected, found=found)
    return tuple(
        replace(block, layout=layout) if len(block.layout) == len(layout) else block for block in blocks
    )


def _check_columns(table: Table, first: Line, blocks: Sequence[Block]) -> None:
    """Refuse a table without a column of tasks, and one with neither heads nor dates."""
    if not blocks:
        raise table.refusal(first.row, expected=_("rows of tasks under the heads"))
    for block in blocks:
        if Column.TASK not in block.layout:
            expected = _("a column of tasks, under a head such as “%(head)s”") % {
                "head": HEADS[Column.TASK][0]
            }
            raise table.refusal(
                block.heads or first.row, expected=expected, found=(block.heads or first.row).text
            )
    if not any(block.heads or Column.DATE in block.layout for block in blocks):
        expected = _("a row of heads or a column of dates: without either, columns cannot be told apart")
        raise table.refusal(first.row, expected=expected, found=first.row.text)


def _entries(table: Table, block: Block, *, may_turn: bool) -> Iterator[Entry]:
    was_mirrored = False
    for line in block.lines:
        if len(line.cells) == 1:
            entry = _phase_line(line, block.layout, was_mirrored)
        elif (entry := turn(line, block.layout, was_mirrored=was_mirrored, may_turn=may_turn)) is None:
            width = len(block.layout)
            expected = _("at most %(count)d cells, as the table has columns") % {"count": width}
            raise table.refusal(line.row, column=width + 1, expected=expected, found=line.row.cells[width])
        if entry:
            was_mirrored = entry.is_mirrored
            yield entry


def _phase_line(line: Line, layout: Layout, was_mirrored: bool) -> Entry | None:
    """Return a line of its own between the rows as the phase it names; `None` for a line of another sort."""
    cell = line.cells[0]
    if cell.kind is not Kind.LABEL and Column.PHASE in layout:
        return None
    return Entry(line.row, {Column.PHASE: cell}, was_mirrored)
