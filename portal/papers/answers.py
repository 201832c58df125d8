"""A paper as the answer to a request: the file, at once or as it was kept; or the offer to have it made."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.cache import get_conditional_response
from django.utils.translation import get_language

from portal.freshness import CACHE_CONTROL, validator
from portal.municipalities.access import municipality_for, person
from portal.municipalities.models import Municipality
from portal.navigation import tabs_of
from portal.papers.asking import asked
from portal.papers.orders import Advance, Argument, Copy, Draft, Order, Paper, draft_of, paper_of
from portal.papers.printing import printed_response
from portal.pdf.render import PdfBusyError, PdfError, PdfUnavailableError
from portal.pdf.responses import (
    SUFFIXES,
    file_answer,
    kept_bytes,
    remember_answer,
    remembered_answer,
)

logger = logging.getLogger(__name__)

AT_ONCE = 10
"""Pages; longer papers are made by the worker."""
RETRY_AFTER = 3
"""Seconds, while the press is busy with others."""


def paper_answer(
    request: HttpRequest, slug: str, kind: str, arguments: Mapping[str, Argument]
) -> HttpResponseBase:
    """Answer with a paper of a municipality; a GET that writes nothing.

    ``?copy=archive`` asks for the copy to keep, ``?type=large`` for large type. A public paper is
    answered 304 where the municipality has not changed, and from the kept bytes where it was printed
    before; one of the staff is never kept by a browser.

    Args:
        kind: a key of ``PAPERS``, which says who may have it.
        arguments: what it is about, for the draft of the kind.

    Raises ``Http404`` and ``PermissionDenied`` as pages do.
    """
    paper = paper_of(kind)
    if paper.act is not None and not request.user.is_authenticated:
        return redirect_to_login(request.get_full_path())
    municipality = municipality_of(request, slug, paper)
    order = order_of(request, municipality, kind, arguments)
    if paper.act is not None:
        response = _made(request, order)
        response["Cache-Control"] = "private, no-store"
        return response
    etag = validator(
        municipality.revision, municipality.today(), municipality.moments, request.build_absolute_uri()
    )
    response = (
        get_conditional_response(request, etag=etag)
        or remembered_answer(etag)
        or _made(request, order, etag=etag)
    )
    if response.status_code in (200, 304):
        # A page that offers to have the paper made says itself that nobody keeps it.
        response.setdefault("Cache-Control", CACHE_CONTROL)
        if response["Cache-Control"] == CACHE_CONTROL:
            response["ETag"] = etag
    return response


def order_of(
    request: HttpRequest, municipality: Municipality, kind: str, arguments: Mapping[str, Argument]
) -> Order:
    """What the request asks for, in the language of its address."""
    return Order(
        kind=kind,
        municipality=municipality,
        arguments=arguments,
        language=get_language() or "ar",
        origin=f"{request.scheme}://{request.get_host()}",
        copy=Copy.ARCHIVE if request.GET.get("copy") == Copy.ARCHIVE else Copy.READING,
        is_large=request.GET.get("type") == "large",
    )


def silent(done: int, of: int, doing: str) -> None:
    """An ``Advance`` that nobody listens to."""


def made_now(order: Order, draft: Draft, advance: Advance = silent) -> bytes:
    """The bytes of a short paper, from the store or made now.

    Raises:
        portal.pdf.render.PdfError: it could not be made.
    """

    def make() -> bytes:
        content = draft.make(advance)
        if isinstance(content, Path):
            path, content = content, content.read_bytes()
            path.unlink()
        return content

    return kept_bytes(order.kind, order.key(draft.version), make)


def municipality_of(request: HttpRequest, slug: str, paper: Paper) -> Municipality:
    """The municipality of an address, for whoever may have such a paper; raises as pages do."""
    if paper.act is None:
        return Municipality.objects.public_or_404(slug)
    return municipality_for(person(request), slug, paper.act)


def _made(request: HttpRequest, order: Order, etag: str = "") -> HttpResponseBase:
    """The paper, and a note of it under the validator of its public address, where it has one."""
    draft = draft_of(order)
    if draft.pages > AT_ONCE:
        return _later(request, order, draft)
    try:
        content = made_now(order, draft)
    except PdfBusyError:
        return _busy(request, draft)
    except PdfError as error:
        logger.exception("No paper %s %s", order.kind, order.arguments)
        context = {"is_missing": isinstance(error, PdfUnavailableError)}
        return render(request, "pdf/unavailable.html", context, status=503)
    names = {
        "content_type": draft.content_type,
        "filename": draft.filename,
        "ascii_filename": draft.ascii_filename,
    }
    if etag:
        remember_answer(etag, kind=order.kind, key=order.key(draft.version), **names)
    return file_answer(content=content, **names)


def _busy(request: HttpRequest, draft: Draft) -> HttpResponse:
    """The press makes one paper at a time, so that pages stay fast: come back in a moment."""
    response = render(request, "papers/busy.html", {"draft": draft}, status=503)
    response["Retry-After"] = response["Refresh"] = str(RETRY_AFTER)
    return response


def _later(request: HttpRequest, order: Order, draft: Draft) -> HttpResponseBase:
    """The file where it was made already, else the page that asks whether to have it made."""
    printing = asked(order, draft)
    if printing and printing.is_finished:
        return printed_response(printing)
    context = {
        **around(order),
        "draft": draft,
        "kind": kind_of_file(draft.content_type),
        "signed": order.signed(),
        "printing": printing,
    }
    response = render(request, "papers/ask.html", context)
    response["Cache-Control"] = "private, no-store"
    return response


def around(order: Order) -> dict[str, Any]:
    """What the pages about a paper take: the public's template or that of the desk, and what stands in it."""
    municipality = order.municipality
    return {
        "municipality": municipality,
        "order": order,
        "frame": "base.html" if paper_of(order.kind).act is None else "desk.html",
        "tabs": [replace(tab, is_current=False) for tab in tabs_of(municipality)],
    }


def kind_of_file(content_type: str) -> str:
    """``PDF``, ``ZIP``, ``DOCX``."""
    return SUFFIXES[content_type].removeprefix(".").upper()
