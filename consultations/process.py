"""What a new plan begins with: the Moroccan process of openness, or what the former plan had."""

from __future__ import annotations

from dataclasses import dataclass

from consultations.models import ActionPlan


@dataclass(frozen=True, slots=True)
class StageLine:
    """A stage (level 1) or a step of one (level 2), in both languages as far as they are known."""

    level: int
    title_ar: str
    title_fr: str


@dataclass(frozen=True, slots=True)
class AxisLine:
    title_ar: str
    title_fr: str


@dataclass(frozen=True, slots=True)
class Outline:
    """The lines of a plan that say nothing of when, by whom or how far."""

    stages: tuple[StageLine, ...] = ()
    axes: tuple[AxisLine, ...] = ()


EMPTY = Outline()
MOROCCAN_PROCESS = Outline(
    stages=(
        StageLine(1, "الإعداد المشترك", "Élaboration conjointe"),
        StageLine(2, "لائحة المحاور", "Liste des axes"),
        StageLine(2, "ورشات الإعداد المشترك / اطرح فكرتك", "Ateliers de co-création / Proposez votre idée"),
        StageLine(
            2,
            "طرح مشروع برنامج العمل للتشاور (ورشة تشاورية/تشاور رقمي) تشاور عمومي",
            "Consultation publique sur le projet de programme (atelier ou en ligne)",
        ),
        StageLine(
            2,
            "المصادقة على برنامج عمل الانفتاح من طرف المجلس",
            "Adoption du programme d’action par le conseil",
        ),
        StageLine(1, "التنفيذ المشترك", "Mise en œuvre conjointe"),
        StageLine(1, "التتبع والتقييم المشترك", "Suivi et évaluation conjoints"),
    )
)
"""The three stages of the communes' open-government programs, in the Arabic of the State's project sheet."""


def outline_of(plan: ActionPlan) -> Outline:
    """The stages and axes of a plan, without dates, states, meetings or documents."""
    stages = plan.stages.order_by("position").values_list("level", "title_ar", "title_fr")
    axes = plan.axes.order_by("number").values_list("title_ar", "title_fr")
    return Outline(tuple(StageLine(*row) for row in stages), tuple(AxisLine(*row) for row in axes))
