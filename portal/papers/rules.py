"""Where a long paper stands, and what may be done with it: decisions without the database."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from portal.papers.models import ALIVE, Printing

HEARD = datetime.timedelta(seconds=5)
"""Whoever waits is told that no worker is there when none has been heard for longer; with the page's own
rhythm that makes ten seconds. Shorter than ``ALIVE``: to say so wrongly costs nothing, to take a paper out
of somebody's hands does."""
REFRESH = 5
"""Seconds between two looks of a page that advances."""
STILL_GOOD = datetime.timedelta(minutes=10)
"""A paper that was overtaken by a change is handed out this much longer to whoever had it made. Not for
good: what was taken out of the pages must be out of the papers too."""

FAILURES: dict[str, Promise] = {
    "unavailable": _("This server lacks a program that papers need. Its administrator finds it in the log."),
    "gone": _("What it was to show is not there any more, or is not public any more."),
    "too_long": _("It took longer than a paper may take, so it was stopped."),
    "gave_up": _("It was begun several times, and each time the worker went down with it."),
    "broken": _("Something in it stopped the press; it was noted for those who run the portal."),
}


class State(StrEnum):
    """Where a paper stands."""

    WAITING = "waiting"
    MAKING = "making"
    READY = "ready"
    FAILED = "failed"


def state_of(printing: Printing, now: datetime.datetime) -> State:
    """Where it stands; one whose worker fell silent waits for the next."""
    if printing.finished_at is not None:
        return State.FAILED if printing.failure else State.READY
    is_in_hands = printing.beat_at is not None and printing.beat_at >= now - ALIVE
    return State.MAKING if is_in_hands else State.WAITING


def is_good(printing: Printing, key: str, now: datetime.datetime) -> bool:
    """Whether a finished paper may still be handed out.

    Args:
        key: that of the same paper as it would be made now.
    """
    if printing.finished_at is None:
        return False
    return printing.key == key or now - printing.finished_at < STILL_GOOD


def why(printing: Printing) -> str:
    """The failure of a paper in words."""
    return str(FAILURES.get(printing.failure, FAILURES["broken"]))


@dataclass(frozen=True, slots=True)
class Step:
    """A part of the making, on the page that advances."""

    name: str
    node: str
    """``done``, ``next`` for the one under way, ``todo``."""
    note: str = ""

    @property
    def is_done(self) -> bool:
        return self.node == "done"


def steps_of(printing: Printing) -> list[Step]:
    """What it consists of, as far as it is made.

    Where as many steps are counted as are named, the count says which one is under way; else the words do.
    """
    names, current = printing.steps, _current(printing)
    if current is None:
        return [Step(name, "todo") for name in names]
    note = "" if printing.doing == names[current] else printing.doing
    return [
        *(Step(name, "done") for name in names[:current]),
        Step(names[current], "next", note),
        *(Step(name, "todo") for name in names[current + 1 :]),
    ]


def _current(printing: Printing) -> int | None:
    names = printing.steps
    if printing.of and printing.of == len(names):
        return min(printing.done, len(names) - 1)
    return names.index(printing.doing) if printing.doing in names else None
