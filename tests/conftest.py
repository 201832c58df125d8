"""What every test stands on: a closed network, a strict client, a permanent cast."""

from __future__ import annotations

import re
import socket
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests import factories


def pytest_configure() -> None:
    from django.conf import settings

    # The manifest is made by collectstatic, which no test should wait for; and hashing a password
    # the slow way a thousand times proves nothing.
    settings.STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


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
def _own_files(tmp_path, settings) -> None:
    settings.MEDIA_ROOT = tmp_path / "files"
    in_memory = "django.core.cache.backends.locmem.LocMemCache"
    settings.CACHES = settings.CACHES | {
        name: {"BACKEND": in_memory, "LOCATION": f"{name} {tmp_path}"} for name in ("pages", "pdf")
    }


class StrictClient(Client):
    """A client for which a GET that writes is an error, whatever the page answers."""

    def get(self, *args: Any, **kwargs: Any) -> Any:
        with CaptureQueriesContext(connection) as queries:
            response = super().get(*args, **kwargs)
        writes = [query["sql"] for query in queries if _WRITES.match(query["sql"])]
        assert not writes, f"GET {args[0]} wrote: {writes}"
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
