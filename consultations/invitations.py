"""What the public is invited to about a subject."""

from __future__ import annotations

from portal.municipalities.models import Municipality
from portal.subjects import Invitation


def of_subject(municipality: Municipality, kind: str, pk: int) -> list[Invitation]:
    """The public consultations about a subject: what runs first, then what comes, then what was."""
    return []
