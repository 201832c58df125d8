"""Everything that the preview of a file shows, and what saving it would write."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from portal.accounts.models import User
from portal.bilingual import page_language
from portal.files.carried import CarriedFile
from portal.importing.dates import FIRST_YEAR, LAST_YEAR
from portal.importing.tables import Table
from portal.municipalities.models import Municipality
from portal.workdays.days import workdays_of
from programs.calendar import code_in
from programs.importers.choices import columns_text
from programs.importers.edits import cells_of
from programs.importers.readings import CalendarReading, TaskReading
from programs.models import Program
from programs.previews.corrections import changed_cells, corrected, decisions_of, is_editable, moved
from programs.previews.differing import Comparison, compare, stored_mark
from programs.previews.grid import Grid, lay_out
from programs.previews.reading import Read, read_chosen
from programs.previews.rules import ProposedRule, proposed_rules, with_rules
from programs.previews.switches import (
    ColumnSwitch,
    Switch,
    column_switches,
    columns_chosen,
    switches_of,
)

CHOICES = ("code_order", "date_order", "mirrored", "empty_done", "letters")


@dataclass(frozen=True, slots=True)
class Posted:
    """What a form said: that of the preview, or that of the first step, where most of it is absent."""

    values: Mapping[str, str]
    shown_rules: frozenset[str] = frozenset()

    @property
    def chosen_before(self) -> dict[str, str]:
        """The choices by which the page was made."""
        names = (*CHOICES, "columns")
        return {name: text for name in names if (text := self.values.get(f"read-{name}", ""))}

    @property
    def chosen(self) -> dict[str, str]:
        """The choices of the page as it was sent: a switch that nobody moved is no choice."""
        chosen = self.chosen_before
        for name in CHOICES:
            if (text := self.values.get(name, "")) != self.values.get(f"shown-{name}", ""):
                chosen[name] = text
        if columns := columns_chosen(self.values):
            chosen["columns"] = columns
        return chosen

    @property
    def decisions(self) -> dict[str, bool]:
        """What was chosen between the program and the file, by difference."""
        return {
            name.removeprefix("take:"): text == "take"
            for name, text in self.values.items()
            if name.startswith("take:")
        }


@dataclass(frozen=True, slots=True)
class Preview:
    """A calendar before it is saved: what was read, what people made of it, and what it would do."""

    file: CarriedFile
    table: Table
    chosen: Mapping[str, str]
    choice_errors: Mapping[str, str]
    year: str
    year_error: str
    source: CalendarReading
    reading: CalendarReading
    """With the corrections, and only the rules that are wanted; as in the file while there are errors."""
    errors: Mapping[str, str]
    grid: Grid
    switches: list[Switch]
    columns: list[ColumnSwitch]
    rules: list[ProposedRule]
    corrections: Mapping[str, bool]
    """The differences that were made by correcting cells."""
    program: Program | None
    comparison: Comparison | None
    mark: str

    @property
    def is_editable(self) -> bool:
        return is_editable(self.source)

    @property
    def may_be_saved(self) -> bool:
        return not (self.errors or self.year_error or self.choice_errors)

    @property
    def errors_by_place(self) -> list[tuple[str, str, str]]:
        """The name of each cell that is wrong, the code of its task or the number of its phase, and why."""
        tasks = self.source.tasks
        return [(name, self._place(name, tasks), error) for name, error in self.errors.items()]

    def _place(self, name: str, tasks: tuple[TaskReading, ...]) -> str:
        kind, _dash, rest = name.partition("-")
        place = rest.partition("-")[0]
        if kind == "task":
            task = tasks[int(place)]
            return code_in(page_language(), task.phase, task.number)
        return str(self.source.phases[int(place)].number) if kind == "phase" else ""

    @property
    def documents(self) -> int:
        return sum(len(task.documents) for task in self.reading.tasks)

    @property
    def columns_reason(self) -> str:
        return next((guess.reason for guess in self.source.guesses if guess.choice == "columns"), "")

    @property
    def columns_read(self) -> str:
        return columns_text(column.column for column in self.source.columns)


def make_preview(
    *, municipality: Municipality, file: CarriedFile, table: Table, posted: Posted, actor: User
) -> Preview:
    """Return the preview of a calendar, writing nothing.

    Raises ``ImportRefused`` for a table that is no calendar.
    """
    language = page_language()
    year, year_error = _given_year(posted.values.get("year", ""))
    read, changed = _read(file, table, posted, year)
    source, edited = read.reading, corrected(read.reading, changed)
    reading = edited.reading or source
    rules = proposed_rules(reading, posted.values, posted.shown_rules, language, workdays_of(municipality))
    corrections = decisions_of(source, changed, reading) if edited.reading else {}
    reading = with_rules(reading, rules)
    if not (year or year_error or source.year):
        year_error = _("The file names no year: give the year of the program.")
    program = _program(municipality, year or source.year)
    texts = {**cells_of(source).as_texts(), **changed}
    places = {"country": municipality.country, "language": language}
    return Preview(
        file=file,
        table=table,
        chosen=read.chosen,
        choice_errors=read.errors,
        year=posted.values.get("year", "").strip() or str(source.year or ""),
        year_error=year_error,
        source=source,
        reading=reading,
        errors=edited.errors,
        grid=lay_out(source, reading, table, texts, edited.errors, **places),
        switches=switches_of(source, municipality.country, language, read.errors),
        columns=column_switches(source),
        rules=rules,
        corrections=corrections,
        program=program,
        comparison=_comparison(program, source, reading, corrections, posted.decisions, actor),
        mark=stored_mark(program),
    )


def _read(file: CarriedFile, table: Table, posted: Posted, year: int | None) -> tuple[Read, dict[str, str]]:
    """Return the calendar as it was chosen to be read, and the cells that people changed in it."""
    before = read_chosen(file, table, posted.chosen_before, year)
    same = posted.chosen == posted.chosen_before
    read = before if same else read_chosen(file, table, posted.chosen, year)
    changed = changed_cells(before.reading, posted.values)
    return read, moved(changed, before.reading, read.reading)


def _comparison(
    program: Program | None,
    source: CalendarReading,
    reading: CalendarReading,
    corrections: Mapping[str, bool],
    decisions: Mapping[str, bool],
    actor: User,
) -> Comparison | None:
    if program is None:
        return None
    return compare(
        program,
        reading=reading,
        source=source,
        corrected=corrections,
        decisions=decisions,
        actor=actor,
        language=page_language(),
    )


def _given_year(text: str) -> tuple[int | None, str]:
    """Return the year that was written, `None` for an empty field, and what is wrong with it."""
    text = text.strip()
    if not text:
        return None, ""
    if text.isdecimal() and len(text) == 4 and FIRST_YEAR <= int(text) <= LAST_YEAR:
        return int(text), ""
    return None, _("Give a year from %(first)d to %(last)d.") % {"first": FIRST_YEAR, "last": LAST_YEAR}


def _program(municipality: Municipality, year: int | None) -> Program | None:
    program = Program.objects.of(municipality).filter(year=year).first() if year else None
    if program:
        program.municipality = municipality
    return program
