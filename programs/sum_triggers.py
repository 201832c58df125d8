"""Breakdowns held to their total by the database itself, whatever writes the row.

For migrations (``RunPython``). The model refuses first, with words; this is for what goes past it: statements
by hand, fixtures, managers of one's own. A migration that alters such a table ends with
:func:`hold_sums`: on SQLite Django builds the table anew, without its triggers.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.db.backends.base.base import BaseDatabaseWrapper


def hold_sums(connection: BaseDatabaseWrapper, table: str, total: str, breakdowns: Sequence[str]) -> None:
    """Set the triggers, anew where they are there already.

    Each of ``breakdowns`` is a column with a JSON object of amounts by name. One that is not empty adds up
    to the column ``total`` to the millime, of amounts of zero or more; without a total it is refused.
    """
    let_sums_go(connection, table)
    make = _postgresql if connection.vendor == "postgresql" else _sqlite
    with connection.cursor() as cursor:
        for statement in make(table, total, breakdowns):
            cursor.execute(statement)


def let_sums_go(connection: BaseDatabaseWrapper, table: str) -> None:
    """Take the triggers away."""
    if connection.vendor == "postgresql":
        statements = [
            f"DROP TRIGGER IF EXISTS {table}_sums ON {table}",
            f"DROP FUNCTION IF EXISTS {table}_sums()",
        ]
    else:
        statements = [f"DROP TRIGGER IF EXISTS {table}_sums_{act}" for act in ("insert", "update")]
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)


def _postgresql(table: str, total: str, breakdowns: Sequence[str]) -> list[str]:
    checks = "".join(
        # The names are the migration's own.
        f" IF jsonb_typeof(NEW.{parts}) <> 'object' THEN {_refusal(table, parts)}; END IF;"  # noqa: S608
        f" IF EXISTS (SELECT 1 FROM jsonb_each_text(NEW.{parts})"
        r" WHERE value IS NULL OR value !~ '^[0-9]+(\.[0-9]+)?$')"
        f" THEN {_refusal(table, parts)}; END IF;"
        f" IF NEW.{parts} <> '{{}}' AND NEW.{total} IS DISTINCT FROM"
        f" (SELECT SUM(value::numeric) FROM jsonb_each_text(NEW.{parts}))"
        f" THEN {_refusal(table, parts)}; END IF;"
        for parts in breakdowns
    )
    return [
        f"CREATE FUNCTION {table}_sums() RETURNS trigger LANGUAGE plpgsql AS"
        f" $$ BEGIN{checks} RETURN NEW; END $$",
        f"CREATE TRIGGER {table}_sums BEFORE INSERT OR UPDATE ON {table}"
        f" FOR EACH ROW EXECUTE FUNCTION {table}_sums()",
    ]


def _refusal(table: str, parts: str) -> str:
    return f"RAISE EXCEPTION '{table}.{parts} is not its total' USING ERRCODE = 'check_violation'"


def _sqlite(table: str, total: str, breakdowns: Sequence[str]) -> list[str]:
    # Amounts are kept as texts and reckoned as whole millimes: binary fractions do not add up.
    refusals = "".join(
        f"SELECT RAISE(ABORT, '{table}.{parts} is not its total')"  # noqa: S608 - the migration's own names
        f" WHERE json_type(NEW.{parts}) <> 'object'"
        f" OR EXISTS (SELECT 1 FROM json_each(NEW.{parts})"
        " WHERE type NOT IN ('text', 'integer', 'real') OR value = '' OR value GLOB '*[^0-9.]*')"
        f" OR (EXISTS (SELECT 1 FROM json_each(NEW.{parts})) AND {_millimes(f'NEW.{total}')}"
        f" IS NOT (SELECT SUM({_millimes('value')}) FROM json_each(NEW.{parts})));"
        for parts in breakdowns
    )
    return [
        f"CREATE TRIGGER {table}_sums_{act.lower()} BEFORE {act} ON {table} BEGIN {refusals} END"
        for act in ("INSERT", "UPDATE")
    ]


def _millimes(amount: str) -> str:
    return f"CAST(ROUND({amount} * 1000) AS INTEGER)"
