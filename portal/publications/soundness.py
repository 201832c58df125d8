"""Whether an entry still is what was sealed, asked of the entry and of its two neighbours alone."""

from __future__ import annotations

from portal.publications.chain import GENESIS, Break, break_at
from portal.publications.models import Publication


def break_around(publication: Publication) -> Break | None:
    """What is wrong with an entry, reckoned anew; ``None`` where it is whole. One query.

    It fits what was published, its own seal, the entry before it and the one after it. Who wants to know
    that of the whole register reckons all of it (:func:`portal.publications.chain.first_break`).
    """
    number = publication.number
    neighbours = Publication.objects.filter(number__in=(number - 1, number + 1))
    seals = {found: (seal, before) for found, seal, before in neighbours.values_list(*_LINK)}
    before, after = seals.get(number - 1), seals.get(number + 1)
    if before is None and number > 1:
        return Break(number - 1, "gap", f"entry {number - 1} is missing.")
    found = break_at(publication.sealed(), number, before[0] if before else GENESIS)
    if found is None and after and after[1] != publication.hash:
        told = f"entry {number + 1} does not follow from the entry before it: it names another seal."
        return Break(number + 1, "link", told)
    return found


_LINK = ("number", "hash", "previous_hash")
