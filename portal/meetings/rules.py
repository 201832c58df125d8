"""Decisions about meetings that need no row: shares of attendance, when a point begins, what was held."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Text = str | Promise
Faults = dict[str, Text]
"""What is wrong, by the field where it is to be told."""

YOUNG_FROM, YOUNG_TO = 16, 35
"""The ages, both included, that the minutes of a Tunisian session count as young."""


def share(part: int | None, total: int | None) -> Decimal | None:
    """The share of ``part`` in ``total`` in percent, cut off after one decimal and never rounded up.

    So the official minutes print it: of 42 present 7 are 16.6 % (16.66…) and 9 are 21.4 %. ``None``
    where either figure is not stated or nobody came. Women and young people overlap: their shares
    together may pass 100.
    """
    if part is None or not total:
        return None
    return Decimal(part * 1000 // total) / 10


@dataclass(frozen=True, slots=True)
class Counts:
    """How many people were present; ``None`` is not stated."""

    total: int | None
    women: int | None
    young: int | None

    @property
    def is_silent(self) -> bool:
        return self.total is None and self.women is None and self.young is None


def counts_faults(counts: Counts) -> Faults:
    """A group is never larger than the whole, and is not told without it."""
    faults: Faults = {}
    for name, group in (("women", counts.women), ("young", counts.young)):
        if group is None:
            continue
        if counts.total is None:
            faults["total"] = _("Give the number of all who were present too.")
        elif group > counts.total:
            faults[name] = _("This is more than the number of all who were present.")
    return faults


def zones_fault(counts: Counts, zones: Iterable[Counts]) -> Text | None:
    """The zones together never have more people than the session; people from elsewhere may come."""
    rows = list(zones)
    for name, told in (
        ("total", _("The zones together have %(sum)d people, %(excess)d more than were present.")),
        ("women", _("The zones together have %(sum)d women, %(excess)d more than were present.")),
        ("young", _("The zones together have %(sum)d young people, %(excess)d more than were present.")),
    ):
        whole = getattr(counts, name)
        stated = sum(getattr(row, name) or 0 for row in rows)
        if whole is None and name == "total" and any(not row.is_silent for row in rows):
            return _("Give the number of all who were present too.")
        if whole is not None and stated > whole:
            return told % {"sum": stated, "excess": stated - whole}
    return None


def last_day(date: datetime.date, ends_on: datetime.date | None) -> datetime.date:
    return ends_on or date


def was_held(
    *, held: bool | None, is_cancelled: bool, ended: datetime.date, today: datetime.date, has_minutes: bool
) -> bool:
    """Whether a meeting took place: as the staff said, else once its day has come and its minutes exist."""
    if is_cancelled:
        return False
    return held if held is not None else ended <= today and has_minutes


@dataclass(frozen=True, slots=True)
class Point:
    """The times of an agenda item: when it begins, if anybody said, and how many minutes it takes."""

    starts_at: datetime.time | None
    minutes: int | None


def running_times(opens_at: datetime.time | None, points: Sequence[Point]) -> list[datetime.time | None]:
    """When each point begins: as it says, else when the one before it ends, as far as that is known.

    The first begins with the meeting. A time after midnight is not told.
    """
    found: list[datetime.time | None] = []
    now = opens_at
    for point in points:
        now = point.starts_at or now
        found.append(now)
        now = _after(now, point.minutes) if now and point.minutes else None
    return found


def _after(time: datetime.time, minutes: int) -> datetime.time | None:
    total = time.hour * 60 + time.minute + minutes
    return datetime.time(*divmod(total, 60)) if total < 24 * 60 else None


def lines_of(text: str) -> list[str]:
    """The items of a text that holds one a line."""
    return [line.strip() for line in text.splitlines() if line.strip()]


# The hijā'ī order, in which the official minutes letter their lists: أ ب ت ث ج ح خ, not the abjad أ ب ج د.
_ARABIC_LETTERS = "أبتثجحخدذرزسشصضطظعغفقكلمنهوي"
_LATIN_LETTERS = "abcdefghijklmnopqrstuvwxyz"


def list_letter(position: int, language: str) -> str:
    """The letter of the ``position``-th point of a list, from 1; after the last letter they are doubled."""
    letters = _ARABIC_LETTERS if language == "ar" else _LATIN_LETTERS
    times, index = divmod(position - 1, len(letters))
    return letters[index] * (times + 1)


class PhotoDoubt(StrEnum):
    """Why the photo of a posted notice proves nothing."""

    UNDATED = "undated"
    TOO_EARLY = "too_early"
    TOO_LATE = "too_late"


CLOCKS_DIFFER = datetime.timedelta(minutes=10)
"""By how much a camera's clock may be wrong before it is said to be."""


def photo_doubt(
    taken_at: datetime.datetime | None,
    notice_since: datetime.datetime | None,
    handed_in_at: datetime.datetime,
) -> PhotoDoubt | None:
    """What speaks against a photo as the proof that a notice was posted; ``None`` where nothing does.

    Args:
        taken_at: by the camera, which is not believed blindly; ``None`` where it wrote nothing.
        notice_since: when the notice began to exist: no photo from before can show it. ``None`` where nobody
            knows.
    """
    if taken_at is None:
        return PhotoDoubt.UNDATED
    if notice_since is not None and taken_at < notice_since - CLOCKS_DIFFER:
        return PhotoDoubt.TOO_EARLY
    return PhotoDoubt.TOO_LATE if taken_at > handed_in_at + CLOCKS_DIFFER else None
