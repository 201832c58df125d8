"""The report of a consultation, from the same reading as its page."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from functools import partial
from typing import Any

from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from consultations.asked import lists_of
from consultations.exports_participation import read_all
from consultations.figures import read_figures
from consultations.gauge import gauge_of
from consultations.local_moments import closing_moment, local_moment
from consultations.models import Consultation, Verdict
from consultations.papers.changes import answer_of, read_changes
from consultations.papers.data import as_attachment, report_data
from consultations.papers.lengths import report_pages
from consultations.papers.threads import groups_of, in_parts
from consultations.periods import consultation_of
from consultations.reader import reader_of
from consultations.rules_receiving import entries_close_at
from consultations.talk import Entry
from portal.papers.orders import Advance, Copy, Draft, Order, Paper
from portal.papers.pages import paper_context, print_page, print_parts
from portal.pdf.render import Attachment
from portal.subjects import read_subject

TEMPLATE = "consultations/pdf/contributions.html"


def report_context(consultation: Consultation, entries: tuple[Entry, ...] | None = None) -> dict[str, Any]:
    """What ``consultations/pdf/contributions_body.html`` takes, in the language of the moment.

    Args:
        consultation: public, with its municipality and its questions.
        entries: its contributions, where they were read already.
    """
    municipality, lists = consultation.municipality, lists_of(consultation.municipality)
    entries = read_all(consultation, lists) if entries is None else entries
    return {
        "municipality": municipality,
        "consultation": consultation,
        "subject": read_subject(municipality, consultation.subject_kind, consultation.subject_id),
        "opens": local_moment(consultation.moments[0], consultation),
        "closes": closing_moment(consultation),
        "gauge": gauge_of(consultation),
        "figures": read_figures(consultation, lists),
        "verdicts": _verdicts(entries),
        "groups": groups_of(consultation, entries),
        "changes": read_changes(consultation, entries, reader_of(municipality)),
        "unanswered": [entry for entry in entries if entry.due_on],
        "sums_up": True,
        "is_last": True,
        "is_empty": not entries,
        "prefix": f"consultation-{consultation.pk}",
    }


def _verdicts(entries: Iterable[Entry]) -> list[tuple[str, int]]:
    """How many contributions had each outcome, in the order of the outcomes."""
    counts = Counter(answer.verdict for answer in map(answer_of, entries) if answer)
    return [(str(verdict.label), counts[verdict]) for verdict in Verdict if counts[verdict]]


# The paper


def draft(order: Order) -> Draft:
    """The report of a public consultation. Argument: ``number``, its own."""
    municipality = order.municipality
    consultation = consultation_of(municipality, int(order.arguments["number"]))
    where = {"slug": municipality.slug, "number": consultation.number}
    return Draft(
        title=_("Report of the consultation: %(title)s") % {"title": consultation.title},
        filename=f"{consultation.title} - {municipality.title}",
        ascii_filename=_ascii_name(consultation),
        version=f"{municipality.revision} {municipality.today()} {_moments_passed(consultation)}",
        make=partial(_make, order),
        back=reverse("consultation", kwargs=where),
        pages=report_pages(consultation, is_large=order.is_large),
        steps=(_("Reading the contributions"), _("Setting the pages")),
    )


PAPER = Paper(label=gettext_lazy("Report of a consultation"), draft=draft)


def _moments_passed(consultation: Consultation) -> int:
    """Of those at which the report says something else, without a change of any row."""
    now = timezone.now()
    return sum(moment <= now for moment in (*consultation.moments, entries_close_at(consultation)))


def _make(order: Order, advance: Advance) -> bytes:
    with translation.override(order.language):
        advance(0, 2, _("Reading the contributions"))
        consultation = consultation_of(order.municipality, int(order.arguments["number"]))
        entries = read_all(consultation, lists_of(order.municipality))
        live_url = order.address("consultation", number=consultation.number)
        context = {
            **report_context(consultation, entries),
            **paper_context(order, live_url=live_url, obj=consultation),
        }
        attached = _attached(order, consultation, entries) if order.copy == Copy.ARCHIVE else ()
        parts = in_parts(context["groups"], context["unanswered"])
        if len(parts) > 1:
            texts = [{**context, **part} for part in parts]
            title = _("Setting the pages")
            return print_parts(order, TEMPLATE, texts, title=title, advance=advance, attachments=attached)
        advance(1, 2, _("Setting the pages"))
        return print_page(order, TEMPLATE, context, attachments=attached)


def _attached(order: Order, consultation: Consultation, entries: tuple[Entry, ...]) -> tuple[Attachment, ...]:
    data = report_data(order, consultation, entries)
    return (as_attachment(_ascii_name(consultation), data, _("The contributions and answers as data")),)


def _ascii_name(consultation: Consultation) -> str:
    return f"{consultation.municipality.slug}-consultation-{consultation.number}-report"
