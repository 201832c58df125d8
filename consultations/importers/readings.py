"""What a reader found in a project sheet, each part with the line of the file it stands on."""

from __future__ import annotations

import datetime
from dataclasses import asdict, dataclass
from decimal import Decimal
from typing import Any, Literal

from consultations.importers.labels import Principle
from consultations.points import Point
from portal.importing.findings import SourceWarning

Precision = Literal["month", "day"]


@dataclass(frozen=True, slots=True)
class Item(Point):
    """A point or a paragraph of a list."""

    line: int = 0


@dataclass(frozen=True, slots=True)
class StageReading:
    """A line of the process: a stage is of level 1, a numbered step of it of level 2."""

    title: str
    level: int
    line: int


@dataclass(frozen=True, slots=True)
class PrintedDate:
    """A day, or a month that is kept as its first day."""

    day: datetime.date
    precision: Precision

    def __str__(self) -> str:
        return f"{self.day:%Y-%m}" if self.precision == "month" else self.day.isoformat()


@dataclass(frozen=True, slots=True)
class PlacedDate:
    """A date and where its text stands in the file."""

    date: PrintedDate
    line: int
    column: int
    text: str

    @property
    def day(self) -> datetime.date:
        return self.date.day


@dataclass(frozen=True, slots=True)
class ActivityReading:
    """A row of the schedule; what it does not print is ``None``."""

    title: str
    start: PrintedDate | None
    end: PrintedDate | None
    percent: int | None
    line: int

    def as_json(self) -> dict[str, Any]:
        return {
            "title": self.title,
            "start": str(self.start) if self.start else None,
            "end": str(self.end) if self.end else None,
            "percent": self.percent,
        }


@dataclass(frozen=True, slots=True)
class QuestionReading:
    """A yes/no question: its printed wording, when there is one, and the answer, ``None`` when not stated."""

    answer: bool | None = None
    label: str = ""
    line: int = 0


@dataclass(frozen=True, slots=True)
class AmountReading:
    """An amount as printed and, where it has one meaning, its value and currency ("": not printed)."""

    printed: str = ""
    value: Decimal | None = None
    currency: str = ""
    is_ambiguous: bool = False
    line: int = 0


@dataclass(frozen=True, slots=True)
class AnswersReading:
    """The part of the sheet that is a form: principles, two questions, money. Its marks are often lost."""

    principles: dict[Principle, bool | None]
    questions: tuple[QuestionReading, QuestionReading]
    amount: AmountReading
    funding_source: str
    funding_line: int = 0


@dataclass(frozen=True, slots=True)
class ProjectReading:
    """The project of a sheet, to the letter."""

    title: str
    line: int
    axis: str
    axis_line: int
    problem: tuple[Item, ...]
    solution: tuple[Item, ...]
    answers: AnswersReading
    results: tuple[Item, ...]
    indicators: tuple[Item, ...]
    activities: tuple[ActivityReading, ...]
    printed_progress: int | None
    comment_count: int | None
    note: str

    def as_json(self, number: int) -> dict[str, Any]:
        amount = self.answers.amount.value
        return {
            "number": number,
            "title": self.title,
            "axis": self.axis,
            "problem": [item.text for item in self.problem],
            "solution": [item.text for item in self.solution],
            "principles": {str(name): answer for name, answer in self.answers.principles.items()},
            "questions": [question.answer for question in self.answers.questions],
            "amount": None if amount is None else str(amount),
            "funding_source": self.answers.funding_source,
            "results": [item.text for item in self.results],
            "indicators": [item.text for item in self.indicators],
            "activities": [activity.as_json() for activity in self.activities],
            "comment_count": self.comment_count,
        }


@dataclass(frozen=True, slots=True)
class PlanReading:
    """A whole sheet: the plan's own lines, its one project, and what a person should look at."""

    file: str
    title: str
    title_line: int
    commune: str
    commune_line: int
    stages: tuple[StageReading, ...]
    project: ProjectReading
    warnings: tuple[SourceWarning, ...]

    def as_json(self, *, municipality: str, slug: str, number: int = 1) -> dict[str, Any]:
        """The reading as ``import_plan --json`` prints it.

        ``municipality`` and ``slug`` are the addresses of the municipality and the plan it is read for;
        ``number`` is the project's in that plan.
        """
        return {
            "plan": {"title": self.title, "slug": slug, "municipality": municipality},
            "stages": [{"title": stage.title, "level": stage.level} for stage in self.stages],
            "projects": [self.project.as_json(number)],
            "warnings": [asdict(warning) for warning in self.warnings],
        }
