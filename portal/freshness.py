"""Answering without rendering when nothing a page shows has changed: 304, or the page as kept.

What a public page shows depends on the content (the municipality's ``revision``), the language,
the code and templates, the municipality's local date (tomorrow "upcoming" is "late"), and the moments
at which something opens or closes. All five are in the validator; nothing else is.
"""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Callable
from functools import lru_cache, wraps
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.cache import caches
from django.http import HttpRequest, HttpResponse
from django.middleware.gzip import GZipMiddleware
from django.utils import timezone
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from portal.municipalities.models import Municipality

# A reader's browser asks each time, and is answered 304 at the price of one small query.
CACHE_CONTROL = "public, no-cache"
TEXTS = ("text/", "application/json")
PORTAL_ZONE = ZoneInfo("Africa/Tunis")
_gzip = GZipMiddleware(lambda request: HttpResponse())


@lru_cache(maxsize=1)
def _code_fingerprint() -> str:
    """One hash over templates, Python, catalogues and static files: a new release makes every page new."""
    digest = hashlib.sha256()
    for folder, pattern in [
        ("templates", "*.html"),
        ("portal", "*.py"),
        ("programs", "*.py"),
        ("consultations", "*.py"),
        ("locale", "*.mo"),
        ("static", "*.*"),
    ]:
        for path in sorted(Path(settings.PROJECT_DIR, folder).rglob(pattern)):
            digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def code_version() -> str:
    """The version of everything that is not data; recomputed at every call in development."""
    if settings.DEBUG:
        _code_fingerprint.cache_clear()
    return _code_fingerprint()


def validator(revision: int, today: datetime.date, *parts: object) -> str:
    """The ETag of a page. It is weak: a compressing proxy may change the bytes, not the meaning."""
    key = "|".join(map(str, (code_version(), get_language(), today.isoformat(), revision, *parts)))
    return f'W/"{hashlib.sha256(key.encode()).hexdigest()[:24]}"'


View = Callable[..., HttpResponse]


def fresh_page(view: View) -> View:
    """Decorate a public page of one municipality: ``view(request, municipality, ...)``.

    The URL gives ``slug``; the municipality is looked up once (404 when unknown) and handed on.
    A query string is part of the page, so of its validator too.
    """

    @require_safe
    @wraps(view)
    def inner(request: HttpRequest, slug: str, **kwargs: Any) -> HttpResponse:
        municipality = Municipality.objects.public_or_404(slug)
        etag = validator(
            municipality.revision, municipality.today(), municipality.moments, request.get_full_path()
        )
        return answer(request, etag, lambda: view(request, municipality, **kwargs))

    return inner


def fresh_listing(view: View) -> View:
    """Decorate a public page over all municipalities: ``view(request, today, ...)``.

    ``today`` is the date in Tunis, and outside Ramadan in Casablanca too: while the two differ a
    list may be an hour early for one of them, never a page of the municipality itself.
    """

    @require_safe
    @wraps(view)
    def inner(request: HttpRequest, **kwargs: Any) -> HttpResponse:
        today = timezone.localdate(timezone=PORTAL_ZONE)
        revision, moments = Municipality.objects.total_revision()
        etag = validator(revision, today, moments, request.get_full_path())
        return answer(request, etag, lambda: view(request, today, **kwargs))

    return inner


def answer(request: HttpRequest, etag: str, render: Callable[[], HttpResponse]) -> HttpResponse:
    """304 when the reader has this version already, else what ``render`` makes, with its validator.

    A text is rendered once for each version and process; further readers get it as it was kept.
    """
    response = get_conditional_response(request, etag=etag)
    if response is None:
        response = _kept(request, etag, render)
        if response.status_code != 200:
            return response
    response["ETag"] = etag
    response["Cache-Control"] = CACHE_CONTROL
    patch_vary_headers(response, ["Accept-Encoding"])
    return response


def _kept(request: HttpRequest, etag: str, render: Callable[[], HttpResponse]) -> HttpResponse:
    """The text that another reader of this version was given, else what ``render`` makes.

    The host is part of the key, since feeds give addresses in full. Papers have a store of their own.
    """
    takes_gzip = "gzip" in request.headers.get("Accept-Encoding", "")
    parts = (etag, request.scheme, request.get_host(), takes_gzip)
    key = hashlib.sha256(repr(parts).encode()).hexdigest()
    response: HttpResponse | None = caches["pages"].get(key)
    if response is None:
        response = render()
        if response.status_code == 200 and response["Content-Type"].startswith(TEXTS):
            _compress(request, response)
            caches["pages"].set(key, response)
    return response


def _compress(request: HttpRequest, response: HttpResponse) -> None:
    """Send a text as gzip to a reader who takes it: a fifth of the bytes, without any proxy in front.

    These pages alone, not the whole portal: they hold no token and nothing secret, which could be
    guessed from the length of a compressed answer (BREACH).
    """
    _gzip.process_response(request, response)
