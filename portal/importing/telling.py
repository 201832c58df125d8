"""What an import command tells of its differences: plain English lines, which scripts may read."""

from collections.abc import Iterator
from typing import Any

from portal.importing.differences import Difference, Differences
from portal.importing.refusals import quote


def tell_change(change: Difference) -> str:
    """A value that the file changed."""
    return f"change: {change}: {_shown(change.stored)} → {_shown(change.read)}"


def tell_kept(differences: Differences) -> Iterator[str]:
    """What was kept against the file, or without it."""
    for conflict in differences.conflicts:
        yield f"conflict: {conflict}: kept {_shown(conflict.stored)}, the file says {_shown(conflict.read)}"
    yield from (f"not in the file, kept: {row}" for row in differences.absent)


def _shown(value: Any) -> str:
    if isinstance(value, list | tuple):
        return " | ".join(map(_shown, value)) or "–"
    return "–" if value is None or value == "" else quote(str(value))
