"""What a file would change in a program that is there, one row for each difference."""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.accounts.models import User
from portal.importing.differences import Difference, Differences
from portal.locales import sheet_date
from programs.calendar import code_in
from programs.importers.readings import CalendarReading
from programs.imports import import_calendar
from programs.models import DelayRule, ExpectedDocument, Phase, Program, Task

MOST_SHOWN = 400
"""Differences that can be decided one by one; those above are taken, or kept, as the merge says."""

_FIELDS = {
    "title_ar": gettext_lazy("Title (Arabic)"),
    "title_fr": gettext_lazy("Title (French)"),
    "label": gettext_lazy("Label as printed"),
    "session_date": gettext_lazy("Session date"),
    "done": gettext_lazy("Done"),
    "notes": gettext_lazy("Notes"),
    "responsible": gettext_lazy("Responsible"),
    "documents": gettext_lazy("Documents"),
    "min_days": gettext_lazy("Minimum days"),
    "day_kind": gettext_lazy("Kind of days"),
    "text_ar": gettext_lazy("Legal text (Arabic)"),
    "text_fr": gettext_lazy("Legal text (French)"),
}


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of words: on both sides (""), only stored ("del"), only in the file ("ins")."""

    tag: str
    text: str


@dataclass(frozen=True, slots=True)
class DifferenceRow:
    """A difference as a row of the page; `takes` is what is chosen, `name` the field of the form."""

    name: str
    key: str
    place: str
    what: str
    stored: tuple[Piece, ...]
    read: tuple[Piece, ...]
    is_conflict: bool
    is_new: bool
    takes: bool


@dataclass(frozen=True, slots=True)
class Comparison:
    """What saving would do to the program that is there."""

    conflicts: list[DifferenceRow]
    changes: list[DifferenceRow]
    additions: list[DifferenceRow]
    absent: list[str]
    more: int
    """Differences beyond those that are shown."""

    @property
    def taken(self) -> int:
        return sum(row.takes for row in self.rows) + self.more

    @property
    def kept(self) -> int:
        return sum(not row.takes for row in self.rows)

    @property
    def rows(self) -> list[DifferenceRow]:
        return self.conflicts + self.changes + self.additions


def compare(
    program: Program,
    *,
    reading: CalendarReading,
    source: CalendarReading,
    corrected: Mapping[str, bool],
    decisions: Mapping[str, bool],
    actor: User | None,
    language: str,
) -> Comparison:
    """Return what importing would change: everything is written and compared, then rolled back.

    `corrected` are the differences that a person made by correcting a cell, `decisions` what was chosen
    between the two sides so far.
    """
    with transaction.atomic():
        found = import_calendar(
            municipality=program.municipality,
            year=program.year,
            reading=reading,
            source=source,
            origin_name=program.origin_name,
            origin_sha256=program.origin_sha256,
            actor=actor,
            decisions=corrected,
            reason="-",  # Rolled back, so nobody will read it.
        ).differences
        transaction.set_rollback(True)
    return _comparison(found, corrected, decisions, language)


def _comparison(
    found: Differences, corrected: Mapping[str, bool], decisions: Mapping[str, bool], language: str
) -> Comparison:
    conflicts = [_row(one, False, decisions, language) for one in found.conflicts]
    changes = [_row(one, True, {**decisions, **corrected}, language) for one in found.changes]
    room = max(0, MOST_SHOWN - len(conflicts))
    shown = changes[:room]
    return Comparison(
        conflicts=conflicts[:MOST_SHOWN],
        changes=[row for row in shown if not row.is_new],
        additions=[row for row in shown if row.is_new],
        absent=found.absent,
        more=len(changes) - len(shown),
    )


def _row(difference: Difference, takes: bool, decisions: Mapping[str, bool], language: str) -> DifferenceRow:
    key = str(difference)
    stored, read = _shown(difference.stored), _shown(difference.read)
    return DifferenceRow(
        name=f"take:{key}",
        key=key,
        place=_place(difference.place, language),
        what=str(_FIELDS.get(difference.field, difference.field)) if difference.field else _whole(difference),
        stored=tuple(_pieces(stored, read, "del")),
        read=tuple(_pieces(stored, read, "ins")),
        is_conflict=not takes,
        is_new=not difference.field,
        takes=decisions.get(key, takes),
    )


def _whole(difference: Difference) -> str:
    if "→" in difference.place:
        return _("Delay rule")
    return _("Task") if "." in difference.place else _("Phase")


def _place(place: str, language: str) -> str:
    """Return codes as the language writes them; a phase, a year and an arrow stay."""
    return " ".join(
        code_in(language, *map(int, part.split("."))) if part.count(".") == 1 else part
        for part in place.split()
    )


def _shown(value: Any) -> str:
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, datetime.date):
        return sheet_date(value)
    return "\n".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def _pieces(stored: str, read: str, side: str) -> Iterator[Piece]:
    """Yield one side of two texts word by word, marked where it is not on the other side."""
    if not (stored and read):
        text = stored if side == "del" else read
        if text:
            yield Piece(side if side == "ins" else "", text)
        return
    ours, theirs = stored.replace("\n", " \n ").split(" "), read.replace("\n", " \n ").split(" ")
    for tag, *ends in SequenceMatcher(None, ours, theirs, autojunk=False).get_opcodes():
        words = ours[ends[0] : ends[1]] if side == "del" else theirs[ends[2] : ends[3]]
        if words:
            yield Piece("" if tag == "equal" else side, " ".join(words).replace(" \n ", "\n"))


def stored_mark(program: Program | None) -> str:
    """Return a mark of what is stored of a program: another one if anything of it changed meanwhile."""
    if program is None:
        return "new"
    rows = [
        Program.objects.filter(pk=program.pk).values_list("title_ar", "title_fr", "status"),
        Phase.objects.filter(program=program)
        .order_by("pk")
        .values_list("pk", "number", "title_ar", "title_fr", "label"),
        Task.objects.filter(phase__program=program)
        .order_by("pk")
        .values_list(
            "pk", "phase_id", "number", "title_ar", "title_fr", "session_date", "done", "notes", "responsible"
        ),
        ExpectedDocument.objects.filter(task__phase__program=program)
        .order_by("pk")
        .values_list("pk", "title_ar", "title_fr", "position"),
        DelayRule.objects.filter(program=program)
        .order_by("pk")
        .values_list("pk", "from_task_id", "to_task_id", "min_days", "day_kind", "text_ar", "text_fr"),
    ]
    return hashlib.sha256(repr([list(query) for query in rows]).encode()).hexdigest()[:32]
