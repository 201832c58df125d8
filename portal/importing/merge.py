"""A later import meets what people changed meanwhile: a three-way merge of one value."""

from enum import Enum, auto
from typing import Any


class Outcome(Enum):
    """What to do with one value of an existing row."""

    KEEP = auto()
    TAKE = auto()
    CONFLICT = auto()


def merge(*, base: Any, ours: Any, theirs: Any) -> Outcome:
    """Return what becomes of `ours`, the stored value, when a file now says `theirs`.

    `base` is what the last import read, `None` when no import ever read this value. An empty `theirs` never
    overwrites; a stored value that people changed since the last import is kept, and said to be in conflict
    when the file changed too.
    """
    if is_empty(theirs) or theirs in (ours, base):
        return Outcome.KEEP
    if is_empty(ours) and is_empty(base):
        return Outcome.TAKE
    return Outcome.TAKE if ours == base else Outcome.CONFLICT


def is_empty(value: Any) -> bool:
    """Return whether a value states nothing; `False` and 0 are statements."""
    return value is None or value in ("", [], ())
