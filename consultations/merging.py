"""The rows of a list, as a file has them, merged into those that are stored: none deleted, none doubled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import models

from portal.folding import folded_words
from portal.importing.differences import Difference, Differences, Values, merge_values, plain


@dataclass(frozen=True, slots=True)
class RowSet:
    """The rows of ``model`` that belong to ``parent`` (its foreign key by name), and what was read last."""

    place: str
    model: type[models.Model]
    parent: dict[str, models.Model]
    base: Sequence[Values]

    def stored(self) -> list[Any]:
        return list(self.model._default_manager.filter(**self.parent).order_by("position", "pk"))


def merge_rows(found: Differences, rows: RowSet, incoming: Sequence[Values]) -> list[Values]:
    """Merge and save the rows of a list; return the base of the next import.

    A row is the one last read under the same title, letters folded, else the one last read at the same place,
    else a stored one of the same title, else a new one at the end. A row that people removed stays removed.
    """
    stored = rows.stored()
    by_pk = {row.pk: row for row in stored}
    read_before = {entry["pk"] for entry in rows.base}
    added_by_people = [row for row in stored if row.pk not in read_before]
    last = max((row.position for row in stored), default=0)
    matches, absent = _match(incoming, rows.base)
    imported = []
    for values, base in zip(incoming, matches, strict=True):
        row: Any = by_pk.get(base["pk"]) if base else _take_titled(added_by_people, values)
        if base and row is None:
            found.conflicts.append(Difference(rows.place, "", None, title_of(values)))
            imported.append({**base, **{name: plain(value) for name, value in values.items()}})
            continue
        if row is None:
            last += 1
            row = rows.model(position=last, **rows.parent)
            found.changes.append(Difference(f"{rows.place}-{last}", "", None, title_of(values)))
        imported.append(_merge_row(found, row, values, base or {}, f"{rows.place}-{row.position}"))
    found.absent += [f"{rows.place}: {title_of(entry)}" for entry in absent if entry["pk"] in by_pk]
    return [*imported, *absent]


def _merge_row(found: Differences, row: Any, values: Values, base: Values, place: str) -> Values:
    earlier = len(found.changes)
    merged = merge_values(found, row, values, base, place)
    _keep_period(found, row, earlier)
    save_changes(row, found.changes[earlier:])
    return {**merged, "pk": row.pk}


def save_changes(row: models.Model, changes: Sequence[Difference]) -> None:
    """Save a new row whole, of a stored one only what changed."""
    if row._state.adding:
        row.save()
    elif changes:
        row.save(update_fields=[change.field for change in changes])


def _keep_period(found: Differences, row: Any, earlier: int) -> None:
    """Leave both dates to people where theirs and the file's together would end before they start."""
    start, end = getattr(row, "starts_on", None), getattr(row, "ends_on", None)
    if start is None or end is None or start <= end:
        return
    dates = [change for change in found.changes[earlier:] if change.field in ("starts_on", "ends_on")]
    for change in dates:
        setattr(row, change.field, change.stored)
        found.changes.remove(change)
    found.conflicts += dates


def _match(incoming: Sequence[Values], base: Sequence[Values]) -> tuple[list[Values | None], list[Values]]:
    """What the last import read of each incoming row, if it did; and what was read then and is not now."""
    free = dict(enumerate(base))
    matches: list[Values | None] = []
    for values in incoming:
        same = (at for at, entry in free.items() if folded(title_of(entry)) == folded(title_of(values)))
        at = next(same, None)
        matches.append(None if at is None else free.pop(at))
    for at, match in enumerate(matches):
        if match is None:
            matches[at] = free.pop(at, None)
    return matches, list(free.values())


def _take_titled(rows: list[Any], values: Values) -> Any:
    title = folded(title_of(values))
    for row in rows:
        if title in (folded(row.title_ar), folded(row.title_fr)):
            rows.remove(row)
            return row
    return None


def title_of(values: Values) -> str:
    """The title among the values of a row, in whichever language it is."""
    return values.get("title_ar") or values.get("title_fr") or ""


def folded(title: str) -> str:
    """What two spellings of one title share: their folded words."""
    return " ".join(folded_words(title))
