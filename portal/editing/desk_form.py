"""A form of the desk whose writing may be refused by a service."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError

_CLASSES = (
    (forms.CheckboxInput, "form-check-input"),
    (forms.CheckboxSelectMultiple, "form-check-input"),
    (forms.RadioSelect, "form-check-input"),
    (forms.Select, "form-select"),
    (forms.HiddenInput, ""),
    (forms.Widget, "form-control"),
)


class DeskForm(forms.Form):
    """Fields in the clothes of the desk; what a service refuses finds its place among them."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.use_required_attribute = False
        self.elsewhere: dict[str, list[str]] = {}
        """What is wrong with something that is no single field, such as a table."""

    def dress(self) -> None:
        """Give every control its class and its direction. Called once all fields are there."""
        for name, field in self.fields.items():
            attrs = field.widget.attrs
            attrs.setdefault("class", next(css for kind, css in _CLASSES if isinstance(field.widget, kind)))
            if isinstance(field, forms.CharField) and "dir" not in attrs:
                attrs["dir"] = {"_ar": "rtl", "_fr": "ltr"}.get(name[-3:], "auto")

    def refuse(self, refusal: ValidationError) -> None:
        """Put what a service refused beside what it is about; what is no field stands above the form."""
        for name, errors in refusal.update_error_dict({}).items():
            if name in self.fields or name == NON_FIELD_ERRORS:
                self.add_error(name if name in self.fields else None, errors)
            else:
                texts = [text for error in errors for text in error.messages]
                self.elsewhere.setdefault(name, []).extend(texts)
                self.add_error(None, texts)

    @property
    def problems(self) -> list[tuple[str, str]]:
        """Every error with the field it stands at."""
        found = [("", str(error)) for error in self.non_field_errors()]
        for bound in self:
            found += [
                (bound.id_for_label or bound.auto_id, f"{bound.label}: {error}") for error in bound.errors
            ]
        return found
