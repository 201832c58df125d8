"""What a form carries with it, signed: its key, which consultation it is for, and when it was shown.

The key makes a double click one contribution. The time tells a program, which sends a form the moment
it reads it, from a person. Nothing is stored of either before something is contributed.
"""

from __future__ import annotations

import datetime
import secrets
from dataclasses import dataclass
from enum import StrEnum

from django.core import signing
from django.utils import timezone

SALT = "consultations.contribute"
SHORTEST = datetime.timedelta(seconds=3)
"""Nobody reads the form and fills it in within less."""
LONGEST = datetime.timedelta(hours=24)


class Fault(StrEnum):
    """Why what a form carries is not taken."""

    UNREADABLE = "unreadable"
    """Not signed here, or for another consultation."""
    TOO_FAST = "too_fast"
    STALE = "stale"


@dataclass(frozen=True, slots=True)
class Token:
    """What a form carries, as it was read."""

    key: str
    shown_at: datetime.datetime

    def fault(self, now: datetime.datetime) -> Fault | None:
        """What is wrong with its time. A clock that was set back makes a form look too fast, not too old."""
        age = now - self.shown_at
        if age < SHORTEST:
            return Fault.TOO_FAST
        return Fault.STALE if age > LONGEST else None


def issue(consultation_id: int) -> str:
    """A new form's token, to be sent back as it is."""
    moment = round(timezone.now().timestamp(), 3)
    return signing.Signer(salt=SALT).sign_object([consultation_id, secrets.token_urlsafe(18), moment])


def owner(text: str) -> int | None:
    """The key of the consultation whose form carried it; ``None`` for what was not signed here."""
    signed = _signed(text)
    return signed[0] if signed else None


def read(text: str, consultation_id: int) -> Token | None:
    """What a form carried; ``None`` for what was not signed here for this consultation."""
    signed = _signed(text)
    if signed is None or signed[0] != consultation_id:
        return None
    _, key, moment = signed
    return Token(key, datetime.datetime.fromtimestamp(moment, datetime.UTC))


def _signed(text: str) -> tuple[int, str, float] | None:
    try:
        owner, key, moment = signing.Signer(salt=SALT).unsign_object(text)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    return owner, key, moment
