"""A reading becomes cells that a person may change, and cells a reading; errors stand beside their cells."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from django.utils import translation

from portal.importing.tables import read_table
from programs.importers.calendar import read_calendar
from programs.importers.edits import (
    CalendarCells,
    PhaseCells,
    TaskCells,
    cells_from,
    cells_of,
    reading_from_cells,
    warnings_by_cell,
)

NEFTA = (Path(__file__).parents[2] / "demo/sources/nefta-2022-calendar.txt").read_bytes()
CELLS = CalendarCells(
    "رزنامة 2023",
    (PhaseCells("1", "الإعداد", "1- الإعداد"), PhaseCells("2", "النشر", "2- النشر")),
    (
        TaskCells("1", "1", "تكوين الخلية", "قرار\nصور", "2023/06/09", "yes", "أولا\nثانيا", "الرئيس", "3"),
        TaskCells("1", "2", "جمع المعطيات", session_date="10 جوان 2023", done="no"),
        TaskCells("2", "1", "نشر النتائج 7 أيام على الأقل بعد جمع المعطيات"),
    ),
)


def read(cells, **options):
    with translation.override("en"):
        return reading_from_cells(cells, **options)


def nefta():
    return read_calendar(read_table("nefta.txt", NEFTA), year=2022)


def changed(place, **texts):
    tasks = list(CELLS.tasks)
    tasks[place] = replace(tasks[place], **texts)
    return replace(CELLS, tasks=tuple(tasks))


def test_cells_nobody_changed_come_back_as_the_reading():
    reading = nefta()
    edited = read(cells_of(reading), origin=reading)

    assert edited.errors == {}
    assert edited.reading == reading


def test_cells_survive_a_form():
    cells = cells_of(nefta())

    assert cells_from(cells.as_texts()) == cells
    assert cells.as_texts()["task-1-documents"] == "محضر جلسة\nصور"
    assert cells.as_texts()["task-0-session_date"] == "2021/10/13"
    assert cells.as_texts()["phase-2-number"] == "3"


def test_cells_of_a_browser_have_other_line_ends():
    texts = {name: text.replace("\n", "\r\n") for name, text in CELLS.as_texts().items()}

    assert read(cells_from(texts)).reading == read(CELLS).reading


def test_what_cells_say():
    reading = read(CELLS, year=2023).reading
    first, second, third = reading.tasks

    assert (reading.title, reading.year) == ("رزنامة 2023", 2023)
    assert (first.documents, first.done, first.notes, first.responsible, first.line) == (
        ("قرار", "صور"),
        True,
        "أولا\nثانيا",
        "الرئيس",
        3,
    )
    assert (second.session_date, second.done) == (date(2023, 6, 10), False)
    assert (third.code, third.done, third.session_date, third.line) == ("2.1", None, None, 0)


def test_delays_are_looked_up_in_the_edited_titles():
    (rule,) = read(CELLS).reading.delay_rules

    assert rule.as_json() == {"from": "1.2", "to": "2.1", "min_days": 7}
    assert read(changed(2, title="نشر النتائج")).reading.delay_rules == ()


def test_a_new_title_of_a_phase_makes_its_label():
    phases = (CELLS.phases[0], replace(CELLS.phases[1], title="الإعلان"))
    reading = read(replace(CELLS, phases=phases)).reading

    assert [phase.label for phase in reading.phases] == ["1- الإعداد", "2- الإعلان"]


ERRORS = {
    "no title": (changed(1, title=" "), "task-1-title", "Give the task a title."),
    "long title": (changed(1, title="ج" * 1001), "task-1-title", "Write at most 1000 characters."),
    "long document": (
        changed(0, documents="قرار\n" + "ج" * 1001),
        "task-0-documents",
        "Write at most 1000 characters.",
    ),
    "long notes": (changed(0, notes="ج" * 4001), "task-0-notes", "Write at most 4000 characters."),
    "long responsible": (
        changed(0, responsible="ج" * 201),
        "task-0-responsible",
        "Write at most 200 characters.",
    ),
    "no such day": (changed(0, session_date="2023/02/31"), "task-0-session_date", "Give a day that exists."),
    "no date": (
        changed(0, session_date="قريبا"),
        "task-0-session_date",
        "Give a date such as 2023/06/09, 09/06/2023 or 9 juin 2023.",
    ),
    "neither yes nor no": (changed(0, done="maybe"), "task-0-done", "Choose yes, no or not stated."),
    "no number": (changed(0, number="أ"), "task-0-number", "Give a number from 1 to 999."),
    "number 0": (changed(0, number="0"), "task-0-number", "Give a number from 1 to 999."),
    "endless number": (changed(0, number="9" * 5000), "task-0-number", "Give a number from 1 to 999."),
    "number of another task": (
        changed(1, number="١"),
        "task-1-number",
        "Another task of this phase has this number already.",
    ),
    "phase out of range": (changed(0, phase="100"), "task-0-phase", "Give a number from 1 to 99."),
    "no such phase": (
        changed(0, phase="3"),
        "task-0-phase",
        "Give the number of a phase of this calendar.",
    ),
    "two phases with one number": (
        replace(CELLS, phases=(*CELLS.phases, PhaseCells("2", "أخرى"))),
        "phase-2-number",
        "Another phase has this number already.",
    ),
    "no tasks": (replace(CELLS, tasks=()), "title", "A calendar has at least one task."),
    "long title of the calendar": (
        replace(CELLS, title="ر" * 1001),
        "title",
        "Write at most 1000 characters.",
    ),
}


@pytest.mark.parametrize("reason", ERRORS)
def test_errors_stand_beside_their_cell(reason):
    cells, name, message = ERRORS[reason]
    edited = read(cells)

    assert edited.reading is None
    assert dict(edited.errors) == {name: message}


def test_several_errors_are_told_at_once():
    cells = replace(changed(0, session_date="2023/02/31", done="?"), title="ر" * 1001)

    assert set(read(cells).errors) == {"title", "task-0-session_date", "task-0-done"}


def test_warnings_stand_beside_the_cells_they_are_about():
    found = warnings_by_cell(nefta())

    assert {name: [warning.code for warning in warnings] for name, warnings in found.cells.items()} == {
        "task-9-documents": ["glued_documents"],
        "phase-2-label": ["phase_number"],
    }
    assert [warning.code for warning in found.others] == ["mirrored_rows"]


def test_every_cell_knows_the_text_of_its_source():
    task = nefta().tasks[1]

    assert task.sources["session_date"].text == "2021/10/20"
    assert task.sources["documents"].column == 3
    assert task.sources["title"].text.startswith("2-1 ")


def test_signs_that_no_database_holds_are_left_out_and_a_long_line_number_is_none():
    edited = read(changed(0, title="أ\0ب\ud800ج", line="9" * 5000))
    assert edited.errors == {}
    assert edited.reading.tasks[0].title == "أبج"
