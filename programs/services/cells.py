"""One cell of the calendar, saved over what its editor has seen.

A task's cells are its columns and, as one cell for each language, the titles of the documents it
expects. A phase's cells are its two titles, a program's too.
"""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils.translation import gettext as _

from portal.accounts.models import User
from portal.audit.log import Changes, record
from portal.audit.models import Entry
from portal.editing.cells import Seen, must_change
from portal.folding import printable
from portal.municipalities.turns import take_turn
from portal.workdays.days import workdays_of
from programs.delays import BrokenRule, Dates, broken_by_move
from programs.models import DelayRule, ExpectedDocument, MovedDate, Phase, Program, Status, Task
from programs.services.touching import touch

TITLES = ("title_ar", "title_fr")
DOCUMENTS = ("documents_ar", "documents_fr")
TASK_CELLS = (*TITLES, *DOCUMENTS, "session_date", "done", "notes", "responsible")


class ReasonNeeded(Exception):  # noqa: N818 - it says what is needed; nothing is wrong
    """The date may be saved, but only with a reason."""

    def __init__(self, *, is_moved: bool, broken: Sequence[BrokenRule]) -> None:
        super().__init__(f"moved: {is_moved}, rules broken: {len(broken)}")
        self.is_moved = is_moved
        """The public has seen the date that is changed."""
        self.broken = broken
        """The delays that the date breaks, and of which no reason says why."""


@dataclass(frozen=True, slots=True)
class Saved:
    """A cell as it stands now."""

    row: Task | Phase | Program
    field: str
    value: Any
    is_changed: bool


def cell_value(row: Any, field: str) -> Any:
    """What a cell holds: a column's value, or one title a line for the documents."""
    if field not in DOCUMENTS:
        return getattr(row, field)
    column = field.replace("documents", "title")
    titles = [getattr(document, column) for document in _documents(row)]
    while titles and not titles[-1]:
        titles.pop()
    return titles


@transaction.atomic
def save_task_cell(
    *,
    program: Program,
    task_id: int,
    field: str,
    value: Any,
    seen: Seen,
    actor: User | None,
    reason: str = "",
    batch: uuid.UUID | None = None,
    undoes: Entry | None = None,
    planned: Dates | None = None,
) -> Saved:
    """Write a cell of a task, journal it, and keep the reasons that the change asks for.

    ``value`` is what the column holds; for documents the titles of that language in order, ``""``
    where one has none. Raises ``Task.DoesNotExist`` where the row is gone,
    :class:`~portal.editing.cells.Clash` where somebody else changed the cell since, ``ValidationError``
    (by field) for what the cell cannot hold, and :class:`ReasonNeeded` where a date that was
    public moves or a delay breaks, and ``reason`` is empty. ``undoes`` is the entry of the
    journal that this takes back; ``planned`` are the dates that the same act gives other tasks, by key:
    a delay is reckoned between what both will be, not broken in passing.
    """
    take_turn(program.municipality)
    task = Task.objects.select_related("phase__program").get(pk=task_id, phase__program=program)
    old = cell_value(task, field)
    if not must_change(field=field, current=old, version=task.version, mine=value, seen=seen):
        return Saved(task, field, old, is_changed=False)
    if task.phase.program.status == Status.CLOSED:
        raise ValidationError({field: _("The program is closed: its calendar no longer changes.")})
    if field == "session_date":
        # As it stands now: somebody may have published it a moment ago.
        _give_reasons(task.phase.program, task, value, printable(reason), actor, planned or {})
    if field in DOCUMENTS:
        _write_documents(task, field, value)
        task.save(update_fields=[])
    else:
        _write_column(task, field, value)
    changes = _with_undone({field: (old, value)}, undoes)
    _journal(task, "task.edited", changes, program, actor, batch)
    return Saved(task, field, cell_value(task, field), is_changed=True)


@transaction.atomic
def save_phase_cell(
    *,
    program: Program,
    phase_id: int,
    field: str,
    value: str,
    seen: Seen,
    actor: User | None,
    undoes: Entry | None = None,
) -> Saved:
    """Write a title of a phase. Raises as :func:`save_task_cell` does."""
    take_turn(program.municipality)
    phase = Phase.objects.get(pk=phase_id, program=program)
    return _save_title(phase, "phase.edited", field, value, seen, program, actor, undoes)


@transaction.atomic
def save_program_cell(
    *,
    program: Program,
    field: str,
    value: str,
    seen: Seen,
    actor: User | None,
    undoes: Entry | None = None,
) -> Saved:
    """Write a title of the program. Raises as :func:`save_task_cell` does."""
    take_turn(program.municipality)
    row = Program.objects.get(pk=program.pk)
    return _save_title(row, "program.edited", field, value, seen, program, actor, undoes)


def _save_title(
    row: Phase | Program,
    action: str,
    field: str,
    value: str,
    seen: Seen,
    program: Program,
    actor: User | None,
    undoes: Entry | None,
) -> Saved:
    old = getattr(row, field)
    if not must_change(field=field, current=old, version=row.version, mine=value, seen=seen):
        return Saved(row, field, old, is_changed=False)
    _write_column(row, field, value)
    _journal(row, action, _with_undone({field: (old, value)}, undoes), program, actor, None)
    return Saved(row, field, value, is_changed=True)


def _with_undone(changes: Changes, undoes: Entry | None) -> Changes:
    return {**changes, "undoes": (None, undoes.pk)} if undoes else changes


def _write_column(row: Task | Phase | Program, field: str, value: Any) -> None:
    setattr(row, field, value)
    others = [other.name for other in row._meta.fields if other.name != field]
    try:
        row.clean_fields(exclude=others)
        row.clean()
    except ValidationError as refusal:
        # A row without any title is told at its first title, whichever was emptied.
        raise ValidationError({field: refusal.messages}) from refusal
    row.save(update_fields=[field])


def _journal(
    row: models.Model,
    action: str,
    changes: Changes,
    program: Program,
    actor: User | None,
    batch: uuid.UUID | None,
) -> None:
    touch(program)
    record(
        actor=actor,
        action=action,
        obj=row,
        municipality=program.municipality,
        changes=changes,
        batch=batch,
    )


# Reasons


def reasons_needed(
    *, program: Program, task: Task, date: datetime.date | None, planned: Dates | None = None
) -> ReasonNeeded | None:
    """What a reason would have to explain if the task had this date; ``None`` where nothing.

    A date that the public has seen is not changed without a word. A delay that is broken asks for a
    reason once; again where the change breaks it by more days than the reason was given for.
    """
    public = _public_date(program, task)
    moved = public is not None and public != date
    broken = [
        rule
        for rule in _broken(program, task, date, planned or {})
        if not rule.rule.reason or rule.reckoning.missing > rule.was_missing
    ]
    return ReasonNeeded(is_moved=moved, broken=broken) if moved or broken else None


def _public_date(program: Program, task: Task) -> datetime.date | None:
    """The date that the public knows of a task: one that was taken away in public is not forgotten."""
    if not program.is_public:
        return None
    if task.session_date is not None:
        return task.session_date
    last = task.moved_dates.order_by("moved_at", "pk").last()
    return last.old_date if last and last.new_date is None else None


def _broken(program: Program, task: Task, date: datetime.date | None, planned: Dates) -> list[BrokenRule]:
    dates = dict(Task.objects.filter(phase__program=program).values_list("pk", "session_date"))
    return broken_by_move(
        rules=program.delay_rules.order_by("pk"),
        dates=dates | dict(planned) | {task.pk: task.session_date},
        task_id=task.pk,
        new_date=date,
        workdays=workdays_of(program.municipality),
    )


def _give_reasons(
    program: Program,
    task: Task,
    date: datetime.date | None,
    reason: str,
    actor: User | None,
    planned: Dates,
) -> None:
    needed = reasons_needed(program=program, task=task, date=date, planned=planned)
    if needed and not reason:
        raise needed
    public = _public_date(program, task)
    if needed and needed.is_moved and public:
        move = MovedDate(task=task, old_date=public, new_date=date, reason=reason, moved_by=actor)
        _check_reason(move)
        move.save()
    broken = {rule.rule.pk for rule in needed.broken} if needed else set()
    _keep_reasons(program, task, dict.fromkeys(broken, reason), _broken(program, task, date, planned), actor)


def _check_reason(move: MovedDate) -> None:
    try:
        move.clean_fields(exclude=["task", "old_date", "new_date", "moved_by"])
    except ValidationError as refusal:
        raise ValidationError({"reason": refusal.messages}) from refusal


def _keep_reasons(
    program: Program,
    task: Task,
    reasons: dict[int, str],
    broken: Sequence[BrokenRule],
    actor: User | None,
) -> None:
    """Write why delays are broken; what was said of one that is kept again says nothing any more."""
    still_broken = {rule.rule.pk for rule in broken}
    touching = program.delay_rules.filter(models.Q(from_task=task) | models.Q(to_task=task))
    for rule in touching.select_related("from_task__phase", "to_task__phase"):
        reason = reasons.get(rule.pk, rule.reason if rule.pk in still_broken else "")
        if reason != rule.reason:
            give_reason(rule=rule, reason=reason, program=program, actor=actor)


def give_reason(*, rule: DelayRule, reason: str, program: Program, actor: User | None) -> None:
    """Say why a delay is not kept, and journal it. Raises ``ValidationError`` at ``reason``."""
    old, rule.reason = rule.reason, printable(reason)
    rule.clean_fields(exclude=[field.name for field in rule._meta.fields if field.name != "reason"])
    rule.save(update_fields=["reason"])
    _journal(rule, "delay.explained", {"reason": (old, rule.reason)}, program, actor, None)


# Documents


def _documents(task: Task) -> list[ExpectedDocument]:
    return list(task.expected_documents.order_by("position", "pk"))


def _write_documents(task: Task, field: str, titles: Sequence[str]) -> None:
    """Give the documents these titles of one language, line by line.

    A title that only changed its line takes its document, and the files of it, along. One that is gone
    takes its document away, unless another language names it or files were handed in for it.
    """
    column = field.replace("documents", "title")
    other = "title_fr" if column == "title_ar" else "title_ar"
    stored = _documents(task)
    paired = zip(_pair(stored, titles, column), titles, strict=True)
    lines = [(row, title) for row, title in paired if title or (row and getattr(row, other))]
    named = [row for row, _title in lines if row]
    unnamed = [row for row in stored if row not in named]
    for row in unnamed:
        if not getattr(row, other):
            _remove(row, field)
    kept = [(row, "") for row in unnamed if getattr(row, other)]
    for position, (document, title) in enumerate([*lines, *kept], start=1):
        row = document or ExpectedDocument(task=task)
        setattr(row, column, title)
        row.position = position
        _check_title(row, field)
        row.save()


def _pair(
    stored: Sequence[ExpectedDocument], titles: Sequence[str], column: str
) -> list[ExpectedDocument | None]:
    """For each line the document it is about: of the same title, else the one that stood on that line."""
    paired: list[ExpectedDocument | None] = [None] * len(titles)
    free = list(stored)
    for line, title in enumerate(titles):
        same = next((row for row in free if title and getattr(row, column) == title), None)
        if same is not None:
            paired[line] = same
            free.remove(same)
    for line in range(len(titles)):
        on_line = stored[line] if line < len(stored) else None
        if paired[line] is None and on_line is not None and on_line in free:
            paired[line] = on_line
            free.remove(on_line)
    return paired


def _remove(document: ExpectedDocument, field: str) -> None:
    if document.files.exists():
        refusal = _("Files were handed in for “%(document)s”: it stays in the list.")
        raise ValidationError({field: refusal % {"document": document}})
    document.delete()


def _check_title(document: ExpectedDocument, field: str) -> None:
    try:
        document.clean_fields(exclude=["task"])
        document.clean()
    except ValidationError as refusal:
        raise ValidationError({field: refusal.messages}) from refusal
