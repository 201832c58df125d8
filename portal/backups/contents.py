"""What belongs in a backup, and how a row is written so that any database can read it back.

A row is a line of JSON, whatever database it comes from. Tables are read and written by the models of the
migrations that are applied, not by those of the code: so a backup can be made before an upgrade's migrations
are applied, and an older one can be restored by a newer portal.
"""

from __future__ import annotations

import base64
import datetime
import decimal
import hashlib
import json
import uuid
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from itertools import islice
from typing import Any, cast

from django.apps.registry import Apps
from django.db import connection, models
from django.db.migrations.loader import MigrationLoader
from django.db.models import sql

from portal.publications.chain import Break, Entry, Head, first_break
from portal.publications.models import Publication

LEFT_OUT = frozenset(
    {
        # Who is signed in, and what was done from which network: gone after hours, and nobody's to keep.
        "sessions.session",
        "accounts.session",
        "municipalities.unsentform",
        "limits.daysalt",
        "limits.tally",
        "editing.presence",
        # Papers are made anew when somebody asks.
        "papers.printing",
        "papers.worker",
        "django_tasks_database.dbtaskresult",
    }
)
"""Tables that a backup leaves out; nothing that is kept points into them."""
MADE_BY_MIGRATE = frozenset({"contenttypes.contenttype", "auth.permission"})
"""Tables that ``manage.py migrate`` fills by itself; a backup brings its own rows, to which others point."""
AT_ONCE = 500

Node = tuple[str, str]
Row = dict[str, Any]


class BackupError(Exception):
    """Why a backup could not be made or restored, in words for whoever runs the portal."""


@dataclass
class Sum:
    """How many rows there are, and a fingerprint of them that does not depend on their order."""

    rows: int = 0
    total: int = 0

    def add(self, line: str) -> None:
        self.rows += 1
        self.total = (self.total + int.from_bytes(hashlib.sha256(line.encode()).digest())) % 2**256

    @property
    def fingerprint(self) -> str:
        return f"{self.total:064x}"


def applied_state() -> list[Node]:
    """The migrations that are applied and that no other applied one builds on: they name the state."""
    loader = MigrationLoader(connection)
    applied = {node for node in loader.applied_migrations if node in loader.graph.nodes}
    return sorted(
        node
        for node in applied
        if not any(child.key in applied for child in loader.graph.node_map[node].children)
    )


def models_of(state: Iterable[Node]) -> Apps:
    """The models as they are in a state of the migrations. Raises ``BackupError`` for an unknown one."""
    loader, nodes = MigrationLoader(connection), list(state)
    unknown = [".".join(node) for node in nodes if node not in loader.graph.nodes]
    if unknown:
        raise BackupError(
            f"This portal does not know the migrations {', '.join(unknown)}: the backup was made by a newer"
            " version. Restore it with that version."
        )
    return cast("Apps", loader.project_state(nodes).apps)


def kept_models(apps: Apps) -> list[type[models.Model]]:
    """The models whose rows are kept, those of many-to-many relations too, by name."""
    every = apps.get_models(include_auto_created=True)
    kept = [
        model
        for model in every
        if model._meta.managed and not model._meta.proxy and model._meta.label_lower not in LEFT_OUT
    ]
    return sorted(kept, key=lambda model: model._meta.label_lower)


def rows_of(model: type[models.Model]) -> Iterator[Row]:
    """The rows by their key, a few hundred at a time."""
    names = [field.attname for field in model._meta.local_concrete_fields]
    values = model._base_manager.order_by("pk").values_list(*names).iterator(chunk_size=AT_ONCE)
    for row in values:
        yield dict(zip(names, row, strict=True))


def line_of(row: Row) -> str:
    """A row as the one JSON it has: equal rows are equal lines, in whatever database they are."""
    return json.dumps(row, default=_plain, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def _plain(value: Any) -> Any:
    if isinstance(value, datetime.datetime):
        return value.astimezone(datetime.UTC).isoformat()
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    if isinstance(value, decimal.Decimal | uuid.UUID):
        return str(value)
    if isinstance(value, bytes | memoryview):
        return base64.b64encode(value).decode()
    raise TypeError(f"a backup cannot hold {type(value).__name__}")


def add_rows(model: type[models.Model], lines: Iterable[str]) -> None:
    """Write rows just as they were, keys and moments of change too. Within a transaction."""
    fields = list(model._meta.local_concrete_fields)
    rest, most = iter(lines), _most_at_once(fields)
    while batch := list(islice(rest, most)):
        query = sql.InsertQuery(model)
        query.insert_values(fields, [_instance(model, fields, line) for line in batch], raw=True)
        query.get_compiler(connection=connection).execute_sql()


def _most_at_once(fields: list[models.Field]) -> int:
    most = connection.ops.bulk_batch_size(fields, range(AT_ONCE))
    return max(1, min(AT_ONCE, most))


def _instance(model: type[models.Model], fields: list[models.Field], line: str) -> models.Model:
    row = json.loads(line)
    return model(**{field.attname: _value(field, row[field.attname]) for field in fields})


def _value(field: models.Field, value: Any) -> Any:
    if value is None and isinstance(field, models.JSONField) and not field.null:
        return models.Value(None, models.JSONField())  # the null of JSON, not that of the database
    return field.to_python(value)


def last_key(model: type[models.Model]) -> int | None:
    """The highest key that was ever given out, of a row that is gone too; ``None`` where none was.

    The journal and the register name rows by their keys: none may be given out twice.
    """
    if not isinstance(model._meta.pk, models.AutoField | models.BigAutoField):
        return None
    table, column = model._meta.db_table, model._meta.pk.column
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT pg_sequence_last_value(pg_get_serial_sequence(%s, %s)::regclass)",
                [connection.ops.quote_name(table), column],
            )
        else:
            cursor.execute("SELECT seq FROM sqlite_sequence WHERE name = %s", [table])
        found = cursor.fetchone()
    return (found[0] or None) if found else None


def give_out_after(model: type[models.Model], key: int | None) -> None:
    """Let the next row of a table have a higher key than that."""
    if not key or model._meta.pk is None:
        return
    table, column = model._meta.db_table, model._meta.pk.column
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT setval(pg_get_serial_sequence(%s, %s)::regclass, %s)",
                [connection.ops.quote_name(table), column, key],
            )
        else:
            cursor.execute("DELETE FROM sqlite_sequence WHERE name = %s", [table])
            cursor.execute("INSERT INTO sqlite_sequence (name, seq) VALUES (%s, %s)", [table, key])


@dataclass(frozen=True)
class Register:
    """The register of publications, reckoned anew from its rows."""

    head: Head | None
    found: Break | None


def read_register(apps: Apps) -> Register:
    """Reckon the chain with the models of a state; of one without a register there is nothing to say."""
    try:
        model = apps.get_model("publications", "Publication")
    except LookupError:
        return Register(None, None)
    head: Head | None = None

    def entries() -> Iterator[Entry]:
        nonlocal head
        for row in model._base_manager.order_by("number").iterator(chunk_size=AT_ONCE):
            head = Head(row.number, row.hash)
            # The reading of an entry belongs to the model of today, the row to that of the state.
            yield Publication.sealed(row)

    with closing(entries()) as read:  # type: ignore[type-var]
        found = first_break(read)
        for _ in read:
            pass  # to the last entry: behind a break there is a head too
    return Register(head, found)
