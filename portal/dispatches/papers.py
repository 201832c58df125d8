"""The list of copies that were sent, as a paper: to be signed by those who receive, and to be kept."""

from __future__ import annotations

import json
from typing import Any

from django.http import Http404
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.bilingual import page_language
from portal.dispatches.models import Dispatch, DispatchLine
from portal.locales import full_date
from portal.municipalities.access import Act
from portal.municipalities.models import Municipality
from portal.papers.orders import Advance, Draft, Order, Paper
from portal.papers.pages import paper_context, print_page
from portal.pdf.render import Attachment
from portal.publications.identity import Identity

KIND = "dispatch-list"
TEMPLATE = "dispatches/pdf/list.html"
FORMAT = "musharaka-dispatch-1"
ROWS_A_PAGE = 14


def lists_of(municipality: Municipality, subjects: list[tuple[str, int]]) -> list[Dispatch]:
    """The dispatches about any of these subjects, as ``portal.subjects`` knows them, the oldest first.

    Each is read for its paper: its order is ``{"pk": dispatch.pk}`` of the kind ``dispatch-list``.
    """
    dispatches = Dispatch.objects.of(municipality).about(subjects).for_dispatch_page()
    return [_known(dispatch, municipality) for dispatch in dispatches.order_by("created_at", "pk")]


def draft(order: Order) -> Draft:
    """The list as a table with a place for each signature. Raises ``Http404``."""
    municipality = order.municipality
    dispatch = _dispatch(municipality, order.arguments.get("pk"))
    context = _context(order, dispatch)
    attachment = Attachment(
        name=f"{municipality.slug}-dispatch-{dispatch.pk}.json",
        content=json.dumps(_data(dispatch), ensure_ascii=False, indent=1).encode(),
        description=_("The list as data"),
    )

    def make(advance: Advance) -> bytes:
        return print_page(order, TEMPLATE, context, attachments=(attachment,))

    return Draft(
        title=_("Dispatch list: %(title)s") % {"title": dispatch.title},
        filename=f"{municipality.title} {_('Dispatch list')} {dispatch.pk}",
        ascii_filename=f"{municipality.slug}-dispatch-{dispatch.pk}",
        version=f"{municipality.revision} {municipality.today()}",
        make=make,
        back=reverse("staff-dispatch", kwargs={"slug": municipality.slug, "pk": dispatch.pk}),
        pages=1 + len(dispatch.listed_lines) // ROWS_A_PAGE,
    )


PAPER = Paper(label=gettext_lazy("Dispatch list"), draft=draft, act=Act.SEE_DESK)


def _dispatch(municipality: Municipality, pk: Any) -> Dispatch:
    dispatches = Dispatch.objects.of(municipality).for_dispatch_page()
    dispatch = dispatches.filter(pk=pk).first() if isinstance(pk, int) else None
    if dispatch is None:
        raise Http404
    return _known(dispatch, municipality)


def _known(dispatch: Dispatch, municipality: Municipality) -> Dispatch:
    dispatch.municipality = municipality
    return dispatch


def _context(order: Order, dispatch: Dispatch) -> dict[str, Any]:
    """What the template takes; the version that was sent is told in full, as the register has it."""
    municipality, publication = order.municipality, dispatch.publication
    lines = dispatch.listed_lines
    live_url = order.address("staff-dispatch", pk=dispatch.pk)
    if publication:
        live_url = order.address("publication", number=publication.number)
    return {
        **paper_context(order, live_url=live_url),
        "dispatch": dispatch,
        "publication": publication,
        "sent_version": Identity(publication.number, publication.version, publication.hash)
        if publication
        else None,
        "published_on": full_date(
            publication.at.astimezone(municipality.zone_info).date(), municipality.country, page_language()
        )
        if publication
        else "",
        "sent": sum(1 for line in lines if line.sent_on),
        "received": sum(1 for line in lines if line.received_on),
        "proved": sum(1 for line in lines if line.listed_proofs),
    }


def _data(dispatch: Dispatch) -> dict[str, Any]:
    """The list as JSON; without e-mails and telephone numbers, which are on no paper."""
    publication = dispatch.publication
    return {
        "format": FORMAT,
        "municipality": dispatch.municipality.slug,
        "title_ar": dispatch.title_ar,
        "title_fr": dispatch.title_fr,
        "publication": publication.number if publication else None,
        "publication_hash": publication.hash if publication else None,
        "copies": [_copy(line) for line in dispatch.listed_lines],
    }


def _copy(line: DispatchLine) -> dict[str, Any]:
    return {
        "name_ar": line.recipient.name_ar,
        "name_fr": line.recipient.name_fr,
        "address": line.address,
        "way": line.way,
        "sent_on": line.sent_on.isoformat() if line.sent_on else None,
        "reference": line.reference,
        "received_on": line.received_on.isoformat() if line.received_on else None,
        "proofs": [{"name": proof.name, "sha256": proof.sha256} for proof in line.listed_proofs],
    }
