"""The fields of forms in which a table's cells are typed: figures and days as people write them here."""

from __future__ import annotations

import datetime
import re
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from portal.amounts.fields import AmountField
from portal.amounts.reading import Unit, read_amount, units_of
from portal.folding import clean, western_digits
from portal.importing.dates import LONGEST_DATE, NotADate, read_date
from portal.locales import DECIMALS, number, sheet_date

_QUANTITY = re.compile(r"\d{1,8}([.,٫]\d{1,2})?")
MONEY_DECIMALS = 3


class DayField(forms.CharField):
    """A day, shown as 2026/11/30 and read in any way that people of either country write it."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=LONGEST_DATE, **kwargs)
        self.widget.attrs |= {"dir": "ltr", "autocomplete": "off", "size": 12}

    def prepare_value(self, value: Any) -> Any:
        return sheet_date(value) if isinstance(value, datetime.date) else value

    def clean(self, value: Any) -> datetime.date | None:
        text = super().clean(value)
        if not text:
            return None
        try:
            return read_date(clean(text))
        except NotADate as refusal:
            expected = {"expected": refusal.expected}
            raise ValidationError(_("This is not a date. Expected: %(expected)s.") % expected) from refusal


class QuantityField(forms.CharField):
    """A number of kilometres, households or the like, with at most two decimals."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=20, **kwargs)
        self.widget.attrs |= {"inputmode": "decimal", "dir": "ltr", "autocomplete": "off", "size": 8}

    def prepare_value(self, value: Any) -> Any:
        return written_quantity(value) if isinstance(value, Decimal) else value

    def clean(self, value: Any) -> Decimal | None:
        text = western_digits(clean(super().clean(value))).replace(" ", "")
        if not text:
            return None
        if not _QUANTITY.fullmatch(text):
            raise ValidationError(
                _("Write a number with at most two decimals, such as %(example)s.") % {"example": "12,5"}
            )
        return Decimal(text.replace(",", ".").replace("٫", "."))


def written_quantity(value: Decimal) -> str:
    """``12,5`` or ``3``: without decimals that say nothing."""
    decimals = max(0, -int(value.normalize().as_tuple().exponent))
    return number(value, decimals)


class UnitAmountField(AmountField):
    """An amount that is shown in the unit it is typed in, so that the two are never mixed."""

    def prepare_value(self, value: Any) -> Any:
        if not isinstance(value, Decimal):
            return value
        if self.unit == units_of(self.currency)[0]:
            return number(value, DECIMALS[self.currency])
        in_unit = (value / read_amount("1", self.currency, self.unit)).normalize()
        return number(in_unit, max(0, -int(in_unit.as_tuple().exponent)))


def cell_field(column: models.Field, **kwargs: Any) -> forms.Field | None:
    """The form field of a column; of an amount in dinars until its form says otherwise."""
    label = {"label": kwargs.get("label", capfirst(column.verbose_name)), "required": not column.blank}
    if isinstance(column, models.DateField):
        return DayField(**label)
    if isinstance(column, models.DecimalField) and column.decimal_places == MONEY_DECIMALS:
        return UnitAmountField(currency="TND", unit=Unit.DINAR, **label)
    if isinstance(column, models.DecimalField):
        return QuantityField(**label)
    if isinstance(column, models.TextField):
        kwargs["widget"] = forms.Textarea(attrs={"rows": 2})
    return column.formfield(**kwargs)
