"""Cells that no spreadsheet runs: the guard before what looks like a formula, and the way back.

The guard is one apostrophe. It is put before a text that a spreadsheet would run, and taken off again
before exactly such a text, so that nothing else that begins with an apostrophe is ever touched.
"""

from __future__ import annotations

import re
from typing import Any

GUARD = "'"

# What a spreadsheet takes for a formula, also behind spaces, quotes and marks that nobody sees.
_FORMULA = re.compile(
    "[\\s'\"\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]*[=+\\-@\uff1d\uff0b\uff0d\uff20]|[\t\r]"
)


def is_formula_like(text: str) -> bool:
    """Return whether some spreadsheet may run the text instead of showing it."""
    return _FORMULA.match(text) is not None


def inert(cell: Any) -> Any:
    """The cell as text that no spreadsheet runs; :func:`as_written` is the exact way back."""
    return f"{GUARD}{cell}" if isinstance(cell, str) and is_formula_like(cell) else cell


def as_written(cell: Any) -> Any:
    """The cell without the apostrophe that :func:`inert` put before it."""
    is_guarded = isinstance(cell, str) and cell.startswith(GUARD) and is_formula_like(cell[1:])
    return cell[1:] if is_guarded else cell
