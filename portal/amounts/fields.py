"""The field of a form in which an amount is typed, beside a unit that is chosen."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from portal.amounts.reading import LONGEST_TEXT, NotAnAmount, Unit, read_amount
from portal.locales import DECIMALS, number


class AmountField(forms.CharField):
    """An amount of ``currency``, typed in ``unit``; empty is ``None``.

    A form whose person chooses the unit sets ``unit`` before it is cleaned.
    """

    def __init__(self, *, currency: str, unit: Unit, **kwargs: Any) -> None:
        super().__init__(max_length=LONGEST_TEXT, **kwargs)
        self.currency, self.unit = currency, unit
        self.widget.attrs |= {"inputmode": "decimal", "dir": "ltr", "autocomplete": "off"}

    def prepare_value(self, value: Any) -> Any:
        """A stored amount as the portal writes it, which reads back; what was typed as it was."""
        return number(value, DECIMALS[self.currency]) if isinstance(value, Decimal) else value

    def clean(self, value: Any) -> Decimal | None:
        text = super().clean(value)
        if not text:
            return None
        try:
            return read_amount(text, self.currency, self.unit)
        except NotAnAmount as refusal:
            raise ValidationError(str(refusal), code="amount") from refusal

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Whether something else stands there than was shown, figure for figure."""
        shown = self.prepare_value(initial)
        return (shown or "").split() != (data or "").split()
