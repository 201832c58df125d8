"""``manage.py import_calendar``: a municipality's calendar becomes a program, or brings one up to date."""

from __future__ import annotations

import hashlib
import json
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, no_translations
from django.db import transaction
from django.utils.translation import gettext as _

from portal.files.quota import StorageFull
from portal.importing.dates import FIRST_YEAR, LAST_YEAR
from portal.importing.findings import Guess
from portal.importing.refusals import ImportRefused
from portal.importing.tables import Limits, read_tables
from portal.importing.telling import tell_change, tell_kept
from portal.municipalities.models import Municipality
from programs.importers.calendar import read_calendar
from programs.importers.choices import Choices, choices_from
from programs.importers.finding import choose_calendar
from programs.importers.from_json import is_json, read_json
from programs.importers.readings import CalendarReading
from programs.imports import ImportResult, import_calendar
from programs.models import REASON_LENGTH
from programs.services.cells import ReasonNeeded

CHOICES = tuple(field.name for field in fields(Choices))
REFUSED = 2
"""The exit code of a file or an option that cannot be accepted; nothing is saved then."""


class Command(BaseCommand):
    help = "Imports a program's calendar (DOCX, XLSX, HTML, JSON, CSV, text) for a municipality and a year."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", metavar="FILE", help="the calendar")
        parser.add_argument("--municipality", required=True, metavar="SLUG")
        parser.add_argument("--year", required=True, type=int, metavar="YYYY")
        parser.add_argument(
            "--table", type=int, metavar="N", help="which calendar of a file of several, counted from 1"
        )
        parser.add_argument(
            "--choose",
            action="append",
            default=[],
            metavar="NAME=VALUE",
            help=f"decide what the reader would guess, as often as needed; names: {', '.join(CHOICES)}",
        )
        parser.add_argument(
            "--reason",
            default="",
            metavar="TEXT",
            help="why public dates move or delays break; shown to everybody",
        )
        parser.add_argument("--dry-run", action="store_true", help="read and compare, write nothing")
        parser.add_argument("--json", action="store_true", help="print the reading as JSON and nothing else")
        parser.add_argument(
            "--publish", action="store_true", help="publish the program in the same transaction"
        )

    # Scripts read what this prints, so it does not change with the language of the pages.
    @no_translations
    def handle(self, *args: Any, **options: Any) -> None:
        names = ("file", "municipality", "year", "table", "choose", "dry_run", "publish", "reason")
        try:
            reading, result = _import(**{name: options[name] for name in names})
        except ImportRefused as refused:
            self.stderr.write(str(refused))
            sys.exit(REFUSED)
        except StorageFull as full:
            self.stderr.write(full.messages[0])
            sys.exit(REFUSED)
        except ReasonNeeded:
            self.stderr.write("Dates that the public has seen would move, or delays break: give --reason.")
            sys.exit(REFUSED)
        if options["json"]:
            report = reading.as_json(municipality=options["municipality"])
            self.stdout.write(json.dumps(report, ensure_ascii=False, indent=2))
            # The report is of the file; what the portal made of it must not go unsaid.
            for line in tell_kept(result.differences):
                self.stderr.write(line)
        else:
            summary = _summary(options["file"], reading, result, is_dry=options["dry_run"])
            self.stdout.write("\n".join(summary))


def _import(
    *,
    file: str,
    municipality: str,
    year: int,
    table: int | None,
    choose: list[str],
    dry_run: bool,
    publish: bool,
    reason: str,
) -> tuple[CalendarReading, ImportResult]:
    """Read and import the file; with ``dry_run`` everything is rolled back once it was checked and compared.

    Raises ``ImportRefused``.
    """
    owner = _municipality(file, municipality, year)
    data = _content(file)
    reading = _read(file, data, year, table, choose)
    with transaction.atomic():
        result = import_calendar(
            municipality=owner,
            year=year,
            reading=reading,
            origin_name=Path(file).name,
            origin_sha256=hashlib.sha256(data).hexdigest(),
            origin_content=data,
            actor=None,
            publish=publish,
            reason=reason[:REASON_LENGTH],
        )
        transaction.set_rollback(dry_run)
    return reading, result


def _read(file: str, data: bytes, year: int, number: int | None, chosen: list[str]) -> CalendarReading:
    if is_json(data):
        return read_json(file, data, year=year)
    choices = choices_from(_chosen(file, chosen), file=file)
    return read_calendar(choose_calendar(read_tables(file, data), number), year=year, choices=choices)


def _chosen(file: str, pairs: list[str]) -> dict[str, str]:
    """Return choices by name. Raises ``ImportRefused`` for one without a name that exists or a value."""
    chosen = {}
    for pair in pairs:
        name, _sign, value = pair.partition("=")
        if name not in CHOICES or not value:
            raise _refused(
                file, _("a choice as NAME=VALUE, one of %(names)s") % {"names": ", ".join(CHOICES)}, pair
            )
        chosen[name] = value
    return chosen


def _municipality(file: str, slug: str, year: int) -> Municipality:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        expected = _("a year from %(first)d to %(last)d") % {"first": FIRST_YEAR, "last": LAST_YEAR}
        raise _refused(file, expected, str(year))
    owner = Municipality.objects.filter(slug=slug).first()
    if owner is None:
        raise _refused(file, _("the short name of a municipality that exists"), slug)
    return owner


def _content(file: str) -> bytes:
    """Return the bytes of the file, one more than a table may have at the most."""
    try:
        with Path(file).open("rb") as stream:
            return stream.read(Limits().bytes + 1)
    except OSError as error:
        raise _refused(file, _("a file that can be read"), error.strerror or "") from error


def _refused(file: str, expected: str, found: str) -> ImportRefused:
    return ImportRefused(file=file, line=1, column=1, expected=expected, found=found)


# The summary for people


def _summary(file: str, reading: CalendarReading, result: ImportResult, *, is_dry: bool) -> Iterator[str]:
    found, status = result.differences, result.program.get_status_display()
    documents = sum(len(task.documents) for task in reading.tasks)
    yield f"{result.program}: {reading.title}"
    yield f"phases: {len(reading.phases)}, tasks: {len(reading.tasks)}, documents: {documents}"
    yield from (f"delay: {rule.from_code} → {rule.to_code}: {rule.text}" for rule in reading.delay_rules)
    for guess in reading.guesses:
        lines = f"{guess.line}-{guess.last_line}" if guess.last_line > guess.line else str(guess.line)
        yield f"{file}:{lines}: guess: {guess.code}: {guess.value}. {guess.reason}{_others(guess)}"
    for warning in reading.warnings:
        yield f"{file}:{warning.line}:{warning.column}: warning: {warning.code}: {warning.message}"
    if result.created:
        yield f"new program ({status})"
    else:
        yield f"changes: {len(found.changes)}, conflicts: {len(found.conflicts)} ({status})"
        yield from map(tell_change, found.changes)
    yield from tell_kept(result.differences)
    if is_dry:
        yield "nothing was written: this was a dry run"


def _others(guess: Guess) -> str:
    """How to choose otherwise, where there is another way to read."""
    if guess.choice == "columns" or not guess.alternatives:
        return ""
    return "".join(f" Else: --choose {guess.choice}={value}." for value in guess.alternatives)
