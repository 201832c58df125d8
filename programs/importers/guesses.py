"""What a reader of calendars decided by itself, for a person to confirm or change."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal.importing.dates import date_order
from portal.importing.findings import Guess
from programs.importers.body import Body
from programs.importers.codes import CodeOrder
from programs.importers.heads import Column
from programs.importers.rows import TaskRow


def about_columns(body: Body) -> Iterator[Guess]:
    """Yield where each layout of columns comes from, and which rows were turned round."""
    told = None
    for block in body.blocks:
        if (block.heads, block.layout) == told:
            continue
        told = block.heads, block.layout
        names = " | ".join(column.value if column else "-" for column in block.layout)
        if block.heads:
            yield Guess("columns", block.heads.line, names, (), _("From the heads of the table."))
        else:
            yield Guess("columns", block.lines[0].row.line, names, (), _("From what the cells hold."))
    for is_mirrored, run in groupby(body.entries, key=lambda entry: entry.is_mirrored):
        if is_mirrored:
            yield _turned([entry.row.line for entry in run])


def _turned(lines: Sequence[int]) -> Guess:
    reason = ngettext(
        "Its code and date stand where those of the table do when it is read backwards.",
        "Their codes and dates stand where those of the table do when they are read backwards.",
        len(lines),
    )
    return Guess("mirrored_rows", lines[0], f"{lines[0]}-{lines[-1]}", (), reason)


def about_codes(rows: Sequence[TaskRow], order: CodeOrder) -> Iterator[Guess]:
    """Yield which number of a code was taken for the phase."""
    row = next((row for row in rows if row.code.first != row.code.second), None)
    if row:
        others = tuple(other.value for other in CodeOrder if other is not order)
        reason = _("It agrees best with the phases: their labels, their order, their tasks in sequence.")
        yield Guess("code_order", row.line, order.value, others, reason)


def about_dates(rows: Sequence[TaskRow]) -> Iterator[Guess]:
    """Yield how dates in digits were read, once for each way that occurs."""
    reasons = {
        "ymd": _("Its first figure has four digits: year, month, day."),
        "dmy": _("Its last figure has four digits: day, month, year."),
    }
    first: dict[str, TaskRow] = {}
    for row in rows:
        if found := date_order(row.entry.text(Column.DATE)):
            first.setdefault(found, row)
    for order, row in first.items():
        if order in reasons:
            yield Guess("date_order", row.line, order, (), reasons[order])
