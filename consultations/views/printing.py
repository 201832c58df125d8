"""The papers of plans and consultations, and the page that lists those of a plan."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from consultations.papers.offers import offers_of
from consultations.plans import public_plan
from consultations.views.public import plan_frame
from portal.freshness import fresh_page
from portal.municipalities.models import Municipality
from portal.papers.answers import paper_answer


@fresh_page
def plan_papers(request: HttpRequest, municipality: Municipality, plan: str) -> HttpResponse:
    """What can be printed of a published plan."""
    found = public_plan(municipality, plan)
    context = plan_frame(municipality, found) | {"plan": found, "papers": offers_of(found)}
    return render(request, "consultations/papers.html", context)


@require_safe
def plan_booklet(request: HttpRequest, slug: str, plan: str) -> HttpResponseBase:
    """The whole plan as a booklet."""
    return paper_answer(request, slug, "plan-booklet", {"plan": plan})


@require_safe
def project_sheet(request: HttpRequest, slug: str, plan: str, number: int) -> HttpResponseBase:
    """The project's sheet as a file to print."""
    return paper_answer(request, slug, "project-sheet", {"plan": plan, "number": number})


@require_safe
def contributions_report(request: HttpRequest, slug: str, number: int) -> HttpResponseBase:
    """The report of a consultation, to print."""
    return paper_answer(request, slug, "consultation-report", {"number": number})
