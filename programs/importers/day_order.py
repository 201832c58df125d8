"""Whether the day or the month stands first in the dates of a file that write both in digits."""

from collections.abc import Sequence
from dataclasses import dataclass

from portal.importing.dates import DigitOrder, date_order, is_date
from programs.importers.heads import Column
from programs.importers.rows import TaskRow


@dataclass(frozen=True, slots=True)
class DayOrder:
    """The order of dates with the year last, and the row that tells it, or else the first of them.

    `is_certain`: a figure above 12 tells the day from the month; `None` as row: there is no such date.
    """

    order: DigitOrder
    row: TaskRow | None
    is_certain: bool

    @property
    def other(self) -> DigitOrder:
        return DigitOrder.DMY if self.order is DigitOrder.MDY else DigitOrder.MDY


def find_day_order(rows: Sequence[TaskRow]) -> DayOrder:
    """Return the order in which every date with the year last can be read; where both can, day first."""
    dated = [row for row in rows if date_order(row.entry.text(Column.DATE)) == "dmy"]
    not_day_first = _unreadable(dated, DigitOrder.DMY)
    not_month_first = _unreadable(dated, DigitOrder.MDY)
    if not_day_first and not not_month_first:
        return DayOrder(DigitOrder.MDY, not_day_first[0], is_certain=True)
    telling = [*not_month_first, *dated]
    return DayOrder(DigitOrder.DMY, telling[0] if telling else None, is_certain=bool(not_month_first))


def _unreadable(dated: Sequence[TaskRow], order: DigitOrder) -> list[TaskRow]:
    return [row for row in dated if not is_date(row.entry.text(Column.DATE), order)]
