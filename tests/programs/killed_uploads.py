"""Run by ``test_killed_uploads`` in a process of its own: uploads that are killed at fifty moments.

Takes the seed. Each upload runs in a child of its own, which a signal 9 ends at the n-th call that the
interpreter makes, Python's or C's: before and after each writing, syncing, renaming, and each statement of
the database. Writes as JSON how many uploads were killed, how many files were whole, and what was wrong.
"""

from __future__ import annotations

import hashlib
import json
import os
import random
import signal
import sys
import time

import django

KILLS = 50


def main(seed: int) -> None:
    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    make_cast()
    upload(-1)  # once here, so that no child spends its time on loading the program
    last = in_child(lambda: upload(0))
    moments = random.Random(seed)
    step = last / KILLS
    killed = 0
    for number in range(1, KILLS + 1):
        at = int(step * (number - 1) + moments.random() * step)
        killed += in_child(lambda number=number, at=at: upload(number, kill_at=at)) == -signal.SIGKILL
    finished = in_child(lambda: upload(KILLS + 1))
    found = {"calls": last, "killed": killed, "last": finished, **state()}
    sys.stdout.write(json.dumps(found))


def make_cast() -> None:
    from tests import factories

    town = factories.MunicipalityFactory(tunisian=True)
    factories.MembershipFactory(municipality=town)
    factories.ExpectedDocumentFactory(task__phase__program__municipality=town)


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

    client = Client(SERVER_NAME="localhost")
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
    from pathlib import Path

    from django.conf import settings

    from portal.files.sweep import KEPT, sweep
    from programs.models import SupportingDocument

    rows = list(SupportingDocument.objects.all())
    broken = [row.name for row in rows if hashlib.sha256(row.file.read()).hexdigest() != row.sha256]
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
        "broken": broken,
        "halves": halves,
        "without a row": sorted(left - names),
        "without a file": sorted(names - left),
    }


if __name__ == "__main__":
    main(int(sys.argv[1]))
