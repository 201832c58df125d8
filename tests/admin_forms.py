"""Filling in the admin's forms as a browser would: every field that was shown, with what it showed."""

from __future__ import annotations

from typing import Any

from django.forms import BaseForm
from django.http import HttpResponse


def as_shown(response: HttpResponse, **changes: Any) -> dict[str, Any]:
    """The POST data of an admin form that was just shown, with ``changes`` made by hand."""
    data = _values(response.context["adminform"].form)
    for inline in response.context["inline_admin_formsets"]:
        data |= _values(inline.formset.management_form)
        for form in inline.formset.forms:
            data |= _values(form)
    return data | changes


def errors_of(response: HttpResponse, field: str) -> list[str]:
    """What stands beside a field of an admin form that was refused."""
    return list(response.context["adminform"].form.errors.get(field, []))


def _values(form: BaseForm) -> dict[str, Any]:
    values = {}
    for bound in form:
        value = bound.value()
        if value is not None and value is not False and not bound.field.disabled:
            values[bound.html_name] = value
    return values
