"""What is told to whoever checks an entry of the register: how it stands today, and what changed since."""

from __future__ import annotations

import json
from dataclasses import dataclass
from enum import StrEnum

from portal.bilingual import page_language
from portal.municipalities.models import Municipality
from portal.publications.chain import Break
from portal.publications.differences import Difference, differences
from portal.publications.models import Publication
from portal.publications.reading import Line, Standing, is_withdrawal, read_publication, standing_of


class Outcome(StrEnum):
    """How an entry stands."""

    CURRENT = "current"
    CHANGED = "changed"
    WITHDRAWN = "withdrawn"
    WITHDRAWAL = "withdrawal"
    """The entry itself is a withdrawal."""
    BROKEN = "broken"
    """It is not what was sealed, or does not fit the entries beside it."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """An entry as somebody who checks it reads it."""

    outcome: Outcome
    line: Line
    standing: Standing
    broken: Break | None
    differences: list[Difference]
    """Between this version and the newest; empty where there is none."""


def verdict_on(publication: Publication, municipality: Municipality, broken: Break | None) -> Verdict:
    """Judge an entry; two queries, one more where a newer version is another one.

    Args:
        broken: what :func:`portal.publications.soundness.break_around` found.
    """
    line, standing = read_publication(publication, municipality), standing_of(publication, municipality)
    outcome = _outcome(publication, standing, broken)
    found = _differences(publication, standing, municipality) if outcome == Outcome.CHANGED else []
    return Verdict(outcome, line, standing, broken, found)


def _outcome(publication: Publication, standing: Standing, broken: Break | None) -> Outcome:
    if broken:
        return Outcome.BROKEN
    if is_withdrawal(publication):
        return Outcome.WITHDRAWAL
    if standing.withdrawn:
        return Outcome.WITHDRAWN
    newest = standing.newest.publication if standing.newest else publication
    is_same = newest.content_sha256 == publication.content_sha256
    return Outcome.CURRENT if is_same else Outcome.CHANGED


def _differences(
    publication: Publication, standing: Standing, municipality: Municipality
) -> list[Difference]:
    newest = standing.newest.publication if standing.newest else publication
    content = Publication.objects.values_list("content", flat=True).get(pk=newest.pk)
    app = publication.object_type.partition(".")[0]
    return differences(
        json.loads(publication.content),
        json.loads(content),
        app_label=app,
        country=municipality.country,
        language=page_language(),
    )
