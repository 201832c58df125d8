"""Private storage: what people upload has no address of its own, and is whole or not there."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

from django.core.files import locks
from django.core.files.base import File
from django.core.files.storage import FileSystemStorage

INCOMING = "incoming"
"""Where a file is written before it takes its place; what is left there was never finished."""
# A name that is made of the content's fingerprint; before names were shared a copy had a few letters more.
BY_CONTENT = re.compile(r"\w+/(?P<start>[0-9a-f]{2})/(?P=start)[0-9a-f]{62}(_\w{7})?")


class PrivateStorage(FileSystemStorage):
    """Files under ``MEDIA_ROOT`` that only a view with a permission check may serve.

    A file named after its content is stored once, however many rows point to it; it is removed by
    :mod:`portal.files.sweep` alone, when no row does.
    """

    def url(self, name: str | None) -> NoReturn:
        raise ValueError("Uploaded files are served by a view that checks the right to them.")

    def get_available_name(self, name: str, max_length: int | None = None) -> str:
        """Return the name itself where it tells the content: the same name is the same file."""
        return name if BY_CONTENT.fullmatch(name) else super().get_available_name(name, max_length)

    def delete(self, name: str) -> None:
        """Remove a file; one named after its content stays, as another row may just now point to it."""
        if not BY_CONTENT.fullmatch(name):
            super().delete(name)

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Hold files in their places: nobody else puts one there or sweeps one away meanwhile."""
        root = os.open(self._room(""), os.O_RDONLY)
        try:
            locks.lock(root, locks.LOCK_EX)
            yield
        finally:
            os.close(root)  # which gives the lock back

    def _save(self, name: str, content: File) -> str:
        """Write the whole file elsewhere, on to the disk, and only then put it in its place.

        Where the same content is there already its file is replaced by an equal one, so that its age is
        that of its newest use.
        """
        target = Path(self.path(name))
        handle, written = tempfile.mkstemp(dir=self._room(INCOMING))
        try:
            with os.fdopen(handle, "wb") as out:
                for chunk in content.chunks():
                    out.write(chunk)
                if self.file_permissions_mode is not None:
                    os.fchmod(out.fileno(), self.file_permissions_mode)
                out.flush()
                os.fsync(out.fileno())
            self._room(Path(name).parent)
            with self.turn():
                Path(written).replace(target)
                _to_disk(target.parent)
        except BaseException:
            Path(written).unlink(missing_ok=True)
            raise
        return name

    def _room(self, name: str | Path) -> Path:
        """The directory of that name, which exists from now on, even after a power cut."""
        room = Path(self.base_location, name)
        missing = [room, *room.parents]
        missing = missing[: next(place for place, directory in enumerate(missing) if directory.exists())]
        for directory in reversed(missing):
            directory.mkdir(mode=self.directory_permissions_mode or 0o777, exist_ok=True)
            _to_disk(directory.parent)
        return room


def _to_disk(directory: Path) -> None:
    """Make the directory's own entries outlive a power cut."""
    handle = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
