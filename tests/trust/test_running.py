"""Running it: health, logs, failures, overload, slow readers, headers and TLS, a way to report."""

from __future__ import annotations

import asyncio
import contextlib
import datetime
import http.client
import json
import logging
import os
import re
import shutil
import socket
import sqlite3
import ssl
import statistics
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlparse

import pytest
from django.conf import settings
from django.db import InterfaceError, OperationalError, connection
from django.template import TemplateSyntaxError
from django.test import Client
from django.utils import timezone

from portal import health
from portal.audit.models import Entry
from portal.failures import pages
from portal.limits.models import Tally
from portal.publications.models import Publication
from tests import factories
from tests.deploy.served import (
    HOST,
    copied_database,
    environment,
    proxying,
    raw_connection,
    serving,
    trusting,
    wait_for,
)
from tests.trust.hostile_requests import PLACES, Hostile, Lines, failing, listening

PROJECT = Path(settings.PROJECT_DIR)
IN_TIME = 5.0
"""Seconds within which a fault is told, and its end."""


# --- 62: health and readiness -------------------------------------------------------------------------


class Faults:
    """What can go wrong with a portal's database, its disk and its clock; each a context."""

    def __init__(self, url, data):
        self.data = Path(data)
        self.sqlite = Path(url.removeprefix("sqlite:///")) if url.startswith("sqlite") else None
        self.name = url.rpartition("/")[2]

    def run(self, *statements):
        with contextlib.closing(self._connect()) as other:
            for statement in statements:
                other.cursor().execute(statement)

    def _connect(self, name=""):
        if self.sqlite:
            return sqlite3.connect(self.sqlite, isolation_level=None, timeout=20)
        return raw_connection(connection.settings_dict | {"NAME": name or self.name})

    def _run_elsewhere(self, *statements):
        with contextlib.closing(self._connect("postgres")) as other:
            for statement in statements:
                other.cursor().execute(statement)

    @property
    def _end_connections(self):
        return f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{self.name}'"

    @contextlib.contextmanager
    def database_gone(self):
        if self.sqlite:
            away = self.sqlite.with_suffix(".away")
            self.sqlite.rename(away)
            yield
            away.rename(self.sqlite)
            return
        self._run_elsewhere(f"ALTER DATABASE {self.name} ALLOW_CONNECTIONS false", self._end_connections)
        yield
        self._run_elsewhere(f"ALTER DATABASE {self.name} ALLOW_CONNECTIONS true")

    @contextlib.contextmanager
    def database_read_only(self):
        if self.sqlite:
            table = Tally._meta.db_table
            told = "attempt to write a readonly database"
            self.run(
                f"CREATE TRIGGER closed BEFORE INSERT ON {table} BEGIN SELECT RAISE(ABORT, '{told}'); END"
            )
            yield
            self.run("DROP TRIGGER closed")
            return
        setting = f"ALTER DATABASE {self.name} SET default_transaction_read_only = "
        self._run_elsewhere(f"{setting}on", self._end_connections)
        yield
        self._run_elsewhere(f"{setting}off", self._end_connections)

    @contextlib.contextmanager
    def database_locked(self):
        with contextlib.closing(self._connect()) as other:
            cursor = other.cursor()
            if self.sqlite:
                cursor.execute("BEGIN IMMEDIATE")
            else:
                cursor.execute(f"BEGIN; LOCK TABLE {Tally._meta.db_table} IN ACCESS EXCLUSIVE MODE")
            yield
            cursor.execute("ROLLBACK")

    @contextlib.contextmanager
    def migration_missing(self):
        where = "app = 'programs' AND name = '0001_initial'"
        self.run(f"UPDATE django_migrations SET app = 'elsewhere' WHERE {where}")
        yield
        self.run(
            f"UPDATE django_migrations SET app = 'programs' WHERE {where.replace('programs', 'elsewhere')}"
        )

    @contextlib.contextmanager
    def clock_behind(self):
        self._change(Entry, "at", "2099-01-01 00:00:00")
        yield
        self._change(Entry, "at", "2026-01-01 00:00:00")

    @contextlib.contextmanager
    def head_changed(self):
        self._change(Publication, "title", "another")
        yield
        self._change(Publication, "title", "x")

    def _change(self, model, column, value):
        """Past the triggers, as somebody with the database's password would."""
        table = model._meta.db_table
        if self.sqlite:
            with contextlib.closing(self._connect()) as other:
                cursor = other.cursor()
                listed = (
                    f"SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = '{table}'"
                )
                triggers = cursor.execute(listed).fetchall()
                cursor.execute("BEGIN IMMEDIATE")
                for name, _ in triggers:
                    cursor.execute(f"DROP TRIGGER {name}")
                cursor.execute(f"UPDATE {table} SET {column} = '{value}'")
                for _, sql in triggers:
                    cursor.execute(sql)
                cursor.execute("COMMIT")
            return
        self.run(
            f"ALTER TABLE {table} DISABLE TRIGGER USER",
            f"UPDATE {table} SET {column} = '{value}'",
            f"ALTER TABLE {table} ENABLE TRIGGER USER",
        )

    @contextlib.contextmanager
    def files_gone(self):
        away = self.data.with_name("away")
        self.data.rename(away)
        yield
        if self.data.exists():
            shutil.rmtree(self.data)
        away.rename(self.data)

    @contextlib.contextmanager
    def disk_full(self):
        """A file system of its own in the place of the portal's, and nearly full."""
        mount = ["mount", "-t", "tmpfs", "-o", "size=260m", "tmpfs", str(self.data)]
        subprocess.run(mount, check=True, capture_output=True)
        with (self.data / "filler").open("wb") as filler:
            filler.write(b"\0" * 100 * 1024 * 1024)
        yield
        subprocess.run(["umount", "--lazy", str(self.data)], check=True, capture_output=True)


def _may_mount(place):
    """Whether this account may put a file system somewhere."""
    target = place / "mountable"
    target.mkdir()
    tried = subprocess.run(["mount", "-t", "tmpfs", "tmpfs", str(target)], capture_output=True, check=False)
    if tried.returncode == 0:
        subprocess.run(["umount", str(target)], check=False, capture_output=True)
    return tried.returncode == 0


STEADY = 1.3
"""Seconds, since each process of the portal remembers its own answer for one."""


def _seconds_until(ask, status):
    """How long the watchman has to wait until that is the answer and stays so."""
    started = last_other = time.monotonic()
    while last_other - started <= IN_TIME:
        if ask() != status:
            last_other = time.monotonic()
        elif time.monotonic() - last_other > STEADY:
            return last_other - started
        time.sleep(0.1)
    return last_other - started


def _head(nefta):
    at = timezone.now()
    values = {"number": 1, "act": "x", "object_type": "x", "object_id": "1", "version": 1, "title": "x"}
    values |= {"address": "/", "content": "{}", "content_sha256": "0" * 64, "previous_hash": "0" * 64}
    entry = Publication(municipality=nefta, at=at, hash="", **values)
    entry.hash = health.chain.seal(entry.sealed())
    entry.save()


@pytest.mark.alone
def test_health(trust, transactional_db, nefta, tmp_path):
    check = trust(
        62, "Readiness follows eight faults", target="503 in ≤ 5 s and 200 in ≤ 5 s after, 8 of 8; no version"
    )
    _head(nefta)
    at = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
    Entry.objects.create(
        municipality=nefta, action="x", object_type="x", object_id="1", object_label="x", at=at
    )
    with copied_database(tmp_path) as database:
        variables = environment(tmp_path, database)
        faults = Faults(database, variables["DATA_DIR"])
        names = ["database_gone", "database_read_only", "database_locked", "migration_missing"]
        names += ["clock_behind", "head_changed", "files_gone"]
        names += ["disk_full"] if _may_mount(tmp_path) else []
        with serving(tmp_path, variables) as served:
            told = served.get("/readyz")
            assert told.status == 200, told.body
            found, simple = {}, {}
            for name in names:
                with getattr(faults, name)():
                    flip = _seconds_until(lambda: served.get("/readyz").status, 503)
                    simple[name] = served.get("/healthz").status
                back = _seconds_until(lambda: served.get("/readyz").status, 200)
                found[name] = (flip, back)
            said = told.body.decode().lower()
    worst = max(max(pair) for pair in found.values())
    held = [name for name, pair in found.items() if max(pair) <= IN_TIME]
    versions = [word for word in ("django", "python", "gunicorn", "sqlite", "postgres") if word in said]
    check.catches("a health page that asks the process alone stays green", set(simple.values()) == {200})
    check.holds(
        len(held) == len(found) >= 7 and not versions,
        f"{len(held)} of {len(found)} faults seen and their end, the slowest in {worst:.1f} s"
        + ("" if "disk_full" in found else " (no file system of its own here for the full disk)"),
    )


# --- 63: logs ------------------------------------------------------------------------------------------


def test_logs(trust, db, nefta, editor, settings, monkeypatch):
    tries = trust.count(quick=2_000, full=100_000)
    check = trust(
        63, "No word of anybody's in the log", target=f"0 of 1,000 canaries in {tries:,} lines, 0 forged"
    )
    settings.TRUSTED_PROXIES = 1
    canaries = [f"canary{number:04d}zq" for number in range(1_000)]
    editor.full_name, editor.email = canaries[0], f"{canaries[1]}@nefta.example"
    editor.save()
    signed_in = Client(raise_request_exception=False)
    signed_in.force_login(editor)
    hostile = Hostile(canaries, [Client(raise_request_exception=False), signed_in])
    counter = iter(range(tries))

    def fail(request):
        failing(canaries[next(counter) % 1_000], next(counter))

    monkeypatch.setattr("portal.views.get_language_from_request", fail)
    lines = Lines()
    plain = Lines(logging.Formatter("%(asctime)s %(message)s"))
    with listening(lines):
        statuses = [hostile.ask(number) for number in range(tries - tries // 20)]
        statuses += [
            signed_in.get("/", {"q": canaries[number % 1_000]}).status_code for number in range(tries // 20)
        ]
    with listening(plain):
        logging.getLogger("django.request").setLevel(logging.WARNING)
        for number in range(len(PLACES) * 3):
            hostile.ask(number)
    told = [json.loads(line) for line in lines.lines()]
    requests = [line for line in told if line["logger"] == "portal.tracing"]
    whole = all(
        {"request", "route", "status", "ms", "role", "municipality"} <= line.keys() for line in requests
    )
    hits = lines.hits([*canaries, "198.51.100", "203.0.113", "nefta.example", "forged"])
    forged = len(lines.lines()) - len(lines.written)
    check.catches("lines in plain words, as the framework writes them", plain.hits(canaries) > 0)
    check.catches(
        "a message with a line break in plain words", len(plain.lines()) > len(plain.written) or _forged()
    )
    check.holds(
        hits == 0 and forged == 0 and whole and len(requests) == len(statuses) >= tries and 500 in statuses,
        f"{hits} of 1,000 canaries in {len(told):,} lines of {len(requests):,} requests"
        f" ({statuses.count(200):,} × 200, {statuses.count(404):,} × 404, {statuses.count(500):,} × 500),"
        f" {forged} forged",
    )


def _forged():
    """Whether the same words forge a line where they are written as they are."""
    plain = Lines(logging.Formatter("%(message)s"))
    record = logging.LogRecord("portal.x", logging.INFO, "", 1, "asked by %s", ('a\n{"forged": 1}',), None)
    plain.handle(record)
    return len(plain.lines()) > len(plain.written)


# --- 64: pages for failures ----------------------------------------------------------------------------

ADDRESSES = [
    "",
    "m/nefta/",
    "programs/",
    "plans/",
    "m/nefta/staff/",
    "sign-in/",
    "follow/",
    "m/nefta/publications/",
]


def _broken(kind, monkeypatch, stack):
    """Break one thing that pages are made of."""

    def fail(*args, **kwargs):
        raise {"templates": TemplateSyntaxError("broken")}.get(kind, KeyError("broken"))

    if kind in ("database away", "connection closed"):
        error = OperationalError("gone") if kind == "database away" else InterfaceError("closed")

        def refuse(*args, **kwargs):
            raise error

        stack.enter_context(connection.execute_wrapper(refuse))
    elif kind == "templates":
        monkeypatch.setattr("django.template.engine.Engine.get_template", fail)
    elif kind == "translations":
        monkeypatch.setattr("django.utils.translation.trans_real.gettext", fail)
    else:
        monkeypatch.setattr("django.templatetags.static.StaticNode.handle_simple", fail)


def _is_right(response, language):
    text = response.content.decode()
    number = response["X-Request-ID"]
    return (
        response.status_code in (500, 503)
        and f'<html lang="{language}"' in text
        and re.fullmatch("[0-9a-f]{32}", number) is not None
        and number in text
        and "default-src 'none'" in response["Content-Security-Policy"]
    )


def _failures(kind, rounds):
    """Ask everything while something is broken: the answers that are failures, and how many are right."""
    failures = right = 0
    with pytest.MonkeyPatch.context() as monkeypatch, contextlib.ExitStack() as stack:
        _broken(kind, monkeypatch, stack)
        for _ in range(rounds):
            for language in pages.LANGUAGES:
                for address in ADDRESSES:
                    response = _asked(f"/{language}/{address}?{time.time_ns()}")
                    is_failure = response is None or response.status_code >= 500
                    failures += is_failure
                    right += is_failure and response is not None and _is_right(response, language)
    return failures, right


def _asked(path):
    """The answer; ``None`` where the page about the failure failed too."""
    try:
        return Client(raise_request_exception=False).get(path)
    except TemplateSyntaxError:
        return None


def test_failure_pages(trust, db, nefta, monkeypatch):
    check = trust(
        64, "A failure is told in the reader's language, with its number", target="100 % in 5 faults"
    )
    kinds = ["database away", "connection closed", "templates", "translations", "static files"]
    found = {kind: _failures(kind, trust.count(quick=1, full=10)) for kind in kinds}
    failures, right = (sum(pair[place] for pair in found.values()) for place in (0, 1))
    with monkeypatch.context() as usual:
        usual.setattr("django.urls.resolvers.URLResolver.resolve_error_handler", _djangos_own)
        theirs = _failures("templates", 1)
    check.catches("the framework's own handler, with templates broken", theirs[0] > 0 and theirs[1] == 0)
    check.holds(
        failures == right and all(count for count, _ in found.values()),
        f"{right} of {failures} right: " + ", ".join(f"{kind} {count}" for kind, (count, _) in found.items()),
    )


def _djangos_own(self, view_type):
    from django.views import defaults

    return getattr(
        defaults,
        {500: "server_error", 404: "page_not_found", 403: "permission_denied", 400: "bad_request"}[view_type],
    )


# --- 66: more people than there is room for -------------------------------------------------------------


def _run(crowd):
    """What a crowd comes to; in a thread, since a browser of another test may have a loop in this one."""
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, crowd).result()


async def _press(port, path, until, found):
    """One reader who asks again as soon as there is an answer."""
    while time.monotonic() < until:
        started = time.monotonic()
        status, has_retry = 0, False
        with contextlib.suppress(OSError, asyncio.IncompleteReadError, ValueError, IndexError):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            asked = f"GET {path} HTTP/1.1\r\nHost: {HOST}\r\nX-Forwarded-Proto: https\r\nConnection: close"
            writer.write(f"{asked}\r\n\r\n".encode())
            answer = await asyncio.wait_for(reader.read(), timeout=30)
            writer.close()
            head = answer.partition(b"\r\n\r\n")[0]
            status, has_retry = int(head.split()[1]), b"retry-after:" in head.lower()
        found.append((status, has_retry, time.monotonic() - started))
        if status != 200:
            await asyncio.sleep(0.3)


async def _crowd(port, path, people, seconds):
    found: list = []
    until = time.monotonic() + seconds
    await asyncio.gather(*(_press(port, path, until, found) for _ in range(people)))
    return found


def _overload(served, people, seconds):
    """What a crowd is answered, whether every process is left, what they hold, how soon all is as before."""
    before = set(served.processes())
    served.get("/slow")
    found = _run(_crowd(served.port, "/slow", people, seconds))
    resident = served.resident()
    calm = _seconds_until(lambda: served.get("/healthz").seconds < 0.5 and served.get("/slow").status, 200)
    return found, before == set(served.processes()), resident, calm


def _share_in_time(found, seconds=2.0):
    polite = [
        took for status, has_retry, took in found if status == 200 or (status in (429, 503) and has_retry)
    ]
    return sum(took <= seconds for took in polite), len(found)


@pytest.mark.alone
def test_overload(trust, transactional_db, nefta, tmp_path):
    people, seconds = trust.count(quick=250, full=500), trust.count(quick=4, full=20)
    printed = trust.count(quick=16, full=20)
    crowd = trust(
        66,
        "A crowd is answered or told to come back",
        target="≥ 99 % in 2 s, none lost, ≤ 600 MB, calm ≤ 10 s",
    )
    papers = trust(
        66,
        "Papers do not slow pages",
        target=f"page p95 ≤ 500 ms while {printed} are asked for, on a slow machine ≤ 1.5 × alone",
    )
    _programs(nefta, printed + 1)
    with copied_database(tmp_path) as database:
        variables = environment(tmp_path, database, DJANGO_SETTINGS_MODULE="tests.deploy.slow_settings")
        with serving(tmp_path, variables) as served:
            found, is_whole, resident, calm = _overload(served, people, seconds)
            alone = _page_times(served, 20)
            asked, times = _run(_print_and_read(served, printed))
        shutil.rmtree(Path(variables["DATA_DIR"]) / "cache")
        without = {"GATE": "open", "PAPERS": "crowd"}
        with serving(tmp_path, variables | without) as served:
            late, among = _share_in_time(_overload(served, people, seconds)[0])
        with serving(tmp_path, variables | {"PAPERS": "crowd"}) as served:
            served.get("/ar/m/nefta/")
            _, slowed = _run(_print_and_read(served, printed))
    in_time, tried = _share_in_time(found)
    pages_given = sum(status == 200 for status, *_ in found)
    slowest = max(took for *_, took in found)
    crowd.catches("the same crowd without the gate", late < 0.9 * among)
    crowd.holds(
        in_time >= 0.99 * tried and pages_given > 0 and is_whole and resident <= 600e6 and calm <= 10,
        f"{people} people, {tried:,} requests: {in_time:,} in 2 s (slowest {slowest:.1f} s),"
        f" {pages_given:,} pages and {tried - pages_given:,} told to come back; {resident / 1e6:.0f} MB;"
        f" calm after {calm:.1f} s",
    )
    longest = max(0.5, 1.5 * _p95(alone))
    papers.catches("papers that all wait in the threads of pages", _p95(slowed) > longest)
    papers.holds(
        _p95(times) <= longest and asked.count(200) > 0,
        f"p95 {_p95(times) * 1000:.0f} ms of {len(times)} pages ({_p95(alone) * 1000:.0f} ms alone) while"
        f" {printed} papers were asked for at once: {asked.count(200)} made, {asked.count(503)} to come back",
    )


def _programs(nefta, count):
    for year in range(2000, 2000 + count):
        program = factories.ProgramFactory(municipality=nefta, year=year, published=True)
        phase = factories.PhaseFactory(program=program)
        factories.TaskFactory.create_batch(8, phase=phase)


def _page_times(served, count):
    """Seconds of pages that nobody kept; 10 for one that was not given."""
    answers = [served.get(f"/fr/m/nefta/?{time.time_ns()}") for _ in range(count)]
    return [answer.seconds if answer.status == 200 else 10.0 for answer in answers]


async def _print_and_read(served, printed):
    """The statuses of papers that are asked for at once, and how long pages take meanwhile."""
    first, *addresses = [
        f"/ar/m/nefta/programs/{2000 + number}/calendar.pdf" for number in range(printed + 1)
    ]
    # The process that sets papers takes a second to start, on a busy machine twenty.
    wait_for(lambda: served.get(first, timeout=90).status == 200, served.log, seconds=120)
    with ThreadPoolExecutor(printed) as hands:
        papers = [hands.submit(lambda a=address: served.get(a, timeout=90).status) for address in addresses]
        await asyncio.sleep(0.5)
        times = []
        while len(times) < 25:
            times += await asyncio.to_thread(_page_times, served, 1)
        return [paper.result() for paper in papers], times


def _p95(times):
    return statistics.quantiles(times, n=20)[-1] if len(times) > 1 else times[0]


# --- 67: slow readers ------------------------------------------------------------------------------------


@contextlib.contextmanager
def _slow_clients(connect, half_open, lingering):
    """Sockets that begin a request and do not end it, and sockets that got an answer and do not go."""
    sockets = []
    try:
        for number in range(half_open + lingering):
            opened = connect()
            sockets.append(opened)
            if number < half_open:
                opened.sendall(f"GET /ar/ HTTP/1.1\r\nHost: {HOST}\r\nX-Slow: ".encode())
            else:
                opened.sendall(
                    f"GET /ar/ HTTP/1.1\r\nHost: {HOST}\r\nX-Forwarded-Proto: https\r\n\r\n".encode()
                )
        yield
    finally:
        for opened in sockets:
            with contextlib.suppress(OSError):
                opened.close()


def _tls(port):
    raw = socket.create_connection(("127.0.0.1", port), timeout=10, source_address=("127.0.0.2", 0))
    return trusting().wrap_socket(raw, server_hostname=HOST)


def _healthy(get, count):
    """Seconds of a well-behaved reader's requests; 10 for one that was not answered."""
    times = []
    for _ in range(count):
        try:
            answer = get()
            times.append(answer.seconds if answer.status == 200 else 10.0)
        except (OSError, http.client.HTTPException):
            times.append(10.0)
    return times


@pytest.mark.alone
def test_slow_clients(trust, transactional_db, nefta, tmp_path):
    each = trust.count(quick=60, full=500)
    check = trust(67, "Slow readers harm nobody", target="healthy p95 ≤ 500 ms")
    with copied_database(tmp_path) as database:
        variables = environment(tmp_path, database)
        bind = f"unix:{tmp_path}/run/web.sock"
        with proxying(tmp_path) as proxied, serving(tmp_path, variables, bind=bind):
            proxied.get("/ar/", source="127.0.0.3")
            with _slow_clients(lambda: _tls(proxied.https), each, each):
                times = _healthy(lambda: proxied.get("/ar/m/nefta/", source="127.0.0.3"), 30)
        bare = ["--worker-class", "sync", "--workers", "2", "--graceful-timeout", "1"]
        with serving(tmp_path, variables, *bare, config=False) as served:

            def connect():
                return socket.create_connection(("127.0.0.1", served.port), timeout=10)

            with _slow_clients(connect, 20, 0):
                harmed = _healthy(lambda: served.get("/ar/m/nefta/", timeout=2), 3)
    p95 = _p95(times)
    check.catches("a bare server of processes, and 20 slow readers", _p95(harmed) > 0.5)
    check.holds(
        p95 <= 0.5,
        f"p95 {p95 * 1000:.0f} ms of {len(times)} requests beside {each} half-open, {each} lingering readers",
    )


# --- 45: headers and TLS ------------------------------------------------------------------------------

VERSIONS = {
    "1.0": ssl.TLSVersion.TLSv1,
    "1.1": ssl.TLSVersion.TLSv1_1,
    "1.2": ssl.TLSVersion.TLSv1_2,
    "1.3": ssl.TLSVersion.TLSv1_3,
}
WEAK = "ALL:@SECLEVEL=0"


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion")
def _spoken(port):
    """The versions of TLS in which the server answers somebody who takes every cipher."""
    spoken = set()
    for name, version in VERSIONS.items():
        context = trusting()
        context.set_ciphers(WEAK)
        context.minimum_version = context.maximum_version = version
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=5) as raw:
            context.wrap_socket(raw, server_hostname=HOST).close()
            spoken.add(name)
    return spoken


def _faults_of_headers(answer, is_staff=False):
    """What a grader takes points for."""
    headers = answer.headers
    policy = dict(
        [*part.split(maxsplit=1), ""][:2]
        for part in (headers["Content-Security-Policy"] or "").split(";")
        if part.strip()
    )
    age = re.search(r"max-age=(\d+)", headers["Strict-Transport-Security"] or "")
    cookies = headers.get_all("Set-Cookie") or []
    found = {
        "no policy": policy.get("default-src") != "'none'",
        "loose policy": any(re.search(r"unsafe|\*|https?:|data:", values) for values in policy.values()),
        "frames": policy.get("frame-ancestors") != "'none'" or headers["X-Frame-Options"] != "DENY",
        "base": policy.get("base-uri") != "'none'",
        "forms": policy.get("form-action") != "'self'",
        "sniffing": headers["X-Content-Type-Options"] != "nosniff",
        "referrer": headers["Referrer-Policy"] != "same-origin",
        "opener": headers["Cross-Origin-Opener-Policy"] != "same-origin",
        "resource": headers["Cross-Origin-Resource-Policy"] != "same-origin",
        "permissions": "camera=()" not in (headers["Permissions-Policy"] or ""),
        "HSTS": not age or int(age[1]) < 365 * 24 * 3600,
        "cookies": any(
            not re.match(r"__Host-.*; (?=.*Secure)(?=.*Path=/)(?!.*Domain)", cookie)
            or "HttpOnly" not in cookie
            for cookie in cookies
        ),
        "server": bool(re.search(r"\d", headers["Server"] or "")),
        "kept": is_staff and "no-store" not in (headers["Cache-Control"] or ""),
    }
    return [name for name, is_wrong in found.items() if is_wrong]


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_headers_and_tls(trust, transactional_db, nefta, editor, tmp_path):
    check = trust(45, "Headers and TLS of the reference site", target="TLS 1.2 and 1.3 alone, 0 points lost")
    client = Client()
    client.force_login(editor)
    cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
    weak = {
        "ssl_protocols TLSv1.2 TLSv1.3;": "ssl_protocols TLSv1 TLSv1.1 TLSv1.2 TLSv1.3;",
        "    ssl_ciphers ECDHE-ECDSA-AES128": f"    ssl_ciphers {WEAK}:ECDHE-ECDSA-AES128",
    }
    with copied_database(tmp_path) as database:
        variables = environment(tmp_path, database)
        staff = {"SECRET_KEY": os.environ["SECRET_KEY"], "SECOND_FACTOR": "no"}
        bind = f"unix:{tmp_path}/run/web.sock"
        with proxying(tmp_path) as proxied, serving(tmp_path, variables | staff, bind=bind):
            spoken = _spoken(proxied.https)
            public = [
                "/ar/",
                "/fr/m/nefta/",
                "/ar/sign-in/",
                "/fr/nothing/",
                "/ar/m/nefta/staff/",
                "/fr/verify/",
            ]
            public += ["/static/musharaka/theme.css", "/.well-known/security.txt", "/healthz"]
            faults = {path: _faults_of_headers(proxied.get(path)) for path in public}
            own = {"Cookie": f"__Host-sessionid={cookie}"}
            for path in ("/ar/m/nefta/staff/", "/ar/staff/"):
                faults[f"{path} signed in"] = _faults_of_headers(proxied.get(path, **own), is_staff=True)
            moved = proxied.plain("/ar/")
        with proxying(tmp_path, **weak) as proxied, serving(tmp_path, variables, bind=bind):
            spoken_weakly = _spoken(proxied.https)
        with serving(tmp_path, variables | {"INSECURE_HTTP": "1"}) as served:
            plain = _faults_of_headers(served.get("/ar/sign-in/"))
    lost = {path: found for path, found in faults.items() if found}
    check.catches("a site that speaks TLS 1.1", "1.1" in spoken_weakly)
    check.catches("a portal over plain http", "HSTS" in plain)
    check.holds(
        spoken == {"1.2", "1.3"}
        and not lost
        and moved.status == 301
        and moved.headers["Location"].startswith("https:"),
        f"TLS {', '.join(sorted(spoken))}; {len(lost)} of {len(faults)} answers lose points"
        + (f": {lost}" if lost else ""),
    )


# --- 49: a way to report --------------------------------------------------------------------------------


def _faults_of_contact(text, now):
    """What RFC 9116 asks for and is not there."""
    fields = [line.split(": ", 1) for line in text.strip().splitlines() if not line.startswith("#")]
    values = {name: [value for other, value in fields if other == name] for name, *_ in fields}
    expires = values.get("Expires", [])
    found = {
        "contact": not values.get("Contact")
        or any(urlparse(value).scheme not in ("mailto", "https", "tel") for value in values["Contact"]),
        "expires": len(expires) != 1
        or not now < datetime.datetime.fromisoformat(expires[0]) < now + datetime.timedelta(days=366),
        "languages": len(values.get("Preferred-Languages", [])) != 1,
        "canonical": not any(
            value.endswith("/.well-known/security.txt") for value in values.get("Canonical", [])
        ),
    }
    return [name for name, is_wrong in found.items() if is_wrong]


PROMISES = (
    "security.txt",
    "3 working days",
    "90 days",
    "Supported releases",
    "Advisories",
    "docs/upgrading.md",
)


def test_a_way_to_report(trust, settings):
    check = trust(
        49,
        "A weakness can be reported, and what follows is promised",
        target="0 fields and 0 promises missing",
    )
    settings.SECURITY_CONTACT = "security@portal.example"
    now = timezone.now()
    text = Client().get("/.well-known/security.txt").content.decode()
    policy = (PROJECT / "SECURITY.md").read_text(encoding="utf-8")
    missing = [promise for promise in PROMISES if promise not in policy]
    faults = _faults_of_contact(text, now)
    check.catches(
        "a text that expired", "expires" in _faults_of_contact(text, now + datetime.timedelta(days=200))
    )
    check.catches("a text without a contact", "contact" in _faults_of_contact(text.partition("\n")[2], now))
    check.holds(
        not faults and not missing,
        f"{len(faults)} of 4 fields wrong, {len(missing)} of {len(PROMISES)} promises missing",
    )


def test_what_is_waited_for_is_named(tmp_path):
    """The drills themselves: a server that does not come up says why."""
    with pytest.raises(TimeoutError):
        wait_for(lambda: False, seconds=0.01)
