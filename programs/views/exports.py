"""A public program as files that people work on."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from portal.bilingual import page_language
from portal.failures.pages import unavailable
from portal.folding import one_line
from portal.freshness import fresh_page
from portal.municipalities.models import Municipality
from portal.pdf.responses import cached_pdf
from portal.pdf.turns import PdfBusyError
from programs.calendar import Calendar, read_calendar
from programs.exports import csv_file, data, document, workbook
from programs.exports.table import official_table
from programs.views.public import published_program


@fresh_page
def calendar_csv(request: HttpRequest, municipality: Municipality, year: int) -> HttpResponse:
    """The official table for any spreadsheet."""
    content = csv_file.csv_file(official_table(_calendar(municipality, year)))
    return _download(content, csv_file.CONTENT_TYPE, municipality, year, "csv")


@fresh_page
def calendar_xlsx(request: HttpRequest, municipality: Municipality, year: int) -> HttpResponse:
    """The official table as an Excel workbook."""
    calendar = _calendar(municipality, year)

    def made() -> bytes:
        name, is_rtl = one_line(municipality.title), page_language() == "ar"
        return workbook.workbook(official_table(calendar), name=name, is_rtl=is_rtl)

    return _kept(request, "xlsx", workbook.CONTENT_TYPE, calendar, made)


@fresh_page
def calendar_docx(request: HttpRequest, municipality: Municipality, year: int) -> HttpResponse:
    """The official table as a Word document to edit."""
    calendar = _calendar(municipality, year)
    head = document.Letterhead(
        name=one_line(municipality.title),
        country=municipality.country,
        language=page_language(),
        changed_at=calendar.program.updated_at,
    )
    return _kept(
        request,
        "docx",
        document.CONTENT_TYPE,
        calendar,
        lambda: document.document(official_table(calendar), head),
    )


@fresh_page
def calendar_json(request: HttpRequest, municipality: Municipality, year: int) -> HttpResponse:
    """The program for other programs."""
    return _download(
        data.json_file(_calendar(municipality, year)), data.CONTENT_TYPE, municipality, year, "json"
    )


def _calendar(municipality: Municipality, year: int) -> Calendar:
    """The municipality's public program of a year, laid out. Raises ``Http404``."""
    return read_calendar(published_program(municipality, year), municipality.today())


def _kept(
    request: HttpRequest, kind: str, content_type: str, calendar: Calendar, make: Callable[[], bytes]
) -> HttpResponse:
    """A file from the store of papers, made now where nobody asked for this version before.

    503 with ``Retry-After`` while too many other papers are being made.
    """
    program, municipality = calendar.program, calendar.program.municipality
    version = f"{municipality.revision} {calendar.today}"
    try:
        content = cached_pdf(kind=kind, object_id=program.pk, version=version, render=make)
    except PdfBusyError:
        return unavailable(request)
    return _download(content, content_type, municipality, program.year, kind)


def _download(
    content: bytes, content_type: str, municipality: Municipality, year: int, suffix: str
) -> HttpResponse:
    response = HttpResponse(content, content_type=content_type)
    name = f"{municipality.slug}-program-{year}.{suffix}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["X-Content-Type-Options"] = "nosniff"
    return response
