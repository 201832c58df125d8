"""``manage.py import_plan``: an open-government project sheet becomes a project of a plan."""

from __future__ import annotations

import hashlib
import json
import sys
from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, no_translations
from django.db import transaction
from django.utils.translation import gettext as _

from consultations.importers.plan import read_plan
from consultations.imports import ImportResult, import_plan
from consultations.models import ActionPlan
from portal.importing.refusals import ImportRefused
from portal.importing.tables import Limits
from portal.importing.telling import tell_change, tell_kept
from portal.municipalities.models import Municipality

DEFAULT_PLAN = "openness"
"""A municipality's usual plan: that of ``/m/<slug>/plans/openness/``."""

REFUSED = 2
"""The exit code of a file or an option that cannot be accepted; nothing is saved then."""


class Command(BaseCommand):
    help = "Imports an open-government project sheet (text, DOCX or HTML) into a municipality's action plan."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", metavar="FILE", help="the sheet")
        parser.add_argument("--municipality", required=True, metavar="SLUG")
        parser.add_argument(
            "--plan",
            default=DEFAULT_PLAN,
            metavar="SLUG",
            help="short name of the plan in addresses; default: %(default)s, the usual plan",
        )
        parser.add_argument(
            "--sheet", type=int, metavar="N", help="which sheet of a file of several, counted from 1"
        )
        parser.add_argument("--dry-run", action="store_true", help="read and compare, write nothing")
        parser.add_argument("--json", action="store_true", help="print the reading as JSON and nothing else")
        parser.add_argument("--publish", action="store_true", help="publish the plan in the same transaction")

    # Scripts read what this prints, so it does not change with the language of the pages.
    @no_translations
    def handle(self, *args: Any, **options: Any) -> None:
        names = ("file", "municipality", "plan", "sheet", "dry_run", "publish")
        try:
            result = _import(**{name: options[name] for name in names})
        except ImportRefused as refused:
            self.stderr.write(str(refused))
            sys.exit(REFUSED)
        if options["json"]:
            self.stdout.write(json.dumps(_report(result), ensure_ascii=False, indent=2))
            # The report is of the file; what the portal made of it must not go unsaid.
            for line in tell_kept(result.differences):
                self.stderr.write(line)
        else:
            self.stdout.write("\n".join(_summary(result, is_dry=options["dry_run"])))


def _import(
    *, file: str, municipality: str, plan: str, sheet: int | None, dry_run: bool, publish: bool
) -> ImportResult:
    """Read and import the file; with ``dry_run`` everything is rolled back, all checks made.

    Raises ``ImportRefused``.
    """
    owner = Municipality.objects.filter(slug=municipality).first()
    if owner is None:
        raise _refused(file, _("the short name of a municipality that exists"), municipality)
    data = _content(file)
    reading = read_plan(file, data, number=sheet)
    with transaction.atomic():
        result = import_plan(
            municipality=owner,
            slug=_checked_slug(file, plan),
            reading=reading,
            origin_name=Path(file).name,
            origin_sha256=hashlib.sha256(data).hexdigest(),
            actor=None,
            publish=publish,
        )
        transaction.set_rollback(dry_run)
    return result


def _content(file: str) -> bytes:
    """The bytes of the file, one more than any may have."""
    try:
        with Path(file).open("rb") as stream:
            return stream.read(Limits().bytes + 1)
    except OSError as error:
        raise _refused(file, _("a file that can be read"), error.strerror or "") from error


def _checked_slug(file: str, slug: str) -> str:
    try:
        return ActionPlan._meta.get_field("slug").clean(slug, None)
    except ValidationError as error:
        expected = _("a short name of Latin letters, digits and hyphens for the plan")
        raise _refused(file, expected, slug) from error


def _refused(file: str, expected: str, found: str) -> ImportRefused:
    return ImportRefused(file=file, line=1, column=1, expected=expected, found=found)


def _report(result: ImportResult) -> dict[str, Any]:
    plan = result.plan
    return result.reading.as_json(
        municipality=plan.municipality.slug, slug=plan.slug, number=result.project.number
    )


# The summary for people


def _summary(result: ImportResult, *, is_dry: bool) -> Iterator[str]:
    found, reading, project = result.differences, result.reading, result.reading.project
    yield f"{result.plan}: {result.project}"
    yield f"stages: {len(reading.stages)}, activities: {len(project.activities)}"
    for warning in reading.warnings:
        yield f"{reading.file}:{warning.line}:{warning.column}: warning: {warning.code}: {warning.message}"
    status = result.plan.get_status_display()
    yield f"changes: {len(found.changes)}, conflicts: {len(found.conflicts)} ({status})"
    yield from map(tell_change, found.changes)
    yield from tell_kept(result.differences)
    if is_dry:
        yield "nothing was written: this was a dry run"
