"""What a program has for the file of a session."""

from __future__ import annotations

from collections.abc import Sequence

from portal.meetings.models import Meeting
from portal.papers.orders import Order
from portal.papers.packs import Share, SubjectKey


def subjects(meeting: Meeting) -> list[SubjectKey]:
    """The programs whose tasks are done in a meeting."""
    return []


def share(order: Order, meeting: Meeting, subjects: Sequence[SubjectKey]) -> Share:
    """What a session needs of each program: calendar, progress, money, cards, provisional calendar."""
    return Share()
