"""The journal and the register keep every act, and nobody changes what they hold without its being seen."""

from __future__ import annotations

import io
import json
import random
import subprocess
import sys
from collections import Counter

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction
from django.test import Client

from portal.papers.orders import Copy
from portal.publications import chain
from portal.publications.codes import code_of
from portal.publications.models import Publication
from portal.publications.register import head
from programs.models import Phase, Program, Task
from programs.published import content_of
from programs.services.statuses import publish
from tests import factories
from tests.consultations.participation import ConsultationFactory
from tests.portal.publications.registers import published
from tests.portal.publications.tampering import ENTRIES, TAMPERINGS, WORDS
from tests.portal.publications.test_certificate import printed
from tests.trust.serving import PROJECT, copied, environment

ACTING = str(PROJECT / "tests" / "trust" / "acting.py")


# --- under load ----------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_acts(trust, tmp_path):
    """Six people edit, moderate and publish, and are killed in the middle: no act without its entry."""
    check = trust(
        31,
        "The journal and the register under load",
        target="chain whole, no gap, every public change told; 10,000 acts of 6 writers, 50 kills",
    )
    acts, kills = trust.count(quick=120, full=10_000), trust.count(quick=5, full=50)
    _prepare()
    with copied(tmp_path) as database:
        env = environment(tmp_path, database)
        written = _ask(env, "write", str(acts), str(kills))
        found, changed = _ask(env, "read")
    told = written["told"]
    missing = _missing(told, found)
    check.catches("a change that nobody told", len(changed["silent"]) > len(found["silent"]))
    check.catches("an acknowledged act that is not there", _missing([*told, "published 1:0"], found) == 1)
    kinds = Counter(line.split()[0] for line in told)
    check.holds(
        not (missing or found["break"] or found["silent"]) and len(told) >= acts and min(kinds.values()) > 0,
        f"{missing} of {len(told)} acts lost, {len(found['silent'])} changes untold, chain of"
        f" {len(found['heads'])} {found['break'] or 'whole'}; {written['killed']} kills ({dict(kinds)})",
    )


def _prepare():
    towns = [factories.MunicipalityFactory(tunisian=True), factories.MunicipalityFactory(moroccan=True)]
    for number in range(6):
        program = factories.ProgramFactory(published=True, municipality=towns[number % 2], year=2022 + number)
        phase = factories.PhaseFactory(program=program)
        for _ in range(4):
            factories.TaskFactory(phase=phase, session_date=None)
    ConsultationFactory(open=True, municipality=towns[0])


def _ask(env, *arguments):
    done = subprocess.run(
        [sys.executable, ACTING, *arguments],
        env=env,
        cwd=PROJECT,
        capture_output=True,
        text=True,
        timeout=1800,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout.splitlines()[-1])


def _missing(told, found):
    """How many acts were acknowledged and are not stored."""
    edits = Counter(line.split()[1] for line in told if line.startswith("edited"))
    lost = sum(max(0, count - found["edits"].get(pk, 0)) for pk, count in edits.items())
    heads, public = set(found["heads"]), set(found["public"])
    for line in told:
        kind, what = line.split()
        lost += kind == "published" and what not in heads
        lost += kind == "moderated" and int(what) not in public
    return lost


# --- tampering -----------------------------------------------------------------------------------


@pytest.mark.django_db
def test_tampering(trust, nefta, kenitra, triggers_off):
    """Somebody past every guard changes entries of the register, and rows of a published program."""
    check = trust(31, "Tampering with register and rows", target="100 % seen with yesterday's head; 1,000")
    tries, chance = trust.count(quick=100, full=1000), random.Random(20_271_122)
    for number in range(ENTRIES - 1):
        published(nefta if number % 3 else kenitra, content={"year": 2000 + number})
    program = _published_program(nefta)
    kept, seen, quiet = f"{ENTRIES}:{head().hash}", 0, 0
    connection.check_constraints()
    with triggers_off():
        for turn in range(tries):
            with transaction.atomic():
                seen += _rows_differ(program, chance) if turn % 4 == 3 else _is_seen(turn, chance, kept)
                transaction.set_rollback(True)
        with transaction.atomic():
            # Without a head that was kept, nobody sees that everything was sealed anew.
            quiet = not _told(lambda: TAMPERINGS[-1](3, chance), [])
            transaction.set_rollback(True)
        connection.check_constraints()
    check.catches("a check without yesterday's head", bool(quiet))
    is_whole = _told(lambda: None, ["--head", kept]) == "" and not _differs(program)
    check.holds(
        seen == tries and is_whole and Publication.objects.count() == ENTRIES,
        f"{seen} of {tries} seen: {tries - tries // 4} in the register in {len(TAMPERINGS)} ways,"
        f" {tries // 4} in the rows; untouched it is whole",
    )


def _published_program(town):
    program = factories.ProgramFactory(municipality=town)
    for number in (1, 2, 3):
        factories.TaskFactory(phase__program=program, phase__number=number, session_date="2021-11-02")
    publish(program=program, actor=None)
    return Program.objects.get()


def _is_seen(turn, chance, kept):
    """Whether the break is told, at the right entry and in the right words."""
    expected = {}

    def tamper():
        expected["number"], expected["kind"] = TAMPERINGS[turn % len(TAMPERINGS)](
            chance.randint(1, ENTRIES), chance
        )

    told = _told(tamper, ["--head", kept])
    opening = f"The register is broken at entry {expected['number']}: "
    return told.startswith(opening) and WORDS[expected["kind"]] in told


def _told(tamper, options):
    """What the check of the register says is broken once somebody has tampered."""
    tamper()
    try:
        call_command("check_register", *options, stdout=io.StringIO())
    except CommandError as broken:
        return str(broken)
    return ""


def _rows_differ(program, chance):
    """Whether a row of a published program that was changed by hand is not what was published."""
    task = chance.choice(list(Task.objects.filter(phase__program=program)))
    change = chance.choice(
        [
            lambda: Task.objects.filter(pk=task.pk).update(title_ar="x"),
            lambda: Task.objects.filter(pk=task.pk).update(session_date="2021-12-24"),
            lambda: Task.objects.filter(pk=task.pk).update(done=True),
            lambda: Phase.objects.filter(pk=task.phase_id).update(title_ar="x"),
            lambda: Program.objects.filter(pk=program.pk).update(title_fr="x"),
            lambda: Task.objects.filter(pk=task.pk).delete(),
        ]
    )
    change()
    return _differs(program)


def _differs(program):
    newest = Publication.objects.of_object(program).order_by("-version").first()
    return chain.fingerprint(chain.canonical(content_of(program))) != newest.content_sha256


# --- a receipt proves inclusion ------------------------------------------------------------------


# A paper may take longer to print than PostgreSQL lets a transaction stand idle.
@pytest.mark.django_db(transaction=True)
def test_inclusion(trust, nefta, kenitra, tmp_path, capsys):
    """What a certificate prints leads to its entry, and its content and paper are in the chain, offline."""
    check = trust(
        32,
        "A certificate proves inclusion",
        target="1,000 certificates lead to their entry and verify offline; hashes match content and paper",
    )
    count, papers = trust.count(quick=100, full=1000), trust.count(quick=1, full=20)
    entries = [
        published((nefta, kenitra)[n % 2], content={"year": n}, title=f"رزنامة {n}") for n in range(count)
    ]
    kept, client = f"{count}:{entries[-1].hash}", Client()
    found = sum(_leads_to(client, entry) for entry in entries)
    saved = _save_entries(client, tmp_path)
    contents = [tmp_path / f"{entry.number}.json" for entry in entries]
    for path, entry in zip(contents, entries, strict=True):
        path.write_text(entry.content, encoding="utf-8")
    made = [_paper(tmp_path, entry) for entry in random.Random(7).sample(entries, papers)]
    files = [*_each("--content", contents), *_each("--file", made)]
    is_whole = chain.main([*saved, "--head", kept, *files]) == 0
    contents[0].write_text(entries[0].content + " ", encoding="utf-8")
    check.catches("a content that is not what was sealed", chain.main([*saved, *files]) == 1)
    check.catches("a code with another seal", not _leads_to(client, entries[1], other=entries[0]))
    check.holds(
        is_whole and found == count and "None" not in capsys.readouterr().out,
        f"{found} of {count} codes lead to their entry; {count} contents and {papers} papers found offline",
    )


def _leads_to(client, entry, other=None):
    """Whether the page of an entry's code shows that very entry's seal."""
    answer = client.get(f"/fr/verify/{code_of(other or entry)}/")
    return answer.status_code == 200 and entry.hash in answer.content.decode()


def _save_entries(client, directory):
    saved, after = [], 0
    while after is not None:
        path = directory / f"entries-{after}.json"
        path.write_bytes(client.get(f"/fr/publications/entries.json?after={after}").content)
        after = json.loads(path.read_text())["next"]
        saved.append(str(path))
    return saved


def _each(option, paths):
    return [part for path in paths for part in (option, str(path))]


def _paper(directory, entry):
    path = directory / f"{entry.number}.pdf"
    path.write_bytes(printed(entry, "fr", Copy.ARCHIVE))
    return path
