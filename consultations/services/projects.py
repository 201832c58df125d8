"""Projects of a plan: written, adopted, followed. Every version that the public may see is kept."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils.translation import gettext as _

from consultations.models import (
    ActionPlan,
    Activity,
    ActivityUpdate,
    Completion,
    Indicator,
    Measurement,
    Project,
    ProjectStep,
    ProjectVersion,
    UpdateFile,
)
from consultations.rules import STEPS, step_from
from consultations.versions import ANSWERS, TEXTS, Content, content_of
from portal.accounts.models import User
from portal.audit.log import Changes, record
from portal.audit.models import Entry
from portal.audit.reading import read_entry
from portal.editing.changes import changes_of
from portal.editing.rows import RowEdit, RowsRefused, write_rows
from portal.files.quota import StorageFull, check_room
from portal.files.uploads import CheckedFile
from portal.municipalities.models import Municipality
from portal.municipalities.turns import take_turn
from portal.publications import chain

FIELDS = ("axis", *TEXTS, *ANSWERS, "amount")
"""What people write of a project. Its indicators and activities are tables of their own."""
REASON = "reason"
"""The name under which a missing reason is told among the refusals of a table."""


@transaction.atomic
def add_project(
    *, plan: ActionPlan, values: Mapping[str, Any], actor: User | None, number: int | None = None
) -> Project:
    """Begin a project as a draft; the next number of the plan where none is given.

    In a public plan everybody reads it at once: its first version is kept. Raises ``ValidationError``
    by field.
    """
    take_turn(plan.municipality)
    plan = ActionPlan.objects.select_related("municipality").get(pk=plan.pk)
    last = plan.projects.aggregate(last=models.Max("number"))["last"] or 0
    project = Project(plan=plan, number=number or last + 1, **values)
    project.full_clean()
    project.save(force_insert=True)
    if plan.is_public:
        keep_version(project=project, actor=actor)
    changes: Changes = {name: (None, value) for name, value in values.items() if value not in (None, "")}
    _journal(project, "project.added", changes, actor)
    return project


@transaction.atomic
def change_project(
    *, project: Project, values: Mapping[str, Any], actor: User | None, reason: str = ""
) -> Project:
    """Write what is given of a project; of one that is followed keep the version that this makes.

    Nothing happens where everything stands there already. A change of an adopted project makes it a
    revised one. Raises ``ValidationError`` by field: at ``reason`` where the public has seen the project
    and no reason says why it changes.
    """
    take_turn(project.plan.municipality)
    current = _stored(project)
    changes = changes_of(current, values)
    if not changes:
        return current
    check_reason(current, reason)
    before = _unkept(current)
    for name, (_old, new) in changes.items():
        setattr(current, name, new)
    current.full_clean()
    current.save(update_fields=list(changes))
    if is_followed(current):
        _keep_change(current, before, reason=reason, actor=actor)
    _journal(current, "project.edited", _with_reason(changes, reason), actor)
    return current


@transaction.atomic
def take_step(
    *, project: Project, code: str, actor: User | None, reason: str = "", seen: str | None = None
) -> Project:
    """Take a project a step further and keep it as it stands there.

    Args:
        reason: the council's decision that adopts it, or why it is opened again: the public reads it.
        seen: the :func:`fingerprint_of` what the person had before them.

    Raises ``ValidationError`` where there is no such step from where it stands, at ``reason``, and where
    somebody changed the project since it was shown: with what stood there and what stands there now.
    """
    take_turn(project.plan.municipality)
    current = _stored(project)
    step = step_from(current.step, code)
    if step is None:
        if any(known.code == code for known in STEPS):
            text = _("From “%(step)s” there is no such step: somebody may have taken it already.")
            raise ValidationError(text % {"step": current.get_step_display()})
        raise ValidationError(_("There is no such step."))
    if seen is not None and seen != fingerprint_of(current):
        raise _changed_since(current, seen)
    if not reason.strip():
        told = _("Name the decision and its date, or say why: the public reads it.")
        raise ValidationError({REASON: told})
    current.step = step.new
    current.save(update_fields=["step"])
    keep_version(project=current, actor=actor, reason=reason)
    changes: Changes = {"step": (step.old, step.new)}
    _journal(current, "project.stepped", _with_reason(changes, reason), actor)
    return current


def fingerprint_of(project: Project) -> str:
    """What a page carries of the project that it shows: its version, and all that adopting it would keep."""
    return f"{project.version}-{chain.fingerprint(chain.canonical(content_of(project)))}"


def _changed_since(project: Project, seen: str) -> ValidationError:
    """That it changed; where the row itself did, what the last act found there and what it wrote."""
    told = [_("The project has changed since you opened this page. Look through it again, then decide.")]
    last = Entry.objects.filter(
        municipality=project.plan.municipality_id,
        object_type=Project._meta.label_lower,
        object_id=str(project.pk),
    ).first()
    if last and seen.partition("-")[0] != str(project.version):
        changes = read_entry(last).changes
        told += [
            f"{change.label}: \u2068{change.before}\u2069 / \u2068{change.after}\u2069" for change in changes
        ]
    return ValidationError(told)


@transaction.atomic
def remove_project(*, project: Project, actor: User | None) -> None:
    """Remove a project of which nothing was kept. Raises ``ValidationError`` for any other."""
    take_turn(project.plan.municipality)
    current = _stored(project)
    if is_followed(current):
        raise ValidationError(_("The public has seen this project, or a version of it was kept: it stays."))
    if ActivityUpdate.objects.filter(activity__project=current).exists():
        raise ValidationError(_("The progress of its activities was stated: it stays."))
    told: Changes = {"title": (str(current), None)}
    _journal(current, "project.removed", told, actor)
    current.delete()


def keep_version(*, project: Project, actor: User | None, reason: str = "") -> ProjectVersion:
    """Keep the project as it stands; the last version where it tells just the same.

    Its turn is taken, and the act journalled, by whoever calls.
    """
    last = project.versions.order_by("number").last()
    content = content_of(project)
    if last and last.step == project.step and last.content == content:
        return last
    return _keep(project, last.number + 1 if last else 1, content, reason=reason, actor=actor)


def keep_public_version(*, project: Project, actor: User | None, reason: str) -> None:
    """Keep a project that is followed as it stands now: for whatever writes it outside the desk.

    As at the desk, an adopted project that changed is a revised one from now on.
    """
    current = _stored(project)
    last = current.versions.order_by("number").last()
    if last.content != content_of(current) if last else current.plan.is_public:
        _keep_change(current, None, reason=reason, actor=actor)


def is_followed(project: Project) -> bool:
    """Whether a change of the project is told to everybody: it is public, or a version of it was kept."""
    return project.plan.is_public or project.versions.exists()


def check_reason(project: Project, reason: str) -> None:
    """Raises ``ValidationError`` at ``reason`` where one is needed and none is given."""
    if is_followed(project) and not reason.strip():
        raise ValidationError({REASON: _("The public has seen this project: say why it changes.")})


# Tables


def save_activities(
    *, project: Project, edits: Iterable[RowEdit], actor: User | None, reason: str = ""
) -> int:
    """Write the activities that were changed, all or none; return how many rows it was.

    Raises :class:`portal.editing.rows.RowsRefused`, also under :data:`REASON`: see :func:`change_project`.
    """
    return _save_rows(project, Activity.objects.all(), edits, actor, reason)


def save_indicators(
    *, project: Project, edits: Iterable[RowEdit], actor: User | None, reason: str = ""
) -> int:
    """Write the indicators that were changed, as :func:`save_activities` does."""
    return _save_rows(project, Indicator.objects.all(), edits, actor, reason)


@transaction.atomic
def _save_rows(
    project: Project, rows: models.QuerySet, edits: Iterable[RowEdit], actor: User | None, reason: str
) -> int:
    municipality = project.plan.municipality
    take_turn(municipality)
    current = _stored(project)
    before = _unkept(current)
    batch = uuid.uuid4()

    def after() -> None:
        if not is_followed(current):
            return
        try:
            check_reason(current, reason)
        except ValidationError as refusal:
            raise RowsRefused(errors={REASON: refusal}) from refusal
        last = _last_number(current)
        version = _keep_change(current, before, reason=reason, actor=actor)
        if version.number == last:
            return
        changes = _with_reason({"version": (last or None, version.number)}, reason)
        _journal(current, "project.version_kept", changes, actor, batch)

    return write_rows(
        rows=rows.filter(project=current),
        edits=edits,
        municipality=municipality,
        actor=actor,
        after=after,
        batch=batch,
    )


def save_measurements(*, indicator: Indicator, edits: Iterable[RowEdit], actor: User | None) -> int:
    """Write what was measured of an indicator, all or none; return how many rows it was.

    Raises :class:`portal.editing.rows.RowsRefused`.
    """
    rows = Measurement.objects.filter(indicator=indicator)
    municipality = indicator.project.plan.municipality
    return write_rows(rows=rows, edits=edits, municipality=municipality, actor=actor)


# Following


def state_activity(
    *,
    activity: Activity,
    percent: int,
    stated_on: datetime.date,
    actor: User | None,
    note: str = "",
    uploads: Sequence[CheckedFile] = (),
    is_public: bool = True,
) -> ActivityUpdate:
    """State how far an activity is on a day, with what proves it. It stays: the next statement corrects it.

    ``is_public`` is for the files; what may tell where it was recorded stays internal. Raises
    ``ValidationError`` by field: for a day to come or before the last statement, for a percentage that falls
    without a note, and for files that do not fit.
    """
    municipality = activity.project.plan.municipality
    _check_room(municipality, uploads)
    # On the disk before anybody has to wait for the rows.
    files = [UpdateFile.of(upload, actor=actor, is_public=is_public) for upload in uploads]
    with transaction.atomic():
        take_turn(municipality)
        _check_room(municipality, files)
        current = Activity.objects.select_related("project__plan__municipality").get(pk=activity.pk)
        update = ActivityUpdate(
            activity=current, percent=percent, note=note.strip(), stated_on=stated_on, made_by=actor
        )
        update.full_clean(exclude=["made_by"])
        _check_order(update, municipality.today())
        update.save(force_insert=True)
        for file in files:
            file.update = update
            file.save(force_insert=True)
        changes = _told(update, files, current.percent)
        current.percent = percent
        current.save(update_fields=["percent"])
        record(actor=actor, action="activity.stated", obj=current, municipality=municipality, changes=changes)
    return update


def _check_room(municipality: Municipality, files: Iterable[CheckedFile | UpdateFile]) -> None:
    try:
        check_room(municipality, files)
    except StorageFull as full:
        raise ValidationError({"uploads": full.messages}) from full


def _check_order(update: ActivityUpdate, today: datetime.date) -> None:
    last = update.activity.updates.order_by("pk").last()
    errors: dict[str, str] = {}
    if update.stated_on > today:
        errors["stated_on"] = _("Progress is stated once it is there: this day is still to come.")
    elif last and update.stated_on < last.stated_on:
        errors["stated_on"] = _("There is a statement of a later day already.")
    if update.percent < update.activity.percent and not update.note:
        errors["note"] = _("It was further before: say why.")
    if errors:
        raise ValidationError(errors)


def _told(update: ActivityUpdate, files: Sequence[UpdateFile], before: int) -> Changes:
    changes: Changes = {"percent": (before, update.percent), "as_of": (None, update.stated_on)}
    if update.note:
        changes["note"] = (None, update.note)
    if files:
        changes["files"] = (None, [file.name for file in files])
    return changes


@transaction.atomic
def grade(*, project: Project, completion: str, actor: User | None) -> Project:
    """State how far the municipality says that it kept the commitment; empty: not graded.

    Nothing happens where it says so already. Raises ``ValidationError`` for what is no level of the scale.
    """
    take_turn(project.plan.municipality)
    current = _stored(project)
    if completion and completion not in Completion:
        raise ValidationError({"completion": _("Choose a level of the scale.")})
    if completion == current.completion:
        return current
    changes: Changes = {"completion": (current.completion, completion)}
    current.completion = completion
    current.save(update_fields=["completion"])
    _journal(current, "project.graded", changes, actor)
    return current


# What the acts above share


def _stored(project: Project) -> Project:
    """The project as it is now: its turn is taken."""
    return Project.objects.select_related("plan__municipality", "axis").get(pk=project.pk)


def _unkept(project: Project) -> Content | None:
    """What a public project told before its first change here, of which no version was kept yet."""
    return content_of(project) if project.plan.is_public and not project.versions.exists() else None


def _last_number(project: Project) -> int:
    return project.versions.aggregate(last=models.Max("number"))["last"] or 0


def _keep_change(
    project: Project, before: Content | None, *, reason: str, actor: User | None
) -> ProjectVersion:
    """Keep what a change made of a project; what the public had before it too, where that is not kept."""
    if before is not None:
        _keep(project, 1, before, reason="", actor=None)
    if project.step == ProjectStep.ADOPTED:
        project.step = ProjectStep.REVISED
        project.save(update_fields=["step"])
    return keep_version(project=project, actor=actor, reason=reason)


def _keep(
    project: Project, number: int, content: Content, *, reason: str, actor: User | None
) -> ProjectVersion:
    return ProjectVersion.objects.create(
        project=project,
        number=number,
        step=project.step,
        content=content,
        reason=reason.strip(),
        made_by=actor,
    )


def _with_reason(changes: Changes, reason: str) -> Changes:
    return {**changes, REASON: (None, reason.strip())} if reason.strip() else changes


def _journal(
    project: Project, action: str, changes: Changes, actor: User | None, batch: uuid.UUID | None = None
) -> None:
    record(
        actor=actor,
        action=action,
        obj=project,
        municipality=project.plan.municipality,
        changes=changes,
        batch=batch,
    )
