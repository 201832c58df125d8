"""The contributions of a consultation as files that anybody may take."""

from __future__ import annotations

from functools import partial

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from consultations import exports_participation as exports
from consultations.asked import lists_of
from consultations.models import Consultation
from consultations.papers.contributions import MOST_IN_REPORT, contributions_paper, fits_report
from consultations.periods import consultation_of
from portal.freshness import fresh_page
from portal.municipalities.models import Municipality
from portal.pdf.responses import paper_response

WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@fresh_page
def contributions_csv(request: HttpRequest, municipality: Municipality, number: int) -> HttpResponse:
    """Every public contribution with its answer, as CSV."""
    consultation = consultation_of(municipality, number)
    content = exports.contributions_csv(consultation, lists_of(municipality), site=_site(request))
    return _file(content.encode(), "text/csv; charset=utf-8", consultation, "csv")


@fresh_page
def contributions_xlsx(request: HttpRequest, municipality: Municipality, number: int) -> HttpResponse:
    """The same as a workbook."""
    consultation = consultation_of(municipality, number)
    content = exports.contributions_xlsx(consultation, lists_of(municipality), site=_site(request))
    return _file(content, WORKBOOK, consultation, "xlsx")


@fresh_page
def contributions_report(request: HttpRequest, municipality: Municipality, number: int) -> HttpResponse:
    """The report of a consultation, to print; a page that says so where it would be too long."""
    consultation = consultation_of(municipality, number)
    if not fits_report(consultation):
        context = {"municipality": municipality, "consultation": consultation, "most": MOST_IN_REPORT}
        return render(request, "consultations/talk_too_long.html", context)
    kwargs = {"slug": municipality.slug, "number": number}
    live_url = request.build_absolute_uri(reverse("consultation", kwargs=kwargs))
    return paper_response(
        request,
        kind="consultation-report",
        object_id=consultation.pk,
        version=f"{municipality.revision} {municipality.today()} {municipality.moments} {live_url}",
        make=partial(contributions_paper, consultation, live_url=live_url),
        filename=f"{consultation.title} - {municipality.title}",
        ascii_filename=f"{municipality.slug}-consultation-{number}-report",
    )


def _site(request: HttpRequest) -> str:
    return f"{request.scheme}://{request.get_host()}"


def _file(content: bytes, content_type: str, consultation: Consultation, suffix: str) -> HttpResponse:
    response = HttpResponse(content, content_type=content_type)
    name = f"{consultation.municipality.slug}-consultation-{consultation.number}-contributions.{suffix}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["X-Content-Type-Options"] = "nosniff"
    return response
