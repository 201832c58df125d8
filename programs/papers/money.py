"""The resources of a program on paper: how they are shared out, by category and by zone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.http import Http404
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.municipalities.models import Municipality
from portal.papers.orders import Draft, Order, Paper
from programs.cards import Content
from programs.models import CardStage, Envelope, Program, ProjectCard, amounts_of
from programs.money import read_money
from programs.papers.lengths import pages_for
from programs.papers.projects import draft_about, public_program
from programs.published_projects import projects_content

_AROUND, _LINE, _PAGE = 180.0, 6.6, 255.0
"""Millimetres: what stands around the tables, a line of them, what a page holds."""


@dataclass(frozen=True, slots=True)
class Sums:
    """What both breakdowns of an envelope add up to; ``None`` where there is none yet."""

    total: Decimal
    by_category: Decimal | None
    by_zone: Decimal | None

    @property
    def do_agree(self) -> bool:
        """Both are there and equal the resources, to the smallest coin."""
        return self.by_category == self.by_zone == self.total

    @property
    def category_gap(self) -> Decimal:
        """By how much the categories are more than the resources, or less."""
        return Decimal(0) if self.by_category is None else self.by_category - self.total

    @property
    def zone_gap(self) -> Decimal:
        """By how much the zones are more than the resources, or less."""
        return Decimal(0) if self.by_zone is None else self.by_zone - self.total


@dataclass(frozen=True, slots=True)
class NewnessRow:
    """The new projects of a program, or the continuing ones, or all of them."""

    label: str
    projects: int
    cost: Decimal | None
    """Of those whose cost is stated; ``None``: of none."""
    without_cost: int


def sums_of(envelope: Envelope) -> Sums:
    """Add up both breakdowns."""
    return Sums(envelope.total, *(_sum(kept) for kept in (envelope.by_category, envelope.by_zone)))


def _sum(kept: dict[str, str]) -> Decimal | None:
    return sum(amounts_of(kept).values(), Decimal(0)) if kept else None


def newness_rows(cards: Iterable[ProjectCard]) -> list[NewnessRow]:
    """New projects, continuing ones, then all together; nothing where there is no project."""
    cards = list(cards)
    if not cards:
        return []
    return [
        _newness_row(_("New projects"), [card for card in cards if not card.is_continuing]),
        _newness_row(_("Continuing projects"), [card for card in cards if card.is_continuing]),
        _newness_row(_("Total"), cards),
    ]


def _newness_row(label: str, cards: Sequence[ProjectCard]) -> NewnessRow:
    costs = [card.cost for card in cards if card.cost is not None]
    cost = sum(costs, Decimal(0)) if costs or not cards else None
    return NewnessRow(label, len(cards), cost, len(cards) - len(costs))


def money_body_context(
    envelope: Envelope, cards: Sequence[ProjectCard], municipality: Municipality
) -> dict[str, Any]:
    """What ``programs/pdf/money_body.html`` takes, beside ``municipality``.

    Args:
        envelope: knows its program, which knows its municipality.
        cards: the projects that share the resources: none that was not retained.
    """
    infrastructure = envelope.program.infrastructure.order_by("zone__number", "network")
    zones = list(municipality.zones.order_by("number"))
    return {
        "envelope": envelope,
        "money": read_money(envelope, zones=zones, cards=cards, infrastructure=infrastructure),
        "sums": sums_of(envelope),
        "newness": newness_rows(cards),
        "currency": municipality.currency,
    }


def pages_of_money(envelope: Envelope, *, is_large: bool = False) -> int:
    """About how many pages the tables take."""
    lines = len(envelope.by_category) + 2 * len(envelope.by_zone)
    return pages_for(_AROUND + _LINE * lines, page=_PAGE, is_large=is_large)


def envelope_of(program: Program) -> Envelope | None:
    """The resources of a program, which they know."""
    envelope = Envelope.objects.filter(program=program).first()
    if envelope:
        envelope.program = program
    return envelope


# The paper


def _draft(order: Order) -> Draft:
    program = public_program(order)
    envelope = envelope_of(program)
    if envelope is None:
        raise Http404
    cards = ProjectCard.objects.of(program).published().kept()
    return draft_about(
        order,
        program,
        title=_("Resources of the program %(year)s") % {"year": program.year},
        name="money",
        page=("program-money", {"year": program.year}),
        template="programs/pdf/money.html",
        context=lambda: money_body_context(envelope, list(cards), order.municipality),
        data=lambda: _data(program),
        pages=pages_of_money(envelope, is_large=order.is_large),
    )


PAPER = Paper(label=gettext_lazy("Resources by category and by zone"), draft=_draft)


def _data(program: Program) -> Content:
    """The resources as the register of publications keeps them, and what each project costs."""
    content = projects_content(program)
    told = ("number", "title_ar", "title_fr", "category", "zone", "is_continuing", "cost", "funding")
    projects = [
        {name: project[name] for name in told}
        for project in content["projects"]
        if project["stage"] != CardStage.LEFT_OUT
    ]
    return {"resources": content["resources"], "projects": projects}
