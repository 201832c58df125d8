"""The short name of an entry of the register, as a certificate prints it: ``42-7K3Q-9XPD``.

The number, seven characters of the entry's seal and a check character. Nothing is stored for it: who has
the entry can reckon it. It is no secret, and it is not the proof; the seal is.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from portal.checked_codes import in_groups, is_checked, letters_of, normalised, with_check
from portal.publications.models import Publication

FROM_SEAL = 7
_TAIL = FROM_SEAL + 1
_WHOLE = re.compile(rf"(\d{{1,18}})([0-9A-Z]{{{_TAIL}}})")
LONGEST = 60
"""Of what is read at all."""


@dataclass(frozen=True, slots=True)
class Typed:
    """A code as somebody copied it."""

    text: str
    """As it is written properly; what was typed, where it cannot be a code at all."""
    number: int | None
    """Of the entry it names; ``None`` for what cannot be a code."""
    is_consistent: bool
    """Whether its last character belongs to those before it."""


def code_of(publication: Publication) -> str:
    """The code of an entry."""
    return _written(publication.number, with_check(_body(publication))[-_TAIL:])


def read_code(text: str) -> Typed:
    """Read a code in whatever way it was typed: small letters, spaces, Arabic digits, O for 0, I for 1."""
    code = normalised(text[:LONGEST])
    found = _WHOLE.fullmatch(code)
    if found is None or int(found[1]) == 0:
        return Typed(text.strip()[:LONGEST], None, False)
    number = int(found[1])
    return Typed(_written(number, found[2]), number, is_checked(code))


def entry_named(typed: Typed) -> Publication | None:
    """The entry of the number that was typed, whether the rest of the code is its own or not. One query."""
    if typed.number is None:
        return None
    entries = Publication.objects.select_related("municipality")
    return entries.filter(number=typed.number).first()


def publication_of(code: str) -> Publication | None:
    """The entry that a code names; ``None`` where the code is mistyped or names none. One query."""
    typed = read_code(code)
    publication = entry_named(typed) if typed.is_consistent else None
    return publication if publication and code_of(publication) == typed.text else None


def is_near(typed: Typed, publication: Publication) -> bool:
    """Whether somebody may have meant the entry's code: one character is another, or two are exchanged."""
    pairs = list(zip(typed.text, code_of(publication), strict=False))
    wrong = [(given, meant) for given, meant in pairs if given != meant]
    return len(wrong) == 1 or (len(wrong) == 2 and wrong[0] == wrong[1][::-1])


def _body(publication: Publication) -> str:
    return f"{publication.number}{letters_of(int(publication.hash, 16), FROM_SEAL)}"


def _written(number: int, tail: str) -> str:
    return f"{number}-{in_groups(tail, '-')}"
