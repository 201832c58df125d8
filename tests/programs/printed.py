"""Papers of a program as tests ask for them: the page before it is printed, or the file."""

from __future__ import annotations

import re
from functools import cache
from typing import Any

from portal.papers.answers import silent
from portal.papers.orders import Copy, Draft, Order, draft_of
from portal.pdf.render import Attachment, render_pdf
from programs.models import Program

ORIGIN = "https://musharaka.example"


@cache
def print_once(html: str, archive: bool, is_large: bool, attachments: tuple[Attachment, ...]) -> bytes:
    """The same page gives the same bytes (test_render), so each is printed once for all tests."""
    return render_pdf(html=html, archive=archive, is_large=is_large, attachments=attachments)


def draft(program: Program, kind: str = "program-calendar", language: str = "ar", **more: Any) -> Draft:
    order = Order(
        kind=kind,
        municipality=program.municipality,
        arguments={"year": program.year},
        language=language,
        origin=ORIGIN,
        copy=Copy.ARCHIVE if more.get("archive") else Copy.READING,
        is_large=more.get("is_large", False),
    )
    return draft_of(order)


def printed(program: Program, kind: str = "program-calendar", language: str = "ar", **more: Any) -> bytes:
    """The file, made in this process."""
    content = draft(program, kind, language, **more).make(silent)
    assert isinstance(content, bytes)
    return content


def laid_out(monkeypatch: Any, program: Program, kind: str = "program-calendar", language: str = "en") -> str:
    """The page that goes to the press, with each run of spaces as one and its figures not isolated."""
    with monkeypatch.context() as patch:
        patch.setattr("portal.papers.pages.render_pdf", lambda *, html, **_: html.encode())
        page = printed(program, kind, language).decode()
    return re.sub(r"\s+", " ", page).replace('<bdi dir="ltr">', "").replace("</bdi>", "")
