"""The projects and the resources of a program as the register of publications keeps them.

Made of rows once, shown from what was kept ever after; nothing in it depends on the day or the reader.
"""

from __future__ import annotations

import datetime
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

from portal.bilingual import localized, page_language
from portal.locales import long_date
from programs.cards import CardFacts, Content, content_of, period_in_months, shown, zone_name
from programs.models import (
    CardStage,
    Envelope,
    ExecutionUpdate,
    Program,
    ProjectCard,
    ScheduleStep,
    amounts_of,
)
from programs.published_preparation import iso, pair
from programs.sums import written


def projects_content(program: Program) -> Content:
    """What the public reads of a program's projects and resources, to be part of the program's content."""
    cards = ProjectCard.objects.of(program).published().for_schedule_page()
    envelope = Envelope.objects.filter(program=program).first()
    return {
        "currency": program.municipality.currency,
        "resources": _resources(envelope, program) if envelope else None,
        "projects": [_project(card) for card in cards],
    }


def _project(card: ProjectCard) -> Content:
    return {"number": card.number, "stage": card.stage, **content_of(card), **_execution(card)}


def _execution(card: ProjectCard) -> Content:
    """Its provisional calendar and the last record of its progress; nothing of what was not retained."""
    is_kept = card.stage != CardStage.LEFT_OUT
    return {
        "steps": [_step(step) for step in card.listed_steps if is_kept],
        "progress": _progress(card.listed_updates[-1]) if card.listed_updates and is_kept else None,
    }


def _step(step: ScheduleStep) -> Content:
    return {
        **pair(step),
        "starts_on": iso(step.starts_on),
        "ends_on": iso(step.ends_on),
        "percent": step.percent,
    }


def _progress(update: ExecutionUpdate) -> Content:
    return {"on": iso(update.on), "percent": update.percent, "note": update.note}


def _resources(envelope: Envelope, program: Program) -> Content:
    by_zone = amounts_of(envelope.by_zone)
    zones = program.municipality.zones.order_by("number")
    return {
        "total": written(envelope.total),
        "by_category": dict(envelope.by_category),
        "by_zone": [
            {
                "number": zone.number,
                "name_ar": zone.name_ar,
                "name_fr": zone.name_fr,
                "amount": written(by_zone[str(zone.pk)]),
            }
            for zone in zones
            if str(zone.pk) in by_zone
        ],
        "rule_ar": envelope.rule_ar,
        "rule_fr": envelope.rule_fr,
        "decided_on": envelope.decided_on.isoformat() if envelope.decided_on else None,
        "deliberation": envelope.deliberation,
    }


def projects_context(content: Content, country: str) -> dict[str, Any]:
    """What ``programs/published_projects.html`` needs to show a content as it was."""
    resources = content.get("resources")
    return {
        "projects": [_row(project, country) for project in content.get("projects", [])],
        "resources": _shares(resources) if resources else None,
        "currency": content.get("currency", ""),
    }


def _row(project: Content, country: str) -> dict[str, Any]:
    return {
        "number": project["number"],
        "stage": str(CardStage(project["stage"]).label),
        "facts": CardFacts(project, country),
        "steps": [_shown_step(step, country) for step in project.get("steps", [])],
        "progress": _shown_progress(project.get("progress"), country),
    }


def _shown_step(step: Content, country: str) -> dict[str, Any]:
    starts, ends = (datetime.date.fromisoformat(step[name]) for name in ("starts_on", "ends_on"))
    title = localized(SimpleNamespace(**step), "title")
    return {
        "title": title,
        "period": period_in_months(starts, ends, country),
        "percent": step["percent"],
    }


def _shown_progress(progress: Content | None, country: str) -> dict[str, Any] | None:
    if progress is None:
        return None
    day = datetime.date.fromisoformat(progress["on"])
    return progress | {"on": long_date(day, country, page_language())}


def _shares(resources: Content) -> dict[str, Any]:
    return {
        "total": Decimal(resources["total"]),
        "categories": [
            (shown("category", name), Decimal(amount)) for name, amount in resources["by_category"].items()
        ],
        "zones": [(zone_name(zone), Decimal(zone["amount"])) for zone in resources["by_zone"]],
    }
