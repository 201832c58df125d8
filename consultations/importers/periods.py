"""The dates of a row of the schedule, told from the title they were printed beside."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Iterable

from consultations.importers.lines import Line, key, keys, leading_bullet
from consultations.importers.readings import PlacedDate, PrintedDate
from portal.folding import western_digits
from portal.importing.dates import NotADate, date_order, read_date, read_month
from portal.importing.month_names import WEEKDAY_NAMES, WEEKDAY_OPENINGS
from portal.importing.refusals import ImportRefused

# "09 / 06 / 2023" has the most words, five. A weekday is none of them: titles end with one (markets do).
_MOST_WORDS = 5
_LONGEST_DATE = 40
_NO_DATE_BEGINS_WITH = keys((*WEEKDAY_NAMES, *WEEKDAY_OPENINGS))
_MONTH_SHAPE = re.compile(r"\d{1,2}/\d{4}|\d{4}-\d{2}")
_YEAR = re.compile(r"\d{4}$")
_SEPARATOR = re.compile(r"[|–—→-]+")
_WORD = re.compile(r"\S+")

Read = Callable[[str, Line], PrintedDate | None]


def split_dates(file: str, line: Line) -> tuple[Line, list[PlacedDate]]:
    """The line without its dates, and its dates: at most two, after the title or, mirrored, before it.

    Raises ``ImportRefused`` for what has the shape of a date and is in no calendar.
    """
    words = [line.part(*found.span()) for found in _WORD.finditer(line.text)]
    dates: list[PlacedDate] = []
    while len(dates) < 2 and (found := _last_date(file, line, words, dates)):
        words = _without_separators(words[: -found[0]])
        dates.insert(0, found[1])
    while len(dates) < 2 and (found := _first_date(file, line, words)):
        words = words[found[0] :]
        dates = sorted([*dates, found[1]], key=lambda date: date.day)
    title = _joined(line, words)
    return title.part(len(leading_bullet(title.text)), len(title.text)), dates


def _joined(line: Line, words: list[Line]) -> Line:
    """The words as they stand in the line, with what is between them."""
    if not words:
        return line.part(0, 0)
    start, end = words[0].column, words[-1].column + len(words[-1].text)
    return line.part(start - line.column, end - line.column)


def _without_separators(words: list[Line]) -> list[Line]:
    end = len(words)
    while end and _SEPARATOR.fullmatch(words[end - 1].text):
        end -= 1
    return words[:end]


def _last_date(
    file: str, line: Line, words: list[Line], later: list[PlacedDate]
) -> tuple[int, PlacedDate] | None:
    """The date that the words end with, the longest one, and how many of them it takes.

    Before a ``later`` date without a day a month is preferred: "phase 2 juin 2023, juillet 2023" names no
    second of June.
    """
    endings = [_joined(line, words[-count:]) for count in range(min(_MOST_WORDS, len(words)), 0, -1)]
    months_first = bool(later) and later[0].date.precision == "month"
    for read in (_read_month, _read_day) if months_first else (_read_either,):
        if found := _first_read(file, endings, read):
            return found
    return None


def _first_date(file: str, line: Line, words: list[Line]) -> tuple[int, PlacedDate] | None:
    """The date that the words begin with, the longest one, and how many of them it takes."""
    beginnings = (_joined(line, words[:count]) for count in range(min(_MOST_WORDS, len(words)), 0, -1))
    return _first_read(file, beginnings, _read_either)


def _first_read(file: str, texts: Iterable[Line], read: Read) -> tuple[int, PlacedDate] | None:
    for text in texts:
        if len(text.text) <= _LONGEST_DATE and (date := read(file, text)):
            return len(text.text.split()), PlacedDate(date, text.number, text.column, text.text)
    return None


def _read_either(file: str, text: Line) -> PrintedDate | None:
    if key(text.text.split()[0]) in _NO_DATE_BEGINS_WITH:
        return None
    return _read_day(file, text) or _read_month(file, text)


def _read_day(file: str, text: Line) -> PrintedDate | None:
    if date_order(text.text) is None:
        return None
    try:
        return PrintedDate(read_date(text.text), "day")
    except NotADate as error:
        raise _refused(file, text, error.expected) from None


def _read_month(file: str, text: Line) -> PrintedDate | None:
    try:
        year, month = read_month(text.text)
    except NotADate as error:
        if _is_shaped_like_month(western_digits(text.text)):
            raise _refused(file, text, error.expected) from None
        return None
    return PrintedDate(datetime.date(year, month, 1), "month")


def _is_shaped_like_month(text: str) -> bool:
    """Whether the text would be a month of another year or, in figures, another month."""
    if _MONTH_SHAPE.fullmatch(text):
        return True
    try:
        read_month(_YEAR.sub("2000", text))
    except NotADate:
        return False
    return True


def _refused(file: str, text: Line, expected: str) -> ImportRefused:
    return ImportRefused(file=file, line=text.number, column=text.column, expected=expected, found=text.text)
