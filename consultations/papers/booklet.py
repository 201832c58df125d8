"""The action plan as a booklet: from the same readings as the pages of the plan and of its projects."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from consultations.countdown import last_day_of
from consultations.models import ActionPlan, Consultation, Project
from consultations.papers.data import as_attachment, plan_data
from consultations.papers.lengths import sheet_pages
from consultations.periods import Standing, read_standing
from consultations.plans import kind_label, public_plan
from consultations.reader import Reader, reader_of
from consultations.schedule import Moment
from consultations.sheets import PlanPage, ProjectSheet, read_plan, read_sheet
from portal import locales
from portal.bilingual import Localized, page_language
from portal.municipalities.models import Municipality
from portal.papers.orders import Advance, Copy, Draft, Order, Paper
from portal.papers.pages import paper_context, print_page
from portal.pdf.render import Attachment
from portal.timelines.chart import Bar, Chart, Span, draw_chart

FRAME_PAGES = 5
"""Cover, contents, the plan itself, its drawing, how it was consulted."""


@dataclass(frozen=True, slots=True)
class Chapter:
    """An axis with the sheets of its projects; without ``axis`` those that belong to none."""

    number: int | None
    axis: Localized | None
    sheets: list[ProjectSheet]


@dataclass(frozen=True, slots=True)
class PlanLine:
    """A project in the drawing of the plan, with the names that the drawing of an activity has."""

    sheet: ProjectSheet
    starts: Moment | None
    ends: Moment | None
    bar: Bar | None


@dataclass(frozen=True, slots=True)
class Consulted:
    """A public consultation about the plan or one of its projects: counts that hold nothing of anybody."""

    consultation: Consultation
    project: int | None
    """The number of the project it was about; ``None``: the plan."""
    period: str
    standing: Standing


@dataclass(frozen=True, slots=True)
class Booklet:
    """A plan with everything that is public of it. Template: ``consultations/pdf/booklet_body.html``."""

    page: PlanPage
    chapters: list[Chapter]
    lines: list[PlanLine]
    chart: Chart | None
    consulted: list[Consulted]

    @property
    def measured(self) -> list[ProjectSheet]:
        """The projects with an indicator that has figures."""
        return [sheet for chapter in self.chapters for sheet in chapter.sheets if sheet.measures]


def read_booklet(plan: ActionPlan, reader: Reader) -> Booklet:
    """Everything that a booklet tells; the queries do not grow with the projects.

    Args:
        plan: read with ``for_plan_page()`` and knowing its municipality, whatever its status: whoever
            prints has checked the right to it.
    """
    page = read_plan(plan, reader)
    projects = Project.objects.for_project_page().filter(plan=plan).order_by("number")
    sheets = {sheet.project.number: sheet for sheet in (read_sheet(row, reader) for row in projects)}
    chapters = _chapters(page, sheets)
    lines, chart = _drawing([sheet for chapter in chapters for sheet in chapter.sheets], reader)
    return Booklet(page, chapters, lines, chart, consulted_about(plan))


def _chapters(page: PlanPage, sheets: dict[int, ProjectSheet]) -> list[Chapter]:
    chapters = [
        Chapter(axis.number, axis.title, [sheets[row.number] for row in axis.projects]) for axis in page.axes
    ]
    if page.other_projects:
        chapters.append(Chapter(None, None, [sheets[row.number] for row in page.other_projects]))
    return chapters


def _drawing(sheets: Sequence[ProjectSheet], reader: Reader) -> tuple[list[PlanLine], Chart | None]:
    """The projects from their first activity to their last, on one axis."""
    ends = [_ends(sheet) for sheet in sheets]
    spans = [
        Span(first.day, last.day, sheet.progress.value or 0) if first and last else None
        for sheet, (first, last) in zip(sheets, ends, strict=True)
    ]
    chart = draw_chart(spans, reader.today, country=reader.country, language=reader.language)
    bars: Iterable[Bar | None] = chart.bars if chart else [None] * len(sheets)
    rows = zip(sheets, ends, bars, strict=True)
    return [PlanLine(sheet, first, last, bar) for sheet, (first, last), bar in rows], chart


def _ends(sheet: ProjectSheet) -> tuple[Moment | None, Moment | None]:
    rows = sheet.schedule.rows
    starts, ends = [row.starts for row in rows if row.starts], [row.ends for row in rows if row.ends]
    first = min(starts, key=lambda moment: moment.day, default=None)
    return first, max(ends, key=lambda moment: moment.day, default=None)


def consulted_about(plan: ActionPlan) -> list[Consulted]:
    """The public consultations about a plan and its projects, in the order of their numbers; two queries."""
    numbers = dict(plan.projects.values_list("pk", "number"))
    about = Q(subject_kind="plan", subject_id=plan.pk)
    about |= Q(subject_kind="project", subject_id__in=list(numbers))
    found = Consultation.objects.of(plan.municipality).published().filter(about).counted().order_by("number")
    return [_consulted(row, plan.municipality, numbers) for row in found]


def _consulted(row: Consultation, municipality: Municipality, numbers: dict[int, int]) -> Consulted:
    row.municipality = municipality
    zone, language = municipality.zone_info, page_language()
    first, last = row.moments[0].astimezone(zone).date(), last_day_of(row.moments[1], zone)
    return Consulted(
        consultation=row,
        project=numbers[row.subject_id] if row.subject_kind == "project" else None,
        period=locales.period(first, last, municipality.country, language),
        standing=read_standing(row, timezone.now()),
    )


def booklet_context(plan: ActionPlan, municipality: Municipality) -> dict[str, Any]:
    """What ``consultations/pdf/booklet_body.html`` takes, in the language of the moment."""
    return {
        "municipality": municipality,
        "booklet": read_booklet(plan, reader_of(municipality)),
        "prefix": f"plan-{plan.pk}",
    }


# The paper


def draft(order: Order) -> Draft:
    """The booklet of a public plan. Argument: ``plan``, its slug."""
    municipality = order.municipality
    plan = public_plan(municipality, str(order.arguments["plan"]))
    return Draft(
        title=str(plan.title),
        filename=f"{plan.title} - {municipality.title}",
        ascii_filename=_ascii_name(plan),
        version=f"{municipality.revision} {municipality.today()}",
        make=partial(_make, order),
        back=reverse("plan-papers", kwargs={"slug": municipality.slug, "plan": plan.slug}),
        pages=booklet_pages(plan, is_large=order.is_large),
        steps=(_("Reading the plan"), _("Setting the pages")),
    )


PAPER = Paper(label=gettext_lazy("Booklet of the action plan"), draft=draft)


def booklet_pages(plan: ActionPlan, *, is_large: bool = False) -> int:
    """About how many pages the booklet of a plan has."""
    return FRAME_PAGES + sheet_pages(Project.objects.filter(plan=plan), is_large=is_large)


def _make(order: Order, advance: Advance) -> bytes:
    with translation.override(order.language):
        plan = public_plan(order.municipality, str(order.arguments["plan"]))
        advance(0, 2, _("Reading the plan"))
        context = {
            "kind": kind_label(order.municipality),
            **booklet_context(plan, order.municipality),
            **paper_context(order, live_url=order.address("plan", plan=plan.slug), obj=plan),
        }
        attached = _attached(plan) if order.copy == Copy.ARCHIVE else ()
        advance(1, 2, _("Setting the pages"))
        return print_page(order, "consultations/pdf/booklet.html", context, attachments=attached)


def _attached(plan: ActionPlan) -> tuple[Attachment, ...]:
    return (as_attachment(_ascii_name(plan), plan_data(plan), _("The data of the action plan")),)


def _ascii_name(plan: ActionPlan) -> str:
    return f"{plan.municipality.slug}-{plan.slug}-plan"
