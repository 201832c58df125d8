"""The form of a consultation on paper."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from consultations import receipts
from consultations.asked import Asked, lists_of
from consultations.local_moments import closing_moment, local_moment
from consultations.models import Consultation
from consultations.periods import rules_of
from portal.pdf.qr import qr_svg
from portal.pdf.render import render_pdf

RULED_LINES = 11
IDEA_LINES = 4


@dataclass(frozen=True, slots=True)
class Copy:
    """One form, with the serial under which it will be followed."""

    serial: str
    address: str
    qr_svg: SafeString


def form_paper(consultation: Consultation, *, copies: int, address: Callable[[str], str]) -> bytes:
    """Forms to be filled in by hand, one a sheet, each with a fresh serial; A4 upright, PDF/UA-1.

    Args:
        consultation: public, with its municipality and its questions.
        copies: how many.
        address: makes a path a full address.

    Raises:
        portal.pdf.render.PdfError: the paper could not be made.
    """
    municipality = consultation.municipality
    lists = lists_of(municipality)
    context = {
        "municipality": municipality,
        "consultation": consultation,
        "questions": list(consultation.questions.all()),
        "profiles": lists.offered(Asked.PROFILE),
        "ages": lists.offered(Asked.AGE),
        "zones": list(municipality.zones.order_by("number")),
        "rules": rules_of(municipality),
        "copies": [_copy(receipts.new_code(), address) for _each in range(copies)],
        "lines": range(RULED_LINES if not consultation.takes_ideas else IDEA_LINES),
        "opens": local_moment(consultation.moments[0], consultation),
        "closes": closing_moment(consultation),
        "live_url": address(
            reverse("consultation", kwargs={"slug": municipality.slug, "number": consultation.number})
        ),
        "door_url": address(reverse("follow-door")),
    }
    return render_pdf(html=render_to_string("consultations/pdf/contribution_form.html", context))


def _copy(code: str, address: Callable[[str], str]) -> Copy:
    page = address(reverse("follow", kwargs={"code": code}))
    return Copy(receipts.shown(code), page, qr_svg(address=page, title=_("The page of this form")))
