"""What a project came to, as a reader sees it: its indicators with their figures, and its completion."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from consultations.models import Activity, Completion, Indicator, Measurement, Project
from consultations.reader import Reader
from consultations.rules import indicator_progress, project_progress, suggested_completion
from consultations.schedule import files_of, updates_of
from consultations.versions import written_figure
from portal import locales
from portal.bilingual import Localized, direction


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure and the day it is of."""

    text: str
    day: str
    iso: str
    note: str = ""

    @property
    def note_dir(self) -> str:
        return direction(self.note)


@dataclass(frozen=True, slots=True)
class IndicatorRow:
    title: Localized
    unit: Localized
    baseline: Figure | None
    target: Figure | None
    measured: list[Figure]
    """The newest first."""
    progress: int | None
    """How much of the way from the baseline to the target is gone, in percent."""

    @property
    def has_figures(self) -> bool:
        return bool(self.unit or self.baseline or self.target or self.measured)

    @property
    def latest(self) -> Figure | None:
        return self.measured[0] if self.measured else None


@dataclass(frozen=True, slots=True)
class CompletionRow:
    """How far the commitment was kept: as the municipality states it, and as what is shown suggests."""

    stated: str
    suggested: str
    why: str
    """From what the suggestion is derived."""
    agrees: bool


def read_indicators(indicators: Iterable[Indicator], reader: Reader) -> list[IndicatorRow]:
    """Lay indicators out, read with what was measured of them."""
    return [_row(indicator, reader) for indicator in indicators]


def _row(indicator: Indicator, reader: Reader) -> IndicatorRow:
    measured = sorted(indicator.measurements.all(), key=_measured_on, reverse=True)
    last = measured[0].value if measured else None
    return IndicatorRow(
        title=indicator.title,
        unit=indicator.unit,
        baseline=_figure(indicator.baseline, indicator.baseline_on, reader),
        target=_figure(indicator.target, indicator.target_on, reader),
        measured=[
            Figure(written_figure(row.value), *_day(row.measured_on, reader), row.note) for row in measured
        ],
        progress=indicator_progress(indicator.baseline, indicator.target, last),
    )


def _measured_on(row: Measurement) -> datetime.date:
    return row.measured_on


def _figure(value: Decimal | None, day: datetime.date | None, reader: Reader) -> Figure | None:
    return None if value is None else Figure(written_figure(value), *_day(day, reader))


def _day(day: datetime.date | None, reader: Reader) -> tuple[str, str]:
    if day is None:
        return "", ""
    return locales.long_date(day, reader.country, reader.language), day.isoformat()


def read_completion(
    project: Project, activities: Iterable[Activity], *, is_offered: bool = False
) -> CompletionRow | None:
    """The grade of a project; ``None`` where nobody stated anything, unless it is to be ``offered``.

    ``activities`` come with what was stated of them. Only files that everybody may read are evidence here:
    the suggestion stands in public beside them.
    """
    rows = list(activities)
    updates = [update for activity in rows for update in updates_of(activity)]
    if not (project.completion or updates or is_offered):
        return None
    percents = [activity.percent for activity in rows]
    has_evidence = any(file.is_public for update in updates for file in files_of(update))
    suggested = suggested_completion(percents, is_stated=bool(updates), has_evidence=has_evidence)
    return CompletionRow(
        stated=project.get_completion_display() if project.completion else "",
        suggested=str(suggested.label),
        why=_why(suggested, project_progress(percents)),
        agrees=project.completion == suggested,
    )


def _why(suggested: Completion, progress: int | None) -> str:
    if suggested == Completion.NO_EVIDENCE:
        return _("No public file proves any progress of the activities.")
    if suggested == Completion.NOT_STARTED:
        return _("Every activity was stated to be at 0 percent.")
    if suggested == Completion.COMPLETE:
        return _("Every activity is complete, and public files prove it.")
    return _("The mean of the activities is %(progress)s percent, and public files prove progress.") % {
        "progress": progress
    }
