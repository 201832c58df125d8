"""Attendance as pages and papers print it: figures with their shares, by group and by zone."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from portal.bilingual import page_language
from portal.locales import NARROW_SPACE, number
from portal.meetings.models import Minutes, ZoneAttendance
from portal.meetings.rules import share


@dataclass(frozen=True, slots=True)
class Count:
    """How many of a group were present, and which share of all."""

    people: int | None
    share: Decimal | None

    @property
    def percent(self) -> str:
        """``16,6%``, on a French page with a narrow space; empty where no share can be told."""
        if self.share is None:
            return ""
        return f"{number(self.share, 1)}{NARROW_SPACE if page_language() == 'fr' else ''}%"


@dataclass(frozen=True, slots=True)
class ZoneLine:
    """A zone in the table of attendance; its share is that of all who were present."""

    attendance: ZoneAttendance
    total: Count


@dataclass(frozen=True, slots=True)
class Attendance:
    """The table of attendance of minutes."""

    total: int | None
    women: Count
    young: Count
    zones: list[ZoneLine]

    @property
    def is_stated(self) -> bool:
        return self.total is not None

    @property
    def elsewhere(self) -> int:
        """How many came of whom no zone is told."""
        return (self.total or 0) - sum(line.total.people or 0 for line in self.zones)


def attendance_of(minutes: Minutes) -> Attendance:
    """The attendance of minutes that were read with ``for_meeting_page()``."""
    zones = [ZoneLine(row, Count(row.total, share(row.total, minutes.total))) for row in minutes.listed_zones]
    return Attendance(
        total=minutes.total,
        women=Count(minutes.women, share(minutes.women, minutes.total)),
        young=Count(minutes.young, share(minutes.young, minutes.total)),
        zones=zones,
    )
