"""The line above the table that says which program this is."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

from portal.folding import clean, western_digits
from portal.importing.tables import Row, Table
from programs.importers.cells import unshielded
from programs.importers.rows import LONGEST_TITLE, on_one_line

_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_LIST_DASH = re.compile(r"^[-–—•]\s+")


@dataclass(frozen=True, slots=True)
class Heading:
    """A program's title, to the letter but for the dash that opens a line, and the years it names."""

    title: str
    line: int
    years: tuple[int, ...]


def read_heading(table: Table, before: Sequence[Row]) -> Heading:
    """Return the heading above the table: the last line that names a year, else the last line.

    Raises `ImportRefused` for a title longer than the portal keeps.
    """
    if not before:
        return Heading("", table.rows[0].line, ())
    row = next((row for row in reversed(before) if years_of(row.text)), before[-1])
    printed = on_one_line(row.filled[0] if len(row.filled) == 1 else clean(row.text))
    title = unshielded(_LIST_DASH.sub("", printed))
    if len(title) > LONGEST_TITLE:
        expected = _("a title of at most %(count)d characters") % {"count": LONGEST_TITLE}
        raise table.refusal(row, expected=expected, found=title)
    return Heading(title, row.line, years_of(title))


def opens_with_dash(title: str) -> bool:
    """Return whether a title opens with a dash as lists have it, of which `read_heading` leaves one out."""
    return _LIST_DASH.match(title) is not None


def years_of(text: str) -> tuple[int, ...]:
    """Return the years that a text names, in order."""
    return tuple(map(int, _YEAR.findall(western_digits(text))))
