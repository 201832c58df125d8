"""From a file that was handed in to a calendar that was read, with what a person chose."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from portal.files.carried import CarriedFile
from portal.importing.refusals import ImportRefused
from portal.importing.tables import Table, read_tables
from programs.importers.calendar import read_calendar
from programs.importers.choices import ChoiceRefused, choices_from
from programs.importers.finding import find_calendars
from programs.importers.from_json import is_json, read_json
from programs.importers.readings import CalendarReading


@dataclass(frozen=True, slots=True)
class Read:
    """A calendar as read; `errors` are the choices that could not be followed, by name ("" for all)."""

    table: Table
    reading: CalendarReading
    chosen: Mapping[str, str]
    errors: Mapping[str, str]


def calendars_in(file: CarriedFile) -> list[Table]:
    """Return the calendars of a file. Raises ``ImportRefused`` where there is none."""
    if is_json(file.content):
        return [Table(file.name, ())]
    return find_calendars(read_tables(file.name, file.content))


def read_chosen(file: CarriedFile, table: Table, chosen: Mapping[str, str], year: int | None) -> Read:
    """Read a calendar as a person chose to.

    What cannot be followed is told and left out. Raises ``ImportRefused`` for a table that is no calendar,
    whatever was chosen.
    """
    if is_json(file.content):  # It says what it says: nothing is guessed.
        return Read(table, read_json(file.name, file.content, year=year), {}, {})
    errors: dict[str, str] = {}
    wanted = dict(chosen)
    while True:
        try:
            reading = read_calendar(table, year=year, choices=choices_from(wanted))
            return Read(table, reading, wanted, errors)
        except ChoiceRefused as refused:
            errors[refused.choice] = _sentence(refused)
            wanted.pop(refused.choice, None)
        except ImportRefused as refused:
            if not any(wanted.values()):
                raise
            errors[""] = _sentence(refused)
            wanted = {}


def _sentence(refused: ImportRefused) -> str:
    return _("Line %(line)d: %(message)s. The file was read as before.") % {
        "line": refused.line,
        "message": refused.message,
    }
