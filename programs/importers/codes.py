"""The two numbers of a task's code, and which of them is the phase. A letter may stand for either."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import groupby

from portal.folding import fold, western_digits
from programs.importers.grammar import ABJAD, ALEFS, ALPHABET
from programs.importers.heads import HEADS, Column

# Two short numbers with one sign between them, not the beginning of a date.
_CODE = re.compile(r"(\d{1,3})\s?[-–—‐‑−.,/_]\s?(\d{1,3})(?![\d]|\s?[-–—./]\s?\d)\s*[-–—.:)]*\s*")
_LABEL = re.compile(
    r"(?:(?P<word>[^\W\d_]+)\s*)?(?P<number>\d{1,3})\b\s*(?P<sign>[-–—.:)/°]*)\s*(?P<title>.*)", re.DOTALL
)
# A letter before or after a number. After a space a letter is a word, and before a dot it abbreviates one.
_LETTER = rf"[{ALPHABET}{ALEFS}]\u0640?"
_SIGN = r"[-–—‐‑−.,/_]"
_LETTER_FIRST = re.compile(
    rf"({_LETTER})(?:\s?[-–—‐‑−/]\s?|[.,_])(\d{{1,3}})(?![\d]|\s?[-–—./]\s?\d)\s*[-–—.:)]*\s*"
)
_LETTER_LAST = re.compile(rf"(\d{{1,3}}){_SIGN}({_LETTER})(?=\s|[-–—:)]|$)\s*[-–—:)]*\s*")
_LETTER_LABEL = re.compile(
    rf"(?:(?P<word>[^\W\d_]+)\s+)?(?P<number>{_LETTER})(?!\w)\s*(?P<sign>[-–—:)/]*)\s*(?P<title>.*)",
    re.DOTALL,
)
_LONE = re.compile(rf"(?P<number>\d{{1,3}}|{_LETTER})\s*(?:[-–—.:)/°]+\s*(?P<title>\S.*)|$)", re.DOTALL)
_LONGEST_CODE = 24
_LONGEST_NUMBERING = 40
_PHASE_WORDS = {fold(word) for word in HEADS[Column.PHASE]}


class CodeOrder(StrEnum):
    """How a code is written: "1.2" phase first, "2-1" task first, both task 2 of phase 1."""

    PHASE_FIRST = "phase-task"
    TASK_FIRST = "task-phase"


class LetterOrder(StrEnum):
    """What letters count: by the alphabet "أ ب ت ث", or by the old order "أ ب ج د"."""

    ALPHABET = "alphabet"
    ABJAD = "abjad"


_LETTERS = {
    LetterOrder.ALPHABET: {letter: place for place, letter in enumerate(ALPHABET, start=1)},
    LetterOrder.ABJAD: {letter: place for place, letter in enumerate(ABJAD, start=1)},
}


@dataclass(frozen=True, slots=True)
class Code:
    """The two numbers of a code in the order of the file, and the whole as `printed`."""

    first: int
    second: int
    printed: str = field(default="", compare=False)

    def read(self, order: CodeOrder) -> tuple[int, int]:
        """Return the number of the phase and that of the task."""
        return (self.first, self.second) if order is CodeOrder.PHASE_FIRST else (self.second, self.first)


def split_code(text: str, letters: LetterOrder = LetterOrder.ALPHABET) -> tuple[Code, str] | None:
    """Return the code that opens the text and the text after it, to the letter; `None` where no code does."""
    shapes = _shapes_from(text[:1])
    head = western_digits(text[:_LONGEST_CODE]) if shapes else ""
    for shape in shapes:
        if found := shape.match(head):
            first, second = (_count(numeral, letters) for numeral in found.groups())
            printed = text[: found.end()].rstrip("-–—.:) ")
            return Code(first, second, printed), text[found.end() :]
    return None


def _shapes_from(first: str) -> tuple[re.Pattern[str], ...]:
    """Return the shapes of codes that a text with this first sign may have."""
    if first.isdecimal():
        return _CODE, _LETTER_LAST
    return (_LETTER_FIRST,) if first and _plain(first) in _LETTERS[LetterOrder.ALPHABET] else ()


def _plain(letter: str) -> str:
    return ALPHABET[0] if letter[0] in ALEFS else letter[0]


def _count(numeral: str, letters: LetterOrder) -> int:
    return int(numeral) if numeral.isdecimal() else _LETTERS[letters][_plain(numeral)]


def split_label(label: str, letters: LetterOrder = LetterOrder.ALPHABET) -> tuple[int | None, str]:
    """Return the number that a phase's label gives it, if any, and the title without that number."""
    found = _match_label(label)
    if found is None or (found["word"] and fold(found["word"]) not in _PHASE_WORDS):
        return None, label
    return _count(found["number"], letters), label[found.start("title") :] or label


def _match_label(label: str) -> re.Match[str] | None:
    head = western_digits(label[:_LONGEST_NUMBERING])
    found = _LABEL.match(head)
    if found and (found["word"] or found["sign"] or not found["title"]):
        return found
    found = _LETTER_LABEL.match(head)
    return found if found and (found["word"] or found["sign"]) else None


def split_lone_number(text: str, letters: LetterOrder = LetterOrder.ALPHABET) -> tuple[int, str] | None:
    """Return the single number that opens a task and the task's title, "" where the number stands alone."""
    found = _LONE.match(western_digits(text[:_LONGEST_NUMBERING]))
    if found is None:
        return None
    start = found.start("title") if found["title"] else len(text)
    return _count(found["number"], letters), text[start:]


def letter_of(text: str) -> str:
    """Return the letter that numbers a text opened by a code, a label or a single number, else ""."""
    head = western_digits(text[:_LONGEST_CODE])
    code = next((found for shape in _shapes_from(head[:1]) if (found := shape.match(head))), None)
    if code:
        numerals = code.groups()
    else:
        found = _match_label(text) or _LONE.match(head)
        numerals = (found["number"],) if found else ()
    return next((_plain(numeral) for numeral in numerals if not numeral.isdecimal()), "")


def find_letters(texts: Iterable[str]) -> tuple[LetterOrder, str]:
    """Return the order in which the letters that number these texts follow each other best.

    With it comes the first letter that the orders count differently, "" where none does.
    """
    used = "".join(dict.fromkeys(letter for letter in map(letter_of, texts) if letter))
    order = max(LetterOrder, key=lambda order: _steps([_count(letter, order) for letter in used]))
    return order, next(
        (letter for letter in used if len({_count(letter, each) for each in LetterOrder}) > 1), ""
    )


def _steps(numbers: Sequence[int]) -> int:
    """Count the numbers of which the one before is there too."""
    return sum(number == 1 or number - 1 in numbers for number in numbers)


@dataclass(slots=True)
class Group:
    """The codes that stand under one phase label: the label as printed ("" for none) and its number."""

    label: str
    number: int | None
    codes: list[Code] = field(default_factory=list)


def group_by_label(
    rows: Iterable[tuple[str, Code]], letters: LetterOrder = LetterOrder.ALPHABET
) -> list[Group]:
    """Return the codes by phase; an empty label continues the one above, a repeated label too."""
    groups: list[Group] = []
    for label, code in rows:
        if not groups or (label and fold(label) != fold(groups[-1].label)):
            groups.append(Group(label, split_label(label, letters)[0]))
        groups[-1].codes.append(code)
    return groups


def find_order(groups: Sequence[Group]) -> CodeOrder:
    """Return the order that agrees best with the phases; where both agree alike, phase first."""
    return max(CodeOrder, key=lambda order: _agreement(groups, order))


def phase_of(group: Group, order: CodeOrder) -> int:
    """Return the number of a group's phase: its label's if a task bears it too, else that of most tasks."""
    numbers = Counter(code.read(order)[0] for code in group.codes)
    return group.number if group.number and group.number in numbers else numbers.most_common(1)[0][0]


def _agreement(groups: Sequence[Group], order: CodeOrder) -> int:
    """Count what speaks for an order.

    That is: tasks of one phase in a group, that of the group's label and of no other group, and tasks in
    sequence.
    """
    phases = [phase_of(group, order) for group in groups]
    pairs = [[code.read(order) for code in group.codes] for group in groups]
    same = sum(phase == own for own, group in zip(phases, pairs, strict=True) for phase, _task in group)
    labelled = sum(group.number == own for own, group in zip(phases, groups, strict=True))
    repeated = len(phases) - len(set(phases))
    return same + labelled + _in_sequence([pair for group in pairs for pair in group]) - repeated


def _in_sequence(pairs: Sequence[tuple[int, int]]) -> int:
    """Count the tasks that follow the one before, from 1 in each phase."""
    runs = [[task for _phase, task in run] for _key, run in groupby(pairs, key=lambda pair: pair[0])]
    return sum(task == place for run in runs for place, task in enumerate(run, start=1))
