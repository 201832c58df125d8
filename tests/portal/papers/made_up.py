"""Kinds of papers that exist in tests alone; what is to happen with one stands in its arguments."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from pathlib import Path

from django.db import OperationalError
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe

from portal.municipalities.access import Act
from portal.papers.answers import paper_answer
from portal.papers.orders import Advance, Draft, Order, Paper
from portal.pdf.press import PdfTooLongError
from portal.pdf.render import PdfUnavailableError
from portal.pdf.turns import PdfBusyError

MADE: list[str] = []
"""The titles of what was made, in order; a test empties it."""
GATE = "MADE_UP_GATE"
"""In the environment: a paper waits until the pipe of this name is opened on the other side, and for ever."""
WITHDRAWN: set[str] = set()
"""What is not public any more."""
STEPS = ("Cover", "Evidence", "Seals")


def _fine(_advance: Advance) -> bytes:
    return b"%PDF-1.7 made up"


def _in_steps(advance: Advance) -> bytes:
    for number, step in enumerate(STEPS):
        advance(number, len(STEPS), step)
    return b"%PDF-1.7 in steps"


def _as_file(_advance: Advance) -> Path:
    handle, name = tempfile.mkstemp()
    with os.fdopen(handle, "wb") as file:
        file.write(b"PK large")
    return Path(name)


def _slow(advance: Advance) -> bytes:
    """Says that it is under way, and goes on for ever wherever the gate is set."""
    advance(1, 3, "Evidence")
    gate = os.environ.get(GATE)
    if gate:
        Path(gate).read_bytes()
    return b"%PDF-1.7 slow"


def _raising(error: BaseException) -> Callable[[Advance], bytes]:
    def make(_advance: Advance) -> bytes:
        raise error

    return make


MAKERS: dict[str, Callable[[Advance], bytes | Path]] = {
    "fine": _fine,
    "steps": _in_steps,
    "file": _as_file,
    "slow": _slow,
    "broken": _raising(ZeroDivisionError()),
    "unavailable": _raising(PdfUnavailableError("no Pango")),
    "busy": _raising(PdfBusyError()),
    "hangs": _raising(PdfTooLongError()),
    "gone": _raising(Http404()),
    "database": _raising(OperationalError()),
}


def _drafted(order: Order, pages: int) -> Draft:
    how = str(order.arguments["how"])
    title = f"{how} {order.language}"
    if how in WITHDRAWN:
        raise Http404

    def make(advance: Advance) -> bytes | Path:
        MADE.append(title)
        return MAKERS[how](advance)

    return Draft(
        title=title,
        filename=f"برنامج {how}",
        ascii_filename=f"paper-{how}",
        version=f"{order.municipality.revision}",
        make=make,
        back=f"/{order.language}/m/{order.municipality.slug}/",
        pages=pages,
        content_type="application/zip" if how == "file" else "application/pdf",
        steps=STEPS if how in ("steps", "slow") else (),
    )


SHORT = Paper(label="Short", draft=lambda order: _drafted(order, 3))
LONG = Paper(label="Long", draft=lambda order: _drafted(order, 64))
STAFF_SHORT = Paper(label="Short", draft=lambda order: _drafted(order, 3), act=Act.PUBLISH)
STAFF_LONG = Paper(label="Long", draft=lambda order: _drafted(order, 64), act=Act.PUBLISH)
PAPERS = {
    kind: f"{__name__}.{name}"
    for kind, name in {
        "short": "SHORT",
        "long": "LONG",
        "staff-short": "STAFF_SHORT",
        "staff-long": "STAFF_LONG",
    }.items()
}


@require_safe
def made_up(request: HttpRequest, slug: str, kind: str, how: str) -> HttpResponseBase:
    """The page of a made-up paper."""
    return paper_answer(request, slug, kind, {"how": how})
