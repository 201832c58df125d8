"""A form that was open while somebody else saved: what was left alone follows them, the rest is told.

A form carries, hidden beside each field, the value that the person had before them.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.forms import BaseForm, ModelForm
from django.http import QueryDict
from django.utils.translation import gettext as _

from portal.editing.cells import UNSEEN, Clash, Seen, must_change
from portal.locales import sheet_date

Values = Mapping[str, Any]


class ChangedMeanwhile(Exception):  # noqa: N818 - it says what happened; nothing is wrong
    """Somebody else changed what this person changed too."""

    def __init__(self, version: int, clashes: list[Clash]) -> None:
        super().__init__(", ".join(clash.field for clash in clashes))
        self.version, self.clashes = version, clashes


@dataclass(frozen=True, slots=True)
class Before:
    """What a person had before them: the version of the row, and the values of its fields."""

    version: int
    values: Values


def values_to_write(*, current: Values, version: int, mine: Values, before: Before) -> dict[str, Any]:
    """What is to be written of a form over the row as it is now.

    Over the version that was seen it is all of it. Over another one a field that was left alone stays
    as somebody else made it. Raises :class:`ChangedMeanwhile` where both changed the same field.
    """
    if version == before.version:
        return dict(mine)
    wanted: dict[str, Any] = {}
    clashes: list[Clash] = []
    for name, value in mine.items():
        seen = before.values.get(name, UNSEEN)
        if value == seen:
            continue
        try:
            changes = must_change(
                field=name,
                current=current[name],
                version=version,
                mine=value,
                seen=Seen(before.version, seen),
            )
        except Clash as clash:
            clashes.append(clash)
        else:
            wanted |= {name: value} if changes else {}
    if clashes:
        raise ChangedMeanwhile(version, clashes)
    return wanted


def remember(form: BaseForm) -> None:
    """Let a form carry what its fields held when it was opened."""
    for field in form.fields.values():
        field.show_hidden_initial = True


def plain_lines(value: Any) -> Any:
    """A text with the line ends that are stored, where browsers send others; any other value as it is."""
    return value.replace("\r\n", "\n").replace("\r", "\n") if isinstance(value, str) else value


def values_before(form: BaseForm) -> dict[str, Any]:
    """What the fields of a sent form held when it was opened; without those that do not say."""
    found = {}
    for name, field in form.fields.items():
        carried = form.add_initial_prefix(name)
        if carried in form.data:
            try:
                found[name] = plain_lines(field.to_python(form.data[carried]))
            except ValidationError:
                continue
    return found


def rebased(form: ModelForm, current: models.Model, before: Values) -> QueryDict:
    """The sent data as if the form had been opened now: what was left alone is as it is now."""
    data = QueryDict(mutable=True)
    data.update(form.data)
    for name, field in form.fields.items():
        value = field.prepare_value(getattr(current, name))
        now = "" if value is None else str(getattr(value, "pk", value))
        data[form.add_initial_prefix(name)] = now
        if name in before and form.cleaned_data.get(name) == before[name]:
            data[form.add_prefix(name)] = now
    return data


@dataclass(frozen=True, slots=True)
class Difference:
    """A field to which two people gave different values."""

    label: str
    theirs: str
    mine: str


def differences(clashes: list[Clash], form: ModelForm, labels: Mapping[str, Any]) -> list[Difference]:
    """The clashes in words; ``labels`` names what is no field of the form."""
    found = []
    for clash in clashes:
        field = form.fields.get(clash.field)
        label = field.label if field else labels[clash.field]
        theirs, mine = (_shown(form, clash.field, value) for value in (clash.theirs, clash.mine))
        found.append(Difference(str(label), theirs, mine))
    return found


def _shown(form: ModelForm, name: str, value: Any) -> str:
    if value in (None, ""):
        return _("empty")
    if isinstance(value, datetime.date):
        return sheet_date(value)
    if isinstance(value, datetime.time):
        return f"{value:%H:%M}"
    if name in form.fields:
        column: Any = form._meta.model._meta.get_field(name)
        return str(dict(column.flatchoices or ()).get(value, value))
    return str(value)
