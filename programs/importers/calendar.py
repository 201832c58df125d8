"""The calendar of a program out of the rows of a table, whole: phases, tasks, documents, delays, remarks."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from django.utils.translation import gettext as _

from portal.importing.refusals import ImportRefused
from portal.importing.tables import Table
from programs.importers import guesses, remarks
from programs.importers.body import Block, Body, take_apart
from programs.importers.cells import Entry
from programs.importers.choices import NOTHING_CHOSEN, ChoiceRefused, Choices, EmptyDone
from programs.importers.codes import CodeOrder, find_letters, find_order, group_by_label
from programs.importers.day_order import find_day_order
from programs.importers.delays import StatedDelay, find_delay, find_event, weighty_words
from programs.importers.documents import split_documents
from programs.importers.heading import read_heading
from programs.importers.heads import Column
from programs.importers.phases import gather_phases
from programs.importers.readings import (
    CalendarReading,
    ColumnReading,
    DelayReading,
    SourceCell,
    TaskReading,
)
from programs.importers.rows import (
    LONGEST_NOTES,
    LONGEST_RESPONSIBLE,
    LONGEST_TITLE,
    Rows,
    TaskRow,
    check_length,
    on_one_line,
    read_done,
    read_rows,
    read_session_date,
    refusal_at,
)

LAST_PHASE = 99
LAST_TASK = 999
MOST_DELAYS = 200
"""How many stated delays are looked up: each is compared with every task above it."""


def read_calendar(
    table: Table, *, year: int | None = None, choices: Choices = NOTHING_CHOSEN
) -> CalendarReading:
    """Return the calendar that a table holds.

    `year` is the program's; without one the title's last year counts. `choices` overrule what the reader
    guesses. Raises `ImportRefused` for a table that is no calendar, and at a cell that cannot be read or
    kept; `ChoiceRefused` for a choice that the table does not bear.
    """
    try:
        return _read_calendar(table, year, choices)
    except ChoiceRefused:
        raise
    except ImportRefused as refused:
        raise _blamed(table, year, choices, refused) from None


def _blamed(table: Table, year: int | None, choices: Choices, refused: ImportRefused) -> ImportRefused:
    """Return the refusal, as that of the choice without which the table can be read, if there is one."""
    for choice in choices.as_texts():
        try:
            _read_calendar(table, year, replace(choices, **{choice: None}))
        except ImportRefused:
            continue
        return ChoiceRefused(
            choice,
            file=refused.file,
            line=refused.line,
            column=refused.column,
            expected=refused.expected,
            found=refused.found,
        )
    return refused


def _read_calendar(table: Table, year: int | None, choices: Choices) -> CalendarReading:
    body = take_apart(table, choices)
    heading = read_heading(table, body.before)
    letters, letter = find_letters(_numbered_texts(body))
    rows = read_rows(table, body.entries, choices.letters or letters)
    if not rows.tasks:
        raise table.refusal(body.blocks[0].lines[0].row, expected=_("rows of tasks under the heads"))
    _check_choices(table, body, rows, choices)
    order = _order(rows.tasks, choices)
    days = find_day_order(rows.tasks)
    settled = replace(choices, date_order=choices.date_order or days.order)
    tasks = _read_tasks(table, rows.tasks, order, settled)
    rules, unresolved = read_delays(tasks)
    warnings = (
        *table.findings,
        *remarks.about_heading(heading, year),
        *remarks.about_rows(body, rows),
        *remarks.about_phases(rows, order),
        *remarks.about_cells(rows.tasks, tasks),
        *remarks.about_money(heading, rows.tasks),
        *remarks.about_broken_words(rows.tasks),
        *remarks.about_delays([(rows.tasks[place], delay) for place, delay in unresolved]),
    )
    return CalendarReading(
        title=heading.title,
        year=year or (heading.years[-1] if heading.years else None),
        phases=gather_phases(rows, tasks, order),
        delay_rules=tuple(rules),
        warnings=tuple(sorted(warnings, key=lambda warning: (warning.line, warning.column))),
        guesses=(
            *guesses.about_columns(body, choices),
            *guesses.about_codes(rows.tasks, order, choices),
            *guesses.about_letters(rows.tasks, choices.letters or letters, letter, choices),
            *guesses.about_dates(rows.tasks, days, choices),
            *guesses.about_empty_done(rows.tasks, choices),
        ),
        columns=_columns(body.blocks[0]),
        title_line=heading.line if heading.title else 0,
    )


def _numbered_texts(body: Body) -> Iterator[str]:
    numbered = (Column.PHASE, Column.CODE, Column.TASK)
    return (entry.text(column) for entry in body.entries for column in numbered if entry.text(column))


def _columns(block: Block) -> tuple[ColumnReading, ...]:
    """Return the columns of a block, each with its head or, without heads, its first cell."""
    cells = (block.heads or block.lines[0].row).cells
    texts = [*cells, *[""] * (len(block.layout) - len(cells))]
    return tuple(map(ColumnReading, texts, block.layout))


def _check_choices(table: Table, body: Body, rows: Rows, choices: Choices) -> None:
    """Refuse choices about what the table does not have."""
    row = body.blocks[0].heads or body.blocks[0].lines[0].row
    expected = {}
    if choices.code_order and rows.tasks[0].has_lone_number:
        expected["code_order"] = _("codes of two numbers, for one of them to be chosen as the phase")
    has_done = any(Column.DONE in block.layout for block in body.blocks)
    if choices.empty_done is EmptyDone.NO and not has_done:
        expected["empty_done"] = _("a column that says whether tasks are done, for empty cells to mean no")
    for choice, reason in expected.items():
        raise ChoiceRefused(choice, file=table.name, line=row.line, expected=reason, found=row.text)


def _order(rows: Sequence[TaskRow], choices: Choices) -> CodeOrder:
    if choices.code_order:
        return choices.code_order
    if rows[0].has_lone_number:
        return CodeOrder.PHASE_FIRST
    return find_order(group_by_label((row.label.text if row.label else "", row.code) for row in rows))


def _read_tasks(
    table: Table, rows: Sequence[TaskRow], order: CodeOrder, choices: Choices
) -> list[TaskReading]:
    lines: dict[tuple[int, int], int] = {}
    tasks = []
    for row, documents in zip(rows, split_documents([row.documents for row in rows]), strict=True):
        key = row.code.read(order)
        _check_code(table, row, key, lines.get(key))
        lines[key] = row.line
        tasks.append(_read_task(table, row, key, documents, choices))
    return tasks


def _check_code(table: Table, row: TaskRow, key: tuple[int, int], line_before: int | None) -> None:
    phase, task = key
    if line_before is not None:
        expected = _(
            "a code that no other task has; task %(task)d of phase %(phase)d stands on line %(line)d already"
        )
        values = {"task": task, "phase": phase, "line": line_before}
        raise refusal_at(table, row.entry, Column.TASK, expected % values)
    if not (1 <= phase <= LAST_PHASE and 1 <= task <= LAST_TASK):
        expected = _("a code of a phase from 1 to %(phase)d and a task from 1 to %(task)d")
        raise refusal_at(table, row.entry, Column.TASK, expected % {"phase": LAST_PHASE, "task": LAST_TASK})


def _read_task(
    table: Table, row: TaskRow, key: tuple[int, int], documents: Sequence[str], choices: Choices
) -> TaskReading:
    responsible = on_one_line(row.entry.text(Column.RESPONSIBLE))
    check_length(table, row.entry, Column.NOTES, row.notes, LONGEST_NOTES)
    check_length(table, row.entry, Column.RESPONSIBLE, responsible, LONGEST_RESPONSIBLE)
    for title in documents:
        check_length(table, row.entry, Column.DOCUMENTS, title, LONGEST_TITLE)
    return TaskReading(
        line=row.line,
        phase=key[0],
        number=key[1],
        title=row.title,
        documents=tuple(documents),
        session_date=read_session_date(table, row.entry, choices.date_order),
        done=read_done(row.entry, choices.empty_done),
        notes=row.notes,
        responsible=responsible,
        sources=_sources(row.entry),
    )


_FIELDS = {
    Column.PHASE: "phase",
    Column.CODE: "number",
    Column.TASK: "title",
    Column.DOCUMENTS: "documents",
    Column.DATE: "session_date",
    Column.DONE: "done",
    Column.NOTES: "notes",
    Column.RESPONSIBLE: "responsible",
}


def _sources(entry: Entry) -> dict[str, SourceCell]:
    return {_FIELDS[column]: SourceCell(cell.column, cell.text) for column, cell in entry.cells.items()}


def read_delays(tasks: Sequence[TaskReading]) -> tuple[list[DelayReading], list[tuple[int, StatedDelay]]]:
    """Return the delays that titles state after a task above, and those of which that task is not found.

    The latter come with the place of their own task.
    """
    stated = [(place, delay) for place, task in enumerate(tasks) if (delay := find_delay(task.title))]
    titles = [weighty_words(task.title) for task in tasks] if stated else []
    rules, unresolved = [], []
    for count, (place, delay) in enumerate(stated):
        event = find_event(delay.event, titles[:place]) if count < MOST_DELAYS else None
        if event is None:
            unresolved.append((place, delay))
        else:
            codes = tasks[event].code, tasks[place].code
            rules.append(DelayReading(*codes, delay.min_days, delay.in_working_days, delay.text))
    return rules, unresolved
