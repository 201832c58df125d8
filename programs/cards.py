"""A project card as its versions keep it and as a reader sees it: what it tells, and what changed."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from portal import locales
from portal.bilingual import Localized, localized, page_language
from portal.municipalities.models import Municipality
from programs.models import (
    CardStage,
    CardVersion,
    Category,
    Land,
    ProjectCard,
    Reach,
    Source,
    Studies,
)
from programs.rules_cards import Difference, differences
from programs.sums import written

Content = dict[str, Any]

TEXTS = ("title_ar", "title_fr", "streets", "partner", "origin_ar", "origin_fr")
CHOICES = ("category", "reach", "studies", "land")
COLUMNS = (*TEXTS, *CHOICES, "is_continuing", "zone", "cost", "funding", "starts_on", "ends_on")
"""What a version keeps of a card."""

COMPARED = (
    "title_ar",
    "title_fr",
    "zone",
    "streets",
    "category",
    "reach",
    "is_continuing",
    "cost",
    "funding",
    "partner",
    "studies",
    "land",
    "starts_on",
    "ends_on",
    "origin_ar",
    "origin_fr",
)
LABELS = {
    "title_ar": gettext_lazy("Title (Arabic)"),
    "title_fr": gettext_lazy("Title (French)"),
    "zone": gettext_lazy("Zone"),
    "streets": gettext_lazy("Streets"),
    "category": gettext_lazy("Category"),
    "reach": gettext_lazy("Kind of project"),
    "is_continuing": gettext_lazy("New or continuing"),
    "cost": gettext_lazy("Estimated cost"),
    "funding": gettext_lazy("Funding"),
    "partner": gettext_lazy("Partner"),
    "studies": gettext_lazy("Studies"),
    "land": gettext_lazy("Land status"),
    "starts_on": gettext_lazy("Expected start"),
    "ends_on": gettext_lazy("Expected end"),
    "origin_ar": gettext_lazy("Origin (Arabic)"),
    "origin_fr": gettext_lazy("Origin (French)"),
}
_CHOICES: dict[str, Any] = {"category": Category, "reach": Reach, "studies": Studies, "land": Land}
_MEANINGS = {
    CardStage.PROPOSAL: gettext_lazy("Proposal"),
    CardStage.PRELIMINARY: gettext_lazy("Preliminary card"),
    CardStage.UPDATED: gettext_lazy("Updated card: the draft program"),
    CardStage.IN_PROGRAM: gettext_lazy("The program"),
    CardStage.LEFT_OUT: gettext_lazy("Not retained"),
}


def content_of(card: ProjectCard) -> Content:
    """Everything a card tells, as JSON keeps it: both languages, nothing that depends on the day."""
    zone = card.zone
    return {
        **{name: getattr(card, name) for name in (*TEXTS, *CHOICES, "is_continuing")},
        "zone": {"number": zone.number, "name_ar": zone.name_ar, "name_fr": zone.name_fr} if zone else None,
        "cost": None if card.cost is None else written(card.cost),
        "funding": {source: written(amount) for source, amount in card.amounts.items()},
        "starts_on": card.starts_on.isoformat() if card.starts_on else None,
        "ends_on": card.ends_on.isoformat() if card.ends_on else None,
    }


# For a reader


@dataclass(frozen=True, slots=True)
class FundingRow:
    label: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class DifferenceRow:
    """What changed between two versions, in words; empty where one of them said nothing."""

    label: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class VersionRow:
    version: CardVersion
    meaning: str
    day: str

    @property
    def number(self) -> int:
        return self.version.number


@dataclass(frozen=True, slots=True)
class CardFacts:
    """A card, or one of its versions, in the words of the page."""

    content: Content
    country: str

    @property
    def title(self) -> Localized:
        return self.text("title")

    @property
    def origin(self) -> Localized:
        return self.text("origin")

    def text(self, name: str) -> Localized:
        return localized(SimpleNamespace(**self.content), name)

    @property
    def zone(self) -> Localized | None:
        return zone_name(self.content["zone"])

    @property
    def streets(self) -> list[str]:
        return [line.strip() for line in self.content["streets"].splitlines() if line.strip()]

    @property
    def category(self) -> str:
        return shown("category", self.content["category"])

    @property
    def reach(self) -> str:
        return shown("reach", self.content["reach"])

    @property
    def newness(self) -> str:
        return _newness(self.content["is_continuing"])

    @property
    def studies(self) -> str:
        return shown("studies", self.content["studies"])

    @property
    def land(self) -> str:
        return shown("land", self.content["land"])

    @property
    def partner(self) -> str:
        return self.content["partner"]

    @property
    def cost(self) -> Decimal | None:
        cost = self.content["cost"]
        return Decimal(cost) if cost else None

    @property
    def funding(self) -> list[FundingRow]:
        """The sources that give something, in the order of their list."""
        funding = self.content["funding"]
        given = [source for source in Source if source in funding]
        return [FundingRow(str(source.label), Decimal(funding[source])) for source in given]

    @property
    def total(self) -> Decimal:
        return sum((row.amount for row in self.funding), Decimal(0))

    @property
    def period(self) -> str:
        starts, ends = (_day(self.content[name]) for name in ("starts_on", "ends_on"))
        return period_in_months(starts, ends, self.country)


def zone_name(zone: Mapping[str, Any] | None) -> Localized | None:
    return localized(SimpleNamespace(**zone), "name") if zone else None


def facts_of(content: Content, municipality: Municipality) -> CardFacts:
    return CardFacts(content, municipality.country)


def version_rows(versions: Iterable[CardVersion], municipality: Municipality) -> list[VersionRow]:
    """The versions that the public may read, the newest first: those from the preliminary card on."""
    kept = public_versions(versions)
    return [
        VersionRow(
            version,
            str(_MEANINGS[CardStage(version.stage)]),
            locales.long_date(
                version.made_at.astimezone(municipality.zone_info).date(),
                municipality.country,
                page_language(),
            ),
        )
        for version in reversed(kept)
    ]


def public_versions(versions: Iterable[CardVersion]) -> list[CardVersion]:
    """Oldest first, from the first preliminary card on."""
    rows = sorted(versions, key=lambda version: version.number)
    first = next((n for n, row in enumerate(rows) if row.stage == CardStage.PRELIMINARY), len(rows))
    return rows[first:]


def draft_and_final(versions: Sequence[CardVersion]) -> tuple[CardVersion, CardVersion] | None:
    """What the public was shown before, and the version that the program holds; ``None`` without either.

    Before: the last version outside the program, or, where the program only took that over, the first one.
    """
    rows = public_versions(versions)
    drafts = [row for row in rows if row.stage != CardStage.IN_PROGRAM]
    if not drafts or rows[-1].stage != CardStage.IN_PROGRAM:
        return None
    is_taken_over = not differences(drafts[-1].content, rows[-1].content, COMPARED)
    return (drafts[0] if is_taken_over else drafts[-1]), rows[-1]


def reasons_between(versions: Iterable[CardVersion], old: CardVersion, new: CardVersion) -> list[str]:
    """Why a card changed from one version to another, the oldest reason first."""
    between = [row for row in public_versions(versions) if old.number < row.number <= new.number]
    return [row.reason for row in between if row.reason]


@dataclass(frozen=True, slots=True)
class CardChange:
    """What became of a project between the draft and the program."""

    card: ProjectCard
    rows: list[DifferenceRow]
    reasons: list[str]

    @property
    def is_left_out(self) -> bool:
        return self.card.stage == CardStage.LEFT_OUT


def changes_of(cards: Iterable[ProjectCard], municipality: Municipality) -> list[CardChange]:
    """The projects that changed from the draft to the program, and those that were left out.

    ``cards`` come from ``ProjectCard.objects.for_list_page()``.
    """
    found = []
    for card in cards:
        versions = public_versions(card.listed_versions)
        if card.stage == CardStage.LEFT_OUT and versions:
            found.append(CardChange(card, [], [versions[-1].reason] if versions[-1].reason else []))
            continue
        pair = draft_and_final(versions)
        rows = difference_rows(pair[0].content, pair[1].content, municipality) if pair else []
        if pair and rows:
            found.append(CardChange(card, rows, reasons_between(versions, *pair)))
    return found


def difference_rows(old: Content, new: Content, municipality: Municipality) -> list[DifferenceRow]:
    """What one version tells differently from another, in words."""
    words = _Words(municipality)
    return [words.row(difference) for difference in differences(old, new, COMPARED)]


class _Words:
    """Puts what a version keeps into the words of a municipality's country and of the page."""

    def __init__(self, municipality: Municipality) -> None:
        self.currency, self.country = municipality.currency, municipality.country
        self._ways: dict[str, Callable[[Any], str]] = {
            "zone": lambda zone: str(zone_name(zone)),
            "is_continuing": _newness,
            "cost": self._amount,
            "funding": self._funding,
            "starts_on": self._month,
            "ends_on": self._month,
        }

    def row(self, difference: Difference) -> DifferenceRow:
        name = difference.name
        return DifferenceRow(
            str(LABELS[name]), self.value(name, difference.old), self.value(name, difference.new)
        )

    def value(self, name: str, value: Any) -> str:
        if name == "is_continuing":
            return _newness(value)
        if not value:
            return ""
        if name in self._ways:
            return self._ways[name](value)
        return shown(name, value) if name in _CHOICES else joined(value.splitlines())

    def _amount(self, amount: str) -> str:
        return money_text(Decimal(amount), self.currency)

    def _funding(self, funding: dict[str, str]) -> str:
        return joined(
            f"{source.label}: {self._amount(funding[source])}" for source in Source if source in funding
        )

    def _month(self, day: str) -> str:
        return locales.month_year(datetime.date.fromisoformat(day), self.country, page_language())


def shown(name: str, value: str) -> str:
    """A choice in words; nothing for nothing."""
    return str(_CHOICES[name](value).label) if value else ""


def joined(parts: Iterable[str]) -> str:
    return pgettext("list separator", ", ").join(part.strip() for part in parts if part.strip())


def money_text(amount: Decimal, currency: str) -> str:
    return locales.money(amount, currency, page_language())


def period_in_months(starts: datetime.date | None, ends: datetime.date | None, country: str) -> str:
    """``مارس – جوان 2027``; one end alone where only that is known."""
    language = page_language()
    days = [day for day in (starts, ends) if day]
    if len(days) == 2 and days[0].year == days[1].year and days[0].month != days[1].month:
        first = locales.month_name(days[0], country, language)
        return f"{first} – {locales.month_year(days[1], country, language)}"
    return " – ".join(dict.fromkeys(locales.month_year(day, country, language) for day in days))


def _newness(is_continuing: bool | None) -> str:
    return _("Continuing project") if is_continuing else _("New project")


def _day(text: str | None) -> datetime.date | None:
    return datetime.date.fromisoformat(text) if text else None
