"""What a paper says of itself: which version of what was published it is, and where that is sealed."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import models

from portal.publications.models import Publication


@dataclass(frozen=True, slots=True)
class Identity:
    """An entry of the register as a paper names it; its number and seal are a head that anybody can keep."""

    number: int
    version: int
    hash: str

    @property
    def short(self) -> str:
        """The beginning of the seal, in groups of four, as it is compared by eye."""
        return " ".join(self.hash[start : start + 4] for start in range(0, 16, 4))


def identity_of(obj: models.Model) -> Identity | None:
    """The last entry of an object; ``None`` for what was never published. One query."""
    newest = Publication.objects.of_object(obj).newest()
    return Identity(newest.number, newest.version, newest.hash) if newest else None
