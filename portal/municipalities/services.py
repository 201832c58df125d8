"""Changes of a municipality's zones and of their map."""

from __future__ import annotations

from collections.abc import Sequence

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from portal.accounts.models import User
from portal.audit.log import record
from portal.editing.rows import RowEdit, write_rows
from portal.files.quota import check_room
from portal.files.uploads import CheckedFile
from portal.municipalities.models import Municipality, ZoneMap
from portal.municipalities.turns import take_turn


def save_zones(*, municipality: Municipality, edits: Sequence[RowEdit], actor: User | None) -> int:
    """Write zones; return how many changed. A zone that anything needs is not removed.

    Raises ``RowsRefused``.
    """
    return write_rows(rows=municipality.zones.all(), edits=edits, municipality=municipality, actor=actor)


def check_map(upload: CheckedFile) -> None:
    """Hold a checked file to what a map can be. Raises ``ValidationError``."""
    if upload.content_type != "application/pdf" and not upload.content_type.startswith("image/"):
        raise ValidationError(_("A map is a picture or a PDF."))


def keep_zone_map(*, municipality: Municipality, upload: CheckedFile, actor: User | None) -> ZoneMap:
    """Put a checked picture or PDF in the place of the map of the zones, or keep the first one.

    Raises ``ValidationError`` for another type, for the very file that is there, and for one that does not
    fit (:class:`~portal.files.quota.StorageFull`).
    """
    check_map(upload)
    check_room(municipality, [upload])
    new = ZoneMap(
        municipality=municipality,
        name=upload.name,
        size=upload.size,
        content_type=upload.content_type,
        sha256=upload.sha256,
    )
    new.file.save(upload.name, upload.as_file(), save=False)
    with transaction.atomic():
        take_turn(municipality)
        check_room(municipality, [new])
        old = ZoneMap.objects.filter(municipality=municipality).first()
        if old and old.sha256 == new.sha256:
            raise ValidationError(_("This is the very file that is already there."))
        new.pk = old.pk if old else None
        new.save(force_update=old is not None, force_insert=old is None)
        changes = {"file": (old.name if old else None, new.name)}
        record(
            actor=actor,
            action="row.changed" if old else "row.added",
            obj=new,
            municipality=municipality,
            changes=changes,
        )
    return new


@transaction.atomic
def remove_zone_map(*, municipality: Municipality, actor: User | None) -> None:
    """Take the map away; its file goes with the next sweep."""
    take_turn(municipality)
    zone_map = ZoneMap.objects.filter(municipality=municipality).first()
    if zone_map is None:
        return
    key = zone_map.pk
    zone_map.delete()
    zone_map.pk = key
    record(
        actor=actor,
        action="row.deleted",
        obj=zone_map,
        municipality=municipality,
        changes={"file": (zone_map.name, None)},
    )
