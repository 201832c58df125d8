"""What the journal tells of one plan."""

from __future__ import annotations

from collections.abc import Collection

from django.db import models
from django.db.models import Q

from consultations.models import (
    ActionPlan,
    Activity,
    ActivityUpdate,
    Axis,
    CommitteeMember,
    Indicator,
    Measurement,
    Project,
    Stage,
    StageFile,
    UpdateFile,
)
from portal.audit.about import about
from portal.audit.about import last_editor as last_editor_of
from portal.audit.models import Entry

VERSION_KEPT = "project.version_kept"
"""Publishing keeps each project as it stands: whoever publishes changes nothing of the plan by it."""


def last_editor(plan: ActionPlan, *, steps: Collection[str]) -> int | None:
    """The key of whoever changed the plan or a part of it last; ``steps`` are acts that change nothing."""
    parts = _parts(plan)
    entries = Entry.objects.filter(about(parts), municipality=plan.municipality)
    steps = [*steps, VERSION_KEPT]
    return last_editor_of(municipality=plan.municipality, entries=entries, parts=parts, steps=steps)


def _parts(plan: ActionPlan) -> dict[type[models.Model], Q]:
    """The models of a plan and its parts, each with the condition that tells its rows."""
    return {
        ActionPlan: Q(pk=plan.pk),
        Stage: Q(plan=plan),
        StageFile: Q(stage__plan=plan),
        Axis: Q(plan=plan),
        CommitteeMember: Q(plan=plan),
        Project: Q(plan=plan),
        Indicator: Q(project__plan=plan),
        Measurement: Q(indicator__project__plan=plan),
        Activity: Q(project__plan=plan),
        ActivityUpdate: Q(activity__project__plan=plan),
        UpdateFile: Q(update__activity__project__plan=plan),
    }
