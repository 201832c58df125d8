"""The schedule of a sheet: activities with their start, end and percentage, one or several lines each."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal

from django.utils.translation import gettext as _

from consultations.importers.labels import COLUMN_HEADS, COMPLETE
from consultations.importers.lines import Line, key, keys, leading_bullet
from consultations.importers.readings import ActivityReading, PrintedDate
from portal.folding import western_digits
from portal.importing.dates import NotADate, date_order, read_date, read_month
from portal.importing.findings import SourceWarning
from portal.importing.month_names import WEEKDAY_NAMES, WEEKDAY_OPENINGS
from portal.importing.refusals import ImportRefused, quote

# "09 / 06 / 2023" is the longest date. A weekday is none of its words: titles end with them.
_LONGEST_DATE = 5
_NO_DATE_BEGINS_WITH = keys((*WEEKDAY_NAMES, *WEEKDAY_OPENINGS))
_COLUMN_HEADS = sorted(keys(COLUMN_HEADS), key=len, reverse=True)
_COMPLETE = keys(COMPLETE)
_PERCENT = re.compile(r"(?:^|(?<=\s))(?:(-?\d{1,6}(?:[.,]\d+)?)\s*[%٪]|[%٪]\s*(-?\d{1,6}(?:[.,]\d+)?))(.*)$")
_MONTH_SHAPE = re.compile(r"\d{1,2}/\d{4}|\d{4}-\d{2}")
_YEAR = re.compile(r"\d{4}$")
_SEPARATOR = re.compile(r"[\s|–—→-]+")


def column_head_count(text: str) -> int:
    """How many column heads of the schedule the line is made of; 0 when it holds anything else."""
    words, count = key(text), 0
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
    found = _PERCENT.search(western_digits(line.text))
    if found is None or (found[3].strip() and key(found[3]) not in _COMPLETE):
        return line, None
    printed = found[1] or found[2]
    percent = Decimal(printed.replace(",", "."))
    if not 0 <= percent <= 100:
        column, expected = line.column + found.start(), _("a percentage from 0 to 100")
        raise ImportRefused(
            file=file, line=line.number, column=column, expected=expected, found=found.group()
        )
    rest = Line(line.number, line.column, line.text[: found.start()].strip())
    return rest, int(percent.quantize(Decimal(1), rounding=ROUND_HALF_UP))


@dataclass(slots=True)
class _Draft:
    """An activity whose lines are still being read."""

    line: Line
    title: list[str] = field(default_factory=list)
    dates: list[tuple[PrintedDate, Line]] = field(default_factory=list)
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
    title, dates = _split_dates(file, rest)
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
    dates = [date for date, _line in draft.dates]
    start, end = [*dates, None, None][:2]
    if start and end and end.day < start.day:
        expected = _("an end that is not before the start, %(start)s") % {"start": start}
        raise _refused(file, draft.dates[1][1], expected)
    for code, message in _gaps(start, end, draft.percent):
        warnings.append(SourceWarning(draft.line.number, draft.line.column, code, message))
    return ActivityReading(" ".join(draft.title), start, end, draft.percent, draft.line.number)


def _gaps(start: PrintedDate | None, end: PrintedDate | None, percent: int | None) -> list[tuple[str, str]]:
    gaps = []
    if start is None or end is None:
        gaps.append(("missing_date", _("The activity has no start or no end.")))
    elif start.precision != end.precision:
        gaps.append(("mixed_precision", _("One date gives the day, the other only the month.")))
    if percent is None:
        gaps.append(("missing_percent", _("The activity has no percentage.")))
    return gaps


_Found = tuple[PrintedDate, Line]


def _split_dates(file: str, line: Line) -> tuple[Line, list[_Found]]:
    """The line without its dates, and its dates: at most two, after the title or, mirrored, before it."""
    words = line.text.split()
    dates: list[_Found] = []
    while len(dates) < 2 and (found := _last_date(file, line, words, dates)):
        words = _without_separators(words[: -found[0]])
        dates.insert(0, found[1])
    while len(dates) < 2 and (found := _first_date(file, line, words)):
        words = words[found[0] :]
        dates = sorted([*dates, found[1]], key=lambda pair: pair[0].day)
    return _title(line, words), dates


def _without_separators(words: list[str]) -> list[str]:
    while words and _SEPARATOR.fullmatch(words[-1]):
        words = words[:-1]
    return words


def _title(line: Line, words: list[str]) -> Line:
    """The title as it stands in the line between its first and last word."""
    if not words:
        return Line(line.number, line.column, "")
    found = re.search(r"\s+".join(map(re.escape, words)), line.text)
    text = found.group() if found else " ".join(words)
    return line.rest(text.removeprefix(leading_bullet(text)))


def _last_date(file: str, line: Line, words: list[str], later: list[_Found]) -> tuple[int, _Found] | None:
    """The date that the words end with, the longest one, and how many of them it takes.

    Before a ``later`` date without a day a month is preferred: "phase 2 juin 2023, juillet 2023" names no
    second of June.
    """
    lengths = range(min(_LONGEST_DATE, len(words)), 0, -1)
    months_first = bool(later) and later[0][0].precision == "month"
    for read in (_read_month, _read_day) if months_first else (_read_either,):
        for length in lengths:
            if date := read(file, line, " ".join(words[-length:])):
                return length, (date, line.rest(words[-length]))
    return None


def _first_date(file: str, line: Line, words: list[str]) -> tuple[int, _Found] | None:
    """The date that the words begin with and how many of them it takes."""
    for length in range(min(_LONGEST_DATE, len(words)), 0, -1):
        if date := _read_either(file, line, " ".join(words[:length])):
            return length, (date, line.rest(words[0]))
    return None


def _read_either(file: str, line: Line, text: str) -> PrintedDate | None:
    if key(text.split()[0]) in _NO_DATE_BEGINS_WITH:
        return None
    return _read_day(file, line, text) or _read_month(file, line, text)


def _read_day(file: str, line: Line, text: str) -> PrintedDate | None:
    """The day the text names. Raises ``ImportRefused`` for one shaped like a date that no calendar has."""
    if date_order(text) is None:
        return None
    try:
        return PrintedDate(read_date(text), "day")
    except NotADate as error:
        raise _refused(file, line.rest(text), error.expected) from None


def _read_month(file: str, line: Line, text: str) -> PrintedDate | None:
    """The month the text names. Raises ``ImportRefused`` for one shaped like a month that no calendar has."""
    try:
        year, month = read_month(text)
    except NotADate as error:
        if _is_shaped_like_month(text):
            raise _refused(file, line.rest(text), error.expected) from None
        return None
    return PrintedDate(datetime.date(year, month, 1), "month")


def _is_shaped_like_month(text: str) -> bool:
    """Whether the text would be a month of another year or, in figures, another month."""
    if _MONTH_SHAPE.fullmatch(western_digits(text)):
        return True
    try:
        read_month(_YEAR.sub("2000", western_digits(text)))
    except NotADate:
        return False
    return True


def unread(line: Line) -> SourceWarning:
    """The warning for a line that belongs to no part of the sheet."""
    message = _("This line belongs to no part of the sheet that is read: “%(text)s”.") % {
        "text": quote(line.text)
    }
    return SourceWarning(line.number, line.column, "unread_line", message)


def _refused(file: str, line: Line, expected: str) -> ImportRefused:
    return ImportRefused(file=file, line=line.number, column=line.column, expected=expected, found=line.text)
