"""The portal in processes of its own, on a database of its own, for what is killed, cut off or filled up.

What a test has made in its own database is copied into another one, of the same kind, which then is served
as in production but for plain http.
"""

from __future__ import annotations

import contextlib
import datetime
import http.client
import os
import secrets
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
import urllib.parse
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg2
import time_machine
from django.conf import settings
from django.db import connection
from django.utils import timezone

from consultations import tokens
from consultations.receipts import fingerprint
from tests.consultations.contribution_posts import code_in, filled_in, form_address
from tests.consultations.participation import ConsultationFactory

PROJECT = Path(settings.PROJECT_DIR)
SERVED = str(PROJECT / "tests" / "trust" / "served.py")
COOKIE = "a" * 32
HANDS = 8
MOST_TRIES = 80
ROWS = "SELECT number, text, receipt_hash FROM consultations_contribution ORDER BY number"


@dataclass
class Database:
    """A database that is not the test's own, asked without Django."""

    url: str

    def ask(self, statement: str) -> list[tuple]:
        """The rows that a statement gives; it is committed."""
        with contextlib.closing(self._connected()) as connected:
            cursor = connected.cursor()
            cursor.execute(statement)
            rows = cursor.fetchall() if cursor.description else []
            connected.commit()
            return rows

    def _connected(self) -> Any:
        if self.url.startswith("sqlite"):
            return sqlite3.connect(self.url.removeprefix("sqlite:///"), timeout=20)
        parts = urllib.parse.urlsplit(self.url)
        socket_directory, _, name = parts.path.lstrip("/").rpartition("/")
        place = {"host": f"/{socket_directory}"} if socket_directory else {"host": parts.hostname}
        port = {"port": parts.port} if parts.port else {}
        return psycopg2.connect(dbname=name, user=parts.username, **place, **port)

    def integrity(self) -> str:
        """``ok`` where the database itself finds nothing wrong."""
        if not self.url.startswith("sqlite"):
            # Every page of every index is read against its table; without the extension, every row.
            return "ok" if self.ask("SELECT COUNT(*) FROM audit_entry") else "nothing"
        [(said,)] = self.ask("PRAGMA integrity_check")
        return said


@contextlib.contextmanager
def copied(directory: Path, name: str = "") -> Iterator[Database]:
    """The test's own database as it is now, in another one that is gone at the end."""
    name = name or f"served_{secrets.token_hex(4)}"
    if connection.vendor == "sqlite":
        path = directory / f"{name}.sqlite3"
        with connection.cursor() as cursor:
            cursor.execute("VACUUM INTO %s", [str(path)])
        yield Database(f"sqlite:///{path}")
        return
    with postgresql_copy(connection.settings_dict["NAME"], name) as database:
        yield database


@contextlib.contextmanager
def empty_database(directory: Path) -> Iterator[Database]:
    """Another database of the test's own kind, without any table."""
    name = f"empty_{secrets.token_hex(4)}"
    if connection.vendor == "sqlite":
        yield Database(f"sqlite:///{directory / name}.sqlite3")
        return
    with postgresql_copy("template0", name) as database:
        yield database


@contextlib.contextmanager
def postgresql_copy(template: str, name: str) -> Iterator[Database]:
    """A database of the running cluster, made after another one."""
    connection.close()  # nobody may be connected to what is copied
    place = os.environ["DATABASE_URL"].rpartition("/")[0]
    with _administering(place) as cursor:
        cursor.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    try:
        yield Database(f"{place}/{name}")
    finally:
        with _administering(place) as cursor:
            cursor.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@contextlib.contextmanager
def _administering(place: str) -> Iterator[Any]:
    with contextlib.closing(Database(f"{place}/postgres")._connected()) as connected:
        connected.autocommit = True
        yield connected.cursor()


def environment(directory: Path, database: Database, **more: str) -> dict[str, str]:
    """A portal in production, but for plain http."""
    return os.environ | {
        "DJANGO_SETTINGS_MODULE": "portal.settings",
        "SECRET_KEY": settings.SECRET_KEY,
        "ALLOWED_HOSTS": "127.0.0.1",
        "INSECURE_HTTP": "1",
        "DATA_DIR": str(directory),
        "DATABASE_URL": database.url,
        "PYTHONPATH": str(PROJECT),
        **more,
    }


def manage(env: dict[str, str], *arguments: str, timeout: int = 900) -> subprocess.CompletedProcess[str]:
    """``manage.py`` on the other database."""
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        env=env,
        cwd=PROJECT,
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )


@dataclass
class Portal:
    """The serving processes: a parent that replaces each child that ends."""

    pid: int
    port: int

    @property
    def children(self) -> list[int]:
        return [int(pid) for pid in Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split()]

    def signal(self, number: int) -> None:
        os.killpg(self.pid, number)


@contextlib.contextmanager
def serving(env: dict[str, str], *, twin: str = "", prefix: Iterable[str] = ()) -> Iterator[Portal]:
    """Two processes at a socket that is open before they are.

    Args:
        twin: what is broken on purpose in them, see ``served.py``.
        prefix: a program that the whole runs under.
    """
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(128)
        command = [*prefix, sys.executable, SERVED, str(listening.fileno()), twin]
        handed = [listening.fileno()]
        with Path(env["DATA_DIR"], "served.log").open("a") as log:
            process = subprocess.Popen(
                command, env=env, cwd=PROJECT, pass_fds=handed, start_new_session=True, stderr=log
            )
        try:
            yield Portal(process.pid, listening.getsockname()[1])
        finally:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait(timeout=30)


def kill_one(portal: Portal, pick: Callable[[list[int]], int]) -> bool:
    """End one of the portal's processes as a power cut would."""
    children = portal.children
    with contextlib.suppress(ProcessLookupError):
        if children:
            os.kill(pick(children), signal.SIGKILL)
            return True
    return False


def open_consultation(count: int) -> tuple[str, list[str]]:
    """The address of an open consultation's form, and tokens of forms that were shown a while ago."""
    consultation = ConsultationFactory(open=True)
    with time_machine.travel(timezone.now() - datetime.timedelta(minutes=1), tick=False):
        shown = [tokens.issue(consultation.pk) for _ in range(count)]
    return form_address(consultation), shown


def words_of(number: int) -> str:
    return f"رأي رقم {number}"


@dataclass
class People:
    """Everybody who contributes, each pressing the button until they are told that it was received."""

    port: int
    address: str
    tokens: list[str]
    told: dict[int, str] = field(default_factory=dict)
    tries: dict[int, int] = field(default_factory=dict)
    refused: list[tuple[int, int, str]] = field(default_factory=list)
    """Of each answer that was no receipt who got it, its status and its page."""
    is_over: bool = False
    """Nobody begins to press any more."""

    def __post_init__(self) -> None:
        self._news = threading.Condition()

    def contribute(self, number: int) -> bool:
        """Press until it was received; whether it was."""
        for tried in range(1, MOST_TRIES + 1):
            if self.is_over:
                break
            with contextlib.suppress(OSError, http.client.HTTPException):
                if self.press(number):
                    self.tries[number] = tried
                    return True
            time.sleep(0.05)
        return False

    def press(self, number: int) -> bool:
        """Press once. Raises ``OSError`` or ``HTTPException`` where nobody answers."""
        status, location, page = self._send(number)
        if status != 303:
            self.refused.append((number, status, page))
            return False
        with self._news:
            self.told[number] = code_in(location)
            self._news.notify_all()
        return True

    def _send(self, number: int) -> tuple[int, str, str]:
        form = filled_in(self.tokens[number], text=words_of(number), csrfmiddlewaretoken=COOKIE)
        headers = {"Cookie": f"csrftoken={COOKIE}", "Content-Type": "application/x-www-form-urlencoded"}
        server = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            server.request("POST", self.address, urllib.parse.urlencode(form), headers)
            answer = server.getresponse()
            page = answer.read().decode(errors="replace")
            return answer.status, answer.headers.get("Location", ""), page
        finally:
            server.close()

    def wait_for(self, count: int) -> bool:
        """Until so many were told, or nobody was for a long time."""
        with self._news:
            return self._news.wait_for(lambda: len(self.told) >= count, timeout=60)

    @contextlib.contextmanager
    def contributing(self, numbers: Iterable[int], hands: int = HANDS) -> Iterator[None]:
        """Within, all of these are pressing, so many at a time; it ends when the last one was told."""
        with ThreadPoolExecutor(hands) as pool:
            pressing = [pool.submit(self.contribute, number) for number in numbers]
            yield
            for pressed in pressing:
                pressed.result(timeout=300)

    @contextlib.contextmanager
    def going_on(self, numbers: Iterable[int], a_second: float = 0) -> Iterator[None]:
        """Within, these are pressing, eight at a time; at its end whoever is not told gives up.

        Args:
            a_second: how many there are in a second at most; as many as there can be without it.
        """
        self.is_over = False

        def one(number: int) -> None:
            if self.contribute(number) and a_second:
                time.sleep(HANDS / a_second)

        with ThreadPoolExecutor(HANDS) as pool:
            for number in numbers:
                pool.submit(one, number)
            try:
                yield
            finally:
                self.is_over = True
        self.is_over = False


@dataclass(frozen=True)
class Stored:
    """What is stored, held against what people were told."""

    lost: int
    """Receipts without their contribution."""
    doubled: int
    """Contributions of which there are two, or numbers that are."""
    false: int
    """Contributions under another receipt than the one their author was given."""

    @property
    def is_sound(self) -> bool:
        return self == Stored(0, 0, 0)


def compare(told: dict[int, str], rows: list[tuple]) -> Stored:
    """Hold what is stored, rows of :data:`ROWS`, against what people were told."""
    texts = [text for _number, text, _receipt in rows]
    receipts = {text: receipt for _number, text, receipt in rows}
    lost = [number for number in told if words_of(number) not in receipts]
    false = [
        number
        for number, code in told.items()
        if number not in lost and receipts[words_of(number)] != fingerprint(code)
    ]
    numbers = [number for number, _text, _receipt in rows]
    doubled = len(texts) - len(set(texts)) + len(numbers) - len(set(numbers))
    return Stored(len(lost), doubled, len(false))
