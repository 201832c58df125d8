"""What ``manage.py run_due`` does for consultations. Each may run twice, late or never."""

from __future__ import annotations

import calendar
import datetime
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils import timezone

from consultations.letters import CONSULTATION, CONTRIBUTION
from consultations.models import Consultation, Contribution, OfficialAnswer, Original
from consultations.periods import rules_of
from consultations.reminders import remind
from consultations.services.figures import release_if_due
from portal.audit.log import record
from portal.municipalities.models import Municipality
from portal.municipalities.turns import take_turn
from portal.notifications.models import Subscription
from portal.notifications.subscriptions import remove

MONTHS_AFTER_ANSWER = 3
"""How long the address of an author is kept once the answer is there."""


def remind_moderators() -> str:
    """Write to those who moderate and answer what waits for them, once a morning."""
    now = timezone.now()
    reminded = sum(remind(municipality, now) for municipality in _with_consultations())
    return f"the staff of {reminded} municipalities reminded"


def release_figures() -> str:
    """Release the figures of the consultations whose day has come."""
    closed = Consultation.objects.published().filter(closes_at__lte=timezone.now(), figures=None)
    # Those alone that may be ready: for each of them everybody who writes there has to wait a moment.
    own = Contribution.objects.filter(consultation=OuterRef("pk"))
    ready = closed.filter(Exists(own.filter(published_on__isnull=False)), ~Exists(own.pending()))
    released = sum(release_if_due(consultation) for consultation in ready.select_related("municipality"))
    return f"the figures of {released} consultations released"


def erase_expired() -> str:
    """Erase what is kept no longer than the rules of each municipality say; its journal keeps the sums."""
    sums = [_erase_in(municipality) for municipality in _with_consultations()]
    texts, originals, addresses = (sum(column) for column in zip(*sums, strict=True)) if sums else (0, 0, 0)
    return f"{texts} texts, {originals} originals and {addresses} addresses erased"


def months_before(moment: datetime.datetime, months: int) -> datetime.datetime:
    """The same day of the month so many months earlier, or the last one that month has."""
    year, month = divmod(moment.year * 12 + moment.month - 1 - months, 12)
    day = min(moment.day, calendar.monthrange(year, month + 1)[1])
    return moment.replace(year=year, month=month + 1, day=day)


@dataclass(frozen=True, slots=True)
class Expired:
    """The rows of a municipality that are kept no longer."""

    texts: QuerySet[Contribution]
    originals: QuerySet[Original]
    addresses: QuerySet[Subscription]

    def exists(self) -> bool:
        return self.texts.exists() or self.originals.exists() or self.addresses.exists()


def _with_consultations() -> QuerySet[Municipality]:
    return Municipality.objects.filter(
        pk__in=Consultation.objects.order_by().values("municipality")
    ).order_by("pk")


def _erase_in(municipality: Municipality) -> tuple[int, int, int]:
    now = timezone.now()
    expired = _expired(municipality, now)
    if not expired.exists():
        return 0, 0, 0
    with transaction.atomic():
        take_turn(municipality)
        addresses = remove(expired.addresses)
        originals, _ = expired.originals.delete()
        texts = _erase_texts(expired.texts, now)
        sums = {"texts": texts, "originals": originals, "addresses": addresses}
        record(
            actor=None,
            action="contributions.expired",
            obj=municipality,
            municipality=municipality,
            changes={name: (None, count) for name, count in sums.items() if count},
        )
    return texts, originals, addresses


def _expired(municipality: Municipality, now: datetime.datetime) -> Expired:
    kept_since = months_before(now, rules_of(municipality).retention_months)
    answered = Q(
        answer__status=OfficialAnswer.Status.PUBLISHED,
        answer__published_at__lt=months_before(now, MONTHS_AFTER_ANSWER),
    )
    contributions = Contribution.objects.of(municipality).annotate(
        decided_at=Coalesce("moderated_at", "received_at")
    )
    texts = contributions.filter(
        status__in=[Contribution.Status.REFUSED, Contribution.Status.WITHDRAWN],
        erased_at=None,
        decided_at__lt=kept_since,
    )
    closed = Consultation.objects.of(municipality).filter(closes_at__lt=kept_since)
    done = contributions.filter(answered | Q(decided_at__lt=kept_since))
    addresses = Q(topic=CONTRIBUTION, topic_id__in=done.values("pk")) | Q(
        topic=CONSULTATION, topic_id__in=closed.values("pk")
    )
    return Expired(
        texts=texts,
        originals=Original.objects.filter(
            Q(contribution__in=texts.values("pk")) | Q(made_at__lt=kept_since),
            contribution__consultation__municipality=municipality,
        ),
        addresses=Subscription.objects.filter(addresses, municipality=municipality),
    )


def _erase_texts(texts: QuerySet[Contribution], now: datetime.datetime) -> int:
    """All that was written goes; that it was there, its reason and its day stay, which the ledger counts."""
    # By their keys: a join cannot be updated.
    return Contribution.objects.filter(pk__in=list(texts.values_list("pk", flat=True))).update(
        text="",
        solution="",
        effect="",
        name="",
        is_name_public=False,
        note_to_author="",
        likeness="",
        flags=[],
        erased_at=now,
        version=F("version") + 1,
    )
