"""The calendar as iCalendar (RFC 5545): all-day events that a phone can subscribe to."""

from __future__ import annotations

import datetime
import unicodedata

from icalendar import Calendar as ICalendar
from icalendar import Event, Timezone
from icalendar.prop import vDDDTypes

from programs.calendar import Calendar, TaskRow

PRODUCT = "-//Musharaka//Participatory programs//MUL"


def calendar_feed(calendar: Calendar, *, name: str, page_url: str) -> bytes:
    """The dated tasks of a calendar as all-day events.

    Each event keeps its UID for ever (program and task row), so that a moved date moves in the
    reader's calendar instead of appearing twice. SEQUENCE counts the changes of the task itself, so that
    a reader that has several versions keeps the newest; DTSTAMP and LAST-MODIFIED are the calendar's
    last change, since documents and places change an event without changing its task. The file is the
    same as long as nothing changed. Without any date the file holds the municipality's
    time zone alone: RFC 5545 3.6 asks for at least one component, and this one shows nothing.
    """
    feed = ICalendar()
    feed.add("prodid", PRODUCT)
    feed.add("version", "2.0")
    feed.add("calscale", "GREGORIAN")
    feed.add("method", "PUBLISH")
    feed.add("name", _line(name))
    feed.add("x-wr-calname", _line(name))
    for row in calendar.rows:
        if row.session_date:
            feed.add_component(_event(row, row.session_date, calendar, page_url))
    if not feed.subcomponents:
        feed.add_component(Timezone.from_tzid(calendar.program.municipality.time_zone))
    return feed.to_ical()


def _event(row: TaskRow, date: datetime.date, calendar: Calendar, page_url: str) -> Event:
    event = Event()
    event.add("uid", f"task-{row.task.pk}@{calendar.program.municipality.slug}.musharaka")
    changed = calendar.program.updated_at.astimezone(datetime.UTC).replace(microsecond=0)
    event.add("dtstamp", changed)
    event.add("last-modified", changed)
    event.add("sequence", row.task.version - 1)
    event["dtstart"] = vDDDTypes(date)
    event["dtend"] = vDDDTypes(date + datetime.timedelta(days=1))  # RFC 5545 3.6.1: the end is exclusive
    event.add("summary", _line(f"{row.code} {row.title}"))
    url = f"{page_url}#{row.anchor}"
    documents = "\n".join(f"- {_line(str(document.title))}" for document in row.documents)
    event.add("description", f"{documents}\n{url}".strip())
    event.add("url", url)
    event.add("transp", "TRANSPARENT")
    return event


def _line(text: str) -> str:
    """A text on one line, without the control characters that RFC 5545 3.1 forbids in one."""
    return " ".join(
        "".join(" " if unicodedata.category(letter) == "Cc" else letter for letter in text).split()
    )
