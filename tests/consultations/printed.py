"""Papers as whoever asks for them gets them, without a request: the bytes, or the page that would be set."""

from __future__ import annotations

import io
import json
import re
from functools import cache

import pikepdf
from django.utils.translation import override

from portal.municipalities.models import Municipality
from portal.papers.orders import Advance, Copy, Draft, Order, draft_of
from portal.pdf.press import render_pdf

ORIGIN = "https://musharaka.example"


def ordered(
    kind: str,
    municipality: Municipality,
    *,
    language: str = "fr",
    copy: Copy = Copy.READING,
    is_large: bool = False,
    **arguments: str | int,
) -> Order:
    return Order(kind, municipality, arguments, language, ORIGIN, copy, is_large)


def drafted(kind: str, municipality: Municipality, **how) -> Draft:
    return draft_of(ordered(kind, municipality, **how))


def printed(
    kind: str, municipality: Municipality, *, advance: Advance = lambda done, of, doing: None, **how
) -> bytes:
    """The bytes, made while another language is spoken: as a worker would."""
    order = ordered(kind, municipality, **how)
    with override("en"):
        content = draft_of(order).make(advance)
    assert isinstance(content, bytes)
    return content


@cache
def _once(html: str, **how) -> bytes:
    return render_pdf(html=html, **how)


def print_once(*, html: str, **how) -> bytes:
    """A printer for ``portal.papers.pages``: the same page gives the same bytes, so it is set once."""
    return _once(html, **how)


def only_page(*, html: str, **how) -> bytes:
    """A printer that sets nothing: the page itself, for what does not depend on paper."""
    return html.encode()


def plain(page: bytes) -> str:
    """The words of a page, with each run of spaces as one."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.decode())).strip()


def opened(content: bytes) -> pikepdf.Pdf:
    return pikepdf.open(io.BytesIO(content))


def attached(content: bytes) -> dict:
    """The one file that an archive copy carries, as data."""
    pdf = opened(content)
    [name] = pdf.attachments
    return json.loads(pdf.attachments[name].get_file().read_bytes())


def bookmarks(content: bytes) -> list[tuple[int, str]]:
    """The titles in the outline of a paper, each with its depth."""

    def under(items, depth):
        for item in items:
            yield depth, item.title
            yield from under(item.children, depth + 1)

    pdf = opened(content)
    with pdf.open_outline() as outline:
        return list(under(outline.root, 1))
