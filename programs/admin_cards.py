"""Project cards, resources, needs and the provisional calendar in the admin."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db import models
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from portal.administration.scoped import (
    ScopedAdmin,
    ScopedRelatedFilter,
    ScopedTabularInline,
    scoped,
)
from portal.bilingual import original
from portal.exchange.admin import ExchangeAdmin
from portal.municipalities.access import person
from portal.municipalities.models import Zone
from portal.municipalities.turns import take_turn
from programs.admin_diagnosis import ProgramTableAdmin
from programs.models import (
    REASON_LENGTH,
    CardVersion,
    Envelope,
    ExecutionUpdate,
    Need,
    ProjectCard,
    ScheduleStep,
    amounts_of,
)
from programs.resources_cards import CardResource, NeedResource, StepResource
from programs.rules_cards import VERSIONED_STAGES
from programs.services.cards import check_open, check_reason, keep_version
from programs.sums import kept


class SumsForm(forms.ModelForm):
    """Amounts by name, as JSON; they are kept to three decimals and held to their total."""

    BREAKDOWNS: tuple[str, ...] = ()

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        for name in self.BREAKDOWNS:
            if name not in values:
                continue
            try:
                values[name] = kept(amounts_of(values[name] or {}))
            except ValidationError as refusal:
                self.add_error(name, refusal)
        program = getattr(self.instance, "program", None) or values.get("program")
        if program:
            check_open(program)
        return values


class CardForm(SumsForm):
    """A card, and why it changes where the public has it before it."""

    BREAKDOWNS = ("funding",)
    reason = forms.CharField(
        label=_("Why it changes"),
        required=False,
        max_length=REASON_LENGTH,
        help_text=_("The public reads it."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        if self.instance.pk and self.changed_data and self.changed_data != ["reason"]:
            check_reason(self.instance, values.get("reason", ""))
        return values


class EnvelopeForm(SumsForm):
    BREAKDOWNS = ("by_category", "by_zone")


class _KeptInline(ScopedTabularInline):
    """Rows that are added by their own acts and never changed."""

    max_num = 0
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj: models.Model | None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False


class VersionInline(_KeptInline):
    model = CardVersion
    fields = ("number", "stage", "reason", "made_at", "made_by")
    readonly_fields = fields


class UpdateInline(_KeptInline):
    model = ExecutionUpdate
    fields = ("on", "percent", "note", "made_at", "made_by")
    readonly_fields = fields


class StepInline(ScopedTabularInline):
    model = ScheduleStep
    fields = ("position", "title_ar", "title_fr", "starts_on", "ends_on", "percent")


@admin.register(ProjectCard)
class ProjectCardAdmin(ExchangeAdmin, ProgramTableAdmin):
    form = CardForm
    resource_classes = (CardResource,)
    inlines = (StepInline, UpdateInline, VersionInline)
    list_display = ("number", "title", "stage", "category", "zone", "cost", "program")
    list_display_links = ("number", "title")
    list_filter = ("stage", "category", "is_continuing", ("program__municipality", ScopedRelatedFilter))
    list_select_related = ("program__municipality", "zone")
    search_fields = (*ProgramTableAdmin.search_fields, "title_ar", "title_fr", "streets", "partner")
    readonly_fields = ("stage",)
    fieldsets = (
        (None, {"fields": ("program", "number", "title_ar", "title_fr", "stage")}),
        (_("What and where"), {"fields": ("category", "reach", "is_continuing", "zone", "streets")}),
        (_("Cost and funding"), {"fields": ("cost", "funding", "partner")}),
        (_("Execution"), {"fields": ("studies", "land", "starts_on", "ends_on")}),
        (_("Origin"), {"fields": ("origin_ar", "origin_fr", "reason")}),
    )

    def get_inlines(self, request: HttpRequest, obj: ProjectCard | None) -> list[Any]:
        return list(self.inlines) if obj else []

    @admin.display(description=_("title"), ordering="title_ar")
    def title(self, card: ProjectCard) -> str:
        return original(card, "title")

    def view_on_site(self, card: ProjectCard) -> str:
        where = {"slug": card.program.municipality.slug, "year": card.program.year, "number": card.number}
        return reverse("staff-card", kwargs=where)

    def save_model(self, request: HttpRequest, obj: ProjectCard, form: Any, change: bool) -> None:
        take_turn(obj.program.municipality)
        super().save_model(request, obj, form, change)
        columns = [name for name in form.changed_data if name != "reason"]
        if change and columns and obj.stage in VERSIONED_STAGES:
            keep_version(obj, reason=form.cleaned_data.get("reason", ""), actor=person(request))


@admin.register(Envelope)
class EnvelopeAdmin(ProgramTableAdmin):
    form = EnvelopeForm
    list_display = ("program", "total", "decided_on", "deliberation")
    fields = (
        "program",
        "total",
        "by_category",
        "by_zone",
        "rule_ar",
        "rule_fr",
        "decided_on",
        "deliberation",
    )


@admin.register(ScheduleStep)
class ScheduleStepAdmin(ExchangeAdmin, ScopedAdmin):
    municipality_path = "card__program__municipality"
    resource_classes = (StepResource,)
    fixed_fields = ("card",)
    autocomplete_fields = ("card",)
    list_display = ("title", "card", "starts_on", "ends_on", "percent")
    list_filter = (("card__program__municipality", ScopedRelatedFilter),)
    list_select_related = ("card__program__municipality",)
    search_fields = ("title_ar", "title_fr", "card__title_ar", "card__title_fr")
    fields = ("card", "position", "title_ar", "title_fr", "starts_on", "ends_on", "percent")

    @admin.display(description=_("title"), ordering="title_ar")
    def title(self, step: ScheduleStep) -> str:
        return original(step, "title")


@admin.register(Need)
class NeedAdmin(ExchangeAdmin, ScopedAdmin):
    municipality_path = "municipality"
    resource_classes = (NeedResource,)
    fixed_fields = ("municipality",)
    autocomplete_fields = ("municipality", "card")
    list_display = ("number", "title", "category", "zone", "asked_in", "card", "municipality")
    list_display_links = ("number", "title")
    list_filter = ("category", "asked_in", ("municipality", ScopedRelatedFilter))
    list_select_related = ("municipality", "zone", "card__program")
    search_fields = ("title_ar", "title_fr", "street", "municipality__search_text")
    fields = (
        "municipality",
        "number",
        "title_ar",
        "title_fr",
        "category",
        "zone",
        "street",
        "asked_in",
        "where_asked",
        "card",
        "dropped_because",
    )

    @admin.display(description=_("title"), ordering="title_ar")
    def title(self, need: Need) -> str:
        return original(need, "title")

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "zone":
            rows = Zone.objects.select_related("municipality")
            kwargs["queryset"] = scoped(rows, "municipality", person(request), self.change_act)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)
