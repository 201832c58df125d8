"""The resources of a program and their two breakdowns, saved whole or not at all."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.db import transaction

from portal.accounts.models import User
from portal.audit.log import Changes, record
from portal.municipalities.turns import take_turn
from programs.models import Envelope, Program
from programs.services.cards import check_open
from programs.sums import kept

FIELDS = (
    "total",
    "by_category",
    "by_zone",
    "rule_ar",
    "rule_fr",
    "decided_on",
    "deliberation",
)
"""What people write of the resources."""


@transaction.atomic
def save_envelope(*, program: Program, values: Mapping[str, Any], actor: User | None) -> Envelope:
    """Write the resources of a program: the total, and how it is shared by category and by zone.

    ``by_category`` and ``by_zone`` map a category, and the key of a zone, to an amount in the
    municipality's currency; zeros are left out. Nothing happens where everything stands there already.
    Raises ``ValidationError`` by field: a breakdown that is not its total says by how much.
    """
    take_turn(program.municipality)
    check_open(Program.objects.get(pk=program.pk))
    stored = Envelope.objects.filter(program=program).first()
    envelope = stored or Envelope(program=program, total=Decimal(0))
    envelope.program = program
    values = {**values, **{name: kept(values[name]) for name in ("by_category", "by_zone") if name in values}}
    changes: Changes = {
        name: (getattr(envelope, name) if stored else None, value)
        for name, value in values.items()
        if not stored or getattr(envelope, name) != value
    }
    for name, value in values.items():
        setattr(envelope, name, value)
    envelope.full_clean()
    if not changes:
        return envelope
    envelope.save(update_fields=list(changes) if stored else None)
    record(
        actor=actor,
        action="envelope.saved",
        obj=envelope,
        municipality=program.municipality,
        changes=changes,
    )
    return envelope
