"""The language of the admin, whose addresses carry none: the one that the person prefers."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import translation


def preferred_language(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable:
    """Middleware: under ``/admin/`` the preference replaces what the browser asked for.

    Everywhere else the address says the language, and the person is not even looked up.
    """

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.path.startswith(reverse("admin:index")) and request.user.is_authenticated:
            translation.activate(request.user.language)
            request.LANGUAGE_CODE = translation.get_language()
        return get_response(request)

    return middleware
