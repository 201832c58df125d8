"""How much a request may hold: only people who are signed in send more than a short form does."""

from __future__ import annotations

from collections.abc import Callable

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest
from django.http.response import HttpResponseBase

ANONYMOUS_MAX_BYTES = 2_621_440  # Django's own limit for a request without files.


def body_limit(get_response: Callable[[HttpRequest], HttpResponseBase]) -> Callable:
    """Refuse a large request of somebody who is not signed in, before it is read.

    ``DATA_UPLOAD_MAX_MEMORY_SIZE`` leaves room for a file that travels in a page of the staff desk, and
    knows no addresses and no people.
    """

    def middleware(request: HttpRequest) -> HttpResponseBase:
        length = request.META.get("CONTENT_LENGTH") or "0"
        is_large = length.isdecimal() and int(length) > ANONYMOUS_MAX_BYTES
        if is_large and not request.user.is_authenticated:
            raise RequestDataTooBig("Nobody who is not signed in sends this much.")
        return get_response(request)

    return middleware
