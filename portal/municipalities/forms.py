"""The forms of zones and of their map."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.editing.sheets import RowForm
from portal.files.uploads import ALLOWED, CheckedFile, check_upload
from portal.municipalities.models import Zone
from portal.municipalities.services import check_map

_ENDINGS = [
    ending
    for kind, endings in ALLOWED.items()
    if kind == "application/pdf" or kind.startswith("image/")
    for ending in endings
]


class ZoneForm(RowForm):
    class Meta(RowForm.Meta):
        model = Zone
        fields = ("number", "name_ar", "name_fr", "population", "streets")


class MapField(forms.FileField):
    """A picture or a PDF, held to the rules of the house."""

    def clean(self, data: Any, initial: Any = None) -> CheckedFile:
        if not data:
            raise ValidationError(_("Choose a file."), code="required")
        checked = check_upload(data)
        check_map(checked)
        return checked


class MapForm(forms.Form):
    map = MapField(
        label=gettext_lazy("Map of the zones"),
        widget=forms.FileInput(attrs={"accept": ",".join(dict.fromkeys(_ENDINGS)), "class": "form-control"}),
    )
