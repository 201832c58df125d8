"""What plans and consultations have for the file of a session."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import reduce
from operator import or_

from django.db.models import Q
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from consultations.asked import lists_of
from consultations.exports_participation import read_all
from consultations.models import ActionPlan, Consultation, Project
from consultations.papers.booklet import booklet_context, booklet_pages
from consultations.papers.changes import answer_of
from consultations.papers.contributions import report_context
from consultations.papers.lengths import report_pages
from portal import locales
from portal.meetings.models import Meeting
from portal.municipalities.models import Municipality
from portal.papers.orders import Order, paper_of
from portal.papers.packs import Section, Share, SubjectKey

KIND = "plan"


def subjects(meeting: Meeting) -> list[SubjectKey]:
    """The plans one of whose stages is done in a meeting."""
    plans = ActionPlan.objects.of(meeting.municipality).filter(stages__meetings=meeting)
    return [(KIND, pk) for pk in plans.order_by("pk").distinct().values_list("pk", flat=True)]


def share(order: Order, meeting: Meeting, subjects: Sequence[SubjectKey]) -> Share:
    """Of each plan its booklet, of each consultation about a subject its report.

    In the language of the moment. Only what is public of contributions; a draft of a plan is in a file
    for the municipality's people alone.
    """
    municipality = order.municipality
    plans = _plans(order, [pk for kind, pk in subjects if kind == KIND])
    found = Share()
    for plan in plans:
        found.sections.append(_plan(order, plan))
    pages = sum(booklet_pages(plan, is_large=order.is_large) for plan in plans)
    for consultation in _consultations(municipality, subjects):
        section, missing = _report(consultation)
        found.sections.append(section)
        found.missing.extend(missing)
        pages += report_pages(consultation, is_large=order.is_large)
    return Share(found.sections, found.missing, pages)


def _plans(order: Order, keys: Iterable[int]) -> list[ActionPlan]:
    """In a paper that everybody may have, published ones alone."""
    plans = ActionPlan.objects.of(order.municipality).filter(pk__in=list(keys))
    if paper_of(order.kind).act is None:
        plans = plans.published()
    found = list(plans.for_plan_page().order_by("pk"))
    for plan in found:
        plan.municipality = order.municipality
    return found


def _plan(order: Order, plan: ActionPlan) -> Section:
    context = {**booklet_context(plan, order.municipality), "is_large": order.is_large}
    count = context["booklet"].page.counts.total
    words = ngettext("%(count)s project", "%(count)s projects", count) % {"count": locales.number(count)}
    return Section(
        title=str(plan.title),
        html=render_to_string("consultations/pdf/booklet_body.html", context),
        note=words if plan.is_public else _("%(what)s, a draft that is not public yet") % {"what": words},
        decision=_("Adoption of the action plan"),
    )


def _consultations(municipality: Municipality, subjects: Sequence[SubjectKey]) -> list[Consultation]:
    """The public consultations about these subjects, and about the projects of these plans, once opened."""
    if not subjects:
        return []
    about = [Q(subject_kind=kind, subject_id=pk) for kind, pk in subjects]
    plans = [pk for kind, pk in subjects if kind == KIND]
    projects = Project.objects.filter(plan__in=plans, plan__municipality=municipality)
    about.append(Q(subject_kind="project", subject_id__in=projects.values("pk")))
    opened = Consultation.objects.of(municipality).published().filter(opens_at__lte=timezone.now())
    found = list(opened.filter(reduce(or_, about)).for_consultation_page().order_by("number"))
    for consultation in found:
        consultation.municipality = municipality
    return found


def _report(consultation: Consultation) -> tuple[Section, list[str]]:
    entries = read_all(consultation, lists_of(consultation.municipality))
    context = report_context(consultation, entries)
    section = Section(
        title=_("Report of the consultation: %(title)s") % {"title": consultation.title},
        html=render_to_string("consultations/pdf/contributions_body.html", context),
        note=_counted(len(entries), sum(answer_of(entry) is not None for entry in entries)),
    )
    return section, _missing(consultation, sum(entry.is_overdue for entry in entries))


def _counted(total: int, answered: int) -> str:
    words = ngettext(
        "%(count)s contribution, %(answered)s answered",
        "%(count)s contributions, %(answered)s answered",
        total,
    )
    return words % {"count": locales.number(total), "answered": locales.number(answered)}


def _missing(consultation: Consultation, overdue: int) -> list[str]:
    if not overdue:
        return []
    words = ngettext(
        "%(count)s answer that is overdue: %(title)s",
        "%(count)s answers that are overdue: %(title)s",
        overdue,
    )
    return [words % {"count": locales.number(overdue), "title": consultation.title}]
