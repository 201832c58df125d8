"""How long it is until something opens or closes, as people count it."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from zoneinfo import ZoneInfo

_DAY = datetime.timedelta(days=1)
_HOUR = datetime.timedelta(hours=1)
_INSTANT = datetime.timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Left:
    """How long is left: so many whole days of the calendar, or so many hours of the last one."""

    unit: str
    """``days``, ``today``, ``hours``, or ``soon`` for less than an hour."""
    count: int = 0


def last_day_of(closes_at: datetime.datetime, zone: ZoneInfo) -> datetime.date:
    """The last day on which something may be sent: what closes at midnight closes the day before."""
    return (closes_at - _INSTANT).astimezone(zone).date()


def days_left(day: datetime.date, today: datetime.date) -> Left:
    """By the calendar alone, for pages that are written anew once a day."""
    count = (day - today).days
    return Left("days", count) if count > 0 else Left("today")


def time_left(moment: datetime.datetime, day: datetime.date, now: datetime.datetime, zone: ZoneInfo) -> Left:
    """To the hour on the last day, by the calendar before.

    ``day`` is the one that people count to: that of the opening, or the last on which something may be sent.
    """
    left = moment - now
    if left < _HOUR:
        return Left("soon")
    if left < _DAY:
        return Left("hours", left // _HOUR)
    return days_left(day, now.astimezone(zone).date())
