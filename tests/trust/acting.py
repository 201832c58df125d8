"""Run by ``test_register`` in a process of its own: six people who change and publish, and are killed.

``acting.py write ACTS KILLS`` has six processes act until so many acts were acknowledged, and ends one of
them by signal 9 again and again; it writes as JSON which acts were acknowledged. ``acting.py read`` looks
through what is stored. Both write one line of JSON. ``acting.py upload`` hands in files without end, and says
the fingerprint of each once it is stored.
"""

from __future__ import annotations

import json
import os
import random
import select
import signal
import sys
import time
from collections import Counter
from typing import Any, NoReturn

import django

WRITERS = 6


def main(command: str, *arguments: str) -> None:
    django.setup()
    if command == "upload":
        upload()
    if command == "write":
        done: Any = write(*map(int, arguments))
    else:
        done = read(), read_after_a_silent_change()
    sys.stdout.write(json.dumps(done) + "\n")


def write(acts: int, kills: int) -> dict[str, Any]:
    """Have people act; the parent alone counts, so what it counts was committed before it was told."""
    chance = random.Random(2026)
    writers = dict(begin(seed) for seed in range(WRITERS))
    told: list[str] = []
    killed, seed, rest = 0, WRITERS, dict.fromkeys(writers, "")
    while len(told) < acts or killed < kills:
        ready, _, _ = select.select(list(writers), [], [], 60)
        assert ready, "nobody acts any more"
        for reading in ready:
            lines = (rest[reading] + os.read(reading, 65536).decode()).split("\n")
            rest[reading] = lines.pop()
            told += lines
        if killed < kills and len(told) >= (killed + 1) * acts // (kills + 1):
            chosen = chance.choice(list(writers))
            end(chosen, writers.pop(chosen), told, rest.pop(chosen))
            killed += 1
            reading, child = begin(seed)
            writers[reading], rest[reading], seed = child, "", seed + 1
    for reading, child in writers.items():
        end(reading, child, told, rest[reading])
    return {"told": told, "killed": killed}


def begin(seed: int) -> tuple[int, int]:
    """Another person; what they acknowledge can be read at the descriptor."""
    from django.db import connections

    connections.close_all()
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        try:
            act(seed, writing)
        finally:
            os._exit(1)
    os.close(writing)
    return reading, child


def end(reading: int, child: int, told: list[str], rest: str) -> None:
    """Kill somebody; what they had said by then counts."""
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    with os.fdopen(reading) as said:
        told += (rest + said.read()).split("\n")[:-1]


def act(seed: int, writing: int) -> None:
    chance = random.Random(seed)
    turn = 0
    while True:
        turn += 1
        choice = chance.random()
        one = edit if choice < 0.7 else moderate if choice < 0.85 else publish
        said = one(chance, f"{seed}-{turn} كلام")
        if said:
            os.write(writing, f"{said}\n".encode())


def edit(chance: random.Random, text: str) -> str:
    from portal.editing.cells import Clash, Seen
    from programs.models import Task
    from programs.services.cells import save_task_cell

    tasks = Task.objects.select_related("phase__program__municipality")
    task = chance.choice(list(tasks))
    field, seen = "title_fr", Seen(task.version, task.title_fr)
    try:
        save_task_cell(
            program=task.phase.program, task_id=task.pk, field=field, value=text, seen=seen, actor=None
        )
    except Clash:
        return ""
    return f"edited {task.pk}"


def moderate(_chance: random.Random, text: str) -> str:
    from consultations import receipts
    from consultations.models import Consultation
    from consultations.services.contributions import Words, receive
    from consultations.services.moderation import publish_contributions

    consultation = Consultation.objects.select_related("municipality").get()
    words = Words(kind="comment", text=text)
    received = receive(
        consultation=consultation, words=words, code=receipts.new_code(), language="ar", marks=[]
    )
    publish_contributions(contributions=[received.contribution], actor=None)
    return f"moderated {received.contribution.pk}"


def publish(chance: random.Random, _text: str) -> str:
    from django.core.exceptions import ValidationError

    from programs.models import Program
    from programs.services.statuses import publish_anew

    program = chance.choice(list(Program.objects.select_related("municipality")))
    try:
        publication = publish_anew(program=program, actor=None)
    except ValidationError:
        return ""  # nothing has changed since
    return f"published {publication.number}:{publication.hash}"


def upload() -> NoReturn:
    from django.core.files.uploadedfile import SimpleUploadedFile

    from portal.files.uploads import check_upload
    from programs.models import ExpectedDocument
    from programs.services.evidence import attach_evidence

    number = 0
    while True:
        number += 1
        content = b"%PDF-1.4\n" + f"{number} ".encode() * 20_000 + b"\n%%EOF\n"
        file = attach_evidence(
            document=ExpectedDocument.objects.get(),
            upload=check_upload(SimpleUploadedFile(f"{number}.pdf", content)),
            is_public=False,
            actor=None,
        )
        sys.stdout.write(f"{file.sha256}\n")
        sys.stdout.flush()
        time.sleep(0.1)


def read() -> dict[str, Any]:
    """What is stored: where the register breaks, and every change that the journal does not tell."""
    from consultations.models import Contribution
    from portal.audit.models import Entry
    from portal.publications.chain import first_break
    from portal.publications.models import Publication
    from programs.models import Task

    publications = list(Publication.objects.order_by("number"))
    found = first_break(publication.sealed() for publication in publications)
    entries = list(Entry.objects.order_by("pk"))
    edited = [entry for entry in entries if entry.action == "task.edited"]
    edits = Counter(entry.object_id for entry in edited)
    # No task had a French title when they began.
    titles = {entry.object_id: entry.changes["title_fr"][1] for entry in edited}
    silent = [
        f"task {task.pk}"
        for task in Task.objects.all()
        if task.version - 1 != edits[str(task.pk)] or titles.get(str(task.pk), "") != task.title_fr
    ]
    let = Counter(entry.object_id for entry in entries if entry.action == "contribution.published")
    public = set(Contribution.objects.filter(status="published").values_list("pk", flat=True))
    silent += [f"contribution {pk}" for pk in public if let[str(pk)] != 1]
    entered = sum(entry.action == "program.published_anew" for entry in entries)
    if entered != len(publications):
        silent.append(f"{len(publications)} publications, {entered} of them in the journal")
    return {
        "break": found.text if found else "",
        "heads": [f"{publication.number}:{publication.hash}" for publication in publications],
        "edits": dict(edits),
        "public": sorted(public),
        "silent": silent,
        "entries": len(entries),
    }


def read_after_a_silent_change() -> dict[str, Any]:
    """The same where somebody changed a row and told nobody, which then is put right again."""
    from django.db import transaction

    from programs.models import Task

    with transaction.atomic():
        Task.objects.filter(pk=Task.objects.order_by("pk")[0].pk).update(title_fr="x")
        found = read()
        transaction.set_rollback(True)
    return found


if __name__ == "__main__":
    main(*sys.argv[1:])
