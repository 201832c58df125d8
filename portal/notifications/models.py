"""Who wants to hear of something, and what was written to them."""

from __future__ import annotations

import secrets

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from portal.municipalities.models import Municipality


def new_token() -> str:
    """What an address in a letter holds, so that nobody needs an account to stop it."""
    return secrets.token_urlsafe(24)


class Subscription(models.Model):
    """An address that wants to hear of one thing, in one language."""

    municipality = models.ForeignKey(
        Municipality, models.CASCADE, related_name="subscriptions", verbose_name=_("municipality")
    )
    topic = models.CharField(
        _("topic"), max_length=60, help_text=_("Of what kind, as “consultation” or “contribution”.")
    )
    topic_id = models.PositiveBigIntegerField(_("object"))
    email = models.EmailField(_("address"))
    language = models.CharField(_("language"), max_length=2, default="ar")
    token = models.CharField(_("token"), max_length=40, unique=True, default=new_token, editable=False)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    confirmed_at = models.DateTimeField(
        _("confirmed"), null=True, blank=True, help_text=_("Nothing is written before, but the question.")
    )

    class Meta:
        verbose_name = _("subscription")
        verbose_name_plural = _("subscriptions")
        constraints = [
            models.UniqueConstraint(fields=["topic", "topic_id", "email"], name="subscription_unique")
        ]

    def __str__(self) -> str:
        return f"{self.topic} {self.topic_id}"


class Delivery(models.Model):
    """A letter: written with the act it tells of, in one transaction, and sent afterwards, once."""

    municipality = models.ForeignKey(
        Municipality, models.CASCADE, related_name="+", verbose_name=_("municipality")
    )
    subscription = models.ForeignKey(
        Subscription,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="deliveries",
        verbose_name=_("subscription"),
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("member"),
    )
    event = models.CharField(_("event"), max_length=60)
    key = models.CharField(
        _("key"), max_length=200, unique=True, help_text=_("The same event is never told twice to the same.")
    )
    language = models.CharField(_("language"), max_length=2)
    subject = models.CharField(_("subject"), max_length=300)
    body = models.TextField(_("body"))
    created_at = models.DateTimeField(_("written"), auto_now_add=True)
    due_at = models.DateTimeField(_("due"))
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    failure = models.CharField(_("why it failed"), max_length=300, blank=True)

    class Meta:
        verbose_name = _("letter")
        verbose_name_plural = _("letters")
        ordering = ["due_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(subscription__isnull=True) | Q(user__isnull=True), name="delivery_to_one"
            )
        ]
        indexes = [models.Index(fields=["due_at"], condition=Q(sent_at=None), name="delivery_unsent")]

    def __str__(self) -> str:
        return self.subject
