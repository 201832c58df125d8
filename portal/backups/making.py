"""Making a backup while the portal runs."""

from __future__ import annotations

import datetime
import errno
import fcntl
import gzip
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from django.core.files.storage import storages
from django.db import connection, models
from django.utils import timezone

from portal.backups.archive import (
    BLOCK,
    FILES,
    MANIFEST,
    SUMS,
    Manifest,
    StoredFile,
    Table,
    file_part,
    finished_in,
    sha256_of,
    table_part,
)
from portal.backups.contents import (
    BackupError,
    Node,
    Register,
    Sum,
    applied_state,
    kept_models,
    last_key,
    line_of,
    models_of,
    read_register,
    rows_of,
)
from portal.backups.snapshot import snapshot

UNFINISHED = ".unfinished"
SPARE_BYTES = 50 * 1024 * 1024
"""What has to be free beyond the files themselves before anything is copied."""


@dataclass
class Made:
    """A finished backup."""

    path: Path
    manifest: Manifest
    fingerprint: str
    removed: list[str] = field(default_factory=list)
    """The names of older ones that made room."""


@dataclass
class Read:
    """What was read from the database at one moment, and lies in the unfinished backup."""

    state: list[Node]
    tables: dict[str, Table]
    names: dict[str, str]
    """The stored files, each with the SHA-256 that its row tells; empty where it tells none."""
    register: Register
    made_at: datetime.datetime


def make_backup(place: Path, *, keep: int | None = None) -> Made:
    """Write a backup into a directory; return what it holds. Raises ``BackupError``.

    The database is read as it was at one moment, and then the files to which it points: a file is there
    before its row and stays a day longer (:mod:`portal.files.sweep`). Where one is gone all the same, a row
    was deleted meanwhile: then all is read once more. What is missing even then was damaged before, and is
    told: such a backup is better than none.

    Args:
        keep: how many finished backups stay there, this one included; all of them where it is ``None``.
            None is removed for one that tells of damage.
    """
    try:
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
        with _alone_in(place):
            previous = next(iter(finished_in(place)), None)
            found = _gather(place, previous)
            if found.problems:
                found = _gather(place, previous)
            made = _finish(place, found)
            if keep and not made.manifest.problems:
                made.removed = _make_room(place, keep)
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise BackupError(f"There is no room left in {place}: no backup was made.") from error
        raise BackupError(f"No backup was made: {error}.") from error
    return made


@contextmanager
def _alone_in(place: Path) -> Iterator[None]:
    """One backup at a time in a directory; what an earlier one left unfinished goes."""
    handle = os.open(place, os.O_RDONLY)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise BackupError(f"Another backup is being made in {place}.") from error
        shutil.rmtree(place / UNFINISHED, ignore_errors=True)
        yield
    finally:
        shutil.rmtree(place / UNFINISHED, ignore_errors=True)
        os.close(handle)


@dataclass
class Gathered:
    """What lies in an unfinished backup."""

    read: Read
    files: list[StoredFile]
    problems: list[str]


def _gather(place: Path, previous: Path | None) -> Gathered:
    """Write all parts of a backup, from the beginning."""
    unfinished = place / UNFINISHED
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(mode=0o700)
    (unfinished / "tables").mkdir()
    with snapshot():
        read = _read_database(unfinished)
    _ask_for_room(place, read, previous)
    files, problems = _keep_files(unfinished, read.names, previous)
    if read.register.found:
        problems.append(f"The register is broken: {read.register.found.text}")
    return Gathered(read, files, problems)


def _read_database(unfinished: Path) -> Read:
    state, made_at = applied_state(), timezone.now()
    apps = models_of(state)
    tables: dict[str, Table] = {}
    names: dict[str, str] = {}
    for model in kept_models(apps):
        tables[model._meta.label_lower] = _keep_rows(unfinished, model)
        names.update(_names_in(model))
    return Read(state, tables, names, read_register(apps), made_at)


def _keep_rows(unfinished: Path, model: type[models.Model]) -> Table:
    found = Sum()
    with (unfinished / table_part(model._meta.label_lower)).open("wb") as part:
        # Without the moment in its head, so that equal rows are equal bytes.
        with gzip.GzipFile(fileobj=part, mode="wb", compresslevel=6, mtime=0, filename="") as packed:
            for row in rows_of(model):
                line = line_of(row)
                found.add(line)
                packed.write(f"{line}\n".encode())
        _to_disk(part)
    return Table(found.rows, found.fingerprint, last_key(model))


def _names_in(model: type[models.Model]) -> Iterator[tuple[str, str]]:
    columns = {column.name for column in model._meta.local_concrete_fields}
    for column in model._meta.local_concrete_fields:
        if isinstance(column, models.FileField):
            wanted = [column.name, *(["sha256"] if "sha256" in columns else [])]
            for name, *sha256 in model._base_manager.values_list(*wanted).iterator():
                if name:
                    yield name, (sha256 or [""])[0]


def _ask_for_room(place: Path, read: Read, previous: Path | None) -> None:
    """Refuse before anything is copied where the files cannot find room; what is linked needs none."""
    needed = SPARE_BYTES
    for name, known in read.names.items():
        path = Path(storages["default"].path(name))
        if path.exists() and not (previous and known and (previous / file_part(known)).exists()):
            needed += path.stat().st_size
    free = shutil.disk_usage(place).free
    if free < needed:
        raise BackupError(
            f"There is not enough room in {place}: {needed // 2**20} MiB are needed,"
            f" {free // 2**20} MiB are free."
        )


def _keep_files(
    unfinished: Path, names: dict[str, str], previous: Path | None
) -> tuple[list[StoredFile], list[str]]:
    kept, problems = [], []
    for name, known in sorted(names.items()):
        source = Path(storages["default"].path(name))
        try:
            file = _keep_file(unfinished, source, name, known, previous)
        except FileNotFoundError:
            problems.append(f"The stored file {name} is missing.")
            continue
        kept.append(file)
        if known and file.sha256 != known:
            problems.append(f"The stored file {name} is not the one that was handed in.")
    return kept, problems


def _keep_file(unfinished: Path, source: Path, name: str, known: str, previous: Path | None) -> StoredFile:
    """Take a file over: as a second name of what the backup before holds, else as a copy."""
    before = previous / file_part(known) if previous and known else None
    if before and before.exists() and sha256_of(source) == known == sha256_of(before):
        target = unfinished / file_part(known)
        target.parent.mkdir(parents=True, exist_ok=True)
        if not target.exists() and not _linked(before, target):
            _copy(before, target)
        return StoredFile(name, target.stat().st_size, known)
    coming = unfinished / "coming"
    _copy(source, coming)
    sha256 = sha256_of(coming)
    target = unfinished / file_part(sha256)
    target.parent.mkdir(parents=True, exist_ok=True)
    coming.replace(target)
    return StoredFile(name, target.stat().st_size, sha256)


def _linked(before: Path, target: Path) -> bool:
    try:
        target.hardlink_to(before)
    except OSError:  # A file system without second names, or with too many of them.
        return False
    return True


def _copy(source: Path, target: Path) -> None:
    with source.open("rb") as reading, target.open("wb") as writing:
        shutil.copyfileobj(reading, writing, BLOCK)
        _to_disk(writing)


def _to_disk(writing: object) -> None:
    writing.flush()  # type: ignore[attr-defined]
    os.fsync(writing.fileno())  # type: ignore[attr-defined]


def _manifest(found: Gathered) -> Manifest:
    read, head = found.read, found.read.register.head
    return Manifest(
        made_at=read.made_at.isoformat(timespec="seconds"),
        database=connection.vendor,
        state=read.state,
        tables=read.tables,
        files=len(found.files),
        file_bytes=sum(file.size for file in found.files),
        head=f"{head.number}:{head.hash}" if head else "",
        problems=found.problems,
    )


def _finish(place: Path, found: Gathered) -> Made:
    """Write what the backup says of itself, and only then give it its name."""
    manifest, unfinished = _manifest(found), place / UNFINISHED
    rows = (json.dumps(vars(file), ensure_ascii=False, sort_keys=True) for file in found.files)
    _write(unfinished / FILES, "".join(f"{row}\n" for row in rows))
    _write(unfinished / MANIFEST, manifest.written())
    sums = {FILES: sha256_of(unfinished / FILES), MANIFEST: sha256_of(unfinished / MANIFEST)}
    for label in manifest.tables:
        sums[table_part(label)] = sha256_of(unfinished / table_part(label))
    sums |= {file_part(file.sha256): file.sha256 for file in found.files}
    _write(unfinished / SUMS, "".join(f"{sha256}  {part}\n" for part, sha256 in sorted(sums.items())))
    path = _free_name(place, manifest)
    os.sync()
    unfinished.replace(path)
    os.sync()
    return Made(path, manifest, sha256_of(path / SUMS))


def _write(path: Path, text: str) -> None:
    with path.open("wb") as writing:
        writing.write(text.encode())
        _to_disk(writing)


def _free_name(place: Path, manifest: Manifest) -> Path:
    moment = datetime.datetime.fromisoformat(manifest.made_at)
    name = f"musharaka-{moment:%Y%m%dT%H%M%SZ}"
    path, number = place / name, 1
    while path.exists():
        number += 1
        path = place / f"{name}-{number}"
    return path


def _make_room(place: Path, keep: int) -> list[str]:
    too_old = finished_in(place)[keep:]
    for path in too_old:
        # First without its name, so that one that is half removed is not taken for a finished one.
        going = path.rename(place / UNFINISHED)
        shutil.rmtree(going)
    return [path.name for path in too_old]
