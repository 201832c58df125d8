"""The public holidays of a country as they can be calculated beforehand."""

from __future__ import annotations

import datetime
from functools import lru_cache

KNOWN_YEARS = range(1990, 2101)
"""The years a program can bear. In any other only the weekend keeps a day from counting."""

_ESTIMATED = " (estimated)"

# Each Islamic feast by its first day: the days around it follow when that day is announced.
_FEASTS = {
    "Day of Arafah": "Eid al-Adha",
    "Eid al-Adha Holiday": "Eid al-Adha",
    "Eid al-Fitr Holiday": "Eid al-Fitr",
}

CalculatedDay = tuple[str, datetime.date, bool]
"""The English name, the day, and whether the day is only estimated."""


@lru_cache(maxsize=256)
def calculated_days(country: str, year: int) -> tuple[CalculatedDay, ...]:
    """The holidays of a country (``TN``, ``MA``) in a year, in order; none outside ``KNOWN_YEARS``."""
    if year not in KNOWN_YEARS:
        return ()
    # Loading it takes longer than a page does, and few pages need it.
    import holidays

    days = holidays.country_holidays(country, years=year, language="en_US")
    read = [
        (name.removesuffix(_ESTIMATED), date, name.endswith(_ESTIMATED))
        for date in days
        for name in days.get_list(date)
    ]
    return tuple(sorted(_as_decreed(country, year, read), key=lambda day: (day[1], day[0])))


def _as_decreed(country: str, year: int, days: list[CalculatedDay]) -> list[CalculatedDay]:
    """Tunisia keeps the day of the revolution on 17 December, and no longer on 14 January.

    Presidential decree no. 2021-223 of 7 December 2021, which the library does not know.
    """
    if country != "TN" or year < 2021:
        return days
    revolution = ("Tunisian Revolution Day", datetime.date(year, 12, 17), False)
    return [day for day in days if year == 2021 or day[0] != "Revolution and Youth Day"] + [revolution]


def first_day_of(day: CalculatedDay, days: tuple[CalculatedDay, ...]) -> CalculatedDay:
    """The first day of the feast that ``day`` belongs to, out of ``days``; of any other holiday, itself.

    The days of a feast follow each other, on whichever side of a new year.
    """
    feast = _FEASTS.get(day[0], day[0])
    near = [other for other in days if other[0] == feast and other[2] and abs((other[1] - day[1]).days) <= 2]
    return min(near, key=lambda other: other[1], default=day)
