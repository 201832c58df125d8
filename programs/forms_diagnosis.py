"""The forms of the cell and its moves, of both diagnoses and of the coordination: a row of each table."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.editing.sheets import RowForm
from portal.files.uploads import ALLOWED, CheckedFile, check_upload
from programs.models import (
    Announcement,
    BudgetLine,
    Cell,
    CellMember,
    Coordination,
    Facility,
    InfrastructureLine,
    TaxRecovery,
)


class CellForm(RowForm):
    class Meta(RowForm.Meta):
        model = Cell
        fields = ("decision_number", "decided_on")


class CellMemberForm(RowForm):
    class Meta(RowForm.Meta):
        model = CellMember
        fields = ("position", "name", "office", "role")


class AnnouncementForm(RowForm):
    class Meta(RowForm.Meta):
        model = Announcement
        fields = ("is_to_staff", "channel", "on", "until", "text_ar", "text_fr", "proof")


class InfrastructureForm(RowForm):
    """A network of a zone: both figures, or neither."""

    EMPTIED_BY = ("total", "served", "note")

    class Meta(RowForm.Meta):
        model = InfrastructureLine
        fields = ("unit", "total", "served", "note")

    def clean(self) -> dict[str, Any]:
        return _both(self, "total", "served")


class RecoveryForm(RowForm):
    """A year of the property tax: both amounts, or neither."""

    EMPTIED_BY = ("due", "collected")

    class Meta(RowForm.Meta):
        model = TaxRecovery
        fields = ("due", "collected")

    def clean(self) -> dict[str, Any]:
        return _both(self, "due", "collected")


class BudgetForm(RowForm):
    class Meta(RowForm.Meta):
        model = BudgetLine
        fields = ("number", "title_ar", "title_fr", "two_before", "one_before", "estimate")


class FacilityForm(RowForm):
    class Meta(RowForm.Meta):
        model = Facility
        fields = (
            "number",
            "title_ar",
            "title_fr",
            "kind",
            "zone",
            "state",
            "needs_ar",
            "needs_fr",
            "cost",
        )


class CoordinationForm(RowForm):
    class Meta(RowForm.Meta):
        model = Coordination
        fields = (
            "operator_ar",
            "operator_fr",
            "approach",
            "on",
            "reference",
            "answered_on",
            "plans_ar",
            "plans_fr",
        )


def _both(form: RowForm, *names: str) -> dict[str, Any]:
    values = form.cleaned_data
    missing = [name for name in names if values.get(name) is None and not form.has_error(name)]
    if missing and not form.is_emptied:
        for name in missing:
            form.add_error(name, _("Give both figures, or neither."))
    return values


PICTURES = tuple(kind for kind in ALLOWED if kind.startswith("image/"))


class PhotosField(forms.FileField):
    """One or several pictures held to the rules of the house."""

    class Input(forms.FileInput):
        allow_multiple_selected = True

    widget = Input

    def clean(self, data: Any, initial: Any = None) -> list[CheckedFile]:
        uploads = data if isinstance(data, list) else [data] if data else []
        if not uploads:
            raise ValidationError(_("Choose a file."), code="required")
        return [check_picture(upload) for upload in uploads]


def check_picture(upload: Any) -> CheckedFile:
    """Hold an upload to the rules, and to being a picture. Raises ``ValidationError``."""
    checked = check_upload(upload)
    if not checked.content_type.startswith("image/"):
        raise ValidationError(_("This is no picture: send a JPEG, PNG, WEBP or HEIC."))
    return checked


class PhotosForm(forms.Form):
    """Pictures of a facility, and whether the public sees them."""

    photos = PhotosField(
        label=gettext_lazy("Photos"),
        widget=PhotosField.Input(
            attrs={"accept": ",".join(ending for kind in PICTURES for ending in ALLOWED[kind])}
        ),
    )
    is_public = forms.BooleanField(label=gettext_lazy("Everybody sees them"), required=False, initial=True)
