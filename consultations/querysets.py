"""Questions over plans and projects, named after the pages that ask them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Prefetch

if TYPE_CHECKING:
    from portal.municipalities.models import Municipality


class ActionPlanQuerySet(models.QuerySet):
    def published(self) -> ActionPlanQuerySet:
        """What the public may see, said once."""
        from consultations.models import PlanStatus

        return self.filter(status=PlanStatus.PUBLISHED)

    def of(self, municipality: Municipality) -> ActionPlanQuerySet:
        return self.filter(municipality=municipality)

    def for_municipality_page(self) -> ActionPlanQuerySet:
        """With the number of its projects."""
        return self.annotate(project_count=models.Count("projects")).order_by("slug")

    def for_list_page(self) -> ActionPlanQuerySet:
        """The latest first, with their municipalities and the number of their projects."""
        latest_first = models.F("starts_on").desc(nulls_last=True)
        return (
            self.select_related("municipality")
            .annotate(project_count=models.Count("projects"))
            .order_by(latest_first, "municipality__slug", "slug")
        )

    def for_plan_page(self) -> ActionPlanQuerySet:
        """With stages, axes, projects and what their progress is derived from."""
        from consultations.models import Activity, Axis, Project, Stage

        activities = Activity.objects.order_by("position", "pk")
        projects = Project.objects.only("plan", "axis", "number", "title_ar", "title_fr", "printed_progress")
        projects = projects.prefetch_related(Prefetch("activities", activities)).order_by("number")
        return self.defer("imported").prefetch_related(
            Prefetch("stages", Stage.objects.order_by("position")),
            Prefetch("axes", Axis.objects.order_by("number")),
            Prefetch("projects", projects),
        )


class ProjectQuerySet(models.QuerySet):
    def for_project_page(self) -> ProjectQuerySet:
        """With its plan and the plan's stages, and its own axis, indicators and activities."""
        from consultations.models import Activity, Indicator, Stage

        whole = self.select_related("axis", "plan").defer("imported", "plan__imported")
        return whole.prefetch_related(
            Prefetch("plan__stages", Stage.objects.order_by("position")),
            Prefetch("indicators", Indicator.objects.order_by("position", "pk")),
            Prefetch("activities", Activity.objects.order_by("position", "pk")),
        )
