"""The worker that makes long papers."""

from __future__ import annotations

import logging
import os
import socket
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from portal.papers.bench import BENCH
from portal.papers.models import Worker
from portal.papers.working import beating, work

NICE = 10
"""Pages come before papers."""
_NAME_LENGTH = Worker._meta.get_field("name").max_length


class Command(BaseCommand):
    """Several may run, on several machines; each makes one paper at a time."""

    help = "Makes the papers that are too long to wait for, until it is told to end."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--name", default=f"{socket.gethostname()}-{os.getpid()}")
        parser.add_argument("--once", action="store_true", help="end when there is nothing to make")
        parser.add_argument("--beside", type=int, metavar="PID", help="end when that process has ended")

    def handle(self, *, name: str, once: bool, beside: int | None, **options: Any) -> None:
        os.nice(NICE)
        BENCH.attend()
        # What it begins and ends stands in the table of papers.
        logging.getLogger("django_tasks").setLevel(logging.WARNING)
        logging.getLogger("django_tasks_db").setLevel(logging.WARNING)
        name = name[:_NAME_LENGTH]
        with beating(name):
            self.stdout.write(f"Worker {name} makes the long papers")
            work(name, once=once, server=beside)
