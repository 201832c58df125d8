"""The figures of a consultation as its page shows them: released ones, or when they will come."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from consultations.asked import Lists
from consultations.models import Channel, Consultation, Contribution, Figures
from consultations.rules_receiving import entries_close_at
from portal.bilingual import Localized, localized, page_language
from portal.locales import long_date
from portal.municipalities.models import Municipality

NO_ZONE = "none"
"""The code of contributions without a zone."""
_DAY = datetime.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class FigureRow:
    """A row: what it counts, and how many; ``None`` where that is not told."""

    label: Localized | str
    count: int | None


@dataclass(frozen=True, slots=True)
class FigureTable:
    """A chart that is also a table. Its counts make up the total of the figures."""

    key: str
    caption: str
    head: str
    rows: tuple[FigureRow, ...]
    rest: int
    """How many belong to no row that is told."""
    rest_label: str

    @property
    def is_told(self) -> bool:
        """Whether any row tells something."""
        return any(row.count for row in self.rows)

    @property
    def hides(self) -> bool:
        return any(row.count is None for row in self.rows)


@dataclass(frozen=True, slots=True)
class FiguresPage:
    """The released figures. Template: ``consultations/figures.html``."""

    is_released: bool
    is_awaited: bool
    """Whether there will be figures: something was published, or can still be."""
    day: str
    """In words: when they were released; before that the first day on which they can be."""
    total: int = 0
    tables: tuple[FigureTable, ...] = ()


def read_figures(consultation: Consultation, lists: Lists) -> FiguresPage:
    """The released figures of a consultation; what is to be said while there are none. Two queries."""
    figures = Figures.objects.filter(consultation=consultation).first()
    municipality = consultation.municipality
    if figures is not None:
        made_on = figures.made_at.astimezone(municipality.zone_info).date()
        tables = _tables(figures.content, lists)
        day = _in_words(made_on, municipality)
        return FiguresPage(True, False, day, figures.content["total"], tables)
    last_day = Contribution.objects.filter(consultation=consultation).last_published_on()
    is_over = timezone.now() >= entries_close_at(consultation)
    earliest = max(earliest_on(consultation, last_day), municipality.today())
    return FiguresPage(False, last_day is not None or not is_over, _in_words(earliest, municipality))


def earliest_on(consultation: Consultation, last_published_on: datetime.date | None) -> datetime.date:
    """The first day on which the figures of a public consultation can be released.

    All that comes in has come in by then: what people send, and what the staff type in afterwards where
    there are other channels. It is never the day of a publication, nor that of the closing.
    """
    only_web = set(consultation.channels) <= {Channel.WEB}
    over_at = consultation.moments[1] if only_web else entries_close_at(consultation)
    over_on = over_at.astimezone(consultation.municipality.zone_info).date()
    return max(over_on, last_published_on or over_on) + _DAY


def _tables(content: Mapping[str, Any], lists: Lists) -> tuple[FigureTable, ...]:
    zones: dict[str, Localized | str] = {
        code: localized(SimpleNamespace(**names), "name") for code, names in content["zones"].items()
    }
    zones[NO_ZONE] = _("No zone given")
    channels = {code: str(label) for code, label in Channel.choices}
    return (
        _table(content, "profile", _("Who took part"), _("Profile"), lists.profile, _others()),
        _table(content, "age", _("At which age"), _("Age bracket"), lists.age, _others()),
        _table(content, "zone", _("From which zone"), _("Zone"), lambda code: zones.get(code, code)),
        _table(content, "channel", _("By which way"), _("Channel"), lambda code: channels.get(code, code)),
    )


def _others() -> str:
    return _("Not shown, together")


def _table(
    content: Mapping[str, Any],
    key: str,
    caption: str,
    head: str,
    words: Callable[[str], Localized | str],
    rest_label: str = "",
) -> FigureTable:
    """``rest_label``: for tables of labels, whose hidden rows are not named: nobody shows them."""
    kept = content[key]
    rows = [FigureRow(words(code), count) for code, count in kept["rows"]]
    if not rest_label:
        # Where the rest is nothing, nothing of it is hidden.
        rows += [FigureRow(words(code), None if kept["rest"] else 0) for code in kept["hidden"]]
    return FigureTable(
        key, caption, head, tuple(rows), kept["rest"], rest_label or _("The hidden rows together")
    )


def _in_words(day: datetime.date, municipality: Municipality) -> str:
    return long_date(day, municipality.country, page_language())
