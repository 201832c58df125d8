"""What a calendar lacks before it is made public: what must be there, and what may be missing."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from portal.workdays.days import workdays_of
from programs.calendar import Calendar, DelayRow, TaskRow
from programs.contradictions import Contradiction, contradictions
from programs.delays import BrokenRule, reckon_rules
from programs.models import Program, Task


@dataclass(frozen=True, slots=True)
class Gap:
    """Something that tasks lack, and the tasks that lack it. The calendar may be published all the same."""

    label: str | Promise
    tasks: list[TaskRow]


@dataclass(frozen=True, slots=True)
class Readiness:
    """How ready a calendar is to be published."""

    has_tasks: bool
    """A calendar without any task is not published."""
    unexplained: list[DelayRow]
    """Delays that the dates do not keep: publishing needs a reason for each."""
    explained: list[DelayRow]
    """Delays that the dates do not keep, of which it was said why; the public reads it."""
    gaps: list[Gap]
    contradictions: list[Contradiction]

    @property
    def is_complete(self) -> bool:
        return self.has_tasks and not (self.unexplained or self.explained or self.gaps or self.contradictions)


def readiness(calendar: Calendar) -> Readiness:
    """Go through a calendar as its staff sees it. Nothing is queried here."""
    broken = [delay for delay in calendar.delays if not delay.reckoning.is_kept]
    found = [
        Gap(label, [row for row in calendar.rows if lacks(row, calendar.today)]) for label, lacks in _GAPS
    ]
    return Readiness(
        has_tasks=bool(calendar.rows),
        unexplained=[delay for delay in broken if not delay.rule.reason],
        explained=[delay for delay in broken if delay.rule.reason],
        gaps=[gap for gap in found if gap.tasks],
        # Of a broken delay the reason is asked for, beside the delay itself.
        contradictions=[one for one in contradictions(calendar) if one.code != "broken-without-reason"],
    )


def _lacks_evidence(row: TaskRow, today: datetime.date) -> bool:
    """Documents are awaited once the task is said to be done, or its date has passed."""
    is_due = bool(row.task.done) or (row.session_date is not None and row.session_date < today)
    return is_due and bool(row.documents_awaited)


_GAPS: tuple[tuple[str | Promise, Callable[[TaskRow, datetime.date], bool]], ...] = (
    (_("Without a date"), lambda row, today: row.session_date is None),
    (_("Without a title in Arabic"), lambda row, today: not row.task.title_ar),
    (_("Without a title in French"), lambda row, today: not row.task.title_fr),
    (_("Without anybody responsible"), lambda row, today: not row.task.responsible),
    (_("Without all of the expected documents, though done or past"), _lacks_evidence),
)


def unexplained_delays(program: Program) -> list[BrokenRule]:
    """The delays that the program's dates do not keep, and of which nobody said why; asked of the rows."""
    rules = program.delay_rules.select_related("from_task__phase", "to_task__phase").order_by("pk")
    dates = dict(Task.objects.filter(phase__program=program).values_list("pk", "session_date"))
    return [
        BrokenRule(found.rule, found.reckoning, was_missing=0, earliest=None, latest=None)
        for found in reckon_rules(rules, dates, workdays_of(program.municipality))
        if found.reckoning is not None and found.is_broken and not found.rule.reason
    ]
