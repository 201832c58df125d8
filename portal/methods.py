"""Pages are read and forms are sent; nothing of ours is done in another way."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseNotAllowed
from django.http.response import HttpResponseBase

KNOWN = ("GET", "HEAD", "POST")


def known_methods(get_response: Callable[[HttpRequest], HttpResponseBase]) -> Callable:
    """Refuse every other method before anything is looked up, so that it tells nothing about what there is.

    Django's own views, the admin's above all, take an unknown method for one that reads.
    """

    def middleware(request: HttpRequest) -> HttpResponseBase:
        return get_response(request) if request.method in KNOWN else HttpResponseNotAllowed(KNOWN)

    return middleware
