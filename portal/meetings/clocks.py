"""A time zone as iCalendar describes it (RFC 5545 3.6.5), from the tz database.

The library's own ``Timezone.from_tzid`` puts the end of Ramadan in Morocco an hour too late: it writes the
moment of the change by the clock after it, and RFC 5545 asks for the clock before it.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from zoneinfo import ZoneInfo

from icalendar import Timezone, TimezoneStandard
from icalendar.prop import vDDDTypes

_STEP = datetime.timedelta(hours=12)
_SECOND = datetime.timedelta(seconds=1)


def time_zone(name: str, first: datetime.date, last: datetime.date) -> Timezone:
    """The offsets of a zone from the day before ``first`` to the day after ``last``, change by change.

    Each is called standard time: clocks that go back for Ramadan are daylight time to some readers and
    not to others, and the offset alone decides.
    """
    zone = Timezone()
    zone.add("tzid", name)
    info = ZoneInfo(name)
    start = datetime.datetime.combine(first, datetime.time(), datetime.UTC) - datetime.timedelta(days=1)
    end = datetime.datetime.combine(last, datetime.time(), datetime.UTC) + datetime.timedelta(days=2)
    zone.add_component(_observance(info, start, before=start))
    for moment in _changes(info, start, end):
        zone.add_component(_observance(info, moment, before=moment - _SECOND))
    return zone


def _observance(info: ZoneInfo, moment: datetime.datetime, *, before: datetime.datetime) -> TimezoneStandard:
    """What holds from a moment on, which is told by the clock that held just before it."""
    earlier, later = before.astimezone(info), moment.astimezone(info)
    offset_from, offset_to = earlier.utcoffset(), later.utcoffset()
    onset = (moment + (offset_from or datetime.timedelta())).replace(tzinfo=None)
    observance = TimezoneStandard()
    observance["dtstart"] = vDDDTypes(onset)
    observance.add("tzoffsetfrom", offset_from)
    observance.add("tzoffsetto", offset_to)
    observance.add("tzname", later.tzname())
    return observance


def _changes(info: ZoneInfo, start: datetime.datetime, end: datetime.datetime) -> Iterator[datetime.datetime]:
    """The moments at which the offset changes, to the second."""
    moment = start
    while moment < end:
        following = moment + _STEP
        if moment.astimezone(info).utcoffset() != following.astimezone(info).utcoffset():
            yield _change_between(info, moment, following)
        moment = following


def _change_between(info: ZoneInfo, before: datetime.datetime, after: datetime.datetime) -> datetime.datetime:
    while after - before > _SECOND:
        middle = (before + (after - before) / 2).replace(microsecond=0)
        if middle.astimezone(info).utcoffset() == before.astimezone(info).utcoffset():
            before = middle
        else:
            after = middle
    return after
