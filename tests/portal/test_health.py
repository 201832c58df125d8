"""What a watchman is told: the process answers; the portal can do its work, or why not."""

import datetime
import shutil
from collections import namedtuple

import pytest
from django.db import DatabaseError, InterfaceError, OperationalError, connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client
from django.utils import timezone

from portal import health
from portal.audit.models import Entry
from portal.limits.models import Tally
from portal.papers.models import Worker
from portal.publications.models import Publication
from tests import factories

NAMES = {"files", "disk", "database", "migrations", "clock", "register"}
Usage = namedtuple("Usage", "total used free")
GIGABYTE = 1024**3


@pytest.fixture(autouse=True)
def _looks_anew():
    health._remembered.forget()
    yield
    health._remembered.forget()


def _checks():
    response = Client().get("/readyz")
    health._remembered.forget()
    return response.status_code, response.json()["checks"]


# --- the process -------------------------------------------------------------------------------------


def test_a_process_that_answers_is_alive():
    """Here no test may connect: whether the database is there is not its question."""
    response = Client().get("/healthz")
    assert (response.status_code, response.json()) == (200, {"status": "ok"})
    assert "no-store" in response["Cache-Control"]
    assert not response.cookies


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_nobody_posts_to_it(path):
    assert Client().post(path).status_code == 405


# --- the portal --------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["ar", "fr"])
def test_all_is_well(db, language):
    response = Client().get("/readyz", headers={"Accept-Language": language})
    assert response.status_code == 200
    assert response.json() == {
        "status": "ok",
        "checks": dict.fromkeys(NAMES, "ok"),
        "register_age": None,
        "worker": "silent",
    }
    assert "no-store" in response["Cache-Control"]
    assert not response.cookies


def test_it_writes_and_leaves_nothing(db, django_assert_max_num_queries):
    with django_assert_max_num_queries(20) as asked:
        assert _checks()[0] == 200
    assert any(query["sql"].startswith("INSERT") for query in asked)
    assert not Tally.objects.exists()


@pytest.mark.parametrize(
    "error",
    [
        OperationalError("to 10.0.0.7"),
        InterfaceError("x"),
        DatabaseError("x"),
        OSError("x"),
    ],
)
def test_a_database_that_does_not_answer_is_told_without_details(db, error):
    def fail(*args, **kwargs):
        raise error

    with connection.execute_wrapper(fail):
        response = Client().get("/readyz")
    assert response.status_code == 503
    assert response.json()["status"] == "unready"
    assert response.json()["checks"]["database"] == "does not answer"
    assert "10.0.0.7" not in response.content.decode()


def test_no_connection_at_all_is_told():
    """Here no test may connect, which is as good as a server that is down."""
    status, checks = _checks()
    assert (status, checks["database"]) == (503, "does not answer")


def test_a_database_that_can_only_be_read_is_not_well(db):
    def refuse_writes(execute, sql, params, many, context):
        if sql.startswith("INSERT"):
            raise OperationalError("attempt to write a readonly database")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(refuse_writes):
        assert _checks()[1]["database"] == "does not answer"
    assert _checks()[0] == 200


def test_a_missing_file_of_sqlite_is_seen(db, monkeypatch, tmp_path):
    if connection.vendor != "sqlite":
        assert not health._is_there(str(tmp_path / "gone.sqlite3"))
        return
    monkeypatch.setitem(connection.settings_dict, "NAME", str(tmp_path / "gone.sqlite3"))
    assert _checks()[1]["database"] == "missing"


def test_a_migration_that_is_not_applied_is_told(db):
    last = MigrationRecorder.Migration.objects.filter(app="programs").latest("pk")
    last.delete()
    status, checks = _checks()
    assert (status, checks["migrations"]) == (503, "pending")


@pytest.mark.parametrize(
    ("free", "outcome"), [(GIGABYTE, "nearly full"), (50 * GIGABYTE, "ok"), (6 * GIGABYTE, "ok")]
)
def test_a_twentieth_of_the_disk_must_be_free(db, monkeypatch, free, outcome):
    usage = Usage(100 * GIGABYTE, 100 * GIGABYTE - free, free)
    monkeypatch.setattr(shutil, "disk_usage", lambda place: usage)
    assert _checks()[1]["disk"] == outcome


def test_some_megabytes_must_be_free_on_a_small_disk(db, monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda place: Usage(GIGABYTE, 0, health.FREE_BYTES - 1))
    assert _checks()[1]["disk"] == "nearly full"


def test_a_place_for_files_that_is_gone_is_told(db, settings, tmp_path):
    settings.DATA_DIR = tmp_path / "gone"
    status, checks = _checks()
    assert status == 503
    assert (checks["files"], checks["disk"]) == ("does not answer", "does not answer")


def test_an_act_that_lies_in_the_future_says_that_the_clock_is_behind(nefta, editor):
    later = timezone.now() + datetime.timedelta(hours=1)
    Entry.objects.create(municipality=nefta, action="x", actor=editor, object_label="x", at=later)
    status, checks = _checks()
    assert (status, checks["clock"]) == (503, "behind the last act")


def test_a_clock_that_differs_from_the_databases_is_told(db, monkeypatch):
    monkeypatch.setattr(health.time, "time", lambda: timezone.now().timestamp() - 3600)
    outcome = _checks()[1]["clock"]
    assert outcome == ("ok" if connection.vendor == "sqlite" else "differs from the database's")


def _head(nefta, **changed):
    at = timezone.now() - datetime.timedelta(minutes=5)
    values = {"number": 1, "municipality": nefta, "act": "x", "object_type": "x", "object_id": "1"}
    values |= {"version": 1, "title": "x", "address": "/", "at": at, "content": "{}"}
    values |= {"content_sha256": "0" * 64, "previous_hash": "0" * 64, "hash": ""}
    entry = Publication(**values)
    entry.hash = health.chain.seal(entry.sealed())
    for name, value in changed.items():
        setattr(entry, name, value)
    entry.save()


def test_the_age_of_the_last_publication_is_told(nefta):
    _head(nefta)
    response = Client().get("/readyz")
    assert response.json()["checks"]["register"] == "ok"
    assert 300 <= response.json()["register_age"] < 330


def test_a_head_that_is_not_as_it_was_sealed_is_told(nefta):
    _head(nefta, title="another")
    assert _checks() == (
        503,
        dict.fromkeys(NAMES, "ok") | {"register": "the last entry is not as it was sealed"},
    )


def test_whether_anybody_makes_long_papers_is_told(db):
    Worker.objects.create(name="one")
    assert Client().get("/readyz").json()["worker"] == "alive"


def test_an_answer_stands_for_a_moment(db):
    assert Client().get("/readyz").status_code == 200
    with connection.execute_wrapper(lambda *args: 1 / 0):
        assert Client().get("/readyz").status_code == 200
        health._remembered.forget()
        assert Client().get("/readyz").status_code == 503


def test_it_tells_no_version(db):
    text = Client().get("/readyz").content.decode().lower()
    assert not [word for word in ("django", "python", "sqlite", "postgres", "version", "/") if word in text]


def test_whoever_comes_after_has_the_usual_patience(transactional_db):
    def patience():
        with connection.cursor() as cursor:
            is_sqlite = connection.vendor == "sqlite"
            cursor.execute("PRAGMA busy_timeout" if is_sqlite else "SHOW statement_timeout")
            return cursor.fetchone()[0]

    before = patience()
    with health._own_connection():
        health._have_little_patience()
        assert patience() in (health.MOST_WAIT, "3s")
    assert patience() == before
    assert health.look().is_ready


def test_nothing_of_it_needs_a_person(db):
    factories.MunicipalityFactory()
    assert Client().get("/readyz").json()["status"] == "ok"
