"""Having a long paper made: the order, the page that advances, the file."""

from __future__ import annotations

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_POST, require_safe


@require_POST
def order(request: HttpRequest, slug: str) -> HttpResponseBase:
    """Have a paper made that a form carries, signed; on to the page that advances."""
    raise Http404


@require_safe
def printing(request: HttpRequest, slug: str, key: str) -> HttpResponseBase:
    """How far a paper is; it refreshes itself until the file is there."""
    raise Http404


@require_safe
def printed(request: HttpRequest, slug: str, key: str) -> HttpResponseBase:
    """The file."""
    raise Http404
