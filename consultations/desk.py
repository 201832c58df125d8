"""The ways from the desk into plans, consultations and what people contribute."""

from __future__ import annotations

from portal.municipalities.models import Municipality
from portal.navigation import May, Section


def sections(municipality: Municipality, may: May) -> list[Section]:
    """The plans, the consultations, and the queue for those who read it."""
    return []
