"""Project cards: made, changed, taken from stage to stage. Every version that the public may see is kept."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils.translation import gettext as _

from portal.accounts.models import User
from portal.audit.log import Changes, record
from portal.editing.changes import changes_of
from portal.municipalities.turns import take_turn
from programs.cards import content_of
from programs.models import CardStage, CardVersion, Program, ProjectCard, Status
from programs.rules_cards import SHOWN_STAGES, VERSIONED_STAGES, step_from
from programs.sums import kept

FIELDS = (
    "title_ar",
    "title_fr",
    "category",
    "reach",
    "is_continuing",
    "zone",
    "streets",
    "cost",
    "funding",
    "partner",
    "studies",
    "land",
    "starts_on",
    "ends_on",
    "origin_ar",
    "origin_fr",
)
"""What people write on a card; ``funding`` maps a source to its amount."""


@transaction.atomic
def add_card(
    *, program: Program, values: Mapping[str, Any], actor: User | None, number: int | None = None
) -> ProjectCard:
    """Begin a project as a proposal, which only the staff see; the next number where none is given.

    Raises ``ValidationError`` by field, and where the program is closed.
    """
    take_turn(program.municipality)
    check_open(Program.objects.get(pk=program.pk))
    values = _as_kept(values)
    card = ProjectCard(program=program, number=number or _next_number(program), **values)
    card.full_clean()
    card.save(force_insert=True)
    changes: Changes = {name: (None, value) for name, value in values.items() if value not in (None, "", {})}
    _journal(card, "card.added", changes, actor)
    return card


@transaction.atomic
def change_card(
    *, card: ProjectCard, values: Mapping[str, Any], actor: User | None, reason: str = ""
) -> ProjectCard:
    """Write what is given on a card; from the preliminary card on, keep the version that this makes.

    Nothing happens where everything stands there already. Raises ``ValidationError`` by field: at
    ``reason`` where the public has seen the card and no reason says why it changes.
    """
    take_turn(card.program.municipality)
    current = _stored(card)
    check_open(current.program)
    changes = changes_of(current, _as_kept(values))
    if not changes:
        return current
    check_reason(current, reason)
    for name, (_old, new) in changes.items():
        setattr(current, name, new)
    current.full_clean()
    current.save(update_fields=list(changes))
    if current.stage in VERSIONED_STAGES:
        keep_version(current, reason=reason, actor=actor)
    _journal(current, "card.edited", _with_reason(changes, reason), actor)
    return current


@transaction.atomic
def take_step(*, card: ProjectCard, code: str, actor: User | None, reason: str = "") -> ProjectCard:
    """Take a card to another stage and keep it as it stands there.

    Nothing happens where the card is at that stage already. Raises ``ValidationError`` where there is no
    such step, at ``reason`` where one is asked for, and at what the stage needs of a card.
    """
    take_turn(card.program.municipality)
    current = _stored(card)
    check_open(current.program)
    step = step_from(current.stage, code, current.program.status)
    if step is None:
        if any(step_from(stage, code, current.program.status) for stage in CardStage):
            text = _("From “%(stage)s” there is no such step: somebody may have taken it already.")
            raise ValidationError(text % {"stage": current.get_stage_display()})
        raise ValidationError(_("There is no such step."))
    if step.needs_reason and not reason.strip():
        raise ValidationError({"reason": _("Say why: the public reads it.")})
    check_complete(current, step.new)
    current.stage = step.new
    current.save(update_fields=["stage"])
    if step.new in VERSIONED_STAGES:
        keep_version(current, reason=reason, actor=actor)
    changes: Changes = {"stage": (step.old, step.new)}
    _journal(current, "card.stepped", _with_reason(changes, reason), actor)
    return current


@transaction.atomic
def remove_card(*, card: ProjectCard, actor: User | None) -> None:
    """Remove a proposal of which no version was kept. Raises ``ValidationError`` for any other card."""
    take_turn(card.program.municipality)
    current = _stored(card)
    check_open(current.program)
    if current.versions.exists() or current.updates.exists():
        raise ValidationError(_("A card of which a version was kept is not removed: leave it out instead."))
    told: Changes = {"title": (str(current), None)}
    _journal(current, "card.removed", told, actor)
    current.delete()


def keep_version(card: ProjectCard, *, reason: str, actor: User | None) -> CardVersion:
    """Keep the card as it stands. Its turn is taken by whoever calls."""
    last = card.versions.aggregate(last=models.Max("number"))["last"] or 0
    return CardVersion.objects.create(
        card=card,
        number=last + 1,
        stage=card.stage,
        content=content_of(card),
        reason=reason.strip(),
        made_by=actor,
    )


def is_shown(card: ProjectCard) -> bool:
    """Whether the public has the card before it: then a change of it is told, with its reason."""
    return card.program.is_public and (
        card.stage in SHOWN_STAGES
        or (card.stage == CardStage.LEFT_OUT and card.versions.filter(stage=CardStage.PRELIMINARY).exists())
    )


def check_reason(card: ProjectCard, reason: str) -> None:
    """Raises ``ValidationError`` at ``reason`` where the public has seen the card and none is given."""
    if is_shown(card) and not reason.strip():
        raise ValidationError({"reason": _("The public has seen this card: say why it changes.")})


def check_open(program: Program) -> None:
    """Raises ``ValidationError`` for a program in which nothing changes any more."""
    if program.status == Status.CLOSED:
        raise ValidationError(_("The program is closed: its projects and its money no longer change."))


def check_complete(card: ProjectCard, stage: str) -> None:
    """Raises ``ValidationError`` by field for what a stage needs and the card lacks."""
    errors: dict[str, str] = {}
    if stage == CardStage.IN_PROGRAM:
        if card.cost is None:
            errors["cost"] = _("A project of the program has a cost.")
        if not card.amounts:
            errors["funding"] = _("A project of the program has its funding.")
    if errors:
        raise ValidationError(errors)


def _stored(card: ProjectCard) -> ProjectCard:
    """The card as it is now: its turn is taken."""
    return ProjectCard.objects.select_related("program__municipality", "zone").get(pk=card.pk)


def _as_kept(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: kept(value) if name == "funding" else value for name, value in values.items()}


def _next_number(program: Program) -> int:
    return (program.cards.aggregate(last=models.Max("number"))["last"] or 0) + 1


def _with_reason(changes: Changes, reason: str) -> Changes:
    return {**changes, "reason": (None, reason.strip())} if reason.strip() else changes


def _journal(card: ProjectCard, action: str, changes: Changes, actor: User | None) -> None:
    record(actor=actor, action=action, obj=card, municipality=card.program.municipality, changes=changes)
