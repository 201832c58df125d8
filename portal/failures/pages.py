"""Static pages for failures: no database, no template, no translation, no manifest of static files.

They are read once, when the process starts, and chosen by the language of the address. The one thing that
is put in is the number of the request, in the place that nginx fills by itself (its SSI) when it has to
show them instead: then the portal's processes are down.
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse

from portal.tracing import current_id

LANGUAGES = ("ar", "fr", "en")
NUMBER = '<!--# echo var="request_id" -->'
RETRY_AFTER = 5
"""Seconds after which it is worth another try."""
_PAGES = {
    (status, language): Path(__file__).with_name(f"{status}.{language}.html").read_text(encoding="utf-8")
    for status in (400, 429, 500, 503)
    for language in LANGUAGES
}
_IN_ADDRESS = re.compile(rf"/({'|'.join(LANGUAGES)})(?:/|$)")


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """A request that cannot be read, or that is larger than any that a page of ours sends."""
    return page(request, 400)


def server_error(request: HttpRequest) -> HttpResponse:
    """Something failed. Called while the error is handled: of a database that is away it says so."""
    if isinstance(sys.exc_info()[1], InterfaceError | OperationalError):
        return unavailable(request)
    return page(request, 500)


def unavailable(request: HttpRequest) -> HttpResponse:
    """Too much is going on, or the database is away: worth another try in a moment."""
    response = page(request, 503)
    response["Retry-After"] = str(RETRY_AFTER)
    return response


def page(request: HttpRequest, status: int) -> HttpResponse:
    """The page of a status, in the language of the address, else the reader's, else Arabic."""
    text = _PAGES[status, language_of(request)].replace(NUMBER, current_id() or "—")
    response = HttpResponse(text, status=status)
    response["Cache-Control"] = "no-store"
    return response


def language_of(request: HttpRequest) -> str:
    """The language of an address; of one that has none, the first of the reader's that is ours."""
    found = _IN_ADDRESS.match(request.path_info)
    if found:
        return found[1]
    wanted = [part.strip()[:2].lower() for part in request.headers.get("Accept-Language", "").split(",")]
    return next((language for language in wanted if language in LANGUAGES), LANGUAGES[0])
