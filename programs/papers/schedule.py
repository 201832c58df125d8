"""The provisional calendar of a program's projects on paper, A4 lying."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.bilingual import page_language
from portal.locales import long_date, month_year
from portal.municipalities.models import Municipality
from portal.papers.orders import Draft, Order, Paper
from portal.timelines.chart import Bar, Chart, Span, draw_chart
from programs.cards import Content
from programs.models import CardStage, Program, ProjectCard, ScheduleStep
from programs.papers.lengths import pages_for
from programs.papers.projects import draft_about, public_program
from programs.published_projects import projects_content
from programs.schedule import CardRow, Schedule, StepRow, read_schedule

COLUMNS, LARGE_COLUMNS = 24, 12
"""As many months stand beside the table on a lying sheet; in large type."""

_HEAD, _PROJECT, _STEP, _RECORD, _PAGE = 75.0, 7.2, 6.4, 8.0, 165.0
"""Millimetres."""


@dataclass(frozen=True, slots=True)
class ProjectRow:
    """A project with the bars of its steps; where none is stated, with the bar of the whole of it."""

    row: CardRow
    whole: Bar | None
    starts: str
    ends: str
    """When its card expects it to begin and to end; empty where the card does not say."""

    @property
    def steps(self) -> list[StepRow]:
        return self.row.steps


@dataclass(frozen=True, slots=True)
class Group:
    """The new projects, or the continuing ones."""

    title: str
    projects: list[ProjectRow]


def schedule_body_context(
    cards: Iterable[ProjectCard], municipality: Municipality, *, is_large: bool = False
) -> dict[str, Any]:
    """What ``programs/pdf/schedule_body.html`` takes, beside ``municipality``.

    Args:
        cards: from ``ProjectCard.objects.for_schedule_page()``, none that was not retained.
    """
    today = municipality.today()
    schedule = read_schedule(cards, municipality, today)
    spans = [span for row in schedule.rows for span in _spans(row)]
    chart = draw_chart(
        spans,
        today,
        country=municipality.country,
        language=page_language(),
        columns=LARGE_COLUMNS if is_large else COLUMNS,
    )
    whole = _bars(schedule, chart) if chart else {}
    return {
        "schedule": replace(schedule, chart=chart),
        "groups": [
            Group(title, [_project(row, whole.get(row.card.pk), municipality) for row in rows])
            for title, rows in (
                (_("New projects"), schedule.new),
                (_("Continuing projects"), schedule.continuing),
            )
            if rows
        ],
        "chart": chart,
        "months": list(zip(chart.labels, chart.years, strict=True)) if chart else [],
        "recorded": [row for row in schedule.rows if row.recorded_on],
        "day": long_date(today, municipality.country, page_language()),
        "currency": municipality.currency,
    }


def _project(row: CardRow, whole: Bar | None, municipality: Municipality) -> ProjectRow:
    def month(day: datetime.date | None) -> str:
        return month_year(day, municipality.country, page_language()) if day else ""

    return ProjectRow(row, whole, month(row.card.starts_on), month(row.card.ends_on))


def _spans(row: CardRow) -> list[Span]:
    """The periods of its steps, else the one that its card expects, where it says both ends."""
    card = row.card
    if row.steps:
        return [step.span for step in row.steps]
    if card.starts_on and card.ends_on:
        return [Span(card.starts_on, card.ends_on, row.percent or 0)]
    return []


def _bars(schedule: Schedule, chart: Chart) -> dict[int, Bar]:
    """Give each step its bar of the chart; what is left are those of whole projects, by their key."""
    bars, whole = iter(chart.bars), {}
    for row in schedule.rows:
        for step in row.steps:
            step.bar = next(bars)
        if not row.steps and _spans(row) and (bar := next(bars)):
            whole[row.card.pk] = bar
    return whole


def pages_of_schedule(projects: int, steps: int, *, is_large: bool = False) -> int:
    """About how many pages so many projects and steps take, with the follow-up."""
    height = _HEAD + (_PROJECT + _RECORD) * projects + _STEP * steps
    return pages_for(height, page=_PAGE, is_large=is_large)


# The paper


def _draft(order: Order) -> Draft:
    program = public_program(order)
    cards = ProjectCard.objects.of(program).published().kept()
    steps = ScheduleStep.objects.filter(card__in=cards).count()
    if not steps:
        raise Http404
    return draft_about(
        order,
        program,
        title=_("Provisional calendar of the program %(year)s") % {"year": program.year},
        name="schedule",
        page=("program-schedule", {"year": program.year}),
        template="programs/pdf/schedule.html",
        context=lambda: schedule_body_context(
            cards.for_schedule_page(), order.municipality, is_large=order.is_large
        ),
        data=lambda: _data(program),
        pages=pages_of_schedule(cards.count(), steps, is_large=order.is_large),
    )


PAPER = Paper(label=gettext_lazy("Provisional calendar"), draft=_draft)


def _data(program: Program) -> Content:
    """The steps and the last record of each project, as the register of publications keeps them."""
    told = ("number", "title_ar", "title_fr", "zone", "is_continuing", "starts_on", "ends_on", "steps")
    return {
        "projects": [
            {name: project[name] for name in (*told, "progress")}
            for project in projects_content(program)["projects"]
            if project["stage"] != CardStage.LEFT_OUT
        ]
    }
