"""A sheet cut into its parts by the heads printed on it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from consultations.importers.answers import is_choice, principle_of
from consultations.importers.labels import (
    COMMENT_COUNT,
    CONSULTATION_PERIOD,
    FORM_LABELS,
    HEADS,
    TICKED,
    UNTICKED,
    Head,
)
from consultations.importers.lines import Line, key, keys, leading_bullet
from consultations.importers.schedule import column_head_count
from portal.importing.refusals import ImportRefused

_HEADS = {key(label): head for head, labels in HEADS.items() for label in labels}
_CONTENTS = frozenset({Head.PROBLEM, Head.SOLUTION, Head.RESULTS, Head.INDICATORS, Head.ACTIVITIES})
_OPENING = frozenset({Head.OPENING, Head.PROCESS, Head.PLAN})
_TOP = _OPENING | {Head.PROGRESS}
_FORM = (Head.PRINCIPLES, Head.QUESTIONS, Head.AMOUNT, Head.FUNDING)
_PERIOD = tuple(keys(CONSULTATION_PERIOD))
_COUNT = tuple(keys(COMMENT_COUNT))
_FORM_LABELS = keys(FORM_LABELS)
_STROKES = re.compile(r"/[/\s]*")
_SEVERAL_COLUMNS = 3


@dataclass(slots=True)
class Part:
    """What stands between one head and the next."""

    head: Head
    line: Line
    lines: list[Line] = field(default_factory=list)


@dataclass(slots=True)
class Sheet:
    """The parts of a sheet by their heads; the lines of the form and of the page's foot taken out of them."""

    parts: dict[Head, Part]
    form: list[tuple[Head, Line]]
    foot: list[Line]

    def lines(self, head: Head) -> list[Line]:
        return self.parts[head].lines if head in self.parts else []


def cut(file: str, lines: Sequence[Line]) -> Sheet:
    """Cut the lines at the heads of the sheet, in whatever order they stand.

    Raises ``ImportRefused`` when the file is no project sheet, when its title is missing, and when a head
    stands there twice.
    """
    parts = _parts(file, lines)
    _check(file, parts)
    foot = _take_foot(parts[-1])
    form = [pair for part in parts for pair in _take_form(part)]
    return Sheet({part.head: part for part in parts}, form, foot)


def _parts(file: str, lines: Sequence[Line]) -> list[Part]:
    parts = [Part(Head.OPENING, lines[0])]
    for line in lines:
        current = parts[-1]
        if not line.text:
            if current.head is Head.PROCESS and current.lines:
                _reopen(parts, line)
            continue
        head, rest = _head(line, current.head)
        if head is None or _is_repeated(parts, head, inline=rest is not None):
            current.lines.append(line)
        elif head is Head.PLAN:
            parts.append(Part(head, line, [line]))
            _reopen(parts, line)
        elif head is not current.head or current.lines:
            _check_new(file, parts, head, line)
            parts.append(Part(head, line, [rest] if rest else []))
    return _joined(parts)


def _reopen(parts: list[Part], line: Line) -> None:
    parts.append(Part(Head.OPENING, line))


def _is_repeated(parts: list[Part], head: Head, *, inline: bool) -> bool:
    """Whether this can only be text: a menu repeats the heads of the top, a sentence one before a colon."""
    return (inline or head in _TOP) and any(part.head is head for part in parts)


def _joined(parts: list[Part]) -> list[Part]:
    """The parts with the pieces of the opening made one, and an axis given back to the problem it heads."""
    opening, *others = parts
    joined = [opening]
    for part in others:
        if part.head is Head.OPENING:
            opening.lines += part.lines
        elif part.head is Head.AXIS and joined[-1].head is Head.PROBLEM and not joined[-1].lines:
            joined[-1].lines = part.lines
        else:
            joined.append(part)
    return joined


def _head(line: Line, current: Head) -> tuple[Head | None, Line | None]:
    """The head that the line is, if it is one here, and what the line says after a colon."""
    if current not in _OPENING:
        if leading_bullet(line.text) or (current is Head.ACTIVITIES and column_head_count(line.text)):
            return None, None
        if column_head_count(line.text) >= _SEVERAL_COLUMNS:
            return Head.ACTIVITIES, None
    head, rest = _HEADS.get(key(line.text)), None
    if current in _OPENING and _HEADS.get(_without_figures(line.text)) is Head.PLAN:
        return Head.PLAN, None
    if head is None and ":" in line.text:
        label = line.text.partition(":")[0]
        head, rest = _HEADS.get(_without_figures(label)), line.part(len(label) + 1)
    if head in _OPENING and current not in _OPENING:
        return None, None
    return head, rest


def head_of(line: Line) -> Head | None:
    """The head that the line would be at the top of a sheet or in it."""
    return _head(line, Head.OPENING)[0] or _head(line, Head.TITLE)[0]


def title_places(lines: Sequence[Line]) -> list[int]:
    """Where the heads of titles stand."""
    return [place for place, line in enumerate(lines) if _head(line, Head.TITLE)[0] is Head.TITLE]


def title_below(lines: Sequence[Line]) -> Line | None:
    """The title of the first project of the lines, after its head or under it."""
    for place in title_places(lines):
        rest = _head(lines[place], Head.TITLE)[1]
        return rest if rest and rest.text else next((line for line in lines[place + 1 :] if line.text), None)
    return None


def has_contents(lines: Sequence[Line]) -> bool:
    """Whether one of the lines opens a part that only a sheet has."""
    return any(_head(line, Head.TITLE)[0] in _CONTENTS for line in lines)


def _without_figures(text: str) -> str:
    """The folded text without the years of a plan or the number of an axis."""
    return " ".join(word for word in key(text).split() if not word.isdigit())


def _check_new(file: str, parts: list[Part], head: Head, line: Line) -> None:
    first = next((part for part in parts if part.head is head), None)
    if first is None:
        return
    expected = _("this head once, it stands on line %(line)d already") % {"line": first.line.number}
    raise ImportRefused(file=file, line=line.number, column=line.column, expected=expected, found=line.text)


def _check(file: str, parts: list[Part]) -> None:
    """Refuse what is no project sheet or has no title."""
    by_head = {part.head: part for part in parts}
    title = by_head.get(Head.TITLE)
    if title and title.lines and by_head.keys() & _CONTENTS:
        return
    names = {"title": HEADS[Head.TITLE][0], "problem": HEADS[Head.PROBLEM][0]}
    if title and not title.lines:
        line, expected = title.line, _("the title of the project under this head")
    elif by_head.keys() & _CONTENTS:
        line = next(part.line for part in parts if part.head in _CONTENTS)
        expected = _("the head “%(title)s” with the title of the project") % names
    else:
        line = parts[0].line
        expected = _("a project sheet, with heads such as “%(title)s” and “%(problem)s”") % names
    raise ImportRefused(file=file, line=line.number, column=line.column, expected=expected, found=line.text)


def _take_foot(last: Part) -> list[Line]:
    """Cut the foot of the page, its consultation and comment form, off the last part of the sheet."""
    start = next((index for index, line in enumerate(last.lines) if _is_foot(line)), len(last.lines))
    foot = last.lines[start:]
    del last.lines[start:]
    return foot


def _is_foot(line: Line) -> bool:
    return key(line.text) in _FORM_LABELS or is_period(line) or comment_count_label(line) is not None


def is_form_label(line: Line) -> bool:
    return key(line.text) in _FORM_LABELS


def is_period(line: Line) -> bool:
    """Whether the line says until when people were consulted."""
    return key(line.text).startswith(_PERIOD)


def comment_count_label(line: Line) -> str | None:
    """What follows the label of the number of comments, folded; ``None`` for any other line."""
    text = key(line.text)
    label = next((label for label in _COUNT if text.startswith(label)), None)
    return None if label is None else text.removeprefix(label).strip()


def _take_form(part: Part) -> Iterator[tuple[Head, Line]]:
    """Take the lines of the form out of a part: all under its own heads, in a list those after its items."""
    if part.head in _FORM:
        # An amount is one line; what follows it may be anything of the form.
        rest = Head.PRINCIPLES if part.head is Head.AMOUNT else part.head
        yield from ((rest if index else part.head, line) for index, line in enumerate(part.lines))
        return
    if part.head in _CONTENTS - {Head.ACTIVITIES}:
        start = _form_start(part)
        yield from ((part.head, line) for line in part.lines[start:])
        del part.lines[start:]


def _form_start(part: Part) -> int:
    """Where the unlabelled form begins in a part: after the solution, elsewhere where two such lines meet.

    One line may be the name of a principle by chance: the axis, first under the problem, often is.
    """
    marks = [_is_form_line(line) for line in part.lines]
    if part.head is Head.PROBLEM:
        marks[:1] = [False]
    for index, mark in enumerate(marks):
        if mark and (part.head is Head.SOLUTION or marks[index + 1 : index + 2] == [True]):
            return index
    return len(marks)


def _is_form_line(line: Line) -> bool:
    if leading_bullet(line.text)[:1] not in TICKED + UNTICKED:
        return False
    return (
        principle_of(line.text) is not None
        or is_choice(line.text)
        or _STROKES.fullmatch(line.text) is not None
    )
