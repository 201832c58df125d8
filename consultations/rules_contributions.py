"""Decisions about contributions that need no row: what may follow what, and where a consultation stands."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from enum import StrEnum

from consultations.models import Consultation, Contribution

Status = Contribution.Status


class Actor(StrEnum):
    """Who takes a step."""

    MODERATOR = "moderator"
    AUTHOR = "author"


@dataclass(frozen=True, slots=True)
class Transition:
    """A step of a contribution."""

    old: Status
    new: Status
    by: Actor


TRANSITIONS = (
    Transition(Status.PENDING, Status.PUBLISHED, Actor.MODERATOR),
    Transition(Status.PENDING, Status.REFUSED, Actor.MODERATOR),
    # Taken down after it was published at once, or refused by mistake.
    Transition(Status.PUBLISHED, Status.REFUSED, Actor.MODERATOR),
    Transition(Status.REFUSED, Status.PUBLISHED, Actor.MODERATOR),
    Transition(Status.PENDING, Status.WITHDRAWN, Actor.AUTHOR),
    Transition(Status.PUBLISHED, Status.WITHDRAWN, Actor.AUTHOR),
    Transition(Status.REFUSED, Status.WITHDRAWN, Actor.AUTHOR),
)
"""The one table of transitions. Nothing leads out of "withdrawn"."""


def may_become(old: str, new: str, by: Actor) -> bool:
    """Whether ``by`` may take a contribution from one status to another."""
    return Transition(Status(old), Status(new), by) in TRANSITIONS


class State(StrEnum):
    """Where a public consultation stands, by the clock and by its answers."""

    BEFORE = "before"
    OPEN = "open"
    CLOSED = "closed"
    ANSWERED = "answered"


def is_open(consultation: Consultation, now: datetime.datetime) -> bool:
    """Whether what is stored at ``now`` is in time: the opening moment is, the closing moment is not."""
    if not consultation.is_public:
        return False
    opens_at, closes_at = consultation.moments
    return opens_at <= now < closes_at


def state_of(consultation: Consultation, now: datetime.datetime, *, received: int, waiting: int) -> State:
    """Where a public consultation stands.

    Args:
        received: how many contributions came in that were neither refused nor withdrawn.
        waiting: how many of them have no published answer.
    """
    opens_at, closes_at = consultation.moments
    if now < opens_at:
        return State.BEFORE
    if now < closes_at:
        return State.OPEN
    return State.ANSWERED if received and not waiting else State.CLOSED


def answer_due(consultation: Consultation, received_on: datetime.date) -> datetime.date:
    """The last day of the answer: calendar days after the day it came in."""
    return received_on + datetime.timedelta(days=consultation.answer_days)
