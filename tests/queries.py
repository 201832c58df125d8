"""What the database is asked, in a test that may have asked it very much before."""

from __future__ import annotations

from django.db import connection
from django.test.utils import CaptureQueriesContext


def asked() -> CaptureQueriesContext:
    """What is asked from here on.

    Django remembers the last 9,000 questions, and where there were as many it finds none that is new.
    """
    if not connection.force_debug_cursor:  # nobody around this counts from an earlier one
        connection.queries_log.clear()
    return CaptureQueriesContext(connection)
