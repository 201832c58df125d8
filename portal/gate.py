"""How many requests a process works on at once: a few, a few more wait a moment, the others are told so.

A server's threads take every request up, and each would take the longer the more there are, until nobody is
answered in time. Behind this gate those that are let in are fast, and those that are not know within a
second, in words, that they should come back.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from portal.failures.pages import unavailable

LONGEST_WAIT = 0.7
"""Seconds; short, since the work itself begins only then and all of it must end within two."""
_FREE = ("/healthz", "/readyz")
"""Whoever watches over the portal must be answered when nobody else is."""


class Gate:
    """Room for some at work and for some who wait.

    Args:
        at_work: how many are let in at once.
        waiting: how many wait at most for one of them to leave.
        longest: seconds that anybody waits.
    """

    def __init__(self, *, at_work: int, waiting: int, longest: float = LONGEST_WAIT) -> None:
        self._room = threading.BoundedSemaphore(at_work)
        self._seats = threading.BoundedSemaphore(waiting)
        self._longest = longest

    def enter(self) -> bool:
        """Whether one may come in; whoever may must :meth:`leave`."""
        if self._room.acquire(blocking=False):
            return True
        if not self._seats.acquire(blocking=False):
            return False
        try:
            return self._room.acquire(timeout=self._longest)
        finally:
            self._seats.release()

    def leave(self) -> None:
        self._room.release()


def gated(get_response: Callable[[HttpRequest], HttpResponseBase]) -> Callable:
    """Answer 503 with ``Retry-After`` where there is no room; stands behind the static files."""
    gate = Gate(at_work=settings.REQUESTS_AT_ONCE, waiting=settings.REQUESTS_WAITING)

    def middleware(request: HttpRequest) -> HttpResponseBase:
        if request.path_info in _FREE:
            return get_response(request)
        if not gate.enter():
            return unavailable(request)
        try:
            return get_response(request)
        finally:
            gate.leave()

    return middleware
