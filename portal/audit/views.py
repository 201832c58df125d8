"""The journal of a municipality, for whoever watches over it."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from portal.audit.exporting import MOST_ENTRIES, TooManyEntries, take_out
from portal.audit.listing import JournalFilter, journal_page
from portal.audit.models import Entry
from portal.municipalities.access import Act, person, staff_page
from portal.municipalities.models import Municipality


@staff_page(Act.SEE_JOURNAL)
@require_safe
def staff_journal(request: HttpRequest, municipality: Municipality) -> HttpResponse:
    """Everything that was done in the municipality, the newest first."""
    entries = Entry.objects.filter(municipality=municipality)
    context = {"municipality": municipality, **journal_page(request.GET, entries, municipality)}
    return render(request, "audit/journal.html", context)


@staff_page(Act.SEE_JOURNAL)
@require_POST
def journal_file(request: HttpRequest, municipality: Municipality) -> HttpResponse:
    """The entries that the page shows as CSV. A form asks for it, since the journal keeps who took it out."""
    entries = Entry.objects.filter(municipality=municipality)
    chosen = JournalFilter(request.GET, entries=entries).chosen(entries, municipality)
    try:
        content = take_out(entries=chosen, municipality=municipality, actor=person(request))
    except TooManyEntries:
        told = _("A file holds at most %(count)d entries. Choose fewer days.")
        messages.error(request, told % {"count": MOST_ENTRIES})
        return redirect("staff-journal", slug=municipality.slug)
    response = HttpResponse(content, content_type="text/csv; charset=utf-8")
    name = f"{municipality.slug}-journal-{municipality.today().isoformat()}.csv"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["X-Content-Type-Options"] = "nosniff"
    return response
