"""For whom, where and when a page of a plan is laid out."""

from __future__ import annotations

import datetime
from dataclasses import dataclass

from portal.bilingual import page_language
from portal.municipalities.models import Municipality


@dataclass(frozen=True, slots=True)
class Reader:
    """What a page depends on besides its rows: the country's words and months, the day, the language."""

    country: str
    currency: str
    today: datetime.date
    """The municipality's local date."""
    language: str


def reader_of(municipality: Municipality) -> Reader:
    """A reader of the active language, today where the municipality is."""
    return Reader(municipality.country, municipality.currency, municipality.today(), page_language())
