"""How a program was prepared, as the register of publications keeps it: its cell, diagnosis and needs.

Made of rows once, shown from what was kept ever after: what the public pages show, and nothing that depends
on the day or the reader.
"""

from __future__ import annotations

import datetime
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

from django.db.models import F, Prefetch

from portal.bilingual import Localized, localized, page_language
from portal.editing.cell_fields import written_quantity
from portal.locales import long_date
from portal.municipalities.models import Zone
from programs.cards import Content, zone_name
from programs.diagnosis import BUDGET_COLUMNS
from programs.models import (
    Announcement,
    Approach,
    BudgetLine,
    BudgetSide,
    Category,
    Cell,
    CellMember,
    CellRole,
    Channel,
    Coordination,
    Facility,
    FacilityKind,
    FacilityPhoto,
    FacilityState,
    InfrastructureLine,
    Network,
    Program,
    TaxRecovery,
    Unit,
)
from programs.needs import NeedRow, needs_for
from programs.sums import written

# Made of rows


def preparation_content(program: Program) -> Content:
    """What the public reads of a program's preparation, to be part of the program's content."""
    # Without a date last, whichever way the database sorts them.
    by_date = (F("on").asc(nulls_last=True), "position", "pk")
    announcements = program.announcements.select_related("proof").order_by(*by_date)
    return {
        "cell": _cell(program),
        "announcements": [_announcement(line) for line in announcements],
        "coordination": [_coordination(line) for line in program.coordinations.order_by("on", "pk")],
        "diagnosis": _diagnosis(program),
        "needs": _needs(program),
    }


def pair(row: Any, name: str = "title") -> Content:
    """Both languages of a text."""
    return {f"{name}_ar": getattr(row, f"{name}_ar"), f"{name}_fr": getattr(row, f"{name}_fr")}


def iso(day: datetime.date | None) -> str | None:
    return day.isoformat() if day else None


def _cell(program: Program) -> Content | None:
    members = Prefetch("members", CellMember.objects.order_by("position", "pk"))
    cell = Cell.objects.filter(program=program).prefetch_related(members).first()
    if cell is None:
        return None
    return {
        "decision_number": cell.decision_number,
        "decided_on": iso(cell.decided_on),
        "members": [
            {"name": member.name, "office": member.office, "role": member.role}
            for member in cell.members.all()
        ],
    }


def _announcement(line: Announcement) -> Content:
    proof = line.proof
    # A file that another has replaced is no longer shown to the public.
    is_shown = proof is not None and proof.is_public and proof.replaced_by_id is None
    return {
        "is_to_staff": line.is_to_staff,
        "channel": line.channel,
        "on": iso(line.on),
        "until": iso(line.until),
        **pair(line, "text"),
        "proof": {"name": proof.name, "sha256": proof.sha256} if proof and is_shown else None,
        "has_internal_proof": proof is not None and not is_shown,
    }


def _coordination(line: Coordination) -> Content:
    return {
        **pair(line, "operator"),
        "approach": line.approach,
        "on": iso(line.on),
        "reference": line.reference,
        "answered_on": iso(line.answered_on),
        **pair(line, "plans"),
    }


def _diagnosis(program: Program) -> Content:
    photos = Prefetch("photos", FacilityPhoto.objects.filter(is_public=True).order_by("pk"), "public_photos")
    facilities = program.facilities.select_related("zone").prefetch_related(photos)
    infrastructure = program.infrastructure.select_related("zone")
    return {
        "infrastructure": [_network(line) for line in infrastructure.order_by("network", "zone__number")],
        "facilities": [_facility(facility) for facility in facilities.order_by("number")],
        "budget": [_budget_line(line) for line in program.budget.order_by("-side", "number")],
        "recovery": [_recovery(row) for row in program.recoveries.order_by("year")],
    }


def _zone(zone: Zone | None) -> Content | None:
    return {"number": zone.number, **pair(zone, "name")} if zone else None


def _network(line: InfrastructureLine) -> Content:
    return {
        "zone": _zone(line.zone),
        "network": line.network,
        "unit": line.unit,
        "total": f"{line.total:.2f}",
        "served": f"{line.served:.2f}",
        "note": line.note,
    }


def _facility(facility: Facility) -> Content:
    photos: list[FacilityPhoto] = facility.public_photos  # type: ignore[attr-defined]
    return {
        "number": facility.number,
        **pair(facility),
        "kind": facility.kind,
        "zone": _zone(facility.zone),
        "state": facility.state,
        **pair(facility, "needs"),
        "cost": _amount(facility.cost),
        "photos": [{"name": photo.name, "sha256": photo.sha256} for photo in photos],
    }


def _budget_line(line: BudgetLine) -> Content:
    amounts = {column: _amount(getattr(line, column)) for column in BUDGET_COLUMNS}
    return {"side": line.side, "number": line.number, **pair(line), **amounts}


def _recovery(row: TaxRecovery) -> Content:
    return {"year": row.year, "due": written(row.due), "collected": written(row.collected)}


def _amount(amount: Decimal | None) -> str | None:
    return None if amount is None else written(amount)


def _needs(program: Program) -> Content:
    found = needs_for(program, public=True)
    return {
        "waiting": [_need(row) for row in found.waiting],
        "answered": [_need(row) for row in found.answered],
        "dropped": [_need(row) for row in found.dropped],
    }


def _need(row: NeedRow) -> Content:
    need = row.need
    return {
        **pair(need),
        "category": need.category,
        "zone": _zone(need.zone),
        "street": need.street,
        "asked_in": need.asked_in,
        "where_asked": need.where_asked,
        "project": row.card.number if row.card else None,
        "reason": need.dropped_because,
    }


# Shown from what was kept


def preparation_context(content: Content, country: str) -> dict[str, Any]:
    """What ``programs/published_preparation.html`` needs; an older content holds nothing of it."""
    shown = _Shown(country, page_language())
    diagnosis = content.get("diagnosis") or {}
    needs = content.get("needs") or {}
    return {
        "cell": shown.cell(content.get("cell")),
        "announcements": [shown.announcement(line) for line in content.get("announcements", [])],
        "operators": [shown.operator(line) for line in content.get("coordination", [])],
        "networks": [_shown_network(line) for line in diagnosis.get("infrastructure", [])],
        "facilities": [_shown_facility(line) for line in diagnosis.get("facilities", [])],
        "budget": [_shown_budget(line) for line in diagnosis.get("budget", [])],
        "budget_years": [content["year"] - 2, content["year"] - 1, content["year"]],
        "recoveries": [
            {name: value if name == "year" else Decimal(value) for name, value in row.items()}
            for row in diagnosis.get("recovery", [])
        ],
        "needs": [_shown_need(need) for kind in needs.values() for need in kind],
    }


class _Shown:
    """Puts what holds dates into the words of a country and a language."""

    def __init__(self, country: str, language: str) -> None:
        self.country, self.language = country, language

    def date(self, text: str | None) -> str:
        return long_date(datetime.date.fromisoformat(text), self.country, self.language) if text else ""

    def cell(self, content: Content | None) -> dict[str, Any] | None:
        if content is None:
            return None
        members = [member | {"role": CellRole(member["role"]).label} for member in content["members"]]
        return content | {"decided_on": self.date(content["decided_on"]), "members": members}

    def announcement(self, content: Content) -> dict[str, Any]:
        return content | {
            "channel": Channel(content["channel"]).label,
            "on": self.date(content["on"]),
            "until": self.date(content["until"]),
            "text": _text(content, "text"),
        }

    def operator(self, content: Content) -> dict[str, Any]:
        return content | {
            "operator": _text(content, "operator"),
            "approach": Approach(content["approach"]).label,
            "on": self.date(content["on"]),
            "answered_on": self.date(content["answered_on"]),
            "plans": _text(content, "plans"),
        }


def _text(content: Content, name: str = "title") -> Localized:
    return localized(SimpleNamespace(**content), name)


def _shown_network(content: Content) -> dict[str, Any]:
    return {
        "zone": zone_name(content["zone"]),
        "network": Network(content["network"]).label,
        "unit": Unit(content["unit"]).label,
        "total": written_quantity(Decimal(content["total"])),
        "served": written_quantity(Decimal(content["served"])),
        "note": content["note"],
    }


def _shown_facility(content: Content) -> dict[str, Any]:
    return content | {
        "title": _text(content),
        "kind": FacilityKind(content["kind"]).label,
        "zone": zone_name(content["zone"]),
        "state": FacilityState(content["state"]).label,
        "needs": _text(content, "needs"),
        "cost": _decimal(content["cost"]),
    }


def _shown_budget(content: Content) -> dict[str, Any]:
    return {
        "side": BudgetSide(content["side"]).label,
        "title": _text(content),
        "amounts": [_decimal(content[column]) for column in BUDGET_COLUMNS],
    }


def _decimal(amount: str | None) -> Decimal | None:
    return None if amount is None else Decimal(amount)


def _shown_need(content: Content) -> dict[str, Any]:
    return content | {
        "title": _text(content),
        "category": Category(content["category"]).label,
        "zone": zone_name(content["zone"]),
    }
