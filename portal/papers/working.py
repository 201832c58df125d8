"""The worker: gives signs of life, takes up what others left, makes one paper after the other."""

from __future__ import annotations

import datetime
import logging
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread

from django.db import Error, close_old_connections, connections
from django.utils import timezone
from django_tasks import DEFAULT_TASK_BACKEND_ALIAS, DEFAULT_TASK_QUEUE_NAME
from django_tasks_db.management.commands import db_worker
from django_tasks_db.models import DBTaskResult

from portal.papers.asking import take_up_what_was_left
from portal.papers.bench import BENCH, LONGEST
from portal.papers.models import Worker

BEAT_EVERY = 2.0
"""Seconds between two signs of life; papers.rules.HEARD is more than twice as long."""
LOOK_EVERY = datetime.timedelta(seconds=3)
IDLE = 1.0
"""Seconds until the next look for work."""
HANGS = 70
"""The exit code of a worker whose paper hangs: no clean end, so that whoever started it starts another."""

logger = logging.getLogger(__name__)


def work(name: str, *, once: bool = False, server: int | None = None) -> None:
    """Make papers until a signal ends it.

    Args:
        name: what the worker is called in the lists.
        once: end when there is nothing to do.
        server: end when the process of that number has ended.
    """
    looked: datetime.datetime | None = None
    while not BENCH.is_closing and (server is None or is_running(server)):
        try:
            if looked is None or timezone.now() - looked >= LOOK_EVERY:
                take_up_what_was_left()
                looked = timezone.now()
            has_worked = make_next(name)
        except Error:
            logger.exception("The database does not answer the worker.")
            has_worked = False
        if once and not has_worked:
            return
        if not has_worked:
            time.sleep(IDLE)
        close_old_connections()


def make_next(name: str) -> bool:
    """Make one of the papers that wait; whether there was any."""
    if not DBTaskResult.objects.ready().filter(backend_name=DEFAULT_TASK_BACKEND_ALIAS).exists():
        return False
    worker = db_worker.Worker(
        queue_names=[DEFAULT_TASK_QUEUE_NAME],
        excluded_queue_names=[],
        interval=0,
        batch=True,
        backend_name=DEFAULT_TASK_BACKEND_ALIAS,
        startup_delay=False,
        max_tasks=1,
        worker_id=name,
    )
    worker.run()
    return True


@contextmanager
def beating(name: str) -> Iterator[None]:
    """Signs of life of the worker, and of the paper on its bench, from a thread of their own."""
    end = Event()
    beat(name)
    thread = Thread(target=_beat_until, args=(name, end), name="beat", daemon=True)
    thread.start()
    try:
        yield
    finally:
        end.set()
        thread.join()
        Worker.objects.filter(name=name).delete()


def beat(name: str) -> None:
    """One sign of life."""
    now = timezone.now()
    if not Worker.objects.filter(name=name).update(beat_at=now):
        Worker.objects.create(name=name, beat_at=now)
    claim = BENCH.claim
    if claim is None:
        return
    if now - claim.started_at > LONGEST:
        logger.critical("Paper %s hangs: the worker ends, for another to begin anew.", claim.pk)
        os._exit(HANGS)
    claim.write(beat_at=now)


def _beat_until(name: str, end: Event) -> None:
    try:
        while not end.wait(BEAT_EVERY):
            try:
                beat(name)
            except Error as error:
                logger.warning("No sign of life could be written: %s", error)
            close_old_connections()
    finally:
        connections.close_all()


def is_running(process: int) -> bool:
    """Whether a process is there and has not ended, be it that its parent took no note of it."""
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    try:
        state = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:  # a system without such files, or it ended in this moment
        return True
    return state != "Z"
