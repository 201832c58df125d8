"""The part of the sheet that is a form: four principles, two yes/no questions, the amount and its source.

A copied page keeps the choices and loses which were made. What is not marked is not stated: never "no".
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import zip_longest

from django.utils.translation import gettext as _

from consultations.importers.amounts import looks_like_amount, read_amount
from consultations.importers.labels import NO, PRINCIPLES, TICKED, UNTICKED, YES, Head, Principle
from consultations.importers.lines import Line, key, keys
from consultations.importers.readings import AmountReading, AnswersReading, QuestionReading
from portal.importing.findings import SourceWarning

_PRINCIPLES = {key(label): name for name, labels in PRINCIPLES.items() for label in labels}
_YES, _NO = keys(YES), keys(NO)
_MARK = re.compile(f"[{TICKED}{UNTICKED}]")
_QUESTION_END = ("?", "؟")


@dataclass(slots=True)
class _Choice:
    """A yes or a no of the form, and whether it is marked (``None``: bare)."""

    says_yes: bool
    mark: bool | None
    line: Line


@dataclass(slots=True)
class _Question:
    label: Line | None = None
    choices: list[_Choice] = field(default_factory=list)


@dataclass(slots=True)
class _Form:
    """The lines of the form, sorted by what they are."""

    principles: dict[Principle, tuple[bool | None, Line]] = field(default_factory=dict)
    questions: list[_Question] = field(default_factory=list)
    amount: Line | None = None
    funding: list[Line] = field(default_factory=list)


def principle_of(text: str) -> Principle | None:
    """The principle that the line names, marked or not; ``None`` for any other line."""
    return _PRINCIPLES.get(key(text))


def is_choice(text: str) -> bool:
    """Whether the line holds nothing but yes and no, marked or not."""
    words = key(text).split()
    return bool(words) and set(words) <= _YES | _NO


def read_answers(parts: Sequence[tuple[Head, Line]], warnings: list[SourceWarning]) -> AnswersReading:
    """What the form states. ``parts`` are its lines, each with the head it stands under.

    Without heads for the money, the first line that looks like an amount is the amount and what follows it
    the source of funding.
    """
    form = _Form()
    for head, line in parts:
        _sort(form, head, line)
    amount = read_amount(form.amount.text, form.amount.number) if form.amount else AmountReading()
    if form.amount and amount.is_ambiguous:
        message = _("The amount “%(amount)s” can be read in more than one way: it is kept as printed only.")
        warnings.append(_warning(form.amount, "ambiguous_amount", message % {"amount": amount.printed}))
    return AnswersReading(
        principles=_principles(form, warnings),
        questions=_questions(form, warnings),
        amount=amount,
        funding_source=" ".join(line.text for line in form.funding),
        funding_line=form.funding[0].number if form.funding else 0,
    )


def _sort(form: _Form, head: Head, line: Line) -> None:
    if head is Head.FUNDING:
        form.funding.append(line)
    elif head is Head.AMOUNT and form.amount is None:
        form.amount = line
    elif name := principle_of(line.text):
        form.principles.setdefault(name, (_mark(line.text), line))
    elif is_choice(line.text):
        if not form.questions:
            form.questions.append(_Question())
        form.questions[-1].choices += _choices(line)
    elif line.text.endswith(_QUESTION_END):
        form.questions.append(_Question(label=line))
    elif form.amount is None and not form.funding and looks_like_amount(line.text):
        form.amount = line
    else:
        form.funding.append(line)


def _mark(text: str) -> bool | None:
    found = _MARK.search(text)
    return None if found is None else found.group() in TICKED


def _principles(form: _Form, warnings: list[SourceWarning]) -> dict[Principle, bool | None]:
    stated = {name: mark for name, (mark, _line) in form.principles.items()}
    if stated and not any(mark is not None for mark in stated.values()):
        first = min((line for _mark, line in form.principles.values()), key=lambda line: line.number)
        message = _("The page does not show which principles were ticked: they are not stated.")
        warnings.append(_warning(first, "principles_not_stated", message))
    return {name: stated.get(name) for name in Principle}


def _choices(line: Line) -> list[_Choice]:
    """The yes and no of one line. Marks stand before the words, or after when the line begins with a word."""
    tokens = re.findall(rf"[^\W\d_]+|[{TICKED}{UNTICKED}]", line.text)
    if not _MARK.match(line.text):
        tokens.reverse()
    choices, mark = list[_Choice](), None
    for token in tokens:
        if _MARK.fullmatch(token):
            mark = token in TICKED
            continue
        choices.append(_Choice(says_yes=key(token) in _YES, mark=mark, line=line))
        mark = None
    return choices if _MARK.match(line.text) else choices[::-1]


def _questions(form: _Form, warnings: list[SourceWarning]) -> tuple[QuestionReading, QuestionReading]:
    """The two questions. Choices belong to the wording above them or, without wordings, come in pairs."""
    choices = [choice for question in form.questions for choice in question.choices]
    readings = [_question(label, group, warnings) for label, group in _groups(form.questions)]
    if choices and len(readings) > 2:
        message = _("More than two yes/no questions: only the first two are read.")
        warnings.append(_warning(choices[0].line, "extra_answers", message))
    if choices and all(reading.answer is None for reading in readings[:2]):
        message = _("The page does not show which answers were chosen: they are not stated.")
        warnings.append(_warning(choices[0].line, "answers_not_stated", message))
    first, second, *_rest = [*readings, QuestionReading(), QuestionReading()]
    return first, second


def _question(label: Line | None, choices: list[_Choice], warnings: list[SourceWarning]) -> QuestionReading:
    line = label or choices[0].line
    return QuestionReading(_answer(choices, warnings), label.text if label else "", line.number)


def _groups(questions: list[_Question]) -> list[tuple[Line | None, list[_Choice]]]:
    """Wordings with their choices. Wordings that all come before the choices share them out by pairs."""
    if any(question.label and not question.choices for question in questions):
        pairs = _pairs([choice for question in questions for choice in question.choices])
        labels = [question.label for question in questions if question.label]
        return [(label, pair or []) for label, pair in zip_longest(labels, pairs)]
    return [
        (question.label, group)
        for question in questions
        for group in ([question.choices] if question.label else _pairs(question.choices))
    ]


def _pairs(choices: list[_Choice]) -> list[list[_Choice]]:
    """Choices cut into questions: a yes and the no after it belong together, any other stands alone."""
    groups: list[list[_Choice]] = []
    for choice in choices:
        if groups and not choice.says_yes and len(groups[-1]) == 1 and groups[-1][0].says_yes:
            groups[-1].append(choice)
        else:
            groups.append([choice])
    return groups


def _answer(choices: list[_Choice], warnings: list[SourceWarning]) -> bool | None:
    """The ticked choice, or the only one that is left; ``None`` when both are there alike."""
    ticked = {choice.says_yes for choice in choices if choice.mark}
    if len(ticked) == 1:
        return ticked.pop()
    if len(choices) == 1 and choices[0].mark is None:
        return choices[0].says_yes
    if ticked:
        message = _("Both yes and no are ticked: the answer is not stated.")
        warnings.append(_warning(choices[0].line, "contradictory_answer", message))
    return None


def _warning(line: Line, code: str, message: str) -> SourceWarning:
    return SourceWarning(line.number, line.column, code, message)
