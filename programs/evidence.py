"""Decisions about evidence that need no row: what stays internal, how complete it is, what came before."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from portal.bilingual import Localized
from portal.folding import fold, folded_words
from programs.calendar import Calendar, TaskRow
from programs.models import SupportingDocument

# As they stand after folding, in the words of Nefta's calendar and of the method.
_ATTENDANCE = frozenset(map(fold, ["حضور", "الحضور", "حاضرين", "الحاضرين", "حاضرون", "مشاركين", "المشاركين"]))
_ATTENDANCE |= frozenset(map(fold, ["présence", "présences", "présents", "participants", "émargement"]))
_PICTURES = frozenset(map(fold, ["صور", "الصور", "صورة", "الصورة", "فيديو", "الفيديو", "فيديوهات"]))
_PICTURES |= frozenset(map(fold, ["photo", "photos", "photographies", "vidéo", "vidéos", "film", "films"]))
# What a picture of things is a picture of: banners, posters, boxes, places, a notice board.
_THINGS = frozenset(map(fold, ["لافتات", "اللافتات", "معلقات", "ملصقات", "الملصقات", "أماكن", "مكان"]))
_THINGS |= frozenset(map(fold, ["صندوق", "صناديق", "الصناديق", "التعليق", "تعليق"]))
_THINGS |= frozenset(map(fold, ["banderoles", "affiches", "affichage", "boîte", "boîtes", "urne", "urnes"]))
_AND = re.compile("^و(?=ال|صور|صوره|فيديو|مقاطع)")


def is_internal_by_default(*titles: str) -> bool:
    """Whether the files of a document with these titles (one in each language) stay internal at first.

    Attendance sheets, and pictures unless the title says of which things: people may be on them. It is
    where the choice stands before a person makes it, no more.
    """
    return any(_shows_people([_AND.sub("", word) for word in folded_words(title)]) for title in titles)


def _shows_people(words: list[str]) -> bool:
    found = set(words)
    return bool(found & _ATTENDANCE) or bool(found & _PICTURES and not found & _THINGS)


@dataclass(frozen=True, slots=True)
class Share:
    """Expected documents, and how many of them are there."""

    present: int
    expected: int

    @property
    def is_whole(self) -> bool:
        return self.present == self.expected

    @property
    def fraction(self) -> str:
        return f"{self.present}/{self.expected}"


@dataclass(frozen=True, slots=True)
class PhaseShare:
    """How complete the evidence of a phase is."""

    number: int
    title: Localized
    share: Share


@dataclass(frozen=True, slots=True)
class Completeness:
    """How complete the evidence of a program is, in all and by phase (without those that expect nothing)."""

    share: Share
    phases: list[PhaseShare]


def share_of(rows: Iterable[TaskRow]) -> Share:
    """Count the documents that tasks expect; one is present with one file, public or not."""
    documents = [document for row in rows for document in row.documents]
    return Share(sum(document.has_files for document in documents), len(documents))


def completeness(calendar: Calendar) -> Completeness:
    """Return how complete the evidence of a calendar is, whether its tasks are done or not."""
    phases = [PhaseShare(phase.number, phase.title, share_of(phase.tasks)) for phase in calendar.phases]
    return Completeness(share_of(calendar.rows), [phase for phase in phases if phase.share.expected])


def with_histories(
    files: Iterable[SupportingDocument],
) -> list[tuple[SupportingDocument, list[SupportingDocument]]]:
    """Return the current files, each with those it has replaced, the newest first.

    ``files`` are all of a document, the replaced ones too, in the order of their arrival.
    """
    files = list(files)
    before: dict[int, list[SupportingDocument]] = {}
    for file in files:
        if file.replaced_by_id:
            before.setdefault(file.replaced_by_id, []).append(file)
    return [(file, _history(file, before)) for file in files if not file.replaced_by_id]


def _history(
    file: SupportingDocument, before: dict[int, list[SupportingDocument]]
) -> list[SupportingDocument]:
    found, waiting = [], list(before.get(file.pk, []))
    while waiting:
        earlier = waiting.pop()
        found.append(earlier)
        waiting += before.get(earlier.pk, [])
    return found
