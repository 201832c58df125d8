"""Registers to read and to tamper with."""

from __future__ import annotations

from typing import Any

from django.db import connection

from portal.publications.models import Publication
from portal.publications.register import enter


def published(municipality: Any, **given: Any) -> Publication:
    """One more entry of the register, about the municipality itself."""
    values: dict[str, Any] = {
        "municipality": municipality,
        "act": "row.changed",
        "obj": municipality,
        "title": "رزنامة 2027",
        "address": "/ar/m/nefta/",
        "content": {"title_ar": "رزنامة", "year": 2027},
        "actor": None,
    }
    return enter(**(values | given))


def tamper(triggers_off: Any, sql: str, *values: Any) -> None:
    """Change the stored register past everything that guards it."""
    connection.check_constraints()  # PostgreSQL lets nobody at a table whose references wait to be looked at
    with triggers_off(), connection.cursor() as cursor:
        cursor.execute(sql, values)
        connection.check_constraints()
