"""The register of opinions, questions and answers, for the staff: by year, and as a file."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe

from consultations.opinions import FORMATS, entries_of, read_lines, take_out, years_of
from portal.municipalities.access import Act, person, staff_page
from portal.municipalities.models import Municipality

LINES_A_PAGE = 50


@staff_page(Act.SEE_CONTRIBUTIONS)
@require_safe
def opinions_page(request: HttpRequest, municipality: Municipality) -> HttpResponse:
    """The register of a year, the newest year where none is asked for."""
    years = years_of(municipality) or [municipality.today().year]
    asked = request.GET.get("year", "")
    year = int(asked) if asked.isascii() and asked.isdecimal() and len(asked) == 4 else years[0]
    if year not in years:
        raise Http404
    page = Paginator(entries_of(municipality, year), LINES_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "municipality": municipality,
        "desk_section": "answers",
        "years": years,
        "year": year,
        "page": page,
        "lines": read_lines(page.object_list, municipality, page.start_index() or 1),
        "suffixes": list(FORMATS),
    }
    return render(request, "consultations/desk/opinions.html", context)


@staff_page(Act.SEE_CONTRIBUTIONS)
@require_POST
def opinions_file(request: HttpRequest, municipality: Municipality, year: int, suffix: str) -> HttpResponse:
    """The register of a year as a file. A form asks for it, since the journal keeps who took it out."""
    if suffix not in FORMATS or year not in years_of(municipality):
        raise Http404
    content, content_type = take_out(
        municipality=municipality, year=year, suffix=suffix, actor=person(request)
    )
    response = HttpResponse(content, content_type=content_type)
    name = f"{municipality.slug}-opinions-{year}.{suffix}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["X-Content-Type-Options"] = "nosniff"
    return response
