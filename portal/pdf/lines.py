"""WeasyPrint sets each line of a right-to-left text once, where it would set it twice.

It sets a line, asks where beside floats the line has its place, and sets it again if that is elsewhere.
From right to left it compares the cursor before, at the right end of an empty line, with the cursor after
it, at the same right end, as if the latter were the line's left end: no line seems to be where it was.
The second setting gives the same line; in an Arabic table it is a fifth of the time a page takes.
``docs/decisions/0014-arabic-lines-set-once.md`` says when this can go.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

Place = tuple[float, float, float]


def set_lines_once(inline: Any) -> None:
    """Have ``weasyprint.layout.inline`` learn the left end of a line that has no float beside it."""
    if not hasattr(inline.avoid_collisions, "sets_lines_once"):
        inline.avoid_collisions = _with_left_ends(inline.avoid_collisions, inline.boxes.LineBox)


def _with_left_ends(place_of: Callable[..., Place], line_box: type[Any]) -> Callable[..., Place]:
    def placed(context: Any, box: Any, containing_block: Any, outer: bool = True) -> Place:
        x, y, available = place_of(context, box, containing_block, outer)
        is_set = isinstance(box, line_box) and box.width
        if is_set and not context.excluded_shapes and containing_block.style["direction"] == "rtl":
            x = _left_end(x, box.width)
        return x, y, available

    placed.sets_lines_once = True  # type: ignore[attr-defined]
    return placed


def _left_end(right: float, width: float) -> float:
    """What gives ``right`` with ``width`` added, to the last bit; ``right`` itself if nothing does."""
    left = right - width
    near = (left, math.nextafter(left, math.inf), math.nextafter(left, -math.inf))
    return next((end for end in near if end + width == right), right)
