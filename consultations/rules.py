"""Decisions about a plan that need no row: progress, lateness, completion, the steps of a project."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_FLOOR, ROUND_HALF_UP, Decimal
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from consultations.models import Completion, ProjectStep

ALL_DONE = 100
HALF_DONE = 50


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


# Completion, on the scale of the Open Government Partnership


def suggested_completion(percents: Iterable[int], *, is_stated: bool, has_evidence: bool) -> Completion:
    """The grade that a project's activities and their evidence suggest; the municipality states its own.

    The levels are those by which the Open Government Partnership assesses a commitment: no evidence
    available, not started, limited, substantial, complete. Between "not started" and "complete" its
    guidance speaks of minor and of major progress: taken here as under and from half of the way.

    Args:
        percents: how far each activity is, in percent.
        is_stated: whether anybody stated how far an activity is; 0 is what a new activity holds.
        has_evidence: whether a file that everybody may read proves any of it. That nothing began needs
            no proof.
    """
    progress = project_progress(percents)
    if progress == 0 and is_stated:
        return Completion.NOT_STARTED
    if not progress or not has_evidence:
        return Completion.NO_EVIDENCE
    if progress == ALL_DONE:
        return Completion.COMPLETE
    return Completion.LIMITED if progress < HALF_DONE else Completion.SUBSTANTIAL


def indicator_progress(baseline: Decimal | None, target: Decimal | None, value: Decimal | None) -> int | None:
    """How much of the way from ``baseline`` to ``target`` a measured ``value`` has gone: 0 to 100 percent.

    A target may be below its baseline: a delay that is to shrink. ``None`` where any of the three is not
    known, or where there is no way to go.
    """
    if baseline is None or target is None or value is None or baseline == target:
        return None
    share = (value - baseline) / (target - baseline) * ALL_DONE
    # Down, so that only what reached the target says 100.
    return int(min(max(share, Decimal(0)), Decimal(ALL_DONE)).to_integral_value(ROUND_FLOOR))


# The steps of a project


@dataclass(frozen=True, slots=True)
class Step:
    """How a project becomes firmer, or opens again."""

    code: str
    old: ProjectStep
    new: ProjectStep
    label: Promise


STEPS = (
    Step("adopt", ProjectStep.DRAFT, ProjectStep.ADOPTED, _("Adopted by the council")),
    Step("adopt", ProjectStep.REVISED, ProjectStep.ADOPTED, _("Revision adopted by the council")),
    Step("revise", ProjectStep.ADOPTED, ProjectStep.REVISED, _("Open it for a revision")),
)
"""Every step there is. A change of an adopted project makes it a revised one by itself."""


def steps_from(step: str) -> list[Step]:
    return [found for found in STEPS if found.old == step]


def step_from(step: str, code: str) -> Step | None:
    return next((found for found in steps_from(step) if found.code == code), None)
