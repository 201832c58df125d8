"""What every test stands on: a closed network, a strict client, a permanent cast."""

from __future__ import annotations

import re
import socket
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Any

import pytest
from django.db import connection
from django.test import Client, TransactionTestCase
from django.utils import translation
from factory.django import DjangoModelFactory

from portal.pdf import press
from tests import factories
from tests.queries import asked

pytest_plugins = ["tests.browsing"]


def pytest_configure() -> None:
    from django.conf import settings

    # The manifest is made by collectstatic, which no test should wait for; and hashing a password
    # the slow way a thousand times proves nothing.
    settings.STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    database = settings.DATABASES["default"]
    if database["ENGINE"].endswith("sqlite3"):
        # In a file, as in production, each thread has a connection of its own; in memory the browser's
        # requests would share one and disturb each other. Nobody waits here for the disk.
        database.setdefault("TEST", {})["NAME"] = str(settings.DATA_DIR / "tests.sqlite3")
        pragmas = database["OPTIONS"]["init_command"]
        database["OPTIONS"]["init_command"] = pragmas.replace("synchronous=FULL", "synchronous=OFF")


_WRITES = re.compile(r"^\s*(INSERT|UPDATE|DELETE|REPLACE)\b", re.IGNORECASE)


@pytest.fixture(autouse=True)
def _closed_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only this machine may be spoken to."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        host = address[0] if isinstance(address, tuple) else ""
        if host not in ("", "127.0.0.1", "::1", "localhost"):
            raise OSError(f"A test tried to reach {host}.")
        return connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)


@pytest.fixture(autouse=True)
def _own_language() -> Iterator[None]:
    """What one test activates, no other finds; a test that names none reads in the portal's own."""
    translation.deactivate()
    yield
    translation.deactivate()


@pytest.fixture(autouse=True)
def _own_numbers() -> None:
    """Rows are numbered from the beginning in each test, whatever ran before it in the same process."""
    makers = [DjangoModelFactory]
    for maker in makers:
        makers += maker.__subclasses__()
        maker.reset_sequence(0, force=True)


@pytest.fixture(autouse=True)
def _own_files(tmp_path, settings) -> None:
    settings.MEDIA_ROOT = tmp_path / "files"
    in_memory = "django.core.cache.backends.locmem.LocMemCache"
    settings.CACHES = settings.CACHES | {
        name: {"BACKEND": in_memory, "LOCATION": f"{name} {tmp_path}"} for name in ("pages", "pdf")
    }


@pytest.fixture(scope="session", autouse=True)
def _patient_press() -> Iterator[None]:
    """A machine that runs tests may have other work to do: here a paper may take what it takes.

    Of this process alone, in every thread of it; what measures how long papers take says so by itself.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(press, "LONGEST", 300.0)
        yield


@contextmanager
def _triggers_off() -> Iterator[None]:
    """Without the triggers that refuse to empty a table; they are as they were afterwards."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT DISTINCT tgrelid::regclass::text FROM pg_trigger WHERE NOT tgisinternal")
            tables = [table for (table,) in cursor.fetchall()]
            off = [f"ALTER TABLE {table} DISABLE TRIGGER USER" for table in tables]
            on = [f"ALTER TABLE {table} ENABLE TRIGGER USER" for table in tables]
        else:
            cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
            triggers = cursor.fetchall()
            off = [f"DROP TRIGGER {name}" for name, _ in triggers]
            on = [sql for _, sql in triggers]
        for statement in off:
            cursor.execute(statement)
        try:
            yield
        finally:
            for statement in on:
                cursor.execute(statement)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """The database of the run, which is as new again after each test that commits.

    On SQLite a copy of the new one is laid over it: to empty every table and have the permissions made anew
    takes ten times as long. Elsewhere, and where a test empties them, the append-only ones are let go.
    """
    if connection.vendor == "sqlite":
        new = sqlite3.connect(":memory:", check_same_thread=False)
        with django_db_blocker.unblock():
            connection.ensure_connection()
            connection.connection.backup(new)
    with _flushed(), _laid_over(new) if connection.vendor == "sqlite" else nullcontext():
        yield


@contextmanager
def _laid_over(new: sqlite3.Connection) -> Iterator[None]:
    teardown = TransactionTestCase._fixture_teardown

    def _fixture_teardown(self: TransactionTestCase) -> None:
        connection.ensure_connection()
        new.backup(connection.connection)

    TransactionTestCase._fixture_teardown = _fixture_teardown
    yield
    TransactionTestCase._fixture_teardown = teardown


@contextmanager
def _flushed() -> Iterator[None]:
    operations = type(connection.ops)
    flush = operations.execute_sql_flush

    def execute_sql_flush(self: Any, sql_list: list[str]) -> None:
        with _triggers_off():
            flush(self, sql_list)

    operations.execute_sql_flush = execute_sql_flush
    yield
    operations.execute_sql_flush = flush


@pytest.fixture
def triggers_off() -> Any:
    """For tests of what happens when somebody gets past the triggers."""
    return _triggers_off


class StrictClient(Client):
    """A client for which a GET that writes is an error, whatever the page answers.

    One may: what a watchman is told depends on whether the database can be written to.
    """

    def get(self, *args: Any, **kwargs: Any) -> Any:
        with asked() as queries:
            response = super().get(*args, **kwargs)
        writes = [query["sql"] for query in queries if _WRITES.match(query["sql"])]
        assert not writes or args[0] == "/readyz", f"GET {args[0]} wrote: {writes}"
        return response


@pytest.fixture
def client() -> StrictClient:
    return StrictClient()


@pytest.fixture
def nefta(db):
    """The Tunisian municipality of the cast."""
    return factories.MunicipalityFactory(tunisian=True)


@pytest.fixture
def kenitra(db):
    """The Moroccan municipality of the cast."""
    return factories.MunicipalityFactory(moroccan=True)


@pytest.fixture
def editor(nefta):
    return factories.MembershipFactory(municipality=nefta, role="editor").user


@pytest.fixture
def publisher(nefta):
    return factories.MembershipFactory(municipality=nefta, role="publisher").user


@pytest.fixture
def stranger(kenitra):
    """A publisher of another municipality."""
    return factories.MembershipFactory(municipality=kenitra, role="publisher").user
