"""Ways to change a stored register past everything that guards it, and what has to be seen of each.

Each takes the number of an entry and a source of chance, and returns at which entry the break is and of what
kind: see :class:`portal.publications.chain.Break`. To be called without the triggers, in a transaction that
is rolled back.
"""

from __future__ import annotations

from django.db import models

from portal.publications import chain
from portal.publications.chain import GENESIS
from portal.publications.models import Publication

ENTRIES = 24
EVERYTHING = models.QuerySet(Publication)
"""Past the guards of the model's own manager."""
FIELDS = [field.name for field in Publication._meta.concrete_fields if field.name not in ("id", "number")]


def at(number):
    return EVERYTHING.filter(number=number)


def edited_content(number, rng):
    at(number).update(content='{"year":2028}')
    return number, "content"


def edited_content_and_fingerprint(number, rng):
    at(number).update(content="{}", content_sha256=chain.fingerprint("{}"))
    return number, "seal"


def edited_field(number, rng):
    field = rng.choice(["title", "address", "act", "object_id"])
    at(number).update(**{field: "0" if field == "object_id" else "x"})
    return number, "seal"


def edited_moment(number, rng):
    entry = at(number).get()
    at(number).update(at=entry.at.replace(microsecond=(entry.at.microsecond + 1) % 1_000_000))
    return number, "seal"


def edited_seal(number, rng):
    at(number).update(hash=chain.fingerprint(str(rng.random())))
    return number, "seal"


def edited_link(number, rng):
    at(number).update(previous_hash=chain.fingerprint(str(rng.random())))
    return number, "link"


def deleted(number, rng):
    at(number)._raw_delete("default")
    return number, "gap" if number < ENTRIES else "tail"


def deleted_and_closed_up(number, rng):
    at(number)._raw_delete("default")
    for later in range(number + 1, ENTRIES + 1):
        at(later).update(number=later - 1)
    return number, "link" if number < ENTRIES else "tail"


def swapped(number, rng):
    other = rng.choice([n for n in range(1, ENTRIES + 1) if n != number])
    one, two = (EVERYTHING.filter(number=n).values(*FIELDS).get() for n in (number, other))
    at(number).update(hash="-")
    at(other).update(**one)
    at(number).update(**two)
    return min(number, other), "link"


def cut(number, rng):
    EVERYTHING.filter(number__gte=number)._raw_delete("default")
    return number, "tail"


def sealed_anew(number, rng):
    """One entry with everything of its own put right: the next one still names the old seal."""
    at(number).update(title="x")
    at(number).update(hash=chain.seal(at(number).get().sealed()))
    return (number + 1, "link") if number < ENTRIES else (number, "head")


def all_sealed_anew(number, rng):
    at(number).update(title="x")
    for later in range(number, ENTRIES + 1):
        previous = EVERYTHING.filter(number=later - 1).first()
        at(later).update(previous_hash=previous.hash if previous else GENESIS)
        at(later).update(hash=chain.seal(at(later).get().sealed()))
    return ENTRIES, "head"


TAMPERINGS = [
    edited_content,
    edited_content_and_fingerprint,
    edited_field,
    edited_moment,
    edited_seal,
    edited_link,
    deleted,
    deleted_and_closed_up,
    swapped,
    cut,
    sealed_anew,
    all_sealed_anew,
]
WORDS = {
    "content": "content of entry",
    "seal": "its seal is another",
    "link": "names another seal",
    "gap": "is missing",
    "tail": "the tail was cut",
    "head": "sealed anew",
}
