"""Forgetting: letters that were sent, or given up, and addresses that nobody confirmed."""

from __future__ import annotations

import datetime

from django.db.models import Q
from django.utils import timezone

from portal.notifications.models import Delivery, Subscription
from portal.notifications.sending import MOST_ATTEMPTS
from portal.notifications.subscriptions import UNCONFIRMED_KEPT, remove

LETTERS_KEPT = datetime.timedelta(days=92)


def erase_expired() -> str:
    """Delete letters three months after they were sent, and unconfirmed addresses after a week."""
    now = timezone.now()
    before = now - LETTERS_KEPT
    given_up = Q(sent_at=None, attempts__gte=MOST_ATTEMPTS, due_at__lt=before)
    letters, _ = Delivery.objects.filter(Q(sent_at__lt=before) | given_up).delete()
    addresses = remove(Subscription.objects.filter(confirmed_at=None, created_at__lt=now - UNCONFIRMED_KEPT))
    return f"{letters} letters and {addresses} unconfirmed addresses erased"
