"""A sheet as lines of clean text, and the comparison of a line with the tables of labels."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from consultations.importers.labels import BULLETS, LINE_BULLETS
from portal.folding import clean, folded_words
from portal.importing.refusals import ImportRefused
from portal.importing.tables import decode

LARGEST_SHEET = 1_000_000
MOST_LINES = 5_000
LONGEST_LINE = 20_000

_LINE_END = re.compile(r"\r\n|\r|\n")
_LEADING_BULLET = re.compile(rf"[{re.escape(BULLETS)}]\s*|[{re.escape(LINE_BULLETS)}]\s*(?=\D)")


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the file: its number, the column of its first sign, both from 1, and its text, trimmed."""

    number: int
    column: int
    text: str

    def part(self, start: int, end: int | None = None) -> Line:
        """The text from ``start`` up to ``end``, trimmed, where it stands."""
        text = self.text[start:end]
        return Line(self.number, self.column + start + len(text) - len(text.lstrip()), text.strip())


def read_lines(name: str, data: bytes) -> tuple[Line, ...]:
    """Every line of the file, blank ones too.

    Raises ``ImportRefused`` for a file that is empty, not text, damaged, or larger than any sheet.
    """
    if len(data) > LARGEST_SHEET:
        size = LARGEST_SHEET // 1000
        raise ImportRefused(
            file=name, line=1, column=1, expected=_("a file of at most %(size)d kB") % {"size": size}
        )
    text, _encoding = decode(name, data)
    lines = tuple(_line(name, number, raw) for number, raw in enumerate(_LINE_END.split(text), start=1))
    check_line_count(name, len(lines))
    return lines


def check_line_count(name: str, count: int) -> None:
    """Raise ``ImportRefused`` for a file of more lines than any sheet."""
    if count > MOST_LINES:
        expected = _("at most %(count)d lines") % {"count": MOST_LINES}
        raise ImportRefused(file=name, line=MOST_LINES + 1, column=1, expected=expected)


def _line(name: str, number: int, raw: str) -> Line:
    if len(raw) > LONGEST_LINE:
        expected = _("at most %(count)d characters in a line") % {"count": LONGEST_LINE}
        raise ImportRefused(file=name, line=number, column=LONGEST_LINE + 1, expected=expected)
    return Line(
        number, len(raw) - len(raw.lstrip()) + 1, " ".join(clean(raw).splitlines()).replace("\t", " ")
    )


def key(text: str) -> str:
    """What two spellings of one label share: their folded words, without bullets and punctuation."""
    return " ".join(folded_words(text))


def keys(labels: Iterable[str]) -> frozenset[str]:
    return frozenset(map(key, labels))


def leading_bullet(text: str) -> str:
    """The bullet a line begins with, the spaces after it included; "" for a line without."""
    found = _LEADING_BULLET.match(text)
    return found.group() if found else ""
