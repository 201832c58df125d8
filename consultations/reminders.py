"""What waits for the staff of a municipality, and the one letter a day that says so."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from django.db import transaction

from consultations.letters import MORNING
from consultations.models import Contribution, OfficialAnswer
from consultations.periods import rules_of
from consultations.rules_contributions import answer_due
from portal.accounts.models import User
from portal.bilingual import page_language
from portal.locales import full_date
from portal.municipalities.access import Act
from portal.municipalities.models import Municipality
from portal.notifications.dispatch import Letter, members, tell_people, was_told
from portal.notifications.writing import one_line, render_letter, site_address
from portal.workdays.days import workdays_of

EVENT = "staff.waiting"
SOON = datetime.timedelta(days=3)
"""An answer is called for this long before it is due."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """What waits in a municipality on the morning of a day."""

    unread: int = 0
    """Contributions that no moderator has read."""
    oldest: datetime.date | None = None
    unread_late: int = 0
    """How many of them wait for longer than the municipality promises, in working days."""
    due_soon: int = 0
    """Published contributions whose answer is due today or in the next three days."""
    answers_late: int = 0
    """Published contributions whose answer is overdue."""

    @property
    def to_answer(self) -> int:
        return self.due_soon + self.answers_late


def remind(municipality: Municipality, now: datetime.datetime) -> bool:
    """Write to those who moderate and answer what waits; whether this was the moment to do so.

    From eight in the morning there, on working days, once a day. What came in later waits for the next one.
    """
    local = now.astimezone(municipality.zone_info)
    key = f"{municipality.pk}:{local.date().isoformat()}"
    if local.time() < MORNING or was_told(event=EVENT, key=key):
        return False
    if not workdays_of(municipality).is_working(local.date()):
        return False
    morning = datetime.datetime.combine(local.date(), MORNING, municipality.zone_info)
    waiting = read_waiting(municipality, morning)
    return _tell_staff(municipality, key, waiting)


@transaction.atomic
def _tell_staff(municipality: Municipality, key: str, waiting: Waiting) -> bool:
    """Write to everybody of the staff for whom something waits, or to nobody; whether there was anybody."""
    moderators = _people(municipality, Act.MODERATE) if waiting.unread else {}
    answerers = _people(municipality, Act.ANSWER) if waiting.to_answer else {}
    for people, moderates, answers in (
        (moderators.keys() & answerers.keys(), True, True),
        (moderators.keys() - answerers.keys(), True, False),
        (answerers.keys() - moderators.keys(), False, True),
    ):
        told = [(moderators | answerers)[pk] for pk in sorted(people)]
        _tell(told, municipality, key, waiting, moderates=moderates, answers=answers)
    return bool(moderators or answerers)


def read_waiting(municipality: Municipality, morning: datetime.datetime) -> Waiting:
    """What came in before ``morning`` and waits still; three queries, or four."""
    zone, today = municipality.zone_info, morning.date()
    public = Contribution.objects.of(municipality).filter(
        consultation__status="published", received_at__lt=morning
    )
    unread = [
        moment.astimezone(zone).date() for moment in public.pending().values_list("received_at", flat=True)
    ]
    due = [
        answer_due(row.consultation, row.received_at.astimezone(zone).date())
        for row in public.filter(status=Contribution.Status.PUBLISHED)
        .exclude(answer__status=OfficialAnswer.Status.PUBLISHED)
        .select_related("consultation")
        .only("received_at", "consultation__answer_days")
    ]
    return Waiting(
        unread=len(unread),
        oldest=min(unread, default=None),
        unread_late=_late(municipality, unread, today),
        due_soon=sum(today <= day <= today + SOON for day in due),
        answers_late=sum(day < today for day in due),
    )


def _late(municipality: Municipality, received: list[datetime.date], today: datetime.date) -> int:
    if not received:
        return 0
    workdays, promised = workdays_of(municipality), rules_of(municipality).publish_days
    in_time_since = workdays.earlier(today, promised)
    return sum(day < in_time_since for day in received)


def _people(municipality: Municipality, act: Act) -> dict[int, User]:
    return {person.pk: person for person in members(municipality, act)}


def _tell(
    people: list[User],
    municipality: Municipality,
    key: str,
    waiting: Waiting,
    *,
    moderates: bool,
    answers: bool,
) -> None:
    def write(language: str) -> Letter:
        context = {
            "waiting": waiting,
            "oldest": full_date(waiting.oldest, municipality.country, page_language())
            if waiting.oldest
            else "",
            "municipality": one_line(municipality.title),
            "moderates": moderates,
            "answers": answers,
            "moderation": site_address("moderation", slug=municipality.slug),
            "answering": site_address("answers", slug=municipality.slug),
        }
        return render_letter("staff_waiting", context)

    tell_people(people, municipality=municipality, event=EVENT, write=write, key=key)
