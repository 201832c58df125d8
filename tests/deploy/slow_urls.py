"""The portal's addresses, and one that waits: as pages do for a database that is slow."""

import os
import threading
import time
from contextvars import ContextVar

from django.http import HttpRequest, HttpResponse
from django.urls import path

from portal import urls
from portal.pdf import press, turns

handler400, handler403, handler404, handler500 = (
    urls.handler400,
    urls.handler403,
    urls.handler404,
    urls.handler500,
)

# How long a paper takes is another question: on a machine that does other things too, long.
press._seconds = ContextVar("seconds", default=80.0)
if os.environ.get("PAPERS") == "crowd":
    # Without the rule that one of a process waits.
    turns._seat = threading.BoundedSemaphore(1000)  # type: ignore[assignment]


def slow(request: HttpRequest) -> HttpResponse:
    time.sleep(0.5)
    return HttpResponse("done")


urlpatterns = [path("slow", slow), *urls.urlpatterns]
