"""The journal of a municipality, for whoever watches over it."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from portal.audit.listing import journal_page
from portal.audit.models import Entry
from portal.municipalities.access import Act, staff_page
from portal.municipalities.models import Municipality


@staff_page(Act.SEE_JOURNAL)
def staff_journal(request: HttpRequest, municipality: Municipality) -> HttpResponse:
    """Everything that was done in the municipality, the newest first."""
    entries = Entry.objects.filter(municipality=municipality)
    context = {"municipality": municipality, **journal_page(request.GET, entries, municipality)}
    return render(request, "audit/journal.html", context)
