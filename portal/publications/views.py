"""The register of publications, for anybody: its pages, what was published to the byte, and its head."""

from __future__ import annotations

import datetime
import json
from functools import wraps
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from portal.freshness import answer, fresh_listing, fresh_page, validator
from portal.municipalities.models import Municipality
from portal.navigation import Tab, tabs_of
from portal.publications.chain import Head
from portal.publications.models import Publication
from portal.publications.reading import is_withdrawal, read_all, read_publication, shower_of, standing_of
from portal.publications.register import head, public_fields

LINES_A_PAGE = 30
ENTRIES_AT_ONCE = 500


def _fresh_with_head(view: Any) -> Any:
    """As ``fresh_page``, for a page that shows the head too, which changes wherever somebody publishes."""

    @require_safe
    @wraps(view)
    def inner(request: HttpRequest, slug: str) -> HttpResponse:
        municipality, newest = Municipality.objects.public_or_404(slug), head()
        etag = validator(municipality.revision, municipality.today(), request.get_full_path(), newest.hash)
        return answer(request, etag, lambda: view(request, municipality, newest))

    return inner


@_fresh_with_head
def register_page(request: HttpRequest, municipality: Municipality, newest: Head) -> HttpResponse:
    """What a municipality made public, newest first, with the head of the whole register."""
    publications = Publication.objects.of(municipality).for_register_page()
    page = Paginator(publications, LINES_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "municipality": municipality,
        "tabs": _tabs(municipality),
        "page": page,
        "lines": read_all(page.object_list, municipality),
        "head": newest,
    }
    return render(request, "publications/register.html", context)


@fresh_page
def publication_page(request: HttpRequest, municipality: Municipality, number: int) -> HttpResponse:
    """A version as it was published, whatever became of it since: shown from what the register holds."""
    publication = get_object_or_404(Publication.objects.of(municipality), number=number)
    shower = shower_of(publication)
    context = {
        "municipality": municipality,
        "tabs": _tabs(municipality),
        "line": read_publication(publication, municipality),
        "standing": standing_of(publication, municipality),
        "is_withdrawal": is_withdrawal(publication),
        "shower": shower,
    }
    if shower:
        context |= shower.page_context(json.loads(publication.content))
    return render(request, "publications/publication.html", context)


@fresh_page
def content_json(request: HttpRequest, municipality: Municipality, number: int) -> HttpResponse:
    """Exactly the bytes whose SHA-256 is the fingerprint."""
    publication = get_object_or_404(Publication.objects.of(municipality), number=number)
    response = HttpResponse(publication.content.encode(), content_type="application/json")
    name = f"{municipality.slug}-publication-{number}.json"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["X-Content-Type-Options"] = "nosniff"
    return response


@fresh_listing
def head_json(request: HttpRequest, today: datetime.date) -> HttpResponse:
    """The number and the seal of the last entry of the installation: what others keep a copy of."""
    newest = head()
    return JsonResponse({"number": newest.number, "hash": newest.hash})


@fresh_listing
def entries_json(request: HttpRequest, today: datetime.date) -> HttpResponse:
    """The chain without what was published, 500 entries at a time, from the one after ``?after=``."""
    given = request.GET.get("after", "0")
    after = int(given) if given.isdecimal() and len(given) < 16 else 0
    later = Publication.objects.filter(number__gt=after).defer("content").order_by("number")
    entries = [public_fields(publication) for publication in later[:ENTRIES_AT_ONCE]]
    is_last = len(entries) < ENTRIES_AT_ONCE
    return JsonResponse({"entries": entries, "next": None if is_last else entries[-1]["number"]})


def _tabs(municipality: Municipality) -> list[Tab]:
    address = reverse("publications", kwargs={"slug": municipality.slug})
    return tabs_of(municipality, Tab(address, _("Publications register"), is_current=True))
