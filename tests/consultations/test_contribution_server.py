"""Two hundred people at once; then the portal is killed fifty times. Who was told is stored, once."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import random
import secrets
import signal
import socket
import subprocess
import sys
import threading
import urllib.parse
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from consultations.receipts import fingerprint
from tests.consultations.contribution_posts import code_in, filled_in

PROJECT = Path(settings.PROJECT_DIR)
SCRIPT = str(PROJECT / "tests" / "consultations" / "served_contributions.py")
PEOPLE, MORE_PEOPLE, KILLS, HANDS = 200, 100, 50, 8
MOST_TRIES = 60
COOKIE = "a" * 32


@pytest.fixture
def environment(tmp_path):
    """A portal in production, but for plain http, with a database of its own of the kind of this run."""
    url = f"sqlite:///{tmp_path / 'served.sqlite3'}"
    name = f"served_{secrets.token_hex(4)}"
    if connection.vendor == "postgresql":
        url = f"{os.environ['DATABASE_URL'].rpartition('/')[0]}/{name}"
        with connection.cursor() as cursor:
            cursor.execute(f"CREATE DATABASE {name}")
    yield os.environ | {
        "DJANGO_SETTINGS_MODULE": "portal.settings",
        "SECRET_KEY": secrets.token_urlsafe(50),
        "ALLOWED_HOSTS": "127.0.0.1",
        "INSECURE_HTTP": "1",
        "DATA_DIR": str(tmp_path),
        "DATABASE_URL": url,
        "PYTHONPATH": str(PROJECT),
    }
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")


def _ask(environment, command, count=0):
    done = subprocess.run(
        [sys.executable, SCRIPT, command, str(count)],
        env=environment,
        cwd=PROJECT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout)


@contextlib.contextmanager
def _serving(environment):
    """Two processes at a socket that is open before they are."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(128)
        command = [sys.executable, SCRIPT, "serve", str(listening.fileno())]
        handed = [listening.fileno()]
        portal = subprocess.Popen(
            command, env=environment, cwd=PROJECT, pass_fds=handed, start_new_session=True
        )
        try:
            yield portal.pid, listening.getsockname()[1]
        finally:
            os.killpg(portal.pid, signal.SIGKILL)
            portal.wait(timeout=30)


class People:
    """Everybody who contributes, each pressing the button until they are told that it was received."""

    def __init__(self, port, address, tokens):
        self.port, self.address, self.tokens = port, address, tokens
        self.told, self.tries = {}, {}
        self._news = threading.Condition()

    def contribute(self, number):
        for tried in range(1, MOST_TRIES + 1):
            with contextlib.suppress(OSError, http.client.HTTPException):
                status, location = self._press(number)
                if status == 303:
                    with self._news:
                        self.told[number], self.tries[number] = code_in(location), tried
                        self._news.notify_all()
                    return

    def _press(self, number):
        form = filled_in(self.tokens[number], text=f"رأي رقم {number}", csrfmiddlewaretoken=COOKIE)
        headers = {"Cookie": f"csrftoken={COOKIE}", "Content-Type": "application/x-www-form-urlencoded"}
        server = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            server.request("POST", self.address, urllib.parse.urlencode(form), headers)
            answer = server.getresponse()
            answer.read()
            return answer.status, answer.headers.get("Location", "")
        finally:
            server.close()

    def wait_for(self, count):
        """Until so many were told, or nobody was for a long time."""
        with self._news:
            return self._news.wait_for(lambda: len(self.told) >= count, timeout=60)


def _kill_one(portal):
    """End one of the portal's processes as a power cut would; another one takes its place."""
    children = Path(f"/proc/{portal}/task/{portal}/children").read_text().split()
    if not children:
        return 0
    with contextlib.suppress(ProcessLookupError):
        os.kill(int(random.choice(children)), signal.SIGKILL)
    return 1


@pytest.mark.django_db(transaction=True)
def test_whoever_is_told_is_stored_exactly_once(environment):
    everybody = range(PEOPLE + MORE_PEOPLE)
    prepared = _ask(environment, "prepare", len(everybody))
    with _serving(environment) as (portal, port), ThreadPoolExecutor(HANDS) as hands:
        people = People(port, prepared["address"], prepared["tokens"])
        list(hands.map(people.contribute, everybody[:PEOPLE]))
        assert len(people.told) == PEOPLE
        assert set(people.tries.values()) == {1}, "nobody had to press twice"

        pressing = [hands.submit(people.contribute, number) for number in everybody[PEOPLE:]]
        killed = 0
        while killed < KILLS:
            # Whoever is not told yet is anywhere in the middle of it.
            assert people.wait_for(PEOPLE + killed * (MORE_PEOPLE - HANDS) // KILLS)
            killed += _kill_one(portal)
        for pressed in pressing:
            pressed.result(timeout=120)
    assert len(people.told) == len(everybody)
    assert max(people.tries.values()) > 1
    stored = _ask(environment, "state")
    assert stored["whole"] == "ok"
    assert sorted(text for _, text, _ in stored["rows"]) == sorted(f"رأي رقم {n}" for n in everybody)
    assert [number for number, _, _ in stored["rows"]] == [n + 1 for n in everybody]
    assert stored["last"] == len(everybody)
    receipts = {text: receipt for _, text, receipt in stored["rows"]}
    assert all(receipts[f"رأي رقم {n}"] == fingerprint(code) for n, code in people.told.items())
