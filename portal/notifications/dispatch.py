"""Telling people what happened: the one module through which the apps write letters.

A letter is written in the transaction of the act it tells of, in the words of that moment, and sent
afterwards by :func:`send_due`. The same event under the same key is told to the same person once.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable

from django.db import transaction

from portal.accounts.models import User
from portal.municipalities.access import ALLOWED, Act
from portal.municipalities.models import Membership, Municipality
from portal.notifications.models import Delivery, Subscription
from portal.notifications.outbox import Write, put_for_members, put_for_subscribers, unsent
from portal.notifications.sending import send_due
from portal.notifications.subscriptions import followed, forget, subscribe
from portal.notifications.writing import Letter

__all__ = [
    "Letter",
    "Write",
    "followed",
    "forget",
    "members",
    "send_due",
    "subscribe",
    "take_back",
    "tell",
    "tell_members",
    "tell_people",
    "tell_subscriber",
    "was_told",
]


def tell(
    *,
    municipality: Municipality,
    topic: str,
    topic_id: int,
    event: str,
    write: Write,
    key: str,
    due_at: datetime.datetime | None = None,
    replaces: bool = False,
) -> None:
    """Write a letter to everybody who confirmed that they follow something.

    Args:
        topic: of what kind, as ``TOPICS`` names it.
        event: what happened, as ``consultation.opened``.
        write: called once for each language that is read, with that language active.
        key: what makes this event another than the next one of its name.
        due_at: when it is to be sent; without it as soon as letters are sent.
        replaces: letters of the same event that were not sent yet give way to these.
    """
    with transaction.atomic():
        rows = _followers(municipality, topic, topic_id)
        if replaces:
            unsent(event).filter(subscription__in=[row.pk for row in rows]).delete()
        put_for_subscribers(rows, event=event, key=key, write=write, due_at=due_at)


def tell_subscriber(
    subscription: Subscription,
    *,
    event: str,
    write: Write,
    key: str,
    due_at: datetime.datetime | None = None,
) -> None:
    """Write a letter to one who follows: what :func:`tell` wrote to the others before."""
    put_for_subscribers([subscription], event=event, key=key, write=write, due_at=due_at)


def take_back(*, municipality: Municipality, topic: str, topic_id: int, event: str) -> None:
    """What was written of an event and not sent yet is not told any more."""
    with transaction.atomic():
        rows = _followers(municipality, topic, topic_id)
        unsent(event).filter(subscription__in=[row.pk for row in rows]).delete()


def tell_members(*, municipality: Municipality, act: Act, event: str, write: Write, key: str) -> None:
    """Write a letter to every member of the municipality who may do ``act``."""
    people = members(municipality, act)
    tell_people(people, municipality=municipality, event=event, write=write, key=key)


def tell_people(
    people: Iterable[User], *, municipality: Municipality, event: str, write: Write, key: str
) -> None:
    """Write a letter to people of the staff, each in the language they prefer."""
    put_for_members(people, municipality=municipality, event=event, key=key, write=write)


def was_told(*, event: str, key: str) -> bool:
    """Whether anybody was written of an event under this key."""
    return Delivery.objects.filter(event=event, key__startswith=f"{event}:{key}:").exists()


def members(municipality: Municipality, act: Act) -> list[User]:
    """The active members of the municipality whose roles allow ``act``; each once."""
    allowed = Membership.objects.filter(municipality=municipality, role__in=ALLOWED[act])
    return list(User.objects.filter(pk__in=allowed.values("user"), is_active=True).order_by("pk"))


def _followers(municipality: Municipality, topic: str, topic_id: int) -> list[Subscription]:
    """Locked to the end of the transaction, so that nobody's subscription ends under their letter."""
    rows = Subscription.objects.filter(
        municipality=municipality, topic=topic, topic_id=topic_id, confirmed_at__isnull=False
    )
    return list(rows.select_for_update(no_key=True).order_by("pk"))
