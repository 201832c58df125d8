"""Taking back what one has just done: the value before, saved like any other, journalled like any other."""

from __future__ import annotations

import datetime
from typing import Any

from django.db import models, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from portal.accounts.models import User
from portal.audit.models import Entry
from portal.editing.cells import Clash, Seen
from portal.municipalities.turns import take_turn
from programs.delays import Dates
from programs.models import Program, Task
from programs.services.cells import cell_value, save_phase_cell, save_program_cell, save_task_cell

EDITS = ("task.edited", "phase.edited", "program.edited")
REACH = 2000
"""How many of one's last changes are looked through."""


class NothingToUndo(Exception):  # noqa: N818 - it says what there is
    """No cell of this program that this person changed is left to be taken back."""

    def __str__(self) -> str:
        return str(_("There is nothing of yours to undo."))


def last_act(*, program: Program, actor: User) -> list[Entry]:
    """The person's last change of a cell that they have not taken back, with the others of the same act.

    Empty where there is none.
    """
    entries = _cell_entries(program, actor)
    newest = list(entries[:REACH])
    undone = {entry.changes["undoes"][1] for entry in newest if "undoes" in entry.changes}
    left = [entry for entry in newest if "undoes" not in entry.changes and entry.pk not in undone]
    if not left or left[0].batch is None:
        return left[:1]
    # Whole, however many rows it was of.
    act = entries.filter(batch=left[0].batch)
    return [entry for entry in act if "undoes" not in entry.changes and entry.pk not in undone]


def _cell_entries(program: Program, actor: User) -> models.QuerySet[Entry]:
    own = Entry.objects.filter(actor=actor, municipality=program.municipality, action__in=EDITS)
    tasks = Task.objects.filter(phase__program=program).values_list("pk", flat=True)
    phases = program.phases.values_list("pk", flat=True)
    rows = (
        Q(object_type="programs.task", object_id__in=[str(pk) for pk in tasks])
        | Q(object_type="programs.phase", object_id__in=[str(pk) for pk in phases])
        | Q(object_type="programs.program", object_id=str(program.pk))
    )
    return own.filter(rows).order_by("-pk")


@transaction.atomic
def undo(*, program: Program, actor: User, reason: str = "") -> list[Entry]:
    """Put back what stood in the cells of the person's last act; return what was taken back.

    All of the act or nothing. Raises :class:`NothingToUndo`,
    :class:`~portal.editing.cells.Clash` where somebody has changed one of the cells since, and
    :class:`~programs.services.cells.ReasonNeeded` as every change of a date does.
    """
    take_turn(program.municipality)
    entries = last_act(program=program, actor=actor)
    if not entries:
        raise NothingToUndo
    dates = [entry for entry in entries if "session_date" in entry.changes]
    planned = {int(entry.object_id): _before(entry) for entry in dates}
    for entry in entries:
        _put_back(program, entry, actor, reason, planned)
    return entries


def _before(entry: Entry) -> datetime.date | None:
    return _value("session_date", entry.changes["session_date"][0])


def _put_back(program: Program, entry: Entry, actor: User, reason: str, planned: Dates) -> None:
    field, (before, after) = next(iter(entry.changes.items()))
    if entry.object_type != "programs.task":
        _put_back_title(program, entry, actor)
        return
    task = Task.objects.get(pk=int(entry.object_id))
    current = cell_value(task, field)
    if current != _value(field, after):
        raise Clash(field=field, mine=_value(field, before), theirs=current, version=task.version)
    save_task_cell(
        program=program,
        task_id=task.pk,
        field=field,
        value=_value(field, before),
        seen=Seen(task.version, current),
        reason=reason,
        actor=actor,
        undoes=entry,
        planned=planned,
    )


def _put_back_title(program: Program, entry: Entry, actor: User) -> None:
    """Of a phase, or of the program itself."""
    field, (before, after) = next(iter(entry.changes.items()))
    is_phase = entry.object_type == "programs.phase"
    row = program.phases.get(pk=int(entry.object_id)) if is_phase else Program.objects.get(pk=program.pk)
    current = getattr(row, field)
    if current != after:
        raise Clash(field=field, mine=before, theirs=current, version=row.version)
    seen = Seen(row.version, current)
    if is_phase:
        save_phase_cell(
            program=program,
            phase_id=row.pk,
            field=field,
            value=before,
            seen=seen,
            actor=actor,
            undoes=entry,
        )
    else:
        save_program_cell(program=program, field=field, value=before, seen=seen, actor=actor, undoes=entry)


def _value(field: str, kept: Any) -> Any:
    """What the journal kept, as the cell holds it."""
    return datetime.date.fromisoformat(kept) if field == "session_date" and kept else kept
