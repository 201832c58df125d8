"""What a municipality's people have before them: a reading of its running calendars on one day."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from portal.accounts.models import User
from portal.folding import fold, folded_words
from portal.municipalities.models import Municipality
from portal.workdays.days import workdays_of
from programs.calendar import Calendar, DelayRow, TaskRow, read_calendar
from programs.models import Program
from programs.rules import TaskState

_BETWEEN_PEOPLE = re.compile(r"[,;،؛/&+\n]|\s(?:et|and|و)\s")


@dataclass(frozen=True, slots=True)
class Line:
    """A task on somebody's desk."""

    row: TaskRow
    program: Program
    is_own: bool
    """Whether the person at the desk is named as responsible."""
    address: str
    """Where the task is edited, or read."""

    @property
    def responsible(self) -> str:
        return self.row.task.responsible


@dataclass(frozen=True, slots=True)
class Standing:
    """How far a running program is: its tasks, and its documents."""

    calendar: Calendar
    documents_present: int
    documents_expected: int


@dataclass(frozen=True, slots=True)
class Agenda:
    """One person's day. Each task is in one list at the most; one's own tasks come first in each."""

    late: list[Line]
    this_week: list[Line]
    """Neither done nor past, up to Sunday."""
    not_stated: list[Line]
    without_evidence: list[Line]
    """Done, with an expected document still missing."""
    next_session: Line | None
    next_delays: list[DelayRow]
    """The delays that the next session's date must keep."""
    days_to_next: int
    standings: dict[int, Standing]
    """By the program's key."""
    people: list[str]
    """Everybody who is named as responsible in a running program, each name once."""
    own_count: int
    """How many lines are the person's own, whatever was chosen."""

    @property
    def is_empty(self) -> bool:
        return not (self.late or self.this_week or self.not_stated or self.without_evidence)


def running_calendars(municipality: Municipality, today: datetime.date) -> list[Calendar]:
    """The calendars that are worked on, the newest first; in a number of queries that does not grow."""
    programs = list(Program.objects.of(municipality).for_desk_page())
    for program in programs:
        program.municipality = municipality
    workdays = workdays_of(municipality)
    return [read_calendar(program, today, workdays=workdays) for program in programs]


def week_of(day: datetime.date) -> tuple[datetime.date, datetime.date]:
    """Monday and Sunday of the day's week."""
    monday = day - datetime.timedelta(days=day.weekday())
    return monday, monday + datetime.timedelta(days=6)


def names_person(responsible: str, person: User) -> bool:
    """Whether a free text such as ``Leïla Ben Salah, cellule`` names the person.

    Spelling, order and accents make no difference. A name of a single word must stand alone between
    two commas: "Ali" is not "Ali Ben Salah".
    """
    if person.email and fold(person.email) in fold(responsible):
        return True
    name = set(folded_words(person.name))
    parts = [set(folded_words(part)) for part in _BETWEEN_PEOPLE.split(responsible)]
    if len(name) < 2:
        return bool(name) and name in parts
    return any(name <= part for part in parts)


def read_agenda(
    calendars: list[Calendar],
    *,
    today: datetime.date,
    person: User,
    address: Callable[[Program], str],
    only_own: bool = False,
    responsible: str = "",
) -> Agenda:
    """Sort the tasks of the calendars into what is to be done; nothing is queried.

    ``address`` gives the page on which a program's tasks stand, without their anchors.
    ``only_own`` keeps the tasks that name ``person``, ``responsible`` those of one of
    :attr:`Agenda.people`.
    """
    everything = [line for calendar in calendars for line in _lines(calendar, person, address)]
    lines = [line for line in everything if _is_chosen(line, only_own, responsible)]
    sunday = week_of(today)[1]
    to_come = [line for line in lines if line.row.state in (TaskState.TODAY, TaskState.UPCOMING)]
    soonest = min(to_come, key=_by_date, default=None)
    this_week = (line for line in to_come if line.row.session_date and line.row.session_date <= sunday)
    return Agenda(
        late=_in_state(lines, TaskState.LATE),
        this_week=_sorted(this_week),
        not_stated=_in_state(lines, TaskState.NOT_STATED),
        without_evidence=_in_state(lines, TaskState.DONE_BARE),
        next_session=soonest,
        next_delays=_delays_before(soonest, calendars),
        days_to_next=(soonest.row.session_date - today).days if soonest and soonest.row.session_date else 0,
        standings={calendar.program.pk: _standing(calendar) for calendar in calendars},
        people=_people(everything),
        own_count=sum(line.is_own for line in everything),
    )


def _lines(calendar: Calendar, person: User, address: Callable[[Program], str]) -> Iterator[Line]:
    page = address(calendar.program)
    for row in calendar.rows:
        named = row.task.responsible
        is_own = bool(named) and names_person(named, person)
        yield Line(row, calendar.program, is_own, f"{page}#{row.anchor}")


def _is_chosen(line: Line, only_own: bool, responsible: str) -> bool:
    if only_own and not line.is_own:
        return False
    return not responsible or fold(line.responsible) == fold(responsible)


def _by_date(line: Line) -> tuple[datetime.date, int, int, int]:
    row = line.row
    return row.session_date or datetime.date.max, line.program.year, row.phase_number, row.task.number


def _in_state(lines: list[Line], state: TaskState) -> list[Line]:
    return _sorted(line for line in lines if line.row.state is state)


def _sorted(lines: Iterable[Line]) -> list[Line]:
    return sorted(lines, key=lambda line: (not line.is_own, _by_date(line)))


def _delays_before(line: Line | None, calendars: list[Calendar]) -> list[DelayRow]:
    if line is None:
        return []
    return [delay for calendar in calendars for delay in calendar.delays if delay.to_row is line.row]


def _standing(calendar: Calendar) -> Standing:
    documents = [document for row in calendar.rows for document in row.documents]
    return Standing(calendar, sum(document.has_files for document in documents), len(documents))


def _people(lines: Iterable[Line]) -> list[str]:
    names: dict[str, str] = {}
    for line in lines:
        if line.responsible.strip():
            names.setdefault(fold(line.responsible), line.responsible.strip())
    return [names[key] for key in sorted(names)]
