"""How much a request may hold: only people who are signed in send more than a short form does."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest
from django.http.response import HttpResponseBase

ANONYMOUS_MAX_BYTES = 2_621_440  # Django's own limit for a request without files.


def most_bytes() -> int:
    """How much anybody may send at once: ten files of the largest kind but videos, or two videos."""
    return max(10 * settings.UPLOAD_MAX_BYTES, 2 * settings.UPLOAD_MAX_VIDEO_BYTES)


def body_limit(get_response: Callable[[HttpRequest], HttpResponseBase]) -> Callable:
    """Refuse a large request of somebody who is not signed in, and a huge one of anybody, before it is read.

    ``DATA_UPLOAD_MAX_MEMORY_SIZE`` leaves room for a file that travels in a page of the staff desk, knows
    no addresses and no people, and does not count files. Each of these has its own limit, which is known
    when it has arrived: what arrives at once may be some of the largest that are accepted.
    """

    def middleware(request: HttpRequest) -> HttpResponseBase:
        length = request.META.get("CONTENT_LENGTH") or "0"
        size = int(length) if length.isdecimal() else 0
        if size > ANONYMOUS_MAX_BYTES and not request.user.is_authenticated:
            raise RequestDataTooBig("Nobody who is not signed in sends this much.")
        if size > most_bytes():
            raise RequestDataTooBig("Nobody sends this much at once.")
        return get_response(request)

    return middleware
