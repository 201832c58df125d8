"""The minutes of a meeting on the official model, in the language of the reader: to print, and to edit."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import Http404
from django.utils.translation import pgettext

from portal.bilingual import page_language
from portal.meetings.models import Meeting
from portal.meetings.papers.drafts import any_meeting, draft_of_meeting, page_of, printed, public_meeting
from portal.meetings.papers.minutes_word import minutes_document
from portal.meetings.reading import AgendaLine, agenda_lines, read_minutes
from portal.meetings.rules import list_letter
from portal.papers.documents import CONTENT_TYPE
from portal.papers.orders import Draft, Order

LETTERS_A_PAGE = 4500
MOST_BESIDE = 9
"""Attendance and agenda stand beside each other up to this many rows, and :data:`LONGEST_BESIDE` letters."""
LONGEST_BESIDE = 110


@dataclass(frozen=True, slots=True)
class Lettered:
    """A line of a list with its letter: أ ب ت ث in Arabic, a b c d in French."""

    letter: str
    line: Any


def published(order: Order) -> Draft:
    """The public minutes of a public meeting."""
    meeting = public_meeting(order)
    if not _has_minutes(meeting) or not meeting.minutes.is_public:
        raise Http404
    return _paper(order, meeting)


def drafted(order: Order) -> Draft:
    """The minutes as the staff have them, which say of themselves whether they are public."""
    return _paper(order, _with_minutes(order))


def editable(order: Order) -> Draft:
    """The minutes as a Word document, for the staff."""
    meeting = _with_minutes(order)

    def make() -> bytes:
        return minutes_document(body_context(meeting), live_url=page_of(order, meeting))

    return draft_of_meeting(
        order,
        meeting,
        title=pgettext("of a meeting", "Minutes"),
        code="minutes",
        make=make,
        content_type=CONTENT_TYPE,
    )


def _paper(order: Order, meeting: Meeting) -> Draft:
    context = body_context(meeting)

    def make() -> bytes:
        is_sealed = context["is_published"]
        return printed(order, meeting, "meetings/pdf/minutes.html", context, is_sealed=is_sealed)

    title, pages = pgettext("of a meeting", "Minutes"), 1 + _letters(meeting) // LETTERS_A_PAGE
    return draft_of_meeting(order, meeting, title=title, code="minutes", make=make, pages=pages)


def _with_minutes(order: Order) -> Meeting:
    meeting = any_meeting(order)
    if not _has_minutes(meeting):
        raise Http404
    return meeting


def _has_minutes(meeting: Meeting) -> bool:
    return hasattr(meeting, "minutes")


def body_context(meeting: Meeting) -> dict[str, Any]:
    """What ``meetings/pdf/minutes_body.html`` takes; in the language of the moment.

    Args:
        meeting: with minutes, read with ``Meeting.objects.for_meeting_page()`` and knowing its
            municipality; public or not: whoever prints has checked the right to it.
    """
    sheet, agenda = read_minutes(meeting.minutes), agenda_lines(meeting)
    return {
        "meeting": meeting,
        "municipality": meeting.municipality,
        "country": meeting.municipality.country,
        "sheet": sheet,
        "agenda": lettered(agenda),
        "new_projects": lettered(sheet.new_projects.lines),
        "continuing_projects": lettered(sheet.continuing_projects.lines),
        "is_beside": _are_beside(agenda, len(sheet.attendance.zones)),
        "is_published": meeting.is_public and meeting.minutes.is_public,
        "has_foreign": _has_foreign(meeting, agenda),
    }


def lettered(lines: list[Any]) -> list[Lettered]:
    language = page_language()
    return [Lettered(list_letter(position, language), line) for position, line in enumerate(lines, start=1)]


def _are_beside(agenda: list[AgendaLine], zones: int) -> bool:
    """Whether attendance and agenda are short enough for half a line each."""
    is_short = all(len(line.item.title.text) <= LONGEST_BESIDE for line in agenda)
    return 0 < len(agenda) <= MOST_BESIDE and zones <= MOST_BESIDE and is_short


def _has_foreign(meeting: Meeting, agenda: list[AgendaLine]) -> bool:
    minutes = meeting.minutes
    texts = [meeting.title, meeting.place, minutes.new_projects, minutes.continuing_projects, minutes.outcome]
    return any(text and text.is_foreign for text in [*texts, *(line.item.title for line in agenda)])


def _letters(meeting: Meeting) -> int:
    minutes = meeting.minutes
    texts = (minutes.new_projects, minutes.continuing_projects, minutes.outcome)
    rows = 60 * (len(minutes.listed_zones) + len(meeting.listed_agenda))
    return rows + sum(len(text.text) + 60 * text.text.count("\n") for text in texts)
