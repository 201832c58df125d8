"""What the municipality's own people print of a program: its dossier, the file of its evaluation."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from portal.municipalities.access import Act, staff_page
from portal.municipalities.models import Municipality
from portal.papers.answers import order_of, paper_answer
from portal.papers.orders import Offer
from programs.headings import program_heading
from programs.models import Program
from programs.papers.annexes import is_evaluated, read_annexes
from programs.papers.evaluation import lodged_by
from programs.papers.gathering import Gathering, gather


@require_safe
def dossier_pdf(request: HttpRequest, slug: str, year: int) -> HttpResponseBase:
    """All evidence of a program in one paper."""
    return paper_answer(request, slug, "program-dossier", {"year": year})


@require_safe
def dossier_zip(request: HttpRequest, slug: str, year: int) -> HttpResponseBase:
    """The same as files, with their fingerprints."""
    return paper_answer(request, slug, "program-dossier-zip", {"year": year})


@require_safe
def evaluation_pdf(request: HttpRequest, slug: str, year: int) -> HttpResponseBase:
    """The file of the yearly performance evaluation."""
    return paper_answer(request, slug, "program-evaluation", {"year": year})


@require_safe
def evaluation_zip(request: HttpRequest, slug: str, year: int) -> HttpResponseBase:
    """The same as numbered annexes."""
    return paper_answer(request, slug, "program-evaluation-zip", {"year": year})


@staff_page(Act.SEE_DRAFTS)
@require_safe
def papers_page(request: HttpRequest, municipality: Municipality, year: int) -> HttpResponse:
    """What can be printed of a program, and what it would hold: to be looked through before."""
    gathering = gather(municipality, year)
    context = {
        "municipality": municipality,
        "program": gathering.program,
        "heading": program_heading(gathering.program),
        "gathering": gathering,
        "dossier": [_dossier(municipality, gathering.program)],
        "desk_section": "calendar",
    }
    if is_evaluated(municipality):
        context |= _evaluation(request, municipality, gathering)
    return render(request, "programs/desk/papers.html", context)


def _evaluation(request: HttpRequest, municipality: Municipality, gathering: Gathering) -> dict[str, Any]:
    program = gathering.program
    order = order_of(request, municipality, "program-evaluation", {"year": program.year})
    about = _("Every annex on a page of its own, with its files behind it; those that are missing say so.")
    offer = _offer(_("Evaluation file"), about, municipality, program, "program-evaluation")
    return {"evaluation": [offer], "annexes": read_annexes(order, gathering), "lodged_by": lodged_by()}


def _dossier(municipality: Municipality, program: Program) -> Offer:
    about = _("All evidence in the calendar’s order, each file behind a divider; first what is missing.")
    return _offer(_("Dossier of the program"), about, municipality, program, "program-dossier")


def _offer(title: str, about: str, municipality: Municipality, program: Program, route: str) -> Offer:
    """A paper with its archive of files. Neither has other copies, since foreign pages are in them."""
    where = {"slug": municipality.slug, "year": program.year}
    paper, archive = reverse(route, kwargs=where), reverse(f"{route}-zip", kwargs=where)
    return Offer(title, about, paper, has_copies=False, labels={"PDF": paper, "ZIP": archive})
