"""Forms of people without an account: a failing CSRF check shows them again, with all that was typed.

Django answers such a request with a page of its own, and what somebody wrote for an hour is gone. It fails
for honest people too: cookies were cleared, or the form stood open in a browser that keeps none. So the
check runs here, with the same code, and the view is told the outcome instead of being left out.
The reasons stand in ``docs/decisions/0009-forms-that-keep-what-was-typed.md``.
"""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.middleware.csrf import CsrfViewMiddleware
from django.utils.decorators import decorator_from_middleware
from django.views.decorators.csrf import csrf_exempt

_FAILURE = "_csrf_failure"


class _MarkingCsrf(CsrfViewMiddleware):
    """The same check; where it fails, the request is marked and goes on to the view."""

    def _reject(self, request: HttpRequest, reason: str) -> None:
        setattr(request, _FAILURE, reason)


_checked = decorator_from_middleware(_MarkingCsrf)


def keeps_what_was_typed(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Decorate a view that asks :func:`is_forged` before it does anything with a POST."""
    # Exempt from the check of settings.MIDDLEWARE only because the decorator within runs it.
    checked: Callable[..., HttpResponseBase] = csrf_exempt(_checked(view))
    checked.asks_for_csrf = True  # type: ignore[attr-defined]
    return checked


def is_forged(request: HttpRequest) -> bool:
    """Whether the CSRF check failed: then nothing of the request may be done, only shown again."""
    return hasattr(request, _FAILURE)
