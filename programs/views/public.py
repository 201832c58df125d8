"""The pages and files of programs that anybody may read."""

from __future__ import annotations

import datetime

from django.core.paginator import Paginator
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _

from portal.files.responses import file_response
from portal.freshness import fresh_listing, fresh_page
from portal.meetings.feeds import meetings_feed
from portal.meetings.models import Meeting
from portal.meetings.views.public import with_municipality
from portal.municipalities.models import Municipality
from portal.navigation import Tab, tabs_of
from portal.subjects import invitations
from programs.calendar import Calendar, read_calendar
from programs.evidence import completeness
from programs.feeds import calendar_feed
from programs.headings import program_heading
from programs.models import Program, SupportingDocument
from programs.tabs import program_tabs
from programs.views.lookup import program_of

PROGRAMS_A_PAGE = 30


@fresh_listing
def program_list(request: HttpRequest, today: datetime.date) -> HttpResponse:
    """Every public program, newest first."""
    programs = Program.objects.published().for_list_page()
    page = Paginator(programs, PROGRAMS_A_PAGE).get_page(request.GET.get("page"))
    return render(request, "programs/list.html", {"page": page, "section": "programs"})


@fresh_page
def program_page(request: HttpRequest, municipality: Municipality, year: int) -> HttpResponse:
    """The calendar of a published program."""
    program = published_program(municipality, year)
    return render(request, "programs/program.html", page_context(municipality, program))


@fresh_page
def calendar_ics(request: HttpRequest, municipality: Municipality, year: int) -> HttpResponse:
    """The dates as a file that a phone's calendar reads."""
    program = published_program(municipality, year)
    feed = calendar_feed(
        read_calendar(program, municipality.today()),
        name=f"{program_heading(program)} · {municipality.title}",
        page_url=request.build_absolute_uri(_address("program", municipality, year)),
    )
    response = HttpResponse(feed, content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = f'inline; filename="{municipality.slug}-{year}.ics"'
    return response


@fresh_page
def meetings_ics(request: HttpRequest, municipality: Municipality, year: int) -> HttpResponse:
    """The public meetings of the program's tasks, as a file that phones can follow."""
    program = get_object_or_404(Program.objects.of(municipality).published(), year=year)
    meetings = Meeting.objects.published().for_feed().filter(tasks__phase__program=program).distinct()
    feed = meetings_feed(
        with_municipality(meetings.order_by("date", "pk"), municipality),
        municipality=municipality,
        name=f"{program_heading(program)} · {municipality.title}",
        address=lambda meeting: request.build_absolute_uri(
            reverse("meeting", kwargs={"slug": municipality.slug, "pk": meeting.pk})
        ),
    )
    response = HttpResponse(feed, content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = f'inline; filename="{municipality.slug}-{year}-meetings.ics"'
    return response


def evidence_file(request: HttpRequest, slug: str, year: int, pk: int) -> FileResponse:
    """A public supporting document of a published program; anything else does not exist."""
    document = get_object_or_404(
        SupportingDocument.objects.published().filter(
            expected_document__task__phase__program__municipality__slug=slug,
            expected_document__task__phase__program__year=year,
        ),
        pk=pk,
    )
    return file_response(
        file=document.file, name=document.name, content_type=document.content_type, sha256=document.sha256
    )


def published_program(municipality: Municipality, year: int) -> Program:
    """The municipality's public program of a year, read for its calendar page. Raises ``Http404``."""
    return program_of(municipality, year, Program.objects.published().for_calendar_page())


def any_program(municipality: Municipality, year: int) -> Program:
    """The same for staff, whatever its status. Raises ``Http404``."""
    return program_of(municipality, year, Program.objects.for_calendar_page())


def page_context(municipality: Municipality, program: Program, *, is_preview: bool = False) -> dict:
    """What ``programs/program.html`` needs."""

    def file_address(document: SupportingDocument) -> str:
        return reverse(
            "program-file", kwargs={"slug": municipality.slug, "year": program.year, "pk": document.pk}
        )

    calendar: Calendar = read_calendar(program, municipality.today(), file_address)
    return {
        "municipality": municipality,
        "heading": program_heading(program),
        "calendar": calendar,
        "completeness": completeness(calendar),
        # What is not public has no files.
        "pdf_url": "" if is_preview else _address("program-pdf", municipality, program.year),
        "ics_url": "" if is_preview else _address("program-ics", municipality, program.year),
        "has_meetings": any(row.task.listed_meetings for row in calendar.rows),
        "open_tables": [] if is_preview else _open_tables(municipality, program.year),
        "tabs": _tabs(municipality, program.year, is_preview=is_preview),
        "section": "programs",
        "is_preview": is_preview,
        "invitations": [] if is_preview else invitations(municipality, "program", program.pk),
    }


def _tabs(municipality: Municipality, year: int, *, is_preview: bool) -> list[Tab]:
    if not is_preview:
        return program_tabs(municipality, year, "program")
    return tabs_of(municipality, Tab(_address("program", municipality, year), _("Calendar"), is_current=True))


def _open_tables(municipality: Municipality, year: int) -> list[dict[str, str]]:
    """The files that people work on, each by the name of its format."""
    formats = {"CSV": "program-csv", "XLSX": "program-xlsx", "Word": "program-docx", "JSON": "program-json"}
    return [
        {"format": format, "address": _address(route, municipality, year)}
        for format, route in formats.items()
    ]


def _address(name: str, municipality: Municipality, year: int) -> str:
    return reverse(name, kwargs={"slug": municipality.slug, "year": year})
