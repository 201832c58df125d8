"""Consultations, contributions and answers in Django's admin: to be read, and as a table out and in.

They change at the desk alone, where each act has its rules, its letters and its place in the register.
"""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from consultations.models import Consultation, Contribution, OfficialAnswer, ParticipationRules
from consultations.resources_participation import ContributionResource, readable
from portal.administration.scoped import ScopedAdmin, ScopedRelatedFilter
from portal.exchange.admin import ExchangeAdmin
from portal.municipalities.access import Act


class ReadAdmin(ScopedAdmin):
    """Rows that the admin shows and never writes."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False


@admin.register(Consultation)
class ConsultationAdmin(ReadAdmin):
    municipality_path = "municipality"
    list_display = ("number", "municipality", "title_ar", "title_fr", "status", "opens_at", "closes_at")
    list_display_links = ("number", "municipality")
    list_filter = ("status", "kind", ("municipality", ScopedRelatedFilter))
    list_select_related = ("municipality",)
    search_fields = ("title_ar", "title_fr", "municipality__search_text")


@admin.register(ParticipationRules)
class ParticipationRulesAdmin(ReadAdmin):
    municipality_path = "municipality"
    list_display = ("municipality", "needs_approval", "publish_days", "retention_months")
    list_select_related = ("municipality",)


@admin.register(Contribution)
class ContributionAdmin(ReadAdmin, ExchangeAdmin):
    """No name and no e-mail: those are for the moderators' desk."""

    municipality_path = "consultation__municipality"
    view_act = Act.SEE_CONTRIBUTIONS
    resource_classes = (ContributionResource,)
    list_display = ("reference", "consultation", "kind", "channel", "status", "received_at")
    list_filter = ("status", "kind", "channel", ("consultation", ScopedRelatedFilter))
    list_select_related = ("consultation",)
    readonly_fields = ("readable_text", "readable_solution", "readable_effect")
    fields = (
        ("consultation", "number", "kind", "channel"),
        ("status", "refusal_reason", "is_redacted"),
        ("received_at", "published_on", "moderated_at"),
        "question",
        ("readable_text", "readable_solution", "readable_effect"),
        "answer",
    )

    def has_import_permission(self, request: HttpRequest) -> bool:
        return self.may(request, Act.MODERATE) or self.may(request, Act.ANSWER)

    @admin.display(description=_("reference"), ordering="number")
    def reference(self, contribution: Contribution) -> str:
        return contribution.reference

    @admin.display(description=_("text"))
    def readable_text(self, contribution: Contribution) -> str:
        return readable(contribution, "text")

    @admin.display(description=_("proposed solution"))
    def readable_solution(self, contribution: Contribution) -> str:
        return readable(contribution, "solution")

    @admin.display(description=_("expected effect"))
    def readable_effect(self, contribution: Contribution) -> str:
        return readable(contribution, "effect")


@admin.register(OfficialAnswer)
class OfficialAnswerAdmin(ReadAdmin):
    municipality_path = "consultation__municipality"
    view_act = Act.SEE_CONTRIBUTIONS
    list_display = ("pk", "consultation", "verdict", "service_ar", "status", "published_at")
    list_filter = ("status", "verdict", ("consultation", ScopedRelatedFilter))
    list_select_related = ("consultation",)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        return [
            "consultation",
            "verdict",
            "text_ar",
            "text_fr",
            "did_ar",
            "did_fr",
            "service_ar",
            "service_fr",
            "status",
            "published_at",
        ]
