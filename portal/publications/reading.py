"""The register as people read it, and the way to whoever can show what was published."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from django.conf import settings

from portal.audit.actions import sentences
from portal.bilingual import Localized, direction, page_language, script_language
from portal.locales import full_date
from portal.municipalities.models import Municipality
from portal.publications.codes import code_of
from portal.publications.models import Publication


@dataclass(frozen=True, slots=True)
class Line:
    """An entry of the register in the reader's language, at the municipality's day and time."""

    publication: Publication
    sentence: str
    title: Localized
    day: str
    time: str

    @property
    def code(self) -> str:
        """By which everybody can check it."""
        return code_of(self.publication)


@dataclass(frozen=True, slots=True)
class Standing:
    """What became of a version since it was published."""

    newest: Line | None
    """The version that is public now, where it is another one."""
    withdrawn: Line | None
    """The withdrawal after which nothing of it is public."""


def read_publication(publication: Publication, municipality: Municipality) -> Line:
    """Put an entry into words; an act that no sentence explains any more is shown by its code."""
    at = publication.at.astimezone(municipality.zone_info)
    return Line(
        publication=publication,
        sentence=str(sentences().get(publication.act, publication.act)),
        title=_in_its_language(publication.title),
        day=full_date(at.date(), municipality.country, page_language()),
        time=f"{at:%H:%M:%S}",
    )


def standing_of(publication: Publication, municipality: Municipality) -> Standing:
    """What became of a version; one query."""
    later = Publication.objects.filter(
        object_type=publication.object_type,
        object_id=publication.object_id,
        number__gt=publication.number,
    )
    newest = later.newest()
    if newest is None:
        return Standing(None, None)
    line = read_publication(newest, municipality)
    return Standing(None, line) if is_withdrawal(newest) else Standing(line, None)


def is_withdrawal(publication: Publication) -> bool:
    return publication.act == getattr(shower_of(publication), "WITHDRAWAL", None)


def shower_of(publication: Publication) -> Any:
    """The module that shows what was published of this kind, as ``PUBLISHABLE`` names it; ``None`` without.

    It has ``TEMPLATE``, ``page_context(content)`` for it, and ``WITHDRAWAL``, the act that ends one.
    """
    path = settings.PUBLISHABLE.get(publication.object_type)
    return import_module(path) if path else None


def read_all(publications: Iterable[Publication], municipality: Municipality) -> list[Line]:
    return [read_publication(publication, municipality) for publication in publications]


def _in_its_language(text: str) -> Localized:
    lang = script_language(text)
    return Localized(text, lang, direction(text), is_foreign=lang != page_language())
