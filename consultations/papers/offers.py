"""What can be printed of a plan, as its page of papers lists it."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _

from consultations.models import ActionPlan
from consultations.papers.booklet import Consulted, consulted_about
from portal.bilingual import Localized
from portal.papers.orders import Offer
from portal.templatetags.portal import text


@dataclass(frozen=True, slots=True)
class PlanOffers:
    """Template: ``consultations/papers.html``."""

    booklet: list[Offer]
    sheets: list[Offer]
    reports: list[Offer]


def offers_of(plan: ActionPlan) -> PlanOffers:
    """The papers of a plan that was read for its page; two queries, for the consultations."""
    where = {"slug": plan.municipality.slug, "plan": plan.slug}
    booklet = Offer(
        title=_("Booklet of the plan"),
        about=_("Cover, contents, stages, every project with its activities and indicators."),
        address=reverse("plan-booklet", kwargs=where),
    )
    axes = {axis.pk: text(axis.title) for axis in plan.axes.all()}
    sheets = [
        Offer(
            title=_titled(_("Project %(number)s:") % {"number": project.number}, project.title),
            about=axes[project.axis_id] if project.axis_id else _("Outside the axes"),
            address=reverse("project-sheet", kwargs={**where, "number": project.number}),
        )
        for project in plan.projects.all()
    ]
    reports = [_report(row, plan.municipality.slug) for row in consulted_about(plan)]
    return PlanOffers([booklet], sheets, reports)


def _report(row: Consulted, slug: str) -> Offer:
    where = {"slug": slug, "number": row.consultation.number}
    return Offer(
        title=_titled(_("Report of the consultation:"), row.consultation.title),
        about=row.period,
        address=reverse("consultation-report", kwargs=where),
        labels={
            "CSV": reverse("consultation-csv", kwargs=where),
            "XLSX": reverse("consultation-xlsx", kwargs=where),
        },
    )


def _titled(words: str, title: Localized) -> str:
    return format_html("{} {}", words, text(title))
