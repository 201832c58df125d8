"""A portal of its own for the measurement: scratch data, seeded, served as script/server does."""

from __future__ import annotations

import os
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PROJECT = Path(__file__).resolve().parent.parent
# As in script/server; a test compares the two.
GUNICORN = [
    *("--config", "deploy/gunicorn.conf.py"),
    *("--graceful-timeout", "5", "--log-level", "warning"),
]
START_SECONDS = 30


def environment(data: Path, database_url: str = "") -> dict[str, str]:
    """What the processes of a benchmark are started with: production over plain http, data of its own.

    ``DATABASE_URL`` of whoever starts it is left out: nobody's portal is filled with a country by mistake.
    """
    own = {
        name: value
        for name, value in os.environ.items()
        if name not in ("DATABASE_URL", "DEBUG", "STATIC_ROOT")
    }
    own |= {
        "DJANGO_SETTINGS_MODULE": "benchmarks.settings",
        "DATA_DIR": str(data),
        "SECRET_KEY": secrets.token_urlsafe(50),
        "ALLOWED_HOSTS": "127.0.0.1",
        "INSECURE_HTTP": "1",
    }
    return own | ({"DATABASE_URL": database_url} if database_url else {})


def seed(settings: dict[str, str], scale: str) -> float:
    """Make the database and fill it. Returns the seconds that the seeding took."""
    for command in (["migrate", "--no-input", "-v0"], ["collectstatic", "--no-input", "-v0"]):
        _manage(settings, *command)
    start = time.monotonic()
    _manage(settings, "seed_demo", "--scale", scale)
    return time.monotonic() - start


def _manage(settings: dict[str, str], *arguments: str) -> None:
    command = [sys.executable, "manage.py", *arguments]
    subprocess.run(command, cwd=PROJECT, env=settings, check=True, stdout=subprocess.DEVNULL)


@contextmanager
def serving(settings: dict[str, str]) -> Iterator[Server]:
    """A gunicorn on a free port of this machine, gone afterwards."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "gunicorn", "portal.wsgi", "--bind", f"127.0.0.1:{port}", *GUNICORN]
    command += ["--max-requests", "0"]  # a process that is replaced takes its CPU time with it
    process = subprocess.Popen(command, cwd=PROJECT, env=settings)
    try:
        server = Server(process.pid, port)
        server.wait()
        yield server
    finally:
        process.terminate()
        process.wait(timeout=30)


class Server:
    """A running gunicorn: its port and the CPU that it has used."""

    def __init__(self, pid: int, port: int) -> None:
        self.pid, self.port = pid, port

    def wait(self) -> None:
        """Until it answers. Raises ``TimeoutError`` when it does not within half a minute."""
        end = time.monotonic() + START_SECONDS
        while time.monotonic() < end:
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", self.port)) == 0:
                    return
            time.sleep(0.1)
        raise TimeoutError("gunicorn did not start")

    def cpu_seconds(self) -> float:
        """User and system time of the master and its workers together (``/proc``, Linux only)."""
        ticks = sum(_ticks(pid) for pid in [self.pid, *_children(self.pid)])
        return ticks / os.sysconf("SC_CLK_TCK")


def _children(pid: int) -> list[int]:
    """The processes below one, those that set papers for its workers too."""
    listed = Path(f"/proc/{pid}/task").glob("*/children")
    children = [int(child) for file in listed for child in file.read_text().split()]
    return children + [below for child in children for below in _children(child)]


def _ticks(pid: int) -> int:
    """utime and stime: fields 14 and 15 of ``/proc/<pid>/stat``, counted after the name in brackets."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])
