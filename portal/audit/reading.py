"""The journal as people read it: sentences, the fields' names, values before and after."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.utils.translation import gettext as _

from portal.audit.actions import labels, sentences
from portal.audit.models import Entry
from portal.locales import sheet_date

NOTHING = "–"
_ISO = re.compile(r"\d{4}-\d\d-\d\d")


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


@dataclass(frozen=True, slots=True)
class Group:
    """What one person did at once: one entry, or several rows of the same act."""

    lines: tuple[Line, ...]

    @property
    def first(self) -> Line:
        """The newest."""
        return self.lines[0]

    @property
    def count(self) -> int:
        return len(self.lines)

    @property
    def numbers(self) -> str:
        """The number of the entry, or those of the first and the last."""
        oldest, newest = self.lines[-1].entry.pk, self.first.entry.pk
        return str(newest) if oldest == newest else f"{oldest}–{newest}"

    @property
    def common(self) -> Change | None:
        """The change that is the same in every row, where it is."""
        changes = {line.changes for line in self.lines}
        only = changes.pop() if len(changes) == 1 else ()
        return only[0] if len(only) == 1 else None


def read_entries(entries: Iterable[Entry]) -> list[Line]:
    return [read_entry(entry) for entry in entries]


def read_groups(entries: Iterable[Entry]) -> list[Group]:
    """Put entries into words, the rows of one act together; they come in the journal's order."""
    groups = groupby(read_entries(entries), key=lambda line: line.entry.batch or line.entry.pk)
    return [Group(tuple(lines)) for _key, lines in groups]


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
    label = getattr(field, "verbose_name", None) or labels().get(name, name)
    return Change(str(label), _value(field, before), _value(field, after))


def _value(field: Any, value: Any) -> str:
    """A value as people write it. A date that only its spelling tells is one too."""
    if isinstance(value, list):
        return " · ".join(_value(None, item) for item in value if item != "") or NOTHING
    if isinstance(value, dict):
        return " · ".join(f"{name}: {_value(None, item)}" for name, item in value.items()) or NOTHING
    choices = dict(getattr(field, "flatchoices", None) or ())
    if value in choices:
        return str(choices[value])
    if value is None or value == "":
        return NOTHING
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, str) and (field is None or isinstance(field, models.DateField)):
        return _date(value)
    return str(value)


def _date(text: str) -> str:
    try:
        return sheet_date(datetime.date.fromisoformat(text)) if _ISO.fullmatch(text) else text
    except ValueError:
        return text
