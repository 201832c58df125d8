"""How often something was done from one network, without keeping which network it was."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class DaySalt(models.Model):
    """What makes the keys of a day meaningless once it is gone: it is removed after two days."""

    day = models.DateField(_("day"), unique=True, help_text=_("In UTC."))
    salt = models.BinaryField(_("salt"), max_length=32)

    class Meta:
        verbose_name = _("salt of a day")
        verbose_name_plural = _("salts of days")

    def __str__(self) -> str:
        return self.day.isoformat()


class Tally(models.Model):
    """How often a network did something in an hour."""

    scope = models.CharField(_("what was done"), max_length=60)
    key = models.CharField(
        _("key of the network"), max_length=64, help_text=_("An HMAC under the salt of the day.")
    )
    hour = models.DateTimeField(_("hour"))
    count = models.PositiveIntegerField(_("times"), default=0)

    class Meta:
        verbose_name = _("tally")
        verbose_name_plural = _("tallies")
        constraints = [models.UniqueConstraint(fields=["scope", "key", "hour"], name="tally_unique")]

    def __str__(self) -> str:
        return f"{self.scope}: {self.count}"
