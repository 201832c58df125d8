"""Where the bars, lines and labels of a schedule's drawing stand, in percent of its axis.

Everything runs from left to right here. The drawing of an Arabic page is flipped as a whole, the
labels being plain text of the page; so nothing is ever reckoned twice.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from babel.dates import format_date

from portal.locales import locale_of
from portal.timelines.months import first_day, month_index, position_in_months

MAX_COLUMNS = 8
"""More labels than these do not fit beside a table."""

_YEAR = 12
_STEPS = (1, 3, 6, *(_YEAR * years for years in (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000)))
_FIRST_MONTH, _LAST_MONTH = month_index(datetime.date.min), month_index(datetime.date.max)
# A single day of a schedule of years must still be seen.
_NARROWEST_BAR = Decimal("0.5")


@dataclass(frozen=True, slots=True)
class Span:
    """What is planned of an activity: its days, both included, and the percentage that is done."""

    starts_on: datetime.date
    ends_on: datetime.date
    percent: int


@dataclass(frozen=True, slots=True)
class Bar:
    """``x`` and ``width`` of the plan and the ``done`` width in it, as SVG percentages."""

    x: str
    width: str
    done: str


@dataclass(frozen=True, slots=True)
class Chart:
    """An axis of equal columns, what is drawn on it, and today's place (empty outside the axis)."""

    labels: list[str]
    years: list[str]
    """The year of a column that begins one, and of the first; empty elsewhere and where the label says it."""
    lines: list[str]
    bars: list[Bar | None]
    today: str

    @property
    def has_done(self) -> bool:
        return any(bar and bar.done != "0%" for bar in self.bars)


def draw_chart(
    spans: Sequence[Span | None],
    today: datetime.date,
    *,
    country: str,
    language: str,
    columns: int = MAX_COLUMNS,
) -> Chart | None:
    """Draw a schedule, one bar for each span; ``None`` when no span is known.

    The axis goes from a month before the first to a month after the last. Its columns are months,
    or as many months, quarters or years as keep them at most ``columns``.
    """
    known = [span for span in spans if span]
    if not known:
        return None
    axis = _axis(min(span.starts_on for span in known), max(span.ends_on for span in known), columns)
    return Chart(
        labels=[_label(month, axis.step, country, language) for month in axis.columns],
        years=[axis.year_under(month) for month in axis.columns],
        lines=[axis.percent(Decimal(month - axis.first)) for month in axis.columns[1:]],
        bars=[_bar(axis, span) if span else None for span in spans],
        today=axis.percent(axis.after(today)) if axis.first <= month_index(today) < axis.end else "",
    )


@dataclass(frozen=True, slots=True)
class _Axis:
    """Months from ``first`` to before ``end``, in columns of ``step``; months counted from year 0."""

    first: int
    end: int
    step: int

    @property
    def columns(self) -> range:
        return range(self.first, self.end, self.step)

    def year_under(self, month: int) -> str:
        year, index = divmod(month, _YEAR)
        is_said = self.step >= _YEAR or (self.step > 1 and index == 0)
        return "" if is_said or (index and month != self.first) else str(year)

    def percent(self, months: Decimal) -> str:
        """A length of the axis as SVG writes it: ``20%``, ``66.67%``."""
        share = 100 * months / (self.end - self.first)
        return f"{share:.2f}".rstrip("0").rstrip(".") + "%"

    def before(self, date: datetime.date) -> Decimal:
        return position_in_months(date, self.first)

    def after(self, date: datetime.date) -> Decimal:
        return position_in_months(date, self.first, after=True)


def _axis(starts_on: datetime.date, ends_on: datetime.date, columns: int) -> _Axis:
    first = max(month_index(starts_on) - 1, _FIRST_MONTH)
    last = min(month_index(ends_on) + 1, _LAST_MONTH)
    axes = (_Axis(first // step * step, (last // step + 1) * step, step) for step in _STEPS)
    return next(axis for axis in axes if len(axis.columns) <= columns)


def _bar(axis: _Axis, span: Span) -> Bar:
    start = axis.before(span.starts_on)
    narrowest = _NARROWEST_BAR * (axis.end - axis.first) / 100
    width = max(axis.after(span.ends_on) - start, narrowest)
    return Bar(axis.percent(start), axis.percent(width), axis.percent(width * span.percent / 100))


def _label(month: int, step: int, country: str, language: str) -> str:
    """The name of a column: its first month, or its year where a year begins or columns are years."""
    year, index = divmod(month, _YEAR)
    if step >= _YEAR or (step > 1 and index == 0):
        return str(year)
    # Not "LLL": Babel keeps what it resolves of it for one country and gives it to the next.
    return format_date(first_day(month), "MMM", locale=locale_of(country, language))
