"""Papers set in a process of their own, which can read nothing and may take only so much.

What people wrote is laid out by a large library. So that no text can make the portal's own process slow,
big or dead, the library runs in a child (:mod:`portal.pdf.compositor`), one for each process that prints:
without secrets, without network, at low priority, with a limit of memory and of time. It is
kept between papers, since its start costs a second, and renewed after a number of them.
"""

from __future__ import annotations

import atexit
import base64
import json
import logging
import os
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from portal.pdf import render
from portal.pdf.compositor import receive, send
from portal.pdf.render import PROJECT, Attachment
from portal.pdf.turns import PdfError

logger = logging.getLogger(__name__)

LONGEST = 20.0
"""Seconds for a paper that somebody waits for."""
RENEWED_AFTER = 100
"""Papers: what a library forgets to give back stays small."""
_KEPT = ("PATH", "HOME", "LANG", "LC_ALL", "TMPDIR", "XDG_CACHE_HOME", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")
_ERRORS = {
    error.__name__: error
    for error in (render.PdfUnavailableError, render.RefusedResourceError, render.IncompletePageError)
}
_seconds: ContextVar[float | None] = ContextVar("seconds", default=None)
_lock = threading.Lock()


class PdfTooLongError(PdfError):
    """A paper took longer than its maker would wait, or more memory than it may."""


@dataclass
class _Child:
    process: subprocess.Popen[bytes]
    owner: int
    papers: int = 0


_children: list[_Child] = []


@contextmanager
def patience(seconds: float) -> Iterator[None]:
    """Wait longer for the papers of this context: for the worker, who makes long ones."""
    token = _seconds.set(seconds)
    try:
        yield
    finally:
        _seconds.reset(token)


def render_pdf(
    *,
    html: str,
    archive: bool = False,
    is_large: bool = False,
    is_tagged: bool = True,
    attachments: Sequence[Attachment] = (),
) -> bytes:
    """As :func:`portal.pdf.render.render_pdf`, in a process of its own.

    Raises also:
        PdfTooLongError: it took more than :data:`LONGEST` seconds, or :func:`patience`; or too much memory.
    """
    order = {
        "html": html,
        "archive": archive,
        "is_large": is_large,
        "is_tagged": is_tagged,
        "attachments": [
            {
                "name": attachment.name,
                "content": base64.b64encode(attachment.content).decode(),
                "description": attachment.description,
            }
            for attachment in attachments
        ],
    }
    with _lock:
        answer = _asked(json.dumps(order).encode())
    if answer[:1] == b"P":
        return answer[1:]
    name, _, words = answer[1:].decode().partition("\n")
    if name == "MemoryError":
        raise PdfTooLongError("A paper wants more memory than it may have.")
    raise _ERRORS.get(name, PdfError)(words or name)


def _asked(order: bytes) -> bytes:
    """The child's answer; a child that died meanwhile is replaced once."""
    for attempt in (1, 2):
        child = _child()
        is_new = child.papers == 0
        child.papers += 1
        seconds = _seconds.get() or LONGEST
        ran_out = threading.Event()
        clock = threading.Timer(seconds, _stop, (child, ran_out))
        clock.daemon = True
        clock.start()
        try:
            send(child.process.stdin, order)  # type: ignore[arg-type]
            answer = receive(child.process.stdout)  # type: ignore[arg-type]
        except OSError:
            answer = None
        finally:
            clock.cancel()
        if answer is not None:
            return answer
        _forget(child)
        if ran_out.is_set():
            raise PdfTooLongError(f"A paper took more than {seconds:.0f} seconds.")
        if is_new or attempt == 2:
            break
    raise PdfTooLongError("The process that sets papers ended over this one.")


def _child() -> _Child:
    """The child of this process, started where there is none; one inherited by a fork is not ours."""
    for child in list(_children):
        is_ours = child.owner == os.getpid()
        if is_ours and child.process.poll() is None and child.papers < RENEWED_AFTER:
            return child
        _forget(child)
    environment = {name: os.environ[name] for name in _KEPT if name in os.environ}
    process = subprocess.Popen(
        [sys.executable, "-m", "portal.pdf.compositor"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=PROJECT,
        env=environment,
    )
    _children.append(_Child(process, os.getpid()))
    return _children[-1]


def _stop(child: _Child, ran_out: threading.Event) -> None:
    ran_out.set()
    child.process.kill()


def _forget(child: _Child) -> None:
    """Close our ends and let go of it; a fork's parent goes on with its own."""
    _children.remove(child)
    for pipe in (child.process.stdin, child.process.stdout):
        if pipe is not None:
            try:
                pipe.close()
            except OSError:
                logger.debug("The pipe was closed by the other side.")
    if child.owner == os.getpid():
        child.process.kill()
        child.process.wait()


@atexit.register
def close() -> None:
    """End the child of this process."""
    with _lock:
        for child in list(_children):
            _forget(child)
