"""The provisional calendar of a project, and what is recorded of its execution."""

from __future__ import annotations

import datetime
from collections.abc import Iterable

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from portal.accounts.models import User
from portal.audit.log import Changes, record
from portal.editing.rows import RowEdit, write_rows
from portal.municipalities.turns import take_turn
from programs.models import CardStage, ExecutionUpdate, ProjectCard, ScheduleStep
from programs.services.cards import check_open


@transaction.atomic
def save_steps(*, card: ProjectCard, edits: Iterable[RowEdit], actor: User | None) -> int:
    """Write the steps of a project that were changed, all or none; return how many rows it was.

    Raises :class:`portal.editing.rows.RowsRefused`, and ``ValidationError`` where the program is closed.
    """
    municipality = card.program.municipality
    take_turn(municipality)
    check_open(ProjectCard.objects.select_related("program").get(pk=card.pk).program)
    rows = ScheduleStep.objects.filter(card=card)
    return write_rows(rows=rows, edits=edits, municipality=municipality, actor=actor)


@transaction.atomic
def record_progress(
    *, card: ProjectCard, on: datetime.date, percent: int, note: str = "", actor: User | None
) -> ExecutionUpdate:
    """Record how far a project was on a day. What was recorded stays: the next record corrects it.

    Raises ``ValidationError`` by field: for a day to come or before the last record, for a
    percentage that falls without a note, and for a project that is not retained.
    """
    municipality = card.program.municipality
    take_turn(municipality)
    current = ProjectCard.objects.select_related("program").get(pk=card.pk)
    check_open(current.program)
    if current.stage == CardStage.LEFT_OUT:
        raise ValidationError(_("This project was not retained."))
    last = current.updates.order_by("on", "pk").last()
    update = ExecutionUpdate(card=current, on=on, percent=percent, note=note.strip(), made_by=actor)
    update.full_clean(exclude=["made_by"])
    _check_order(update, last, municipality.today())
    update.save(force_insert=True)
    changes: Changes = {"percent": (last.percent if last else None, percent), "on": (None, on)}
    if update.note:
        changes["note"] = (None, update.note)
    record(actor=actor, action="card.progressed", obj=current, municipality=municipality, changes=changes)
    return update


def _check_order(update: ExecutionUpdate, last: ExecutionUpdate | None, today: datetime.date) -> None:
    errors: dict[str, str] = {}
    if update.on > today:
        errors["on"] = _("Progress is recorded once it is there: this day is still to come.")
    elif last and update.on < last.on:
        errors["on"] = _("There is a record of a later day already.")
    if last and update.percent < last.percent and not update.note:
        errors["note"] = _("It was further before: say why.")
    if errors:
        raise ValidationError(errors)
