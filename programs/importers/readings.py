"""What a calendar says once it is read: plain values with their places in the source, before any database."""

import datetime
from dataclasses import asdict, dataclass
from typing import Any

from portal.importing.findings import Guess, SourceWarning


@dataclass(frozen=True, slots=True)
class TaskReading:
    """A task; `line` is that of its row. `done` is `None` where the source says neither yes nor no."""

    line: int
    phase: int
    number: int
    title: str
    documents: tuple[str, ...] = ()
    session_date: datetime.date | None = None
    done: bool | None = None
    notes: str = ""
    responsible: str = ""

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
    """A phase; `label` is its cell as printed, `title` the same without its number."""

    number: int
    title: str
    label: str
    tasks: tuple[TaskReading, ...]

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
class CalendarReading:
    """A whole calendar file as read, with what to look at and what was decided."""

    title: str
    year: int | None
    phases: tuple[PhaseReading, ...]
    delay_rules: tuple[DelayReading, ...] = ()
    warnings: tuple[SourceWarning, ...] = ()
    guesses: tuple[Guess, ...] = ()

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
