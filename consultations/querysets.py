"""Questions over plans and projects, named after the pages that ask them."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Prefetch
from django.db.models.functions import Coalesce

from portal.meetings.models import Meeting

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
        """With stages, committee, axes, projects, and what their progress and standing are derived from.

        Of the stages only what the public may see: public meetings as ``public_meetings``, public
        documents as ``public_files``. A project knows the number of its latest version.
        """
        from consultations.models import Activity, Axis, CommitteeMember, Project

        activities = Activity.objects.order_by("position", "pk")
        projects = Project.objects.only(
            "plan", "axis", "number", "title_ar", "title_fr", "printed_progress", "step"
        ).annotate(latest_version=models.Max("versions__number"))
        projects = projects.prefetch_related(Prefetch("activities", activities)).order_by("number")
        return self.defer("imported").prefetch_related(
            Prefetch("stages", _stages_with_what_is_public()),
            Prefetch("committee", CommitteeMember.objects.order_by("position", "pk")),
            Prefetch("axes", Axis.objects.order_by("number")),
            Prefetch("projects", projects),
        )

    def for_desk_page(self, today: datetime.date) -> ActionPlanQuerySet:
        """The latest first, with the number of projects, and of what waits for somebody, as of ``today``."""
        from consultations.models import Activity, Project, Stage

        latest_first = models.F("starts_on").desc(nulls_last=True)
        return (
            self.defer("imported")
            .annotate(
                project_count=_count(Project.objects.filter(plan=models.OuterRef("pk")), "plan"),
                overdue_count=_count(
                    Activity.objects.filter(_is_overdue(today), project__plan=models.OuterRef("pk")),
                    "project__plan",
                ),
                without_axis_count=_count(
                    Project.objects.filter(plan=models.OuterRef("pk"), axis=None), "plan"
                ),
                unstated_count=_count(Stage.objects.filter(plan=models.OuterRef("pk"), state=""), "plan"),
            )
            .prefetch_related(Prefetch("stages", Stage.objects.order_by("position")))
            .order_by(latest_first, "slug")
        )


def _stages_with_what_is_public() -> models.QuerySet:
    from consultations.models import Stage, StageFile

    files = StageFile.objects.filter(is_public=True).order_by("uploaded_at", "pk")
    meetings = Meeting.objects.published().order_by("date", "pk")
    return Stage.objects.order_by("position").prefetch_related(
        Prefetch("meetings", meetings, "public_meetings"), Prefetch("files", files, "public_files")
    )


def _is_overdue(today: datetime.date) -> models.Q:
    """As :func:`consultations.rules.is_overdue` says it of a row: a month is over with its last day."""
    monthly = models.Q(precision="month")
    is_past = (monthly & models.Q(ends_on__lt=today.replace(day=1))) | (
        ~monthly & models.Q(ends_on__lt=today)
    )
    return is_past & models.Q(percent__lt=100)


def _count(rows: models.QuerySet, plan: str) -> models.Func:
    """How many ``rows`` there are of the plan outside; ``plan`` leads from a row to it."""
    counted = rows.order_by().values(plan).annotate(number=models.Count("pk")).values("number")
    return Coalesce(models.Subquery(counted), 0)


class ProjectQuerySet(models.QuerySet):
    def for_project_page(self) -> ProjectQuerySet:
        """With its plan and the plan's stages, its own axis, and all that is stated of it in public.

        Indicators with what was measured, activities with what was stated of them (``listed_updates``) and
        its public files (``listed_files``), and the versions (``kept_versions``), the newest first.
        """
        from consultations.models import Activity, Indicator, Measurement, ProjectVersion, Stage

        measurements = Measurement.objects.order_by("measured_on", "pk")
        indicators = Indicator.objects.order_by("position", "pk").prefetch_related(
            Prefetch("measurements", measurements)
        )
        activities = Activity.objects.order_by("position", "pk").prefetch_related(updates_with_public_files())
        whole = self.select_related("axis", "plan").defer("imported", "plan__imported")
        return whole.prefetch_related(
            Prefetch("plan__stages", Stage.objects.order_by("position")),
            Prefetch("indicators", indicators),
            Prefetch("activities", activities),
            Prefetch("versions", ProjectVersion.objects.order_by("-number"), "kept_versions"),
        )

    def for_desk_list(self) -> ProjectQuerySet:
        """By axis, with what progress, lateness and the suggested completion are derived from."""
        from consultations.models import Activity

        activities = Activity.objects.order_by("position", "pk").prefetch_related(updates_with_public_files())
        return (
            self.select_related("axis")
            .only("plan", "axis", "number", "title_ar", "title_fr", "step", "completion", "printed_progress")
            .annotate(version_count=models.Count("versions"))
            .prefetch_related(Prefetch("activities", activities))
            .order_by(models.F("axis__number").asc(nulls_last=True), "number")
        )


def updates_with_public_files() -> Prefetch:
    """What was stated of activities, the newest first, with the files that everybody may read."""
    return _updates(is_public=True)


def updates_with_all_files() -> Prefetch:
    """The same with internal files too, for the desk."""
    return _updates()


def _updates(**files: bool) -> Prefetch:
    from consultations.models import ActivityUpdate, UpdateFile

    listed = UpdateFile.objects.filter(**files).order_by("uploaded_at", "pk")
    updates = ActivityUpdate.objects.order_by("-pk").prefetch_related(
        Prefetch("files", listed, "listed_files")
    )
    return Prefetch("updates", updates, "listed_updates")
