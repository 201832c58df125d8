"""Tables that only grow: the database itself refuses to change or remove a row.

For migrations (``RunPython``), and for tests that empty the tables between them.

A migration that has to alter such a table:

- on SQLite Django builds the table anew, and the triggers are gone with the old one: the migration ends
  with ``RunPython`` of :func:`refuse_changes`, or a test of this room fails;
- if it has to rewrite rows, it begins with :func:`allow_changes`, and ends with :func:`refuse_changes`.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.db.backends.base.base import BaseDatabaseWrapper


def refuse_changes(connection: BaseDatabaseWrapper, table: str, unique: Sequence[str] = ("id",)) -> None:
    """Set the triggers, anew where they are there already.

    ``unique`` names the columns by which a row is replaced: on SQLite ``INSERT OR REPLACE`` removes the row
    it collides with, and asks no trigger.
    """
    allow_changes(connection, table)
    made = _postgresql(table) if connection.vendor == "postgresql" else _sqlite(table, unique)
    with connection.cursor() as cursor:
        for statement in made:
            cursor.execute(statement)


def allow_changes(connection: BaseDatabaseWrapper, table: str) -> None:
    """Take the triggers away."""
    if connection.vendor == "postgresql":
        statements = [
            f"DROP TRIGGER IF EXISTS {table}_append_only ON {table}",
            f"DROP FUNCTION IF EXISTS {table}_append_only()",
        ]
    else:
        statements = [f"DROP TRIGGER IF EXISTS {table}_no_{act}" for act in ("update", "delete", "replace")]
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def _postgresql(table: str) -> list[str]:
    return [
        f"CREATE FUNCTION {table}_append_only() RETURNS trigger LANGUAGE plpgsql AS"
        f" $$ BEGIN RAISE EXCEPTION '{table} is append-only'"
        " USING ERRCODE = 'integrity_constraint_violation'; END $$",
        # For each statement: one that meets no row is refused as well, and TRUNCATE knows no rows.
        f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}"
        f" FOR EACH STATEMENT EXECUTE FUNCTION {table}_append_only()",
    ]


def _sqlite(table: str, unique: Sequence[str]) -> list[str]:
    refusal = f"SELECT RAISE(ABORT, '{table} is append-only');"
    taken = " OR ".join(f"{column} = NEW.{column}" for column in unique)
    replaced = f"WHEN EXISTS (SELECT 1 FROM {table} WHERE {taken})"  # noqa: S608 - the migration's own names
    return [
        f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} BEGIN {refusal} END",
        f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} BEGIN {refusal} END",
        f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} {replaced} BEGIN {refusal} END",
    ]
