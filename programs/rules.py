"""Decisions about a calendar that need no row: states, lateness, progress, delays."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from portal.workdays.days import Workdays
from programs.models import DayKind


class TaskState(StrEnum):
    """The one definition of a task's state, for the page, the papers, the feeds and the exports."""

    DONE = "done"
    DONE_BARE = "bare"
    LATE = "late"
    NOT_STATED = "none"
    TODAY = "today"
    UPCOMING = "todo"
    UNDATED = "undated"


DONE_STATES = frozenset({TaskState.DONE, TaskState.DONE_BARE})


def task_state(
    *, done: bool | None, session_date: datetime.date | None, has_all_evidence: bool, today: datetime.date
) -> TaskState:
    """The state of a task on a given day.

    A past date about which nothing was said is "not stated": never late, and never "no".
    """
    if done:
        return TaskState.DONE if has_all_evidence else TaskState.DONE_BARE
    if session_date is None:
        return TaskState.UNDATED
    if session_date < today:
        return TaskState.NOT_STATED if done is None else TaskState.LATE
    return TaskState.TODAY if session_date == today else TaskState.UPCOMING


def days_late(session_date: datetime.date, today: datetime.date) -> int:
    """Full days since the date, 0 when it has not passed."""
    return max(0, (today - session_date).days)


@dataclass(frozen=True, slots=True)
class Progress:
    """What is known of a program. It counts what is stated, and says how much is not."""

    total: int
    stated: int
    """Tasks of which yes or no was said."""
    done: int
    late: int
    not_stated: int
    """Tasks whose date has passed and of which nothing was said."""

    @property
    def nothing_stated(self) -> bool:
        """Then there is no figure to show, not even 0 %."""
        return self.stated == 0


def progress(tasks: Iterable[tuple[TaskState, bool | None]]) -> Progress:
    """Count a calendar's tasks, given the state of each and what was said of it."""
    rows = list(tasks)
    states = Counter(state for state, _ in rows)
    return Progress(
        total=len(rows),
        stated=sum(done is not None for _, done in rows),
        done=sum(states[state] for state in DONE_STATES),
        late=states[TaskState.LATE],
        not_stated=states[TaskState.NOT_STATED],
    )


@dataclass(frozen=True, slots=True)
class DelayReckoning:
    """A delay rule applied to two dates."""

    min_days: int
    days: int
    rests_on_estimate: bool = False
    """True when a holiday whose day is still to be announced may change ``days``."""

    @property
    def is_kept(self) -> bool:
        return self.days >= self.min_days

    @property
    def missing(self) -> int:
        """By how many days the rule is broken, 0 when it is kept."""
        return max(0, self.min_days - self.days)


def reckon_delay(
    *,
    min_days: int,
    day_kind: str,
    first: datetime.date | None,
    second: datetime.date | None,
    workdays: Workdays,
) -> DelayReckoning | None:
    """Reckon a delay between two dates; ``None`` while either is missing.

    It holds when ``second - first >= min_days``: published on the 2nd, a session on the 9th keeps
    seven days, as the municipalities' calendars count ("07 أيام على الأقل بعد نشر التشخيص").
    Working days count from the day after ``first``, without the weekend and the public holidays.
    """
    if first is None or second is None:
        return None
    if day_kind == DayKind.WORKING:
        return DelayReckoning(
            min_days, workdays.between(first, second), workdays.rests_on_estimate(first, second)
        )
    return DelayReckoning(min_days, (second - first).days)
