"""How the municipality answers: the public gauge of a consultation. It may be live: it holds no attribute
of anybody."""

from __future__ import annotations

import datetime
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from consultations.models import Consultation, Contribution, OfficialAnswer, RefusalReason

Status = Contribution.Status


@dataclass(frozen=True, slots=True)
class Refusal:
    """How many were not published for a reason."""

    label: str
    count: int


@dataclass(frozen=True, slots=True)
class Gauge:
    """Counts and days. Template: ``consultations/gauge.html``."""

    received: int
    """Contributions that were neither refused nor withdrawn."""
    answered: int
    """How many of them have a published answer."""
    median_days: int | None
    """Half of the answers came within so many calendar days; ``None`` while there is none."""
    refusals: tuple[Refusal, ...]
    """What was not published, by reason, the most frequent first."""

    @property
    def waiting(self) -> int:
        return self.received - self.answered

    @property
    def refused(self) -> int:
        return sum(refusal.count for refusal in self.refusals)


def gauge_of(consultation: Consultation) -> Gauge:
    """The gauge of a consultation, which comes with its ``municipality``; one query."""
    columns = ("status", "refusal_reason", "received_at", "answer__status", "answer__published_at")
    rows = list(Contribution.objects.filter(consultation=consultation).values_list(*columns))
    counted = [row for row in rows if row[0] in (Status.PENDING, Status.PUBLISHED)]
    zone = consultation.municipality.zone_info
    days = [
        _days(received_at, answered_at, zone)
        for _status, _reason, received_at, answer, answered_at in counted
        if answer == OfficialAnswer.Status.PUBLISHED
    ]
    return Gauge(
        received=len(counted),
        answered=len(days),
        median_days=half_within(days),
        refusals=_refusals(row[1] for row in rows if row[0] == Status.REFUSED),
    )


def half_within(days: list[int]) -> int | None:
    """The fewest days within which half of the answers came (the lower median)."""
    return sorted(days)[(len(days) - 1) // 2] if days else None


def _days(received_at: datetime.datetime, answered_at: datetime.datetime, zone: ZoneInfo) -> int:
    return (answered_at.astimezone(zone).date() - received_at.astimezone(zone).date()).days


def _refusals(reasons: Iterable[str]) -> tuple[Refusal, ...]:
    counts = Counter(reasons)
    found = [Refusal(str(RefusalReason(code).label), count) for code, count in counts.items()]
    return tuple(sorted(found, key=lambda refusal: (-refusal.count, refusal.label)))
