"""Programs taken out as files and read back over themselves."""

from __future__ import annotations

from django.test import Client
from django.urls import reverse
from django.utils.translation import override

from portal.importing.differences import Differences
from portal.importing.tables import read_tables
from programs.importers.calendar import read_calendar
from programs.importers.from_json import is_json, read_json
from programs.importers.readings import CalendarReading
from programs.imports import import_calendar
from programs.models import Program

FORMATS = ("csv", "xlsx", "docx", "json")


def taken_out(client: Client, program: Program, format: str, language: str) -> bytes:
    """Return a program as a reader of a language downloads it."""
    with override(language):
        address = reverse(f"program-{format}", args=[program.municipality.slug, program.year])
    response = client.get(address)
    assert response.status_code == 200
    return response.content


def read_back(content: bytes, year: int) -> CalendarReading:
    if is_json(content):
        return read_json("calendar", content, year=year)
    (table,) = read_tables("calendar", content)
    return read_calendar(table, year=year)


def differences(program: Program, content: bytes) -> Differences:
    """Import a file over the program that it is of; return what differed."""
    result = import_calendar(
        reason="سبب",
        municipality=program.municipality,
        year=program.year,
        reading=read_back(content, program.year),
        origin_name="calendar",
        origin_sha256="0" * 64,
        actor=None,
    )
    assert not result.created
    return result.differences
