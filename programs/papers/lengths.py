"""About how many pages a paper takes, from the length of its texts: to know whether somebody can wait."""

from __future__ import annotations

import math
from collections.abc import Iterable

LINE, AROUND = 4.4, 2.0
"""Millimetres: a line of a table, and what a row keeps free above and below."""
LARGE = 1.5
"""How much more large type takes, on sheets of twice the size."""


def row_height(cells: Iterable[tuple[str, int]]) -> float:
    """The height of a table's row in millimetres.

    Args:
        cells: each text with how many letters a line of its column has.
    """
    return AROUND + LINE * max((_lines(text, letters) for text, letters in cells), default=1)


def pages_for(height: float, *, page: float, is_large: bool) -> int:
    """About how many pages so many millimetres take where one holds ``page`` of them."""
    return max(1, math.ceil(height * (LARGE if is_large else 1) / page))


def _lines(text: str, letters: int) -> int:
    return sum(max(1, math.ceil(len(part) / letters)) for part in text.split("\n"))
