"""The resources of a program as a reader sees them: how they are shared, and whether that is fair."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from portal.bilingual import Localized
from portal.locales import DECIMALS, number
from portal.municipalities.models import Zone
from programs.models import Category, Envelope, InfrastructureLine, Network, ProjectCard, amounts_of


@dataclass(frozen=True, slots=True)
class ShareRow:
    """A line of a breakdown: a category, or a zone in the language its name is in."""

    label: str | Localized
    amount: str
    percent: int
    projects: int = 0


@dataclass(frozen=True, slots=True)
class NeedCell:
    """What the diagnosis found missing of one network in a zone, in percent; ``None``: not surveyed."""

    network: str
    percent: int | None


@dataclass(frozen=True, slots=True)
class FairnessRow:
    """A zone: its people and its share, beside what it lacks."""

    label: Localized
    population: int | None
    amount: str
    per_inhabitant: str
    needs: list[NeedCell]


@dataclass(frozen=True, slots=True)
class Money:
    total: str
    currency: str
    categories: list[ShareRow]
    zones: list[ShareRow]
    projects: int
    rule: Localized
    networks: list[str]
    """The networks that the diagnosis surveyed, in words."""
    fairness: list[FairnessRow]

    @property
    def has_both(self) -> bool:
        """Both breakdowns are there; then both equal the total, which the row is held to."""
        return bool(self.categories and self.zones)


def read_money(
    envelope: Envelope,
    *,
    zones: Sequence[Zone],
    cards: Iterable[ProjectCard],
    infrastructure: Iterable[InfrastructureLine],
) -> Money:
    """Lay the resources of a program out in the active language.

    ``cards`` are the projects that are counted beside each category, ``infrastructure`` the lines of
    the program's technical diagnosis.
    """
    currency = envelope.program.municipality.currency
    by_zone = amounts_of(envelope.by_zone)
    counts = Counter(card.category for card in cards)
    shares = _Shares(envelope.total, currency)
    lines = list(infrastructure)
    surveyed = [network for network in Network if any(line.network == network for line in lines)]
    return Money(
        total=shares.text(envelope.total),
        currency=currency,
        categories=[
            shares.row(str(category.label), amount, counts[category])
            for category, amount in _by_category(envelope, counts)
        ],
        zones=[shares.row(zone.name, by_zone[key]) for zone in zones if (key := str(zone.pk)) in by_zone],
        projects=sum(counts.values()),
        rule=envelope.rule,
        networks=[str(network.label) for network in surveyed],
        fairness=_fairness(zones, by_zone, lines, surveyed, shares) if by_zone else [],
    )


def per_inhabitant(amount: Decimal, population: int | None, currency: str) -> Decimal | None:
    """An amount over the people of a zone, rounded half up to the smallest coin; ``None`` without people."""
    if not population:
        return None
    return (amount / population).quantize(Decimal(1).scaleb(-DECIMALS[currency]), ROUND_HALF_UP)


class _Shares:
    """Writes amounts, and their shares of a total."""

    def __init__(self, total: Decimal, currency: str) -> None:
        self.total, self.currency = total, currency

    def row(self, label: str | Localized, amount: Decimal, projects: int = 0) -> ShareRow:
        share = 100 * amount / self.total if self.total else Decimal(0)
        return ShareRow(label, self.text(amount), int(share.quantize(Decimal(1), ROUND_HALF_UP)), projects)

    def text(self, amount: Decimal) -> str:
        return number(amount, DECIMALS[self.currency])

    def each(self, amount: Decimal, population: int | None) -> str:
        share = per_inhabitant(amount, population, self.currency)
        return "" if share is None else self.text(share)


def _by_category(envelope: Envelope, counts: Mapping[str, int]) -> list[tuple[Category, Decimal]]:
    """What each category gets that has a share or a project, so that the lines add up to both totals.

    Nothing before the resources are shared out by category.
    """
    amounts = amounts_of(envelope.by_category)
    return [
        (name, amounts.get(name, Decimal(0)))
        for name in Category
        if amounts and (name in amounts or counts.get(name))
    ]


def _fairness(
    zones: Sequence[Zone],
    by_zone: Mapping[str, Decimal],
    lines: Sequence[InfrastructureLine],
    surveyed: Sequence[Network],
    shares: _Shares,
) -> list[FairnessRow]:
    """Every zone, also one that was given nothing: that is what the table is for."""
    missing = {(line.zone_id, line.network): line.missing_share for line in lines}
    return [
        FairnessRow(
            label=zone.name,
            population=zone.population,
            amount=shares.text(amount),
            per_inhabitant=shares.each(amount, zone.population),
            needs=[NeedCell(str(network.label), missing.get((zone.pk, network))) for network in surveyed],
        )
        for zone in zones
        for amount in [by_zone.get(str(zone.pk), Decimal(0))]
    ]
