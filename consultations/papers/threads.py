"""The contributions of a report in the order it prints them, and where a long one is cut into parts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any

from consultations.answers import AnswerRow
from consultations.models import Consultation
from consultations.papers.changes import answer_of
from consultations.papers.lengths import REPORT
from consultations.talk import Entry
from portal.bilingual import Localized

MOST_NAMED = 20
"""Of the contributions that one answer answers; beyond it they are counted."""
PART = 40.0
"""Pages that are set at once: what a paper takes in memory grows with them."""
ROWS_WAITING = 1000
"""Rows of the table of what waits, in one part."""


@dataclass(frozen=True, slots=True)
class Thread:
    """Contributions of a group that have the same answer, which stands once, below them; or one without."""

    entries: Sequence[Entry]
    answer: AnswerRow | None
    answered: Sequence[Entry]
    """All that have this answer in the group; ``entries`` is less where a part ends between them."""

    @property
    def names_all(self) -> bool:
        return len(self.answered) <= MOST_NAMED

    @property
    def pages(self) -> float:
        """About how much of the report it takes."""
        said = sum(len(text) for entry in self.entries for text in entry.texts)
        replied = sum(len(each.text) for each in self.answer.paragraphs) if self.answer else 0
        return REPORT.share(said + replied, 2 * len(self.entries))


@dataclass(frozen=True, slots=True)
class Group:
    """What was said to one question, about one part."""

    question: Localized | None
    part: Localized | None
    threads: Sequence[Thread]
    is_continued: bool = False
    """Its heading stands in an earlier part of the paper."""


def groups_of(consultation: Consultation, entries: Iterable[Entry]) -> list[Group]:
    """By question, then by part of the subject, those about neither last; in each the order of numbers."""
    order = {question.text.text: position for position, question in enumerate(consultation.questions.all())}
    found: dict[tuple[str, str], list[Entry]] = {}
    for entry in entries:
        found.setdefault((str(entry.question or ""), str(entry.part or "")), []).append(entry)
    ranked = sorted(found, key=lambda key: (order.get(key[0], len(order)), not key[1], key[1]))
    return [Group(found[key][0].question, found[key][0].part, _threads(found[key])) for key in ranked]


def _threads(entries: Iterable[Entry]) -> list[Thread]:
    """In the order of the numbers of the first of each."""
    threads: dict[object, list[Entry]] = {}
    for entry in entries:
        answer = answer_of(entry)
        threads.setdefault(("answer", answer.pk) if answer else entry.number, []).append(entry)
    return [Thread(together, answer_of(together[0]), together) for together in threads.values()]


def in_parts(groups: Sequence[Group], unanswered: Sequence[Entry]) -> list[dict[str, Any]]:
    """What each part of a report says; a short report is one.

    Args:
        groups: all of them.
        unanswered: the rows of the table at the end.

    Returns:
        For each part ``groups`` and ``unanswered``, whether it ``sums_up``, that is, begins what comes after
        the contributions, and whether it ``is_last``.
    """
    said = _cut(groups)
    starts = range(0, len(unanswered), ROWS_WAITING)
    waiting = [unanswered[start : start + ROWS_WAITING] for start in starts] or [()]
    # The last of what was said and the first of what waits share a part.
    middle = {"groups": said[-1], "unanswered": waiting[0], "sums_up": True}
    parts: list[dict[str, Any]] = [
        *({"groups": groups, "unanswered": (), "sums_up": False} for groups in said[:-1]),
        middle,
        *({"groups": (), "unanswered": rows, "sums_up": False} for rows in waiting[1:]),
    ]
    last = len(parts) - 1
    return [{**each, "is_last": number == last} for number, each in enumerate(parts)]


def _cut(groups: Sequence[Group]) -> list[list[Group]]:
    """The groups in parts of :data:`PART` pages; a group that goes on in the next part is in both."""
    threads = [(group, thread) for group in groups for thread in group.threads]
    pieces = [(group, piece) for group, thread in threads for piece in _pieces(thread)]
    shares: list[list[tuple[Group, Thread]]] = [[]]
    taken = 0.0
    for group, piece in pieces:
        if shares[-1] and taken + piece.pages > PART:
            shares.append([])
            taken = 0.0
        shares[-1].append((group, piece))
        taken += piece.pages
    parts: list[list[Group]] = []
    begun: set[int] = set()
    for share in shares:
        parts.append([])
        for which, found in groupby(share, key=lambda pair: id(pair[0])):
            together = list(found)
            own = [piece for _, piece in together]
            parts[-1].append(replace(together[0][0], threads=own, is_continued=which in begun))
            begun.add(which)
    return parts


def _pieces(thread: Thread) -> Iterator[Thread]:
    """A thread that is longer than a part, in pieces, the answer below the last."""
    count = int(thread.pages // PART) + 1
    size = -(-len(thread.entries) // count)
    for start in range(0, len(thread.entries), size):
        is_last = start + size >= len(thread.entries)
        yield replace(
            thread,
            entries=thread.entries[start : start + size],
            answer=thread.answer if is_last else None,
        )
