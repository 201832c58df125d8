"""Who may ask for the pages of accounts, and what they answer to somebody who was wrong too often."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render, resolve_url
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme, urlencode
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from portal.accounts import second_factor
from portal.accounts.attempts import minutes_to_wait
from portal.accounts.models import User

View = Callable[..., HttpResponse]


def page(view: View) -> View:
    """A page of accounts: read or sent, never kept by anybody, its fields in no report of errors."""
    return require_http_methods(["GET", "HEAD", "POST"])(never_cache(sensitive_post_parameters()(view)))


def own_page(view: View) -> View:
    """Such a page for whoever is signed in: ``view(request, user)``."""

    @wraps(view)
    def inner(request: HttpRequest, **kwargs: Any) -> HttpResponse:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        return view(request, request.user, **kwargs)

    return page(inner)


def completing_page(view: View) -> View:
    """Such a page for whoever has shown a password, with or without the second factor."""

    @wraps(view)
    def inner(request: HttpRequest) -> HttpResponse:
        user = second_factor.whoever(request)
        return view(request, user) if user else redirect_to_login(request.get_full_path())

    return page(inner)


def onward(request: HttpRequest) -> str:
    """Where the person was going, if that is within the portal; else to the desk."""
    wanted = next_of(request)
    return wanted or resolve_url(settings.LOGIN_REDIRECT_URL)


def next_of(request: HttpRequest) -> str:
    """The ``next`` of the request, where it leads within the portal; else nothing."""
    wanted = request.POST.get("next", request.GET.get("next", ""))
    is_ours = url_has_allowed_host_and_scheme(wanted, {request.get_host()}, request.is_secure())
    # What has no slash would be taken for the name of a route.
    return wanted if is_ours and wanted.startswith("/") else ""


def redirect_with_next(request: HttpRequest, route: str) -> HttpResponse:
    wanted = next_of(request)
    return redirect(f"{reverse(route)}?{urlencode({'next': wanted})}" if wanted else reverse(route))


def to_missing_factor(request: HttpRequest, user: User) -> HttpResponse:
    """To the page that asks for the second factor, or to the one that sets it up."""
    return redirect_with_next(
        request, "second-factor" if second_factor.has_one(user) else "second-factor-device"
    )


def too_many(request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    """The page again, with when to try again; what was sent is not looked at."""
    minutes = minutes_to_wait()
    said = ngettext(
        "Too many attempts from here. Try again in %(minutes)d minute.",
        "Too many attempts from here. Try again in %(minutes)d minutes.",
        minutes,
    )
    context = {**context, "said": said % {"minutes": minutes}}
    response = render(request, template, context, status=429)
    response["Retry-After"] = str(minutes * 60)
    return response
