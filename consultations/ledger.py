"""The public ledger of moderation: figures by month and reason, out of the journal, which nobody rewrites."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Case, Count, When
from django.db.models.fields.json import KT
from django.db.models.functions import TruncMonth
from django.utils.functional import Promise

from consultations.models import Contribution, RefusalReason
from consultations.periods import rules_of
from consultations.rules_moderation import listed_rules
from portal.audit.models import Entry
from portal.bilingual import Localized
from portal.municipalities.models import Municipality

REFUSED, RESTORED, REDACTED = "contribution.refused", "contribution.restored", "contribution.redacted"


@dataclass(frozen=True, slots=True)
class Counts:
    """How many acts of each kind."""

    refused: int = 0
    restored: int = 0
    redacted: int = 0

    def __add__(self, other: Counts) -> Counts:
        return Counts(
            self.refused + other.refused, self.restored + other.restored, self.redacted + other.redacted
        )


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """One reason of a month."""

    reason: str
    label: str
    counts: Counts


@dataclass(frozen=True, slots=True)
class LedgerMonth:
    """A month with its reasons."""

    first: datetime.date
    rows: list[LedgerRow]

    @property
    def total(self) -> Counts:
        return sum((row.counts for row in self.rows), Counts())


@dataclass(frozen=True, slots=True)
class Ledger:
    """The months of a year, the newest first."""

    year: int | None
    """``None`` while there is no entry at all."""
    years: list[int]
    months: list[LedgerMonth]
    rules: list[Localized | Promise]
    publish_days: int

    @property
    def total(self) -> Counts:
        return sum((month.total for month in self.months), Counts())


Tally = dict[tuple[datetime.date, str], Counts]


def read_ledger(municipality: Municipality, year: str = "") -> Ledger:
    """The ledger of a year; of the last one with any entry where none is asked for. Two questions."""
    tally = _tally(municipality)
    years = sorted({month.year for month, _reason in tally}, reverse=True)
    asked = next((known for known in years if str(known) == year), years[0] if years else None)
    rules = rules_of(municipality)
    return Ledger(
        year=asked,
        years=years,
        months=_months(tally, asked),
        rules=listed_rules(rules),
        publish_days=rules.publish_days,
    )


def _tally(municipality: Municipality) -> Tally:
    """How often each act was done, by month in the municipality's clock and reason. Never of whom or what."""
    reason = Case(
        When(action=RESTORED, then=KT("changes__refusal_reason__0")), default=KT("changes__refusal_reason__1")
    )
    counted = (
        Entry.objects.filter(
            municipality=municipality,
            action__in=[REFUSED, RESTORED, REDACTED],
            object_type=Contribution._meta.label_lower,
        )
        .order_by()
        .annotate(month=TruncMonth("at", tzinfo=municipality.zone_info), reason=reason)
        .values_list("month", "reason", "action")
        .annotate(count=Count("pk"))
    )
    tally: Tally = {}
    for month, code, action, count in counted:
        kind = action.removeprefix("contribution.")
        key = (month.date(), code or "")
        tally[key] = tally.get(key, Counts()) + Counts(**{kind: count})
    return tally


def _months(tally: Tally, year: int | None) -> list[LedgerMonth]:
    firsts = sorted({month for month, _reason in tally if month.year == year}, reverse=True)
    return [LedgerMonth(first, list(_rows(tally, first))) for first in firsts]


def _rows(tally: Tally, first: datetime.date) -> Iterable[LedgerRow]:
    """In the order of the list of reasons; a code that it knows no more comes last."""
    codes = [*RefusalReason.values, *sorted({code for _month, code in tally} - set(RefusalReason.values))]
    labels = dict(RefusalReason.choices)
    for code in codes:
        if (first, code) in tally:
            yield LedgerRow(code, str(labels.get(code, code)), tally[first, code])
