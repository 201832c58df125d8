"""The papers of a program: each as a file, and the page that lists them."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from portal.freshness import fresh_page
from portal.municipalities.models import Municipality
from portal.papers.answers import paper_answer
from programs.headings import program_heading
from programs.models import Program
from programs.papers.offers import offers_of
from programs.tabs import program_tabs
from programs.views.lookup import program_of


@fresh_page
def paper_list(request: HttpRequest, municipality: Municipality, year: int) -> HttpResponse:
    """Every paper of a public program, by what it is for."""
    program = program_of(municipality, year, Program.objects.published())
    context = {
        "municipality": municipality,
        "program": program,
        "heading": program_heading(program),
        "groups": offers_of(program),
        "tabs": program_tabs(municipality, year, "program-papers"),
        "section": "programs",
    }
    return render(request, "programs/papers.html", context)


@require_safe
def calendar_pdf(request: HttpRequest, slug: str, year: int) -> HttpResponseBase:
    """The official table as a file to print."""
    return paper_answer(request, slug, "program-calendar", {"year": year})


@require_safe
def progress_pdf(request: HttpRequest, slug: str, year: int) -> HttpResponseBase:
    """How far the program is today, as a file to print."""
    return paper_answer(request, slug, "program-progress", {"year": year})


@require_safe
def progress_docx(request: HttpRequest, slug: str, year: int) -> HttpResponseBase:
    """How far the program is today, as a Word document to edit."""
    return paper_answer(request, slug, "program-progress-docx", {"year": year})
