"""``manage.py restore DIR``: a backup back into an empty portal, checked before and after."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from portal.backups.archive import find, read_archive
from portal.backups.contents import BackupError
from portal.backups.restoring import restore


class Command(BaseCommand):
    help = (
        "Restores a backup into an empty database, of the kind it came from or of the other one, and its"
        " files into DATA_DIR. Every part is checked first and everything is read back and compared before it"
        " counts. Exit status: 0 restored, 1 refused."
    )
    requires_system_checks: list[str] = []
    requires_migrations_checks = False

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "directory", type=Path, metavar="DIR", help="a backup, or a directory of backups: then the newest"
        )
        parser.add_argument("--check", action="store_true", help="only check the backup, restore nothing")
        parser.add_argument(
            "--fingerprint", default="", metavar="SHA256", help="as it was printed when the backup was made"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            archive = read_archive(find(options["directory"]), fingerprint=options["fingerprint"])
            self.stdout.write(
                f"{archive.path}: every part is what was written. Made at {archive.manifest.made_at}"
            )
            if options["check"]:
                return
            done = restore(archive)
        except BackupError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"Restored {done.rows} rows and {done.files} files, and found them equal")
        self.stdout.write(f"Head of the register: {done.head or 'nothing was published yet'}")
        for said in done.problems:
            self.stdout.write(f"As when the backup was made: {said}")
