"""The form of a new program."""

from __future__ import annotations

import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.importing.dates import FIRST_YEAR, LAST_YEAR, NotADate, read_date
from portal.municipalities.models import Municipality
from programs.models import Program

LAST_YEARS, MODEL, EMPTY = "program", "model", "empty"
LONGEST_DATE = 60


class NewProgramForm(forms.Form):
    """The year of a program, and what it is made from."""

    year = forms.IntegerField(
        label=gettext_lazy("Year of the program"), min_value=FIRST_YEAR, max_value=LAST_YEAR
    )
    origin = forms.ChoiceField(
        label=gettext_lazy("What it is made from"),
        choices=[
            (LAST_YEARS, gettext_lazy("An earlier program")),
            (MODEL, gettext_lazy("The built-in model of the method")),
            (EMPTY, gettext_lazy("Nothing: an empty calendar")),
        ],
    )
    source = forms.ModelChoiceField(
        label=gettext_lazy("Which program"), queryset=Program.objects.none(), required=False
    )
    approval_date = forms.CharField(
        label=gettext_lazy("Day on which the deciding body is to approve it"),
        required=False,
        max_length=LONGEST_DATE,
    )
    with_optional = forms.BooleanField(
        label=gettext_lazy("With sessions in the zones and a second plenary session"), required=False
    )

    def __init__(self, *args: Any, municipality: Municipality, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.municipality = municipality
        self.fields["source"].queryset = (  # type: ignore[attr-defined]
            Program.objects.of(municipality).select_related("municipality").order_by("-year")
        )

    def clean_year(self) -> int:
        """Said at once with all that is wrong; whoever makes the draft looks again, when it is their turn."""
        year = self.cleaned_data["year"]
        if Program.objects.of(self.municipality).filter(year=year).exists():
            raise ValidationError(_("The municipality already has a program of this year."))
        return year

    def clean_approval_date(self) -> datetime.date | None:
        text = self.cleaned_data["approval_date"]
        if self.data.get("origin") != MODEL:
            return None
        if not text.strip():
            raise ValidationError(_("The model’s dates are reckoned back from this day."))
        try:
            return read_date(text)
        except NotADate as refusal:
            raise ValidationError(
                _("This is not a date. Expected: %(expected)s.") % {"expected": refusal.expected}
            ) from refusal

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if values.get("origin") == LAST_YEARS and not values.get("source") and not self.has_error("source"):
            self.add_error("source", _("Choose the program to begin from."))
        return values


def first_values(municipality: Municipality) -> dict[str, Any]:
    """What the form proposes: the year after the newest program, made from that one; else the model."""
    newest = Program.objects.of(municipality).order_by("-year").first()
    if newest is None:
        return {"year": municipality.today().year + 1, "origin": MODEL}
    return {"year": min(newest.year + 1, LAST_YEAR), "origin": LAST_YEARS, "source": newest.pk}
