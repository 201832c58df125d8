"""The calendar of a program out of the rows of a table, whole: phases, tasks, documents, delays, remarks."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from portal.importing.tables import Table
from programs.importers import guesses, remarks
from programs.importers.body import take_apart
from programs.importers.codes import CodeOrder, find_order, group_by_label
from programs.importers.delays import StatedDelay, find_delay, find_event, weighty_words
from programs.importers.documents import split_documents
from programs.importers.heading import read_heading
from programs.importers.heads import Column
from programs.importers.phases import gather_phases
from programs.importers.readings import CalendarReading, DelayReading, TaskReading
from programs.importers.rows import (
    LONGEST_NOTES,
    LONGEST_RESPONSIBLE,
    LONGEST_TITLE,
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


def read_calendar(table: Table, *, year: int | None = None) -> CalendarReading:
    """Return the calendar that a table holds.

    `year` is the program's; without one the title's last year counts. Raises `ImportRefused` for a table
    that is no calendar, and at a cell that cannot be read or kept.
    """
    body = take_apart(table)
    heading = read_heading(table, body.before)
    rows = read_rows(table, body.entries)
    if not rows.tasks:
        raise table.refusal(body.blocks[0].lines[0].row, expected=_("rows of tasks under the heads"))
    order = find_order(group_by_label((row.label.text if row.label else "", row.code) for row in rows.tasks))
    tasks = _read_tasks(table, rows.tasks, order)
    rules, unresolved = _read_delays(rows.tasks, tasks)
    warnings = (
        *remarks.about_heading(heading, year),
        *remarks.about_rows(body, rows),
        *remarks.about_phases(rows, order),
        *remarks.about_cells(rows.tasks, tasks),
        *remarks.about_delays(unresolved),
    )
    return CalendarReading(
        title=heading.title,
        year=year or (heading.years[-1] if heading.years else None),
        phases=gather_phases(rows, tasks, order),
        delay_rules=tuple(rules),
        warnings=tuple(sorted(warnings, key=lambda warning: (warning.line, warning.column))),
        guesses=(
            *guesses.about_columns(body),
            *guesses.about_codes(rows.tasks, order),
            *guesses.about_dates(rows.tasks),
        ),
    )


def _read_tasks(table: Table, rows: Sequence[TaskRow], order: CodeOrder) -> list[TaskReading]:
    lines: dict[tuple[int, int], int] = {}
    tasks = []
    for row, documents in zip(rows, split_documents([row.documents for row in rows]), strict=True):
        key = row.code.read(order)
        _check_code(table, row, key, lines.get(key))
        lines[key] = row.line
        tasks.append(_read_task(table, row, key, documents))
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


def _read_task(table: Table, row: TaskRow, key: tuple[int, int], documents: Sequence[str]) -> TaskReading:
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
        session_date=read_session_date(table, row.entry),
        done=read_done(row.entry),
        notes=row.notes,
        responsible=responsible,
    )


def _read_delays(
    rows: Sequence[TaskRow], tasks: Sequence[TaskReading]
) -> tuple[list[DelayReading], list[tuple[TaskRow, StatedDelay]]]:
    """Return the delays that titles state after a task above, and those of which that task is not found."""
    stated = [(place, delay) for place, task in enumerate(tasks) if (delay := find_delay(task.title))]
    titles = [weighty_words(task.title) for task in tasks] if stated else []
    rules, unresolved = [], []
    for count, (place, delay) in enumerate(stated):
        event = find_event(delay.event, titles[:place]) if count < MOST_DELAYS else None
        if event is None:
            unresolved.append((rows[place], delay))
        else:
            codes = tasks[event].code, tasks[place].code
            rules.append(DelayReading(*codes, delay.min_days, delay.in_working_days, delay.text))
    return rules, unresolved
