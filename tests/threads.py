"""Several people at once: threads, each with a connection of its own, on a database that they share."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection, connections


@pytest.fixture
def shared_database(transactional_db, tmp_path):
    """A database that threads can wait for: SQLite's in memory, which the suite uses, refuses instead.

    To be called once everything that the threads find is there.
    """
    default = connections.settings["default"]
    name = default["NAME"]

    def share() -> None:
        if connection.vendor == "sqlite":
            path = tmp_path / "shared.sqlite3"
            with connection.cursor() as cursor:
                cursor.execute("VACUUM INTO %s", [str(path)])
            default["NAME"] = str(path)

    yield share
    # Before the test's own connection is closed, which by another name would end the one in memory.
    default["NAME"] = name


def at_once(function: Callable[[Any], Any], values: Iterable[Any]) -> list[Any]:
    """The function's results for each of the values, all at the same time, as in requests."""

    def run(value: Any) -> Any:
        try:
            return function(value)
        finally:
            connections.close_all()

    values = list(values)
    with ThreadPoolExecutor(len(values)) as pool:
        return list(pool.map(run, values))


def in_thread(function: Callable[[], Any]) -> Any:
    """What one thread sees of the shared database."""
    return at_once(lambda _: function(), [None])[0]
