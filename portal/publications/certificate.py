"""The certificate of publication: one page that says what was made public when, and where that is sealed."""

from __future__ import annotations

from typing import Any

from django.http import Http404
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.papers.orders import Advance, Draft, Order, Paper
from portal.papers.pages import paper_context, print_page
from portal.pdf.render import Attachment
from portal.publications.chain import canonical
from portal.publications.codes import code_of
from portal.publications.models import Publication
from portal.publications.reading import is_withdrawal, read_publication
from portal.publications.register import public_fields
from portal.publications.soundness import break_around

TEMPLATE = "publications/pdf/certificate.html"
CONTENT_NAME = "content.json"
ENTRY_NAME = "entry.json"


def draft(order: Order) -> Draft:
    """The certificate of an entry of the register; ``number`` names it.

    It says nothing that changes, not even the day on which it is made: so the same certificate has the
    same bytes, and one that is handed in can be compared. An entry that is not what was sealed is
    certified to nobody. Raises ``Http404``.
    """
    publication = _publication(order)
    named = {"number": publication.number}
    title = _("Certificate of withdrawal") if is_withdrawal(publication) else _("Certificate of publication")

    def make(advance: Advance) -> bytes:
        with translation.override(order.language):
            context = _context(order, publication, title)
            return print_page(order, TEMPLATE, context, attachments=attachments_of(publication))

    return Draft(
        title=title,
        filename=f"{title} {publication.number} {order.municipality.title}",
        ascii_filename=f"{order.municipality.slug}-certificate-{publication.number}",
        version=f"{publication.hash} {order.municipality.revision}",
        make=make,
        back=reverse("publication", kwargs={"slug": order.municipality.slug, **named}),
    )


def attachments_of(publication: Publication) -> tuple[Attachment, ...]:
    """What the archive copy carries: what was published to the byte, and the entry that seals it."""
    entry = canonical(public_fields(publication)).encode()
    return (
        Attachment(CONTENT_NAME, publication.content.encode(), _("Exactly what was published")),
        Attachment(ENTRY_NAME, entry, _("The entry of the register, as it is sealed")),
    )


def verify_address(order: Order, publication: Publication) -> str:
    """Where everybody can check the certificate, in full."""
    return order.origin + reverse("verify-code", kwargs={"code": code_of(publication)})


def parts(seal: str) -> list[str]:
    """A fingerprint in parts of eight digits, which the eye can compare."""
    return [seal[start : start + 8] for start in range(0, len(seal), 8)]


def title_size(title: str) -> str:
    """How large a title is set, so that the longest still leaves the certificate on one page."""
    return next(
        (name for name, most in (("", 70), ("long", 160), ("longer", 400)) if len(title) <= most), "longest"
    )


def _publication(order: Order) -> Publication:
    number = int(order.arguments["number"])
    publication = Publication.objects.of(order.municipality).filter(number=number).first()
    if publication is None or break_around(publication):
        raise Http404
    return publication


def _context(order: Order, publication: Publication, title: str) -> dict[str, Any]:
    line = read_publication(publication, order.municipality)
    at = publication.at.astimezone(order.municipality.zone_info)
    return {
        **paper_context(order, live_url=verify_address(order, publication)),
        "title": title,
        "title_size": title_size(line.title.text),
        "line": line,
        "entry": publication,
        "is_withdrawal": is_withdrawal(publication),
        "code": code_of(publication),
        "address": order.origin + publication.address,
        "utc_offset": f"UTC{at:%z}"[:6] + ":" + f"{at:%z}"[3:],
        "content_parts": parts(publication.content_sha256),
        "seal_parts": parts(publication.hash),
        "previous_parts": parts(publication.previous_hash) if publication.number > 1 else None,
    }


PAPER = Paper(label=gettext_lazy("Certificate of publication"), draft=draft)
