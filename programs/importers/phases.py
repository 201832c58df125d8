"""The phases of a calendar: which tasks each has, and what the source calls it."""

from collections.abc import Sequence
from dataclasses import dataclass

from programs.importers.codes import CodeOrder, Group, phase_of, split_label
from programs.importers.readings import PhaseReading, TaskReading
from programs.importers.rows import Label, Rows, TaskRow


@dataclass(frozen=True, slots=True)
class LabelledRows:
    """The rows from one printed label to the next, and the phase that they are."""

    label: Label | None
    phase: int
    rows: tuple[TaskRow, ...]


def under_labels(rows: Sequence[TaskRow], order: CodeOrder) -> list[LabelledRows]:
    """Return the rows by the printed label above them, in order."""
    parts: list[list[TaskRow]] = []
    for row in rows:
        if row.label or not parts:
            parts.append([])
        parts[-1].append(row)
    return [LabelledRows(part[0].label, _phase(part, order), tuple(part)) for part in parts]


def _phase(rows: Sequence[TaskRow], order: CodeOrder) -> int:
    label = rows[0].label.text if rows[0].label else ""
    return phase_of(Group(label, [row.code for row in rows]), order)


def gather_phases(rows: Rows, tasks: Sequence[TaskReading], order: CodeOrder) -> tuple[PhaseReading, ...]:
    """Return the phases in the order of the source, each called as where it is named first."""
    labels: dict[int, str] = {}
    for part in under_labels(rows.tasks, order):
        if part.label:
            labels.setdefault(part.phase, part.label.text)
    for label in rows.bare_labels:
        if number := split_label(label.text)[0]:
            labels.setdefault(number, label.text)
    numbers = dict.fromkeys([*(task.phase for task in tasks), *labels])
    return tuple(_phase_reading(number, labels.get(number, ""), tasks) for number in numbers)


def _phase_reading(number: int, label: str, tasks: Sequence[TaskReading]) -> PhaseReading:
    own = tuple(task for task in tasks if task.phase == number)
    return PhaseReading(number=number, title=split_label(label)[1], label=label, tasks=own)
