"""Consultations as pages and other parts ask for them: by number, with their rules, and where they stand."""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Any

from django.shortcuts import get_object_or_404

from consultations.models import Consultation, ParticipationRules
from consultations.querysets_periods import ConsultationQuerySet
from consultations.rules_contributions import State, answer_due, state_of
from portal.municipalities.models import Municipality


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a public consultation stands at a moment."""

    state: State
    received: int
    """How many contributions came in that were neither refused nor withdrawn."""
    answered: int
    """How many of them have a published answer."""
    published: int
    """How many of them may be read."""
    due_on: datetime.date | None
    """The last day by which all that wait are to be answered, by the municipality's calendar."""

    @property
    def waiting(self) -> int:
        """How many of them have no published answer."""
        return self.received - self.answered

    @property
    def unread(self) -> int:
        """How many of them no moderator has let through yet."""
        return self.received - self.published


def standing_of(consultation: Consultation, now: datetime.datetime) -> Standing:
    """Where a public consultation stands at ``now``; one query."""
    counted = Consultation.objects.counted().get(pk=consultation.pk)
    counted.municipality = consultation.municipality
    return read_standing(counted, now)


def read_standing(counted: Consultation, now: datetime.datetime) -> Standing:
    """Where a public consultation, read by ``counted()``, stands at ``now``."""
    row: Any = counted
    waiting = row.received_count - row.answered_count
    last = row.last_waiting_at
    return Standing(
        state=state_of(row, now, received=row.received_count, waiting=waiting),
        received=row.received_count,
        answered=row.answered_count,
        published=row.published_count,
        due_on=answer_due(row, last.astimezone(row.municipality.zone_info).date()) if last else None,
    )


def rules_of(municipality: Municipality) -> ParticipationRules:
    """How the municipality deals with contributions; an unsaved row of defaults where it said nothing."""
    stored = ParticipationRules.objects.filter(municipality=municipality).first()
    return stored or ParticipationRules(municipality=municipality)


def consultation_of(municipality: Municipality, number: int, *, also: int | None = None) -> Consultation:
    """A public consultation of the municipality, with its questions; ``also`` the one with this key.

    Raises ``Http404``; the database never hands out a draft, which so costs what is not there.
    """
    among = Consultation.objects.published()
    if also is not None:
        among |= Consultation.objects.filter(pk=also)
    return _one(among, municipality, number)


def desk_consultation(municipality: Municipality, number: int) -> Consultation:
    """A consultation of the municipality, a draft too, with its questions. Raises ``Http404``."""
    return _one(Consultation.objects.all(), municipality, number)


def _one(among: ConsultationQuerySet, municipality: Municipality, number: int) -> Consultation:
    found = get_object_or_404(among.of(municipality).for_consultation_page(), number=number)
    found.municipality = municipality
    return found
