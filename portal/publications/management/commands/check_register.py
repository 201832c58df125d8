"""``manage.py check_register``: is the register of publications still what was sealed?"""

from __future__ import annotations

import argparse
import re
from collections.abc import Generator
from contextlib import closing
from typing import Any, cast

from django.core.management.base import BaseCommand, CommandError, CommandParser

from portal.publications.chain import Head, first_break
from portal.publications.models import Publication
from portal.publications.register import head

AT_ONCE = 500


def kept_head(text: str) -> Head:
    """Read ``NUMBER:HASH``. Raises ``ArgumentTypeError``."""
    found = re.fullmatch(r"(\d{1,18}):([0-9a-fA-F]{64})", text.strip())
    if found is None or int(found[1]) == 0:
        raise argparse.ArgumentTypeError("a head is NUMBER:HASH, as this command prints it.")
    return Head(int(found[1]), found[2].lower())


class Command(BaseCommand):
    help = (
        "Reckons every seal of the register of publications anew and names the first entry that is not"
        " what was sealed. Prints the head; keep it elsewhere and give it back later with --head, or"
        " nobody can see that the last entries were cut off. Exit status: 0 whole, 1 broken."
    )
    # It only reads, and has to work on a copy of the database too.
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--head",
            type=kept_head,
            action="append",
            default=[],
            metavar="NUMBER:HASH",
            help="a head that was kept; may be given several times",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        # Closed at once, not when somebody tidies up: a break ends the reading in the middle.
        rows = Publication.objects.order_by("number").iterator(chunk_size=AT_ONCE)
        with closing(cast("Generator[Publication]", rows)) as publications:
            found = first_break((publication.sealed() for publication in publications), options["head"])
        if found:
            raise CommandError(f"The register is broken at entry {found.number}: {found.text}")
        last = head()
        if last.number == 0:
            self.stdout.write("The register is empty.")
            return
        entries = "1 entry" if last.number == 1 else f"{last.number} entries"
        self.stdout.write(f"The register is whole: {entries}. Its head, to be kept elsewhere:")
        self.stdout.write(f"{last.number}:{last.hash}")
