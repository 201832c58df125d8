"""The calendar as a sheet to be edited: every cell, what was typed into it, and what became of that.

Everything is worked out here, once for each row, so that the templates of a hundred rows only lay out.
"""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.bilingual import Localized, page_language
from programs.calendar import Calendar, PhaseRow, TaskRow
from programs.evidence import share_of
from programs.forms_cells import cell_text
from programs.grid_notes import Note
from programs.models import ExpectedDocument, Phase, Program, SupportingDocument, Task
from programs.rules import TaskState
from programs.services.cells import DOCUMENTS, TITLES

LANGUAGES = ("ar", "fr")
TASK_FIELDS = (
    "place", "title_ar", "title_fr", "documents_ar", "documents_fr",
    "session_date", "done", "responsible", "notes",
)  # fmt: skip
FIELDS = {"task": TASK_FIELDS, "phase": TITLES, "program": TITLES}
NAMES = {
    "place": gettext_lazy("Place in the phase"),
    "title_ar": gettext_lazy("Title (Arabic)"),
    "title_fr": gettext_lazy("Title (French)"),
    "documents_ar": gettext_lazy("Documents (Arabic)"),
    "documents_fr": gettext_lazy("Documents (French)"),
    "session_date": gettext_lazy("Session date"),
    "done": gettext_lazy("Done"),
    "responsible": gettext_lazy("Responsible"),
    "notes": gettext_lazy("Notes"),
}
_ALONE = {"title": gettext_lazy("Task"), "documents": gettext_lazy("Documents")}
_SHAPES = {"session_date": "date", "done": "done", "responsible": "line", "place": "line"}
_STYLES = {
    "title": "c-job", "documents": "c-doc", "session_date": "dt", "responsible": "c-who", "notes": "c-note"
}  # fmt: skip
FILTERS = {
    "": gettext_lazy("All tasks"),
    "late": gettext_lazy("Late"),
    "bare": gettext_lazy("Without evidence"),
    "unsaid": gettext_lazy("Not stated"),
    "week": gettext_lazy("This week"),
}


# What a cell was when it was shown


def mark_of(text: str) -> str:
    """A short mark of a cell's text, by which the form says later what its reader had before them."""
    return hashlib.blake2s(text.encode(), digest_size=4).hexdigest()


def stored_text(row: Task | Phase | Program, name: str) -> str:
    """The text of a cell of a row that came from ``for_calendar_page()``, without another query."""
    if name == "place":
        return str(row.number) if isinstance(row, Task) else ""
    if name in DOCUMENTS and isinstance(row, Task):
        titles = [getattr(document, name.replace("documents", "title")) for document in row.listed_documents]
        return "\n".join(titles).rstrip("\n")
    return cell_text(getattr(row, name))


def marks_of(row: Task | Phase | Program) -> str:
    """The marks of all cells of a row, in the order of :data:`FIELDS`."""
    return " ".join(mark_of(stored_text(row, name)) for name in FIELDS[row._meta.model_name or ""])


# The sheet


@dataclass(frozen=True, slots=True)
class Column:
    """A column of cells; its head names the fields under it."""

    name: str
    head: str
    shape: str
    lang: str
    """The language of what is in it; empty where either may be."""
    box: SafeString
    """The attributes of its table cells, written once."""
    direction: SafeString
    """The attributes of its fields that say which language they hold."""

    @property
    def is_area(self) -> bool:
        return self.shape == "area"


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell: its name in the form, what stands in it, and what stood there when that is something else."""

    name: str
    column: Column
    text: str
    label: str
    """The keys of the elements that name it."""
    base: str | None = None
    is_wrong: bool = False

    @property
    def attributes(self) -> SafeString:
        """The attributes of its field. Here and not in the template: there are a thousand on a page."""
        name = self.name
        label = f"b-{name} {self.label}" if self.is_wrong else self.label
        found = f'name="{name}" id="{name}" aria-labelledby="{label}"{self.column.direction}'
        if self.base is not None:
            found += f' data-base="{escape(self.base)}"'
        if self.is_wrong:
            found += f' aria-invalid="true" aria-describedby="say-{name}"'
        return mark_safe(found)

    @property
    def rows(self) -> str:
        """How many lines a field of this text opens with, where the browser does not fit it by itself."""
        return str(max(1, self.text.count("\n") + 1, -(-len(self.text) // 44)))


@dataclass(frozen=True, slots=True)
class DocumentFiles:
    """An expected document that something was handed in for."""

    title: Localized
    files: list[tuple[str, str]]
    """Name and address of each."""


@dataclass(frozen=True, slots=True)
class Row:
    """A task."""

    key: str
    anchor: str
    code: str
    code_before: str
    code_after: str
    place: Cell
    version: str
    seen: str
    cells: list[Cell]
    weekday: str
    words: str
    tone: str
    drawing: str
    is_silent: bool
    """Its date has passed and nothing was said: yes and no are offered at once."""
    files: list[DocumentFiles]
    documents: list[ExpectedDocument]
    evidence: str
    """``1/2``: documents handed in, of those expected; empty where none is."""
    address: str
    """The page of the task."""
    notes: list[Note]
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class PhaseHead:
    """A phase: its titles, what is done of it, and the tasks that are shown."""

    key: str
    number: int
    version: str
    seen: str
    cells: list[Cell]
    done: str
    evidence: str
    rows: list[Row]
    notes: list[Note]
    new_title: str


@dataclass(frozen=True, slots=True)
class Filter:
    name: str
    label: str
    count: int
    is_current: bool


@dataclass(frozen=True, slots=True)
class Grid:
    """The whole sheet."""

    program: Program
    titles: PhaseHead
    """The program's own titles, as the head of everything."""
    columns: list[Column]
    phases: list[PhaseHead]
    filters: list[Filter]
    languages: str
    show: str
    new_phase: str

    @property
    def width(self) -> int:
        """Columns besides the first."""
        return len(self.columns) + 2

    @property
    def is_empty(self) -> bool:
        return not any(phase.rows for phase in self.phases)


@dataclass(frozen=True, slots=True)
class Typed:
    """What was typed and not saved, by the names of the form, and why it was not."""

    texts: Mapping[str, str] = field(default_factory=dict)
    notes: Mapping[str, Note] = field(default_factory=dict)
    chosen: frozenset[int] = frozenset()


FileAddress = Callable[[SupportingDocument], str]
TaskAddress = Callable[[Task], str]


@dataclass(frozen=True, slots=True)
class View:
    """What its reader asked to see, and where things are."""

    show: str
    languages: str
    file_address: FileAddress
    task_address: TaskAddress


def languages_shown(program: Program, asked: str) -> str:
    """``ar``, ``fr`` or ``both``: what was asked for, else the page's own language where nothing lacks it.

    A calendar that is not all there in the page's language shows what it has beside what is to be written.
    """
    if asked in (*LANGUAGES, "both"):
        return asked
    own, rows = page_language(), list(_all_rows(program))
    if own in LANGUAGES and all(getattr(row, f"title_{own}") for row in rows):
        return own
    found = {own} & set(LANGUAGES)
    found |= {lang for row in rows for lang in LANGUAGES if getattr(row, f"title_{lang}")}
    return "both" if len(found) == 2 else found.pop() if found else "ar"


def _all_rows(program: Program) -> Iterable[Program | Phase | Task | ExpectedDocument]:
    yield program
    for phase in program.phases.all():
        yield phase
        for task in phase.tasks.all():
            yield task
            yield from task.listed_documents


def lay_out(calendar: Calendar, view: View, typed: Typed | None = None) -> Grid:
    """Lay the sheet out; nothing is queried here."""
    layout = _Layout(calendar, view, typed or Typed())
    return Grid(
        program=calendar.program,
        titles=layout.head(calendar.program, [], None),
        columns=layout.columns,
        phases=layout.phases(),
        filters=_filters(calendar, view.show),
        languages=view.languages,
        show=view.show,
        new_phase=layout.typed.texts.get("new-phase", ""),
    )


def columns_of(languages: str) -> list[Column]:
    """The columns between the number and the state of a task."""
    shown = LANGUAGES if languages == "both" else (languages,)
    texts = [
        _column(f"{name}_{lang}", _head(name, lang, shown), _STYLES[name], lang)
        for name in ("title", "documents")
        for lang in shown
    ]
    rest = [
        _column(name, str(NAMES[name]), _STYLES.get(name, ""), "")
        for name in ("session_date", "done", "responsible", "notes")
    ]
    return texts + rest


def _column(name: str, head: str, style: str, lang: str) -> Column:
    return Column(
        name=name,
        head=head,
        shape=_SHAPES.get(name, "area"),
        lang=lang,
        box=format_html('class="{}" data-h="{}"', style, head),
        direction=_DIRECTIONS.get(name, _DIRECTIONS[lang]),
    )


_DIRECTIONS = {
    "ar": mark_safe(' lang="ar" dir="rtl"'),
    "fr": mark_safe(' lang="fr" dir="ltr"'),
    "": mark_safe(' dir="auto"'),
    "session_date": mark_safe(' dir="ltr"'),
    "done": mark_safe(""),
    "place": mark_safe(' dir="ltr"'),
}


def _head(name: str, lang: str, shown: Sequence[str]) -> str:
    return str(_ALONE[name] if len(shown) == 1 else NAMES[f"{name}_{lang}"])


class _Layout:
    def __init__(self, calendar: Calendar, view: View, typed: Typed) -> None:
        self.calendar, self.view, self.typed = calendar, view, typed
        self.columns = columns_of(view.languages)
        self.title_columns = [column for column in self.columns if column.name in TITLES]
        self.place_column = _column("place", "", "", "")
        self.notes: dict[tuple[str, int], list[Note]] = {}
        for note in typed.notes.values():
            self.notes.setdefault((note.kind, note.pk), []).append(note)

    def phases(self) -> list[PhaseHead]:
        found = [self.phase(row) for row in self.calendar.phases]
        return [phase for phase in found if phase.rows] if self.view.show else found

    def phase(self, phase: PhaseRow) -> PhaseHead:
        shown = [row for row in phase.tasks if is_shown(row, self.view.show, self.calendar.today)]
        return self.head(phase.phase, [self.row(row) for row in shown], phase)

    def head(self, row: Program | Phase, rows: list[Row], phase: PhaseRow | None) -> PhaseHead:
        kind = row._meta.model_name or ""
        name = f"{kind}-{row.pk}"
        return PhaseHead(
            key=str(row.pk),
            number=row.number if isinstance(row, Phase) else 0,
            version=self.typed.texts.get(f"{name}-version", str(row.version)),
            seen=self.typed.texts.get(f"{name}-seen") or marks_of(row),
            cells=[self.cell(row, name, column) for column in self.title_columns],
            done=phase.fraction if phase else "",
            evidence=_completeness(phase.tasks) if phase else "",
            rows=rows,
            notes=self.notes.get((kind, row.pk), []),
            new_title=self.typed.texts.get(f"new-task-{row.pk}", ""),
        )

    def row(self, row: TaskRow) -> Row:
        task, name = row.task, f"task-{row.task.pk}"
        before, _number, after = _split(row)
        return Row(
            key=str(task.pk),
            anchor=row.anchor,
            code=row.code,
            code_before=before,
            code_after=after,
            place=self.cell(task, name, self.place_column),
            version=self.typed.texts.get(f"{name}-version", str(task.version)),
            seen=self.typed.texts.get(f"{name}-seen") or marks_of(task),
            cells=[self.cell(task, name, column) for column in self.columns],
            weekday=row.weekday,
            words=row.words,
            tone=row.tone,
            drawing=row.drawing,
            is_silent=row.state is TaskState.NOT_STATED,
            files=self.files(task),
            documents=task.listed_documents,
            evidence=_completeness([row]),
            address=self.view.task_address(task),
            notes=self.notes.get(("task", task.pk), []),
            is_chosen=task.pk in self.typed.chosen,
        )

    def cell(self, row: Task | Phase | Program, name: str, column: Column) -> Cell:
        cell = f"{name}-{column.name}"
        stored = stored_text(row, column.name)
        text = self.typed.texts.get(cell, stored)
        note = self.typed.notes.get(cell)
        # Of a clash neither value is the one before: it is settled by a choice, not by typing on.
        base = stored if text != stored and not (note and note.is_clash) else None
        return Cell(cell, column, text, _label(row, column), base, note is not None)

    def files(self, task: Task) -> list[DocumentFiles]:
        address = self.view.file_address
        return [
            DocumentFiles(document.title, [(file.name, address(file)) for file in document.listed_files])
            for document in task.listed_documents
            if document.listed_files
        ]


def _label(row: Task | Phase | Program, column: Column) -> str:
    """The keys of the elements that name a cell: its column's head and its row's number."""
    if isinstance(row, Program):
        return f"t-{column.name}"
    return f"h-{column.name} " + (f"c-{row.pk}" if isinstance(row, Task) else f"h-phase p-{row.pk}")


def _split(row: TaskRow) -> tuple[str, str, str]:
    """The code around the place in the phase: in Arabic the phase follows it, elsewhere it stands before."""
    number = str(row.task.number)
    if row.code.startswith(f"{number}-"):
        return "", number, row.code[len(number) :]
    return row.code[: -len(number)], number, ""


def _completeness(rows: Iterable[TaskRow]) -> str:
    share = share_of(rows)
    return share.fraction if share.expected else ""


def is_shown(row: TaskRow, show: str, today: datetime.date) -> bool:
    """Whether a task belongs to what was asked for: one of :data:`FILTERS`."""
    if show == "late":
        return row.state is TaskState.LATE
    if show == "bare":
        return row.state is TaskState.DONE_BARE
    if show == "unsaid":
        return row.state is TaskState.NOT_STATED
    if show == "week":
        return row.session_date is not None and row.session_date.isocalendar()[:2] == today.isocalendar()[:2]
    return True


def _filters(calendar: Calendar, show: str) -> list[Filter]:
    return [
        Filter(
            name=name,
            label=str(label),
            count=sum(is_shown(row, name, calendar.today) for row in calendar.rows),
            is_current=name == show,
        )
        for name, label in FILTERS.items()
    ]


def in_words(name: str, value: Any) -> str:
    """A cell's value as it is told in a sentence."""
    if name == "done":
        return {True: _("yes"), False: _("no")}.get(value, _("not stated"))
    if isinstance(value, list):
        return "، ".join(filter(None, value)) if page_language() == "ar" else ", ".join(filter(None, value))
    if name == "session_date" and isinstance(value, str) and value:
        return cell_text(datetime.date.fromisoformat(value))
    text = cell_text(value)
    return text if text else _("empty")
