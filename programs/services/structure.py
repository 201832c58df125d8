"""Rows of the calendar: added, moved, numbered anew, removed; and several tasks changed at once."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Iterable, Sequence

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.accounts.models import User
from portal.audit.log import Changes, record
from portal.editing.cells import Seen
from portal.municipalities.turns import take_turn
from programs.models import LAST_PHASE, LAST_TASK, Phase, Program, Status, SupportingDocument, Task
from programs.services.cells import save_task_cell
from programs.services.touching import touch

_CLOSED = gettext_lazy("The program is closed: its calendar no longer changes.")
_ENDS = ("from_task__phase", "to_task__phase")
_ASIDE = 10_000
"""Added to numbers while they are dealt out anew: no two rows may have the same one even for a moment."""


def _take_turn(program: Program) -> None:
    """Take the turn for a program that may still change. Raises ``ValidationError`` for a closed one."""
    take_turn(program.municipality)
    if Program.objects.values_list("status", flat=True).get(pk=program.pk) == Status.CLOSED:
        raise ValidationError(_CLOSED)


@transaction.atomic
def add_phase(*, program: Program, title_ar: str = "", title_fr: str = "", actor: User | None) -> Phase:
    """Add a phase after the last one. Raises ``ValidationError`` without a title, or beyond 99 phases."""
    _take_turn(program)
    phase = Phase(program=program, number=_next(program.phases.all()), title_ar=title_ar, title_fr=title_fr)
    _add(phase, LAST_PHASE)
    _journal(phase, "phase.added", {}, program, actor)
    return phase


@transaction.atomic
def add_task(
    *, program: Program, phase_id: int, title_ar: str = "", title_fr: str = "", actor: User | None
) -> Task:
    """Add a task at the end of a phase. Raises ``ValidationError`` without a title, or beyond 999 tasks."""
    _take_turn(program)
    phase = Phase.objects.get(pk=phase_id, program=program)
    task = Task(phase=phase, number=_next(phase.tasks.all()), title_ar=title_ar, title_fr=title_fr)
    _add(task, LAST_TASK)
    _journal(task, "task.added", {}, program, actor)
    return task


def _next(rows: models.QuerySet) -> int:
    return (rows.aggregate(last=models.Max("number"))["last"] or 0) + 1


def _add(row: Phase | Task, last: int) -> None:
    if row.number > last:
        raise ValidationError(_("There is no room for more: %(last)s is the last number.") % {"last": last})
    row.full_clean(exclude=["program", "phase"])
    row.save()


@transaction.atomic
def move_task(
    *, program: Program, task_id: int, phase_id: int, place: int | None, actor: User | None
) -> Task:
    """Put a task at a place of a phase, counted from 1; ``None`` means the end.

    The tasks of both phases are numbered from 1 afterwards, as the printed calendars are.
    """
    _take_turn(program)
    task = Task.objects.select_related("phase").get(pk=task_id, phase__program=program)
    target = Phase.objects.get(pk=phase_id, program=program)
    source, old = task.phase, task.code
    rows = [row for row in target.tasks.order_by("number") if row.pk != task.pk]
    at = len(rows) if place is None else max(0, min(place - 1, len(rows)))
    rows.insert(at, task)
    dealt = 0
    if source.pk != target.pk:
        task.number, task.phase = task.number + 2 * _ASIDE, target
        Task.objects.filter(pk=task.pk).update(number=task.number, phase=target)
        dealt = _deal(list(source.tasks.order_by("number")))
    dealt += _deal(rows)
    task.refresh_from_db(fields=["number", "version"])
    if task.code != old:
        _journal(task, "task.moved", {"code": (old, task.code)}, program, actor)
    elif dealt:
        _journal(program, "program.renumbered", {}, program, actor)
    return task


@transaction.atomic
def move_phase(*, program: Program, phase_id: int, place: int, actor: User | None) -> Phase:
    """Put a phase at a place, counted from 1; all phases are numbered from 1 afterwards."""
    _take_turn(program)
    rows = list(program.phases.order_by("number"))
    phase = next((row for row in rows if row.pk == phase_id), None)
    if phase is None:
        raise Phase.DoesNotExist
    old = phase.number
    rows.remove(phase)
    rows.insert(max(0, min(place - 1, len(rows))), phase)
    dealt = _deal(rows)
    phase.refresh_from_db(fields=["number", "version"])
    if phase.number != old:
        _journal(phase, "phase.moved", {"number": (old, phase.number)}, program, actor)
    elif dealt:
        _journal(program, "program.renumbered", {}, program, actor)
    return phase


@transaction.atomic
def renumber(*, program: Program, actor: User | None) -> int:
    """Number phases and tasks from 1 without gaps; return how many numbers changed."""
    _take_turn(program)
    phases = list(program.phases.order_by("number"))
    changed = _deal(phases)
    for phase in phases:
        changed += _deal(list(phase.tasks.order_by("number")))
    if changed:
        _journal(program, "program.renumbered", {}, program, actor)
    return changed


def _deal(rows: Sequence[Phase | Task]) -> int:
    """Number rows from 1 in this order; return how many got another number."""
    wanted = {row.pk: number for number, row in enumerate(rows, start=1) if row.number != number}
    model = type(rows[0]) if rows else None
    if model is None or not wanted:
        return 0
    stored = model.objects.filter(pk__in=wanted)
    stored.filter(number__lt=_ASIDE).update(number=models.F("number") + _ASIDE)
    for pk, number in wanted.items():
        stored.filter(pk=pk).update(number=number, version=models.F("version") + 1)
    return len(wanted)


@transaction.atomic
def remove_task(
    *, program: Program, task_id: int, actor: User | None, may_change_public: bool = False
) -> None:
    """Remove a task and what it expects.

    ``may_change_public``: the actor may take away what the public reads. Raises ``PermissionDenied``
    without it for a public program, ``ValidationError`` where files were handed in for the task.
    """
    _take_turn(program)
    _check_may_remove(program, may_change_public=may_change_public)
    task = Task.objects.select_related("phase").get(pk=task_id, phase__program=program)
    if SupportingDocument.objects.filter(expected_document__task=task).exists():
        raise ValidationError(_("Files were handed in for this task: it cannot be removed."))
    documents = [str(document) for document in task.expected_documents.order_by("position", "pk")]
    kept: Changes = {
        name: (getattr(task, name), None)
        for name in ("title_ar", "title_fr", "session_date", "done", "notes", "responsible")
        if getattr(task, name) not in ("", None)
    }
    rules = program.delay_rules.filter(models.Q(from_task=task) | models.Q(to_task=task))
    if delays := [f"{rule}. {rule.text} {rule.reason}".strip() for rule in rules.select_related(*_ENDS)]:
        kept["delays"] = (delays, None)
    _journal(
        task,
        "task.removed",
        {**kept, "documents": (documents, None), "program": (program.year, None)},
        program,
        actor,
    )
    task.delete()


@transaction.atomic
def remove_phase(
    *, program: Program, phase_id: int, actor: User | None, may_change_public: bool = False
) -> None:
    """Remove a phase that has no task any more.

    Raises ``ValidationError`` where it has, ``PermissionDenied`` as :func:`remove_task`.
    """
    _take_turn(program)
    _check_may_remove(program, may_change_public=may_change_public)
    phase = Phase.objects.get(pk=phase_id, program=program)
    if phase.tasks.exists():
        raise ValidationError(_("The phase has tasks: move or remove them first."))
    titles: Changes = {name: (getattr(phase, name), None) for name in ("title_ar", "title_fr")}
    _journal(phase, "phase.removed", {**titles, "program": (program.year, None)}, program, actor)
    phase.delete()


def _check_may_remove(program: Program, *, may_change_public: bool) -> None:
    # As it stands now: somebody may have published it since the page was opened.
    if Program.objects.get(pk=program.pk).is_public and not may_change_public:
        raise PermissionDenied


# Several tasks at once


@transaction.atomic
def mark_tasks(*, program: Program, task_ids: Iterable[int], done: bool | None, actor: User | None) -> int:
    """Say of several tasks whether they are done; return of how many that is news."""
    take_turn(program.municipality)
    batch, changed = uuid.uuid4(), 0
    for task in _chosen(program, task_ids):
        seen = Seen(task.version, task.done)
        saved = save_task_cell(
            program=program,
            task_id=task.pk,
            field="done",
            value=done,
            seen=seen,
            actor=actor,
            batch=batch,
        )
        changed += saved.is_changed
    return changed


@transaction.atomic
def shift_tasks(
    *, program: Program, task_ids: Iterable[int], days: int, reason: str = "", actor: User | None
) -> int:
    """Move the dates of several tasks by ``days`` (back when negative); return how many moved.

    Tasks without a date stay without. Raises :class:`~programs.services.cells.ReasonNeeded`, and
    moves nothing, where a reason is missing.
    """
    take_turn(program.municipality)
    batch, changed = uuid.uuid4(), 0
    dated = [task for task in _chosen(program, task_ids) if task.session_date]
    planned = {task.pk: _shifted(task, days) for task in dated}
    for task in dated:
        saved = save_task_cell(
            program=program,
            task_id=task.pk,
            field="session_date",
            value=planned[task.pk],
            seen=Seen(task.version, task.session_date),
            reason=reason,
            actor=actor,
            batch=batch,
            planned=planned,
        )
        changed += saved.is_changed
    return changed


def _shifted(task: Task, days: int) -> datetime.date | None:
    try:
        return task.session_date + datetime.timedelta(days=days) if task.session_date else None
    except OverflowError:
        raise ValidationError(_("No calendar has such a date.")) from None


def _chosen(program: Program, task_ids: Iterable[int]) -> list[Task]:
    tasks = Task.objects.filter(phase__program=program, pk__in=list(task_ids))
    return list(tasks.order_by("phase__number", "number"))


def _journal(row: models.Model, action: str, changes: Changes, program: Program, actor: User | None) -> None:
    touch(program)
    record(actor=actor, action=action, obj=row, municipality=program.municipality, changes=changes)
