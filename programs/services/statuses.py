"""The steps of a program from draft to closed."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from portal.accounts.models import User
from portal.audit.log import record
from programs.models import Program, Status
from programs.rules import may_become

_ACTIONS = {
    Status.DRAFT: "program.withdrawn",
    Status.PUBLISHED: "program.published",
    Status.APPROVED: "program.approved",
    Status.CLOSED: "program.closed",
}


@transaction.atomic
def change_status(*, program: Program, status: str, actor: User | None) -> None:
    """Move a program to another status and journal it.

    Raises ``ValidationError`` when the table of transitions has no such step, with both names.
    Nothing happens when the program has the status already.
    """
    current = Program.objects.select_for_update().get(pk=program.pk)
    if current.status == status:
        return
    if not may_become(current.status, status):
        raise ValidationError(
            _("A program cannot go from “%(current)s” to “%(wanted)s”.")
            % {"current": current.get_status_display(), "wanted": Status(status).label}
        )
    old, program.status = current.status, status
    program.save(update_fields=["status", "updated_at"])
    record(
        actor=actor,
        action=_ACTIONS[Status(status)],
        obj=program,
        municipality=program.municipality,
        changes={"status": (old, status)},
    )


def publish(*, program: Program, actor: User | None) -> None:
    """Make a program public. See :func:`change_status`."""
    change_status(program=program, status=Status.PUBLISHED, actor=actor)


def withdraw(*, program: Program, actor: User | None) -> None:
    """Make a published program a draft again: its public addresses answer 404."""
    change_status(program=program, status=Status.DRAFT, actor=actor)
