"""The process that sets papers: ``python -m portal.pdf.compositor``, started by :mod:`portal.pdf.press`.

It knows no database, no settings and no secrets, opens no connection and reads nothing but the static
folder, fonts and Python's own files. It takes orders on its standard input and gives papers on its
standard output, each as eight bytes of length and that many bytes:

- an order is JSON: ``html``, ``archive``, ``is_large``, ``is_tagged`` and ``attachments``, their content in
  base 64;
- an answer begins with one letter, ``P`` for a paper or ``E`` for an error, then the PDF, or the error's
  name and words with a line break between.
"""

from __future__ import annotations

import base64
import contextlib
import gc
import json
import mimetypes
import os
import resource
import struct
import sys
import sysconfig
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO

from portal.pdf.render import PROJECT, Attachment, PdfUnavailableError, load, render_pdf

LENGTH = struct.Struct(">Q")
MOST_MEMORY = 2 * 1024**3
"""Bytes of address space: three hundred pages take a third of it."""
NICENESS = 10
"""Pages for readers come first."""
_READABLE = ("/usr/share", "/usr/local/share", "/etc/fonts", "/var/cache/fontconfig", "/System/Library/Fonts")
_NEVER = ("socket.connect", "socket.bind", "socket.getaddrinfo", "subprocess.Popen", "os.system", "os.exec")


def send(stream: BinaryIO, *parts: bytes) -> None:
    """Write one message."""
    stream.write(LENGTH.pack(sum(map(len, parts))))
    for part in parts:
        stream.write(part)
    stream.flush()


def receive(stream: BinaryIO) -> bytes | None:
    """Read one message; ``None`` where the other side is gone."""
    head = stream.read(LENGTH.size)
    if len(head) < LENGTH.size:
        return None
    (length,) = LENGTH.unpack(head)
    body = stream.read(length)
    return body if len(body) == length else None


def guard() -> Callable[[str, tuple[Any, ...]], None]:
    """What holds every Python act of this process to the rule, whatever a library comes up with."""
    roots = [PROJECT, Path(sys.prefix), Path(sys.base_prefix), Path(tempfile.gettempdir())]
    roots += [Path(path) for path in {*sysconfig.get_paths().values(), *_READABLE}]
    allowed = tuple(f"{root.resolve()}{os.sep}" for root in roots if str(root) != os.sep)

    def audit(event: str, arguments: tuple[Any, ...]) -> None:
        if event in _NEVER:
            raise PermissionError(f"The press does nothing of the kind: {event}")
        if event == "open" and isinstance(arguments[0], str | bytes | os.PathLike):
            path = os.path.realpath(os.fsdecode(arguments[0]))
            if not f"{path}{os.sep}".startswith(allowed):
                raise PermissionError(f"The press reads no such file: {path}")

    return audit


def composed(order: dict[str, Any]) -> bytes:
    """The paper that an order asks for.

    What a page is made of lives until the page is written, so looking for garbage meanwhile is a sixth of
    the work and finds next to nothing: it is looked for afterwards (:func:`swept`).
    """
    attachments = [
        Attachment(**{**attachment, "content": base64.b64decode(attachment["content"])})
        for attachment in order["attachments"]
    ]
    gc.disable()
    try:
        return render_pdf(**{**order, "attachments": attachments})
    finally:
        gc.enable()


def swept() -> None:
    """Give back what the last paper left in circles, and let later searches pass over the library itself."""
    gc.collect()
    if not gc.get_freeze_count():
        gc.freeze()


def main() -> None:
    """Set papers until nobody asks any more."""
    os.nice(NICENESS)
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    orders, answers = sys.stdin.buffer, sys.stdout.buffer
    mimetypes.init()  # it reads lists of the machine's, once
    with contextlib.suppress(PdfUnavailableError):  # whoever orders a paper is told
        load()
    sys.addaudithook(guard())
    while (body := receive(orders)) is not None:
        try:
            paper = composed(json.loads(body))
        except Exception as error:
            send(answers, b"E", f"{type(error).__name__}\n{error}".encode())
        else:
            send(answers, b"P", paper)
        paper = b""
        swept()


if __name__ == "__main__":
    main()
