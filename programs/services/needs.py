"""Needs: asked, linked to the project that answers them, or no longer pursued and why."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils.translation import gettext as _

from portal.accounts.models import User
from portal.audit.log import Changes, record
from portal.editing.changes import changes_of
from portal.municipalities.models import Municipality
from portal.municipalities.turns import take_turn
from programs.models import CardStage, Need, ProjectCard, Status

FIELDS = ("title_ar", "title_fr", "category", "zone", "street", "asked_in", "where_asked")
"""What people write of a need."""


@transaction.atomic
def add_need(*, municipality: Municipality, values: Mapping[str, Any], actor: User | None) -> Need:
    """Write down what residents asked for, under the next number. Raises ``ValidationError`` by field."""
    take_turn(municipality)
    last = Need.objects.of(municipality).aggregate(last=models.Max("number"))["last"] or 0
    need = Need(municipality=municipality, number=last + 1, **values)
    need.full_clean()
    need.save(force_insert=True)
    changes: Changes = {name: (None, value) for name, value in values.items() if value not in (None, "")}
    _journal(need, "need.added", changes, actor)
    return need


@transaction.atomic
def change_need(*, need: Need, values: Mapping[str, Any], actor: User | None) -> Need:
    """Write what is given; nothing happens where it stands there already. Raises ``ValidationError``."""
    return _write(need, values, "need.edited", actor)


@transaction.atomic
def link_need(*, need: Need, card: ProjectCard | None, actor: User | None) -> Need:
    """Say which project answers a need; ``None`` takes that back.

    Raises ``ValidationError`` where the need is not pursued, where the project was not retained, and
    where a project of an approved program has answered it already.
    """
    take_turn(need.municipality)
    current = _stored(need)
    if is_answered(current) and current.card != card:
        raise ValidationError({"card": _("An approved program has answered this need.")})
    if card is not None and card.stage == CardStage.LEFT_OUT:
        raise ValidationError({"card": _("This project was not retained: it answers no need.")})
    return _write(need, {"card": card}, "need.linked" if card else "need.unlinked", actor)


@transaction.atomic
def drop_need(*, need: Need, reason: str, actor: User | None) -> Need:
    """Say that a need is no longer pursued, and why; it no longer comes back.

    Raises ``ValidationError`` without a reason, and for a need that a project answers.
    """
    take_turn(need.municipality)
    if not reason.strip():
        raise ValidationError({"dropped_because": _("Say why: the public reads it.")})
    if _stored(need).card:
        text = _("A project answers this need: take the link away first.")
        raise ValidationError({"dropped_because": text})
    return _write(need, {"dropped_because": reason.strip()}, "need.dropped", actor)


@transaction.atomic
def take_up_need(*, need: Need, actor: User | None) -> Need:
    """Pursue a need again that was dropped."""
    return _write(need, {"dropped_because": ""}, "need.taken_up", actor)


def is_answered(need: Need) -> bool:
    """Whether a project in an approved program answers the need: then it is done with."""
    card = need.card
    return (
        card is not None
        and card.stage == CardStage.IN_PROGRAM
        and card.program.status in (Status.APPROVED, Status.CLOSED)
    )


def _write(need: Need, values: Mapping[str, Any], action: str, actor: User | None) -> Need:
    take_turn(need.municipality)
    current = _stored(need)
    changes = changes_of(current, values)
    if not changes:
        return current
    for name, value in values.items():
        setattr(current, name, value)
    current.full_clean()
    current.save(update_fields=list(changes))
    _journal(current, action, changes, actor)
    return current


def _stored(need: Need) -> Need:
    """The need as it is now: its turn is taken."""
    return Need.objects.select_related("municipality", "zone", "card__program").get(pk=need.pk)


def _journal(need: Need, action: str, changes: Changes, actor: User | None) -> None:
    record(actor=actor, action=action, obj=need, municipality=need.municipality, changes=changes)
