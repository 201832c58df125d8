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

    def for_plan_page(self) -> ActionPlanQuerySet:
        """With stages, axes, projects and what their progress is derived from."""
        from consultations.models import Activity, Project

        activities = Activity.objects.order_by("position", "pk")
        projects = Project.objects.prefetch_related(Prefetch("activities", activities)).order_by("number")
        return self.prefetch_related("stages", "axes", Prefetch("projects", projects))


class ProjectQuerySet(models.QuerySet):
    def for_project_page(self) -> ProjectQuerySet:
        """With its plan's stages and its own axis, indicators and activities."""
        return self.select_related("axis").prefetch_related("plan__stages", "indicators", "activities")
