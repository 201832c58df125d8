"""The days that staff type when they plan: an announced holiday, the council's session."""

from __future__ import annotations

import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.importing.dates import LONGEST_DATE, NotADate, read_date
from programs.planning import Choice


class DayField(forms.CharField):
    """A day in any of the ways in which clerks write one."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=LONGEST_DATE, **kwargs)

    def clean(self, value: Any) -> datetime.date | None:
        text = super().clean(value)
        if not text:
            return None
        try:
            return read_date(text)
        except NotADate as refusal:
            told = _("This is not a date. Expected: %(expected)s.") % {"expected": refusal.expected}
            raise ValidationError(told) from refusal


class HolidayForm(forms.Form):
    """The day of one holiday, which is named by how it was calculated."""

    key = forms.CharField(max_length=60)
    estimated_on = forms.DateField()
    date = DayField(label=gettext_lazy("Announced day"))


class CouncilForm(forms.Form):
    """The day on which the deciding body is to approve the program."""

    council = DayField(label=gettext_lazy("Day of the approval"))


class FillForm(CouncilForm):
    """Which dates to take over for the tasks that were ticked."""

    choice = forms.ChoiceField(choices=[(choice.value, choice.value) for choice in Choice])
