"""From a template to the bytes of a paper: what all papers show, and the copy that was asked for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import models
from django.template.loader import render_to_string
from django.utils import translation

from portal.bilingual import page_language
from portal.locales import long_date
from portal.papers.orders import Advance, Copy, Order
from portal.pdf.joining import joined, page_count
from portal.pdf.press import render_pdf
from portal.pdf.qr import qr_svg
from portal.pdf.render import Attachment
from portal.publications.identity import identity_of


def paper_context(order: Order, *, live_url: str, obj: models.Model | None = None) -> dict[str, Any]:
    """What ``pdf/base.html`` takes.

    Args:
        live_url: the full address of the page that says the same, printed and drawn as a QR code.
        obj: what has entries in the register of publications; its last one is named on the paper.
    """
    municipality = order.municipality
    return {
        "municipality": municipality,
        "today_text": long_date(municipality.today(), municipality.country, page_language()),
        "live_url": live_url,
        "qr_svg": qr_svg(address=live_url, title=live_url),
        "identity": identity_of(obj) if obj is not None else None,
        "is_archive": order.copy == Copy.ARCHIVE,
        "is_large": order.is_large,
    }


def print_page(
    order: Order, template: str, context: dict[str, Any], *, attachments: tuple[Attachment, ...] = ()
) -> bytes:
    """Print a page in the order's language; what is attached goes into the archive copy alone.

    Raises:
        portal.pdf.render.PdfError: the paper could not be made.
    """
    with translation.override(order.language):
        html = render_to_string(template, context)
    is_archive = order.copy == Copy.ARCHIVE
    return render_pdf(
        html=html,
        archive=is_archive,
        is_large=order.is_large,
        attachments=attachments if is_archive else (),
    )


def print_parts(
    order: Order,
    template: str,
    parts: Sequence[dict[str, Any]],
    *,
    title: str,
    is_lying: bool = False,
    advance: Advance,
    attachments: tuple[Attachment, ...] = (),
) -> bytes:
    """Print a paper of hundreds of pages part by part, in bounded memory, and say how far it is.

    Each part is the page of ``template`` with its own context, in which ``is_later`` says that it is not the
    first. Links and page numbers do not reach from one part into another; the outline does, where a part
    begins with the headings it goes on below (``goes-on`` in the sheet).

    Args:
        parts: the contexts; some dozens of pages each.
        title: of the paper, for its feet.
        advance: told before each part.

    Raises:
        portal.pdf.render.PdfError: the paper could not be made.
    """
    printed: list[bytes] = []
    for number, part in enumerate(parts):
        advance(number, len(parts) + 1, title)
        context = {**part, "is_part": True, "is_later": number > 0}
        printed.append(print_page(order, template, context, attachments=attachments if number == 0 else ()))
    advance(len(parts), len(parts) + 1, title)
    leaves = range(sum(map(page_count, printed)))
    feet = {**parts[0], "title": title, "paper": "land" if is_lying else "port", "leaves": leaves}
    with translation.override(order.language):
        html = render_to_string("pdf/feet.html", feet)
    return joined(printed, feet=render_pdf(html=html, is_large=order.is_large, is_tagged=False))
