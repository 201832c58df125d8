"""The papers of a program's projects, resources, execution and diagnosis, each as a file to print."""

from __future__ import annotations

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

from portal.papers.answers import paper_answer


@require_safe
def cards_pdf(request: HttpRequest, slug: str, year: int) -> HttpResponseBase:
    """Every project card, one a page."""
    return paper_answer(request, slug, "program-cards", {"year": year})


@require_safe
def card_pdf(request: HttpRequest, slug: str, year: int, number: int) -> HttpResponseBase:
    """The card of a project."""
    return paper_answer(request, slug, "program-card", {"year": year, "number": number})


@require_safe
def money_pdf(request: HttpRequest, slug: str, year: int) -> HttpResponseBase:
    """The resources by category and by zone."""
    return paper_answer(request, slug, "program-money", {"year": year})


@require_safe
def schedule_pdf(request: HttpRequest, slug: str, year: int) -> HttpResponseBase:
    """The provisional calendar of the projects."""
    return paper_answer(request, slug, "program-schedule", {"year": year})


@require_safe
def diagnosis_pdf(request: HttpRequest, slug: str, year: int) -> HttpResponseBase:
    """The technical and the financial diagnosis."""
    return paper_answer(request, slug, "program-diagnosis", {"year": year})
