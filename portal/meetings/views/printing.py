"""The papers of a meeting as answers to requests."""

from __future__ import annotations

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

from portal.papers.answers import paper_answer


@require_safe
def invitation(request: HttpRequest, slug: str, pk: int) -> HttpResponseBase:
    """The letter of invitation."""
    return paper_answer(request, slug, "meeting-invitation", {"pk": pk})


@require_safe
def poster(request: HttpRequest, slug: str, pk: int) -> HttpResponseBase:
    """The poster for the town hall's door."""
    return paper_answer(request, slug, "meeting-poster", {"pk": pk})


@require_safe
def minutes(request: HttpRequest, slug: str, pk: int) -> HttpResponseBase:
    """The public minutes."""
    return paper_answer(request, slug, "meeting-minutes", {"pk": pk})


@require_safe
def attendance(request: HttpRequest, slug: str, pk: int) -> HttpResponseBase:
    """The attendance sheet to be signed, for the municipality's own people."""
    return paper_answer(request, slug, "meeting-attendance", {"pk": pk})


@require_safe
def minutes_draft(request: HttpRequest, slug: str, pk: int) -> HttpResponseBase:
    """The minutes as they are, for the municipality's own people."""
    return paper_answer(request, slug, "meeting-minutes-draft", {"pk": pk})


@require_safe
def minutes_docx(request: HttpRequest, slug: str, pk: int) -> HttpResponseBase:
    """The minutes to be edited, for the municipality's own people."""
    return paper_answer(request, slug, "meeting-minutes-docx", {"pk": pk})
