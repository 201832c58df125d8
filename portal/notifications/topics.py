"""What people can follow by e-mail: where the apps meet the letters without being imported by them.

``TOPICS`` in the settings names, for each topic, a :class:`Topic` that speaks for it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.conf import settings
from django.utils.module_loading import import_string

from portal.bilingual import Localized
from portal.notifications.models import Subscription


@dataclass(frozen=True, slots=True)
class About:
    """What somebody follows, as the pages and letters about it name it."""

    title: Localized
    address: str
    """Its public page, without the portal's own address."""


@dataclass(frozen=True, slots=True)
class Topic:
    """One kind of what can be followed."""

    read: Callable[[Subscription], About | None]
    """What a subscription is about, in the active language; ``None`` for what is public no more."""
    welcome: Callable[[Subscription], None] | None = None
    """Writes what is to be told later to somebody who begins to follow now; in their transaction."""


def topic_of(subscription: Subscription) -> Topic:
    """Raises ``KeyError`` for a topic that no app declares."""
    return import_string(settings.TOPICS[subscription.topic])


def about(subscription: Subscription) -> About | None:
    return topic_of(subscription).read(subscription)
