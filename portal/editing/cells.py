"""One cell, several people: whoever comes second sees both values and chooses."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Any


class _Unseen(Enum):
    UNSEEN = "unseen"


UNSEEN = _Unseen.UNSEEN


@dataclass(frozen=True, slots=True)
class Seen:
    """What a person had before them when they began to type."""

    version: int
    """The version of the row."""
    value: Any = UNSEEN
    """The cell's value; without it any other version of the row counts as another value of the cell."""


class Clash(Exception):  # noqa: N818 - it says what happened; nothing is wrong
    """The cell holds another value than the one that was seen, and another than the one given."""

    def __init__(self, *, field: str, mine: Any, theirs: Any, version: int) -> None:
        super().__init__(f"{field}: {mine!r} against {theirs!r}")
        self.field, self.mine, self.theirs = field, mine, theirs
        self.version = version
        """The version of the row as it is now: who has seen both values saves over this one."""


def must_change(*, field: str, current: Any, version: int, mine: Any, seen: Seen) -> bool:
    """Whether ``mine`` is to be written over ``current``; ``False`` where it stands there already.

    Two people may change different cells of a row. Raises :class:`Clash` where it was the same cell.
    """
    if mine == current:
        return False
    if version != seen.version and (seen.value is UNSEEN or seen.value != current):
        raise Clash(field=field, mine=mine, theirs=current, version=version)
    return True
