"""Planning backwards from the day on which the deciding body approves the program."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from portal.workdays.days import Workdays, shifted
from programs.acts import ActKind, act_of
from programs.calendar import Calendar, TaskRow
from programs.delays import latest_before
from programs.method import built_in_method
from programs.models import DelayRule


@dataclass(frozen=True, slots=True)
class PlannedTask:
    """A task and the days that the approval's day leaves it."""

    row: TaskRow
    latest: datetime.date | None
    """The last day on which it leaves the others enough time; ``None`` for what comes after the approval."""
    usual: datetime.date | None
    """The day that the built-in model's spacing gives it; ``None`` where the model has no such task."""
    is_impossible: bool
    """True when its last day has passed and it is not said to be done."""

    @property
    def is_too_late(self) -> bool:
        """True when the calendar dates it after its last day."""
        return (
            self.latest is not None
            and self.row.session_date is not None
            and self.row.session_date > self.latest
        )


def latest_dates(
    *,
    order: Sequence[int],
    rules: Iterable[DelayRule],
    council: int,
    council_date: datetime.date,
    workdays: Workdays,
) -> dict[int, datetime.date]:
    """The last possible day of every task up to the approval, for the approval to be on its day.

    A task is held no later than the next one in printed order, and early enough for every delay rule
    from it. Rules that ask for the contrary of the printed order are passed over: no day would do.

    Args:
        order: the tasks' keys as the calendar prints them.
        rules: the program's rules.
        council: the key of the task that approves; those printed below it have no last day.
        council_date: the day of that task.
    """
    known = list(rules)
    latest = {council: council_date}
    after = council
    for task in reversed(order[: order.index(council)]):
        bounds = [
            latest_before(rule, latest[rule.to_task_id], workdays)
            for rule in known
            if rule.from_task_id == task and rule.to_task_id in latest
        ]
        latest[task] = min([latest[after], *bounds])
        after = task
    return latest


def usual_dates(council_date: datetime.date) -> Mapping[tuple[int, int], datetime.date]:
    """The day of each task of the built-in model, by phase and number, spaced as there."""
    return {
        (phase.number, task.number): shifted(council_date, -task.days_before_approval)
        for phase in built_in_method().phases
        for task in phase.tasks
    }


def approval_of(calendar: Calendar) -> TaskRow | None:
    """The task with which the program is approved: known by its words, else the last one printed."""
    named = [row for row in calendar.rows if act_of(row.task.title_ar, row.task.title_fr) == ActKind.APPROVAL]
    rows = named or calendar.rows
    return rows[-1] if rows else None


def plan(calendar: Calendar, council_date: datetime.date) -> list[PlannedTask]:
    """Every task of a calendar with its last and its usual day, as the calendar prints them."""
    approval = approval_of(calendar)
    if approval is None:
        return []
    latest = latest_dates(
        order=[row.task.pk for row in calendar.rows],
        rules=calendar.program.delay_rules.all(),
        council=approval.task.pk,
        council_date=council_date,
        workdays=calendar.workdays,
    )
    usual = usual_dates(council_date)
    return [
        _planned(row, latest.get(row.task.pk), usual.get((row.phase_number, row.task.number)), calendar.today)
        for row in calendar.rows
    ]


def _planned(
    row: TaskRow, latest: datetime.date | None, usual: datetime.date | None, today: datetime.date
) -> PlannedTask:
    is_over = latest is not None and latest < today and not row.task.done
    return PlannedTask(row, latest, usual, is_over)


class Choice(StrEnum):
    """The days that a plan offers for the calendar."""

    LATEST = "latest"
    USUAL = "usual"


def offered(planned: PlannedTask, choice: Choice) -> datetime.date | None:
    """The day of a task that is offered under a choice."""
    return planned.latest if choice == Choice.LATEST else planned.usual
