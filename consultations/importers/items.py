"""Lists of points as they survive in a copied page: several on a line, whatever their bullets."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from django.utils.translation import gettext as _

from consultations.importers.labels import BULLETS, DASHES, LINE_BULLETS
from consultations.importers.lines import Line
from consultations.importers.readings import Item
from portal.importing.findings import SourceWarning

_BULLET = re.compile(f"[{re.escape(BULLETS)}]+")
_LINE_BULLET = re.compile(rf"([{re.escape(LINE_BULLETS)}])\s*(?=\D)")


def read_items(lines: Iterable[Line], warnings: list[SourceWarning]) -> tuple[Item, ...]:
    """The points and paragraphs of the lines, in order and to the letter, without their bullets.

    Text without a bullet is a paragraph; it never continues the line before. A bullet alone on its line
    belongs to the next. Splitting at dashes is warned about: a dash may also stand within a sentence.
    """
    items: list[Item] = []
    awaits_text = False
    for line in lines:
        parts = list(_parts(line, warnings))
        if awaits_text and parts and not parts[0][1]:
            parts[0] = (parts[0][0], True)
        items += [Item(text, is_point, line.number) for text, is_point in parts if text]
        awaits_text = bool(parts) and parts[-1] == ("", True)
    return tuple(items)


def _parts(line: Line, warnings: list[SourceWarning]) -> Iterator[tuple[str, bool]]:
    """The pieces of a line, each with whether a bullet stood before it."""
    if found := _LINE_BULLET.match(line.text):
        separator = re.compile(rf"(?:^|\s){re.escape(found[1])}\s*(?=\D)")
        if found[1] in DASHES and len(separator.findall(line.text)) > 1:
            message = _(
                "Read as several points, split at the dashes: check that no dash belongs to a sentence."
            )
            warnings.append(SourceWarning(line.number, line.column, "dash_points", message))
    else:
        separator = _BULLET
    before, *points = separator.split(line.text)
    if before.strip():
        yield before.strip(), False
    for point in points:
        yield point.strip(), True
