"""Writing letters down in the transaction of the act they tell of: a rolled back act leaves none."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable

from django.db.models import QuerySet
from django.utils import timezone, translation

from portal.accounts.models import User
from portal.municipalities.models import Municipality
from portal.notifications.models import Delivery, Subscription
from portal.notifications.writing import Letter, render_text, site_address

Write = Callable[[str], Letter]
"""Writes a letter in a language, which is active while it does."""


def put_for_subscribers(
    subscriptions: Iterable[Subscription],
    *,
    event: str,
    key: str,
    write: Write,
    due_at: datetime.datetime | None = None,
) -> None:
    """Write a letter to each subscriber, with the way to stop beneath. What was written before stays."""
    letters = _by_language(write)
    _put(
        Delivery(
            municipality_id=row.municipality_id,
            subscription=row,
            event=event,
            key=f"{event}:{key}:s{row.pk}",
            language=row.language,
            subject=letters(row.language).subject,
            body=letters(row.language).with_foot(_foot(row)).body,
            due_at=due_at or timezone.now(),
        )
        for row in subscriptions
    )


def put_for_members(
    people: Iterable[User], *, municipality: Municipality, event: str, key: str, write: Write
) -> None:
    """Write a letter to each of the people, in the language they prefer."""
    letters = _by_language(write)
    _put(
        Delivery(
            municipality=municipality,
            user=person,
            event=event,
            key=f"{event}:{key}:u{person.pk}",
            language=person.language,
            subject=letters(person.language).subject,
            body=letters(person.language).body,
            due_at=timezone.now(),
        )
        for person in people
    )


def put_question(subscription: Subscription, *, event: str, key: str, write: Write) -> None:
    """Write the one letter that goes to an address nobody has confirmed yet."""
    letter = _by_language(write)(subscription.language)
    _put(
        [
            Delivery(
                municipality_id=subscription.municipality_id,
                subscription=subscription,
                event=event,
                key=f"{event}:{key}:s{subscription.pk}",
                language=subscription.language,
                subject=letter.subject,
                body=letter.body,
                due_at=timezone.now(),
            )
        ]
    )


def unsent(event: str) -> QuerySet[Delivery]:
    return Delivery.objects.filter(event=event, sent_at=None)


def _put(letters: Iterable[Delivery]) -> None:
    # The key is unique: whoever tells the same a second time, or at the same moment, writes nothing.
    Delivery.objects.bulk_create(letters, batch_size=500, ignore_conflicts=True)


def _by_language(write: Write) -> Callable[[str], Letter]:
    """Each language is written once, however many read it."""
    written: dict[str, Letter] = {}

    def letter(language: str) -> Letter:
        if language not in written:
            with translation.override(language):
                written[language] = write(language)
        return written[language]

    return letter


def _foot(subscription: Subscription) -> str:
    with translation.override(subscription.language):
        stop = site_address("subscription-end", token=subscription.token)
        return render_text("foot", {"stop": stop})
