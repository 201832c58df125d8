"""Putting a backup back, into a portal that holds nothing yet."""

from __future__ import annotations

import os
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

from django.apps.registry import Apps
from django.conf import settings
from django.core.files.storage import storages
from django.core.management import call_command
from django.db import DatabaseError, connection, models, transaction
from django.db.migrations.executor import MigrationExecutor

from portal.backups.archive import BLOCK, Archive, StoredFile, Table, file_part, sha256_of
from portal.backups.contents import (
    MADE_BY_MIGRATE,
    BackupError,
    Sum,
    add_rows,
    applied_state,
    give_out_after,
    kept_models,
    line_of,
    models_of,
    read_register,
    rows_of,
)
from portal.backups.snapshot import without_limits

_MIGRATIONS = "django_migrations"
_FILLED_BY_MIGRATE = {_MIGRATIONS, "django_content_type", "auth_permission"}


@dataclass(frozen=True)
class Restored:
    """What was put back."""

    rows: int
    files: int
    head: str
    problems: list[str]
    """What was damaged in the portal when the backup was made, and is now as it was then."""


def restore(archive: Archive) -> Restored:
    """Put a backup back, all of it or nothing in the database. Raises ``BackupError``.

    Only into a portal without data. The tables are made as they were when the backup was made; once the rows
    are in and equal what was backed up, the migrations that came since are applied.
    """
    apps = models_of(archive.manifest.state)
    _refuse_other_tables(archive, apps)
    _prepare_tables(archive)
    _place_files(archive)
    try:
        with transaction.atomic(durable=True):
            without_limits()
            _load(archive, apps)
            _compare(archive, apps)
    except DatabaseError as error:
        raise BackupError(f"The database does not take the rows of this backup: {error}".strip()) from error
    call_command("migrate", verbosity=0)
    manifest = archive.manifest
    rows = sum(table.rows for table in manifest.tables.values())
    return Restored(rows, manifest.files, manifest.head, manifest.problems)


def _refuse_other_tables(archive: Archive, apps: Apps) -> None:
    labels = {model._meta.label_lower for model in kept_models(apps)}
    odd = sorted(labels ^ set(archive.manifest.tables))
    if odd:
        raise BackupError(f"This backup and this portal do not have the same tables: {', '.join(odd)}.")


def _prepare_tables(archive: Archive) -> None:
    """Make the tables as they were; refuse where there are rows, or tables of another version, already."""
    tables = set(connection.introspection.table_names())
    for table in sorted(tables - _FILLED_BY_MIGRATE):
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT 1 FROM {connection.ops.quote_name(table)} LIMIT 1")  # noqa: S608 - read above
            if cursor.fetchone():
                raise BackupError(
                    f"The database is not empty (there are rows in {table}): a backup is only restored into"
                    " an empty one. Nothing was changed."
                )
    if _MIGRATIONS in tables and (there := applied_state()) and there != sorted(archive.manifest.state):
        raise BackupError(
            "The tables of the database are those of another version than the backup's. Give an empty"
            " database without any tables: they are made here."
        )
    MigrationExecutor(connection).migrate(archive.manifest.state)


def _place_files(archive: Archive) -> None:
    """Put each file in its place; what lies there already has to be the very same."""
    storage = storages["default"]
    for file in archive.files():
        target = Path(storage.path(file.name))
        if not target.exists():
            _place(archive, file, target)
        elif sha256_of(target) != file.sha256:
            raise BackupError(
                f"In the place of {file.name} there is another file: a backup is only restored into a portal"
                " without files. The database was not changed."
            )


def _place(archive: Archive, file: StoredFile, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    handle, written = tempfile.mkstemp(dir=target.parent)
    try:
        with (
            os.fdopen(handle, "wb") as writing,
            (archive.path / file_part(file.sha256)).open("rb") as reading,
        ):
            shutil.copyfileobj(reading, writing, BLOCK)
            os.fchmod(writing.fileno(), settings.FILE_UPLOAD_PERMISSIONS)
            writing.flush()
            os.fsync(writing.fileno())
        Path(written).replace(target)
    except BaseException:
        Path(written).unlink(missing_ok=True)
        raise


def _load(archive: Archive, apps: Apps) -> None:
    """Write every row. The database itself looks at what points where once all are in."""
    for label in sorted(MADE_BY_MIGRATE, reverse=True):
        apps.get_model(label)._base_manager.all().delete()
    for model in kept_models(apps):
        label = model._meta.label_lower
        try:
            add_rows(model, archive.lines(label))
        except DatabaseError as error:
            raise BackupError(f"The database does not take the rows of {label}: {error}".strip()) from error
        give_out_after(model, archive.manifest.tables[label].last_key)


def _compare(archive: Archive, apps: Apps) -> None:
    """Read everything back: it has to be what was backed up, and the register has to be whole."""
    connection.check_constraints()
    for model in kept_models(apps):
        label = model._meta.label_lower
        if said := _difference(model, archive.manifest.tables[label]):
            raise BackupError(f"Nothing was restored: {label} {said}.")
    register = read_register(apps)
    head = f"{register.head.number}:{register.head.hash}" if register.head else ""
    if head != archive.manifest.head:
        raise BackupError(f"Nothing was restored: the head of the register is {head}.")
    if register.found and not archive.manifest.problems:
        raise BackupError(f"Nothing was restored: {register.found.text}")


def _difference(model: type[models.Model], table: Table) -> str:
    found = Sum()
    for row in rows_of(model):
        found.add(line_of(row))
    if found.rows != table.rows:
        return f"has {found.rows} rows instead of {table.rows}"
    return "" if found.fingerprint == table.fingerprint else "came out with other contents"
