"""The portal's URL map and one bare view, which exists nowhere but here."""

from django.conf.urls.i18n import i18n_patterns
from django.http import HttpRequest, HttpResponse
from django.urls import path

from portal import urls as portal


def hello(request: HttpRequest) -> HttpResponse:
    """Nothing but the server and the middleware every page goes through."""
    return HttpResponse("hello")


# Before the others: what it costs to look for an address counts for the pages, not for the bare view.
urlpatterns = [*i18n_patterns(path("hello/", hello)), *portal.urlpatterns]
handler403 = portal.handler403
handler404 = portal.handler404
