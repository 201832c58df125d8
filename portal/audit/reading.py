"""The journal as people read it: sentences, the fields' names, values before and after."""

from __future__ import annotations

import datetime
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.utils.translation import gettext as _

from portal.audit.actions import sentences
from portal.audit.models import Entry
from portal.locales import sheet_date

NOTHING = "–"


@dataclass(frozen=True, slots=True)
class Change:
    """One field of an act."""

    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Line:
    """An entry of the journal, ready to be shown. ``when`` is by the clocks of its municipality."""

    entry: Entry
    when: str
    sentence: str
    kind: str
    changes: tuple[Change, ...]


def read_entry(entry: Entry) -> Line:
    """Put an entry into words; what no model or sentence explains any more is shown as it was written."""
    model = _model(entry.object_type)
    kind = str(model._meta.verbose_name) if model else entry.object_type
    changes = tuple(_change(model, name, pair) for name, pair in entry.changes.items())
    sentence = str(sentences().get(entry.action, entry.action))
    return Line(entry, _when(entry), sentence, kind, changes)


def read_entries(entries: Iterable[Entry]) -> list[Line]:
    return [read_entry(entry) for entry in entries]


def _when(entry: Entry) -> str:
    zone = entry.municipality.zone_info if entry.municipality else datetime.UTC
    at = entry.at.astimezone(zone)
    return f"{sheet_date(at)} {at:%H:%M}" + ("" if entry.municipality else " UTC")


def _model(label: str) -> Any:
    try:
        return apps.get_model(label)
    except (LookupError, ValueError):
        return None


def _change(model: Any, name: str, pair: list[Any]) -> Change:
    before, after = pair
    try:
        field = model._meta.get_field(name) if model else None
    except FieldDoesNotExist:
        field = None
    label = str(getattr(field, "verbose_name", name))
    return Change(label, _value(field, before), _value(field, after))


def _value(field: Any, value: Any) -> str:
    if value is None or value == "":
        return NOTHING
    choices = dict(getattr(field, "flatchoices", None) or ())
    if value in choices:
        return str(choices[value])
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    return str(value)
