"""A program's calendar as a reader sees it: one reading for the page, the papers and the feeds.

Everything that depends on the day or the language is worked out here, once for each row, so that
screen and paper cannot disagree and the templates only lay out.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from portal import locales
from portal.bilingual import Localized, page_language
from portal.workdays.days import Workdays, workdays_of
from programs.models import (
    DayKind,
    DelayRule,
    ExpectedDocument,
    MovedDate,
    Phase,
    Program,
    SupportingDocument,
    Task,
)
from programs.rules import (
    DONE_STATES,
    DelayReckoning,
    Progress,
    TaskState,
    days_late,
    progress,
    reckon_delay,
    task_state,
)

FileAddress = Callable[[SupportingDocument], str]

MOST_TILES = 40
"""How many of a kind are drawn at most: beyond, only the sentence beside them counts."""

_WORDS = {
    TaskState.DONE: gettext_lazy("Done"),
    TaskState.DONE_BARE: gettext_lazy("Done, without evidence"),
    TaskState.NOT_STATED: gettext_lazy("Not stated"),
    TaskState.TODAY: gettext_lazy("Today"),
    TaskState.UPCOMING: gettext_lazy("Upcoming"),
    TaskState.UNDATED: gettext_lazy("No date yet"),
}
_DRAWINGS = {TaskState.DONE: "check", TaskState.DONE_BARE: "check", TaskState.LATE: "alert"}


@dataclass(frozen=True, slots=True)
class FileRow:
    """A file that the reader may fetch, under the title of the document it fulfils."""

    title: str
    address: str


@dataclass(frozen=True, slots=True)
class DocumentRow:
    """An expected document and the files the reader may fetch for it."""

    title: Localized
    files: list[FileRow]
    has_files: bool


@dataclass(frozen=True, slots=True)
class MoveRow:
    """A date that the public had seen and that was changed, in words."""

    move: MovedDate
    old_date: str
    new_date: str
    """Empty when the date was taken away."""

    @property
    def old_sheet_date(self) -> str:
        return locales.sheet_date(self.move.old_date)


@dataclass(slots=True)
class TaskRow:
    """A task on a given day, in a given language."""

    task: Task
    phase_number: int
    title: Localized
    documents: list[DocumentRow]
    moves: list[MoveRow]
    """The oldest first."""
    state: TaskState
    days_late: int
    code: str
    """As this language writes it: ``2-1`` (task, phase) in Arabic, ``1.2`` (phase, task) otherwise."""
    day: str
    weekday: str
    is_next: bool = False
    is_first_to_come: bool = False

    @property
    def anchor(self) -> str:
        return f"task-{self.phase_number}-{self.task.number}"

    @property
    def mark(self) -> str:
        """The drawing on the rail: one of the design's task variants."""
        if self.is_next:
            return "next"
        return (
            "todo" if self.state in (TaskState.TODAY, TaskState.UPCOMING, TaskState.UNDATED) else self.state
        )

    @property
    def words(self) -> str:
        """The state in words."""
        if self.state is TaskState.LATE:
            days = self.days_late
            return ngettext("Late by %(days)s day", "Late by %(days)s days", days) % {"days": days}
        if self.state is TaskState.DONE_BARE and self.has_some_evidence:
            return _("Done, evidence incomplete")
        if self.state is TaskState.UPCOMING and self.is_next:
            return _("Next date")
        return str(_WORDS[self.state])

    @property
    def tone(self) -> str:
        """The variant of the design's status in which the words are shown."""
        return "next" if self.state is TaskState.TODAY else self.mark

    @property
    def drawing(self) -> str:
        """What is drawn on the rail's node, for the states that have a drawing."""
        return _DRAWINGS.get(self.state, "")

    @property
    def tile(self) -> str:
        """The letter of the design's tile: done, bare, late, next, unsaid, or none."""
        if self.is_next:
            return "n"
        letters = {
            TaskState.DONE: "d",
            TaskState.DONE_BARE: "b",
            TaskState.LATE: "l",
            TaskState.NOT_STATED: "u",
        }
        return letters.get(self.state, "")

    @property
    def files(self) -> list[FileRow]:
        return [file for document in self.documents for file in document.files]

    @property
    def documents_awaited(self) -> list[DocumentRow]:
        return [document for document in self.documents if not document.has_files]

    @property
    def has_some_evidence(self) -> bool:
        return any(document.has_files for document in self.documents)

    @property
    def documents_internal(self) -> int:
        """How many documents were handed in that this reader may not fetch."""
        return sum(document.has_files and not document.files for document in self.documents)

    @property
    def session_date(self) -> datetime.date | None:
        return self.task.session_date

    @property
    def sheet_date(self) -> str:
        return locales.sheet_date(self.task.session_date) if self.task.session_date else ""


@dataclass(slots=True)
class PhaseRow:
    phase: Phase
    title: Localized
    tasks: list[TaskRow]
    period: str

    @property
    def number(self) -> int:
        return self.phase.number

    @property
    def label_differs(self) -> bool:
        """True when the source prints another number than the tasks show: then the label is quoted."""
        printed = re.match(r"\d+", self.phase.label)
        return printed is not None and int(printed.group()) != self.phase.number

    @property
    def done(self) -> int:
        return sum(row.state in DONE_STATES for row in self.tasks)

    @property
    def is_stated(self) -> bool:
        return any(row.task.done is not None for row in self.tasks)

    @property
    def fraction(self) -> str:
        return f"{self.done}/{len(self.tasks)}"

    @property
    def standing(self) -> str:
        """``none`` when nothing is stated of any task, ``done``, ``now`` or ``todo``."""
        if not self.is_stated:
            passed = any(row.state is TaskState.NOT_STATED for row in self.tasks)
            return "none" if passed else "todo"
        return "done" if self.done == len(self.tasks) else "now"


@dataclass(frozen=True, slots=True)
class DelayRow:
    rule: DelayRule
    text: Localized
    from_row: TaskRow
    to_row: TaskRow
    reckoning: DelayReckoning
    from_date: str
    to_date: str

    @property
    def is_in_working_days(self) -> bool:
        return self.rule.day_kind == DayKind.WORKING

    @property
    def tiles(self) -> list[str]:
        """One tile a day: the days asked for, then those beyond; missing days end in red."""
        kept = max(0, min(self.reckoning.days, self.reckoning.min_days))
        beyond = max(0, self.reckoning.days - self.reckoning.min_days)
        tiles = ["d"] * min(kept, MOST_TILES) + [""] * min(beyond, MOST_TILES)
        return (tiles + ["l"] * min(self.reckoning.missing, MOST_TILES))[-2 * MOST_TILES :]


@dataclass(slots=True)
class Calendar:
    program: Program
    today: datetime.date
    country: str
    workdays: Workdays
    phases: list[PhaseRow]
    delays: list[DelayRow]
    progress: Progress
    next_task: TaskRow | None
    period: str
    is_monolingual: bool
    """True when some text of it does not exist in the page's language."""
    rows: list[TaskRow] = field(default_factory=list)

    @property
    def days_to_next(self) -> int:
        date = self.next_task.session_date if self.next_task else None
        return (date - self.today).days if date else 0

    @property
    def has_notes(self) -> bool:
        """Whether any task has notes, or a date that was moved for a reason."""
        return any(row.task.notes or row.moves for row in self.rows)

    @property
    def current_phase(self) -> PhaseRow | None:
        """The first phase that is neither finished nor silent."""
        return next((phase for phase in self.phases if phase.standing == "now"), None)


def code_in(language: str, phase: int, task: int) -> str:
    """The task's code: task-phase in Arabic, as the municipalities write it, phase.task otherwise."""
    return f"{task}-{phase}" if language == "ar" else f"{phase}.{task}"


def read_calendar(
    program: Program,
    today: datetime.date,
    file_address: FileAddress | None = None,
    workdays: Workdays | None = None,
) -> Calendar:
    """Lay a program out for a reader of the active language on ``today`` (the municipality's date).

    ``program`` comes from ``Program.objects.for_calendar_page()``; here only the municipality's
    confirmed holidays are asked for, unless its ``workdays`` are given.
    ``file_address`` gives the address of a public file; without it no file is offered.
    """
    country, language = program.municipality.country, page_language()
    workdays = workdays or workdays_of(program.municipality)
    phases = [_phase_row(phase, today, country, language, file_address) for phase in program.phases.all()]
    rows = [row for phase in phases for row in phase.tasks]
    _mark_days(rows, today)
    return Calendar(
        program=program,
        today=today,
        country=country,
        workdays=workdays,
        phases=phases,
        delays=_delay_rows(program, rows, workdays, country, language),
        progress=progress((row.state, row.task.done) for row in rows),
        next_task=next((row for row in rows if row.is_next), None),
        period=_period(rows, country, language),
        is_monolingual=any(text.is_foreign for text in _texts(program, phases)),
        rows=rows,
    )


def _texts(program: Program, phases: list[PhaseRow]) -> Iterator[Localized]:
    """Every text of the content that the page shows."""
    yield program.title
    for phase in phases:
        yield phase.title
        for row in phase.tasks:
            yield row.title
            yield from (document.title for document in row.documents)


def _phase_row(
    phase: Phase, today: datetime.date, country: str, language: str, address: FileAddress | None
) -> PhaseRow:
    tasks = [_task_row(phase, task, today, country, language, address) for task in phase.tasks.all()]
    return PhaseRow(phase, phase.title, tasks, _period(tasks, country, language))


def _task_row(
    phase: Phase, task: Task, today: datetime.date, country: str, language: str, address: FileAddress | None
) -> TaskRow:
    documents = [_document_row(document, address) for document in task.listed_documents]
    date = task.session_date
    return TaskRow(
        task=task,
        phase_number=phase.number,
        title=task.title,
        documents=documents,
        moves=_move_rows(task, country, language),
        state=task_state(
            done=task.done,
            session_date=date,
            has_all_evidence=all(document.has_files for document in documents),
            today=today,
        ),
        days_late=days_late(date, today) if date else 0,
        code=code_in(language, phase.number, task.number),
        day=locales.day_month(date, country, language) if date else "",
        weekday=locales.weekday(date, country, language) if date else "",
    )


def _move_rows(task: Task, country: str, language: str) -> list[MoveRow]:
    """The moves of a date; what was changed since, while the program was a draft, ends the last one."""
    rows = [_move_row(move, country, language) for move in task.listed_moves]
    if rows and task.listed_moves[-1].new_date != task.session_date:
        now = locales.long_date(task.session_date, country, language) if task.session_date else ""
        rows[-1] = MoveRow(rows[-1].move, rows[-1].old_date, now)
    return rows


def _move_row(move: MovedDate, country: str, language: str) -> MoveRow:
    new_date = locales.long_date(move.new_date, country, language) if move.new_date else ""
    return MoveRow(move, locales.long_date(move.old_date, country, language), new_date)


def _document_row(document: ExpectedDocument, address: FileAddress | None) -> DocumentRow:
    files = document.listed_files
    title = document.title
    offered = [FileRow(str(title), address(file)) for file in files if address and file.is_public]
    return DocumentRow(title, offered, bool(files))


def _mark_days(rows: list[TaskRow], today: datetime.date) -> None:
    """Mark the next date, and the row before which today's line is drawn."""
    to_come = [row for row in rows if row.state in (TaskState.TODAY, TaskState.UPCOMING)]
    dated = [row for row in to_come if row.session_date]
    if dated:
        min(dated, key=lambda row: row.session_date or today).is_next = True
    has_past = any(row.session_date and row.session_date < today for row in rows)
    for row in rows:
        if has_past and row.session_date and row.session_date >= today:
            row.is_first_to_come = True
            return


def _delay_rows(
    program: Program, rows: list[TaskRow], workdays: Workdays, country: str, language: str
) -> list[DelayRow]:
    by_task = {row.task.pk: row for row in rows}
    found = []
    for rule in program.delay_rules.all():
        first, second = by_task.get(rule.from_task_id), by_task.get(rule.to_task_id)
        if first is None or second is None:
            continue
        reckoning = reckon_delay(
            min_days=rule.min_days,
            day_kind=rule.day_kind,
            first=first.session_date,
            second=second.session_date,
            workdays=workdays,
        )
        if reckoning is None or first.session_date is None or second.session_date is None:
            continue
        found.append(
            DelayRow(
                rule=rule,
                text=rule.text,
                from_row=first,
                to_row=second,
                reckoning=reckoning,
                from_date=locales.long_date(first.session_date, country, language),
                to_date=locales.long_date(second.session_date, country, language),
            )
        )
    return found


def _period(rows: Iterable[TaskRow], country: str, language: str) -> str:
    dates = [row.session_date for row in rows if row.session_date]
    return locales.period(min(dates), max(dates), country, language) if dates else ""
