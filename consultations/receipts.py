"""Receipt codes: all that an author needs in order to come back, and all that is asked of them.

A code is twenty characters and a check character (:mod:`portal.checked_codes`): a hundred bits, which
nobody finds by trying. Its hash alone is stored, so that who reads the database can follow nobody's
contribution.
"""

from __future__ import annotations

import hashlib
import secrets

from django.utils.crypto import salted_hmac

from portal.checked_codes import ALPHABET, BITS, in_groups, is_checked, letters_of, normalised, with_check

__all__ = [
    "ALPHABET",
    "LENGTH",
    "code_for",
    "fingerprint",
    "is_well_formed",
    "new_code",
    "normalised",
    "shown",
]

LENGTH = 20


def code_for(key: str) -> str:
    """The code of a form: the same each time that its key comes in again.

    It is derived from the key with the installation's secret, so that who reads the key in a page or
    the hash in the database does not know the code.
    """
    digest = salted_hmac("consultations.receipts", key, algorithm="sha256").digest()
    return with_check(letters_of(int.from_bytes(digest[:13], "big"), LENGTH))


def new_code() -> str:
    """A code for a form on paper, which has no key."""
    return with_check(letters_of(secrets.randbits(BITS * LENGTH), LENGTH))


def is_well_formed(code: str) -> bool:
    """Whether a normalised code can be one: its check character finds a wrong letter or two exchanged."""
    return len(code) == LENGTH + 1 and is_checked(code)


def shown(code: str) -> str:
    """The code in groups of four, as it is printed and read aloud."""
    return in_groups(code)


def fingerprint(code: str) -> str:
    """What is stored of a code, and by which it is found again: its SHA-256 in hexadecimal.

    A code holds a hundred random bits: a salt would protect nothing, and nobody could look it up.
    """
    return hashlib.sha256(code.encode()).hexdigest()
