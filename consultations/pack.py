"""What plans and consultations have for the file of a session."""

from __future__ import annotations

from collections.abc import Sequence

from portal.meetings.models import Meeting
from portal.papers.orders import Order
from portal.papers.packs import Share, SubjectKey


def subjects(meeting: Meeting) -> list[SubjectKey]:
    """The plans one of whose stages is done in a meeting."""
    return []


def share(order: Order, meeting: Meeting, subjects: Sequence[SubjectKey]) -> Share:
    """Of each plan its booklet, of each consultation about a subject its report."""
    return Share()
