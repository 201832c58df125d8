"""The machine fails beneath the portal: current, disk, database server. What was told is stored."""

from __future__ import annotations

import contextlib
import html
import itertools
import os
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from tests.trust.faults import (
    Cluster,
    cluster,
    free_port,
    image_disk,
    line_to,
    mounted,
    network,
    prepared_cluster,
    root,  # noqa: F401
    seconds_until,
    small_disk,
    standing_still,
)
from tests.trust.serving import (
    ROWS,
    Database,
    People,
    compare,
    copied,
    environment,
    open_consultation,
    serving,
    words_of,
)

pytestmark = pytest.mark.django_db(transaction=True)
IS_SQLITE = settings.DATABASES["default"]["ENGINE"].endswith("sqlite3")


@pytest.fixture
def tmp_path():
    """Not below pytest's own directory: each run of it takes the server's right to enter from the others."""
    with tempfile.TemporaryDirectory(prefix="trust-") as made:
        yield Path(made)


def _place(directory: Path, name: str) -> Path:
    place = directory / name
    place.mkdir()
    return place


# --- power cut -----------------------------------------------------------------------------------


@pytest.mark.full(24)
def test_power_cut(root, trust, tmp_path):  # noqa: F811
    """The disk as its device had it while eight people press, mounted elsewhere: every receipt is in it."""
    check = trust(24, "Power cut", target="0 lost, integrity ok; 100 cuts")
    cuts = trust.count(quick=3 if IS_SQLITE else 2, full=100)
    address, shown = open_consultation(40 * cuts + 300)
    prepared = _prepared(tmp_path)
    held = _cut_often(_place(tmp_path, "kept"), prepared, (address, shown), cuts)
    broken = _cut_often(_place(tmp_path, "twin"), prepared, (address, shown), 2, is_twin=True)
    check.catches("commits that reach the disk when it likes", broken["lost"] > 0)
    check.holds(
        held["lost"] == 0 and held["unsound"] == 0 and held["cuts"] == cuts and held["told"] > cuts,
        f"{held['lost']} lost of {held['told']} receipts looked for, {held['unsound']} databases unsound;"
        f" {held['cuts']} cuts (the twin lost {broken['lost']} of {broken['told']})",
    )


def _prepared(directory):
    """What every cluster of a test is made after; nothing where there is no server."""
    return None if IS_SQLITE else prepared_cluster(directory)


def _cut_often(directory, prepared, form, cuts, *, is_twin=False):
    """Cut so often; for each cut what was told before it and is not there."""
    counts = {"lost": 0, "unsound": 0, "cuts": 0, "told": 0}
    with contextlib.ExitStack() as stack:
        disk = stack.enter_context(image_disk(directory, 48 if IS_SQLITE else 160))
        database, one = stack.enter_context(_on(disk, directory, prepared, is_twin))
        env = environment(_place(directory, "data"), database)
        portal = stack.enter_context(serving(env, twin="normal" if is_twin else ""))
        people = People(portal.port, *form)
        stack.enter_context(people.going_on(range(len(people.tokens))))
        for _ in range(cuts):
            assert people.wait_for(len(people.told) + 6)
            with standing_still(portal.signal, *([one.signal] if one else [])):
                image, told = disk.after_a_cut(directory), dict(people.told)
            rows, is_sound = _after(image, directory, disk.place, database, one)
            counts["lost"] += compare(told, rows).lost
            counts["unsound"] += not is_sound
            counts["cuts"] += 1
            counts["told"] += len(told)
    return counts


@contextlib.contextmanager
def _on(disk, directory, prepared, is_twin=False):
    """The database on that disk, with its server where it has one."""
    if IS_SQLITE:
        with copied(disk.place) as database:
            os.sync()
            yield database, None
        return
    options = "-c synchronous_commit=off -c wal_writer_delay=10s" if is_twin else ""
    with cluster(disk.place, directory, prepared, options=options) as one:
        os.sync()
        yield Database(one.url), one


def _after(image, directory, place, database, one):
    """The rows that the database finds on the disk after a cut, and whether it is sound."""
    with mounted(image, directory / "after") as found:
        if one is None:
            after = Database(database.url.replace(str(place), str(found)))
            return after.ask(ROWS), after.integrity() == "ok"
        return _recovered(Cluster(found / "cluster" / "data", one.socket_directory, free_port()))


def _recovered(after):
    """What PostgreSQL finds when it starts after a cut."""
    (after.data / "postmaster.pid").unlink(missing_ok=True)
    after.start()
    try:
        database = Database(after.url)
        return database.ask(ROWS), database.integrity() == "ok"
    finally:
        after.stop("immediate")


# --- disk errors and a full disk -----------------------------------------------------------------


def test_disk_errors(root, trust, tmp_path):  # noqa: F811
    """The disk refuses to keep what it was given, again and again; then it is full, and is emptied again."""
    check = trust(
        25,
        "Disk errors and a full disk",
        target="0 lost, 0 false receipts, each refusal with the text; back in 5 s; 200 errors, 50 full disks",
    )
    errors, rounds = trust.count(quick=10 if IS_SQLITE else 3, full=200), trust.count(quick=2, full=50)
    address, shown = open_consultation(80 * rounds + 8 * errors + 300)
    prepared = _prepared(tmp_path)
    with_errors = _with_sqlite_errors if IS_SQLITE else _with_postgresql_errors
    failed = with_errors(_place(tmp_path, "errors"), prepared, (address, shown), errors)
    filled = _filled(_place(tmp_path, "full"), prepared, (address, shown), rounds)
    twin = _filled(_place(tmp_path, "twin"), prepared, (address, shown), 1, twin="anyway")
    check.catches("a receipt although nothing could be stored", not twin["found"].is_sound)
    check.catches("a refusal without the text", bool(_speechless([(0, 503, "<h1>503</h1>")])))
    unsound = [found for found in (failed, filled) if not found["found"].is_sound or found["speechless"]]
    is_held = not unsound and failed["refused"] and filled["refused"] and filled["is_readable"]
    check.holds(
        bool(is_held) and failed["errors"] >= errors and filled["seconds"] <= 5,
        f"{_sum(failed, filled, 'lost')} lost and {_sum(failed, filled, 'false')} false of"
        f" {failed['told'] + filled['told']} receipts; {failed['refused'] + filled['refused']} refusals,"
        f" {len(failed['speechless'] + filled['speechless'])} of them without the text; {failed['errors']}"
        f" errors, {rounds} full disks, back in {filled['seconds']:.1f} s at most",
    )


def _sum(failed, filled, what):
    return getattr(failed["found"], what) + getattr(filled["found"], what)


def _told(people, database):
    """What a drill found, once nobody presses any more."""
    return {
        "found": compare(people.told, database.ask(ROWS)),
        "told": len(people.told),
        "refused": len(people.refused),
        "speechless": _speechless(people.refused),
        "integrity": database.integrity(),
    }


def _speechless(refused):
    """The refusals that are no page with what was typed, or not said to be one that may be tried again."""
    return [
        (number, status, page[:300])
        for number, status, page in refused
        if status != 503 or words_of(number) not in html.unescape(page)
    ]


def _with_sqlite_errors(directory, _prepared, form, errors):
    """People press while each fifth time that bytes should reach the disk fails; then nothing fails."""
    log = directory / "strace"
    strace = ["strace", "-f", "-qq", "--seccomp-bpf", "-o", str(log), "-e", "trace=fsync,fdatasync"]
    inject = ["-e", "inject=fsync,fdatasync:error=EIO:when=4+5"]
    with copied(directory) as database:
        env = environment(directory, database)
        with serving(env, prefix=[*strace, *inject]) as portal:
            people = People(portal.port, *form)
            with people.going_on(range(len(people.tokens) // 2)):
                assert seconds_until(lambda: _injected(log) >= errors, 600) < 600
        with serving(env) as portal:
            _all_told(people, portal)
        return _told(people, database) | {"errors": _injected(log)}


def _with_postgresql_errors(directory, prepared, form, errors):
    """Its server gives up at the first error, as it cannot know what is on the disk, and starts anew."""
    log, found = directory / "strace", 0
    with (
        cluster(directory, directory, prepared) as one,
        serving(environment(directory, Database(one.url))) as portal,
    ):
        people = People(portal.port, *form)
        with people.going_on(range(len(people.tokens) // 2)):
            while found < errors:
                assert people.wait_for(len(people.told) + 1)
                found += _one_error(one, log)
        _all_told(people, portal)
        return _told(people, Database(one.url)) | {"errors": found}


def _one_error(one, log):
    """Let the next bytes of the log not reach the disk; start the server where it does not by itself."""
    log.unlink(missing_ok=True)
    everywhere = itertools.chain(*(("-p", str(pid)) for pid in one.processes))
    inject = ["-e", "trace=fdatasync", "-e", "inject=fdatasync:error=EIO"]
    strace = subprocess.Popen(
        ["strace", "-f", "-qq", "-o", str(log), *inject, *everywhere], stderr=subprocess.DEVNULL
    )
    try:
        seconds_until(lambda: _injected(log) > 0, 10)
    finally:
        strace.terminate()
        strace.wait(timeout=30)
    _keep_running(one)
    return _injected(log)


def _keep_running(one):
    """Start the server where it ended, as whoever supervises it does."""
    if seconds_until(lambda: _answers(one), 2) >= 2:
        with contextlib.suppress(RuntimeError):
            one.stop("immediate")
        one.start()


def _answers(one):
    try:
        return bool(Database(one.url).ask("SELECT 1"))
    except Exception:
        return False


def _injected(log):
    return log.read_text(errors="replace").count("(INJECTED)") if log.exists() else 0


def _all_told(people, portal):
    """Whoever was refused presses again."""
    people.port = portal.port
    waiting = sorted({number for number, _, _ in people.refused} - people.told.keys())
    with people.contributing(waiting):
        pass
    assert people.told.keys() >= set(waiting)


def _filled(directory, prepared, form, rounds, *, twin=""):
    """Fill the disk and give the room back, so often; who is refused presses again afterwards."""
    seconds, is_readable, numbers = [], True, iter(range(len(form[1])))
    with contextlib.ExitStack() as stack:
        disk = stack.enter_context(small_disk(directory, 24_000 if IS_SQLITE else 160_000))
        database, one = stack.enter_context(_on(disk, directory, prepared))
        data = _place(directory, "data")
        portal = stack.enter_context(serving(environment(data, database), twin=twin))
        people = People(portal.port, *form)
        people.contribute(next(numbers))
        for _ in range(rounds):
            before = len(people.refused)
            disk.fill()
            _press_until(people, numbers, lambda before=before: len(people.refused) > before + 2)
            is_readable = is_readable and (one is not None or _is_readable(portal, people.address))
            disk.free()
            began = time.monotonic()
            if one:
                _keep_running(one)
            waiting = next(numbers)
            assert seconds_until(lambda waiting=waiting: people.press(waiting)) < 30
            seconds.append(time.monotonic() - began)
        _all_told(people, portal)
        return _told(people, database) | {"seconds": max(seconds), "is_readable": is_readable}


def _press_until(people, numbers, is_enough):
    """Press, each number once, until it is enough: what room there is within files is used first."""
    for number in itertools.islice(numbers, 80):
        with contextlib.suppress(OSError):
            people.press(number)
        if is_enough():
            return


def _is_readable(portal, address):
    with urllib.request.urlopen(f"http://127.0.0.1:{portal.port}{address}", timeout=20) as answer:
        return answer.status == 200


# --- the database server goes away ---------------------------------------------------------------

SLOWEST = 9
"""Seconds that a page may take while the database server cannot be reached and nothing says so."""


@pytest.mark.full(26)
@pytest.mark.skipif(IS_SQLITE, reason="SQLite has no server that could go away")
def test_postgresql_away(root, trust, tmp_path):  # noqa: F811
    """PostgreSQL is restarted, its connections are reset, and its network swallows what is sent."""
    check = trust(
        26,
        "PostgreSQL goes away",
        target=f"0 lost; back in 5 s; no page over {SLOWEST} s in a hole of 60 s; 50 restarts, 100 resets",
    )
    restarts, resets = trust.count(quick=3, full=50), trust.count(quick=5, full=100)
    address, shown = open_consultation(30 * restarts + 20 * resets + 200)
    made = prepared_cluster(tmp_path)
    with network() as net, cluster(tmp_path, tmp_path, made, host=net.host, prefix=net.prefix) as one:
        gone = _restarted(one, _place(tmp_path, "a"), address, shown, restarts, resets)
        hole = _swallowed(one, net, _place(tmp_path, "b"), address, trust.count(quick=12, full=60))
        twin = _swallowed(one, net, _place(tmp_path, "c"), address, 12, twin="patient")
    check.catches("a portal that waits for the line without end", twin > SLOWEST)
    planted = compare({**gone["people"].told, 10**6: "0" * 21}, gone["rows"])
    check.catches("a receipt whose row is gone", planted.lost == 1)
    with connection.cursor() as cursor:
        cursor.execute("SHOW statement_timeout")
        limit = cursor.fetchone()[0]
    check.holds(
        gone["found"].is_sound and gone["seconds"] <= 5 and hole <= SLOWEST and limit == "15s",
        f"{gone['found'].lost} lost of {len(gone['people'].told)} receipts, {restarts} restarts,"
        f" {gone['resets']} connections reset, back in {gone['seconds']:.1f} s at most;"
        f" slowest page in the hole {hole:.1f} s; statements end after {limit}",
    )


def _restarted(one, directory, address, shown, restarts, resets):
    seconds, reset = [], 0
    with line_to(one) as line:
        through = Database(f"postgres://portal@127.0.0.1:{line.port}/portal")
        with serving(environment(directory, through)) as portal:
            people = People(portal.port, address, shown)
            with people.going_on(range(len(shown))):
                for number in range(restarts):
                    assert people.wait_for(len(people.told) + 4)
                    one.stop("immediate" if number % 2 else "fast")
                    one.start()
                    before = len(people.told)
                    seconds.append(seconds_until(lambda before=before: len(people.told) > before))
                while reset < resets:
                    assert people.wait_for(len(people.told) + 2)
                    reset += line.reset()
    rows = Database(one.url).ask(ROWS)
    return {
        "people": people,
        "rows": rows,
        "found": compare(people.told, rows),
        "seconds": max(seconds),
        "resets": reset,
    }


def _swallowed(one, net, directory, address, seconds, *, twin=""):
    """The slowest answer to somebody who reads while the network swallows everything."""
    slowest = 0.0
    with serving(environment(directory, Database(one.url)), twin=twin) as portal:
        page = f"http://127.0.0.1:{portal.port}{address}"
        assert seconds_until(lambda: _status(page) == 200) < 30
        net.swallow()
        began = time.monotonic()
        try:
            while time.monotonic() - began < seconds:
                asked = time.monotonic()
                with contextlib.suppress(TimeoutError):
                    assert _status(page, timeout=2 * SLOWEST) >= 500
                slowest = max(slowest, time.monotonic() - asked)
        finally:
            net.flow()
        assert twin or seconds_until(lambda: _status(page) == 200, 10) <= 5
    return slowest


def _status(page, timeout=30):
    try:
        with urllib.request.urlopen(page, timeout=timeout) as answer:
            answer.read()
            return answer.status
    except urllib.error.HTTPError as refusal:
        refusal.read()
        return refusal.code
