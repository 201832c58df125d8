"""Everything read at one moment, while others go on writing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction


@contextmanager
def snapshot() -> Iterator[None]:
    """What is read within stands as it was at the first reading. Nobody who writes has to wait.

    On SQLite that is so in the WAL mode in which the portal opens it.
    """
    if connection.vendor == "postgresql":
        with transaction.atomic(durable=True), connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            without_limits()
            yield
        return
    connection.ensure_connection()
    with connection.cursor() as cursor:
        # The portal's own transactions begin as writers (IMMEDIATE), and would hold everybody up.
        cursor.execute("BEGIN DEFERRED")
        try:
            cursor.execute("SELECT COUNT(*) FROM sqlite_master")
            yield
        finally:
            cursor.execute("ROLLBACK")


def without_limits() -> None:
    """Take from this transaction the limits of time that protect the portal from a stuck request."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            for limit in ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout"):
                cursor.execute(f"SET LOCAL {limit} = 0")
