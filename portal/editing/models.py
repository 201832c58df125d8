"""Rows that several people edit at once, and who is at them now."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Versioned(models.Model):
    """A row that counts its own changes, so that nobody overwrites what they have not seen."""

    version = models.PositiveIntegerField(_("version"), default=1, editable=False)

    class Meta:
        abstract = True

    def save(self, *args: Any, update_fields: Iterable[str] | None = None, **kwargs: Any) -> None:
        """Store the row and count its version up, in the database: two who save count twice."""
        if self._state.adding:
            super().save(*args, update_fields=update_fields, **kwargs)
            return
        if update_fields is not None:
            update_fields = {*update_fields, "version"}
        self.version = models.F("version") + 1
        super().save(*args, update_fields=update_fields, **kwargs)
        # What it became is known to the database alone: read when somebody asks.
        del self.version


class Presence(models.Model):
    """Somebody who has a place of the desk open. Renewed by their page; nothing of it is kept."""

    place = models.CharField(_("place"), max_length=100)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", verbose_name=_("person")
    )
    seen_at = models.DateTimeField(_("last seen"), default=timezone.now)

    class Meta:
        verbose_name = _("presence")
        verbose_name_plural = _("presences")
        constraints = [models.UniqueConstraint(fields=["place", "user"], name="presence_unique")]

    def __str__(self) -> str:
        return f"{self.user} @ {self.place}"
