"""The register's chain, reckoned anew. Needs nothing but Python: anybody can run it, without the portal.

Each entry is sealed with the one before it:

- ``content_sha256`` is the SHA-256 of the published content, as the bytes of its UTF-8;
- ``previous_hash`` is the seal of the entry before, 64 zeros in the first one;
- ``hash``, the seal, is the SHA-256 of the fields :data:`SEALED` as JSON: keys sorted, no spaces, letters
  as themselves and not escaped, UTF-8. ``at`` is the moment in UTC, to the microsecond:
  ``2027-03-31T08:15:00.000000Z``. ``municipality`` is a number, and so are ``number`` and ``version``.

So nobody can change an entry without changing every seal after it, and whoever has kept the last seal
sees that.

``python3 chain.py FILE... [NUMBER:HASH]...`` looks through what the address ``publications/entries.json``
hands out, saved as files, and compares it with heads that were kept.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

GENESIS = "0" * 64
SEALED = (
    "number",
    "municipality",
    "act",
    "object_type",
    "object_id",
    "version",
    "title",
    "address",
    "at",
    "content_sha256",
    "previous_hash",
)


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of the register as it is read; ``content`` is ``None`` where only the chain is looked at."""

    number: int
    municipality: int
    act: str
    object_type: str
    object_id: str
    version: int
    title: str
    address: str
    at: str
    content_sha256: str
    previous_hash: str
    hash: str
    content: str | None = None


@dataclass(frozen=True, slots=True)
class Head:
    """The number and the seal of an entry, as somebody wrote them down."""

    number: int
    hash: str


@dataclass(frozen=True, slots=True)
class Break:
    """The first entry at which the register is not what was sealed, and what is wrong there."""

    number: int
    kind: str
    """``content``, ``seal``, ``link``, ``gap``, ``tail`` or ``head``."""
    text: str


def canonical(value: Any) -> str:
    """Write a value as the one JSON that its fingerprint is taken from."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def fingerprint(text: str) -> str:
    """The SHA-256 of a text's UTF-8, in hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()


def seal(entry: Entry) -> str:
    """What the seal of an entry has to be."""
    return fingerprint(canonical({name: getattr(entry, name) for name in SEALED}))


def first_break(entries: Iterable[Entry], kept: Iterable[Head] = ()) -> Break | None:
    """Reckon every seal anew; return the first break, ``None`` where the register is whole.

    Args:
        entries: the whole register by rising number. It is read once, an entry at a time.
        kept: heads that were written down earlier. Without one, nobody can see that the last entries
            are missing, or that every entry was sealed anew.
    """
    heads = {head.number: head.hash for head in kept}
    number, previous = 0, GENESIS
    for entry in entries:
        found = _break_at(entry, number + 1, previous, heads.get(number + 1))
        if found:
            return found
        number, previous = entry.number, entry.hash
    missing = [kept_number for kept_number in heads if kept_number > number]
    return _cut(number, max(missing)) if missing else None


def _break_at(entry: Entry, expected: int, previous: str, kept: str | None) -> Break | None:
    if entry.number != expected:
        told = f"entry {expected} is missing: the next one is {entry.number}."
        return Break(expected, "gap", told)
    if entry.content is not None and fingerprint(entry.content) != entry.content_sha256:
        return Break(
            expected, "content", f"the content of entry {expected} is not the one it was sealed with."
        )
    if entry.previous_hash != previous:
        told = f"entry {expected} does not follow from the entry before it: it names another seal."
        return Break(expected, "link", told)
    if entry.hash != seal(entry):
        return Break(expected, "seal", f"entry {expected} was changed: its seal is another.")
    if kept is not None and kept != entry.hash:
        told = f"entry {expected} has another seal than the head that was kept: the register was sealed anew."
        return Break(expected, "head", told)
    return None


def _cut(last: int, kept: int) -> Break:
    told = f"the register ends at entry {last}, but a head of entry {kept} was kept: the tail was cut."
    return Break(last + 1, "tail", told)


def main(arguments: list[str]) -> int:
    """Look through saved files; 0 where the chain is whole, 1 where it is broken."""
    files = [Path(name) for name in arguments if Path(name).is_file()]
    heads = [name.partition(":") for name in arguments if not Path(name).is_file()]
    rows = [row for file in files for row in json.loads(file.read_text(encoding="utf-8"))["entries"]]
    entries = sorted((Entry(**row) for row in rows), key=lambda entry: entry.number)
    found = first_break(entries, [Head(int(number), seal) for number, _, seal in heads])
    last = f"{entries[-1].number}:{entries[-1].hash}" if entries else "no entry"
    sys.stdout.write(f"Broken: {found.text}\n" if found else f"Whole. {last}\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
