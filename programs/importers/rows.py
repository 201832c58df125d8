"""The tasks of a calendar row by row, each refused where it cannot be kept as it stands."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.utils.translation import gettext as _

from portal.folding import fold
from portal.importing.dates import DigitOrder, NotADate, read_date
from portal.importing.refusals import ImportRefused
from portal.importing.tables import Row, Table
from programs.importers.cells import ANSWERS, Entry, Kind
from programs.importers.choices import EmptyDone
from programs.importers.codes import Code, LetterOrder, split_code, split_label, split_lone_number
from programs.importers.heads import Column

LONGEST_TITLE = 1000
LONGEST_NOTES = 4000
LONGEST_RESPONSIBLE = 200


@dataclass(frozen=True, slots=True)
class Label:
    """What a phase is called, and where: as printed, its number if it has one, and its title without that."""

    text: str
    line: int
    column: int
    number: int | None
    title: str


@dataclass(frozen=True, slots=True)
class TaskRow:
    """A row with a task; `label` is that of the phase which begins here, if one does.

    `has_lone_number`: the task has a number only, that of its phase in `code` comes from the label above it.
    """

    entry: Entry
    code: Code
    title: str
    label: Label | None
    documents: str
    notes: str
    has_lone_number: bool = False

    @property
    def line(self) -> int:
        return self.entry.row.line


@dataclass(frozen=True, slots=True)
class Rows:
    """The rows of a calendar: tasks, labels of phases without any task, and rows that nothing reads."""

    tasks: tuple[TaskRow, ...]
    bare_labels: tuple[Label, ...]
    unread: tuple[Row, ...]


@dataclass(slots=True)
class _Numbering:
    """How the tasks of a table are numbered, and the phase that single numbers belong to."""

    letters: LetterOrder
    is_lone: bool = False
    phase: int = 0
    label: str = ""

    def find(self, entry: Entry) -> tuple[Code, str] | None:
        """Return the code of a row and its title: both in one cell, or the code in a column of its own."""
        if self.is_lone:
            found = self._lone(entry)
            return (Code(self.phase, found[0]), found[1]) if found and self.phase else None
        alone = split_code(entry.text(Column.CODE), self.letters)
        if alone and not alone[1]:
            return alone[0], entry.text(Column.TASK)
        return split_code(entry.text(Column.TASK), self.letters)

    def _lone(self, entry: Entry) -> tuple[int, str] | None:
        alone = split_lone_number(entry.text(Column.CODE), self.letters)
        if alone and not alone[1]:
            return alone[0], entry.text(Column.TASK)
        found = split_lone_number(entry.text(Column.TASK), self.letters)
        return found if found and found[1] else None

    def enter(self, label: Label) -> None:
        """Note the phase that rows stand under from here on: by its number, else by its place."""
        if fold(label.text) != fold(self.label):
            self.phase = label.number or self.phase + 1
            self.label = label.text


def _numbering(entries: Sequence[Entry], letters: LetterOrder) -> _Numbering:
    """Tell codes of two numbers from tasks that are numbered within the phase that stands above them."""
    whole = _Numbering(letters)
    return _Numbering(letters, is_lone=not any(map(whole.find, entries)))


def read_rows(table: Table, entries: Sequence[Entry], letters: LetterOrder = LetterOrder.ALPHABET) -> Rows:
    """Return the rows of a calendar's entries.

    A row of the phase alone names the phase of the rows under it; a row of documents or notes alone
    continues the task above. Raises `ImportRefused` at a task without a code or a title.
    """
    numbering = _numbering(entries, letters)
    found: list[tuple[Code, str] | None] = []
    own: list[Label | None] = []
    for entry in entries:
        own.append(_label_of(entry, letters))
        if label := own[-1]:
            numbering.enter(label)
        found.append(numbering.find(entry))
    return _gather(table, entries, found, own, is_lone=numbering.is_lone)


def _gather(
    table: Table,
    entries: Sequence[Entry],
    codes: Sequence[tuple[Code, str] | None],
    own: Sequence[Label | None],
    *,
    is_lone: bool,
) -> Rows:
    last = max((place for place, code in enumerate(codes) if code), default=-1)
    tasks: list[TaskRow] = []
    labels: list[Label] = []
    bare: list[Label] = []
    unread: list[Row] = []
    for place, (entry, code, label) in enumerate(zip(entries, codes, own, strict=True)):
        if code:
            label = label or (labels.pop() if labels else None)
            tasks.append(_task_row(table, entry, label, *code, is_lone=is_lone))
            bare += labels
            labels.clear()
        elif entry.filled <= {Column.PHASE}:
            labels += filter(None, [label])
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


def _label_of(entry: Entry, letters: LetterOrder) -> Label | None:
    text = on_one_line(entry.text(Column.PHASE))
    if not text:
        return None
    return Label(text, entry.row.line, entry.place(Column.PHASE), *split_label(text, letters))


def _task_row(
    table: Table, entry: Entry, label: Label | None, code: Code, title: str, *, is_lone: bool
) -> TaskRow:
    title = on_one_line(title)
    if not title:
        raise refusal_at(table, entry, Column.TASK, _("the title of the task after its code"))
    check_length(table, entry, Column.TASK, title, LONGEST_TITLE)
    texts = entry.text(Column.DOCUMENTS), entry.text(Column.NOTES)
    return TaskRow(entry, code, title, label, *texts, has_lone_number=is_lone)


def _continued(task: TaskRow, entry: Entry) -> TaskRow:
    documents = "\n".join(filter(None, [task.documents, entry.text(Column.DOCUMENTS)]))
    notes = "\n".join(filter(None, [task.notes, entry.text(Column.NOTES)]))
    return replace(task, documents=documents, notes=notes)


def _without_code(table: Table, entry: Entry) -> ImportRefused:
    return refusal_at(
        table, entry, Column.TASK, _("the code of the task before its title, such as 2-1 or 1.2")
    )


# Cells


def read_session_date(table: Table, entry: Entry, order: DigitOrder | None = None) -> datetime.date | None:
    """Return the row's date, `None` for an empty cell. Raises `ImportRefused` at what is no date."""
    text = entry.text(Column.DATE)
    if not text:
        return None
    try:
        return read_date(text, order)
    except NotADate as error:
        raise refusal_at(table, entry, Column.DATE, error.expected) from None


def read_done(entry: Entry, empty: EmptyDone | None = None) -> bool | None:
    """Return what the row says of its task being done; `None` where it says nothing or nothing known.

    With `EmptyDone.NO` an empty cell says no.
    """
    text = entry.text(Column.DONE)
    if not text:
        return False if empty is EmptyDone.NO else None
    return ANSWERS.get(fold(text))


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
