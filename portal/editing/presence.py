"""Who else is at the same place of the desk."""

from __future__ import annotations

import datetime

from django.db import models
from django.utils import timezone

from portal.accounts.models import User
from portal.editing.models import Presence

STAYS = datetime.timedelta(seconds=60)
"""How long somebody is shown after their page last said that it is open."""


def place_of(obj: models.Model) -> str:
    """The name of the place where ``obj`` is edited."""
    return f"{obj._meta.label_lower} {obj.pk}"


def come(*, place: str, user: User) -> None:
    """Say that ``user`` is at ``place`` now; whoever left a place long ago is forgotten."""
    now = timezone.now()
    Presence.objects.filter(seen_at__lt=now - STAYS).exclude(place=place, user=user).delete()
    Presence.objects.update_or_create(place=place, user=user, defaults={"seen_at": now})


def others(*, place: str, user: User) -> list[User]:
    """The people at ``place`` besides ``user``, by name; seen within the last sixty seconds."""
    since = timezone.now() - STAYS
    present = Presence.objects.filter(place=place, seen_at__gte=since).exclude(user=user)
    return [presence.user for presence in present.select_related("user").order_by("user__name", "pk")]
