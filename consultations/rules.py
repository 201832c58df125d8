"""Decisions about a plan that need no row: progress and lateness."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum


class ProjectState(StrEnum):
    """Where a project stands, derived from its activities and the day."""

    DONE = "done"
    LATE = "late"
    RUNNING = "next"
    TO_COME = "todo"
    NOT_STATED = "none"


def project_progress(percents: Iterable[int]) -> int | None:
    """A project's progress in percent: the mean of its activities', rounded half up; 100 only when all are.

    ``None`` without activities: nothing is known then, which is not 0.
    """
    values = list(percents)
    if not values:
        return None
    mean = Decimal(sum(values)) / len(values)
    rounded = int(mean.quantize(Decimal(1), rounding=ROUND_HALF_UP))
    return min(rounded, 99) if mean < 100 else rounded


def is_overdue(*, percent: int, ends_on: datetime.date | None, today: datetime.date) -> bool:
    """Whether an activity's period has passed while it is not complete."""
    return ends_on is not None and ends_on < today and percent < 100


def project_state(
    activities: Iterable[tuple[int, datetime.date | None, datetime.date | None]], today: datetime.date
) -> ProjectState:
    """The state of a project from its activities' (percent, start, end)."""
    rows = list(activities)
    if not rows:
        return ProjectState.NOT_STATED
    if all(percent == 100 for percent, _, _ in rows):
        return ProjectState.DONE
    if any(is_overdue(percent=percent, ends_on=end, today=today) for percent, _, end in rows):
        return ProjectState.LATE
    started = any(percent > 0 or (start is not None and start <= today) for percent, start, _ in rows)
    return ProjectState.RUNNING if started else ProjectState.TO_COME
