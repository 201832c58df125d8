"""Publishing with four eyes, where a municipality asks for it: whoever wrote last does not publish."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from portal.accounts.models import User
from portal.audit.log import record
from portal.municipalities.access import ALLOWED, Act
from portal.municipalities.models import Membership, Municipality
from portal.municipalities.turns import take_turn

PEOPLE = 2
"""Fewer who may publish could not keep the rule: one of them would wait for ever."""


def is_asked(municipality: Municipality) -> bool:
    """Whether the municipality asks for a second person, and has one."""
    asked = Municipality.objects.filter(pk=municipality.pk, publishing_needs_two=True).exists()
    return asked and publishers(municipality) >= PEOPLE


def publishers(municipality: Municipality) -> int:
    """How many people may publish there, by their roles."""
    roles = Membership.objects.filter(municipality=municipality, role__in=ALLOWED[Act.PUBLISH])
    return roles.filter(user__is_active=True).values("user").distinct().count()


def check(*, municipality: Municipality, actor: User | None, last_editor: int | None) -> None:
    """Refuse that somebody publishes, or withdraws, what nobody else has seen.

    Args:
        actor: who wants to; ``None``, a command, may.
        last_editor: the key of whoever changed the thing last.

    Raises ``ValidationError`` where the two are the same person and the municipality asks for a second one.
    """
    if actor is not None and actor.pk == last_editor and is_asked(municipality):
        raise ValidationError(
            _(
                "You made the last change yourself, and here a second person publishes and withdraws. "
                "Ask a colleague who may publish."
            ),
            code="second_person",
        )


@transaction.atomic
def ask_for_second_person(*, municipality: Municipality, is_asked: bool, actor: User | None) -> bool:
    """Say whether publishing needs a second person; tell whether that is new."""
    take_turn(municipality)
    current = Municipality.objects.get(pk=municipality.pk)
    if current.publishing_needs_two == is_asked:
        return False
    changes = {"publishing_needs_two": (current.publishing_needs_two, is_asked)}
    current.publishing_needs_two = is_asked
    current.save(update_fields=["publishing_needs_two"])
    record(
        actor=actor,
        action="municipality.second_person",
        obj=current,
        municipality=current,
        changes=changes,
    )
    return True
