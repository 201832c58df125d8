"""What was done to one program, for whoever edits it."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from portal.audit.listing import journal_page
from portal.municipalities.access import Act, staff_page
from portal.municipalities.models import Municipality
from programs.history import entries_of
from programs.models import Program
from programs.views.public import program_heading


@staff_page(Act.EDIT)
def program_history(request: HttpRequest, municipality: Municipality, year: int) -> HttpResponse:
    """The entries of the journal that concern a program, its tasks and their documents."""
    program = get_object_or_404(
        Program.objects.select_related("municipality"), municipality=municipality, year=year
    )
    context = {
        "municipality": municipality,
        "program": program,
        "heading": program_heading(program),
        "desk_section": "calendar",
        **journal_page(request.GET, entries_of(program), municipality),
    }
    return render(request, "programs/desk/history.html", context)
