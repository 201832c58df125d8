"""Codes that people copy by hand: Crockford's base 32, which has no I, L, O and U, and a check character.

The check character is a weighted sum in the field of 32 elements: one wrong letter or two exchanged ones
change it, in a code of at most 31 characters.
"""

from __future__ import annotations

import re

from portal.folding import printable, western_digits

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
BITS = 5
"""In a character."""
GROUP = 4
# x⁵ + x² + 1: two is then a generator of the field of 32, and the weights of all places differ.
_POLYNOMIAL = 0b100101
_AS_MEANT = str.maketrans("OIL", "011")
# Hyphens and dashes of all shapes stand between groups as people copy them.
_BETWEEN = re.compile(r"[\s\-\u2010-\u2015\u2212_.]+")


def normalised(text: str) -> str:
    """A code from what somebody typed: without spaces and dashes, in capitals, O as 0, I and L as 1."""
    return _BETWEEN.sub("", western_digits(printable(text))).upper().translate(_AS_MEANT)


def letters_of(number: int, length: int) -> str:
    """The lowest ``length`` times :data:`BITS` bits of a number, as characters; the lowest first."""
    return "".join(ALPHABET[number >> BITS * place & 31] for place in range(length))


def with_check(body: str) -> str:
    """A code with its check character behind it."""
    return body + check_of(body)


def is_checked(code: str) -> bool:
    """Whether the last character of a normalised code is the one that belongs to those before it."""
    return len(code) > 1 and set(code) <= set(ALPHABET) and check_of(code[:-1]) == code[-1]


def check_of(body: str) -> str:
    """The check character; zeros before the body do not change it."""
    total = 0
    for letter in body:
        total = _doubled(total) ^ ALPHABET.index(letter)
    return ALPHABET[_doubled(total)]


def in_groups(code: str, between: str = " ") -> str:
    """In groups of four, as it is printed and read aloud."""
    return between.join(code[start : start + GROUP] for start in range(0, len(code), GROUP))


def _doubled(element: int) -> int:
    element <<= 1
    return element ^ _POLYNOMIAL if element > 31 else element
