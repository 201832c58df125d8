"""The papers of a meeting, as its pages offer them."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from portal.meetings.models import Meeting
from portal.papers.orders import Offer


def public_papers(meeting: Meeting) -> list[Offer]:
    """What everybody may print of a public meeting."""
    offers = _notices(meeting)
    if hasattr(meeting, "minutes") and meeting.minutes.is_public:
        about = _("On the official model, in the language of this page.")
        offers.append(
            Offer(pgettext("of a meeting", "Minutes"), about, _address(meeting, "meeting-minutes-paper"))
        )
    return offers


def desk_papers(meeting: Meeting) -> list[Offer]:
    """What staff may print: the notices once the meeting is public, the sheet to sign, the minutes."""
    signing = Offer(
        _("Attendance sheet"),
        _("Three pages of 30 rows, to be signed at the door."),
        _address(meeting, "meeting-attendance"),
    )
    offers = [*(_notices(meeting) if meeting.is_public else []), signing]
    if hasattr(meeting, "minutes"):
        offers.append(
            Offer(
                pgettext("of a meeting", "Minutes"),
                _("On the official model, in the language of this page."),
                _address(meeting, "staff-meeting-minutes-paper"),
                docx_address=_address(meeting, "meeting-minutes-docx"),
            )
        )
    return offers


def _notices(meeting: Meeting) -> list[Offer]:
    return [
        Offer(
            _("Invitation"),
            _("A letter with the date, the place and the agenda."),
            _address(meeting, "meeting-invitation"),
        ),
        Offer(
            _("Poster"),
            _("One page for the door of the town hall, with the code of this page."),
            _address(meeting, "meeting-poster"),
        ),
    ]


def _address(meeting: Meeting, route: str) -> str:
    return reverse(route, kwargs={"slug": meeting.municipality.slug, "pk": meeting.pk})
