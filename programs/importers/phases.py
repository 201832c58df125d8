"""The phases of a calendar: which tasks each has, and what the source calls it."""

from collections.abc import Sequence
from dataclasses import dataclass

from programs.importers.codes import CodeOrder, Group, phase_of
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
    label = rows[0].label
    codes = [row.code for row in rows]
    return phase_of(Group(label.text if label else "", label.number if label else None, codes), order)


def gather_phases(rows: Rows, tasks: Sequence[TaskReading], order: CodeOrder) -> tuple[PhaseReading, ...]:
    """Return the phases in the order of the source, each called as where it is named first."""
    labels: dict[int, Label] = {}
    for part in under_labels(rows.tasks, order):
        if part.label:
            labels.setdefault(part.phase, part.label)
    for label in rows.bare_labels:
        if label.number:
            labels.setdefault(label.number, label)
    numbers = dict.fromkeys([*(task.phase for task in tasks), *labels])
    return tuple(_phase_reading(number, labels.get(number), tasks) for number in numbers)


def _phase_reading(number: int, label: Label | None, tasks: Sequence[TaskReading]) -> PhaseReading:
    own = tuple(task for task in tasks if task.phase == number)
    if label is None:
        return PhaseReading(number=number, title="", label="", tasks=own)
    return PhaseReading(number, label.title, label.text, own, label.line, label.column)
