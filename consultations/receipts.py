"""Receipt codes: all that an author needs in order to come back, and all that is asked of them.

A code is twenty characters of Crockford's base 32, which has no I, L, O and U, and a check character:
a hundred bits, which nobody finds by trying. Its hash alone is stored, so that who reads the database
can follow nobody's contribution.
"""

from __future__ import annotations

import hashlib
import re
import secrets

from django.utils.crypto import salted_hmac

from portal.folding import printable, western_digits

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LENGTH = 20
GROUP = 4
_BITS = 5
# x⁵ + x² + 1: two is then a generator of the field of 32, and the weights of all places differ.
_POLYNOMIAL = 0b100101
_AS_MEANT = str.maketrans("OIL", "011")
# Hyphens and dashes of all shapes stand between groups as people copy them.
_BETWEEN = re.compile(r"[\s\-\u2010-\u2015\u2212_.]+")
_WELL_FORMED = re.compile(f"[{ALPHABET}]{{{LENGTH + 1}}}")


def code_for(key: str) -> str:
    """The code of a form: the same each time that its key comes in again.

    It is derived from the key with the installation's secret, so that who reads the key in a page or
    the hash in the database does not know the code.
    """
    digest = salted_hmac("consultations.receipts", key, algorithm="sha256").digest()
    return _with_check(int.from_bytes(digest[:13], "big"))


def new_code() -> str:
    """A code for a form on paper, which has no key."""
    return _with_check(secrets.randbits(_BITS * LENGTH))


def normalised(text: str) -> str:
    """A code as it is stored, from what somebody typed: without spaces and dashes, O as 0, I and L as 1."""
    return _BETWEEN.sub("", western_digits(printable(text))).upper().translate(_AS_MEANT)


def is_well_formed(code: str) -> bool:
    """Whether a normalised code can be one: its check character finds a wrong letter or two exchanged."""
    return bool(_WELL_FORMED.fullmatch(code)) and _check(code[:-1]) == code[-1]


def shown(code: str) -> str:
    """The code in groups of four, as it is printed and read aloud."""
    return " ".join(code[start : start + GROUP] for start in range(0, len(code), GROUP))


def fingerprint(code: str) -> str:
    """What is stored of a code, and by which it is found again: its SHA-256 in hexadecimal.

    A code holds a hundred random bits: a salt would protect nothing, and nobody could look it up.
    """
    return hashlib.sha256(code.encode()).hexdigest()


def _with_check(number: int) -> str:
    body = "".join(ALPHABET[number >> _BITS * place & 31] for place in range(LENGTH))
    return body + _check(body)


def _check(body: str) -> str:
    """A weighted sum in the field of 32 elements: one wrong letter or two exchanged ones change it."""
    total = 0
    for letter in body:
        total = _doubled(total) ^ ALPHABET.index(letter)
    return ALPHABET[_doubled(total)]


def _doubled(element: int) -> int:
    element <<= 1
    return element ^ _POLYNOMIAL if element > 31 else element
