"""The files that fulfil expected documents."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from portal.accounts.models import User
from portal.audit.log import Changes, record
from portal.files.quota import check_room
from portal.files.rows import stored_row
from portal.files.uploads import CheckedFile
from portal.municipalities.turns import take_turn
from programs.models import ExpectedDocument, Program, SupportingDocument
from programs.services.touching import touch


def attach_evidence(
    *, document: ExpectedDocument, upload: CheckedFile, is_public: bool, actor: User | None
) -> SupportingDocument:
    """Keep a checked file as the evidence of an expected document. See :func:`attach_files`."""
    return attach_files(document=document, uploads=[upload], is_public=is_public, actor=actor)[0]


def attach_files(
    *, document: ExpectedDocument, uploads: Sequence[CheckedFile], is_public: bool, actor: User | None
) -> list[SupportingDocument]:
    """Keep checked files as the evidence of an expected document, all or none; each is journalled.

    What may tell where it was recorded stays internal whatever is asked. The files are on the disk
    before anybody has to wait for the rows: a file whose row fails after all is removed by
    :mod:`portal.files.sweep`. Raises :class:`~portal.files.quota.StorageFull`.
    """
    municipality = document.task.phase.program.municipality
    check_room(municipality, uploads)
    files = [_stored(document, upload, is_public=is_public, actor=actor) for upload in uploads]
    batch = uuid.uuid4() if len(files) > 1 else None
    with transaction.atomic():
        program = _take_turn(document)
        check_room(municipality, files)
        for file in files:
            file.save()
            changes: Changes = {"file": (None, file.name), "is_public": (None, file.is_public)}
            _journal(program, file, "evidence.added", changes, actor, batch)
        _touch(program)
    return files


def replace_evidence(
    *, file: SupportingDocument, upload: CheckedFile, actor: User | None
) -> SupportingDocument:
    """Put a checked file in the place of another, which its history keeps; return the new one.

    It is public where the one before was, unless it may tell where it was recorded. Raises
    ``ValidationError`` when somebody has replaced the file already, when the content is the same, and when
    it does not fit (:class:`~portal.files.quota.StorageFull`).
    """
    if upload.sha256 == file.sha256:
        raise ValidationError(_("This is the very file that is already there."))
    municipality = file.expected_document.task.phase.program.municipality
    check_room(municipality, [upload])
    new = _stored(file.expected_document, upload, is_public=file.is_public, actor=actor)
    with transaction.atomic():
        program = _take_turn(file.expected_document)
        check_room(municipality, [new])
        current = _current(file)
        new.is_public = current.is_public and not new.may_hold_place
        new.save()
        current.replaced_by = new
        current.save(update_fields=["replaced_by"])
        changes: Changes = {"file": (current.name, new.name), "sha256": (current.sha256, new.sha256)}
        if current.is_public != new.is_public:
            changes["is_public"] = (current.is_public, new.is_public)
        _journal(program, new, "evidence.replaced", changes, actor)
        _touch(program)
    return new


@transaction.atomic
def set_public(*, file: SupportingDocument, is_public: bool, actor: User | None) -> None:
    """Show a file to everybody, or to the municipality's own people alone.

    Nothing happens when it is so already. Raises ``ValidationError`` when the file was replaced, and
    when a file that is to be public may tell where it was recorded.
    """
    program = _take_turn(file.expected_document)
    current = _current(file)
    if current.is_public == is_public:
        return
    current.is_public = is_public
    current.clean()
    current.save(update_fields=["is_public"])
    action = "evidence.shown" if is_public else "evidence.hidden"
    _journal(program, current, action, {"is_public": (not is_public, is_public)}, actor)
    _touch(program)
    file.is_public = is_public


def _stored(
    document: ExpectedDocument, upload: CheckedFile, *, is_public: bool, actor: User | None
) -> SupportingDocument:
    """A row for a file that is on the disk; the row itself is still to be saved."""
    return stored_row(
        SupportingDocument,
        upload,
        actor=actor,
        is_public=is_public,
        zone=document.task.phase.program.municipality.zone_info,
        expected_document=document,
    )


def _take_turn(document: ExpectedDocument) -> Program:
    program = document.task.phase.program
    take_turn(program.municipality)
    return program


def _current(file: SupportingDocument) -> SupportingDocument:
    """The file as it is now. Raises ``ValidationError`` for one that was replaced."""
    current = SupportingDocument.objects.select_related("replaced_by").get(pk=file.pk)
    if current.replaced_by:
        raise ValidationError(
            _("Somebody has replaced this file meanwhile by “%(name)s”.") % {"name": current.replaced_by.name}
        )
    return current


def _touch(program: Program) -> None:
    touch(program)


def _journal(
    program: Program,
    file: SupportingDocument,
    action: str,
    changes: Changes,
    actor: User | None,
    batch: uuid.UUID | None = None,
) -> None:
    record(
        actor=actor,
        action=action,
        obj=file,
        municipality=program.municipality,
        changes=changes,
        batch=batch,
    )
