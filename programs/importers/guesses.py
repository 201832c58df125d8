"""What a reader of calendars decided by itself, for a person to confirm or change."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal.importing.dates import date_order
from portal.importing.findings import Guess
from programs.importers.body import Body
from programs.importers.choices import Choices, EmptyDone, Mirrored, columns_text, options
from programs.importers.codes import CodeOrder, LetterOrder
from programs.importers.day_order import DayOrder
from programs.importers.heads import Column
from programs.importers.rows import TaskRow


def _chosen() -> str:
    return _("As was chosen.")


def about_columns(body: Body, choices: Choices) -> Iterator[Guess]:
    """Yield where each layout of columns comes from, and which rows were turned round."""
    told = None
    for block in body.blocks:
        if (block.heads, block.layout) == told:
            continue
        told = block.heads, block.layout
        row = block.heads or block.lines[0].row
        reason = _("From the heads of the table.") if block.heads else _("From what the cells hold.")
        if choices.columns == block.layout:
            reason = _chosen()
        names = columns_text(block.layout)
        yield Guess("columns", row.line, names, options("columns"), reason, "columns", example=row.text)
    if choices.mirrored is Mirrored.LEAVE:
        line = body.entries[0].row.line
        yield Guess(
            "mirrored_rows", line, Mirrored.LEAVE, (Mirrored.TURN.value,), _chosen(), "mirrored", line
        )
    for is_mirrored, run in groupby(body.entries, key=lambda entry: entry.is_mirrored):
        if is_mirrored:
            yield _turned([entry.row.line for entry in run])


def _turned(lines: Sequence[int]) -> Guess:
    reason = ngettext(
        "Its code and date stand where those of the table do when it is read backwards.",
        "Their codes and dates stand where those of the table do when they are read backwards.",
        len(lines),
    )
    others = (Mirrored.LEAVE.value,)
    return Guess("mirrored_rows", lines[0], Mirrored.TURN, others, reason, "mirrored", lines[-1])


def about_codes(rows: Sequence[TaskRow], order: CodeOrder, choices: Choices) -> Iterator[Guess]:
    """Yield which number of a code was taken for the phase."""
    if rows[0].has_lone_number:
        reason = _("Tasks have one number each: the phase is the one that they stand under.")
        value, example = CodeOrder.PHASE_FIRST.value, _task_cell(rows[0])
        yield Guess("code_order", rows[0].line, value, (), reason, example=example)
        return
    row = next((row for row in rows if row.code.first != row.code.second), None)
    if row:
        others = tuple(other.value for other in CodeOrder if other is not order)
        reason = _("It agrees best with the phases: their labels, their order, their tasks in sequence.")
        if choices.code_order:
            reason = _chosen()
        example = row.code.printed
        yield Guess("code_order", row.line, order.value, others, reason, "code_order", example=example)


def _task_cell(row: TaskRow) -> str:
    return row.entry.text(Column.CODE) or row.entry.text(Column.TASK)


def about_letters(
    rows: Sequence[TaskRow], order: LetterOrder, letter: str, choices: Choices
) -> Iterator[Guess]:
    """Yield in which order letters were counted, where the file has one that it makes a difference for."""
    if letter:
        others = tuple(other.value for other in LetterOrder if other is not order)
        reason = _chosen() if choices.letters else _("In this order they follow each other best.")
        yield Guess("letters", rows[0].line, order.value, others, reason, "letters", example=letter)


def about_dates(rows: Sequence[TaskRow], found: DayOrder, choices: Choices) -> Iterator[Guess]:
    """Yield how dates in digits were read, once for each way that occurs."""
    first = next((row for row in rows if date_order(_date(row)) == "ymd"), None)
    if first:
        reason = _("Its first figure has four digits: year, month, day.")
        yield Guess("date_order", first.line, "ymd", (), reason, example=_date(first))
    if found.row:
        order = choices.date_order or found.order
        possible = () if found.is_certain else (found.order.value, found.other.value)
        others = tuple(value for value in possible if value != order.value)
        reason = _chosen() if choices.date_order else _day_reason(found)
        example = _date(found.row)
        yield Guess("date_order", found.row.line, order.value, others, reason, "date_order", example=example)


def _day_reason(found: DayOrder) -> str:
    if found.is_certain:
        return _("Its last figure has four digits, and no month has the number that is read as the day.")
    return _(
        "Its last figure has four digits; no date of the file tells the day from the month, "
        "so the day stands first, as is usual."
    )


def _date(row: TaskRow) -> str:
    return row.entry.text(Column.DATE)


def about_empty_done(rows: Sequence[TaskRow], choices: Choices) -> Iterator[Guess]:
    """Yield what empty cells of "done" were taken for, where there are any."""
    empty = [row for row in rows if Column.DONE in row.entry.cells and not row.entry.text(Column.DONE)]
    if empty:
        value = choices.empty_done or EmptyDone.NONE
        others = tuple(other.value for other in EmptyDone if other is not value)
        reason = _chosen() if choices.empty_done else _("An empty cell says neither yes nor no.")
        yield Guess(
            "empty_done", empty[0].line, value.value, others, reason, "empty_done", last_line=empty[-1].line
        )
