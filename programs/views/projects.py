"""The public pages of a program's projects: cards, resources, needs, provisional calendar."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from portal.freshness import fresh_page
from portal.municipalities.models import Municipality
from programs.cards import (
    changes_of,
    difference_rows,
    draft_and_final,
    facts_of,
    public_versions,
    reasons_between,
    version_rows,
)
from programs.models import CardStage, CardVersion, Category, Envelope, Need, Program, ProjectCard
from programs.money import read_money
from programs.needs import needs_for, years_waited
from programs.schedule import read_schedule
from programs.tabs import program_tabs
from programs.views.lookup import program_of

STAGES = (CardStage.IN_PROGRAM, CardStage.UPDATED, CardStage.PRELIMINARY, CardStage.LEFT_OUT)
"""What the public can look for, the surest first."""


@dataclass(frozen=True, slots=True)
class Filters:
    """What of the projects a reader wants to see; what cannot be meant is as if it were not there."""

    zone: int | None = None
    category: str = ""
    stage: str = ""

    def __bool__(self) -> bool:
        return bool(self.zone or self.category or self.stage)

    def keep(self, cards: Iterable[ProjectCard]) -> list[ProjectCard]:
        return [
            card
            for card in cards
            if (not self.zone or (card.zone and card.zone.number == self.zone))
            and self.category in ("", card.category)
            and self.stage in ("", card.stage)
        ]


def filters_of(query: Any) -> Filters:
    zone = query.get("zone", "")
    category, stage = query.get("category", ""), query.get("stage", "")
    return Filters(
        zone=int(zone) if zone.isdecimal() and len(zone) < 6 else None,
        category=category if category in Category else "",
        stage=stage if stage in CardStage else "",
    )


@fresh_page
def project_list(request: HttpRequest, municipality: Municipality, year: int) -> HttpResponse:
    """The projects of a public program, by zone, category and stage; and what the draft became."""
    program = _published(municipality, year)
    cards = _cards(program)
    filters = filters_of(request.GET)
    found = filters.keep(cards)
    context = _context(municipality, program, "program-projects") | {
        "cards": found,
        "all_count": len(cards),
        "cost": _cost(found),
        "left_out": sum(card.stage == CardStage.LEFT_OUT for card in found),
        "filters": filters,
        "zones": list(municipality.zones.order_by("number")),
        "categories": Category.choices,
        "stages": [(stage.value, stage.label) for stage in STAGES],
        "changes": changes_of(cards, municipality),
    }
    return render(request, "programs/projects.html", context)


@fresh_page
def project_page(request: HttpRequest, municipality: Municipality, year: int, number: int) -> HttpResponse:
    """A project: its card, or an earlier version of it, and what changed."""
    program = _published(municipality, year)
    card = ProjectCard.objects.of(program).published().for_list_page().filter(number=number).first()
    if card is None:
        raise Http404
    card.program = program
    versions = public_versions(card.listed_versions)
    if not versions:
        raise Http404
    shown = _asked_version(request, versions)
    pair = _compared(versions, shown)
    context = _context(municipality, program, "program-projects") | {
        "card": card,
        "facts": facts_of(shown.content, municipality),
        "shown": shown,
        "is_newest": shown is versions[-1],
        "versions": version_rows(versions, municipality),
        "compared": pair,
        "differences": difference_rows(pair[0].content, pair[1].content, municipality) if pair else [],
        "reasons": reasons_between(versions, *pair) if pair else [],
        "needs": [
            (need, years_waited(need.asked_in, program.year))
            for need in Need.objects.filter(card=card).order_by("asked_in", "number")
        ],
    }
    return render(request, "programs/project.html", context)


@fresh_page
def money_page(request: HttpRequest, municipality: Municipality, year: int) -> HttpResponse:
    """The resources of a public program, how they are shared, and the zones' needs beside their shares."""
    program = _published(municipality, year)
    envelope = Envelope.objects.filter(program=program).first()
    cards = [card for card in _cards(program) if card.stage != CardStage.LEFT_OUT]
    context = _context(municipality, program, "program-money") | {"cards": cards}
    if envelope:
        envelope.program = program
        context["envelope"] = envelope
        context["money"] = read_money(
            envelope,
            zones=list(municipality.zones.order_by("number")),
            cards=cards,
            infrastructure=program.infrastructure.order_by("zone__number", "network"),
        )
    return render(request, "programs/money.html", context)


@fresh_page
def needs_page(request: HttpRequest, municipality: Municipality, year: int) -> HttpResponse:
    """What residents asked for before the program's year and what became of it."""
    program = _published(municipality, year)
    context = _context(municipality, program, "program-needs") | {"needs": needs_for(program, public=True)}
    return render(request, "programs/needs.html", context)


@fresh_page
def schedule_page(request: HttpRequest, municipality: Municipality, year: int) -> HttpResponse:
    """The provisional calendar of new and continuing projects, and the follow-up of their execution."""
    program = _published(municipality, year)
    today = municipality.today()
    cards = ProjectCard.objects.of(program).published().kept().for_schedule_page()
    context = _context(municipality, program, "program-schedule") | {
        "schedule": read_schedule(cards, municipality, today),
        "today": today,
    }
    return render(request, "programs/schedule.html", context)


# What the pages share


def _published(municipality: Municipality, year: int) -> Program:
    return program_of(municipality, year, Program.objects.published())


def _cards(program: Program) -> list[ProjectCard]:
    cards = list(ProjectCard.objects.of(program).published().for_list_page())
    for card in cards:
        card.program = program
    return cards


def _context(municipality: Municipality, program: Program, current: str) -> dict[str, Any]:
    return {
        "municipality": municipality,
        "program": program,
        "heading": _("Annual participatory investment program %(year)s") % {"year": program.year},
        "tabs": program_tabs(municipality, program.year, current),
        "section": "programs",
    }


def _cost(cards: Iterable[ProjectCard]) -> Decimal | None:
    """What the projects cost together, without those not retained; ``None`` while any has no cost."""
    costs = [card.cost for card in cards if card.stage != CardStage.LEFT_OUT]
    if not costs or None in costs:
        return None
    return sum((cost for cost in costs if cost is not None), Decimal(0))


def _asked_version(request: HttpRequest, versions: list[CardVersion]) -> CardVersion:
    """The version that the address names; the newest where it names none. Raises ``Http404``."""
    asked = request.GET.get("version", "")
    if not asked:
        return versions[-1]
    version = next((row for row in versions if str(row.number) == asked), None)
    if version is None:
        raise Http404
    return version


def _compared(versions: list[CardVersion], shown: CardVersion) -> tuple[CardVersion, CardVersion] | None:
    """The draft and the program where the newest version is in it; else a version and the one before."""
    if shown is versions[-1] and (pair := draft_and_final(versions)):
        return pair
    place = versions.index(shown)
    return (versions[place - 1], shown) if place else None
