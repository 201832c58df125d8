"""Removing files that no row points to: of uploads that broke off, and of rows that were deleted."""

from __future__ import annotations

import datetime
import logging
import os
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import cast

from django.apps import apps
from django.core.files.storage import storages
from django.db import models
from django.utils import timezone

from portal.files.storage import BY_CONTENT, INCOMING, PrivateStorage

KEPT = datetime.timedelta(days=1)
"""How long a file may wait for its row: far longer than any request lasts."""

_AT_ONCE = 500

logger = logging.getLogger(__name__)


def sweep() -> str:
    """Remove what nothing points to and nobody has touched for a day; return how many files, in words.

    Files that this store did not name are left alone. Where no row at all points to a file nothing is
    removed: then it is more likely that the database is not the one to which these files belong.
    """
    storage = cast(PrivateStorage, storages["default"])
    before = (timezone.now() - KEPT).timestamp()
    removed = sum(_remove_unfinished(path, before) for path in _unfinished(storage))
    if any(_rows_with_files()):
        removed += sum(_remove_unneeded(storage, name, before) for name in _unneeded(storage, before))
    else:
        logger.warning("No row points to any stored file: nothing is swept but unfinished uploads.")
    return f"{removed} files removed"


def needed(names: Iterable[str]) -> set[str]:
    """Return those of the stored files to which a row of any table points."""
    return {
        name
        for model, field in _file_fields()
        for name in model._base_manager.filter(**{f"{field.name}__in": names}).values_list(
            field.name, flat=True
        )
    }


def _file_fields() -> Iterator[tuple[type[models.Model], models.FileField]]:
    for model in apps.get_models():
        for field in model._meta.local_fields:
            if isinstance(field, models.FileField):
                yield model, field


def _rows_with_files() -> Iterator[bool]:
    return (model._base_manager.exclude(**{field.name: ""}).exists() for model, field in _file_fields())


def _unfinished(storage: PrivateStorage) -> Iterator[Path]:
    room = Path(storage.path(INCOMING))
    return room.iterdir() if room.is_dir() else iter(())


def _stored(storage: PrivateStorage) -> Iterator[str]:
    """The names of the files that are named after their content."""
    root = Path(storage.path(""))
    for directory, _directories, files in os.walk(root):
        for file in files:
            name = Path(directory, file).relative_to(root).as_posix()
            if BY_CONTENT.fullmatch(name):
                yield name


def _is_old(path: Path, before: float) -> bool:
    try:
        return path.stat().st_mtime < before
    except FileNotFoundError:
        return False


def _remove_unfinished(path: Path, before: float) -> bool:
    if not _is_old(path, before):
        return False
    path.unlink(missing_ok=True)
    return True


def _unneeded(storage: PrivateStorage, before: float) -> Iterator[str]:
    """The old files without a row, asked for many at a time."""
    old = (name for name in _stored(storage) if _is_old(Path(storage.path(name)), before))
    while names := list(islice(old, _AT_ONCE)):
        yield from set(names) - needed(names)


def _remove_unneeded(storage: PrivateStorage, name: str, before: float) -> bool:
    path = Path(storage.path(name))
    with storage.turn():
        # Whoever stores the same content meanwhile makes the file young before they write their row.
        if not _is_old(path, before) or needed([name]):
            return False
        path.unlink(missing_ok=True)
    logger.info("Removed %s, to which no row points.", name)
    return True
