"""Reckoning with months."""

from __future__ import annotations

import datetime
from calendar import monthrange
from decimal import Decimal


def month_index(date: datetime.date) -> int:
    """Months since year 0, to reckon with months as with whole numbers."""
    return date.year * 12 + date.month - 1


def position_in_months(date: datetime.date, first_month: int, *, after: bool = False) -> Decimal:
    """Where a day stands on an axis of months that starts at ``first_month``, in months.

    ``after`` gives the end of the day instead of its beginning.
    """
    _, days = monthrange(date.year, date.month)
    day = date.day if after else date.day - 1
    return Decimal(month_index(date) - first_month) + Decimal(day) / Decimal(days)


def first_day(month: int) -> datetime.date:
    """The first day of a month given as by :func:`month_index`."""
    year, index = divmod(month, 12)
    return datetime.date(year, index + 1, 1)


def last_day(month: int) -> datetime.date:
    """The last day of a month given as by :func:`month_index`."""
    first = first_day(month)
    return first.replace(day=monthrange(first.year, first.month)[1])
