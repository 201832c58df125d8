"""The contributions of a consultation as files that anybody may take."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from consultations import exports_participation as exports
from consultations.asked import lists_of
from consultations.models import Consultation
from consultations.periods import consultation_of
from portal.freshness import fresh_page
from portal.municipalities.models import Municipality

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


def _site(request: HttpRequest) -> str:
    return f"{request.scheme}://{request.get_host()}"


def _file(content: bytes, content_type: str, consultation: Consultation, suffix: str) -> HttpResponse:
    response = HttpResponse(content, content_type=content_type)
    name = f"{consultation.municipality.slug}-consultation-{consultation.number}-contributions.{suffix}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["X-Content-Type-Options"] = "nosniff"
    return response
