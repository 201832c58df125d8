"""Plans: begun, written, moved from stage to stage, published. What the public reads enters the register."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from consultations.history import last_editor
from consultations.models import ActionPlan, Axis, PlanStatus, Stage
from consultations.process import EMPTY, Outline
from consultations.published.plans import WITHDRAWAL, content_of, withdrawal_of
from consultations.services.projects import keep_version
from portal.accounts.models import User
from portal.audit.log import Changes, record
from portal.bilingual import original
from portal.editing.changes import changes_of
from portal.municipalities import four_eyes
from portal.municipalities.models import Municipality
from portal.municipalities.turns import take_turn
from portal.publications import chain
from portal.publications.models import Publication
from portal.publications.register import enter

FIELDS = (
    "slug",
    "title_ar",
    "title_fr",
    "summary_ar",
    "summary_fr",
    "focal_point_ar",
    "focal_point_fr",
    "starts_on",
    "ends_on",
)
"""What people write of a plan. Its stages, axes and committee are tables of their own."""
NEW = "new"
"""The word under which the desk begins a plan: no plan is called so."""
PUBLISHED = "plan.published"
PUBLISHED_ANEW = "plan.published_anew"
"""A public plan that changed enters the register as its next version; its status stays."""
MOVED = "plan.moved"


@transaction.atomic
def add_plan(
    *, municipality: Municipality, values: Mapping[str, Any], actor: User | None, outline: Outline = EMPTY
) -> ActionPlan:
    """Begin a plan, which only the staff see, with the stages and axes of an outline.

    Raises ``ValidationError`` by field.
    """
    take_turn(municipality)
    plan = ActionPlan(municipality=municipality, **values)
    _check(plan)
    plan.save(force_insert=True)
    for position, line in enumerate(outline.stages, start=1):
        titles = {"title_ar": line.title_ar, "title_fr": line.title_fr}
        Stage.objects.create(plan=plan, position=position, level=line.level, **titles)
    for number, axis in enumerate(outline.axes, start=1):
        Axis.objects.create(plan=plan, number=number, title_ar=axis.title_ar, title_fr=axis.title_fr)
    changes: Changes = {name: (None, value) for name, value in values.items() if value not in (None, "")}
    for name, lines in (("stages", outline.stages), ("axes", outline.axes)):
        if lines:
            changes[name] = (None, [original(line, "title") for line in lines])
    record(actor=actor, action="plan.added", obj=plan, municipality=municipality, changes=changes)
    return plan


@transaction.atomic
def change_plan(*, plan: ActionPlan, values: Mapping[str, Any], actor: User | None) -> ActionPlan:
    """Write what is given of a plan; nothing happens where everything stands there already.

    Raises ``ValidationError`` by field: at ``slug`` for a public plan, whose address stays.
    """
    current = _current(plan)
    changes = changes_of(current, values)
    if not changes:
        return current
    if "slug" in changes and current.is_public:
        raise ValidationError({"slug": _("It is in the public address: it stays while the plan is public.")})
    for name, (_old, new) in changes.items():
        setattr(current, name, new)
    _check(current)
    current.save(update_fields=[*changes, "updated_at"])
    record(actor=actor, action="plan.edited", obj=current, municipality=current.municipality, changes=changes)
    return current


@transaction.atomic
def move_plan_to(*, plan: ActionPlan, stage: Stage, actor: User | None) -> None:
    """Say that the plan is at a stage, or at a step of one: what is before is done, what is after to come.

    Where the plan is public the register keeps what everybody reads from now on. Nothing happens where
    the plan stands there already. Raises ``ValidationError`` for a stage that somebody removed.
    """
    current = _current(plan)
    stages = list(Stage.objects.filter(plan=current).order_by("position"))
    wanted = next((row for row in stages if row.pk == stage.pk), None)
    if wanted is None:
        raise ValidationError(_("Somebody removed this stage since you opened the page."))
    before = _names_of_current(stages)
    changed = [row for row in stages if _moves(row, _state_when_at(row, wanted, stages))]
    if not changed:
        return
    for row in changed:
        row.save(update_fields=["state"])
    current.save(update_fields=["updated_at"])
    changes: Changes = {"stage": (before, _names_of_current(stages))}
    if current.is_public:
        _keep_versions(current, actor)
        _enter(current, MOVED, content_of(current), actor, changes)
    else:
        record(actor=actor, action=MOVED, obj=current, municipality=current.municipality, changes=changes)


def _state_when_at(row: Stage, wanted: Stage, stages: list[Stage]) -> Stage.State:
    """The state of a stage while the plan is at another; the stage of the step that it is at is current."""
    if row.pk == wanted.pk or row is _stage_of(wanted, stages):
        return Stage.State.CURRENT
    return Stage.State.DONE if row.position < wanted.position else Stage.State.TO_COME


def _stage_of(step: Stage, stages: list[Stage]) -> Stage | None:
    """The stage that a step belongs to: the last one before it."""
    if step.level == 1:
        return None
    before = [row for row in stages if row.level == 1 and row.position < step.position]
    return before[-1] if before else None


def _moves(row: Stage, state: Stage.State) -> bool:
    is_moved = row.state != state
    row.state = state
    return is_moved


def _names_of_current(stages: list[Stage]) -> str:
    return " – ".join(str(row) for row in stages if row.state == Stage.State.CURRENT)


# Publishing


@transaction.atomic
def publish(*, plan: ActionPlan, actor: User | None) -> None:
    """Make a plan public and enter it into the register. Nothing happens when it is.

    Each of its projects is kept as it stands: what the public reads first is a version. Raises
    ``ValidationError`` where a second person is needed (``four_eyes``).
    """
    if _current(plan).is_public:
        return
    _ask_second_person(plan, actor)
    _keep_versions(plan, actor)
    _set_status(plan, PlanStatus.PUBLISHED)
    changes: Changes = {"status": (PlanStatus.DRAFT.value, PlanStatus.PUBLISHED.value)}
    _enter(plan, PUBLISHED, content_of(plan), actor, changes)


@transaction.atomic
def publish_anew(*, plan: ActionPlan, actor: User | None) -> None:
    """Enter a public plan that changed into the register, as its next version.

    Raises ``ValidationError`` for a plan that is not public or has not changed, and where a second person
    is needed (``four_eyes``).
    """
    current = _current(plan)
    if not current.is_public:
        raise ValidationError(_("A draft is published first."))
    _ask_second_person(current, actor)
    _keep_versions(current, actor)
    if not has_changed(current):
        raise ValidationError(_("Nothing has changed since it was published."))
    _enter(current, PUBLISHED_ANEW, content_of(current), actor, {})


@transaction.atomic
def withdraw(*, plan: ActionPlan, actor: User | None, reason: str = "") -> None:
    """Make a plan a draft again: its public addresses answer 404. Nothing happens where it is one.

    Its versions stay in the register, marked as withdrawn, with the reason where one is given. Raises
    ``ValidationError`` where a second person is needed (``four_eyes``).
    """
    if not _current(plan).is_public:
        return
    _ask_second_person(plan, actor)
    _set_status(plan, PlanStatus.DRAFT)
    changes: Changes = {"status": (PlanStatus.PUBLISHED.value, PlanStatus.DRAFT.value)}
    if reason.strip():
        changes["reason"] = (None, reason.strip())
    _enter(plan, WITHDRAWAL, withdrawal_of(plan, reason.strip()), actor, changes)


def _ask_second_person(plan: ActionPlan, actor: User | None) -> None:
    editor = last_editor(plan, steps=(PUBLISHED, PUBLISHED_ANEW, WITHDRAWAL))
    four_eyes.check(municipality=plan.municipality, actor=actor, last_editor=editor)


def has_changed(plan: ActionPlan) -> bool:
    """Whether the public would read something else than what the register holds as the last version."""
    last = Publication.objects.of_object(plan).newest()
    return last is None or last.content_sha256 != fingerprint_of(plan)


def fingerprint_of(plan: ActionPlan) -> str:
    """The fingerprint that the plan would have in the register as it is now."""
    return chain.fingerprint(chain.canonical(content_of(plan)))


def _current(plan: ActionPlan) -> ActionPlan:
    """Take the turn; the plan as it is now, for somebody else may have been faster."""
    take_turn(plan.municipality)
    return ActionPlan.objects.select_related("municipality").get(pk=plan.pk)


def _check(plan: ActionPlan) -> None:
    """Raises ``ValidationError``, at its field wherever there is one."""
    others = ActionPlan.objects.of(plan.municipality).exclude(pk=plan.pk)
    if others.filter(slug=plan.slug).exists():
        raise ValidationError({"slug": _("The municipality already has a plan of this name.")})
    if plan.slug == NEW:
        raise ValidationError({"slug": _("Choose another name: this one has another meaning here.")})
    if plan.starts_on and plan.ends_on and plan.ends_on < plan.starts_on:
        raise ValidationError({"ends_on": _("The end is before the start.")})
    plan.full_clean()


def _keep_versions(plan: ActionPlan, actor: User | None) -> None:
    for project in plan.projects.select_related("axis", "plan").order_by("number"):
        keep_version(project=project, actor=actor)


def _set_status(plan: ActionPlan, status: PlanStatus) -> None:
    plan.status = status
    plan.save(update_fields=["status", "updated_at"])


def _enter(
    plan: ActionPlan, action: str, content: dict[str, Any], actor: User | None, changes: Changes
) -> None:
    with override(settings.LANGUAGE_CODE):
        address = reverse("plan", kwargs={"slug": plan.municipality.slug, "plan": plan.slug})
    enter(
        municipality=plan.municipality,
        act=action,
        obj=plan,
        title=original(plan, "title"),
        address=address,
        content=content,
        actor=actor,
        changes=changes,
    )
