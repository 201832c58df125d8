"""Decisions about taking contributions in and letting their authors change them, that need no query."""

from __future__ import annotations

import datetime

from consultations.models import Consultation, Contribution
from consultations.rules_contributions import is_open

ENTRY_DAYS = 10
"""Days after the closing in which the staff type in what came on paper, by telephone or in a meeting."""
CORRECTION = datetime.timedelta(minutes=30)
"""How long an author may correct a contribution that nobody has read."""
CROWDED = "crowded"
"""The mark of a contribution that came when far more came from its network than people write by hand."""
_DAY = datetime.timedelta(days=1)


def entries_close_at(consultation: Consultation) -> datetime.datetime:
    """Until when the staff may type in contributions that were made before the closing."""
    return consultation.moments[1] + ENTRY_DAYS * _DAY


def takes_entries(consultation: Consultation, now: datetime.datetime) -> bool:
    """Whether the staff may type in a contribution at ``now``."""
    return consultation.is_public and consultation.moments[0] <= now < entries_close_at(consultation)


def is_in_time(consultation: Consultation, now: datetime.datetime, *, by_staff: bool) -> bool:
    """Whether what is stored at ``now`` counts."""
    return takes_entries(consultation, now) if by_staff else is_open(consultation, now)


def correctable_until(contribution: Contribution) -> datetime.datetime | None:
    """Until when the author may correct the text; ``None`` where that is over, whatever the time.

    Nobody may have read it: neither a moderator, nor the public. What was in time is not rewritten after
    the closing.
    """
    if contribution.status != Contribution.Status.PENDING or contribution.moderated_at:
        return None
    until = contribution.received_at + CORRECTION
    closes_at = contribution.consultation.moments[1]
    return min(until, closes_at) if contribution.received_at < closes_at else until


def is_correctable(contribution: Contribution, now: datetime.datetime) -> bool:
    until = correctable_until(contribution)
    return until is not None and now < until


def is_published_at_once(consultation: Consultation, marks: list[str]) -> bool:
    """Whether a contribution is published before anybody has read it: only one without any mark is."""
    return consultation.moderation == Consultation.Moderation.AFTER and not marks
