"""The two numbers of a task's code, and which of them is the phase."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import groupby

from portal.folding import fold, western_digits
from programs.importers.heads import HEADS, Column

# Two short numbers with one sign between them, not the beginning of a date.
_CODE = re.compile(r"(\d{1,3})\s?[-–—‐‑−.,/_]\s?(\d{1,3})(?![\d]|\s?[-–—./]\s?\d)\s*[-–—.:)]*\s*")
_LABEL = re.compile(
    r"(?:(?P<word>[^\W\d_]+)\s*)?(?P<number>\d{1,3})\b\s*(?P<sign>[-–—.:)/°]*)\s*(?P<title>.*)", re.DOTALL
)
_LONGEST_CODE = 24
_LONGEST_NUMBERING = 40
_PHASE_WORDS = {fold(word) for word in HEADS[Column.PHASE]}


class CodeOrder(StrEnum):
    """How a code is written: "1.2" phase first, "2-1" task first, both task 2 of phase 1."""

    PHASE_FIRST = "phase-task"
    TASK_FIRST = "task-phase"


@dataclass(frozen=True, slots=True)
class Code:
    """The two numbers of a code as printed."""

    first: int
    second: int

    def read(self, order: CodeOrder) -> tuple[int, int]:
        """Return the number of the phase and that of the task."""
        return (self.first, self.second) if order is CodeOrder.PHASE_FIRST else (self.second, self.first)


def split_code(text: str) -> tuple[Code, str] | None:
    """Return the code that opens the text and the text after it, to the letter; `None` where no code does."""
    if not text[:1].isdecimal():
        return None
    found = _CODE.match(western_digits(text[:_LONGEST_CODE]))
    if found is None:
        return None
    return Code(int(found[1]), int(found[2])), text[found.end() :]


def split_label(label: str) -> tuple[int | None, str]:
    """Return the number that a phase's label gives it, if any, and the title without that number."""
    found = _LABEL.match(western_digits(label[:_LONGEST_NUMBERING]))
    if found is None or not (found["word"] or found["sign"] or not found["title"]):
        return None, label
    if found["word"] and fold(found["word"]) not in _PHASE_WORDS:
        return None, label
    return int(found["number"]), label[found.start("title") :] or label


@dataclass(slots=True)
class Group:
    """The codes that stand under one phase label, the label as printed ("" for none)."""

    label: str
    codes: list[Code] = field(default_factory=list)


def group_by_label(rows: Iterable[tuple[str, Code]]) -> list[Group]:
    """Return the codes by phase; an empty label continues the one above, a repeated label too."""
    groups: list[Group] = []
    for label, code in rows:
        if not groups or (label and fold(label) != fold(groups[-1].label)):
            groups.append(Group(label))
        groups[-1].codes.append(code)
    return groups


def find_order(groups: Sequence[Group]) -> CodeOrder:
    """Return the order that agrees best with the phases; where both agree alike, phase first."""
    return max(CodeOrder, key=lambda order: _agreement(groups, order))


def phase_of(group: Group, order: CodeOrder) -> int:
    """Return the number of a group's phase: its label's if a task bears it too, else that of most tasks."""
    numbers = Counter(code.read(order)[0] for code in group.codes)
    labelled = split_label(group.label)[0]
    return labelled if labelled and labelled in numbers else numbers.most_common(1)[0][0]


def _agreement(groups: Sequence[Group], order: CodeOrder) -> int:
    """Count what speaks for an order.

    That is: tasks of one phase in a group, that of the group's label and of no other group, and tasks in
    sequence.
    """
    phases = [phase_of(group, order) for group in groups]
    pairs = [[code.read(order) for code in group.codes] for group in groups]
    same = sum(phase == own for own, group in zip(phases, pairs, strict=True) for phase, _task in group)
    labelled = sum(split_label(group.label)[0] == own for own, group in zip(phases, groups, strict=True))
    repeated = len(phases) - len(set(phases))
    return same + labelled + _in_sequence([pair for group in pairs for pair in group]) - repeated


def _in_sequence(pairs: Sequence[tuple[int, int]]) -> int:
    """Count the tasks that follow the one before, from 1 in each phase."""
    runs = [[task for _phase, task in run] for _key, run in groupby(pairs, key=lambda pair: pair[0])]
    return sum(task == place for run in runs for place, task in enumerate(run, start=1))
