"""Fields of the admin that refuse in words what Django's own fail at."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.admin.widgets import AutocompleteSelect
from django.core.exceptions import ValidationError
from django.forms.fields import InvalidJSONInput


class JSONField(forms.JSONField):
    """JSON as somebody types it: Python's reader stops otherwise at long numbers and deep brackets."""

    def to_python(self, value: Any) -> Any:
        try:
            return super().to_python(value)
        except (ValueError, RecursionError) as error:
            raise ValidationError(self.error_messages["invalid"], code="invalid") from error

    def bound_data(self, data: Any, initial: Any) -> Any:
        try:
            return super().bound_data(data, initial)
        except (ValueError, RecursionError):
            return InvalidJSONInput(data)


class SearchedSelect(AutocompleteSelect):
    """A list that is searched, shown anew after a refusal also where what was sent is no number of a row."""

    def optgroups(self, name: str, value: list[str], attrs: dict[str, Any] | None = None) -> Any:
        numbers = [each for each in value if str(each).isdecimal()]
        return super().optgroups(name, numbers, attrs)
