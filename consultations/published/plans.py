"""A plan as the register of publications keeps it: the same rows always give the same content.

How far the activities are is no part of it: each statement of progress is kept by itself.
"""

from __future__ import annotations

import datetime
from collections import Counter
from types import SimpleNamespace
from typing import Any

from django.db import models
from django.utils.translation import pgettext_lazy

from consultations.models import ActionPlan, CommitteeMember, Project, ProjectStep, Stage, StageFile
from consultations.points import read_points
from consultations.versions import content_of as promises_of
from portal.bilingual import Localized, localized, page_language
from portal.locales import long_date
from portal.meetings.models import Meeting

TEMPLATE = "consultations/published_plan.html"
WITHDRAWAL = "plan.withdrawn"
"""The act after which what was published before is public no more."""
FORMAT = "musharaka-plan-1"
_UNSTATED = pgettext_lazy("state of a stage", "not stated")

Content = dict[str, Any]


def content_of(plan: ActionPlan) -> Content:
    """Everything that is public of a plan, read anew from its rows; nothing of internal documents."""
    row = ActionPlan.objects.select_related("municipality").for_plan_page().get(pk=plan.pk)
    projects = Project.objects.filter(plan=row).select_related("axis").order_by("number")
    return {
        **_head(row),
        "status": "public",
        **_pair(row, "summary"),
        **_pair(row, "focal_point"),
        "starts_on": _iso(row.starts_on),
        "ends_on": _iso(row.ends_on),
        "stages": [_stage(stage) for stage in row.stages.all()],
        "committee": [_member(member) for member in row.committee.all()],
        "axes": [{"number": axis.number, **_pair(axis)} for axis in row.axes.all()],
        "projects": [
            _project(project) for project in projects.annotate(latest=models.Max("versions__number"))
        ],
    }


def withdrawal_of(plan: ActionPlan, reason: str = "") -> Content:
    """What the register keeps when a plan is withdrawn: that it was, and why where somebody said so."""
    return {**_head(plan), "status": "withdrawn", "reason": reason}


def _head(plan: ActionPlan) -> Content:
    town = plan.municipality
    return {
        "format": FORMAT,
        "municipality": {"slug": town.slug, **_pair(town, "name"), "country": town.country},
        "plan": plan.slug,
        **_pair(plan),
    }


def _pair(row: Any, name: str = "title") -> Content:
    return {f"{name}_ar": getattr(row, f"{name}_ar"), f"{name}_fr": getattr(row, f"{name}_fr")}


def _iso(date: datetime.date | None) -> str | None:
    return date.isoformat() if date else None


def _stage(stage: Stage) -> Content:
    public: Any = stage
    return {
        "level": stage.level,
        **_pair(stage),
        "state": stage.state,
        "starts_on": _iso(stage.starts_on),
        "ends_on": _iso(stage.ends_on),
        "meetings": [_meeting(meeting) for meeting in public.public_meetings],
        "files": [_file(file) for file in public.public_files],
    }


def _meeting(meeting: Meeting) -> Content:
    return {"uid": str(meeting.uid), **_pair(meeting), "date": meeting.date.isoformat()}


def _file(file: StageFile) -> Content:
    return {
        **_pair(file, "caption"),
        "name": file.name,
        "size": file.size,
        "content_type": file.content_type,
        "sha256": file.sha256,
    }


def _member(member: CommitteeMember) -> Content:
    """The name only of a person who agreed."""
    return {
        "group": member.group,
        "name": member.name if member.is_named else "",
        **_pair(member, "quality"),
    }


def _project(project: Any) -> Content:
    version = {"number": project.number, "step": project.step, "version": project.latest}
    return {**version, **promises_of(project)}


def page_context(content: Content) -> dict[str, Any]:
    """What :data:`TEMPLATE` needs to show a content as it was; no row of today is asked."""
    is_withdrawal = content["status"] == "withdrawn"
    context = {"title": _text(content), "is_withdrawal": is_withdrawal, "content": content}
    if is_withdrawal:
        return context
    groups = Counter(member["group"] for member in content["committee"])
    return {
        **context,
        "first": _date(content, content["starts_on"]),
        "last": _date(content, content["ends_on"]),
        "summary": _text(content, "summary"),
        "focal_point": _text(content, "focal_point"),
        "stages": [_shown_stage(content, stage) for stage in content["stages"]],
        "groups": [(group.label, groups[group]) for group in CommitteeMember.Group if groups[group]],
        "members": [
            (member["name"], _text(member, "quality")) for member in content["committee"] if member["name"]
        ],
        "axes": [(axis["number"], _text(axis)) for axis in content["axes"]],
        "projects": [_shown_project(project) for project in content["projects"]],
    }


def _text(content: Content, name: str = "title") -> Localized:
    return localized(SimpleNamespace(**content), name)


def _date(content: Content, day: str | None) -> str:
    if not day:
        return ""
    return long_date(datetime.date.fromisoformat(day), content["municipality"]["country"], page_language())


def _shown_stage(content: Content, stage: Content) -> Content:
    days = [_date(content, stage[name]) for name in ("starts_on", "ends_on")]
    meetings = [(_text(row), _date(content, row["date"])) for row in stage["meetings"]]
    return {
        "is_step": stage["level"] > 1,
        "title": _text(stage),
        "state": Stage.State(stage["state"]).label if stage["state"] else _UNSTATED,
        "days": " – ".join(filter(None, days)),
        "meetings": meetings,
        "files": stage["files"],
    }


def _shown_project(project: Content) -> Content:
    solution = _text(project, "solution")
    return {
        "number": project["number"],
        "version": project["version"],
        "title": _text(project),
        "axis": _text(project["axis"]) if project["axis"] else None,
        "step": ProjectStep(project["step"]).label,
        "solution": solution,
        "points": [point.text for point in read_points(solution.text)],
    }
