"""Following something by e-mail: asking, confirming, stopping. Nobody needs an account for any of it."""

from __future__ import annotations

import datetime
from collections.abc import Collection

from django.conf import settings
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from portal.municipalities.models import Municipality
from portal.notifications.models import Delivery, Subscription
from portal.notifications.outbox import put_question, unsent
from portal.notifications.topics import about, topic_of
from portal.notifications.writing import Letter, one_line, render_letter, site_address

CONFIRMATION = "subscription.confirmation"
UNCONFIRMED_KEPT = datetime.timedelta(days=7)
QUESTIONS_A_DAY = 5
"""So many letters that ask for a confirmation may reach one address in a day, whoever asks for them."""


def subscribe(
    *,
    municipality: Municipality,
    topic: str,
    topic_id: int,
    email: str,
    language: str,
    is_confirmed: bool = False,
) -> Subscription:
    """Note that an address wants to hear of something. Unless it ``is_confirmed``, a letter asks for that.

    Who follows already stays as they are, and gets no letter. Raises ``ValidationError`` for no address.
    """
    email = email.strip().lower()
    validate_email(email)
    language = language if language in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
    with transaction.atomic():
        subscription, _ = Subscription.objects.get_or_create(
            topic=topic,
            topic_id=topic_id,
            email=email,
            defaults={"municipality": municipality, "language": language},
        )
        if subscription.confirmed_at is None:
            _restart(subscription, language, is_confirmed)
    return subscription


def confirm(token: str) -> Subscription | None:
    """Begin to follow; ``None`` for a token that is unknown or too old. A second time changes nothing."""
    with transaction.atomic():
        subscription = _by_token(token, lock=True)
        if subscription is None or subscription.confirmed_at is not None:
            return subscription
        subscription.confirmed_at = timezone.now()
        subscription.save(update_fields=["confirmed_at"])
        unsent(CONFIRMATION).filter(subscription=subscription).delete()
        if welcome := topic_of(subscription).welcome:
            welcome(subscription)
    return subscription


def find(token: str) -> Subscription | None:
    """The subscription that an address in a letter names; ``None`` where it is unknown or too old."""
    return _by_token(token, lock=False)


def end(token: str) -> None:
    """Stop: the address and every letter to it are deleted. Nothing happens for an unknown token."""
    remove(Subscription.objects.filter(token=token))


def forget(*, topic: str, topic_id: int) -> None:
    """Delete every address that followed something, with the letters to it."""
    remove(Subscription.objects.filter(topic=topic, topic_id=topic_id))


def remove(subscriptions: QuerySet[Subscription]) -> int:
    """Delete subscriptions with their letters; return how many there were."""
    with transaction.atomic():
        # Locked first: a letter that is being written to one of them is there before they are deleted.
        keys = list(subscriptions.select_for_update().order_by("pk").values_list("pk", flat=True))
        Subscription.objects.filter(pk__in=keys).delete()
    return len(keys)


def followed(*, topic: str, topic_ids: Collection[int]) -> set[int]:
    """Which of these somebody follows."""
    rows = Subscription.objects.filter(topic=topic, topic_id__in=topic_ids, confirmed_at__isnull=False)
    return set(rows.values_list("topic_id", flat=True))


def _by_token(token: str, *, lock: bool) -> Subscription | None:
    rows = Subscription.objects.select_related("municipality")
    if lock:
        rows = rows.select_for_update(of=("self",))
    found = rows.filter(token=token).first()
    if found and found.confirmed_at is None and found.created_at < timezone.now() - UNCONFIRMED_KEPT:
        return None
    return found


def _restart(subscription: Subscription, language: str, is_confirmed: bool) -> None:
    """Whoever asks again before confirming is asked again, from now on and in the language of now."""
    subscription.language = language
    subscription.created_at = timezone.now()
    subscription.confirmed_at = timezone.now() if is_confirmed else None
    subscription.save(update_fields=["language", "created_at", "confirmed_at"])
    if not is_confirmed and _may_ask(subscription.email):
        day = timezone.now().date().isoformat()
        put_question(
            subscription, event=CONFIRMATION, key=day, write=lambda language: _question(subscription)
        )


def _may_ask(email: str) -> bool:
    since = timezone.now() - datetime.timedelta(days=1)
    asked = Delivery.objects.filter(event=CONFIRMATION, subscription__email=email, created_at__gte=since)
    return asked.count() < QUESTIONS_A_DAY


def _question(subscription: Subscription) -> Letter:
    subject = about(subscription)
    context = {
        "title": one_line(subject.title) if subject else "",
        "municipality": one_line(subscription.municipality.title),
        "confirm": site_address("subscription-confirm", token=subscription.token),
        "days": UNCONFIRMED_KEPT.days,
    }
    return render_letter("confirmation", context)
