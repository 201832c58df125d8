"""What the public is invited to about a subject."""

from __future__ import annotations

from django.urls import reverse
from django.utils import timezone

from consultations.countdown import last_day_of
from consultations.models import Consultation
from consultations.period_box import clock
from consultations.periods import read_standing
from consultations.rules_contributions import State
from portal.municipalities.models import Municipality
from portal.subjects import Invitation

_ORDER = {State.OPEN: 0, State.BEFORE: 1, State.CLOSED: 2, State.ANSWERED: 2}


def of_subject(municipality: Municipality, kind: str, pk: int | None) -> list[Invitation]:
    """The public consultations about a subject: what runs first, then what comes, then what was.

    About any subject of the kind without ``pk``. One query.
    """
    found = Consultation.objects.of(municipality).published().filter(subject_kind=kind).counted()
    rows = found if pk is None else found.filter(subject_id=pk)
    return sorted((_invitation(municipality, row) for row in rows), key=_place)


def _invitation(municipality: Municipality, row: Consultation) -> Invitation:
    row.municipality = municipality
    standing = read_standing(row, timezone.now())
    opens_at, closes_at = row.moments
    zone = municipality.zone_info
    return Invitation(
        title=row.title,
        address=reverse("consultation", kwargs={"slug": municipality.slug, "number": row.number}),
        state=standing.state.value,
        opens_at=opens_at.astimezone(zone),
        closes_at=closes_at.astimezone(zone),
        last_day=last_day_of(closes_at, zone),
        until=clock(closes_at, row, is_end=True),
        published=standing.published,
        answered=standing.answered,
    )


def _place(invitation: Invitation) -> tuple[int, float]:
    """What closes or opens soonest first; of what is over, what closed last."""
    order = _ORDER[State(invitation.state)]
    moment = {0: invitation.closes_at, 1: invitation.opens_at}.get(order, invitation.closes_at).timestamp()
    return order, -moment if order == 2 else moment
