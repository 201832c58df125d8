"""The whole calendar as an editable grid, each warning in the cell or the row that it speaks of."""

from __future__ import annotations

import datetime
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass

from portal.folding import clean
from portal.importing.findings import SourceWarning
from portal.importing.refusals import quote
from portal.importing.tables import Table
from portal.locales import weekday
from programs.calendar import code_in
from programs.importers.edits import cell_name, warnings_by_cell
from programs.importers.readings import CalendarReading, PhaseReading, TaskReading

_ABOUT_PHASES = {"phase_number", "phase_label"}
_ABOUT_TITLE = {"title_missing", "year_differs"}


@dataclass(frozen=True, slots=True)
class Told:
    """A warning as shown: what it says, the line it speaks of, and the source's own text there."""

    message: str
    line: int
    source: str


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of the grid as a field: its name in the form, its text, what is wrong, what to look at."""

    name: str
    value: str
    error: str = ""
    warnings: tuple[Told, ...] = ()

    @property
    def rows(self) -> int:
        """How many lines a field of this text opens with."""
        return max(1, self.value.count("\n") + 1, -(-len(self.value) // 48))


@dataclass(frozen=True, slots=True)
class GridTask:
    """A task as a row of the grid; `above` are the warnings about the rows that begin here."""

    line: int
    code: str
    weekday: str
    title: Cell
    documents: Cell
    date: Cell
    done: Cell
    notes: Cell
    responsible: Cell
    warnings: tuple[Told, ...]
    above: tuple[Told, ...]


@dataclass(frozen=True, slots=True)
class GridPhase:
    """A phase and its tasks, in the order of the source."""

    number: int
    title: Cell
    warnings: tuple[Told, ...]
    tasks: list[GridTask]


@dataclass(frozen=True, slots=True)
class Grid:
    """A calendar to look through: its title, its phases, and the warnings that belong to no row of it."""

    title: Cell
    phases: list[GridPhase]
    loose: tuple[Told, ...]


class _Warnings:
    """The warnings of a reading by where they are shown."""

    def __init__(self, reading: CalendarReading, table: Table) -> None:
        self.rows = {row.line: row for row in table.rows}
        self.title_line = reading.title_line
        found = warnings_by_cell(reading)
        self.cells = {name: self._told(*warnings) for name, warnings in found.cells.items()}
        self.above: dict[int, list[Told]] = defaultdict(list)
        self.phases: dict[int, list[Told]] = defaultdict(list)
        self.tasks: dict[int, list[Told]] = defaultdict(list)
        self.title: tuple[Told, ...] = ()
        self.loose: tuple[Told, ...] = ()
        tasks = sorted(reading.tasks, key=lambda task: task.line)
        lines = {task.line for task in tasks}
        for warning in found.others:
            self._place(warning, tasks, lines)

    def _place(self, warning: SourceWarning, tasks: Sequence[TaskReading], lines: Set[int]) -> None:
        told = self._told(warning)
        place = bisect_left(tasks, warning.line, key=lambda task: task.line)
        following = tasks[place] if place < len(tasks) else None
        if warning.code in _ABOUT_TITLE or warning.line == self.title_line:
            self.title += told
        elif warning.code == "mirrored_rows" and following:
            self.above[following.line] += told
        elif warning.code in _ABOUT_PHASES and following:
            self.phases[following.phase] += told
        elif warning.line in lines:
            self.tasks[warning.line] += told
        else:
            self.loose += told

    def _told(self, *warnings: SourceWarning) -> tuple[Told, ...]:
        return tuple(
            Told(warning.message, warning.line, self._source(warning.line, warning.column))
            for warning in warnings
        )

    def _source(self, line: int, column: int) -> str:
        row = self.rows.get(line)
        if row is None:
            return ""
        cell = row.cells[column - 1] if 0 < column <= len(row.cells) else ""
        return quote(cell or clean(row.text))

    def phase(self, place: int, number: int) -> tuple[Told, ...]:
        return (*self.cells.get(cell_name("phase", place, "label"), ()), *self.phases[number])


def lay_out(
    source: CalendarReading,
    reading: CalendarReading,
    table: Table,
    texts: Mapping[str, str],
    errors: Mapping[str, str],
    *,
    country: str,
    language: str,
) -> Grid:
    """Return the grid of a reading, with the warnings about its `source`, the file as it was read.

    `texts` are its cells as they stand now, `errors` what is wrong there.
    """
    warnings = _Warnings(source, table)
    layout = _Layout(texts, errors, warnings, country, language)
    places = {id(task): place for place, task in enumerate(reading.tasks)}
    phases = [layout.phase(place, phase, places) for place, phase in enumerate(reading.phases)]
    title = Cell("title", texts.get("title", ""), errors.get("title", ""), warnings.title)
    return Grid(title, phases, warnings.loose)


@dataclass(frozen=True, slots=True)
class _Layout:
    """Makes rows out of readings and of what stands in their cells."""

    texts: Mapping[str, str]
    errors: Mapping[str, str]
    warnings: _Warnings
    country: str
    language: str

    def cell(self, kind: str, place: int, name: str) -> Cell:
        key = cell_name(kind, place, name)
        return Cell(key, self.texts.get(key, ""), self.errors.get(key, ""), self.warnings.cells.get(key, ()))

    def phase(self, place: int, phase: PhaseReading, places: Mapping[int, int]) -> GridPhase:
        return GridPhase(
            number=phase.number,
            title=self.cell("phase", place, "title"),
            warnings=self.warnings.phase(place, phase.number),
            tasks=[self.task(places[id(task)], task) for task in phase.tasks],
        )

    def task(self, place: int, task: TaskReading) -> GridTask:
        number = self.cell("task", place, "number")
        return GridTask(
            line=task.line,
            code=code_in(self.language, task.phase, task.number),
            weekday=_weekday(task.session_date, self.country, self.language),
            title=self.cell("task", place, "title"),
            documents=self.cell("task", place, "documents"),
            date=self.cell("task", place, "session_date"),
            done=self.cell("task", place, "done"),
            notes=self.cell("task", place, "notes"),
            responsible=self.cell("task", place, "responsible"),
            warnings=(*number.warnings, *self.warnings.tasks.get(task.line, ())),
            above=tuple(self.warnings.above.get(task.line, ())),
        )


def _weekday(day: datetime.date | None, country: str, language: str) -> str:
    return weekday(day, country, language) if day else ""
