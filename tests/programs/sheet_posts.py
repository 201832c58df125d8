"""Filling in the desk's tables as a browser would: every field that was shown, with what it showed."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse


def as_shown(response: HttpResponse, **changes: Any) -> dict[str, Any]:
    """The POST data of the sheets that were just shown, with ``changes`` by the field's whole name."""
    data: dict[str, Any] = {}
    editing = response.context["editing"]
    if editing.unit:
        data["unit"] = editing.unit
    for sheet in editing.sheets:
        data[f"{sheet.prefix}-rows"] = sheet.blank_count
        for line in sheet.lines:
            data[f"{line.prefix}-seen"] = line.seen_text
            for bound in line.cells:
                value = bound.value()
                if value is not None and value is not False:
                    data[bound.html_name] = value
    return data | {name.replace("__", "-"): value for name, value in changes.items()}


def errors_of(response: HttpResponse) -> dict[str, list[str]]:
    """What stands beside the fields of a page that was refused, and beside its rows."""
    found = {}
    for sheet in response.context["editing"].sheets:
        for line in sheet.lines:
            found |= {bound.html_name: list(bound.errors) for bound in line.cells if bound.errors}
            if line.errors:
                found[line.prefix] = line.errors
    return found
