"""What the portal writes about itself: a JSON object a line, without the secrets and names of people.

Only our own loggers are believed to know what may be written. Of what libraries say, the pattern is kept
and the values are left out, since those hold addresses, names of hosts and whatever people typed; of an
error, its kind and where it came from, and its words only where they are about the machine.
"""

from __future__ import annotations

import datetime
import json
import logging
import re
import sysconfig
import traceback
from pathlib import Path
from types import TracebackType
from typing import Any

from portal.tracing import current_id

_SECRETS = re.compile(
    r"(/(?:follow|subscriptions|invitation|sign-in/reset|account/email)/|[?&]code=)[^/\s?#&]+"
)
_PEOPLE = re.compile(
    r"[^\s@<>,;:\"']+@[^\s@<>,;\"']+"  # an address of e-mail
    r"|(?<![\d.])(?:\d{1,3}\.){3}\d{1,3}(?![\d.])"  # IPv4
    r"|(?<![0-9A-Za-z:])(?:[0-9A-Fa-f]{0,4}:){3,7}[0-9A-Fa-f]{0,4}(?![0-9A-Za-z:])"  # IPv6
)
_OWN = ("portal", "programs", "consultations", "gunicorn")
_ABOUT_THE_MACHINE = ("OSError", "OperationalError", "InterfaceError", "ImproperlyConfigured", "ImportError")
LONGEST = 500
"""Characters of a message."""
FRAMES = 40
_ROOTS = [Path(__file__).resolve().parents[1], Path(sysconfig.get_paths()["purelib"])]
_ROOTS += [Path(sysconfig.get_paths()["stdlib"])]


class WithoutSecrets(logging.Filter):
    """Take receipt codes and the tokens of letters out of every line: a reader of the log could use them."""

    def filter(self, record: logging.LogRecord) -> bool:
        text = record.getMessage()
        if _SECRETS.search(text):
            record.msg, record.args = _SECRETS.sub(r"\1…", text), ()
        return True


class JsonLines(logging.Formatter):
    """One JSON object a line, in ASCII: no text can begin a line of its own."""

    def format(self, record: logging.LogRecord) -> str:
        at = datetime.datetime.fromtimestamp(record.created, datetime.UTC)
        told: dict[str, Any] = {
            "at": at.isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "request": current_id() or None,
            "message": said(record),
        }
        told |= getattr(record, "fields", {})
        if record.exc_info and record.exc_info[1]:
            told["error"] = error_told(record.exc_info[1])
        return json.dumps(told)


class PlainLines(logging.Formatter):
    """For a developer's terminal: what happened in words, with everything that there is to know."""

    def __init__(self) -> None:
        super().__init__("{asctime} {levelname} {name} {message}", style="{")

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - the name logging gives it
        fields = getattr(record, "fields", {})
        told = " ".join(f"{name}={value}" for name, value in fields.items() if value is not None)
        return f"{super().formatMessage(record)} {told}".rstrip()


def said(record: logging.LogRecord) -> str:
    """The message of a line, as far as it is written."""
    room = record.name.partition(".")[0]
    if record.name.startswith("django.security."):
        return f"refused: {record.name.rpartition('.')[2]}"  # its words are those of the request
    is_servers_news = room == "gunicorn" and record.levelno <= logging.INFO
    if room in _OWN and (room != "gunicorn" or is_servers_news):
        return without_people(record.getMessage())[:LONGEST]
    # The server puts the values into some of its patterns by itself.
    pattern = str(record.msg).partition(" from ip=")[0]
    return without_people(pattern)[:LONGEST]


def without_people(text: str) -> str:
    """A text without addresses of e-mail and of networks."""
    return _PEOPLE.sub("…", text)


def error_told(error: BaseException, depth: int = 3) -> dict[str, Any]:
    """An error's kind, where it came from and what it came of; never the values that it was about."""
    names = {kind.__name__ for kind in type(error).__mro__}
    told: dict[str, Any] = {"kind": f"{type(error).__module__}.{type(error).__qualname__}"}
    if names.intersection(_ABOUT_THE_MACHINE) and "SMTPException" not in names:
        words = getattr(error, "strerror", None) or str(error).partition("\n")[0]
        told["words"] = without_people(words)[:LONGEST]
    told["stack"] = _stack(error.__traceback__)
    cause = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if cause is not None and depth:
        told["cause"] = error_told(cause, depth - 1)
    return told


def _stack(trace: TracebackType | None) -> list[str]:
    frames = traceback.extract_tb(trace)[-FRAMES:]
    return [f"{_place(frame.filename)}:{frame.lineno} {frame.name}" for frame in frames]


def _place(filename: str) -> str:
    """A file's name as the source knows it, wherever this machine keeps it."""
    for root in _ROOTS:
        if filename.startswith(f"{root}/"):
            return filename[len(str(root)) + 1 :]
    return Path(filename).name
