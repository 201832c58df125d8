"""How far a program is on a given day, put in groups: the reading of its progress report.

Every state is the calendar's own (:mod:`programs.calendar`), so report and page cannot disagree. Each task
stands in one group.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext, ngettext_lazy

from programs.calendar import Calendar, DelayRow, DocumentRow, MoveRow, PhaseRow, TaskRow
from programs.evidence import Completeness, Share, completeness, share_of
from programs.rules import TaskState

NEXT_DAYS = 60
"""How far ahead the report names the dates to come, the last day included."""

_TO_COME = (TaskState.TODAY, TaskState.UPCOMING)
_GROUPS: dict[str, tuple[str | Promise, str | Promise]] = {
    "late": (
        _("Late"),
        _("The municipality states that they are not done, and their date has passed."),
    ),
    "bare": (
        _("Done, documents missing"),
        _("Done as the municipality states it; an expected document is not there yet."),
    ),
    "unsaid": (
        _("Not stated"),
        _("Their date has passed and nothing was stated: they count neither as done nor as late."),
    ),
    "next": (
        _("Next dates"),
        ngettext_lazy("From today, %(days)s day ahead.", "From today, %(days)s days ahead.", NEXT_DAYS)
        % {"days": NEXT_DAYS},
    ),
    "later": (_("Later"), _("After the next dates.")),
    "undated": (_("Without a date"), _("No date was set yet.")),
    "done": (
        _("Done, with all documents"),
        _("Done as the municipality states it; every expected document is there."),
    ),
}


@dataclass(frozen=True, slots=True)
class Figure:
    """How many tasks are in a state, under the words for it."""

    count: int
    label: str | Promise
    tile: str
    """The letter of the design's tile."""


@dataclass(frozen=True, slots=True)
class TaskLine:
    """A task in its group."""

    row: TaskRow
    missing: list[DocumentRow]
    """What it still owes: nothing before its date, unless it is done already."""
    present: Share
    until: str
    """``in 12 days``; ``Today`` on the day; empty without a date or after it."""


@dataclass(frozen=True, slots=True)
class Group:
    """Tasks of which the same is to be said."""

    name: str
    title: str | Promise
    about: str | Promise
    lines: list[TaskLine]

    @property
    def is_to_come(self) -> bool:
        """Whether its tasks owe nothing yet."""
        return self.name in ("next", "later", "undated")

    @property
    def has_notes(self) -> bool:
        """Whether anybody is named as responsible, or anything noted, for one of its tasks."""
        return any(line.row.task.responsible or line.row.task.notes for line in self.lines)


@dataclass(frozen=True, slots=True)
class PhaseLine:
    """A phase in figures."""

    phase: PhaseRow
    late: int
    not_stated: int
    to_come: int
    """With those that have no date."""
    share: Share


@dataclass(frozen=True, slots=True)
class MoveLine:
    """A date that was moved after the public had seen it, with the task's row."""

    task: TaskRow
    row: MoveRow


@dataclass(frozen=True, slots=True)
class ProgressReport:
    """A program on a given day."""

    calendar: Calendar
    completeness: Completeness
    figures: list[Figure]
    """Where nothing is stated, only those that do not depend on it, as far as there are any."""
    phases: list[PhaseLine]
    groups: list[Group]
    """Those that have tasks."""
    broken: list[DelayRow]
    kept: int
    """How many delays of the calendar its dates keep."""
    moves: list[MoveLine]
    """In the order of the calendar, the oldest first of each task."""


def read_progress(calendar: Calendar) -> ProgressReport:
    """Put the tasks of a calendar in groups; nothing is queried."""
    return ProgressReport(
        calendar=calendar,
        completeness=completeness(calendar),
        figures=_figures(calendar),
        phases=[_phase_line(phase) for phase in calendar.phases],
        groups=[group for group in _groups(calendar) if group.lines],
        broken=[delay for delay in calendar.delays if not delay.reckoning.is_kept],
        kept=sum(delay.reckoning.is_kept for delay in calendar.delays),
        moves=[MoveLine(row, move) for row in calendar.rows for move in row.moves],
    )


def _figures(calendar: Calendar) -> list[Figure]:
    def count(*states: TaskState) -> int:
        return sum(row.state in states for row in calendar.rows)

    stated = [
        Figure(count(TaskState.DONE), _("done, with all documents"), "d"),
        Figure(count(TaskState.DONE_BARE), _("done, documents missing"), "b"),
        Figure(count(TaskState.LATE), _("late"), "l"),
    ]
    others = [
        Figure(count(TaskState.NOT_STATED), _("past, nothing stated"), "u"),
        Figure(count(*_TO_COME), _("to come"), "t"),
        Figure(count(TaskState.UNDATED), _("without a date"), "t"),
    ]
    if calendar.progress.nothing_stated:
        return [figure for figure in others if figure.count]
    return stated + others


def _phase_line(phase: PhaseRow) -> PhaseLine:
    def count(*states: TaskState) -> int:
        return sum(row.state in states for row in phase.tasks)

    return PhaseLine(
        phase=phase,
        late=count(TaskState.LATE),
        not_stated=count(TaskState.NOT_STATED),
        to_come=count(*_TO_COME, TaskState.UNDATED),
        share=share_of(phase.tasks),
    )


def _groups(calendar: Calendar) -> list[Group]:
    """What asks for a decision first, what is over and done last."""
    rows, last = calendar.rows, calendar.today + datetime.timedelta(days=NEXT_DAYS)
    to_come = _by_date(row for row in rows if row.state in _TO_COME)

    def group(name: str, found: Iterable[TaskRow]) -> Group:
        title, about = _GROUPS[name]
        return Group(name, title, about, [_line(row, calendar.today) for row in found])

    return [
        group("late", _by_date(_in_state(rows, TaskState.LATE))),
        group("bare", _in_state(rows, TaskState.DONE_BARE)),
        group("unsaid", _in_state(rows, TaskState.NOT_STATED)),
        group("next", (row for row in to_come if row.session_date and row.session_date <= last)),
        group("later", (row for row in to_come if row.session_date and row.session_date > last)),
        group("undated", _in_state(rows, TaskState.UNDATED)),
        group("done", _in_state(rows, TaskState.DONE)),
    ]


def _line(row: TaskRow, today: datetime.date) -> TaskLine:
    is_due = row.state not in (*_TO_COME, TaskState.UNDATED)
    return TaskLine(row, row.documents_awaited if is_due else [], share_of([row]), _until(row, today))


def _until(row: TaskRow, today: datetime.date) -> str:
    days = (row.session_date - today).days if row.session_date else -1
    if days < 0:
        return ""
    if days == 0:
        return str(_("Today"))
    return ngettext("in %(days)s day", "in %(days)s days", days) % {"days": days}


def _in_state(rows: Iterable[TaskRow], state: TaskState) -> list[TaskRow]:
    return [row for row in rows if row.state is state]


def _by_date(rows: Iterable[TaskRow]) -> list[TaskRow]:
    return sorted(rows, key=lambda row: row.session_date or datetime.date.max)
