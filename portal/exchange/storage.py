"""Where a file waits between its preview and its import."""

from __future__ import annotations

import datetime
from typing import Any

from django.utils import timezone
from import_export.tmp_storages import MediaStorage

KEPT = datetime.timedelta(days=1)


class WaitingFile(MediaStorage):
    """A file in the private storage under a name that cannot be guessed; forgotten after a day."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.MEDIA_FOLDER = "imports"

    def save(self, data: bytes) -> None:
        self._forget_old_ones()
        super().save(data)

    def _forget_old_ones(self) -> None:
        if not self._storage.exists(self.MEDIA_FOLDER):
            return
        for name in self._storage.listdir(self.MEDIA_FOLDER)[1]:
            path = f"{self.MEDIA_FOLDER}/{name}"
            if self._storage.get_modified_time(path) < timezone.now() - KEPT:
                self._storage.delete(path)
