"""Rows of a table that several people edit at once, each cell written over what its editor has seen."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from portal.accounts.models import User
from portal.administration.acts import RowAct, added, deleted
from portal.audit.log import Changes, record
from portal.editing.cells import Clash, Seen, must_change
from portal.editing.models import Versioned
from portal.municipalities.models import Municipality
from portal.municipalities.turns import take_turn

MOST_NAMED = 3


@dataclass(frozen=True, slots=True)
class RowEdit:
    """What a person did to one row of a page."""

    name: str
    """What the page calls the row."""
    row: Versioned
    """The row as the page knows it: with its key, or a new one attached to what it is part of."""
    values: Mapping[str, Any]
    """The cells by field; of a row in another table its key."""
    seen: Mapping[str, Any]
    """The same cells as the person had them before them."""
    version: int
    is_removed: bool = False

    @property
    def is_new(self) -> bool:
        return self.row.pk is None


@dataclass
class RowsRefused(Exception):  # noqa: N818 - it says what happened to the rows
    """Nothing was written. What is wrong with which row, by the names that the page gave them."""

    errors: dict[str, ValidationError] = field(default_factory=dict)
    clashes: dict[str, list[Clash]] = field(default_factory=dict)

    def __bool__(self) -> bool:
        return bool(self.errors or self.clashes)


@transaction.atomic
def write_rows(
    *,
    rows: models.QuerySet,
    edits: Iterable[RowEdit],
    municipality: Municipality,
    actor: User | None,
    after: Callable[[], None] | None = None,
    batch: uuid.UUID | None = None,
) -> int:
    """Write what was changed, all or nothing; return how many rows it was.

    ``rows`` are those that may be changed at all. Each row has its entry in the journal, and those of
    one act the same ``batch``; ``after`` is called when there is any. Raises :class:`RowsRefused`, with
    every row that cannot be written and every cell that somebody else changed meanwhile.
    """
    take_turn(municipality)
    stored = {row.pk: row for row in rows}
    refused = RowsRefused()
    acts = []
    # What is removed makes room for what takes its number.
    for edit in sorted(edits, key=lambda edit: (not edit.is_removed, edit.is_new)):
        try:
            act = _written(edit, stored, refused)
        except ValidationError as error:
            refused.errors[edit.name] = error
        else:
            acts += [act] if act else []
    if refused:
        raise refused
    _journal(acts, municipality, actor, batch or (uuid.uuid4() if len(acts) > 1 else None))
    if acts and after:
        after()
    return len(acts)


def _written(edit: RowEdit, stored: Mapping[int, Versioned], refused: RowsRefused) -> RowAct | None:
    if edit.is_new:
        return None if edit.is_removed else _add(edit)
    row = stored.get(edit.row.pk)
    if row is None:
        if edit.is_removed:
            return None
        raise ValidationError(_("Somebody removed this row since you opened the page."))
    return _remove(edit, row) if edit.is_removed else _change(edit, row, refused)


def _add(edit: RowEdit) -> RowAct:
    row = edit.row
    for name, value in edit.values.items():
        setattr(row, _attname(row, name), value)
    _check(row, edit.values)
    row.save(force_insert=True)
    return added(row)


def _remove(edit: RowEdit, row: Versioned) -> RowAct:
    if row.version != edit.version:
        raise ValidationError(
            _("Somebody changed this row since you opened the page. Look at it, then remove it again."),
            code="stale",
        )
    act, key = deleted(row), row.pk
    try:
        row.delete()
    except models.ProtectedError as error:
        raise ValidationError(_kept_by(error)) from error
    row.pk = key
    return act


def _kept_by(error: models.ProtectedError) -> str:
    kept = sorted({f"{obj._meta.verbose_name} {obj}" for obj in error.protected_objects})
    named = ", ".join(kept[:MOST_NAMED]) + ("…" if len(kept) > MOST_NAMED else "")
    return _("It cannot be removed, because this needs it: %(kept)s.") % {"kept": Truncator(named).chars(300)}


def _change(edit: RowEdit, row: Versioned, refused: RowsRefused) -> RowAct | None:
    changes: Changes = {}
    version = row.version
    for name, mine in edit.values.items():
        if mine == edit.seen[name]:
            continue
        current = cell(row, name)
        seen = Seen(edit.version, edit.seen[name])
        try:
            if not must_change(field=name, current=current, version=version, mine=mine, seen=seen):
                continue
        except Clash as clash:
            refused.clashes.setdefault(edit.name, []).append(clash)
            continue
        changes[name] = (told(row, name, current), told(row, name, mine))
        setattr(row, _attname(row, name), mine)
    if not changes:
        return None
    _check(row, changes)
    row.save(update_fields=list(changes))
    return RowAct("row.changed", row, changes)


def _check(row: models.Model, names: Iterable[str]) -> None:
    """Hold the cells, the row and what the table asks of it; what it is part of is not in question."""
    given = set(names)
    row.clean_fields(exclude=[other.name for other in row._meta.fields if other.name not in given])
    row.clean()
    row.validate_unique()
    row.validate_constraints()


def cell(row: models.Model, name: str) -> Any:
    """What a cell holds: of a row in another table its key."""
    return getattr(row, _attname(row, name))


def told(row: models.Model, name: str, value: Any) -> Any:
    """A cell's value as the journal tells it: a row of another table by its name."""
    column = row._meta.get_field(name)
    if value is None or not isinstance(column, models.ForeignKey):
        return value
    other = column.related_model._default_manager.filter(pk=value).first()
    return str(other) if other else value


def _attname(row: models.Model, name: str) -> str:
    return row._meta.get_field(name).attname  # type: ignore[union-attr]


def _journal(
    acts: Sequence[RowAct], municipality: Municipality, actor: User | None, batch: uuid.UUID | None
) -> None:
    for act in acts:
        record(
            actor=actor,
            action=act.action,
            obj=act.obj,
            municipality=municipality,
            changes=act.changes,
            batch=batch,
        )
