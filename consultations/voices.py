"""Whose contributions changed a project: those whose official answer points at a version of it."""

from __future__ import annotations

from dataclasses import dataclass

from consultations.models import Contribution, Project
from consultations.subjects.plans import version_of
from consultations.talk import talk_address

MOST_NAMED = 3


@dataclass(frozen=True, slots=True)
class Voice:
    """A contribution by its reference, and where it is read."""

    reference: str
    address: str


def voices_behind(project: Project, version: int) -> list[Voice]:
    """The first published contributions whose published answer says that this version came of them."""
    plan = project.plan
    contributions = (
        Contribution.objects.of(plan.municipality)
        .published()
        .filter(
            answer__status="published",
            answer__outcome__key=version_of(plan, project, version).key,
            answer__outcome__kwargs__plan=plan.slug,
        )
        .select_related("consultation__municipality")
        .order_by("consultation__number", "number")
    )
    return [Voice(row.reference, talk_address(row)) for row in contributions[:MOST_NAMED]]
