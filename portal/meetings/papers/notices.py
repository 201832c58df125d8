"""What tells people of a meeting: the invitation as a letter, and the poster for the town hall's door."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from portal.bilingual import page_language
from portal.locales import long_date
from portal.meetings.models import Kind, Meeting
from portal.meetings.papers.drafts import draft_of_meeting, page_of, printed, public_meeting
from portal.meetings.papers.poster_layout import lay_out, text_width
from portal.meetings.posting import first_entry
from portal.meetings.reading import AgendaLine, agenda_lines
from portal.meetings.rules import lines_of
from portal.papers.orders import Draft, Order
from portal.pdf.qr import qr_svg

OPEN_KINDS = frozenset({Kind.ZONE, Kind.GENERAL, Kind.WORKSHOP})
"""Meetings to which everybody is invited."""
LONG_AGENDA = 12
"""Lines of an agenda from which it may go on over the page, and about how many letters they have."""
LETTERS_A_LINE = 60
LETTERS_A_PAGE = 3000
QR_SIDE, LOW_QR_SIDE = "46mm", "34mm"
"""So large that a phone reads it from more than a metre; and where there is little room for it."""


def invitation(order: Order) -> Draft:
    """The letter of invitation to a public meeting; of one that was cancelled, the letter that says so."""
    meeting = public_meeting(order)
    title = _("Cancellation") if meeting.is_cancelled else _("Invitation")
    agenda = agenda_lines(meeting)

    def make() -> bytes:
        context = {
            **_told(meeting),
            "title": title,
            "agenda": agenda,
            "is_long": _lines(agenda) > LONG_AGENDA,
            "paragraphs": lines_of(meeting.invitation.text),
        }
        return printed(order, meeting, "meetings/pdf/invitation.html", context)

    letters = len(meeting.invitation.text) + LETTERS_A_LINE * _lines(agenda)
    pages = 1 + letters // LETTERS_A_PAGE
    return draft_of_meeting(order, meeting, title=title, code="invitation", make=make, pages=pages)


def poster(order: Order) -> Draft:
    """The poster of a public meeting, one page; of one that was cancelled, the poster that says so."""
    meeting = public_meeting(order)

    def make() -> bytes:
        sheet = lay_out(meeting)
        address, side = page_of(order, meeting), LOW_QR_SIDE if sheet.is_full else QR_SIDE
        context = {
            **_told(meeting),
            "sheet": sheet,
            "large_qr_svg": qr_svg(address=address, title=address, side=side),
        }
        return printed(order, meeting, "meetings/pdf/poster.html", context)

    return draft_of_meeting(order, meeting, title=_("Poster"), code="poster", make=make)


def _told(meeting: Meeting) -> dict[str, Any]:
    """What both say: whom it is for, what became of it, and since when it is public."""
    town = meeting.municipality
    return {
        "country": town.country,
        "is_open": meeting.kind in OPEN_KINDS,
        "is_past": meeting.last_day < town.today(),
        "published_on": _published_on(meeting),
    }


def _published_on(meeting: Meeting) -> str:
    """The day on which it became public; empty for one that came to be without an entry in the register."""
    entry, town = first_entry(meeting), meeting.municipality
    if entry is None:
        return ""
    return long_date(entry.at.astimezone(town.zone_info).date(), town.country, page_language())


def _lines(agenda: list[AgendaLine]) -> int:
    return sum(int(text_width(line.item.title.text)) // LETTERS_A_LINE + 1 for line in agenda)
