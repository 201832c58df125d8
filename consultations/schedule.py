"""A project's activities as a reader sees them: months or days, what is overdue, the drawing."""

from __future__ import annotations

import datetime
from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass

from consultations.models import Activity, ActivityUpdate, UpdateFile
from consultations.reader import Reader
from consultations.rules import ProjectState, is_overdue, project_state
from portal import locales
from portal.bilingual import Localized, direction
from portal.timelines.chart import Bar, Chart, Span, draw_chart


@dataclass(frozen=True, slots=True)
class Moment:
    """A day, or a month that is kept as one of its days: as the page writes it, and as machines do."""

    day: datetime.date
    is_month: bool
    text: str

    @property
    def iso(self) -> str:
        return self.day.isoformat()[: len("2024-10") if self.is_month else None]


@dataclass(frozen=True, slots=True)
class UpdateRow:
    """What was stated of an activity on a day, and the files that prove it, as far as they were read."""

    day: Moment
    percent: int
    note: str
    files: list[UpdateFile]

    @property
    def note_dir(self) -> str:
        return direction(self.note)


@dataclass(slots=True)
class ActivityRow:
    number: int
    title: Localized
    starts: Moment | None
    ends: Moment | None
    percent: int
    is_overdue: bool
    updates: list[UpdateRow]
    """What was stated of it, the newest first."""
    bar: Bar | None = None

    @property
    def span(self) -> Span | None:
        """What can be drawn: nothing while either end is unknown."""
        return Span(self.starts.day, self.ends.day, self.percent) if self.starts and self.ends else None


@dataclass(frozen=True, slots=True)
class Schedule:
    """The activities in order, what they span, and their drawing when some have dates."""

    rows: list[ActivityRow]
    period: str
    ended: Moment | None
    """When all was to be complete, once that has passed; ``None`` while an activity has no end."""
    years: range
    """The calendar years between the first and the last date."""
    chart: Chart | None

    @property
    def followed(self) -> list[ActivityRow]:
        """The activities of which somebody stated how far they are."""
        return [row for row in self.rows if row.updates]

    @property
    def updated(self) -> Moment | None:
        """The last day as of which anything was stated."""
        return max((row.updates[0].day for row in self.followed), key=_day, default=None)


def read_schedule(activities: Iterable[Activity], reader: Reader) -> Schedule:
    """Lay the activities of a project out. Those without both dates are listed, without a bar."""
    rows = [_row(number, activity, reader) for number, activity in enumerate(activities, start=1)]
    chart = draw_chart(
        [row.span for row in rows], reader.today, country=reader.country, language=reader.language
    )
    if chart:
        for row, bar in zip(rows, chart.bars, strict=True):
            row.bar = bar
    starts, ends = [row.starts for row in rows if row.starts], [row.ends for row in rows if row.ends]
    bounds = [*sorted(starts, key=_day)[:1], *sorted(ends, key=_day)[-1:]]
    return Schedule(
        rows=rows,
        period=" – ".join(dict.fromkeys(moment.text for moment in bounds)),
        ended=_ended(rows, ends, reader),
        years=_years([*starts, *ends]),
        chart=chart,
    )


def state_of(activities: Iterable[Activity], today: datetime.date) -> ProjectState:
    """The state of the project that these activities make up."""
    return project_state([(activity.percent, *_days(activity)) for activity in activities], today)


def period_of(first: datetime.date | None, last: datetime.date | None, reader: Reader) -> str:
    """A period of which either end may be unknown; in months when it is whole months."""
    if not (first and last):
        known = first or last
        return _moment(known, False, reader).text if known else ""
    if first.day != 1 or last != _month_end(last):
        return locales.period(first, last, reader.country, reader.language)
    months = [_moment(day, True, reader).text for day in (first, last)]
    return " – ".join(dict.fromkeys(months))


def _row(number: int, activity: Activity, reader: Reader) -> ActivityRow:
    first, last = _days(activity)
    is_month = _is_monthly(activity)
    return ActivityRow(
        number=number,
        title=activity.title,
        starts=_moment(first, is_month, reader) if first else None,
        ends=_moment(last, is_month, reader) if last else None,
        percent=activity.percent,
        is_overdue=is_overdue(percent=activity.percent, ends_on=last, today=reader.today),
        updates=[_update(update, reader) for update in updates_of(activity)],
    )


def updates_of(activity: Activity) -> list[ActivityUpdate]:
    """What was stated of an activity, as it was read with it; nothing of one that was read without."""
    return getattr(activity, "listed_updates", [])


def _update(update: ActivityUpdate, reader: Reader) -> UpdateRow:
    day = _moment(update.stated_on, False, reader)
    return UpdateRow(day, update.percent, update.note, files_of(update))


def files_of(update: ActivityUpdate) -> list[UpdateFile]:
    """What proves a statement, as it was read with it."""
    return getattr(update, "listed_files", [])


def _moment(day: datetime.date, is_month: bool, reader: Reader) -> Moment:
    written = locales.month_year if is_month else locales.long_date
    return Moment(day, is_month, written(day, reader.country, reader.language))


def _days(activity: Activity) -> tuple[datetime.date | None, datetime.date | None]:
    """The first and last day of an activity; whole months where it is known to the month only."""
    first, last = activity.starts_on, activity.ends_on
    if _is_monthly(activity):
        first, last = first and first.replace(day=1), last and _month_end(last)
    return first, last


def _is_monthly(activity: Activity) -> bool:
    return activity.precision == Activity.Precision.MONTH


def _month_end(date: datetime.date) -> datetime.date:
    return date.replace(day=monthrange(date.year, date.month)[1])


def _day(moment: Moment) -> datetime.date:
    return moment.day


def _ended(rows: list[ActivityRow], ends: list[Moment], reader: Reader) -> Moment | None:
    last = max(ends, key=_day) if ends and len(ends) == len(rows) else None
    return last if last and last.day < reader.today else None


def _years(moments: list[Moment]) -> range:
    years = [moment.day.year for moment in moments]
    return range(min(years), max(years) + 1) if years else range(0)
