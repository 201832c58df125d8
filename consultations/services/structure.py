"""The parts of a plan: its stages with their meetings and documents, its axes, its committee.

Rows of a table are written over what their editor had seen (:mod:`portal.editing.rows`). A row that is
given another place moves the others, as in any list.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from django.db import models, transaction
from django.utils import timezone

from consultations.models import ActionPlan, Axis, CommitteeMember, Stage, StageFile
from portal.accounts.models import User
from portal.audit.log import Changes, record
from portal.editing.models import Versioned
from portal.editing.rows import RowEdit, cell, write_rows
from portal.files.quota import check_room
from portal.files.uploads import CheckedFile
from portal.meetings.models import Meeting
from portal.municipalities.turns import take_turn

LARGEST_PLACE = 32767
"""What the column of a place or a number holds at most."""


@transaction.atomic
def save_stages(*, plan: ActionPlan, edits: Iterable[RowEdit], actor: User | None) -> int:
    """Write the stages that were changed, all or none; return how many rows it was.

    A place that somebody gives moves the stages after it. Raises
    :class:`portal.editing.rows.RowsRefused`, also for a stage whose documents are kept.
    """
    take_turn(plan.municipality)
    rows = Stage.objects.filter(plan=plan).order_by("position")
    return _write(plan, rows, placed(list(rows), list(edits)), "position", actor)


@transaction.atomic
def save_axes(*, plan: ActionPlan, edits: Iterable[RowEdit], actor: User | None) -> int:
    """Write the axes that were changed, all or none; return how many rows it was.

    Two axes may change numbers with each other. Raises :class:`portal.editing.rows.RowsRefused`, also
    for an axis that still has projects.
    """
    take_turn(plan.municipality)
    rows = Axis.objects.filter(plan=plan).order_by("number")
    return _write(plan, rows, list(edits), "number", actor)


@transaction.atomic
def save_committee(*, plan: ActionPlan, edits: Iterable[RowEdit], actor: User | None) -> int:
    """Write the members of the committee that were changed, all or none; return how many rows it was.

    Raises :class:`portal.editing.rows.RowsRefused`.
    """
    take_turn(plan.municipality)
    rows = CommitteeMember.objects.filter(plan=plan).order_by("position", "pk")
    return _write(plan, rows, placed(list(rows), list(edits)), "", actor)


def _write(
    plan: ActionPlan, rows: models.QuerySet, edits: Sequence[RowEdit], unique: str, actor: User | None
) -> int:
    if unique:
        _step_aside(rows, edits, unique)
    return write_rows(
        rows=rows, edits=edits, municipality=plan.municipality, actor=actor, after=lambda: touch_plan(plan)
    )


def touch_plan(plan: ActionPlan) -> None:
    """Note that something of the plan was changed now; its own row stays the version it is."""
    ActionPlan.objects.filter(pk=plan.pk).update(updated_at=timezone.now())


# Places


def placed(rows: Sequence[Versioned], edits: Sequence[RowEdit]) -> list[RowEdit]:
    """The edits, with a place from 1 for every row: where it was put, or where the others leave it.

    ``rows`` are all that there are, in their order. Nothing is moved where nobody gave a place, added or
    removed a row; nor where somebody else gave one of the rows another place meanwhile, which is for the
    writing to refuse.
    """
    known = {row.pk: row for row in rows}
    gone = {edit.row.pk for edit in edits if edit.is_removed}
    moved = [edit for edit in edits if not edit.is_removed and _is_moved(edit, known)]
    if not moved and not gone & set(known):
        return list(edits)
    if any(
        not edit.is_new and edit.seen["position"] != cell(known[edit.row.pk], "position") for edit in moved
    ):
        return list(edits)
    places = _places(rows, gone, moved)
    given = {_key(edit) for edit in edits}
    others = [RowEdit(f"moved-{row.pk}", row, {}, {}, row.version) for row in rows if row.pk not in given]
    found = [_at_its_place(edit, places.get(_key(edit)), known) for edit in [*edits, *others]]
    return [edit for edit in found if edit.values or edit.is_removed]


def _is_moved(edit: RowEdit, known: dict[int, Versioned]) -> bool:
    """Whether the person gave the row a place that it does not have."""
    if edit.is_new:
        return True
    row, wanted = known.get(edit.row.pk), edit.values.get("position")
    return row is not None and wanted not in (None, edit.seen.get("position"), cell(row, "position"))


def _key(edit: RowEdit) -> int | str:
    return edit.name if edit.is_new else edit.row.pk


def _places(rows: Sequence[Versioned], gone: set[int], moved: Sequence[RowEdit]) -> dict[int | str, int]:
    moving = {_key(edit) for edit in moved}
    order: list[int | str] = [row.pk for row in rows if row.pk not in gone | moving]
    place = 0
    for edit in sorted(moved, key=lambda edit: edit.values["position"] or LARGEST_PLACE):
        # Two that were given the same place follow each other.
        place = max(edit.values["position"] or LARGEST_PLACE, place + 1)
        order.insert(place - 1, _key(edit))
    return {key: place for place, key in enumerate(order, start=1)}


def _at_its_place(edit: RowEdit, place: int | None, known: dict[int, Versioned]) -> RowEdit:
    if place is None or edit.is_removed or (not edit.is_new and edit.row.pk not in known):
        return edit
    if edit.is_new or _is_moved(edit, known):
        return replace(edit, values={**edit.values, "position": place})
    current = cell(known[edit.row.pk], "position")
    if current == place:
        return edit
    # Nobody asked for it: the row follows from wherever it is now.
    values, seen = {**edit.values, "position": place}, {**edit.seen, "position": current}
    return replace(edit, values=values, seen=seen)


def _step_aside(rows: models.QuerySet, edits: Iterable[RowEdit], name: str) -> None:
    """Let the rows whose ``name`` changes leave theirs first: two may then change with each other.

    The database alone is told; ``rows``, read already, are still what they were.
    """
    stored = {row.pk: row for row in rows}
    leaving = [edit.row.pk for edit in edits if edit.row.pk in stored and _changes(edit, stored, name)]
    used = {cell(row, name) for row in stored.values()} | {edit.values.get(name) for edit in edits}
    free = (number for number in range(LARGEST_PLACE, 0, -1) if number not in used)
    for pk in leaving:
        rows.model.objects.filter(pk=pk).update(**{name: next(free)})


def _changes(edit: RowEdit, stored: dict[int, Versioned], name: str) -> bool:
    mine = edit.values.get(name)
    return mine is not None and mine not in (edit.seen[name], cell(stored[edit.row.pk], name))


# The meetings of a stage


@transaction.atomic
def link_meeting(*, plan: ActionPlan, stage_id: int, meeting_id: int, actor: User | None) -> Stage:
    """Say that a meeting belongs to a stage; nothing happens where that is said already.

    Raises ``Stage.DoesNotExist``, or ``Meeting.DoesNotExist`` for one of another municipality.
    """
    return _change_link(plan, stage_id, meeting_id, actor, is_linked=True)


@transaction.atomic
def unlink_meeting(*, plan: ActionPlan, stage_id: int, meeting_id: int, actor: User | None) -> Stage:
    """Take back what :func:`link_meeting` said. Raises as it does."""
    return _change_link(plan, stage_id, meeting_id, actor, is_linked=False)


def _change_link(
    plan: ActionPlan, stage_id: int, meeting_id: int, actor: User | None, *, is_linked: bool
) -> Stage:
    take_turn(plan.municipality)
    stage = plan.stages.get(pk=stage_id)
    meeting = Meeting.objects.of(plan.municipality).get(pk=meeting_id)
    if stage.meetings.filter(pk=meeting.pk).exists() is is_linked:
        return stage
    change = stage.meetings.add if is_linked else stage.meetings.remove
    change(meeting)
    touch_plan(plan)
    changes: Changes = {"meetings": (None, str(meeting)) if is_linked else (str(meeting), None)}
    action = "stage.linked" if is_linked else "stage.unlinked"
    record(actor=actor, action=action, obj=stage, municipality=plan.municipality, changes=changes)
    return stage


# The documents of a stage


def attach_files(
    *,
    stage: Stage,
    uploads: Sequence[CheckedFile],
    is_public: bool,
    actor: User | None,
    captions: tuple[str, str] = ("", ""),
) -> list[StageFile]:
    """Keep checked files as documents of a stage, all or none; each is journalled.

    What may tell where it was recorded stays internal whatever is asked. The files are on the disk before
    anybody has to wait for the rows: a file whose row fails after all is removed by
    :mod:`portal.files.sweep`. Raises :class:`~portal.files.quota.StorageFull`.

    Args:
        captions: what they show, in Arabic and in French.
    """
    owner: dict[str, Any] = {"stage": stage, "caption_ar": captions[0], "caption_fr": captions[1]}
    municipality = stage.plan.municipality
    check_room(municipality, uploads)
    files = [StageFile.of(upload, actor=actor, is_public=is_public, **owner) for upload in uploads]
    batch = uuid.uuid4() if len(files) > 1 else None
    with transaction.atomic():
        take_turn(municipality)
        check_room(municipality, files)
        for file in files:
            file.save()
            changes: Changes = {"file": (None, file.name), "is_public": (None, file.is_public)}
            _journal(file, "stage_file.added", changes, actor, batch)
    return files


@transaction.atomic
def set_file_public(*, file: StageFile, is_public: bool, actor: User | None) -> None:
    """Show a document to everybody, or to the municipality's own people alone.

    Nothing happens when it is so already. Raises ``ValidationError`` when a file that is to be public may
    tell where it was recorded.
    """
    take_turn(file.stage.plan.municipality)
    current = StageFile.objects.select_related("stage__plan__municipality").get(pk=file.pk)
    if current.is_public == is_public:
        return
    current.is_public = is_public
    current.validate_constraints()
    current.save(update_fields=["is_public"])
    action = "stage_file.shown" if is_public else "stage_file.hidden"
    _journal(current, action, {"is_public": (not is_public, is_public)}, actor)


def _journal(
    file: StageFile, action: str, changes: Changes, actor: User | None, batch: uuid.UUID | None = None
) -> None:
    plan = file.stage.plan
    touch_plan(plan)
    record(actor=actor, action=action, obj=file, municipality=plan.municipality, changes=changes, batch=batch)
