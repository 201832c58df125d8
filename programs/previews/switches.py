"""What was guessed about a file, each guess with the switch that changes it."""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.folding import western_digits
from portal.importing.dates import DigitOrder, NotADate, read_date
from portal.importing.findings import Guess
from portal.locales import long_date
from programs.importers.choices import UNREAD, options
from programs.importers.heads import Column
from programs.importers.readings import CalendarReading

_HEADINGS = {
    "columns": gettext_lazy("Order of the columns"),
    "code_order": gettext_lazy("What a code says"),
    "date_order": gettext_lazy("Dates in digits"),
    "mirrored": gettext_lazy("Rows that run backwards"),
    "empty_done": gettext_lazy("An empty cell of “done” means"),
    "letters": gettext_lazy("Letters as numbers"),
}
_WORDS = {
    ("mirrored", "turn"): gettext_lazy("Turn them round"),
    ("mirrored", "leave"): gettext_lazy("Leave them as they stand"),
    ("empty_done", "none"): gettext_lazy("not stated"),
    ("empty_done", "no"): gettext_lazy("no"),
    ("letters", "alphabet"): gettext_lazy("أ ب ت ث"),
    ("letters", "abjad"): gettext_lazy("أ ب ج د"),
    ("date_order", "ymd"): gettext_lazy("year, month, day"),
    ("date_order", "dmy"): gettext_lazy("day, month, year"),
    ("date_order", "mdy"): gettext_lazy("month, day, year"),
    ("code_order", "task-phase"): gettext_lazy("task, then phase"),
    ("code_order", "phase-task"): gettext_lazy("phase, then task"),
}
COLUMN_NAMES = {
    Column.PHASE.value: gettext_lazy("Phase"),
    Column.CODE.value: gettext_lazy("Code"),
    Column.TASK.value: gettext_lazy("Task"),
    Column.DOCUMENTS.value: gettext_lazy("Documents"),
    Column.DATE.value: gettext_lazy("Session date"),
    Column.DONE.value: gettext_lazy("Done"),
    Column.NOTES.value: gettext_lazy("Notes"),
    Column.RESPONSIBLE.value: gettext_lazy("Responsible"),
    UNREAD: gettext_lazy("Not read"),
}


@dataclass(frozen=True, slots=True)
class Option:
    """One way to decide, as a radio or an entry of a list."""

    value: str
    words: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Switch:
    """A guess and the ways to decide it; `choice` is the name of the form's field, "" if nothing can."""

    choice: str
    heading: str
    lines: tuple[int, int]
    example: str
    reason: str
    options: tuple[Option, ...]
    error: str = ""


@dataclass(frozen=True, slots=True)
class ColumnSwitch:
    """A column of the file, and what it can be read as."""

    name: str
    head: str
    options: tuple[Option, ...]


def switches_of(
    reading: CalendarReading, country: str, language: str, errors: Mapping[str, str]
) -> list[Switch]:
    """Return the switches of a reading, one for each choice; columns are chosen one by one, elsewhere."""
    found: list[Switch] = []
    told: set[str] = set()
    for guess in reading.guesses:
        if guess.choice != "columns" and (not guess.choice or guess.choice not in told):
            told.add(guess.choice)
            found.append(_switch(guess, country, language, errors.get(guess.choice, "")))
    return found


def _switch(guess: Guess, country: str, language: str, error: str) -> Switch:
    values = dict.fromkeys([guess.value, *guess.alternatives]) if guess.choice else ()
    known = options(guess.choice) if guess.choice else ()
    ways = tuple(
        Option(value, _words(guess, value, country, language), value == guess.value)
        for value in values
        if value in known
    )
    heading = _HEADINGS.get(guess.choice or guess.code, guess.code)
    last = guess.last_line or guess.line
    return Switch(guess.choice, str(heading), (guess.line, last), guess.example, guess.reason, ways, error)


def _words(guess: Guess, value: str, country: str, language: str) -> str:
    """Return a way to decide in words; on the source's own example where there is one."""
    numbers = re.findall(r"\d+", western_digits(guess.example))
    if guess.choice == "code_order" and len(numbers) >= 2:
        task, phase = numbers[:2] if value == "task-phase" else numbers[1::-1]
        return _("task %(task)s of phase %(phase)s") % {"task": task, "phase": phase}
    if guess.choice == "date_order" and (day := _day(guess.example, value)):
        return long_date(day, country, language)
    return str(_WORDS.get((guess.choice, value), value))


def _day(example: str, order: str) -> datetime.date | None:
    try:
        return read_date(example, DigitOrder(order))
    except (NotADate, ValueError):
        return None


def column_switches(reading: CalendarReading) -> list[ColumnSwitch]:
    """Return the columns of the file, each with a list of what it can be."""
    return [
        ColumnSwitch(f"column-{place}", column.text, _column_options(column.column))
        for place, column in enumerate(reading.columns)
    ]


def _column_options(chosen: Column | None) -> tuple[Option, ...]:
    value = chosen.value if chosen else UNREAD
    return tuple(Option(name, str(COLUMN_NAMES[name]), name == value) for name in options("columns"))


def columns_chosen(posted: Mapping[str, str]) -> str:
    """Return the columns that were chosen in a form as one text; "" while they are those that were read."""
    read = posted.get("shown-columns", "")
    count = sum(name.startswith("column-") for name in posted)
    chosen = " | ".join(posted.get(f"column-{place}", UNREAD) for place in range(count))
    return "" if chosen == read else chosen
