"""Nefta's calendar of 2022 as its document prints it, with its one delay."""

import datetime
from pathlib import Path

from django.utils.translation import override

from portal.importing.tables import read_table
from programs.calendar import Calendar, read_calendar
from programs.importers.calendar import read_calendar as read_source
from programs.imports import import_calendar
from programs.models import Program, Task

SOURCE = Path(__file__).parents[2] / "demo/sources/nefta-2022-calendar.txt"
AT_ITS_TIME = datetime.date(2021, 12, 1)
FIVE_YEARS_LATER = datetime.date(2026, 11, 22)


def import_nefta(municipality) -> Program:
    reading = read_source(read_table(SOURCE.name, SOURCE.read_bytes()), year=2022)
    result = import_calendar(
        municipality=municipality,
        year=2022,
        reading=reading,
        origin_name=SOURCE.name,
        origin_sha256="0" * 64,
        actor=None,
    )
    return result.program


def task_of(program: Program, code: str) -> Task:
    phase, number = code.split(".")
    return Task.objects.get(phase__program=program, phase__number=phase, number=number)


def move(program: Program, code: str, date: str | None) -> None:
    """Move a task by hand, past every rule of the desk."""
    day = datetime.date.fromisoformat(date) if date else None
    Task.objects.filter(pk=task_of(program, code).pk).update(session_date=day)


def state(program: Program, code: str, done: bool | None) -> None:
    Task.objects.filter(pk=task_of(program, code).pk).update(done=done)


def laid_out(program: Program, today: datetime.date = AT_ITS_TIME, language: str = "en") -> Calendar:
    with override(language):
        return read_calendar(Program.objects.for_calendar_page().get(pk=program.pk), today)
