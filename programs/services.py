"""Changes of a program that touch more than one row, or that must be journalled."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.db import transaction
from django.utils.translation import gettext as _

from portal.accounts.models import User
from portal.audit.log import record
from portal.files.uploads import CheckedFile
from programs.models import ExpectedDocument, Program, Status, SupportingDocument
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


@transaction.atomic
def attach_evidence(
    *, document: ExpectedDocument, upload: CheckedFile, is_public: bool, actor: User | None
) -> SupportingDocument:
    """Keep a checked file as the evidence of an expected document, and journal it.

    When the row cannot be kept the stored file is removed again: neither exists without the other.
    """
    file = SupportingDocument(
        expected_document=document,
        name=upload.name,
        size=len(upload.content),
        content_type=upload.content_type,
        sha256=upload.sha256,
        is_public=is_public,
        uploaded_by=actor,
    )
    file.file.save(upload.name, ContentFile(upload.content), save=False)
    try:
        _enter_evidence(file, actor)
    except Exception:
        file.file.storage.delete(str(file.file.name))
        raise
    return file


def _enter_evidence(file: SupportingDocument, actor: User | None) -> None:
    file.save()
    program = file.expected_document.task.phase.program
    program.save(update_fields=["updated_at"])
    record(
        actor=actor,
        action="evidence.added",
        obj=file,
        municipality=program.municipality,
        changes={"file": (None, file.name), "is_public": (None, file.is_public)},
    )
