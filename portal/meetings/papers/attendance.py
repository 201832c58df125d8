"""The attendance sheet, to be signed at the door: three pages of empty rows."""

from __future__ import annotations

from django.utils.translation import gettext as _

from portal.meetings.models import Meeting
from portal.meetings.papers.drafts import any_meeting, draft_of_meeting, printed
from portal.municipalities.models import Zone
from portal.papers.orders import Draft, Order

ROWS_A_SHEET = 30
SHEETS = 3
MOST_ZONES_NAMED = 12
LONG_HEADING = 110
"""Letters of title and place from which the heading takes more than two lines."""


def sheet(order: Order) -> Draft:
    """Numbered rows to sign, with the columns from which the minutes are counted and none beyond.

    No telephone, address or number of identity is asked (Tunisia: organic law 2004-63; Morocco: law
    09-08: what is not needed is not collected).
    """
    meeting = any_meeting(order)
    title = _("Attendance sheet")

    def make() -> bytes:
        context = {
            "country": meeting.municipality.country,
            "title": title,
            "zones": _zones(meeting),
            "is_long": _heading(meeting) > LONG_HEADING,
            "sheets": [
                range(first, first + ROWS_A_SHEET)
                for first in range(1, SHEETS * ROWS_A_SHEET + 1, ROWS_A_SHEET)
            ],
        }
        return printed(order, meeting, "meetings/pdf/attendance.html", context, is_sealed=False)

    return draft_of_meeting(order, meeting, title=title, code="attendance", make=make, pages=SHEETS)


def _heading(meeting: Meeting) -> int:
    return len(meeting.title.text) + len(meeting.place.text)


def _zones(meeting: Meeting) -> list[Zone]:
    """The zones whose numbers people write, where there are few enough to name them on each sheet."""
    zones = list(meeting.municipality.zones.order_by("number")[: MOST_ZONES_NAMED + 1])
    return zones if len(zones) <= MOST_ZONES_NAMED else []
