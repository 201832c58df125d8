"""``manage.py backup DIR``: everything that must survive, written while the portal runs."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from portal.backups.contents import BackupError
from portal.backups.making import Made, make_backup


def how_many(text: str) -> int:
    """Read a number of backups, at least one. Raises ``ArgumentTypeError``."""
    if not text.isdecimal() or not 0 < int(text) < 100_000:
        raise argparse.ArgumentTypeError("give how many backups stay, 1 or more.")
    return int(text)


class Command(BaseCommand):
    help = (
        "Writes database and files into a new directory below DIR, as they are at one moment, while people go"
        " on writing. The secret key is not in it: keep that apart. Exit status: 0 a sound backup, 1 none, or"
        " one that tells of damage in the portal."
    )
    requires_system_checks: list[str] = []
    requires_migrations_checks = False

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "directory", type=Path, metavar="DIR", help="where backups are kept; made if missing"
        )
        parser.add_argument(
            "--keep",
            type=how_many,
            metavar="N",
            help="remove all but the newest N; without it all of them stay",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            made = make_backup(options["directory"].resolve(), keep=options["keep"])
        except BackupError as error:
            raise CommandError(str(error)) from error
        for line in _told(made):
            self.stdout.write(line)
        if made.manifest.problems:
            problems = "\n".join(f"- {said}" for said in made.manifest.problems[:20])
            raise CommandError(f"The backup was made, but the portal itself is damaged:\n{problems}")


def _told(made: Made) -> list[str]:
    manifest = made.manifest
    rows = sum(table.rows for table in manifest.tables.values())
    lines = [
        f"{made.path}",
        f"{rows} rows of {len(manifest.tables)} tables, {manifest.files} files, {manifest.file_bytes} bytes",
        f"Head of the register: {manifest.head or 'nothing was published yet'}",
        f"Fingerprint of the backup, to be kept elsewhere: {made.fingerprint}",
    ]
    return lines + [f"Removed: {name}" for name in made.removed]
