"""A backup taken while people write comes back whole on an empty machine; an upgrade loses nothing."""

from __future__ import annotations

import contextlib
import hashlib
import json
import random
import re
import resource
import shutil
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from django.conf import settings
from django.db.migrations.loader import MigrationLoader

from portal.backups.archive import find, read_archive
from portal.backups.contents import BackupError
from tests import factories
from tests.portal.publications.registers import published
from tests.trust.serving import (
    PROJECT,
    ROWS,
    Database,
    People,
    compare,
    copied,
    empty_database,
    environment,
    manage,
    open_consultation,
    postgresql_copy,
    serving,
)

pytestmark = pytest.mark.django_db(transaction=True)
IS_SQLITE = settings.DATABASES["default"]["ENGINE"].endswith("sqlite3")
FILES = "SELECT sha256, file FROM programs_supportingdocument"


def test_backup(trust, tmp_path):
    """Backups while eight people write and files come in, each restored as docs/backup.md says."""
    check = trust(
        60,
        "Backup and restore",
        target="100 % of the receipts before the start, files equal, chain whole; 20 drills; damage refused",
    )
    drills = trust.count(quick=1 if IS_SQLITE else 2, full=20)
    address, shown = open_consultation(1500 * drills)
    document = factories.ExpectedDocumentFactory()
    for _ in range(3):
        published(document.task.phase.program.municipality)
    with copied(tmp_path) as database:
        env = environment(tmp_path, database)
        with serving(env) as portal, _uploading(env) as uploaded:
            people = People(portal.port, address, shown)
            with people.going_on(range(len(shown)), a_second=20):
                assert people.wait_for(20)
                naive = _copied_by_hand(database, people, tmp_path)
                began, before = time.monotonic(), len(people.told)
                found = [_drill(tmp_path, env, number, people, uploaded) for number in range(drills)]
                pace = (len(people.told) - before) / (time.monotonic() - began)
    if IS_SQLITE:
        check.catches("a copy of the database's file by hand", naive > 0)
    refused, tried = _damaged(find(tmp_path / "backups"), tmp_path, trust.count(quick=12, full=200))
    check.catches("an archive with a part cut off, changed or gone", refused == tried > 0)
    lost, told = sum(one["lost"] for one in found), sum(one["told"] for one in found)
    files = sum(one["files"] for one in found)
    check.holds(
        lost == 0 and files > 0 and all(one["is_whole"] for one in found) and told >= 20 * drills,
        f"{lost} of {told} receipts lost, {files} files equal, {sum(one['is_whole'] for one in found)} of"
        f" {drills} drills whole ({sum(one['moves'] for one in found)} to the other kind of database and"
        f" back), {pace:.0f} contributions a second meanwhile; {refused} of {tried} damaged archives refused",
    )


@contextlib.contextmanager
def _uploading(env):
    """Somebody hands files in, one after the other; the fingerprints of those that were acknowledged."""
    acting = str(PROJECT / "tests" / "trust" / "acting.py")
    process = subprocess.Popen(
        [sys.executable, acting, "upload"], env=env, cwd=PROJECT, stdout=subprocess.PIPE, text=True
    )
    uploaded: list[str] = []

    def listen():
        uploaded.extend(line.strip() for line in process.stdout or ())

    listening = threading.Thread(target=listen)
    listening.start()
    try:
        while len(uploaded) < 3:
            assert process.poll() is None
            time.sleep(0.05)
        yield uploaded
    finally:
        process.kill()
        process.wait()
        listening.join()


def _drill(directory, env, number, people, uploaded):
    """One backup while everybody goes on, restored where there is nothing yet; what is there then."""
    backups = directory / "backups"
    told, files = dict(people.told), list(uploaded)
    head, fingerprint = _back_up(env, backups)
    # What is restored was compared with the head that was printed; from time to time it is reckoned apart.
    is_reckoned = number % 5 == 4
    with _nothing_yet(directory, f"restored{number}", is_other=number % 2 == 1) as (fresh, fresh_env):
        assert head in _done(manage(fresh_env, "restore", str(backups), "--fingerprint", fingerprint))
        found = _found(fresh, fresh_env, told, files, is_reckoned and head) | {"moves": 0}
        if not IS_SQLITE and number % 2 == 1:
            _back_up(fresh_env, directory / "from-sqlite")
            with _nothing_yet(directory, f"returned{number}") as (last, last_env):
                assert head in _done(manage(last_env, "restore", str(directory / "from-sqlite")))
                back = _found(last, last_env, told, files, is_reckoned and head)
            found = {key: max(found[key], value) for key, value in back.items()} | {"moves": 1}
    return found


def _back_up(env, place):
    """The head of the register and the fingerprint that the command prints."""
    said = _done(manage(env, "backup", str(place), "--keep", "2"))
    return re.search(r"\b\d+:[0-9a-f]{64}", said)[0], re.search(r"elsewhere: ([0-9a-f]{64})", said)[1]


def _done(process):
    assert process.returncode == 0, process.stderr[-2000:]
    return process.stdout


@contextlib.contextmanager
def _nothing_yet(directory, name, *, is_other=False):
    """An empty machine: no table, no file; with SQLite where ``is_other``."""
    place = directory / name
    place.mkdir()
    if is_other:
        database = Database(f"sqlite:///{place / 'portal.sqlite3'}")
        yield database, environment(place, database)
        return
    with empty_database(place) as database:
        yield database, environment(place, database)


def _found(database, env, told, files, head):
    """What is there of what was acknowledged before the backup began."""
    stored = database.ask(FILES)
    root = Path(env["DATA_DIR"], "files")
    equal = [sha256 for sha256, name in stored if _sha256(root / name) == sha256]
    is_whole = not head or manage(env, "check_register", "--head", head).returncode == 0
    missing = set(files) - set(equal)
    return {
        "told": len(told),
        "lost": compare(told, database.ask(ROWS)).lost,
        "files": len(equal),
        "is_whole": is_whole and not missing and len(equal) == len(stored),
    }


def _sha256(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _copied_by_hand(database, people, directory):
    """How much a copy of the file alone loses, as it is made where nobody knows better."""
    if not IS_SQLITE:
        return 0
    lost = []
    for number in range(5):
        people.wait_for(len(people.told) + 5)
        told, copy = dict(people.told), directory / f"by-hand{number}.sqlite3"
        shutil.copyfile(database.url.removeprefix("sqlite:///"), copy)
        lost.append(compare(told, Database(f"sqlite:///{copy}").ask(ROWS)).lost)
    return max(lost)


def _damaged(backup, directory, times):
    """How many archives with a damage of each kind, in a part by chance, were refused by that part's name."""
    chance, refused = random.Random(60), 0
    parts = sorted(path.relative_to(backup) for path in backup.rglob("*") if path.is_file())
    for number in range(times):
        copy, part = directory / "damaged", chance.choice(parts)
        shutil.copytree(backup, copy)
        path = copy / part
        content = bytearray(path.read_bytes())
        at = chance.randrange(len(content))
        if number % 3 == 0:
            path.write_bytes(content[:at])
        elif number % 3 == 1:
            content[at] ^= 1 << chance.randrange(8)
            path.write_bytes(content)
        else:
            path.unlink()
        try:
            read_archive(copy)
        except BackupError as refusal:
            refused += part.name in str(refusal) or part.name == "SHA256SUMS"
        shutil.rmtree(copy)
    return refused, times


# --- upgrade -------------------------------------------------------------------------------------


@pytest.mark.full(61)
def test_upgrade(trust, tmp_path):
    """The first release's tables, filled, go through every migration; some are killed in the middle."""
    check = trust(
        61,
        "Upgrade from the first release",
        target="rows and hashes equal, 60 s at most; 100,000 contributions, 10 migrations killed",
    )
    rows, kills = trust.count(quick=500, full=100_000), trust.count(quick=1, full=10)
    with empty_database(tmp_path) as old:
        made, before = _ask(environment(tmp_path, old), "old", str(rows))
        drills = [_upgraded(tmp_path, old, (turn + 0.5) / kills, before) for turn in range(kills)]
        whole = _upgraded(tmp_path, old, None, before) if trust.is_full else drills[0]
    check.catches("a row that a migration changed", whole["is_change_seen"])
    seconds, of_what = whole["seconds"], "of the processor" if IS_SQLITE else "by the clock"
    check.holds(
        all(drill["is_equal"] for drill in [*drills, whole])
        and seconds <= 60
        and sum(made.values()) > 2 * rows,
        f"{sum(not drill['is_equal'] for drill in [*drills, whole])} of {kills} upgrades that were killed and"
        f" went on changed any of {sum(made.values())} rows in {len(before)} tables;"
        f" {seconds:.0f} s {of_what}",
    )


def _ask(env, *arguments):
    script = str(PROJECT / "tests" / "trust" / "upgrading.py")
    done = subprocess.run(
        [sys.executable, script, *arguments],
        env=env,
        cwd=PROJECT,
        capture_output=True,
        text=True,
        timeout=1800,
        check=False,
    )
    return json.loads(_done(done).splitlines()[-1])


@contextlib.contextmanager
def _as_old(directory, old, name):
    """A copy of the old portal's database."""
    if IS_SQLITE:
        path = directory / f"{name}.sqlite3"
        old.ask(f"VACUUM INTO '{path}'")
        yield Database(f"sqlite:///{path}")
        path.unlink()
        return
    with postgresql_copy(old.url.rpartition("/")[2], f"{name}_{time.time_ns()}") as database:
        yield database


def _upgraded(directory, old, killed_after, before):
    """What is left of the old rows after every migration, which may be killed at a part of the way."""
    with _as_old(directory, old, "upgraded") as database:
        env, began = environment(directory, database), _clock()
        if killed_after is not None:
            process = subprocess.Popen([sys.executable, "manage.py", "migrate", "-v0"], env=env, cwd=PROJECT)
            _wait_until(database, process, killed_after)
            process.send_signal(signal.SIGKILL)
            process.wait()
        _done(manage(env, "migrate", "-v0"))
        seconds = _clock() - began
        _, after, spoiled = _ask(env, "sums")
        return {
            "is_equal": after == before and database.integrity() == "ok",
            "is_change_seen": spoiled != before,
            "seconds": seconds,
        }


def _clock():
    """Seconds that migrating takes; where this machine alone does the work, whatever else it does beside."""
    if not IS_SQLITE:
        return time.monotonic()
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _wait_until(database, process, part):
    """Until so large a part of the migrations is applied."""
    applied = "SELECT COUNT(*) FROM django_migrations"
    [(first,)] = database.ask(applied)
    enough = first + part * (len(MigrationLoader(None).graph.nodes) - first)
    while process.poll() is None and first < enough:
        time.sleep(0.02)
        with contextlib.suppress(sqlite3.OperationalError):  # while a table is made nobody may look
            [(first,)] = database.ask(applied)
