"""Moments as staff type them: a day and a time by the municipality's clocks, which sometimes jump.

Morocco puts its clocks back an hour for Ramadan and forward after it. An hour is then left out or comes
twice: that is asked about, never guessed.
"""

from __future__ import annotations

import datetime
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from portal.locales import sheet_date


class NoSuchTime(ValueError):  # noqa: N818 - it says what the clocks do
    """The clocks jump over this time."""


class TwiceThatDay(ValueError):  # noqa: N818 - it says what the clocks do
    """The clocks show this time twice."""


def moment_of(
    day: datetime.date, time: datetime.time, zone: ZoneInfo, fold: int | None = None
) -> datetime.datetime:
    """The moment at which the clocks of ``zone`` show ``time`` on ``day``.

    ``fold`` says which of the two is meant where they show it twice: 0 the first, 1 the second. Raises
    :class:`NoSuchTime`, and :class:`TwiceThatDay` without a ``fold``.
    """
    naive = datetime.datetime.combine(day, time)
    first, second = (naive.replace(tzinfo=zone, fold=which) for which in (0, 1))
    if first.utcoffset() == second.utcoffset():
        return first
    if first.astimezone(datetime.UTC).astimezone(zone).replace(tzinfo=None) != naive:
        raise NoSuchTime
    if fold is None:
        raise TwiceThatDay
    return second if fold else first


def both_moments(day: datetime.date, time: datetime.time, zone: ZoneInfo) -> tuple[str, str]:
    """The two moments of a time that comes twice, as people choose between them."""
    offsets = (moment_of(day, time, zone, fold).strftime("%z") for fold in (0, 1))
    first, second = (f"UTC{offset[:3]}:{offset[3:]}" for offset in offsets)
    return (
        _("the first time, before the clocks change (%(offset)s)") % {"offset": first},
        _("the second time, after the clocks change (%(offset)s)") % {"offset": second},
    )


def is_twice(moment: datetime.datetime, zone: ZoneInfo) -> bool:
    """Whether the clocks of ``zone`` show the time of ``moment`` twice that day."""
    local = moment.astimezone(zone)
    return local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset()


def shown_moment(moment: datetime.datetime | None, zone: ZoneInfo) -> str | None:
    """``2026/11/20 23:59``, with the offset where that time comes twice."""
    if moment is None:
        return None
    local = moment.astimezone(zone)
    return f"{sheet_date(local)} {local:%H:%M}" + (f" {local:%z}" if is_twice(moment, zone) else "")
