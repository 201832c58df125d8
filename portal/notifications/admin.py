"""Subscriptions and letters, for the platform administrator to see whether they go out, not to whom."""

from __future__ import annotations

from typing import ClassVar

from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from portal.administration.scoped import ScopedAdmin
from portal.notifications.models import Delivery, Subscription


def shortened(email: str) -> str:
    """An address of which only the first letter and the host are left: ``a…@example.org``."""
    name, _at, host = email.rpartition("@")
    return f"{name[:1]}…@{host}" if host else ""


class _ReadOnlyAdmin(ScopedAdmin):
    """Without a path to a municipality only the platform administrator sees it; nobody changes anything."""

    list_select_related: ClassVar[tuple[str, ...]] = ("municipality",)
    actions = None

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False


@admin.register(Subscription)
class SubscriptionAdmin(_ReadOnlyAdmin):
    list_display = ("topic", "topic_id", "address", "language", "municipality", "created_at", "confirmed_at")
    list_filter = ("topic", "language", ("confirmed_at", admin.EmptyFieldListFilter))
    # Neither the address nor the token, with which anybody could stop the letters.
    fields = list_display
    readonly_fields = list_display

    @admin.display(description=_("address"))
    def address(self, subscription: Subscription) -> str:
        return shortened(subscription.email)


@admin.register(Delivery)
class DeliveryAdmin(_ReadOnlyAdmin):
    list_display = (
        "subject",
        "event",
        "recipient",
        "language",
        "municipality",
        "due_at",
        "sent_at",
        "attempts",
    )
    list_filter = ("event", "language", ("sent_at", admin.EmptyFieldListFilter))
    list_select_related = ("municipality", "subscription", "user")
    # Not the body: it holds the address that stops the letters.
    fields = (*list_display, "created_at", "failure")
    readonly_fields = fields

    @admin.display(description=_("to"))
    def recipient(self, letter: Delivery) -> str:
        person = letter.subscription or letter.user
        return shortened(person.email) if person else ""
