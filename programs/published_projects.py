"""The projects and the resources of a program as the register of publications keeps them.

Made of rows once, shown from what was kept ever after; nothing in it depends on the day or the reader.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from programs.cards import CardFacts, Content, content_of, shown, zone_name
from programs.models import CardStage, Envelope, Program, ProjectCard, amounts_of
from programs.sums import written


def projects_content(program: Program) -> Content:
    """What the public reads of a program's projects and resources, to be part of the program's content."""
    cards = ProjectCard.objects.of(program).published().select_related("zone").order_by("number")
    envelope = Envelope.objects.filter(program=program).first()
    return {
        "currency": program.municipality.currency,
        "resources": _resources(envelope, program) if envelope else None,
        "projects": [_project(card) for card in cards],
    }


def _project(card: ProjectCard) -> Content:
    return {"number": card.number, "stage": card.stage, **content_of(card)}


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
    }


def _shares(resources: Content) -> dict[str, Any]:
    return {
        "total": Decimal(resources["total"]),
        "categories": [
            (shown("category", name), Decimal(amount)) for name, amount in resources["by_category"].items()
        ],
        "zones": [(zone_name(zone), Decimal(zone["amount"])) for zone in resources["by_zone"]],
    }
