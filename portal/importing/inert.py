"""Cells that no spreadsheet runs: the guard before what looks like a formula, and the way back.

The guard is one apostrophe. It is put before a text that a spreadsheet would run, and taken off again
before exactly such a text, so that nothing else that begins with an apostrophe is ever touched.

In CSV it also stands within a text, after what some spreadsheet takes for the end of a cell: one that is set
to semicolons cuts a file of commas at every semicolon, whatever the quotes say, and the other way round.
"""

from __future__ import annotations

import re
from typing import Any

GUARD = "'"

# What a spreadsheet takes for a formula, also behind spaces, quotes and marks that nobody sees.
_UNSEEN = "\\s'\"\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff"
_SIGN = "[=+\\-@\uff1d\uff0b\uff0d\uff20]"
# What is one is one behind apostrophes too: else nobody could tell a guard from an apostrophe of the text.
_FORMULA = re.compile(f"[{_UNSEEN}]*{_SIGN}|{GUARD}*[\t\r]")
# The same after the end of a cell, as far as the next one.
_CELL_END = "[,;\t\r\n]"
_WITHIN = f"(?:(?!{_CELL_END})[{_UNSEEN}])*{_SIGN}"
_TO_GUARD = re.compile(f"(?<={_CELL_END})(?={_WITHIN})")
_GUARDED = re.compile(f"(?<={_CELL_END}){GUARD}(?={_WITHIN})")


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


def inert_in_csv(cell: Any) -> Any:
    """As :func:`inert`, for a file that may be cut elsewhere; :func:`as_written_in_csv` is the way back."""
    return inert(_TO_GUARD.sub(GUARD, cell)) if isinstance(cell, str) else cell


def as_written_in_csv(cell: Any) -> Any:
    """The cell without the apostrophes that :func:`inert_in_csv` put into it."""
    written = as_written(cell)
    return _GUARDED.sub("", written) if isinstance(written, str) else written
