"""Run by ``test_uploads`` in a process of its own: uploads that are killed at any moment.

Takes the seed, how many are killed, and what is broken on purpose, if anything is. Each upload runs in a
child of its own, which a signal 9 ends at the n-th call that the interpreter makes, Python's or C's: before
and after each writing, syncing, renaming, and each statement of the database. Writes as JSON how many
uploads were killed, how many files were whole, and what was wrong.
"""

from __future__ import annotations

import hashlib
import json
import os
import random
import signal
import sys
import time
from pathlib import Path

import django


def main(seed: int, kills: int, twin: str) -> None:
    django.setup()
    if twin:
        break_on_purpose()
    upload(-1)  # once here, so that no child spends its time on loading the program
    last = in_child(lambda: upload(0))
    killed = 0
    for number, at in enumerate(moments(seed, last, kills), start=1):
        killed += in_child(lambda number=number, at=at: upload(number, kill_at=at)) == -signal.SIGKILL
    finished = in_child(lambda: upload(kills + 1))
    found = {"calls": last, "killed": killed, "last": finished, **state()}
    sys.stdout.write(json.dumps(found))


def moments(seed: int, last: int, kills: int) -> list[int]:
    """At which call each upload is killed: some anywhere, some near the end, some about where the rows come.

    They come within the last twentieth, which is walked through evenly: so some have their rows and some
    have not, whatever is added to an upload before.
    """
    chance = random.Random(seed)
    about = last // 20
    walked = kills // 3
    anywhere = [chance.randrange(last) for _ in range(kills // 3)]
    end = [last - about * (2 * number + 1) // (2 * walked) for number in range(walked)]
    late = [chance.randrange(last * 3 // 4, last) for _ in range(kills - len(anywhere) - walked)]
    return anywhere + late + end


def break_on_purpose() -> None:
    """Rows are written before their files, and files into their places piece by piece."""
    from django.conf import settings

    from portal.files.rows import stored_path
    from programs.models import SupportingDocument
    from programs.views import evidence

    def attach(*, document, uploads, is_public, actor):
        rows = []
        for checked in uploads:
            row = SupportingDocument(
                expected_document=document,
                name=checked.name,
                size=checked.size,
                content_type=checked.content_type,
                sha256=checked.sha256,
            )
            row.FOLDER = "evidence"
            row.file.name = stored_path(row, checked.name)
            row.save()
            place = Path(settings.MEDIA_ROOT, row.file.name)
            place.parent.mkdir(parents=True, exist_ok=True)
            with place.open("wb", buffering=0) as out:
                for piece in checked.as_file().chunks(1000):
                    out.write(piece)
            rows.append(row)
        return rows

    evidence.attach_files = attach


def in_child(act) -> int:
    """Run an act in a child; return what it returns, or the signal that ended it, as a negative number."""
    from django.db import connections

    connections.close_all()
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        result = act()
        os.write(writing, str(result).encode())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as answer:
        said = answer.read()
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    return int(said) if status == 0 else status


def upload(number: int, kill_at: int = -1) -> int:
    """Hand two files in by the form; return how many calls that took."""
    from django.core.files.uploadedfile import SimpleUploadedFile
    from django.test import Client

    from portal.accounts.models import User
    from programs.models import ExpectedDocument

    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(User.objects.get())
    document = ExpectedDocument.objects.get()
    files = [SimpleUploadedFile(f"{number}-{part}.pdf", content(number, part)) for part in (1, 2)]
    calls = 0

    def count(frame, event, argument) -> None:
        nonlocal calls
        if calls == kill_at:
            os.kill(os.getpid(), signal.SIGKILL)
        calls += 1

    sys.setprofile(count)
    response = client.post(f"/ar/m/nefta/staff/documents/{document.pk}/files/", {"uploads": files})
    sys.setprofile(None)
    assert response.status_code == 302, response.status_code
    return calls


def content(number: int, part: int) -> bytes:
    return b"%PDF-1.4\n" + f"{number} {part} ".encode() * 40_000


def state() -> dict:
    """What the killed uploads left, before and after the sweep."""
    from django.conf import settings

    from portal.files.sweep import KEPT, sweep
    from programs.models import SupportingDocument

    rows = list(SupportingDocument.objects.all())
    halves = [row.name for row in rows if sum(row.name[:-5] == other.name[:-5] for other in rows) != 2]
    files = [path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()]
    before = time.time() - KEPT.total_seconds() - 60
    for path in files:
        os.utime(path, (before, before))
    sweep()
    left = {str(path.relative_to(settings.MEDIA_ROOT)) for path in files if path.exists()}
    names = {row.file.name for row in rows}
    return {
        "rows": len(rows),
        "files": len(files),
        "broken": [row.name for row in rows if row.file.name in left and not _is_whole(row)],
        "halves": halves,
        "without a row": sorted(left - names),
        "without a file": sorted(names - left),
    }


def _is_whole(row) -> bool:
    with row.file.open("rb") as stored:
        return hashlib.sha256(stored.read()).hexdigest() == row.sha256


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]), sys.argv[3])
