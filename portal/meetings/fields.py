"""Fields of the forms about meetings: days and times as clerks write them."""

from __future__ import annotations

import datetime
import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from portal.folding import clean, western_digits
from portal.importing.dates import LONGEST_DATE, NotADate, read_date
from portal.locales import sheet_date

_CLOCK = re.compile(r"(?P<hour>\d{1,2})\s*(?:[:.٫،h]|س)?\s*(?P<minute>\d{2})?", re.ASCII | re.IGNORECASE)


def read_clock(text: str) -> datetime.time:
    """Return the time of the day that a text names; raises ``ValueError`` with a sentence for the person."""
    found = _CLOCK.fullmatch(western_digits(clean(text)))
    try:
        if found is None:
            raise ValueError
        return datetime.time(int(found["hour"]), int(found["minute"] or 0))
    except ValueError:
        raise ValueError(_("This is not a time. Expected: a time such as 09:30.")) from None


class DayField(forms.Field):
    """A day in any of the ways that calendars are imported with; shown as ``2026/11/30``."""

    widget = forms.TextInput(
        attrs={"dir": "ltr", "size": 12, "maxlength": LONGEST_DATE, "autocomplete": "off"}
    )

    def prepare_value(self, value: Any) -> Any:
        return sheet_date(value) if isinstance(value, datetime.date) else value

    def to_python(self, value: Any) -> datetime.date | None:
        if value in self.empty_values or isinstance(value, datetime.date):
            return value or None
        try:
            return read_date(clean(str(value))[:LONGEST_DATE])
        except NotADate as refusal:
            raise ValidationError(
                _("This is not a date. Expected: %(expected)s.") % {"expected": refusal.expected}
            ) from refusal

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return self.to_python(data) != self.to_python(initial)
        except ValidationError:
            return True


class ClockField(forms.Field):
    """A time of the day on a clock of 24 hours: ``9``, ``9h30``, ``09:30``."""

    widget = forms.TextInput(attrs={"dir": "ltr", "size": 6, "maxlength": 10, "autocomplete": "off"})

    def prepare_value(self, value: Any) -> Any:
        return f"{value:%H:%M}" if isinstance(value, datetime.time) else value

    def to_python(self, value: Any) -> datetime.time | None:
        if value in self.empty_values or isinstance(value, datetime.time):
            return value if isinstance(value, datetime.time) else None
        try:
            return read_clock(str(value))
        except ValueError as refusal:
            raise ValidationError(str(refusal)) from refusal
