"""A consultation’s period as its pages draw it: the first day, what has passed, the last, what is left."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from consultations.countdown import Left, days_left, last_day_of, time_left
from consultations.models import Consultation
from consultations.periods import Standing
from consultations.rules_contributions import State
from consultations.typed_moments import is_twice
from portal.bilingual import page_language
from portal.locales import month_name, weekday


@dataclass(frozen=True, slots=True)
class Day:
    """A leaf of the calendar."""

    date: datetime.date
    weekday: str
    month: str


@dataclass(frozen=True, slots=True)
class PeriodBox:
    """The period of a public consultation by its municipality's clocks, on a day or at a moment."""

    state: str
    first: Day
    last: Day
    opens: str
    closes: str
    """The times of the day; of a closing at midnight ``24:00``, since the last day is the one before."""
    days: int
    """How many days of the calendar it takes, both included."""
    passed: int
    """How many of them have passed, today included while it runs."""
    left: Left | None
    """How long until it opens, or closes; ``None`` once it is over."""


def period_box(
    consultation: Consultation,
    standing: Standing,
    *,
    today: datetime.date,
    now: datetime.datetime | None = None,
) -> PeriodBox:
    """Lay a period out. With ``now`` what is left is told to the hour on the last day, else by the day."""
    opens_at, closes_at = consultation.moments
    zone, country = consultation.municipality.zone_info, consultation.municipality.country
    first, last = opens_at.astimezone(zone).date(), last_day_of(closes_at, zone)
    days = (last - first).days + 1
    return PeriodBox(
        state=standing.state.value,
        first=_day(first, country),
        last=_day(last, country),
        opens=clock(opens_at, consultation),
        closes=clock(closes_at, consultation, is_end=True),
        days=days,
        passed=min(max((today - first).days + 1, 0), days) if standing.state == State.OPEN else 0,
        left=_left(consultation, standing, today, now, (first, last)),
    )


def clock(moment: datetime.datetime, consultation: Consultation, *, is_end: bool = False) -> str:
    """The time of a moment by the clocks of the consultation's municipality, as :func:`clock_in` says it."""
    return clock_in(moment, consultation.municipality.zone_info, is_end=is_end)


def clock_in(moment: datetime.datetime, zone: ZoneInfo, *, is_end: bool = False) -> str:
    """``23:59`` by the clocks of ``zone``; with the offset where they show it twice that day.

    An end at midnight is ``24:00``: it goes with :func:`consultations.countdown.last_day_of`.
    """
    local = moment.astimezone(zone)
    if is_end and local.time() == datetime.time():
        return "24:00"
    return f"{local:%H:%M}" + (f" (UTC{local:%z})" if is_twice(moment, zone) else "")


def _left(
    consultation: Consultation,
    standing: Standing,
    today: datetime.date,
    now: datetime.datetime | None,
    days: tuple[datetime.date, datetime.date],
) -> Left | None:
    if standing.state not in (State.BEFORE, State.OPEN):
        return None
    which = 0 if standing.state == State.BEFORE else 1
    if now is None:
        return days_left(days[which], today)
    return time_left(consultation.moments[which], days[which], now, consultation.municipality.zone_info)


def _day(date: datetime.date, country: str) -> Day:
    language = page_language()
    return Day(date, weekday(date, country, language), month_name(date, country, language))
