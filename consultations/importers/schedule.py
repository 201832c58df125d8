"""The schedule of a sheet: activities with their start, end and percentage, one or several lines each."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal

from django.utils.translation import gettext as _

from consultations.importers.labels import COLUMN_HEADS, COMPLETE
from consultations.importers.lines import Line, key, keys
from consultations.importers.periods import split_dates
from consultations.importers.readings import ActivityReading, PlacedDate, PrintedDate
from portal.folding import western_digits
from portal.importing.findings import SourceWarning
from portal.importing.refusals import ImportRefused, quote

_COLUMN_HEADS = sorted(keys(COLUMN_HEADS), key=len, reverse=True)
_COMPLETE = keys(COMPLETE)
_PERCENT = re.compile(r"(?:^|(?<=\s))(?:(-?\d{1,6}(?:[.,]\d+)?)\s?[%٪]|[%٪]\s?(-?\d{1,6}(?:[.,]\d+)?))(?!\S)")
# A word and a year at the end of a title whose activity lacks a date: a month that was not understood.
_UNREAD_MONTH = re.compile(r"(?<!\S)[^\W\d]+ (?:19|20)\d\d$")
# No line of heads is longer; a longer one is not worth comparing.
_LONGEST_HEADS = 300


def column_head_count(text: str) -> int:
    """How many column heads of the schedule the line is made of; 0 when it holds anything else."""
    words, count = key(text) if len(text) <= _LONGEST_HEADS else "", 0
    while words:
        name = next((name for name in _COLUMN_HEADS if f"{words} ".startswith(f"{name} ")), "")
        if not name:
            return 0
        words, count = words[len(name) :].strip(), count + 1
    return count


def read_percent(file: str, line: Line) -> int | None:
    """The percentage that is all the line says; ``None`` for any other line.

    Raises ``ImportRefused`` for one under 0 or over 100.
    """
    rest, percent = _split_percent(file, line)
    return None if rest.text else percent


def _split_percent(file: str, line: Line) -> tuple[Line, int | None]:
    """The line without the percentage it ends with, and that percentage, rounded half up to a whole one."""
    *_earlier, found = None, *_PERCENT.finditer(western_digits(line.text))
    if found is None or key(line.text[found.end() :]) not in {"", *_COMPLETE}:
        return line, None
    percent = Decimal((found[1] or found[2]).replace(",", "."))
    if not 0 <= percent <= 100:
        raise _refused(file, line.part(*found.span()), _("a percentage from 0 to 100"))
    return line.part(0, found.start()), int(percent.quantize(Decimal(1), rounding=ROUND_HALF_UP))


@dataclass(slots=True)
class _Draft:
    """An activity whose lines are still being read."""

    line: Line
    title: list[str] = field(default_factory=list)
    dates: list[PlacedDate] = field(default_factory=list)
    percent: int | None = None

    @property
    def is_dated(self) -> bool:
        return bool(self.dates) or self.percent is not None


def read_activities(
    file: str, lines: Iterable[Line], warnings: list[SourceWarning]
) -> tuple[ActivityReading, ...]:
    """The activities, in order, with titles to the letter.

    An activity is a title, then its dates, then its percentage, on one line or on several; a row that was
    copied mirrored has its dates before the title. Raises ``ImportRefused`` for an impossible date, an end
    before the start, a percentage over 100, and dates or percentages that belong to no title.
    """
    drafts: list[_Draft] = []
    for line in lines:
        if not column_head_count(line.text):
            _read_line(file, line, drafts, warnings)
    for draft in drafts:
        if not draft.is_dated:
            warnings.append(unread(draft.line))
    return tuple(_activity(file, draft, warnings) for draft in drafts if draft.is_dated)


def _read_line(file: str, line: Line, drafts: list[_Draft], warnings: list[SourceWarning]) -> None:
    rest, percent = _split_percent(file, line)
    title, dates = split_dates(file, rest)
    if not drafts and not rest.text:
        warnings.append(unread(line))
        return
    if title.text and (not drafts or drafts[-1].is_dated):
        drafts.append(_Draft(title))
    if not drafts or len(drafts[-1].dates) + len(dates) > 2:
        raise _refused(file, line, _("the title of an activity before its dates and percentage"))
    draft = drafts[-1]
    draft.title += [title.text] if title.text else []
    draft.dates += dates
    if percent is not None and draft.percent not in (None, percent):
        message = _("Two different percentages for one activity: the first is kept.")
        warnings.append(SourceWarning(line.number, line.column, "different_percent", message))
    elif percent is not None:
        draft.percent = percent


def _activity(file: str, draft: _Draft, warnings: list[SourceWarning]) -> ActivityReading:
    start, end = [*(placed.date for placed in draft.dates), None, None][:2]
    if start and end and end.day < start.day:
        at, expected = draft.dates[1], _("an end that is not before the start, %(start)s") % {"start": start}
        raise _refused(file, Line(at.line, at.column, at.text), expected)
    title = " ".join(draft.title)
    if (start is None or end is None) and (cut := _UNREAD_MONTH.search(title)):
        month = Line(draft.line.number, draft.line.column, cut.group())
        raise _refused(file, month, _("a month such as juin 2023 or 06/2023"))
    for code, message in _gaps(start, end, draft.percent):
        warnings.append(SourceWarning(draft.line.number, draft.line.column, code, message))
    return ActivityReading(title, start, end, draft.percent, draft.line.number)


def _gaps(start: PrintedDate | None, end: PrintedDate | None, percent: int | None) -> list[tuple[str, str]]:
    gaps = []
    if start is None or end is None:
        gaps.append(("missing_date", _("The activity has no start or no end.")))
    elif start.precision != end.precision:
        gaps.append(("mixed_precision", _("One date gives the day, the other only the month.")))
    if percent is None:
        gaps.append(("missing_percent", _("The activity has no percentage.")))
    return gaps


def unread(line: Line) -> SourceWarning:
    """The warning for a line that belongs to no part of the sheet."""
    message = _("This line belongs to no part of the sheet that is read: “%(text)s”.") % {
        "text": quote(line.text)
    }
    return SourceWarning(line.number, line.column, "unread_line", message)


def _refused(file: str, line: Line, expected: str) -> ImportRefused:
    return ImportRefused(file=file, line=line.number, column=line.column, expected=expected, found=line.text)
