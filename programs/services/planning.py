"""Taking the dates of a plan over into a draft."""

from __future__ import annotations

import datetime
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from portal.accounts.models import User
from portal.editing.cells import Clash, Seen
from portal.municipalities.turns import take_turn
from programs.models import Program, Status, Task
from programs.services.cells import ReasonNeeded, save_task_cell


@dataclass(frozen=True, slots=True)
class PlannedDate:
    """A date to be written into a task, over what was seen of it."""

    task_id: int
    date: datetime.date
    seen: Seen


@dataclass(slots=True)
class Filled:
    """What became of the dates of a plan; each list holds the tasks' keys."""

    saved: list[int] = field(default_factory=list)
    clashed: list[int] = field(default_factory=list)
    """Somebody else gave the task another date meanwhile, or took it out of the calendar."""
    broken: list[int] = field(default_factory=list)
    """The date would break a delay: it is for a person to say why."""


@transaction.atomic
def fill_dates(*, program: Program, dates: Sequence[PlannedDate], actor: User | None) -> Filled:
    """Write the dates of a plan into a draft, each over what was seen of it; one batch in the journal.

    A date that breaks a delay only until another one is written waits for it.

    Raises:
        ValidationError: the program is no draft any more; nothing was written.
    """
    take_turn(program.municipality)
    if Program.objects.values_list("status", flat=True).get(pk=program.pk) != Status.DRAFT:
        raise ValidationError(_("Only the dates of a draft are filled in this way."))
    filled, batch = Filled(), uuid.uuid4()
    waiting = {planned.task_id: planned for planned in dates}
    before = -1
    while waiting and len(waiting) != before:
        before = len(waiting)
        waiting = _fill(program, waiting, filled, actor, batch)
    filled.broken = list(waiting)
    return filled


def _fill(
    program: Program,
    waiting: Mapping[int, PlannedDate],
    filled: Filled,
    actor: User | None,
    batch: uuid.UUID,
) -> dict[int, PlannedDate]:
    """Write what can be written now; return what has to wait."""
    still = {}
    for task_id, planned in waiting.items():
        try:
            saved = save_task_cell(
                program=program,
                task_id=task_id,
                field="session_date",
                value=planned.date,
                seen=planned.seen,
                actor=actor,
                batch=batch,
            )
        except ReasonNeeded:
            still[task_id] = planned
        except (Clash, Task.DoesNotExist):
            filled.clashed.append(task_id)
        else:
            filled.saved += [task_id] if saved.is_changed else []
    return still
