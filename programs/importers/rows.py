"""The tasks of a calendar row by row, each refused where it cannot be kept as it stands."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.utils.translation import gettext as _

from portal.folding import fold
from portal.importing.dates import NotADate, read_date
from portal.importing.refusals import ImportRefused
from portal.importing.tables import Row, Table
from programs.importers.cells import ANSWERS, Entry, Kind
from programs.importers.codes import Code, split_code
from programs.importers.heads import Column

LONGEST_TITLE = 1000
LONGEST_NOTES = 4000
LONGEST_RESPONSIBLE = 200


@dataclass(frozen=True, slots=True)
class Label:
    """What a phase is called, and where."""

    text: str
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class TaskRow:
    """A row with a task; `label` is that of the phase which begins here, if one does."""

    entry: Entry
    code: Code
    title: str
    label: Label | None
    documents: str
    notes: str

    @property
    def line(self) -> int:
        return self.entry.row.line


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of a calendar: tasks, labels of phases without any task, and rows that nothing reads."""

    tasks: tuple[TaskRow, ...]
    bare_labels: tuple[Label, ...]
    unread: tuple[Row, ...]


def read_rows(table: Table, entries: Sequence[Entry]) -> Rows:
    """Return the rows of a calendar's entries.

    A row of the phase alone names the phase of the rows under it; a row of documents or notes alone
    continues the task above. Raises `ImportRefused` at a task without a code or a title.
    """
    last = max((place for place, entry in enumerate(entries) if _code_of(entry)), default=-1)
    tasks: list[TaskRow] = []
    labels: list[Label] = []
    bare: list[Label] = []
    unread: list[Row] = []
    for place, entry in enumerate(entries):
        if _code_of(entry):
            label = _label_of(entry) or (labels.pop() if labels else None)
            tasks.append(_task_row(table, entry, label))
            bare += labels
            labels.clear()
        elif entry.filled <= {Column.PHASE}:
            labels += filter(None, [_label_of(entry)])
        elif tasks and not labels and entry.filled <= {Column.DOCUMENTS, Column.NOTES}:
            tasks[-1] = _continued(tasks[-1], entry)
        elif place > last and not _looks_like_task(entry):
            unread.append(entry.row)
        else:
            raise _without_code(table, entry)
    return Rows(tuple(tasks), (*bare, *labels), tuple(unread))


def _looks_like_task(entry: Entry) -> bool:
    """Return whether a row without a code may be a task all the same, and not a line under the table."""
    return bool(entry.text(Column.TASK)) or any(cell.kind is Kind.DATE for cell in entry.cells.values())


def _code_of(entry: Entry) -> tuple[Code, str] | None:
    """Return the code of a row and its title: both in one cell, or the code in a column of its own."""
    alone = split_code(entry.text(Column.CODE))
    if alone and not alone[1]:
        return alone[0], entry.text(Column.TASK)
    return split_code(entry.text(Column.TASK))


def _label_of(entry: Entry) -> Label | None:
    text = on_one_line(entry.text(Column.PHASE))
    return Label(text, entry.row.line, entry.place(Column.PHASE)) if text else None


def _task_row(table: Table, entry: Entry, label: Label | None) -> TaskRow:
    found = _code_of(entry)
    code, title = found if found else (Code(0, 0), "")
    title = on_one_line(title)
    if not title:
        raise refusal_at(table, entry, Column.TASK, _("the title of the task after its code"))
    check_length(table, entry, Column.TASK, title, LONGEST_TITLE)
    return TaskRow(entry, code, title, label, entry.text(Column.DOCUMENTS), entry.text(Column.NOTES))


def _continued(task: TaskRow, entry: Entry) -> TaskRow:
    documents = "\n".join(filter(None, [task.documents, entry.text(Column.DOCUMENTS)]))
    notes = "\n".join(filter(None, [task.notes, entry.text(Column.NOTES)]))
    return replace(task, documents=documents, notes=notes)


def _without_code(table: Table, entry: Entry) -> ImportRefused:
    return refusal_at(
        table, entry, Column.TASK, _("the code of the task before its title, such as 2-1 or 1.2")
    )


# Cells


def read_session_date(table: Table, entry: Entry) -> datetime.date | None:
    """Return the row's date, `None` for an empty cell. Raises `ImportRefused` at what is no date."""
    text = entry.text(Column.DATE)
    if not text:
        return None
    try:
        return read_date(text)
    except NotADate as error:
        raise refusal_at(table, entry, Column.DATE, error.expected) from None


def read_done(entry: Entry) -> bool | None:
    """Return what the row says of its task being done; `None` where it says nothing or nothing known."""
    return ANSWERS.get(fold(entry.text(Column.DONE)))


def check_length(table: Table, entry: Entry, column: Column, text: str, longest: int) -> None:
    """Raise `ImportRefused` where a text is longer than the portal keeps."""
    if len(text) > longest:
        raise refusal_at(
            table, entry, column, _("a text of at most %(count)d characters") % {"count": longest}
        )


def refusal_at(table: Table, entry: Entry, column: Column, expected: str) -> ImportRefused:
    """Return the refusal of one cell, quoting it."""
    return table.refusal(entry.row, column=entry.place(column), expected=expected, found=entry.text(column))


def on_one_line(text: str) -> str:
    return " ".join(text.split("\n")).strip()
