"""Everything that is due now."""

from __future__ import annotations

import logging
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils.module_loading import import_string

logger = logging.getLogger(__name__)


class Command(BaseCommand):
    """Run what ``DUE`` lists, each function by itself: one that fails keeps none of the others from running.

    Nothing of the portal depends on when this runs, or whether: it may run twice at once, late, or never.
    """

    help = "Do everything that is due. Safe to run at any time, and twice."

    def handle(self, *args: Any, **options: Any) -> None:
        failed = [path for path in settings.DUE if not self._run(path)]
        if failed:
            raise CommandError(f"Failed: {', '.join(failed)}")

    def _run(self, path: str) -> bool:
        try:
            done = import_string(path)()
        except Exception:
            logger.exception("%s failed.", path)
            return False
        self.stdout.write(f"{path}: {done}")
        return True
