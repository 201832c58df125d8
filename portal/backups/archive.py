"""A backup as it lies on the disk: a directory that ``sha256sum -c SHA256SUMS`` can check without the portal.

::

    musharaka-20270331T021500Z/
        manifest.json             what there is, and how much of it
        tables/audit.entry.jsonl.gz    a row a line
        files.jsonl               each stored file with its size and SHA-256
        files/3f/3fa9…            its bytes, under their SHA-256
        SHA256SUMS                of everything above; written last

A directory that is not finished has another name, so what bears this one is whole, or was damaged since.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import re
import zlib
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from portal.backups.contents import BackupError

FORMAT = "musharaka-backup-1"
MANIFEST, FILES, SUMS = "manifest.json", "files.jsonl", "SHA256SUMS"
NAME = re.compile(r"musharaka-\d{8}T\d{6}Z(-\d+)?")
BLOCK = 1024 * 1024
_LINE = re.compile(r"([0-9a-f]{64})  (\S.*)")


@dataclass(frozen=True)
class Table:
    """What a backup holds of a table."""

    rows: int
    fingerprint: str
    """Of the rows, whatever their order: :class:`portal.backups.contents.Sum`."""
    last_key: int | None


@dataclass(frozen=True)
class Manifest:
    """What a backup says of itself."""

    made_at: str
    database: str
    state: list[tuple[str, str]]
    """Of the migrations: :func:`portal.backups.contents.applied_state`."""
    tables: dict[str, Table]
    files: int
    file_bytes: int
    head: str
    """Of the register of publications, as ``NUMBER:SEAL``; empty where nothing was published."""
    problems: list[str] = field(default_factory=list)
    """What was damaged in the portal itself when the backup was made."""
    format: str = FORMAT

    def written(self) -> str:
        return json.dumps(asdict(self), ensure_ascii=False, indent=1, sort_keys=True)


@dataclass(frozen=True)
class StoredFile:
    """One file of the portal's storage."""

    name: str
    size: int
    sha256: str


@dataclass(frozen=True)
class Archive:
    """A finished backup, every byte of which was found to be what was written."""

    path: Path
    manifest: Manifest
    fingerprint: str
    """The SHA-256 of its sums: whoever keeps it elsewhere can see that the whole was exchanged."""

    def lines(self, label: str) -> Iterator[str]:
        """The rows of a table, as they were written."""
        with gzip.open(self.path / table_part(label), "rt", encoding="utf-8") as part:
            for line in part:
                yield line.rstrip("\n")

    def files(self) -> Iterator[StoredFile]:
        """The stored files by name."""
        with (self.path / FILES).open(encoding="utf-8") as listed:
            for line in listed:
                yield StoredFile(**json.loads(line))


def table_part(label: str) -> str:
    """Where the rows of a table are, e.g. of ``audit.entry``."""
    return f"tables/{label}.jsonl.gz"


def file_part(sha256: str) -> str:
    """Where the bytes of a file are."""
    return f"files/{sha256[:2]}/{sha256}"


def sha256_of(path: Path) -> str:
    with path.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def finished_in(place: Path) -> list[Path]:
    """The finished backups of a directory, the newest first."""
    found = (path for path in place.iterdir() if NAME.fullmatch(path.name) and path.is_dir())
    return sorted(found, key=lambda path: path.name, reverse=True)


def find(place: Path) -> Path:
    """The backup that somebody means by a directory: itself, or the newest one in it."""
    if not place.is_dir():
        raise BackupError(f"There is no directory {place}.")
    if (place / SUMS).exists() or (place / MANIFEST).exists():
        return place
    finished = finished_in(place)
    if not finished:
        raise BackupError(f"There is no finished backup in {place}.")
    return finished[0]


def read_archive(path: Path, *, fingerprint: str = "") -> Archive:
    """Read a backup and reckon every sum in it. Raises ``BackupError`` that names what is wrong.

    Args:
        fingerprint: of the backup, as it was printed when it was made; empty where nobody kept it.
    """
    try:
        sums = _read_sums(path)
        wrong = [said for part, known in sums.items() if (said := _wrong(path, part, known))]
        if wrong:
            raise BackupError(_several("This backup is damaged, nothing was restored", wrong))
        manifest = _read_manifest(path)
        archive = Archive(path, manifest, sha256_of(path / SUMS))
        absent = [part for part in _expected(archive) if part not in sums]
    except (OSError, ValueError, KeyError, TypeError, zlib.error) as error:
        raise BackupError(f"This backup cannot be read: {error}") from error
    if absent:
        raise BackupError(_several(f"{SUMS} of this backup is not whole: it lacks", absent))
    if fingerprint and fingerprint.lower() != archive.fingerprint:
        raise BackupError(f"This backup is another one: its fingerprint is {archive.fingerprint}.")
    return archive


def _read_sums(path: Path) -> dict[str, str]:
    if not (path / SUMS).is_file():
        raise BackupError(f"{path} is no finished backup: {SUMS} is missing.")
    sums, text = {}, (path / SUMS).read_text(encoding="utf-8")
    if not text.endswith("\n"):
        raise BackupError(f"{SUMS} of this backup is not whole: it ends within a line.")
    for number, line in enumerate(text.splitlines(), 1):
        found = _LINE.fullmatch(line)
        if found is None or ".." in Path(found[2]).parts or Path(found[2]).is_absolute():
            raise BackupError(f"{SUMS} of this backup cannot be read in line {number}.")
        sums[found[2]] = found[1]
    if MANIFEST not in sums:
        raise BackupError(_several(f"{SUMS} of this backup is not whole: it lacks", [MANIFEST]))
    return sums


def _wrong(path: Path, part: str, known: str) -> str:
    try:
        return "" if sha256_of(path / part) == known else f"{part} is not what was written"
    except FileNotFoundError:
        return f"{part} is missing"
    except OSError as error:
        return f"{part} cannot be read ({os.strerror(error.errno or 0)})"


def _read_manifest(path: Path) -> Manifest:
    read: dict[str, Any] = json.loads((path / MANIFEST).read_text(encoding="utf-8"))
    if read.get("format") != FORMAT:
        raise BackupError(f"This backup has a format that this portal does not know: {read.get('format')}.")
    tables = {label: Table(**table) for label, table in read.pop("tables").items()}
    state = [(app, name) for app, name in read.pop("state")]
    return Manifest(**read, tables=tables, state=state)


def _expected(archive: Archive) -> Iterator[str]:
    yield FILES
    yield from map(table_part, archive.manifest.tables)
    yield from (file_part(file.sha256) for file in archive.files())


def _several(said: str, what: list[str], most: int = 5) -> str:
    more = f" and {len(what) - most} more" if len(what) > most else ""
    return f"{said}: {', '.join(what[:most])}{more}."
