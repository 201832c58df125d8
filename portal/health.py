"""What a watchman is told: whether the process answers, and whether it can do its work.

``/healthz`` is for whoever restarts processes that hang; it asks for nothing else. ``/readyz`` is for
whoever sends readers here and wakes people up: it writes to the database, so that a full or read-only disk
does not look well, and says in a word what is wrong. Neither tells versions, names or addresses.
"""

from __future__ import annotations

import logging
import secrets
import shutil
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from portal.audit.models import Entry
from portal.limits.models import Tally
from portal.papers.models import Worker
from portal.papers.rules import HEARD
from portal.publications import chain
from portal.publications.models import Publication

logger = logging.getLogger(__name__)

MOST_WAIT = 3000
"""Milliseconds for a lock or an answer of the database: a watchman does not wait longer for it."""
FREE_SHARE = 0.05
FREE_BYTES = 200 * 1024 * 1024
"""What must be free where people's files and the database are kept: a share, and an amount."""
CLOCK_SLACK = 60
"""Seconds that two clocks may differ by, and that the last act may seem to lie in the future."""
REMEMBERED = 1.0
"""Seconds for which an answer stands: whoever asks all day long costs one write a second."""
OK = "ok"


class UnwellError(Exception):
    """What is wrong, in a word or two that may be told to anybody."""


@dataclass(frozen=True, slots=True)
class Found:
    """The state of the portal at a moment."""

    checks: dict[str, str]
    """By the name of what was looked at: ``ok``, or what is wrong."""
    told: dict[str, Any]
    """What a watchman may want to know, and what no alarm is raised over."""

    @property
    def is_ready(self) -> bool:
        return all(outcome == OK for outcome in self.checks.values())


@never_cache
@require_safe
def alive(request: HttpRequest) -> JsonResponse:
    """``/healthz``: this process answers."""
    return JsonResponse({"status": OK})


@never_cache
@require_safe
def ready(request: HttpRequest) -> JsonResponse:
    """``/readyz``: 200 where everything that a reader or a member of staff needs works, else 503."""
    found = _remembered.look()
    status = OK if found.is_ready else "unready"
    return JsonResponse(
        {"status": status, "checks": found.checks} | found.told, status=200 if found.is_ready else 503
    )


def look() -> Found:
    """Try everything once."""
    checks = {"files": _outcome(_files_can_be_written), "disk": _outcome(_there_is_room)}
    with _own_connection():
        database = _outcome(_database_can_be_written)
        checks["database"] = database
        if database != OK:
            return Found(checks, {})
        checks["migrations"] = _outcome(_migrations_are_applied)
        checks["clock"] = _outcome(_clock_is_sane)
        checks["register"] = _outcome(_head_is_sealed)
        return Found(checks, {"register_age": _age_of_head(), "worker": _worker()})


def _outcome(check: Callable[[], None]) -> str:
    try:
        check()
    except UnwellError as unwell:
        return str(unwell)
    except Exception:  # Whatever a driver or a disk comes up with, the answer is a word.
        logger.warning("Not ready.", exc_info=True)
        return "does not answer"
    return OK


# Disk


def _files_can_be_written() -> None:
    with tempfile.TemporaryFile(dir=settings.DATA_DIR) as file:
        file.write(secrets.token_bytes(4096))
        file.flush()


def _there_is_room() -> None:
    places = {Path(settings.DATA_DIR), Path(settings.MEDIA_ROOT).parent}
    for place in places:
        usage = shutil.disk_usage(place)
        if usage.free < max(FREE_BYTES, usage.total * FREE_SHARE):
            raise UnwellError("nearly full")


# Database


@contextmanager
def _own_connection() -> Iterator[None]:
    """Ask over a new connection, which sees what is there now; one that was kept may lead to what was.

    Within a transaction, as in tests, there is only the one.
    """
    is_ours = not connection.in_atomic_block
    if is_ours:
        connection.close()
    try:
        yield
    finally:
        if is_ours:
            connection.close()


def _have_little_patience() -> None:
    """What is asked from here on is given up after :data:`MOST_WAIT`."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(f"PRAGMA busy_timeout = {MOST_WAIT}")
        else:
            cursor.execute(f"SET statement_timeout = {MOST_WAIT}; SET lock_timeout = {MOST_WAIT}")


def _database_can_be_written() -> None:
    """One transaction with a row in it that comes and goes: it is written and leaves nothing."""
    if connection.vendor == "sqlite" and not _is_there(str(connection.settings_dict["NAME"])):
        raise UnwellError("missing")  # before anybody connects, which would make an empty one
    if not connection.in_atomic_block:
        _have_little_patience()
    with transaction.atomic():
        row = Tally.objects.create(scope="readyz", key=secrets.token_hex(16), hour=timezone.now())
        row.delete()


def _is_there(name: str) -> bool:
    """Whether a database in a file has its file."""
    return ":memory:" in name or "mode=memory" in name or Path(name).is_file()


def _migrations_are_applied() -> None:
    missing = _known_migrations() - set(MigrationRecorder(connection).applied_migrations())
    if missing:
        raise UnwellError("pending")


@lru_cache(maxsize=1)
def _known_migrations() -> frozenset[tuple[str, str]]:
    return frozenset(MigrationLoader(None, ignore_no_migrations=True).graph.nodes)


# Time and register


def _clock_is_sane() -> None:
    """This machine's clock agrees with the database's, and nothing was done later than now."""
    now = time.time()
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT extract(epoch FROM clock_timestamp())")
            if abs(float(cursor.fetchone()[0]) - now) > CLOCK_SLACK:
                raise UnwellError("differs from the database's")
    for newest in (Publication.objects.order_by("-number"), Entry.objects.order_by("-pk")):
        at = newest.values_list("at", flat=True).first()
        if at and at.timestamp() > now + CLOCK_SLACK:
            raise UnwellError("behind the last act")


def _head_is_sealed() -> None:
    head = Publication.objects.order_by("-number").first()
    if head and chain.seal(head.sealed(with_content=False)) != head.hash:
        raise UnwellError("the last entry is not as it was sealed")


def _age_of_head() -> int | None:
    """Seconds since the last entry of the register."""
    at = Publication.objects.order_by("-number").values_list("at", flat=True).first()
    return max(0, round((timezone.now() - at).total_seconds())) if at else None


def _worker() -> str:
    """Whether anybody makes long papers; the portal is well without."""
    return "alive" if Worker.objects.filter(beat_at__gte=timezone.now() - HEARD).exists() else "silent"


class _Remembered:
    """The last answer for a moment; asked by several at once, one looks and the others wait for it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._at = float("-inf")
        self._found = Found({}, {})

    def look(self) -> Found:
        with self._lock:
            if time.monotonic() - self._at >= REMEMBERED:
                self._found = look()
                self._at = time.monotonic()
            return self._found

    def forget(self) -> None:
        """Look anew at the next question: for tests."""
        self._at = float("-inf")


_remembered = _Remembered()
