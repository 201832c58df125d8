"""What every answer says to a browser beside its content policy: what no page of ours needs, none may use."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase

# What reaches into a reader's room, purse or devices. It goes with every answer, fonts and pictures too, and
# a first visit to a page asks for twelve of them: what only plays or shows is left out.
UNUSED = (
    *("bluetooth", "browsing-topics", "camera", "display-capture", "geolocation", "hid", "local-fonts"),
    *("microphone", "midi", "payment", "serial", "usb"),
)
PERMISSIONS = ", ".join(f"{feature}=()" for feature in UNUSED)


def sealed(get_response: Callable[[HttpRequest], HttpResponseBase]) -> Callable:
    """Let no page use the camera, the place or the like of a reader, nor another site load what is ours."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        response.setdefault("Permissions-Policy", PERMISSIONS)
        response.setdefault("Cross-Origin-Resource-Policy", "same-origin")
        return response

    return middleware
