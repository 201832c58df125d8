"""A reading as plain texts that a person may change cell by cell, and back, each error beside its cell.

Everything is a text, as in a form: numbers in digits, dates as `2021/10/13`, documents one a line, done as
`yes`, `no` or "". Cells are named `title`, `phase-0-label`, `task-3-session_date`: what it is, its place from
0, the field.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any

from django.utils.translation import gettext as _

from portal.folding import clean, storable, western_digits
from portal.importing.dates import NotADate, read_date
from portal.importing.findings import SourceWarning
from programs.importers.calendar import LAST_PHASE, LAST_TASK, read_delays
from programs.importers.codes import split_label
from programs.importers.readings import CalendarReading, PhaseReading, TaskReading
from programs.importers.rows import LONGEST_NOTES, LONGEST_RESPONSIBLE, LONGEST_TITLE, on_one_line

YES, NO, NOT_STATED = "yes", "no", ""
ANSWERS = {YES: True, NO: False, NOT_STATED: None}
_ANSWER_TEXTS = {done: text for text, done in ANSWERS.items()}


@dataclass(frozen=True, slots=True)
class PhaseCells:
    """A phase; `label` is as printed in the source, `title` the same without its number."""

    number: str = ""
    title: str = ""
    label: str = ""


@dataclass(frozen=True, slots=True)
class TaskCells:
    """A task of the phase with the number `phase`; `line` is that of its row in the file, "" for none."""

    phase: str = ""
    number: str = ""
    title: str = ""
    documents: str = ""
    session_date: str = ""
    done: str = NOT_STATED
    notes: str = ""
    responsible: str = ""
    line: str = ""


@dataclass(frozen=True, slots=True)
class CalendarCells:
    """A calendar's title, phases and tasks, in order."""

    title: str = ""
    phases: tuple[PhaseCells, ...] = ()
    tasks: tuple[TaskCells, ...] = ()

    def as_texts(self) -> dict[str, str]:
        """Return all cells by name, as a form posts them; see `cells_from`."""
        texts = {"title": self.title}
        for place, phase in enumerate(self.phases):
            texts |= {cell_name("phase", place, name): text for name, text in asdict(phase).items()}
        for place, task in enumerate(self.tasks):
            texts |= {cell_name("task", place, name): text for name, text in asdict(task).items()}
        return texts


@dataclass(frozen=True, slots=True)
class EditedReading:
    """What edited cells say: a reading, or, where there are errors, what is wrong by the name of the cell."""

    reading: CalendarReading | None
    errors: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class WarningsByCell:
    """The warnings of a reading beside their cells, and those about none: lines, columns, the title."""

    cells: Mapping[str, tuple[SourceWarning, ...]]
    others: tuple[SourceWarning, ...]


def cell_name(kind: str, place: int, name: str) -> str:
    """Return the name of a cell; `kind` is "phase" or "task", `place` counts from 0."""
    return f"{kind}-{place}-{name}"


# Out


def cells_of(reading: CalendarReading) -> CalendarCells:
    """Return a reading as texts to edit."""
    phases = [PhaseCells(str(phase.number), phase.title, phase.label) for phase in reading.phases]
    return CalendarCells(reading.title, tuple(phases), tuple(map(_task_cells, reading.tasks)))


def _task_cells(task: TaskReading) -> TaskCells:
    return TaskCells(
        phase=str(task.phase),
        number=str(task.number),
        title=task.title,
        documents="\n".join(task.documents),
        session_date=f"{task.session_date:%Y/%m/%d}" if task.session_date else "",
        done=_ANSWER_TEXTS[task.done],
        notes=task.notes,
        responsible=task.responsible,
        line=str(task.line),
    )


def cells_from(texts: Mapping[str, str]) -> CalendarCells:
    """Return the cells of a posted form, by their names; rows end at the first place that has no cell."""
    return CalendarCells(
        title=texts.get("title", ""),
        phases=tuple(PhaseCells(**row) for row in _rows(texts, "phase", PhaseCells)),
        tasks=tuple(TaskCells(**row) for row in _rows(texts, "task", TaskCells)),
    )


def _rows(texts: Mapping[str, str], kind: str, cells: type[Any]) -> list[dict[str, str]]:
    names, rows = [each.name for each in fields(cells)], list[dict[str, str]]()
    while row := {name: texts[key] for name in names if (key := cell_name(kind, len(rows), name)) in texts}:
        rows.append(row)
    return rows


def warnings_by_cell(reading: CalendarReading) -> WarningsByCell:
    """Return the warnings of a reading by the names of the cells they are about."""
    names: dict[tuple[int, int], str] = {}
    for place, task in enumerate(reading.tasks):
        for name, cell in task.sources.items():
            if name != "phase":
                names[task.line, cell.column] = cell_name("task", place, name)
    for place, phase in enumerate(reading.phases):
        if phase.line:
            names[phase.line, phase.column] = cell_name("phase", place, "label")
    cells = defaultdict[str, list[SourceWarning]](list)
    for warning in reading.warnings:
        is_about_cell = warning.code not in _ABOUT_LINES
        cells[names.get((warning.line, warning.column), "") if is_about_cell else ""].append(warning)
    others = tuple(cells.pop("", ()))
    return WarningsByCell({name: tuple(found) for name, found in cells.items()}, others)


_ABOUT_LINES = ("mirrored_rows", "column_not_read", "line_not_read", "title_missing", "year_differs")


# In


def reading_from_cells(
    cells: CalendarCells, *, origin: CalendarReading | None = None, year: int | None = None
) -> EditedReading:
    """Return what edited cells say.

    `origin` is the reading they were made of: its guesses and warnings stay with the new reading, its year
    too unless `year` is given. Delays are looked up anew in the titles.
    """
    errors: dict[str, str] = {}
    title = _text(cells.title, "title", LONGEST_TITLE, errors)
    phases = [_phase(row, place, errors) for place, row in enumerate(cells.phases)]
    _check_doubles("phase", [str(phase.number) for phase in phases], errors)
    tasks = [_task(row, place, errors) for place, row in enumerate(cells.tasks)]
    _check_doubles("task", [task.code for task in tasks], errors)
    _check_phases(tasks, {phase.number for phase in phases}, errors)
    if not tasks:
        errors.setdefault("title", _("A calendar has at least one task."))
    if errors:
        return EditedReading(None, errors)
    whole = [replace(phase, tasks=_own(phase, tasks)) for phase in phases]
    reading = replace(origin or CalendarReading("", year, ()), title=title, phases=tuple(whole))
    rules = tuple(read_delays(reading.tasks)[0])
    return EditedReading(replace(reading, delay_rules=rules, year=year or reading.year))


def _own(phase: PhaseReading, tasks: Sequence[TaskReading]) -> tuple[TaskReading, ...]:
    return tuple(task for task in tasks if task.phase == phase.number)


def _phase(row: PhaseCells, place: int, errors: dict[str, str]) -> PhaseReading:
    """Return a phase. Its label stays as printed while the title is the one in it."""
    number = _number(row.number, cell_name("phase", place, "number"), LAST_PHASE, errors)
    title = _text(row.title, cell_name("phase", place, "title"), LONGEST_TITLE, errors)
    label = on_one_line(clean(row.label))
    if split_label(label)[1] != title:
        label = f"{number}- {title}" if title else ""
    return PhaseReading(number, title, label, ())


def _task(row: TaskCells, place: int, errors: dict[str, str]) -> TaskReading:
    def at(name: str) -> str:
        return cell_name("task", place, name)

    title = _text(row.title, at("title"), LONGEST_TITLE, errors)
    if not title:
        errors[at("title")] = _("Give the task a title.")
    return TaskReading(
        line=int(row.line) if row.line.isdecimal() and len(row.line) < 10 else 0,
        phase=_number(row.phase, at("phase"), LAST_PHASE, errors),
        number=_number(row.number, at("number"), LAST_TASK, errors),
        title=title,
        documents=_documents(row.documents, at("documents"), errors),
        session_date=_date(row.session_date, at("session_date"), errors),
        done=_done(row.done, at("done"), errors),
        notes=_lines(row.notes, at("notes"), LONGEST_NOTES, errors),
        responsible=_text(row.responsible, at("responsible"), LONGEST_RESPONSIBLE, errors),
    )


def _number(text: str, name: str, last: int, errors: dict[str, str]) -> int:
    digits = western_digits(clean(text))
    if digits.isdecimal() and len(digits) < 5 and 1 <= int(digits) <= last:
        return int(digits)
    errors[name] = _("Give a number from 1 to %(last)d.") % {"last": last}
    return 0


def _text(text: str, name: str, longest: int, errors: dict[str, str]) -> str:
    return on_one_line(_lines(text, name, longest, errors))


def _lines(text: str, name: str, longest: int, errors: dict[str, str]) -> str:
    kept = clean(storable("\n".join(text.splitlines())))
    if len(kept) > longest:
        errors[name] = _("Write at most %(count)d characters.") % {"count": longest}
    return kept


def _documents(text: str, name: str, errors: dict[str, str]) -> tuple[str, ...]:
    titles = [_text(line, name, LONGEST_TITLE, errors) for line in text.splitlines()]
    return tuple(filter(None, titles))


def _date(text: str, name: str, errors: dict[str, str]) -> Any:
    if not clean(text):
        return None
    try:
        return read_date(clean(text))
    except NotADate as error:
        errors[name] = _("Give %(expected)s.") % {"expected": error.expected}
        return None


def _done(text: str, name: str, errors: dict[str, str]) -> bool | None:
    if text not in ANSWERS:
        errors[name] = _("Choose yes, no or not stated.")
    return ANSWERS.get(text)


def _check_doubles(kind: str, codes: Sequence[str], errors: dict[str, str]) -> None:
    """Note every row with the number of a row above, unless its number is an error already."""
    message = {
        "phase": _("Another phase has this number already."),
        "task": _("Another task of this phase has this number already."),
    }
    seen: set[str] = set()
    for place, code in enumerate(codes):
        if code in seen:
            errors.setdefault(cell_name(kind, place, "number"), message[kind])
        seen.add(code)


def _check_phases(tasks: Sequence[TaskReading], numbers: set[int], errors: dict[str, str]) -> None:
    for place, task in enumerate(tasks):
        if task.phase not in numbers:
            message = _("Give the number of a phase of this calendar.")
            errors.setdefault(cell_name("task", place, "phase"), message)
