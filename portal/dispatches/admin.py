"""The register of recipients in Django's admin: taken out as a table, and brought back in."""

from __future__ import annotations

from django.contrib import admin
from django.urls import reverse

from portal.administration.scoped import ScopedRelatedFilter
from portal.bilingual import original
from portal.dispatches.models import Recipient
from portal.dispatches.resources import RecipientResource
from portal.exchange.admin import ExchangeAdmin


@admin.register(Recipient)
class RecipientAdmin(ExchangeAdmin):
    municipality_path = "municipality"
    fixed_fields = ("municipality",)
    resource_classes = (RecipientResource,)
    list_display = ("name", "kind", "municipality", "address", "is_active")
    list_filter = ("kind", "is_active", ("municipality", ScopedRelatedFilter))
    list_select_related = ("municipality",)
    search_fields = ("name_ar", "name_fr", "address", "municipality__search_text")
    autocomplete_fields = ("municipality",)
    fields = (
        "municipality",
        "kind",
        ("name_ar", "name_fr"),
        "address",
        ("email", "phone"),
        "is_active",
    )

    @admin.display(description=Recipient._meta.verbose_name, ordering="name_ar")
    def name(self, recipient: Recipient) -> str:
        return original(recipient, "name")

    def view_on_site(self, recipient: Recipient) -> str:
        return reverse("staff-recipients", kwargs={"slug": recipient.municipality.slug})
