"""The files that fulfil expected documents."""

from __future__ import annotations

from django.core.files.base import ContentFile
from django.db import transaction

from portal.accounts.models import User
from portal.audit.log import record
from portal.files.uploads import CheckedFile
from programs.models import ExpectedDocument, SupportingDocument


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
