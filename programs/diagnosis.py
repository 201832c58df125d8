"""Reading both diagnoses for a page or a paper: one reading, so that none of them disagrees.

What nobody stated is ``None`` here and "not stated" there; it is never counted as 0.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from portal.bilingual import Localized
from portal.editing.cell_fields import written_quantity
from portal.municipalities.models import Zone
from programs.models import (
    BudgetLine,
    BudgetSide,
    Facility,
    FacilityPhoto,
    FacilityState,
    InfrastructureLine,
    Network,
    Program,
    TaxRecovery,
    Unit,
)

RECOVERY_YEARS = 3
# The worst first: what a program is made for.
_STATES = (FacilityState.OUT_OF_USE, FacilityState.POOR, FacilityState.FAIR, FacilityState.GOOD)


# The technical diagnosis


def missing_share(total: Decimal, served: Decimal) -> int | None:
    """What is not served, in whole percent, rounded down; ``None`` where there is nothing to serve."""
    return int(100 * (total - served) / total) if total else None


@dataclass(frozen=True, slots=True)
class Coverage:
    """How much of a network is there, in a zone or in all of them."""

    total: Decimal
    served: Decimal

    @property
    def share(self) -> int | None:
        """What is missing, in whole percent."""
        return missing_share(self.total, self.served)

    @property
    def is_under_one(self) -> bool:
        """Something is missing, but less than a percent."""
        return self.share == 0 and self.served < self.total

    @property
    def total_text(self) -> str:
        return written_quantity(self.total)

    @property
    def served_text(self) -> str:
        return written_quantity(self.served)


@dataclass(frozen=True, slots=True)
class ZoneRow:
    """A zone in the table of a network; without coverage where nobody stated it."""

    zone: Zone
    coverage: Coverage | None
    unit: str
    note: str


@dataclass(frozen=True, slots=True)
class NetworkTable:
    """A network through all the zones."""

    network: Network
    rows: list[ZoneRow]
    unit: str
    """The unit that all lines share; empty where they differ."""
    total: Coverage | None
    """Of the zones that are stated; ``None`` where their units differ."""

    @property
    def label(self) -> str:
        return str(self.network.label)

    @property
    def not_stated(self) -> int:
        return sum(row.coverage is None for row in self.rows)


def _network_table(
    network: Network, zones: Sequence[Zone], lines: dict[tuple[int, str], InfrastructureLine]
) -> NetworkTable | None:
    """The table of a network; ``None`` where no zone states it."""
    rows, known = [], []
    for zone in zones:
        line = lines.get((zone.pk, network.value))
        if line:
            known.append(line)
        coverage = Coverage(line.total, line.served) if line else None
        unit = str(Unit(line.unit).label) if line else ""
        rows.append(ZoneRow(zone, coverage, unit, line.note if line else ""))
    if not known:
        return None
    units = {line.unit for line in known}
    if len(units) > 1:
        return NetworkTable(network, rows, "", None)
    total = Coverage(sum((k.total for k in known), Decimal(0)), sum((k.served for k in known), Decimal(0)))
    return NetworkTable(network, rows, str(Unit(units.pop()).label), total)


@dataclass(frozen=True, slots=True)
class FacilityCard:
    """A facility with the photos that this reader may see."""

    facility: Facility
    zone: Zone | None
    photos: list[FacilityPhoto]

    @property
    def title(self) -> Localized:
        return self.facility.title


@dataclass(frozen=True, slots=True)
class StateGroup:
    """The facilities of one state."""

    state: FacilityState
    cards: list[FacilityCard]

    @property
    def label(self) -> str:
        return str(self.state.label)

    @property
    def cost(self) -> Decimal | None:
        """What is estimated for those of them that have an estimate."""
        return total_of(card.facility.cost for card in self.cards)


def _state_groups(program: Program, zones: Sequence[Zone], *, with_internal: bool) -> list[StateGroup]:
    by_pk = {zone.pk: zone for zone in zones}
    cards: dict[str, list[FacilityCard]] = {state.value: [] for state in _STATES}
    for facility in program.facilities.all():
        photos = [photo for photo in _photos(facility) if with_internal or photo.is_public]
        zone = by_pk.get(facility.zone_id) if facility.zone_id else None
        cards[facility.state].append(FacilityCard(facility, zone, photos))
    return [StateGroup(state, cards[state.value]) for state in _STATES if cards[state.value]]


def _photos(facility: Any) -> list[FacilityPhoto]:
    return facility.listed_photos


# The financial diagnosis


def total_of(amounts: Iterable[Decimal | None]) -> Decimal | None:
    """The sum of what is stated; ``None`` where nothing is."""
    stated = [amount for amount in amounts if amount is not None]
    return sum(stated, Decimal(0)) if stated else None


BUDGET_COLUMNS = ("two_before", "one_before", "estimate")


@dataclass(frozen=True, slots=True)
class BudgetTable:
    """A side of the budget: its lines, and the sum of what is stated of each year."""

    side: BudgetSide
    lines: list[BudgetLine]

    @property
    def label(self) -> str:
        return str(self.side.label)

    @property
    def totals(self) -> list[Decimal | None]:
        return [total_of(getattr(line, column) for line in self.lines) for column in BUDGET_COLUMNS]

    @property
    def unstated(self) -> list[int]:
        """How many lines say nothing of each year."""
        return [sum(getattr(line, column) is None for line in self.lines) for column in BUDGET_COLUMNS]

    @property
    def rows(self) -> list[tuple[BudgetLine, list[Decimal | None]]]:
        return [(line, [getattr(line, column) for column in BUDGET_COLUMNS]) for line in self.lines]


@dataclass(frozen=True, slots=True)
class Balance:
    """Receipts less expenses of a year; ``None`` where either is not stated."""

    year: int
    is_estimate: bool
    receipts: Decimal | None
    expenses: Decimal | None
    is_partial: bool
    """Some line says nothing of the year: the sums are of the others."""
    largest: Decimal
    """The largest sum of all the years, by which the bars are drawn."""

    @property
    def difference(self) -> Decimal | None:
        if self.receipts is None or self.expenses is None:
            return None
        return self.receipts - self.expenses


def _balances(program: Program, receipts: BudgetTable, expenses: BudgetTable) -> list[Balance]:
    years = (program.year - 2, program.year - 1, program.year)
    sums = list(zip(receipts.totals, expenses.totals, strict=True))
    unstated = zip(receipts.unstated, expenses.unstated, strict=True)
    largest = max((amount for pair in sums for amount in pair if amount is not None), default=Decimal(0))
    return [
        Balance(year, year == program.year, *pair, is_partial=any(silent), largest=largest)
        for year, pair, silent in zip(years, sums, unstated, strict=True)
    ]


@dataclass(frozen=True, slots=True)
class RecoveryRow:
    """The property tax of a year; without figures where nobody stated them."""

    year: int
    recovery: TaxRecovery | None

    @property
    def rate(self) -> Decimal | None:
        return self.recovery.rate if self.recovery else None


def recovery_years(program: Program, stated: Iterable[int]) -> list[int]:
    """The three years before the program's, and any other that is stated."""
    asked = range(program.year - RECOVERY_YEARS, program.year)
    return sorted({*asked, *stated})


# Both


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """What is stated of both diagnoses."""

    program: Program
    networks: list[NetworkTable]
    facilities: list[StateGroup]
    receipts: BudgetTable
    expenses: BudgetTable
    balances: list[Balance]
    recoveries: list[RecoveryRow]

    @property
    def budget(self) -> list[BudgetTable]:
        """The sides of the budget that have lines."""
        return [table for table in (self.receipts, self.expenses) if table.lines]

    @property
    def facility_count(self) -> int:
        return sum(len(group.cards) for group in self.facilities)

    @property
    def has_recovery(self) -> bool:
        return any(row.recovery for row in self.recoveries)

    @property
    def is_technical_stated(self) -> bool:
        return bool(self.networks or self.facilities)

    @property
    def is_financial_stated(self) -> bool:
        return bool(self.budget) or self.has_recovery

    @property
    def years(self) -> list[int]:
        return [balance.year for balance in self.balances]


def read_diagnosis(program: Program, zones: Sequence[Zone], *, with_internal: bool = False) -> Diagnosis:
    """Lay both diagnoses out; asks the database nothing.

    ``program`` comes from ``for_diagnosis_page()``, ``zones`` are all of the municipality's by number.
    ``with_internal`` is for staff, who see internal photos too.
    """
    lines = {(line.zone_id, line.network): line for line in program.infrastructure.all()}
    tables = [_network_table(network, zones, lines) for network in Network]
    budget = list(program.budget.all())
    receipts, expenses = (
        BudgetTable(side, [line for line in budget if line.side == side]) for side in BudgetSide
    )
    recoveries = {recovery.year: recovery for recovery in program.recoveries.all()}
    return Diagnosis(
        program=program,
        networks=[table for table in tables if table],
        facilities=_state_groups(program, zones, with_internal=with_internal),
        receipts=receipts,
        expenses=expenses,
        balances=_balances(program, receipts, expenses),
        recoveries=[RecoveryRow(y, recoveries.get(y)) for y in recovery_years(program, recoveries)],
    )
