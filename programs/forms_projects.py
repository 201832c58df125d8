"""The forms of a program's projects: cards, resources, needs, progress."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.amounts.reading import Unit, units_of
from portal.bilingual import page_language
from portal.editing.cell_fields import UnitAmountField, cell_field
from portal.editing.desk_form import DeskForm
from portal.editing.merging import remember_row, remember_what_is_shown
from portal.editing.sheets import RowForm
from portal.locales import DECIMALS, month_year, number
from portal.municipalities.models import Municipality, Zone
from portal.timelines.months import first_day, last_day, month_index
from programs.models import (
    REASON_LENGTH,
    CardStage,
    Category,
    Envelope,
    ExecutionUpdate,
    Need,
    Program,
    ProjectCard,
    ScheduleStep,
    Source,
    amounts_of,
)
from programs.services import cards as card_services
from programs.services import needs as need_services

MONTHS_BEFORE, MONTHS_AFTER = 24, 48
"""How far from the January of its program the steps of a project may begin and end."""


class AmountsForm(DeskForm):
    """A form whose amounts are all shown and typed in one unit, which the page names."""

    def __init__(self, data: Any = None, *, currency: str, **kwargs: Any) -> None:
        self.currency, self.units = currency, units_of(currency)
        asked = (data or {}).get("unit", "")
        self.unit: Unit = Unit(asked) if asked in self.units else self.units[0]
        super().__init__(data, **kwargs)

    def amount(self, label: Any, **kwargs: Any) -> UnitAmountField:
        return UnitAmountField(currency=self.currency, unit=self.unit, label=label, required=False, **kwargs)

    def in_unit(self, asked: str) -> Any:
        """What was posted, with every amount that can be read written in another unit."""
        other = Unit(asked) if asked in self.units else self.unit
        data: Any = self.data.copy()  # type: ignore[attr-defined]
        data["unit"] = other
        target = UnitAmountField(currency=self.currency, unit=other, required=False)
        for name, field in self.fields.items():
            if isinstance(field, UnitAmountField):
                for key in (name, self[name].html_initial_name):
                    data[key] = _rewritten(field, data.get(key, ""), target)
        return data


def _rewritten(field: UnitAmountField, text: str, target: UnitAmountField) -> str:
    try:
        return target.prepare_value(field.clean(text)) or ""
    except ValidationError:
        return text


# Cards


_CARD_COLUMNS = tuple(name for name in card_services.FIELDS if name != "funding")


class CardForm(AmountsForm):
    """Everything that is written on a card, and why it changes."""

    def __init__(
        self,
        data: Any = None,
        *,
        program: Program,
        card: ProjectCard | None = None,
        asks_reason: bool = False,
    ) -> None:
        self.program, self.card, self.asks_reason = program, card, asks_reason
        initial = card_values(card) if card else {"reach": "proximity"}
        super().__init__(data, currency=program.municipality.currency, initial=initial)
        self._add_columns()
        if card:
            remember_what_is_shown(self, card.version, card.pk)
        if asks_reason:
            self.fields["reason"] = _reason_field(_("Why it changes"), required=False)
        self.dress()

    def _add_columns(self) -> None:
        for name in _CARD_COLUMNS:
            if name == "cost":
                self.fields[name] = self.amount(_("Cost"))
            else:
                self.fields[name] = _column(ProjectCard, name)
        self.fields["streets"].widget.attrs["rows"] = 3
        _in_zones(self.fields["zone"], self.program.municipality)
        for source in Source:
            self.fields[f"fund_{source}"] = self.amount(source.label)

    @property
    def funding_fields(self) -> list[forms.BoundField]:
        return [self[f"fund_{source}"] for source in Source]

    @property
    def tally(self) -> Tally:
        return tally(self, "cost", [f"fund_{source}" for source in Source])

    @property
    def values(self) -> dict[str, Any]:
        """What the service takes."""
        values = {name: _lines(self.cleaned_data[name]) for name in _CARD_COLUMNS}
        values["funding"] = {
            source: amount for source in Source if (amount := self.cleaned_data[f"fund_{source}"])
        }
        return values

    @property
    def reason(self) -> str:
        return self.cleaned_data.get("reason", "")


def card_values(card: ProjectCard) -> dict[str, Any]:
    """What the fields of :class:`CardForm` hold of a card."""
    amounts = card.amounts
    return {name: getattr(card, name) for name in _CARD_COLUMNS} | {
        f"fund_{source}": amounts.get(source) for source in Source
    }


class StepForm(DeskForm):
    """Why a card takes a step."""

    reason = forms.CharField(
        label=gettext_lazy("Why"),
        required=False,
        max_length=REASON_LENGTH,
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, *args: Any, card: ProjectCard, **kwargs: Any) -> None:
        super().__init__(*args, auto_id="step-%s", **kwargs)
        remember_row(self, card.pk)
        self.dress()


# Resources


@dataclass(frozen=True, slots=True)
class Tally:
    """A breakdown against its total, as far as both can be read."""

    sum: str
    missing: str
    """By how much the parts are less than the total."""
    beyond: str
    """By how much they are more."""

    @property
    def is_equal(self) -> bool:
        return not (self.missing or self.beyond)


def tally(form: AmountsForm, total: str, parts: Sequence[str]) -> Tally:
    """Add up what stands in the fields ``parts`` and hold it to the field ``total``."""
    amounts = [_read(form, name) or Decimal(0) for name in parts]
    found, wanted = sum(amounts, Decimal(0)), _read(form, total)
    difference = found - wanted if wanted is not None else Decimal(0)
    written = number(found, DECIMALS[form.currency])
    gap = number(abs(difference), DECIMALS[form.currency])
    # Parts that are not given at all say nothing yet.
    counts = any(amounts)
    return Tally(written, gap if counts and difference < 0 else "", gap if counts and difference > 0 else "")


def _read(form: AmountsForm, name: str) -> Decimal | None:
    """What stands in a field, as far as it can be read."""
    if not form.is_bound:
        return form.initial.get(name)
    try:
        return form.fields[name].clean(form.data.get(name, ""))
    except ValidationError:
        return None


_MONEY_COLUMNS = ("total", "rule_ar", "rule_fr", "decided_on", "deliberation")


class EnvelopeForm(AmountsForm):
    """The resources, an amount for each category and one for each zone, all in one unit."""

    def __init__(
        self, data: Any = None, *, program: Program, zones: Sequence[Zone], envelope: Envelope | None
    ) -> None:
        self.zones = zones
        initial = envelope_values(envelope, zones) if envelope else {}
        super().__init__(data, currency=program.municipality.currency, initial=initial)
        self.fields["total"] = self.amount(_("Resources"))
        self.fields["total"].required = True
        self.fields["total"].widget.attrs |= {"class": "form-control w-auto", "size": 16}
        for category in Category:
            self.fields[f"category_{category}"] = self.amount(category.label)
        for zone in zones:
            self.fields[f"zone_{zone.pk}"] = self.amount(str(zone.name))
        for name in _MONEY_COLUMNS[1:]:
            self.fields[name] = _column(Envelope, name)
        remember_what_is_shown(self, envelope.version if envelope else 0)
        self.dress()

    @property
    def category_fields(self) -> list[forms.BoundField]:
        return [self[f"category_{category}"] for category in Category]

    @property
    def zone_fields(self) -> list[forms.BoundField]:
        return [self[f"zone_{zone.pk}"] for zone in self.zones]

    @property
    def category_tally(self) -> Tally:
        return tally(self, "total", [f"category_{category}" for category in Category])

    @property
    def zone_tally(self) -> Tally:
        return tally(self, "total", [f"zone_{zone.pk}" for zone in self.zones])

    @property
    def total_text(self) -> str:
        total = _read(self, "total")
        return number(total, DECIMALS[self.currency]) if total is not None else ""

    @property
    def changed_zones(self) -> list[forms.BoundField]:
        """Where the person typed something else than was shown: the first place to look for a mistake."""
        return [bound for bound in self.zone_fields if bound.name in self.changed_data]

    @property
    def changed_categories(self) -> list[forms.BoundField]:
        return [bound for bound in self.category_fields if bound.name in self.changed_data]

    @property
    def values(self) -> dict[str, Any]:
        """What the service takes."""
        data = self.cleaned_data
        return {name: _lines(data[name]) for name in _MONEY_COLUMNS} | {
            "by_category": {c.value: data[f"category_{c}"] for c in Category if data[f"category_{c}"]},
            "by_zone": {
                str(zone.pk): data[f"zone_{zone.pk}"] for zone in self.zones if data[f"zone_{zone.pk}"]
            },
        }


def envelope_values(envelope: Envelope, zones: Iterable[Zone]) -> dict[str, Any]:
    """What the fields of :class:`EnvelopeForm` hold of the resources."""
    by_category, by_zone = amounts_of(envelope.by_category), amounts_of(envelope.by_zone)
    return (
        {name: getattr(envelope, name) for name in _MONEY_COLUMNS}
        | {f"category_{category}": by_category.get(category) for category in Category}
        | {f"zone_{zone.pk}": by_zone.get(str(zone.pk)) for zone in zones}
    )


# Needs


class NeedForm(DeskForm):
    """What residents asked for."""

    def __init__(self, data: Any = None, *, municipality: Municipality, need: Need | None = None) -> None:
        initial = need_values(need) if need else {"asked_in": municipality.today().year}
        super().__init__(data, initial=initial)
        for name in need_services.FIELDS:
            self.fields[name] = _column(Need, name)
        _in_zones(self.fields["zone"], municipality)
        if need:
            remember_what_is_shown(self, need.version)
        self.dress()

    @property
    def values(self) -> dict[str, Any]:
        return {name: _lines(self.cleaned_data[name]) for name in need_services.FIELDS}


def need_values(need: Need) -> dict[str, Any]:
    return {name: getattr(need, name) for name in need_services.FIELDS}


class LinkForm(DeskForm):
    """The project that answers a need."""

    card = forms.ModelChoiceField(
        label=gettext_lazy("Project that answers it"),
        queryset=ProjectCard.objects.none(),
        required=False,
        empty_label=gettext_lazy("None"),
    )

    def __init__(self, *args: Any, program: Program, need: Need, **kwargs: Any) -> None:
        super().__init__(*args, initial={"card": need.card_id}, auto_id="link-%s", **kwargs)
        cards = ProjectCard.objects.of(program).exclude(stage=CardStage.LEFT_OUT).select_related("program")
        self.fields["card"].queryset = cards.order_by("number")  # type: ignore[attr-defined]
        self.dress()


class DropForm(DeskForm):
    """Why a need is no longer pursued."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, auto_id="drop-%s", **kwargs)
        self.fields["dropped_because"] = _reason_field(_("Why it is not pursued"), required=False)
        self.dress()


# The provisional calendar


class MonthField(forms.TypedChoiceField):
    """A month, chosen from a list; the first of its days, or the last."""

    def __init__(self, *, is_end: bool, **kwargs: Any) -> None:
        self.is_end = is_end
        super().__init__(coerce=self._day, empty_value=None, **kwargs)

    def _day(self, value: str) -> datetime.date:
        month = month_index(datetime.date.fromisoformat(f"{value}-01"))
        return last_day(month) if self.is_end else first_day(month)

    def prepare_value(self, value: Any) -> Any:
        return f"{value:%Y-%m}" if isinstance(value, datetime.date) else value

    def offer(self, year: int, country: str, kept: Iterable[datetime.date | None]) -> None:
        """Offer the months around the program of a year, and those that are chosen already."""
        january = month_index(datetime.date(year, 1, 1))
        months = {*range(january - MONTHS_BEFORE, january + MONTHS_AFTER)}
        months |= {month_index(day) for day in kept if day}
        days = [first_day(month) for month in sorted(months)]
        language = page_language()
        self.choices = [("", "–"), *((f"{day:%Y-%m}", month_year(day, country, language)) for day in days)]


class ScheduleStepForm(RowForm):
    """A step of a project, in whole months."""

    starts_on = MonthField(is_end=False, label=gettext_lazy("Start"))
    ends_on = MonthField(is_end=True, label=gettext_lazy("End"))

    class Meta(RowForm.Meta):
        model = ScheduleStep
        fields = ("position", "title_ar", "title_fr", "starts_on", "ends_on", "percent")

    def offer(self, program: Program) -> None:
        for name in ("starts_on", "ends_on"):
            field: Any = self.fields[name]
            field.offer(program.year, program.municipality.country, [getattr(self.instance, name)])


class ProgressForm(DeskForm):
    """How far a project is on a day."""

    def __init__(self, data: Any = None, *, today: datetime.date) -> None:
        super().__init__(data, initial={"on": today}, auto_id="progress-%s")
        for name in ("on", "percent", "note"):
            self.fields[name] = _column(ExecutionUpdate, name)
        self.fields["percent"].widget.attrs |= {"inputmode": "numeric", "dir": "ltr"}
        self.dress()


def _column(model: type[models.Model], name: str) -> forms.Field:
    """The field of a form for a column of a model."""
    return cast(forms.Field, cell_field(cast(models.Field, model._meta.get_field(name))))


def _reason_field(label: str, *, required: bool) -> forms.CharField:
    return forms.CharField(
        label=label,
        required=required,
        max_length=REASON_LENGTH,
        help_text=_("The public reads it."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )


def _in_zones(field: Any, municipality: Municipality) -> None:
    field.queryset = municipality.zones.order_by("number")
    field.empty_label = _("The whole municipality")


def _lines(value: Any) -> Any:
    return value.replace("\r\n", "\n").replace("\r", "\n") if isinstance(value, str) else value


def told(names: Mapping[str, forms.Field], name: str, value: Any) -> str:
    """A field's value in words, for whoever has to choose between two of them."""
    field: Any = names[name]
    choices = dict(getattr(field, "choices", None) or ()) if not hasattr(field, "queryset") else {}
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if value in choices:
        return str(choices[value])
    return str(field.prepare_value(value)) if isinstance(value, Decimal | datetime.date) else str(value)
