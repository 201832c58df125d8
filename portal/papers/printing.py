"""A long paper as it goes from hand to hand: begun by one worker, kept as a file, handed out, forgotten.

None of this is an act of the municipality: nothing that it says changes, so nothing stands in the journal,
and its pages stay as they are.
"""

from __future__ import annotations

import datetime
import hashlib
import io
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

from django.core.files import File
from django.db.models import F, Q
from django.http import FileResponse
from django.utils import timezone
from django_tasks import TaskResultStatus
from django_tasks_db.models import DBTaskResult

from portal.papers.models import ALIVE, MOST_ATTEMPTS, Printing, Worker
from portal.pdf.responses import disposition

KEPT = datetime.timedelta(days=7)
FAILED_KEPT = datetime.timedelta(days=1)
SILENT_KEPT = datetime.timedelta(days=1)
"""How long a worker that says nothing more is listed."""
_DOING_LENGTH = 300


class TakenFromUsError(BaseException):
    """Another worker has the paper: this one was silent for too long. Nothing that makes it may go on."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A paper in the hands of one worker, which writes nothing more of it once another has taken it up."""

    pk: int
    started_at: datetime.datetime
    """What tells this worker's turn from the turn of any other."""

    def write(self, **values: Any) -> bool:
        """Change the row while it is ours; whether it was."""
        mine = Printing.objects.filter(pk=self.pk, started_at=self.started_at, finished_at=None)
        return bool(mine.update(**values))


def begin(pk: int) -> Claim | None:
    """Take a paper that nobody is making. ``None`` where it is made, given up, or in other hands."""
    now = timezone.now()
    free = Q(beat_at=None) | Q(beat_at__lt=now - ALIVE)
    rows = Printing.objects.filter(free, pk=pk, finished_at=None, attempts__lt=MOST_ATTEMPTS)
    begun = rows.update(started_at=now, beat_at=now, attempts=F("attempts") + 1, done=0, of=0, doing="")
    return Claim(pk, now) if begun else None


def advance(claim: Claim, done: int, of: int, doing: str) -> None:
    """Say how far it is. Raises :class:`TakenFromUsError`."""
    told = {"done": done, "of": of, "doing": doing[:_DOING_LENGTH], "beat_at": timezone.now()}
    if not claim.write(**told):
        raise TakenFromUsError


def hand_back(claim: Claim) -> None:
    """Leave it to the next worker, as if nobody had begun."""
    claim.write(started_at=None, beat_at=None, attempts=F("attempts") - 1, done=0, of=0, doing="")


def fail(claim: Claim, failure: str) -> None:
    """It cannot be made; ``failure`` is a key of ``portal.papers.rules.FAILURES``."""
    claim.write(failure=failure, finished_at=timezone.now())


def finish(claim: Claim, content: bytes | Path) -> None:
    """Keep the file by its content. It is read in pieces, and a temporary one is gone afterwards."""
    with _opened(content) as source:
        printing = Printing(sha256=hashlib.file_digest(source, "sha256").hexdigest())
        printing.size = source.seek(0, os.SEEK_END)
        printing.file.save("paper", File(source), save=False)
    claim.write(
        file=printing.file.name,
        sha256=printing.sha256,
        size=printing.size,
        done=F("of"),
        doing="",
        finished_at=timezone.now(),
    )


@contextmanager
def _opened(content: bytes | Path) -> Iterator[io.BytesIO | io.BufferedReader]:
    if isinstance(content, bytes):
        yield io.BytesIO(content)
        return
    try:
        with content.open("rb") as file:
            yield file
    finally:
        content.unlink(missing_ok=True)


def is_on_disk(printing: Printing) -> bool:
    """Whether the file of a finished printing is still there."""
    name = printing.file.name
    return bool(name and printing.file.storage.exists(name))


def printed_response(printing: Printing) -> FileResponse:
    """The file of a finished printing. The caller has checked the right to it.

    Raises:
        FileNotFoundError: the disk has lost it.
    """
    response = FileResponse(printing.file.open("rb"), content_type=printing.content_type)
    response["Content-Disposition"] = disposition(
        printing.content_type, printing.filename, printing.ascii_filename
    )
    response["X-Content-Type-Options"] = "nosniff"
    return response


def forget() -> str:
    """Remove what nobody comes back for: papers after a week, failures after a day, silent workers.

    Their files go with ``portal.files.sweep``, once no row points to them.
    """
    now = timezone.now()
    old = Q(finished_at__lt=now - KEPT) | Q(finished_at=None, asked_at__lt=now - KEPT)
    failed = ~Q(failure="") & Q(finished_at__lt=now - FAILED_KEPT)
    papers = Printing.objects.filter(old | failed).delete()[0]
    Worker.objects.filter(beat_at__lt=now - SILENT_KEPT).delete()
    tasks = DBTaskResult.objects.exclude(status=cast(str, TaskResultStatus.READY))
    tasks.filter(enqueued_at__lt=now - KEPT).delete()
    return f"{papers} long papers forgotten"
