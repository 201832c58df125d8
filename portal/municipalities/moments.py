"""Moments at which public pages change by themselves, as when something opens or closes.

``MOMENTS`` in the settings names them; a page's validator counts those that have passed. They are asked in
the one small query behind every 304.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.db import connections
from django.utils.module_loading import import_string


@dataclass(frozen=True, slots=True)
class Moments:
    """Columns of a table that hold such moments. Only names from the code: they become SQL as they are."""

    table: str
    columns: tuple[str, ...]
    condition: str = "1 = 1"
    municipality: str = "municipality_id"


@lru_cache(maxsize=2)
def passed_sql(*, of_one: bool) -> tuple[str, int]:
    """SQL that counts the moments passed, and how many times it takes the present as a parameter.

    ``of_one``: those of the municipality in the surrounding query, whose table is called ``town``.
    """
    parts = []
    for path in settings.MOMENTS:
        found: Moments = import_string(path)
        own = f" AND {found.municipality} = town.id" if of_one else ""
        parts += [
            f"(SELECT COUNT(*) FROM {found.table} WHERE {found.condition}{own} AND {column} <= %s)"  # noqa: S608
            for column in found.columns
        ]
    return " + ".join(parts) or "0", len(parts)


def as_parameters(now: datetime.datetime, count: int, using: str) -> list[Any]:
    """The present as the database compares it, as often as it is asked for."""
    return [connections[using].ops.adapt_datetimefield_value(now)] * count
