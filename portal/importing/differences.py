"""What a file says beside what is stored: values taken, values kept as people have them, rows not named.

The base, what the last import read of a row, is kept with the row as JSON: so a value that people changed
since can be told from one that the file changed.
"""

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db import models

from portal.importing.merge import Outcome, is_empty, merge

Values = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Difference:
    """A value of one row as it was stored and as the file says it; `field` is "" for a row as a whole."""

    place: str
    field: str
    stored: Any
    read: Any

    def __str__(self) -> str:
        return f"{self.place} {self.field}".strip()


@dataclass(slots=True)
class Differences:
    """What an import wrote, what it left as people have it, and the rows that its file does not name.

    `decisions` are those of a person, by the difference as text: whether to take what the file says. Where
    nothing was decided, the merge decides.
    """

    changes: list[Difference] = field(default_factory=list)
    conflicts: list[Difference] = field(default_factory=list)
    absent: list[str] = field(default_factory=list)
    decisions: Mapping[str, bool] = field(default_factory=dict)

    def takes(self, difference: Difference, *, otherwise: bool) -> bool:
        """Return whether the file's value is taken, and note the difference accordingly."""
        taken = self.decisions.get(str(difference), otherwise)
        (self.changes if taken else self.conflicts).append(difference)
        return taken


def merge_values(found: Differences, row: models.Model, values: Values, base: Values, place: str) -> Values:
    """Set on `row` what the file changed, without saving it; return the base of the next import.

    `values` are those of the file by column, `base` those the last import read. What the file does not state
    changes nothing. A row that is not stored yet takes all values, and no difference is told of it.
    """
    stated = {name: value for name, value in values.items() if not is_empty(value)}
    for name, read in stated.items():
        stored = getattr(row, name)
        if row._state.adding:
            setattr(row, name, read)
        elif plain(stored) != plain(read):
            outcome = merge(base=base.get(name), ours=plain(stored), theirs=plain(read))
            if found.takes(Difference(place, name, stored, read), otherwise=outcome is Outcome.TAKE):
                setattr(row, name, read)
    return base_of(values, base)


def base_of(values: Values, base: Values) -> Values:
    """Return the base of the next import after one that read `values` over an earlier `base`."""
    return {**base, **{name: plain(value) for name, value in values.items() if not is_empty(value)}}


def plain(value: Any) -> Any:
    """Return a value as JSON keeps it, in one spelling for equal values."""
    if isinstance(value, Decimal):
        return f"{value:.3f}"
    return value.isoformat() if isinstance(value, datetime.date) else value
