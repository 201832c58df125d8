"""The provisional calendar of a program's projects, and how far each is, on a given day."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from portal import locales
from portal.bilingual import Localized, page_language
from portal.municipalities.models import Municipality
from portal.timelines.chart import Bar, Chart, Span, draw_chart
from programs.cards import period_in_months
from programs.models import ExecutionUpdate, ProjectCard, ScheduleStep
from programs.rules_cards import StepState, step_state

_WORDS = {
    StepState.DONE: _("Done"),
    StepState.LATE: _("Late"),
    StepState.NOT_STATED: _("Not stated"),
    StepState.UNDER_WAY: _("Under way"),
    StepState.UPCOMING: _("To come"),
    StepState.UNDATED: _("No date yet"),
}
_TONES = {
    StepState.DONE: "done",
    StepState.LATE: "late",
    StepState.NOT_STATED: "none",
    StepState.UNDER_WAY: "next",
    StepState.UPCOMING: "todo",
    StepState.UNDATED: "todo",
}


@dataclass(slots=True)
class StepRow:
    """A step on the axis: months, how much is done, and what that means today."""

    title: Localized
    starts: str
    ends: str
    starts_iso: str
    ends_iso: str
    percent: int | None
    state: StepState
    span: Span
    bar: Bar | None = None

    @property
    def words(self) -> str:
        return str(_WORDS[self.state])

    @property
    def tone(self) -> str:
        return _TONES[self.state]


@dataclass(frozen=True, slots=True)
class CardRow:
    """A project, its steps, and the last that was recorded of it."""

    card: ProjectCard
    title: Localized
    steps: list[StepRow]
    period: str
    percent: int | None
    """From the last record; without any, from steps of which something is stated."""
    recorded_on: str
    note: str
    state: StepState
    has_late_step: bool

    @property
    def words(self) -> str:
        return str(_WORDS[self.state])

    @property
    def tone(self) -> str:
        return _TONES[self.state]


@dataclass(frozen=True, slots=True)
class Schedule:
    """New and continuing projects, on one axis."""

    new: list[CardRow]
    continuing: list[CardRow]
    chart: Chart | None

    @property
    def rows(self) -> list[CardRow]:
        """By number, as the follow-up table has them."""
        return sorted([*self.new, *self.continuing], key=lambda row: row.card.number)

    @property
    def late(self) -> int:
        return sum(row.state is StepState.LATE or row.has_late_step for row in self.rows)

    @property
    def has_steps(self) -> bool:
        return any(row.steps for row in self.rows)

    @property
    def has_updates(self) -> bool:
        return any(row.recorded_on for row in self.rows)


def read_schedule(cards: Iterable[ProjectCard], municipality: Municipality, today: datetime.date) -> Schedule:
    """Lay the provisional calendar out. ``cards`` come from ``ProjectCard.objects.for_schedule_page()``."""
    rows = [_card_row(card, municipality.country, today) for card in cards]
    steps = [step for row in rows for step in row.steps]
    chart = draw_chart(
        [step.span for step in steps], today, country=municipality.country, language=page_language()
    )
    if chart:
        for step, bar in zip(steps, chart.bars, strict=True):
            step.bar = bar
    return Schedule(
        new=[row for row in rows if not row.card.is_continuing],
        continuing=[row for row in rows if row.card.is_continuing],
        chart=chart,
    )


def _card_row(card: ProjectCard, country: str, today: datetime.date) -> CardRow:
    steps = [_step_row(step, country, today) for step in card.listed_steps]
    last = card.listed_updates[-1] if card.listed_updates else None
    percent = last.percent if last else _mean(steps)
    starts, ends = _bounds(card)
    return CardRow(
        card=card,
        title=card.title,
        steps=steps,
        period=period_in_months(starts, ends, country),
        percent=percent,
        recorded_on=_recorded(last, country),
        note=last.note if last else "",
        state=step_state(starts_on=starts, ends_on=ends, percent=percent, today=today),
        has_late_step=any(step.state is StepState.LATE for step in steps),
    )


def _step_row(step: ScheduleStep, country: str, today: datetime.date) -> StepRow:
    language = page_language()
    return StepRow(
        title=step.title,
        starts=locales.month_year(step.starts_on, country, language),
        ends=locales.month_year(step.ends_on, country, language),
        starts_iso=f"{step.starts_on:%Y-%m}",
        ends_iso=f"{step.ends_on:%Y-%m}",
        percent=step.percent,
        state=step_state(starts_on=step.starts_on, ends_on=step.ends_on, percent=step.percent, today=today),
        span=Span(step.starts_on, step.ends_on, step.percent or 0),
    )


def _bounds(card: ProjectCard) -> tuple[datetime.date | None, datetime.date | None]:
    """When the project is to begin and end: by its steps, else by what its card expects."""
    steps = card.listed_steps
    starts = min((step.starts_on for step in steps), default=card.starts_on)
    ends = max((step.ends_on for step in steps), default=card.ends_on)
    return starts, ends


def _mean(steps: Sequence[StepRow]) -> int | None:
    """The mean of the steps, rounded down: 100 only when all are; ``None`` where nothing is stated."""
    if all(step.percent is None for step in steps):
        return None
    return sum(step.percent or 0 for step in steps) // len(steps)


def _recorded(update: ExecutionUpdate | None, country: str) -> str:
    return locales.long_date(update.on, country, page_language()) if update else ""
