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


def over_months(name: str, now: datetime.datetime, months: int) -> Q:
    """Rows of whose moment so many months are over, reckoned forward as people count them.

    From the 31st of August six months end on the last of February: not a month's length later, where the
    month that ends them is the shorter one, nor only with the next first, where it is the longer one.

    Args:
        name: the field, or an annotation, that holds the moment.
    """
    year, month = divmod(now.year * 12 + now.month - 1 - months, 12)
    begun = now.replace(year=year, month=month + 1, day=1)
    last = calendar.monthrange(year, month + 1)[1]
    if now.day > last:
        # Whatever that month saw ended on its own day of this one, at the latest on the day of its last.
        return Q(**{f"{name}__lt": _midnight(begun + datetime.timedelta(days=last))})
    found = Q(**{f"{name}__lt": begun.replace(day=now.day)})
    if now.day == calendar.monthrange(now.year, now.month)[1]:
        # The days that this month does not have all end on its last, each at its own hour.
        for day in range(now.day + 1, last + 1):
            hour = begun.replace(day=day)
            found |= Q(**{f"{name}__gte": _midnight(hour), f"{name}__lt": hour})
    return found


def _midnight(moment: datetime.datetime) -> datetime.datetime:
    return moment.replace(hour=0, minute=0, second=0, microsecond=0)


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
    months = rules_of(municipality).retention_months
    answered = over_months("answer__published_at", now, MONTHS_AFTER_ANSWER) & Q(
        answer__status=OfficialAnswer.Status.PUBLISHED
    )
    decided = over_months("decided_at", now, months)
    contributions = Contribution.objects.of(municipality).annotate(
        decided_at=Coalesce("moderated_at", "received_at")
    )
    texts = contributions.filter(
        decided, status__in=[Contribution.Status.REFUSED, Contribution.Status.WITHDRAWN], erased_at=None
    )
    closed = Consultation.objects.of(municipality).filter(over_months("closes_at", now, months))
    done = contributions.filter(answered | decided)
    addresses = Q(topic=CONTRIBUTION, topic_id__in=done.values("pk")) | Q(
        topic=CONSULTATION, topic_id__in=closed.values("pk")
    )
    return Expired(
        texts=texts,
        originals=Original.objects.filter(
            Q(contribution__in=texts.values("pk")) | over_months("made_at", now, months),
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
