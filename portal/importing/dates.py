"""Dates as clerks write them: digits in either order, Arabic months of either shore, French months."""

import datetime
import re
from collections.abc import Iterable
from enum import StrEnum
from typing import Literal

from django.utils.translation import gettext as _

from portal.folding import fold
from portal.importing.month_names import FIRST_OF_MONTH, MONTH_NAMES, WEEKDAY_NAMES, WEEKDAY_OPENINGS

DateOrder = Literal["ymd", "dmy", "named"]
"""How a date is written: year first in digits, year last in digits, month by name."""


class DigitOrder(StrEnum):
    """How to read dates in digits. A year that stands first is always read year, month, day."""

    YMD = "ymd"
    DMY = "dmy"
    MDY = "mdy"


FIRST_YEAR, LAST_YEAR = 1990, 2100
LONGEST_DATE = 60


class NotADate(ValueError):  # noqa: N818 - says what the text is
    """A text that is no date. `expected` says, translated, what it should be."""

    def __init__(self, expected: str) -> None:
        super().__init__(expected)
        self.expected = expected


def _one_of(names: Iterable[str]) -> str:
    return "|".join(sorted(map(re.escape, names), key=len, reverse=True))


_MONTHS = {fold(name): number for number, names in MONTH_NAMES.items() for name in names}
_MONTH = rf"(?P<name>{_one_of(_MONTHS)})\.?"
_OPENING = rf"(?:(?:{_one_of(map(fold, WEEKDAY_OPENINGS))})\s+)?"
_WEEKDAY = rf"(?:(?:{_one_of(map(fold, WEEKDAY_NAMES))})[\s,،]+)?"
_MIDNIGHT = r"(?:[ t]00:00(?::00(?:\.0+)?)?)?"
_SHAPES: dict[DateOrder, re.Pattern[str]] = {
    "ymd": re.compile(rf"(?P<y>\d{{4}})\s?([-/.])\s?(?P<m>\d{{1,2}})\s?\2\s?(?P<d>\d{{1,2}}){_MIDNIGHT}"),
    "dmy": re.compile(r"(?P<d>\d{1,2})\s?([-/.])\s?(?P<m>\d{1,2})\s?\2\s?(?P<y>\d{4})"),
    "named": re.compile(
        rf"(?P<d>\d{{1,2}}|{_one_of(map(fold, FIRST_OF_MONTH))})\s+{_MONTH}\s+(?P<y>\d{{4}})"
    ),
}
_HAS_YEAR = re.compile(r"\d{4}")
_BEFORE = re.compile(_OPENING + _WEEKDAY + _OPENING)
_MONTH_OF_YEAR = re.compile(
    rf"{_MONTH}\s+(?P<y>\d{{4}})|(?P<y2>\d{{4}})-(?P<m>\d{{2}})|(?P<m2>\d{{1,2}})/(?P<y3>\d{{4}})"
)


def _match(text: str) -> tuple[DateOrder, re.Match[str]] | None:
    folded = fold(text)
    start = _BEFORE.match(folded).end()  # type: ignore[union-attr]  # every part of it may be absent
    for order, shape in _SHAPES.items():
        if found := shape.fullmatch(folded, start):
            return order, found
    return None


def date_order(text: str) -> DateOrder | None:
    """Return how a text shaped like a date is ordered, possible or not; `None` for any other text."""
    if len(text) > LONGEST_DATE or not _HAS_YEAR.search(text):
        return None
    found = _match(text)
    return found[0] if found else None


def read_date(text: str, order: DigitOrder | None = None) -> datetime.date:
    """Return the day that the text names; `order` is that of digits with the year last, day first if `None`.

    Raises `NotADate` when it names none, one that no calendar has, or one that is not written in this order.
    """
    found = _match(text)
    if found is None:
        raise NotADate(_("a date such as 2023/06/09, 09/06/2023 or 9 juin 2023"))
    if found[0] == "dmy" and order is DigitOrder.YMD:
        raise NotADate(_("a date with its year first, as was chosen"))
    parts = found[1].groupdict()
    if found[0] == "dmy" and order is DigitOrder.MDY:
        parts["d"], parts["m"] = parts["m"], parts["d"]
    month = int(parts["m"]) if "m" in parts else _MONTHS[parts["name"]]
    day = int(parts["d"]) if parts["d"].isdecimal() else 1
    _check_year(int(parts["y"]))
    try:
        return datetime.date(int(parts["y"]), month, day)
    except ValueError:
        raise NotADate(_("a day that exists")) from None


def is_date(text: str, order: DigitOrder | None = None) -> bool:
    """Return whether `read_date` can read the text in this order."""
    try:
        read_date(text, order)
    except NotADate:
        return False
    return True


def read_month(text: str) -> tuple[int, int]:
    """Return the year and the month that the text names, as "juin 2023", "06/2023" or "2023-06".

    Raises `NotADate` when it names none.
    """
    found = _MONTH_OF_YEAR.fullmatch(fold(text))
    if found is None:
        raise NotADate(_("a month such as juin 2023 or 06/2023"))
    year = int(found["y"] or found["y2"] or found["y3"])
    month = _MONTHS[found["name"]] if found["name"] else int(found["m"] or found["m2"])
    _check_year(year)
    if not 1 <= month <= 12:
        raise NotADate(_("a month from 1 to 12"))
    return year, month


def _check_year(year: int) -> None:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise NotADate(_("a year from %(first)d to %(last)d") % {"first": FIRST_YEAR, "last": LAST_YEAR})
