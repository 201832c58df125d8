"""The official table of a program as cells: what stands in each file, whatever its format.

Most texts are written as they are. Where the reader of calendars would take one for something else, it
is written in a longer form which the reader takes for what it is; so a file reads back as the program.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from portal.bilingual import page_language
from portal.folding import one_line, printable
from programs.calendar import Calendar, PhaseRow, TaskRow
from programs.importers.cells import Kind, kind_of, shielded
from programs.importers.codes import Code, CodeOrder, find_order, group_by_label, split_code, split_label
from programs.importers.documents import bulleted
from programs.importers.heading import opens_with_dash
from programs.importers.heads import Column

HEADS = {
    Column.PHASE: pgettext_lazy("head of a column", "Phase"),
    Column.TASK: gettext_lazy("Acts and activities to carry out"),
    Column.DOCUMENTS: gettext_lazy("Documents and proofs"),
    Column.DATE: gettext_lazy("Session date"),
    Column.DONE: gettext_lazy("Done (yes/no)"),
    Column.NOTES: gettext_lazy("Notes"),
    Column.RESPONSIBLE: pgettext_lazy("head of a column", "Responsible"),
}
"""The heads of the official table, in its order, and after them who is responsible."""


@dataclass(frozen=True, slots=True)
class Line:
    """A row of the table, its cells ready to be written; `opens_phase` where a phase begins.

    `has_task` is false for a phase without any task, whose other cells are empty.
    """

    phase: str
    opens_phase: bool
    has_task: bool = False
    task: str = ""
    documents: str = ""
    session_date: datetime.date | None = None
    done: str = ""
    notes: str = ""
    responsible: str = ""


@dataclass(frozen=True, slots=True)
class OfficialTable:
    """The title as it stands above the table, "" for none, and the rows."""

    title: str
    lines: tuple[Line, ...]

    @property
    def has_responsible(self) -> bool:
        return any(line.responsible for line in self.lines)


def official_table(calendar: Calendar) -> OfficialTable:
    """Return the official table of a calendar, in the language of the page."""
    order = _code_order(calendar.phases)
    lines = tuple(line for phase in calendar.phases for line in _lines(phase, order))
    return OfficialTable(_title(one_line(str(calendar.program.title))), lines)


def _title(title: str) -> str:
    """Return the line above the table: a dash that opens a title is kept behind another one.

    So is a sign by which a text would be taken for a web page.
    """
    return f"– {title}" if opens_with_dash(title) or title.startswith("<") else shielded(title)


def _lines(phase: PhaseRow, order: CodeOrder) -> Iterator[Line]:
    label = phase_label(phase)
    if not phase.tasks:
        yield Line(phase=standard_label(phase), opens_phase=True)
    for row in phase.tasks:
        yield Line(
            phase=label,
            opens_phase=row is phase.tasks[0],
            has_task=True,
            task=coded_title(phase.number, row.task.number, one_line(str(row.title)), order),
            documents=bulleted([one_line(str(document.title)) for document in row.documents]),
            session_date=row.session_date,
            done=_done(row),
            notes=shielded(printable(row.task.notes)),
            responsible=shielded(one_line(row.task.responsible)),
        )


def _done(row: TaskRow) -> str:
    if row.task.done is None:
        return ""
    return pgettext("task done", "Yes") if row.task.done else pgettext("task done", "No")


# Phases


def phase_label(phase: PhaseRow) -> str:
    """Return what the source calls the phase where that still gives its title, else number and title."""
    label = one_line(phase.phase.label)
    is_plain = kind_of(label) in (Kind.LABEL, Kind.TEXT)
    return (
        label if is_plain and split_label(label)[1] == one_line(str(phase.title)) else standard_label(phase)
    )


def standard_label(phase: PhaseRow) -> str:
    """Return ``1- title`` in Arabic, ``1. title`` otherwise; the number alone where there is no title."""
    title = one_line(str(phase.title))
    sign = "-" if page_language() == "ar" else "."
    label = f"{phase.number}{sign} {title}".strip()
    reads_back = kind_of(label) is Kind.LABEL and split_label(label) == (phase.number, title or label)
    return label if reads_back else f"{phase.number}: {title}".strip()


# Codes


def coded_title(phase: int, task: int, title: str, order: CodeOrder) -> str:
    """Return a task's title after its code: ``2-1 title`` or ``1.2 title``, with ``:`` where it needs one."""
    code = Code(phase, task) if order is CodeOrder.PHASE_FIRST else Code(task, phase)
    printed = f"{code.first}{'.' if order is CodeOrder.PHASE_FIRST else '-'}{code.second}"
    plain = f"{printed} {title}"
    reads_back = kind_of(plain) is Kind.CODE and split_code(plain) == (code, title)
    return plain if reads_back else f"{printed}: {title}"


def _code_order(phases: Iterable[PhaseRow]) -> CodeOrder:
    """Return the order of the page's language, or phase first where few tasks would be read the other way.

    A reader tells the order by the phases and by tasks in sequence: "5-1" alone under phase 1 could be both.
    """
    if page_language() != "ar":
        return CodeOrder.PHASE_FIRST
    rows = [
        (phase_label(phase), Code(row.task.number, phase.number)) for phase in phases for row in phase.tasks
    ]
    reads_back = not rows or find_order(group_by_label(rows)) is CodeOrder.TASK_FIRST
    return CodeOrder.TASK_FIRST if reads_back else CodeOrder.PHASE_FIRST
