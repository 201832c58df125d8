"""Who may use the press: one paper at a time on this machine, so that pages stay fast meanwhile."""

from __future__ import annotations

import fcntl
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings

LONGEST_WAIT = 4.0
"""Seconds. Somebody who waits holds one of the few threads of a server."""
_LOOK_EVERY = 0.02
_seat = threading.Lock()
"""One of a process waits; papers never hold the threads that pages need."""


class PdfError(Exception):
    """A paper could not be made."""


class PdfBusyError(PdfError):
    """Others are having papers made: worth another try in a moment."""


@contextmanager
def press_turn() -> Iterator[None]:
    """Wait for one's turn and keep it until the paper is made.

    Raises:
        PdfBusyError: it did not come within ``LONGEST_WAIT``, or somebody of this process waits already.
    """
    path = Path(settings.DATA_DIR, "cache", "press.lock")
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        _wait_for(descriptor)
        yield
    finally:
        os.close(descriptor)  # which gives the turn back


def _wait_for(descriptor: int) -> None:
    if _is_taken(descriptor):
        return
    if not _seat.acquire(blocking=False):
        raise PdfBusyError("Somebody waits for the press already.")
    try:
        until = time.monotonic() + LONGEST_WAIT
        while not _is_taken(descriptor):
            if time.monotonic() > until:
                raise PdfBusyError("The press is busy.")
            time.sleep(_LOOK_EVERY)
    finally:
        _seat.release()


def _is_taken(descriptor: int) -> bool:
    """Whether the turn is ours now."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
