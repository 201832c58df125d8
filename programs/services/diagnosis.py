"""The tables of both diagnoses and of the coordination, and the photos of facilities."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from django.db import models, transaction

from portal.accounts.models import User
from portal.audit.log import record
from portal.editing.rows import RowEdit, write_rows
from portal.files.quota import check_room
from portal.files.uploads import CheckedFile
from portal.municipalities.turns import take_turn
from programs.models import Facility, FacilityPhoto, Program
from programs.services.touching import touch


def save_infrastructure(*, program: Program, edits: Sequence[RowEdit], actor: User | None) -> int:
    """Write lines of the technical diagnosis; return how many changed. Raises ``RowsRefused``."""
    return _save(program, program.infrastructure.select_related("zone", "program"), edits, actor)


def save_facilities(*, program: Program, edits: Sequence[RowEdit], actor: User | None) -> int:
    """Write facilities; return how many changed. Raises ``RowsRefused``."""
    return _save(program, program.facilities.select_related("zone", "program"), edits, actor)


def save_budget(*, program: Program, edits: Sequence[RowEdit], actor: User | None) -> int:
    """Write lines of the budget; return how many changed. Raises ``RowsRefused``."""
    return _save(program, program.budget.all(), edits, actor)


def save_recovery(*, program: Program, edits: Sequence[RowEdit], actor: User | None) -> int:
    """Write years of the property tax; return how many changed. Raises ``RowsRefused``."""
    return _save(program, program.recoveries.all(), edits, actor)


def save_coordination(*, program: Program, edits: Sequence[RowEdit], actor: User | None) -> int:
    """Write letters to operators and meetings with them; return how many changed. Raises ``RowsRefused``."""
    return _save(program, program.coordinations.all(), edits, actor)


def _save(program: Program, rows: models.QuerySet, edits: Sequence[RowEdit], actor: User | None) -> int:
    return write_rows(
        rows=rows,
        edits=edits,
        municipality=program.municipality,
        actor=actor,
        after=lambda: touch(program),
    )


def add_photos(
    *, facility: Facility, uploads: Sequence[CheckedFile], is_public: bool, actor: User | None
) -> list[FacilityPhoto]:
    """Keep checked pictures of a facility, all or none; what it has already is left out.

    The files are on the disk before anybody has to wait for the rows: one whose row fails after all is
    removed by :mod:`portal.files.sweep`. Raises :class:`~portal.files.quota.StorageFull`.
    """
    municipality = facility.program.municipality
    check_room(municipality, uploads)
    photos = [_stored(facility, upload, is_public) for upload in uploads]
    with transaction.atomic():
        take_turn(municipality)
        known = set(facility.photos.values_list("sha256", flat=True))
        new = [photo for photo in photos if photo.sha256 not in known]
        check_room(municipality, new)
        batch = uuid.uuid4() if len(new) > 1 else None
        for photo in new:
            photo.save()
            changes = {"file": (None, photo.name), "is_public": (None, photo.is_public)}
            _journal(photo, "row.added", changes, actor, batch)
    return new


@transaction.atomic
def show_photo(*, photo: FacilityPhoto, is_public: bool, actor: User | None) -> None:
    """Show a photo to everybody, or to the municipality's own people alone."""
    take_turn(photo.facility.program.municipality)
    current = FacilityPhoto.objects.get(pk=photo.pk)
    if current.is_public == is_public:
        return
    current.is_public = is_public
    current.save(update_fields=["is_public"])
    _journal(photo, "row.changed", {"is_public": (not is_public, is_public)}, actor)


@transaction.atomic
def remove_photo(*, photo: FacilityPhoto, actor: User | None) -> None:
    """Take a photo away; its file goes with the next sweep."""
    take_turn(photo.facility.program.municipality)
    key = photo.pk
    if not FacilityPhoto.objects.filter(pk=key).delete()[0]:
        return
    _journal(photo, "row.deleted", {"file": (photo.name, None)}, actor)


def _stored(facility: Facility, upload: CheckedFile, is_public: bool) -> FacilityPhoto:
    photo = FacilityPhoto(
        facility=facility,
        name=upload.name,
        size=upload.size,
        content_type=upload.content_type,
        sha256=upload.sha256,
        is_public=is_public,
    )
    photo.file.save(upload.name, upload.as_file(), save=False)
    return photo


def _journal(
    photo: FacilityPhoto, action: str, changes: dict, actor: User | None, batch: uuid.UUID | None = None
) -> None:
    program = photo.facility.program
    record(
        actor=actor,
        action=action,
        obj=photo,
        municipality=program.municipality,
        changes=changes,
        batch=batch,
    )
    touch(program)
