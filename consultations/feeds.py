"""The opening and the closing of a consultation as iCalendar (RFC 5545)."""

from __future__ import annotations

import datetime

from django.utils.translation import gettext as _
from icalendar import Calendar, Event

from consultations.models import Consultation
from portal.folding import one_line, printable

PRODUCT = "-//Musharaka//Consultations//MUL"


def period_feed(consultation: Consultation, *, address: str) -> bytes:
    """Both moments of a public consultation, each an event without a length.

    They keep their UIDs, so that a closing that is put off moves in the reader's calendar. Moments are in
    UTC: every phone shows them by its own clock.
    """
    opens_at, closes_at = consultation.moments
    title = one_line(str(consultation.title))
    feed = Calendar()
    feed.add("prodid", PRODUCT)
    feed.add("version", "2.0")
    feed.add("calscale", "GREGORIAN")
    feed.add("method", "PUBLISH")
    feed.add("name", title)
    feed.add("x-wr-calname", title)
    opening = _("Opens for contributions: %(title)s") % {"title": title}
    closing = _("Last chance to contribute: %(title)s") % {"title": title}
    feed.add_component(_event(consultation, "opens", opens_at, opening, address))
    feed.add_component(_event(consultation, "closes", closes_at, closing, address))
    return feed.to_ical()


def _event(
    consultation: Consultation, which: str, moment: datetime.datetime, summary: str, address: str
) -> Event:
    changed = consultation.updated_at.astimezone(datetime.UTC).replace(microsecond=0)
    event = Event()
    event.add("uid", f"consultation-{consultation.pk}-{which}@{consultation.municipality.slug}.musharaka")
    event.add("dtstamp", changed)
    event.add("last-modified", changed)
    event.add("sequence", consultation.version - 1)
    event.add("dtstart", moment.astimezone(datetime.UTC))
    event.add("summary", summary)
    event.add("description", "\n\n".join(filter(None, (printable(str(consultation.summary)), address))))
    event.add("url", address)
    event.add("transp", "TRANSPARENT")
    return event
