"""What people type into the cells of the calendar, read as the values that cells hold."""

from __future__ import annotations

import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from portal.folding import one_line, printable
from portal.importing.dates import NotADate, read_date
from portal.locales import sheet_date
from programs.services.cells import DOCUMENTS

MOST_DOCUMENTS = 50
_DONE = {"": None, "yes": True, "no": False}


def read_cell(field: str, text: str) -> Any:
    """The value that a cell of a task, a phase or a program holds after ``text`` was typed into it.

    Raises ``ValidationError`` (by field) for a text that is no value of this cell.
    """
    try:
        return _read(field, text)
    except ValidationError as refusal:
        raise ValidationError({field: refusal.messages}) from refusal


def _read(field: str, text: str) -> Any:
    if field == "session_date":
        return _date(text)
    if field == "done":
        return _done(text)
    if field in DOCUMENTS:
        return _lines(text)
    return printable(text).strip() if field == "notes" else one_line(text)


def _date(text: str) -> datetime.date | None:
    try:
        return read_date(text) if text.strip() else None
    except NotADate as refusal:
        raise ValidationError(
            _("“%(text)s” is not a date. Expected: %(expected)s.")
            % {"text": one_line(text)[:60], "expected": refusal.expected}
        ) from refusal


def _done(text: str) -> bool | None:
    if text not in _DONE:
        raise ValidationError(_("Choose yes, no or not stated."))
    return _DONE[text]


def _lines(text: str) -> list[str]:
    """One title a line; an empty line keeps its place, for a document that the other language names."""
    lines = [one_line(line) for line in text.splitlines()]
    while lines and not lines[-1]:
        lines.pop()
    if len(lines) > MOST_DOCUMENTS:
        raise ValidationError(_("A task has %(most)s documents at the most.") % {"most": MOST_DOCUMENTS})
    return lines


def cell_text(value: Any) -> str:
    """A cell's value as it stands in its field: what :func:`read_cell` reads as the same value."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime.date):
        return sheet_date(value)
    return "\n".join(value) if isinstance(value, list) else value
