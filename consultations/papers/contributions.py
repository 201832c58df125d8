"""The report of a consultation, from the same reading as its page."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count, Sum
from django.db.models.functions import Length
from django.template.loader import render_to_string

from consultations.asked import lists_of
from consultations.exports_participation import read_all
from consultations.figures import read_figures
from consultations.gauge import gauge_of
from consultations.models import Consultation
from consultations.reader import reader_of
from consultations.talk import Entry, listed
from portal.bilingual import Localized
from portal.locales import long_date
from portal.pdf.qr import qr_svg
from portal.pdf.render import render_pdf

MOST_IN_REPORT = 200
MOST_LETTERS_IN_REPORT = 200_000
"""Contributions in a report, and what they have in letters: setting as many takes eight seconds."""


@dataclass(frozen=True, slots=True)
class Group:
    """What was said to one question, about one part."""

    question: Localized | None
    part: Localized | None
    entries: list[Entry]


def contributions_paper(consultation: Consultation, *, live_url: str) -> bytes:
    """The report of a consultation: figures, every public contribution with its answer, what waits for one.

    A4 upright, PDF/UA-1. For what :func:`fits_report`.

    Args:
        consultation: with its ``municipality`` and its ``questions``.
        live_url: the page's full address, printed and drawn as a QR code.

    Raises:
        portal.pdf.render.PdfError: the paper could not be made.
    """
    municipality = consultation.municipality
    lists, reader = lists_of(municipality), reader_of(municipality)
    entries = read_all(consultation, lists)
    context = {
        "municipality": municipality,
        "consultation": consultation,
        "moments": [
            long_date(moment.astimezone(municipality.zone_info).date(), reader.country, reader.language)
            for moment in consultation.moments
        ],
        "gauge": gauge_of(consultation),
        "figures": read_figures(consultation, lists),
        "groups": _groups(consultation, entries),
        "unanswered": [entry for entry in entries if entry.due_on],
        "today_text": long_date(reader.today, reader.country, reader.language),
        "live_url": live_url,
        "qr_svg": qr_svg(address=live_url, title=live_url),
    }
    return render_pdf(html=render_to_string("consultations/pdf/contributions.html", context))


def fits_report(consultation: Consultation) -> bool:
    """Whether the contributions fit into a report; one query."""
    texts = Length("text") + Length("solution") + Length("effect")
    size = listed(consultation).aggregate(count=Count("pk"), letters=Sum(texts, default=0))
    return size["count"] <= MOST_IN_REPORT and size["letters"] <= MOST_LETTERS_IN_REPORT


def _groups(consultation: Consultation, entries: Iterable[Entry]) -> list[Group]:
    """By question, then by part of the subject, those about neither last; in each the order of numbers."""
    order = {question.text.text: position for position, question in enumerate(consultation.questions.all())}
    groups: dict[tuple[str, str], Group] = {}
    for entry in entries:
        key = (str(entry.question or ""), str(entry.part or ""))
        groups.setdefault(key, Group(entry.question, entry.part, [])).entries.append(entry)
    ranked = sorted(groups, key=lambda key: (order.get(key[0], len(order)), not key[1], key[1]))
    return [groups[key] for key in ranked]
