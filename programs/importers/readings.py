"""What a calendar says once it is read: plain values with their places in the source, before any database."""

import datetime
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from portal.importing.findings import Guess, SourceWarning
from programs.importers.heads import Column


@dataclass(frozen=True, slots=True)
class SourceCell:
    """A cell as printed, and its place in the row of the file, counted from 1."""

    column: int
    text: str


@dataclass(frozen=True, slots=True)
class TaskReading:
    """A task; `line` is that of its row. `done` is `None` where the source says neither yes nor no.

    `sources` are the cells it was read from, by the name of the field; they do not count when tasks are
    compared.
    """

    line: int
    phase: int
    number: int
    title: str
    documents: tuple[str, ...] = ()
    session_date: datetime.date | None = None
    done: bool | None = None
    notes: str = ""
    responsible: str = ""
    sources: Mapping[str, SourceCell] = field(default_factory=dict, compare=False, hash=False)

    @property
    def code(self) -> str:
        return f"{self.phase}.{self.number}"

    def as_json(self) -> dict[str, Any]:
        return {
            "number": self.number,
            "title": self.title,
            "documents": list(self.documents),
            "session_date": self.session_date.isoformat() if self.session_date else None,
            "done": self.done,
            "notes": self.notes,
        }


@dataclass(frozen=True, slots=True)
class PhaseReading:
    """A phase; `label` is its cell as printed, `title` the same without its number.

    `line` and `column` are the place of that cell, 0 for a phase that is not named; they do not count when
    phases are compared.
    """

    number: int
    title: str
    label: str
    tasks: tuple[TaskReading, ...]
    line: int = field(default=0, compare=False)
    column: int = field(default=0, compare=False)

    def as_json(self) -> dict[str, Any]:
        return {
            "number": self.number,
            "title": self.title,
            "label": self.label,
            "tasks": [task.as_json() for task in self.tasks],
        }


@dataclass(frozen=True, slots=True)
class DelayReading:
    """A delay that a title states: task `to_code` at least `min_days` days after task `from_code`."""

    from_code: str
    to_code: str
    min_days: int
    in_working_days: bool
    text: str

    def as_json(self) -> dict[str, Any]:
        return {"from": self.from_code, "to": self.to_code, "min_days": self.min_days}


@dataclass(frozen=True, slots=True)
class ColumnReading:
    """A column of the file: its head as printed or else its first cell, and what it was taken for."""

    text: str
    column: Column | None


@dataclass(frozen=True, slots=True)
class CalendarReading:
    """A whole calendar file as read, with what to look at and what was decided.

    `columns` are those of the file's first rows of tasks, `title_line` that of the title, 0 without one.
    """

    title: str
    year: int | None
    phases: tuple[PhaseReading, ...]
    delay_rules: tuple[DelayReading, ...] = ()
    warnings: tuple[SourceWarning, ...] = ()
    guesses: tuple[Guess, ...] = ()
    columns: tuple[ColumnReading, ...] = field(default=(), compare=False)
    title_line: int = field(default=0, compare=False)

    @property
    def tasks(self) -> tuple[TaskReading, ...]:
        return tuple(task for phase in self.phases for task in phase.tasks)

    def as_json(self, *, municipality: str) -> dict[str, Any]:
        """Return the reading in the shape that `manage.py import_calendar --json` prints."""
        return {
            "program": {"title": self.title, "year": self.year, "municipality": municipality},
            "phases": [phase.as_json() for phase in self.phases],
            "delay_rules": [rule.as_json() for rule in self.delay_rules],
            "warnings": [asdict(warning) for warning in self.warnings],
        }
