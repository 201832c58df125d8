"""The working days of a municipality: its weekend, its country's holidays, the days it confirmed."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from functools import lru_cache

from portal.municipalities.models import Municipality, Weekend
from portal.workdays.calculated import KNOWN_YEARS, CalculatedDay, calculated_days, first_day_of
from portal.workdays.names import name_of

_WEEKENDS = {
    Weekend.SATURDAY_SUNDAY: frozenset({5, 6}),
    Weekend.SUNDAY: frozenset({6}),
    Weekend.FRIDAY_SATURDAY: frozenset({4, 5}),
    Weekend.FRIDAY: frozenset({4}),
}


@dataclass(frozen=True, slots=True)
class Confirmation:
    """The day of a holiday as it was announced, in place of the estimated one."""

    key: str
    estimated_on: datetime.date
    date: datetime.date


@dataclass(frozen=True, slots=True)
class Holiday:
    """A public holiday of one day. A feast of three days is three of them."""

    key: str
    """Its English name, under which it is reckoned."""
    date: datetime.date
    is_estimated: bool
    estimated_on: datetime.date | None = None
    """The calculated day, of a holiday whose day is announced; ``None`` of a fixed one."""

    @property
    def name(self) -> str:
        """In the reader's language."""
        return name_of(self.key)

    @property
    def is_confirmed(self) -> bool:
        """True when its day had to be announced, and was."""
        return self.estimated_on is not None and not self.is_estimated


@dataclass(frozen=True, slots=True)
class Workdays:
    """Which days count in a delay of working days. A value: it holds no row and asks no question."""

    country: str
    weekend: frozenset[int] = _WEEKENDS[Weekend.SATURDAY_SUNDAY]
    """Days of the week that do not count, Monday being 0."""
    confirmed: tuple[Confirmation, ...] = ()

    def is_working(self, date: datetime.date) -> bool:
        return date.weekday() not in self.weekend and date not in _closed(
            self.country, self.confirmed, date.year
        )

    def holidays(self, year: int) -> list[Holiday]:
        """The holidays whose day falls in the year, in order."""
        return list(_holidays(self.country, self.confirmed, year))

    def between(self, first: datetime.date, second: datetime.date) -> int:
        """Working days from the day after ``first`` to ``second`` included; negative backwards."""
        if second < first:
            return -self.between(second, first)
        weeks, rest = divmod((second - first).days, 7)
        last_days = ((second.weekday() - back) % 7 for back in range(rest))
        worked = weeks * (7 - len(self.weekend)) + sum(day not in self.weekend for day in last_days)
        closed = {
            date
            for year in _known_years(first, second)
            for date in _closed(self.country, self.confirmed, year)
            if first < date <= second and date.weekday() not in self.weekend
        }
        return worked - len(closed)

    def later(self, date: datetime.date, days: int) -> datetime.date:
        """The first day with so many working days from the day after ``date``."""
        found = date
        # What is missing is added as calendar days: never too many, and after a few rounds enough.
        while (missing := days - self.between(date, found)) > 0 and found < datetime.date.max:
            found = shifted(found, missing)
        return found

    def earlier(self, date: datetime.date, days: int) -> datetime.date:
        """The last day from which so many working days pass until ``date``."""
        found = date
        while (missing := days - self.between(found, date)) > 0 and found > datetime.date.min:
            found = shifted(found, -missing)
        return found

    def rests_on_estimate(self, first: datetime.date, second: datetime.date) -> bool:
        """Whether a holiday that is still to be announced may change the working days between two dates."""
        start, end = shifted(min(first, second), -1), shifted(max(first, second), 1)
        return any(
            holiday.is_estimated and start <= holiday.date <= end
            for year in _known_years(start, end)
            for holiday in _holidays(self.country, self.confirmed, year)
        )


def workdays_of(municipality: Municipality) -> Workdays:
    """The working days of a municipality, in one query."""
    rows = municipality.confirmed_holidays.order_by("estimated_on", "name").values_list(
        "name", "estimated_on", "date"
    )
    return Workdays(
        country=municipality.country,
        weekend=_WEEKENDS[Weekend(municipality.weekend)],
        confirmed=tuple(Confirmation(*row) for row in rows),
    )


def shifted(date: datetime.date, days: int) -> datetime.date:
    """The day so many days later, or the last (first) one that the calendar has."""
    try:
        return date + datetime.timedelta(days=days)
    except OverflowError:
        return datetime.date.max if days > 0 else datetime.date.min


def _known_years(first: datetime.date, second: datetime.date) -> range:
    return range(max(first.year, KNOWN_YEARS.start), min(second.year, KNOWN_YEARS.stop - 1) + 1)


@lru_cache(maxsize=1024)
def _holidays(country: str, confirmed: tuple[Confirmation, ...], year: int) -> tuple[Holiday, ...]:
    # A feast at the turn of the year may be announced for the other side of it.
    near = tuple(day for near in (year - 1, year, year + 1) for day in calculated_days(country, near))
    announced = {(row.key, row.estimated_on): row.date for row in confirmed}
    days = (_as_announced(day, near, announced) for day in near)
    return tuple(sorted((day for day in days if day.date.year == year), key=lambda day: (day.date, day.key)))


@lru_cache(maxsize=1024)
def _closed(country: str, confirmed: tuple[Confirmation, ...], year: int) -> frozenset[datetime.date]:
    return frozenset(holiday.date for holiday in _holidays(country, confirmed, year))


def _as_announced(
    day: CalculatedDay,
    near: tuple[CalculatedDay, ...],
    announced: dict[tuple[str, datetime.date], datetime.date],
) -> Holiday:
    """The holiday on the day confirmed for it, else as far from its feast's first day as reckoned."""
    key, date, is_estimated = day
    estimated_on = date if is_estimated else None
    if (key, date) in announced:
        return Holiday(key, announced[key, date], False, date)
    first_key, first_date, _is_estimated = first_day_of(day, near)
    if is_estimated and (first_key, first_date) in announced:
        moved = announced[first_key, first_date] - first_date
        return Holiday(key, date + moved, False, date)
    return Holiday(key, date, is_estimated, estimated_on)
