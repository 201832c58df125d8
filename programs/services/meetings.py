"""The meetings in which a task is done."""

from __future__ import annotations

from django.db import transaction

from portal.accounts.models import User
from portal.audit.log import record
from portal.meetings.models import Meeting
from portal.municipalities.turns import take_turn
from programs.models import Program, Task


@transaction.atomic
def link_meeting(*, program: Program, task_id: int, meeting_id: int, actor: User | None) -> Meeting:
    """Say that a task is done in a meeting; nothing happens where that is said already.

    Raises ``Task.DoesNotExist``, or ``Meeting.DoesNotExist`` for one of another municipality.
    """
    return _change(program, task_id, meeting_id, actor, is_linked=True)


@transaction.atomic
def unlink_meeting(*, program: Program, task_id: int, meeting_id: int, actor: User | None) -> Meeting:
    """Take back what :func:`link_meeting` said. Raises as it does."""
    return _change(program, task_id, meeting_id, actor, is_linked=False)


def _change(
    program: Program, task_id: int, meeting_id: int, actor: User | None, *, is_linked: bool
) -> Meeting:
    take_turn(program.municipality)
    task = Task.objects.select_related("phase").get(pk=task_id, phase__program=program)
    meeting = Meeting.objects.of(program.municipality).get(pk=meeting_id)
    if task.meetings.filter(pk=meeting.pk).exists() is is_linked:
        return meeting
    change = task.meetings.add if is_linked else task.meetings.remove
    change(meeting)
    record(
        actor=actor,
        action="task.linked" if is_linked else "task.unlinked",
        obj=task,
        municipality=program.municipality,
        changes={"meetings": (None, str(meeting)) if is_linked else (str(meeting), None)},
    )
    return meeting
