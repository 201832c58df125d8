"""The pages and feeds of meetings that anybody may read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.core.paginator import Page, Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _

from portal.files.responses import file_response
from portal.freshness import fresh_page
from portal.meetings.feeds import meetings_feed
from portal.meetings.models import Kind, Meeting, MeetingFile
from portal.meetings.offers import public_papers
from portal.meetings.querysets import MeetingQuerySet
from portal.meetings.reading import read_meeting
from portal.municipalities.models import Municipality
from portal.navigation import Tab, tabs_of

MEETINGS_A_PAGE = 30


@dataclass(frozen=True, slots=True)
class Filter:
    """A kind of meeting that the list can be limited to; all of them without a value."""

    value: str
    label: str
    is_current: bool


@fresh_page
def meeting_list(request: HttpRequest, municipality: Municipality) -> HttpResponse:
    """What is to come, and what was, of one kind or of all."""
    kind = request.GET.get("kind", "")
    kind = kind if kind in Kind.values else ""
    meetings = _published(municipality).for_meetings_page()
    if kind:
        meetings = meetings.filter(kind=kind)
    today = municipality.today()
    context = {
        "municipality": municipality,
        "tabs": _tabs(municipality),
        "filters": _filters(municipality, kind),
        "kind": kind,
        "upcoming": with_municipality(meetings.upcoming(today), municipality),
        "page": _page(request, municipality, meetings.past(today)),
        "ics_url": reverse("meetings-ics", kwargs={"slug": municipality.slug}),
    }
    return render(request, "meetings/list.html", context)


@fresh_page
def meeting_page(request: HttpRequest, municipality: Municipality, pk: int) -> HttpResponse:
    """A meeting with all that is public of it."""
    meeting = published_meeting(municipality, pk)
    context = {
        "municipality": municipality,
        "tabs": _tabs(municipality, is_list=False),
        "sheet": read_meeting(meeting, today=municipality.today()),
        "papers": public_papers(meeting),
        "ics_url": reverse("meeting-ics", kwargs={"slug": municipality.slug, "pk": pk}),
    }
    return render(request, "meetings/meeting.html", context)


@fresh_page
def meeting_ics(request: HttpRequest, municipality: Municipality, pk: int) -> HttpResponse:
    """One meeting as a file that a phone's calendar reads."""
    meeting = get_object_or_404(_published(municipality).for_feed(), pk=pk)
    name = f"{meeting.title} · {municipality.title}"
    return _feed(request, municipality, [meeting], name, f"{municipality.slug}-meeting-{pk}")


@fresh_page
def meetings_ics(request: HttpRequest, municipality: Municipality) -> HttpResponse:
    """All public meetings of a municipality as a calendar to subscribe to."""
    meetings = list(_published(municipality).for_feed().order_by("date", "pk"))
    name = _("Meetings · %(municipality)s") % {"municipality": municipality.title}
    return _feed(request, municipality, meetings, name, f"{municipality.slug}-meetings")


def meeting_file(request: HttpRequest, slug: str, pk: int, file_pk: int) -> FileResponse:
    """A public file of a public meeting; anything else does not exist."""
    files = MeetingFile.objects.published().filter(meeting__municipality__slug=slug, meeting=pk)
    file = get_object_or_404(files, pk=file_pk)
    return file_response(file=file.file, name=file.name, content_type=file.content_type, sha256=file.sha256)


def published_meeting(municipality: Municipality, pk: int) -> Meeting:
    """A public meeting, read for its page. Raises ``Http404``."""
    meeting = _published(municipality).for_meeting_page().filter(pk=pk).first()
    if meeting is None:
        raise Http404
    return with_municipality([meeting], municipality)[0]


def with_municipality(meetings: Iterable[Meeting], municipality: Municipality) -> list[Meeting]:
    """The meetings, each knowing the municipality that was read already."""
    rows = list(meetings)
    for row in rows:
        row.municipality = municipality
    return rows


def _published(municipality: Municipality) -> MeetingQuerySet:
    return Meeting.objects.of(municipality).published()


def _page(request: HttpRequest, municipality: Municipality, meetings: MeetingQuerySet) -> Page:
    page = Paginator(meetings, MEETINGS_A_PAGE).get_page(request.GET.get("page"))
    page.object_list = with_municipality(page.object_list, municipality)
    return page


def _tabs(municipality: Municipality, *, is_list: bool = True) -> list[Tab]:
    address = reverse("meetings", kwargs={"slug": municipality.slug})
    return tabs_of(municipality, Tab(address, _("Meetings"), is_current=is_list))


def _filters(municipality: Municipality, current: str) -> list[Filter]:
    """All kinds of which the municipality has a public meeting, after the choice of all."""
    known = set(_published(municipality).order_by().values_list("kind", flat=True).distinct())
    kinds = [Filter(kind.value, str(kind.label), kind == current) for kind in Kind if kind in known]
    return [Filter("", _("All"), not current), *kinds] if len(kinds) > 1 else []


def _feed(
    request: HttpRequest, municipality: Municipality, meetings: list[Meeting], name: str, filename: str
) -> HttpResponse:
    def address(meeting: Meeting) -> str:
        path = reverse("meeting", kwargs={"slug": municipality.slug, "pk": meeting.pk})
        return request.build_absolute_uri(path)

    feed = meetings_feed(meetings, municipality=municipality, name=name, address=address)
    response = HttpResponse(feed, content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = f'inline; filename="{filename}.ics"'
    return response
