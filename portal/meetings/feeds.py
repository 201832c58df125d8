"""Meetings as iCalendar (RFC 5545): with times by the municipality's clocks, or all-day."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable
from zoneinfo import ZoneInfo

from icalendar import Calendar, Event
from icalendar.prop import vDDDTypes

from portal.folding import one_line, printable
from portal.meetings.addresses import coordinates
from portal.meetings.clocks import time_zone
from portal.meetings.models import Meeting
from portal.meetings.rules import Point, running_times
from portal.municipalities.models import Municipality

PRODUCT = "-//Musharaka//Meetings//MUL"
_DAY = datetime.timedelta(days=1)


def meetings_feed(
    meetings: Iterable[Meeting],
    *,
    municipality: Municipality,
    name: str,
    address: Callable[[Meeting], str],
) -> bytes:
    """Meetings of one municipality, read by ``for_feed()``, as a file that phones can subscribe to.

    A meeting keeps its UID for ever, and each change counts its SEQUENCE up; a cancelled one stays, as
    cancelled, so that it leaves the readers' calendars. Without any timed meeting the time zone is there
    only where the file would else hold nothing: RFC 5545 3.6 asks for one component at least.
    """
    rows = list(meetings)
    feed = Calendar()
    feed.add("prodid", PRODUCT)
    feed.add("version", "2.0")
    feed.add("calscale", "GREGORIAN")
    feed.add("method", "PUBLISH")
    feed.add("name", one_line(name))
    feed.add("x-wr-calname", one_line(name))
    timed = [row for row in rows if row.starts_at]
    if timed or not rows:
        today = municipality.today()
        first = min((row.date for row in timed), default=today)
        last = max((row.last_day for row in timed), default=today)
        feed.add_component(time_zone(municipality.time_zone, first, last))
    for row in rows:
        feed.add_component(_event(row, municipality, address(row)))
    return feed.to_ical()


def _event(meeting: Meeting, municipality: Municipality, address: str) -> Event:
    event = Event()
    event.add("uid", f"meeting-{meeting.uid}@{municipality.slug}.musharaka")
    event.add("dtstamp", meeting.updated_at.astimezone(datetime.UTC).replace(microsecond=0))
    event.add("last-modified", meeting.updated_at.astimezone(datetime.UTC).replace(microsecond=0))
    event.add("sequence", meeting.sequence)
    event.add("status", "CANCELLED" if meeting.is_cancelled else "CONFIRMED")
    _add_times(event, meeting, municipality.zone_info)
    event.add("summary", one_line(str(meeting.title)))
    if place := one_line(str(meeting.place)):
        event.add("location", place)
    if meeting.map_url and (where := coordinates(meeting.map_url)):
        event.add("geo", where)
    event.add("description", _description(meeting, address))
    event.add("url", address)
    event.add("transp", "OPAQUE" if meeting.starts_at and not meeting.is_cancelled else "TRANSPARENT")
    return event


def _add_times(event: Event, meeting: Meeting, zone: ZoneInfo) -> None:
    if meeting.starts_at is None:
        event["dtstart"] = vDDDTypes(meeting.date)
        event["dtend"] = vDDDTypes(meeting.last_day + _DAY)  # RFC 5545 3.6.1: the end is exclusive
        return
    event.add("dtstart", datetime.datetime.combine(meeting.date, meeting.starts_at, zone))
    if meeting.ends_at:
        event.add("dtend", datetime.datetime.combine(meeting.last_day, meeting.ends_at, zone))
    elif meeting.last_day > meeting.date:
        # It goes on over several days to an hour that nobody said: to the end of its last day.
        midnight = datetime.datetime.combine(meeting.last_day + _DAY, datetime.time(), zone)
        event.add("dtend", midnight)


def _description(meeting: Meeting, address: str) -> str:
    points = [Point(item.starts_at, item.minutes) for item in meeting.listed_agenda]
    times = running_times(meeting.starts_at, points)
    agenda = [
        f"{time:%H:%M} {one_line(str(item.title))}" if time else f"- {one_line(str(item.title))}"
        for time, item in zip(times, meeting.listed_agenda, strict=True)
    ]
    parts = [printable(str(meeting.invitation)), "\n".join(agenda), meeting.remote_url, address]
    return "\n\n".join(part for part in parts if part)
