"""How much of the disk one municipality's files may take, so that one cannot fill it for all.

What counts is what its rows say, replaced files too: they are kept for the history. The same content in two
rows counts twice, although it is stored once.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from django.apps import apps
from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import BigIntegerField, Expression, F, OuterRef, Subquery, Sum
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from portal.files.sizes import size_in_words
from portal.municipalities.models import Municipality

NEARLY_FULL = 90
"""Percent, from which on the desk says so before anything is refused."""


class StorageFull(ValidationError):  # noqa: N818 - it says how it stands, as the person reads it
    """A file that does not fit into its municipality's share of the disk."""


class _Sized(Protocol):
    @property
    def size(self) -> int: ...


@dataclass(frozen=True, slots=True)
class Room:
    """A municipality's share of the disk, in bytes."""

    used: int
    limit: int

    @property
    def left(self) -> int:
        return max(self.limit - self.used, 0)

    @property
    def percent(self) -> int:
        """How much is used, rounded down."""
        return self.used * 100 // self.limit if self.limit else 100

    @property
    def is_nearly_full(self) -> bool:
        return self.percent >= NEARLY_FULL


def room_of(municipality: Municipality) -> Room:
    """How much a municipality's files take (``STORAGE_QUOTA_BYTES`` is all they may); one query."""
    town = Municipality.objects.filter(pk=municipality.pk).order_by()
    used = town.values_list(sum(map(_taken, settings.QUOTA)), flat=True)  # type: ignore[arg-type]
    return Room(used=used.get(), limit=settings.STORAGE_QUOTA_BYTES)


def check_room(municipality: Municipality, files: Iterable[_Sized]) -> None:
    """Refuse files that do not fit: before they are stored and, for certain, once the turn is taken.

    Between the two somebody else's may have come: without the first question what is refused would be on
    the disk until the next sweep, without the second two uploads would both find the last room.

    Raises :class:`StorageFull` with a sentence for the person.
    """
    wanted = sum(file.size for file in files)
    room = room_of(municipality)
    if wanted > room.left:
        told = _(
            "This does not fit: it is %(wanted)s, and of the municipality’s %(limit)s for files %(left)s are "
            "left. Hand in a smaller file, or ask whoever runs the portal for more room."
        )
        sizes = {"wanted": wanted, "limit": room.limit, "left": room.left}
        shown = {name: f"\u2066{size_in_words(size)}\u2069" for name, size in sizes.items()}
        raise StorageFull(told % shown)


def _taken(label: str) -> Expression:
    """What the rows of one model take, of the municipality that is asked about."""
    model, path = apps.get_model(label), settings.QUOTA[label]
    own = model._base_manager.filter(**{path: OuterRef("pk")}).order_by().values(town=F(path))
    total = own.annotate(total=Sum("size", output_field=BigIntegerField())).values("total")
    return Coalesce(Subquery(total), 0, output_field=BigIntegerField())
