"""The file of a session of the deciding body: what it needs of everything, in one paper."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from portal.bilingual import page_language
from portal.locales import full_date
from portal.meetings.models import Kind, Meeting
from portal.meetings.papers.minutes import body_context
from portal.meetings.published import content_of
from portal.meetings.reading import agenda_lines
from portal.municipalities.access import Act
from portal.municipalities.models import DecidingBody, Municipality
from portal.papers.answers import paper_answer
from portal.papers.orders import Advance, Draft, Order, Paper
from portal.papers.packs import Section, Share, shares_of
from portal.papers.pages import paper_context, print_page
from portal.pdf.render import Attachment
from portal.publications.register import head

KIND = "council-pack"
TEMPLATE = "meetings/pack/pack.html"
FORMAT = "musharaka-council-pack-1"
OWN_PAGES = 6
"""Cover, contents, agenda, minutes, vote sheet."""
POINTS_A_SHEET = 3
"""Points that find place side by side on a vote sheet."""
ONE_LINE = 60
"""Letters of a title that fit beside its page number."""
VOTERS = range(1, 21)
"""Rows of a vote sheet: names are written by hand, as nobody here knows who sits."""


@dataclass(frozen=True, slots=True)
class Chapter:
    """A section of the pack with its number in the contents."""

    number: int
    section: Section

    @property
    def anchor(self) -> str:
        return f"part-{self.number}"

    @property
    def is_long(self) -> bool:
        """Whether its line of the contents is broken, and has no leader."""
        return len(self.section.title) > ONE_LINE or len(self.section.note) > ONE_LINE


@dataclass(frozen=True, slots=True)
class Point:
    """Something to be voted; ``chapter`` is ``None`` for one that is written in by hand."""

    number: int
    chapter: Chapter | None


@dataclass(frozen=True, slots=True)
class Pack:
    """Everything in a session's file, in its order."""

    meeting: Meeting
    body: DecidingBody | None
    chapters: list[Chapter]
    missing: list[str]
    pages: int
    former: Meeting | None
    """The session before it, where its minutes are public."""

    @property
    def points(self) -> list[Point]:
        asked = [chapter for chapter in self.chapters if chapter.section.decision]
        return [Point(number, chapter) for number, chapter in enumerate(asked, start=1)]


def draft(order: Order) -> Draft:
    """The file of a session. Raises ``Http404`` for a meeting of another kind too."""
    meeting = session_of(order.municipality, order.arguments.get("pk"))
    pack, register = read_pack(order, meeting), head()
    context = _context(order, pack) | {"register": register}
    attachment = Attachment(
        name=f"{order.municipality.slug}-session-{meeting.date}.json",
        content=json.dumps(
            _data(pack, register.number, register.hash), ensure_ascii=False, indent=1
        ).encode(),
        description=_("The file of the session as data"),
    )

    def make(advance: Advance) -> bytes:
        advance(1, 2, laying_out)
        return print_page(order, TEMPLATE, context, attachments=(attachment,))

    laying_out = _("Laying out the pages")
    municipality = order.municipality
    return Draft(
        title=_("File of the session: %(title)s") % {"title": meeting.title},
        filename=f"{municipality.title} {_('File of the session')} {meeting.date}",
        ascii_filename=f"{municipality.slug}-session-{meeting.date}",
        version=f"{municipality.revision} {municipality.today()} {register.number}",
        make=make,
        back=reverse("staff-meeting", kwargs={"slug": municipality.slug, "pk": meeting.pk}),
        pages=pack.pages,
        steps=(_("Reading"), laying_out),
    )


PAPER = Paper(label=gettext_lazy("File of the session"), draft=draft, act=Act.SEE_DRAFTS)


@require_safe
def meeting_pack(request: HttpRequest, slug: str, pk: int) -> HttpResponseBase:
    """The file of a session, for the municipality's own people."""
    return paper_answer(request, slug, KIND, {"pk": pk})


def session_of(municipality: Municipality, pk: Any) -> Meeting:
    """A session of the deciding body as its file needs it. Raises ``Http404``."""
    meetings = Meeting.objects.of(municipality).for_meeting_page().filter(kind=Kind.DECIDING_BODY)
    meeting = meetings.filter(pk=pk).first() if isinstance(pk, int) else None
    if meeting is None:
        raise Http404
    meeting.municipality = municipality
    return meeting


# What is in it


def read_pack(order: Order, meeting: Meeting) -> Pack:
    """Ask everybody what they have for the session, in the language of the moment."""
    shares = shares_of(order, meeting)
    former, missing = _former_session(meeting)
    if not meeting.listed_agenda:
        missing = [_("The agenda: no point was entered yet."), *missing]
    sections = [section for share in shares for section in share.sections]
    if former:
        sections.append(_minutes_of(former))
    return Pack(
        meeting=meeting,
        body=_deciding_body(meeting),
        chapters=[Chapter(number, section) for number, section in enumerate(sections, start=2)],
        missing=[*missing, *(text for share in shares for text in share.missing)],
        pages=_pages(shares),
        former=former,
    )


def _pages(shares: list[Share]) -> int:
    return OWN_PAGES + sum(share.pages for share in shares)


def _former_session(meeting: Meeting) -> tuple[Meeting | None, list[str]]:
    """The session before this one where its minutes are public; else what is missing, in words."""
    municipality = meeting.municipality
    sessions = Meeting.objects.of(municipality).filter(
        kind=Kind.DECIDING_BODY, date__lt=meeting.date, is_cancelled=False
    )
    former = sessions.exclude(held=False).order_by("-date", "-pk").for_meeting_page().first()
    if former is None:
        return None, []
    former.municipality = municipality
    if former.is_public and hasattr(former, "minutes") and former.minutes.is_public:
        return former, []
    text = _("The minutes of the session of %(date)s: they are not public.")
    return None, [text % {"date": _day(former)}]


def _minutes_of(former: Meeting) -> Section:
    html = render_to_string("meetings/pdf/minutes_body.html", body_context(former))
    title = _("Minutes of the session of %(date)s") % {"date": _day(former)}
    return Section(title=title, html=html, note=str(former.title))


def _deciding_body(meeting: Meeting) -> DecidingBody | None:
    """The body in office on the day of the session, as the municipality dated it."""
    bodies = DecidingBody.objects.filter(municipality=meeting.municipality)
    dated = bodies.filter(since__lte=meeting.date).order_by("-since").first()
    return dated or bodies.filter(since=None).first()


def _day(meeting: Meeting) -> str:
    return full_date(meeting.date, meeting.municipality.country, page_language())


# How it is shown


def _context(order: Order, pack: Pack) -> dict[str, Any]:
    meeting = pack.meeting
    live_url = order.address("meeting" if meeting.is_public else "staff-meeting", pk=meeting.pk)
    last = pack.chapters[-1].number if pack.chapters else 1
    return {
        **paper_context(order, live_url=live_url, obj=meeting if meeting.is_public else None),
        "pack": pack,
        "meeting": meeting,
        "agenda": agenda_lines(meeting),
        "vote_number": last + 1,
        "vote_sheets": vote_sheets(pack.points),
        "voters": VOTERS,
    }


def vote_sheets(points: list[Point]) -> list[list[Point]]:
    """The points by sheets; where nothing asks for a vote, one sheet to write the point in."""
    if not points:
        return [[Point(1, None)]]
    return [points[start : start + POINTS_A_SHEET] for start in range(0, len(points), POINTS_A_SHEET)]


def _data(pack: Pack, number: int, seal: str) -> dict[str, Any]:
    """The file as JSON: the session as the register would keep it, its papers, what is missing."""
    return {
        "format": FORMAT,
        "meeting": content_of(pack.meeting),
        "papers": [
            {"title": chapter.section.title, "decision": chapter.section.decision}
            for chapter in pack.chapters
        ],
        "missing": pack.missing,
        "register": {"number": number, "hash": seal},
    }
