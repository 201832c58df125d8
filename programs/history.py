"""What the journal tells of one program."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.db.models.functions import Cast

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


def entries_of(program: Program) -> models.QuerySet[Entry]:
    """The entries about a program and everything that is or was part of it, the newest first.

    Of what was removed the journal itself tells to which program it belonged.
    """
    own = Entry.objects.filter(municipality=program.municipality)
    parts: dict[type[models.Model], Q] = {
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
    wanted = Q()
    for model, condition in parts.items():
        wanted |= Q(object_type=model._meta.label_lower, object_id__in=_keys(model, condition))
    removed = own.filter(action__in=REMOVALS, changes__program__0=program.year).order_by()
    for model in (Phase, Task):
        label = model._meta.label_lower
        gone = removed.filter(object_type=label).values("object_id")
        wanted |= Q(object_type=label, object_id__in=gone)
    return own.filter(wanted)


def _keys(model: type[models.Model], condition: Q) -> models.QuerySet:
    rows = model._default_manager.filter(condition).order_by()
    return rows.annotate(key=Cast("pk", models.CharField())).values("key")
