"""Decisions about projects that need no row: the steps of a card, years waited, lateness, differences."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from programs.models import CardStage, Status

ALL_DONE = 100


@dataclass(frozen=True, slots=True)
class Step:
    """A step of a card from one stage to another."""

    code: str
    old: CardStage
    new: CardStage
    label: Promise
    needs_reason: bool = False


_LEAVE_OUT = _("Leave it out of the program")
STEPS = (
    Step("prepare", CardStage.PROPOSAL, CardStage.PRELIMINARY, _("Make it a preliminary card")),
    Step("update", CardStage.PRELIMINARY, CardStage.UPDATED, _("Make it an updated card")),
    # "Original or updated cards" (النسخ الأصلية أو المحينة) go into the program (task 5.2).
    Step("retain", CardStage.PRELIMINARY, CardStage.IN_PROGRAM, _("Put it into the program")),
    Step("retain", CardStage.UPDATED, CardStage.IN_PROGRAM, _("Put it into the program")),
    Step("release", CardStage.IN_PROGRAM, CardStage.UPDATED, _("Take it back out for a new update"), True),
    Step("leave-out", CardStage.PROPOSAL, CardStage.LEFT_OUT, _LEAVE_OUT, True),
    Step("leave-out", CardStage.PRELIMINARY, CardStage.LEFT_OUT, _LEAVE_OUT, True),
    Step("leave-out", CardStage.UPDATED, CardStage.LEFT_OUT, _LEAVE_OUT, True),
    Step("take-up", CardStage.LEFT_OUT, CardStage.PROPOSAL, _("Take it up again"), True),
)
"""Every step there is. A card that left the program after its approval would not be the approved one."""

SHOWN_STAGES = frozenset({CardStage.PRELIMINARY, CardStage.UPDATED, CardStage.IN_PROGRAM})
"""From the preliminary card on, a public program shows its projects."""
VERSIONED_STAGES = SHOWN_STAGES | {CardStage.LEFT_OUT}
"""Stages in which every change of a card makes a version of it."""


def steps_from(stage: str, program_status: str) -> list[Step]:
    """What can become of a card. What the deciding body approved does not go back."""
    is_approved = program_status in (Status.APPROVED, Status.CLOSED)
    return [
        step
        for step in STEPS
        if step.old == stage and not (is_approved and (step.code == "release" or step.code == "leave-out"))
    ]


def step_from(stage: str, code: str, program_status: str) -> Step | None:
    return next((step for step in steps_from(stage, program_status) if step.code == code), None)


def years_waited(asked_in: int, year: int) -> int:
    """Full program years since a need was asked; never negative."""
    return max(0, year - asked_in)


# Time


class StepState(StrEnum):
    """How a step of the provisional calendar stands on a day."""

    DONE = "done"
    LATE = "late"
    NOT_STATED = "none"
    UNDER_WAY = "now"
    UPCOMING = "todo"
    UNDATED = "undated"


def step_state(
    *,
    starts_on: datetime.date | None,
    ends_on: datetime.date | None,
    percent: int | None,
    today: datetime.date,
) -> StepState:
    """The state of a step, or of a whole project. What was never stated is not stated: never late."""
    if percent == ALL_DONE:
        return StepState.DONE
    if ends_on and ends_on < today:
        return StepState.NOT_STATED if percent is None else StepState.LATE
    if percent:
        return StepState.UNDER_WAY
    if starts_on is None:
        return StepState.UNDATED
    if starts_on > today:
        return StepState.UPCOMING
    return StepState.NOT_STATED if percent is None else StepState.UNDER_WAY


# Differences


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that two versions of a card tell differently."""

    name: str
    old: Any
    new: Any


def differences(old: Mapping[str, Any], new: Mapping[str, Any], names: Iterable[str]) -> list[Difference]:
    """What ``new`` tells differently, in the order of ``names``; what neither tells is no difference."""
    return [
        Difference(name, old.get(name), new.get(name))
        for name in names
        if (old.get(name) or None) != (new.get(name) or None)
    ]
