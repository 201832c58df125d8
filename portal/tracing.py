"""Each request has a number of its own, which the answer carries, and one line in the log.

The line tells which route was asked, how it ended, how long it took, in which municipality and by whom in
which role. It tells nothing that people typed: no path, no query, no name, no address of a network.
"""

from __future__ import annotations

import logging
import re
import secrets
import time
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

if TYPE_CHECKING:
    from portal.municipalities.models import Municipality

logger = logging.getLogger(__name__)

HEADER = "X-Request-ID"
_WELL_FORMED = re.compile(r"[0-9a-f]{16,64}")
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})


@dataclass(slots=True)
class Trace:
    """What is known of the request that this thread answers."""

    id: str
    municipality_id: int | None = None
    municipality: str | None = None
    """Its slug, once it was found: what stands in the address may be anything."""


_current: ContextVar[Trace | None] = ContextVar("trace", default=None)


def current_id() -> str:
    """The number of the request that is being answered, ``""`` outside of any."""
    trace = _current.get()
    return trace.id if trace else ""


def concerns(municipality: Municipality) -> None:
    """Note which municipality the request turned out to be about."""
    trace = _current.get()
    if trace:
        trace.municipality_id, trace.municipality = municipality.pk, municipality.slug


def traced(get_response: Callable[[HttpRequest], HttpResponseBase]) -> Callable:
    """Give the request its number, and write its line when it is answered."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        started = time.perf_counter()
        trace = Trace(_number_of(request))
        token = _current.set(trace)
        try:
            response = get_response(request)
            response.headers[HEADER] = trace.id
            if response.status_code >= 500:
                # Django would write one more, when the number is forgotten already.
                response._has_been_logged = True  # type: ignore[attr-defined]
            milliseconds = round((time.perf_counter() - started) * 1000, 1)
            line = _line(request, response.status_code, trace) | {"ms": milliseconds}
            logger.info("answered", extra={"fields": line})
        finally:
            _current.reset(token)
        return response

    return middleware


def _number_of(request: HttpRequest) -> str:
    """Our own, or the one that a proxy of ours gave; nobody else chooses what stands in the log."""
    given = request.headers.get(HEADER, "") if settings.TRUSTED_PROXIES else ""
    return given if _WELL_FORMED.fullmatch(given) else secrets.token_hex(16)


def _line(request: HttpRequest, status: int, trace: Trace) -> dict[str, Any]:
    match = request.resolver_match
    route = match.view_name if match else None
    if route is None and request.path_info.startswith(settings.STATIC_URL):
        route = "static"
    return {
        "route": route,
        "method": request.method if request.method in _METHODS else "OTHER",
        "status": status,
        "municipality": trace.municipality,
        "role": _role(request, trace.municipality_id),
    }


def _role(request: HttpRequest, municipality_id: int | None) -> str | None:
    """The person's role there, as far as the page asked for it: a line in the log asks nobody.

    ``None`` where nobody asked who it is, which is so on every public page.
    """
    user = getattr(request, "_cached_user", None)
    if user is None:
        return None
    if not user.is_authenticated:
        return "visitor"
    if user.is_superuser:
        return "platform"
    roles = getattr(user, "_roles_by_municipality", {}).get(municipality_id, ())
    return "+".join(sorted(roles)) or "signed in"
