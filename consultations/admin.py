"""Open-government plans in Django's admin: stages, committee, axes, projects, indicators, activities."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from consultations import admin_participation  # noqa: F401 - registers its models
from consultations.models import (
    ActionPlan,
    Activity,
    Axis,
    CommitteeMember,
    Indicator,
    PlanStatus,
    Project,
    Stage,
)
from consultations.resources import ProjectResource
from consultations.services.plans import publish, withdraw
from consultations.services.projects import keep_public_version
from portal.administration.publishing import PublishingAdmin, Transition
from portal.administration.scoped import ScopedRelatedFilter, ScopedStackedInline, ScopedTabularInline
from portal.bilingual import original
from portal.exchange.admin import ExchangeAdmin

TRANSITIONS = (
    Transition(
        code="publish",
        label=_("Publish"),
        consequence=_("Everybody will be able to read it."),
        done=_("published."),
        apply=lambda plan, actor: publish(plan=plan, actor=actor),
        is_possible=lambda plan: plan.status == PlanStatus.DRAFT,
    ),
    Transition(
        code="withdraw",
        label=_("Withdraw"),
        consequence=_("Its public pages will be gone."),
        done=_("withdrawn."),
        apply=lambda plan, actor: withdraw(plan=plan, actor=actor),
        is_possible=lambda plan: plan.status == PlanStatus.PUBLISHED,
    ),
)


class StageInline(ScopedTabularInline):
    model = Stage
    fields = ("position", "level", "title_ar", "title_fr", "state", "starts_on", "ends_on")


class CommitteeInline(ScopedTabularInline):
    model = CommitteeMember
    fields = ("position", "group", "name", "quality_ar", "quality_fr", "is_named")


class AxisInline(ScopedTabularInline):
    model = Axis
    fields = ("number", "title_ar", "title_fr")


@admin.register(ActionPlan)
class ActionPlanAdmin(PublishingAdmin):
    municipality_path = "municipality"
    fixed_fields = ("municipality",)
    derived_fields = ("updated_at",)
    transitions = TRANSITIONS
    inlines = (StageInline, AxisInline, CommitteeInline)
    list_display = ("slug", "municipality", "title_ar", "title_fr", "status", "starts_on", "ends_on")
    list_display_links = ("slug", "municipality")
    list_filter = ("status", ("municipality", ScopedRelatedFilter))
    list_select_related = ("municipality",)
    search_fields = ("slug", "title_ar", "title_fr", "municipality__search_text")
    autocomplete_fields = ("municipality",)
    readonly_fields = ("status", "origin_name", "created_at", "updated_at")
    fieldsets = (
        (
            None,
            {"fields": ("municipality", "slug", "title_ar", "title_fr", ("starts_on", "ends_on"), "status")},
        ),
        (
            _("What it says of itself"),
            {"fields": (("summary_ar", "summary_fr"), ("focal_point_ar", "focal_point_fr"))},
        ),
        (_("Origin"), {"fields": ("origin_name", "created_at", "updated_at")}),
    )

    def get_readonly_fields(self, request: HttpRequest, obj: ActionPlan | None = None) -> tuple[str, ...]:
        """The short name is in the public address: it stands still while the plan is public."""
        readonly = super().get_readonly_fields(request, obj)
        return (*readonly, "slug") if obj and obj.is_public else readonly

    def view_on_site(self, plan: ActionPlan) -> str:
        where = {"slug": plan.municipality.slug, "plan": plan.slug}
        return reverse("plan" if plan.is_public else "plan-preview", kwargs=where)

    def touch(self, obj: ActionPlan) -> None:
        obj.save(update_fields=["updated_at"])


class StatedSelect(forms.NullBooleanSelect):
    """Yes, no or not stated: nobody needs to know that it is "unknown"."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs)
        self.choices = [("unknown", _("Not stated")), ("true", _("Yes")), ("false", _("No"))]


class IndicatorInline(ScopedStackedInline):
    model = Indicator
    fields = (
        "position",
        ("title_ar", "title_fr"),
        ("unit_ar", "unit_fr"),
        ("baseline", "baseline_on"),
        ("target", "target_on"),
    )


class ActivityInline(ScopedStackedInline):
    model = Activity
    fields = (("position", "percent", "precision"), "title_ar", "title_fr", ("starts_on", "ends_on"))


@admin.register(Project)
class ProjectAdmin(ExchangeAdmin):
    municipality_path = "plan__municipality"
    fixed_fields = ("plan",)
    resource_classes = (ProjectResource,)
    inlines = (IndicatorInline, ActivityInline)
    list_display = ("number", "title", "plan", "axis", "amount")
    list_display_links = ("number", "title")
    list_filter = ("plan__status", ("plan__municipality", ScopedRelatedFilter), *Project.PRINCIPLES)
    list_select_related = ("plan__municipality", "axis")
    search_fields = ("title_ar", "title_fr", "problem_ar", "problem_fr", "plan__municipality__search_text")
    autocomplete_fields = ("plan",)
    formfield_overrides = {models.BooleanField: {"widget": StatedSelect}}
    fieldsets = (
        (None, {"fields": ("plan", "number", "axis", "title_ar", "title_fr")}),
        (
            _("Problem, solution, results"),
            {
                "fields": (
                    ("problem_ar", "problem_fr"),
                    ("solution_ar", "solution_fr"),
                    ("results_ar", "results_fr"),
                )
            },
        ),
        (_("Principles"), {"fields": (Project.PRINCIPLES,)}),
        (
            _("Questions"),
            {
                "fields": (
                    ("question_1_label_ar", "question_1_label_fr", "question_1"),
                    ("question_2_label_ar", "question_2_label_fr", "question_2"),
                )
            },
        ),
        (
            _("Money"),
            {"fields": (("amount", "amount_printed"), ("funding_source_ar", "funding_source_fr"))},
        ),
        (
            _("Bodies and completion"),
            {"fields": (("responsible_ar", "responsible_fr"), ("partners_ar", "partners_fr"), "completion")},
        ),
        (_("As printed"), {"fields": (("printed_progress", "printed_comment_count"), "source_note")}),
    )

    def get_fieldsets(self, request: HttpRequest, obj: Project | None = None) -> Any:
        """A new project has no plan yet, so no axes to choose from: they come after the first save."""
        (name, first), *others = super().get_fieldsets(request, obj)
        fields = first["fields"] if obj else [field for field in first["fields"] if field != "axis"]
        return [(name, {**first, "fields": fields}), *others]

    def get_form(self, request: HttpRequest, obj: Project | None = None, **kwargs: Any) -> Any:
        form = super().get_form(request, obj, **kwargs)
        if obj and "axis" in form.base_fields:
            axis: Any = form.base_fields["axis"]
            axis.queryset = obj.plan.axes.all()
        return form

    @admin.display(description=_("title"), ordering="title_ar")
    def title(self, project: Project) -> str:
        return original(project, "title")

    def touch(self, obj: Project) -> None:
        obj.plan.save(update_fields=["updated_at"])
        # Who did it stands in the journal.
        keep_public_version(project=obj, actor=None, reason=gettext("Changed in the administration."))
