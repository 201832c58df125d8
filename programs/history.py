"""What the journal tells of one program."""

from __future__ import annotations

from collections.abc import Collection

from django.db import models
from django.db.models import Q

from portal.audit.about import about
from portal.audit.about import last_editor as last_editor_of
from portal.audit.models import Entry
from programs.models import (
    DelayRule,
    Envelope,
    ExpectedDocument,
    Phase,
    Program,
    ProjectCard,
    ScheduleStep,
    SupportingDocument,
    Task,
)

REMOVALS = ("phase.removed", "task.removed")
MADE_BY_THE_PORTAL = "evidence.made"
"""What publishing may attach: whoever publishes changes nothing of the program by it."""


def entries_of(program: Program) -> models.QuerySet[Entry]:
    """The entries about a program and everything that is or was part of it, the newest first.

    Of what was removed the journal itself tells to which program it belonged.
    """
    own = Entry.objects.filter(municipality=program.municipality)
    wanted = about(_parts(program))
    removed = own.filter(action__in=REMOVALS, changes__program__0=program.year).order_by()
    for model in (Phase, Task):
        label = model._meta.label_lower
        gone = removed.filter(object_type=label).values("object_id")
        wanted |= Q(object_type=label, object_id__in=gone)
    return own.filter(wanted)


def last_editor(program: Program, *, steps: Collection[str]) -> int | None:
    """The key of whoever changed the program or a part of it last; ``steps`` are acts that change nothing."""
    return last_editor_of(
        municipality=program.municipality,
        entries=entries_of(program),
        parts=_parts(program),
        steps=[*steps, MADE_BY_THE_PORTAL],
    )


def _parts(program: Program) -> dict[type[models.Model], Q]:
    """The models of a program and its parts, each with the condition that tells its rows."""
    return {
        Program: Q(pk=program.pk),
        Phase: Q(program=program),
        Task: Q(phase__program=program),
        ExpectedDocument: Q(task__phase__program=program),
        SupportingDocument: Q(expected_document__task__phase__program=program),
        DelayRule: Q(program=program),
        ProjectCard: Q(program=program),
        ScheduleStep: Q(card__program=program),
        Envelope: Q(program=program),
    }
