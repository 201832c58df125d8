"""What a plan shows and what it lacks before it is made public. Nothing of it forbids the publishing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from consultations.models import ActionPlan, CommitteeMember, Project, Stage, StageFile
from portal.bilingual import Localized
from portal.meetings.models import Meeting


@dataclass(frozen=True, slots=True)
class Gap:
    """Something that a plan lacks, and the rows that lack it; none where it is the plan itself."""

    label: str | Promise
    page: str
    """The route of the desk where it is filled in."""
    rows: list[Localized]


@dataclass(frozen=True, slots=True)
class Readiness:
    """What everybody will read of a plan, and what is not there yet."""

    stages: int
    axes: int
    projects: int
    members: int
    named: int
    """Members of the committee whose names will be public."""
    documents: int
    internal_documents: int
    meetings: int
    gaps: list[Gap]


def readiness(plan: ActionPlan) -> Readiness:
    """Go through a plan as its staff sees it."""
    stages = list(Stage.objects.filter(plan=plan).order_by("position"))
    projects = list(
        Project.objects.filter(plan=plan).annotate(activity_count=Count("activities")).order_by("number")
    )
    members = list(CommitteeMember.objects.filter(plan=plan))
    shown = StageFile.objects.filter(stage__plan=plan).values_list("is_public", flat=True)
    meetings = list(Meeting.objects.filter(plan_stages__plan=plan).distinct().order_by("date", "pk"))
    gaps = [*_of_plan(plan), *_of_stages(stages, meetings), *_of_projects(projects)]
    if not members:
        gaps.append(Gap(_("No follow-up committee"), "staff-plan-committee", []))
    documents = list(shown)
    return Readiness(
        stages=len(stages),
        axes=plan.axes.count(),
        projects=len(projects),
        members=len(members),
        named=sum(member.is_named for member in members),
        documents=documents.count(True),
        internal_documents=documents.count(False),
        meetings=sum(meeting.is_public for meeting in meetings),
        gaps=gaps,
    )


def _of_plan(plan: ActionPlan) -> list[Gap]:
    lacks = (
        (not plan.title_ar, _("No title in Arabic")),
        (not plan.title_fr, _("No title in French")),
        (not plan.summary, _("No summary")),
        (not (plan.starts_on and plan.ends_on), _("No period")),
        (not plan.focal_point, _("No focal point")),
    )
    return [Gap(label, "staff-plan", []) for is_lacking, label in lacks if is_lacking]


def _of_stages(stages: list[Stage], meetings: list[Meeting]) -> list[Gap]:
    page = "staff-plan-stages"
    if not stages:
        return [Gap(_("No stages"), page, [])]
    undated = [stage.title for stage in stages if not (stage.starts_on or stage.ends_on)]
    unstated = [stage.title for stage in stages if not stage.state]
    hidden = [meeting.title for meeting in meetings if not meeting.is_public]
    found = [
        Gap(_("Stages without dates"), page, undated),
        Gap(_("Stages without a state"), page, unstated),
        Gap(_("Meetings that are not public themselves: nobody will see them here"), page, hidden),
    ]
    found = [gap for gap in found if gap.rows]
    if not any(stage.state == Stage.State.CURRENT for stage in stages):
        found.append(Gap(_("No current stage"), page, []))
    return found


def _of_projects(projects: Sequence[Project]) -> list[Gap]:
    page = "staff-projects"
    if not projects:
        return [Gap(_("No project"), page, [])]
    found = [
        Gap(_("Projects without an axis"), page, [row.title for row in projects if row.axis_id is None]),
        Gap(
            _("Projects without activities"),
            page,
            [row.title for row in projects if not getattr(row, "activity_count", 0)],
        ),
    ]
    return [gap for gap in found if gap.rows]
