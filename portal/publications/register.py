"""The single door of the register of publications."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

from django.db import connection, models, transaction
from django.utils import timezone

from portal.audit.log import Changes, record
from portal.municipalities.turns import take_turn
from portal.publications import chain
from portal.publications.models import Publication

if TYPE_CHECKING:
    from portal.accounts.models import User
    from portal.municipalities.models import Municipality


@transaction.atomic
def enter(
    *,
    municipality: Municipality,
    act: str,
    obj: models.Model,
    title: str,
    address: str,
    content: dict[str, Any] | str,
    actor: User | None,
    changes: Changes | None = None,
) -> Publication:
    """Seal what was made public after everything before it, and write the act into the journal.

    Neither exists without the other, nor without what the surrounding transaction changes. All who enter
    wait for each other, whatever their municipality: there is one chain.

    Args:
        act: the journal's name of the act, e.g. ``program.published``.
        obj: what was published; its entries are counted as its versions, from 1.
        title: as the register names it; at most 1000 characters.
        address: the path of its public page.
        content: exactly what is published. A ``dict`` is written as canonical JSON
            (:func:`portal.publications.chain.canonical`), a text is kept to the letter.
        actor: who did it, for the journal; ``None`` for a command. The register names nobody.
        changes: for the journal, see :func:`portal.audit.log.record`.
    """
    take_turn(municipality)
    _take_the_pen()
    text = content if isinstance(content, str) else chain.canonical(content)
    previous = Publication.objects.newest()
    publication = Publication(
        number=previous.number + 1 if previous else 1,
        municipality=municipality,
        act=act,
        object_type=obj._meta.label_lower,
        object_id=str(obj.pk),
        version=Publication.objects.of_object(obj).count() + 1,
        title=title,
        address=address,
        at=timezone.now(),
        content=text,
        content_sha256=chain.fingerprint(text),
        previous_hash=previous.hash if previous else chain.GENESIS,
    )
    publication.hash = chain.seal(publication.sealed(with_content=False))
    publication.save(force_insert=True)
    record(actor=actor, action=act, obj=obj, municipality=municipality, changes=changes)
    return publication


def head() -> chain.Head:
    """The number and the seal of the last entry; number 0 and the first link while there is none."""
    newest = Publication.objects.newest()
    return chain.Head(newest.number, newest.hash) if newest else chain.Head(0, chain.GENESIS)


def public_fields(publication: Publication) -> dict[str, Any]:
    """What the chain is reckoned from, and the seal: an entry without its content, to be handed out."""
    entry = publication.sealed(with_content=False)
    return {name: value for name, value in dataclasses.asdict(entry).items() if name != "content"}


def _take_the_pen() -> None:
    """Let nobody else write into the register before this transaction ends; reading goes on.

    PostgreSQL only: on SQLite a transaction that writes is alone from its beginning.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("LOCK TABLE publications_publication IN SHARE ROW EXCLUSIVE MODE")
