"""No file that is handed in hurts anybody: it is refused in words, or kept as something that does nothing."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections import Counter
from pathlib import Path

import pytest
from django.conf import settings as portal_settings
from django.core.cache import cache
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from django.urls import reverse

from portal.files import authors, quota, responses, uploads
from portal.files.uploads import ALLOWED, CheckedFile
from portal.meetings import services as meetings
from portal.meetings.models import MeetingFile
from portal.publications import verify
from programs.models import SupportingDocument
from programs.services import evidence
from tests import factories
from tests.portal.meetings.factories import MeetingFactory
from tests.threads import at_once, in_thread, shared_database  # noqa: F401 - one is a fixture
from tests.trust import hostile_files, signed_files
from tests.trust.serving import copied, environment
from tests.trust.upload_routes import hand_in, routes, wrong_with

PROJECT = Path(portal_settings.PROJECT_DIR)
pytestmark = [
    pytest.mark.django_db,
    pytest.mark.filterwarnings("ignore::UserWarning:PIL.*", "ignore:Duplicate name:UserWarning"),
]


@pytest.fixture
def desk(nefta, settings, monkeypatch):
    """Somebody of every role; what goes wrong becomes an answer, as in production."""
    user = factories.UserFactory()
    for role in ("editor", "publisher", "municipal_admin"):
        factories.MembershipFactory(user=user, municipality=nefta, role=role)
    monkeypatch.setattr(verify, "FILES_AN_HOUR", 10**6)
    client = Client(raise_request_exception=False)
    client.force_login(user)
    client.person = user
    return client


PICTURE = hostile_files.Hostile("sound", "صورة.jpg", hostile_files.picture("JPEG"))


# Hostile files


def _checked(file):
    """What the checker makes of a file: its type, or its sentence."""
    upload = SimpleUploadedFile("x", file.content)
    upload._name = file.name
    try:
        kept = uploads.check_upload(upload)
    except ValidationError as refusal:
        return "refused" if refusal.messages[0].strip() else "refused without a word"
    is_named = kept.name.isprintable() and len(kept.name) <= uploads.NAME_LENGTH and "/" not in kept.name
    return "kept" if kept.content_type in ALLOWED and is_named else f"kept as {kept.content_type}"


def _believing(upload):
    """A checker that believes the name."""
    kind = {"svg": "image/svg+xml", "html": "text/html"}.get(
        upload.name.rpartition(".")[2], "application/pdf"
    )
    return CheckedFile(upload.name, upload, kind, "ab" * 32)


def test_hostile_files(trust, desk, monkeypatch):
    """Each by the checker; by every form those of this run's scale."""
    check = trust(9, "Hostile files by every form", target="0 served active, 0 errors, all told; 300 files")
    files = hostile_files.all_files()
    found = Counter(map(_checked, files))
    ways = routes(desk, desk.person)
    sent = files if trust.is_full else hostile_files.a_few(30)
    wrong, kept = _through(desk, ways, sent, each=trust.is_full)
    # A form that refuses everything would prove nothing.
    taken = [wrong_with(desk, way, PICTURE) for way in ways if way.table]
    wrong += [why for is_kept, why in taken if why or not is_kept]
    is_right = set(found) == {"kept", "refused"} and not wrong and len(files) >= 300
    tried = len(sent) * (len(ways) if trust.is_full else 1)
    check.holds(
        is_right,
        f"{len(wrong)} wrong {wrong[:3]} of {tried} sent by {len(ways)} forms, {kept} kept;"
        f" {len(files)} to the checker: {found['refused']} refused, {found['kept']} kept",
    )
    check.catches("a checker that believes the name", _is_seen(desk, ways, monkeypatch, _believe))
    check.catches("a file shown in the page as it is", _is_seen(desk, ways, monkeypatch, _show))
    check.catches("a checker that fails", _is_seen(desk, ways, monkeypatch, _fail))


def _through(desk, ways, files, *, each):
    """Send files by every form, or by one form each in turn: what is wrong, and how many were kept."""
    wrong, kept = [], 0
    for number, file in enumerate(files):
        for way in ways if each else [ways[number % len(ways)]]:
            is_kept, why = wrong_with(desk, way, file)
            kept += is_kept
            if why:
                wrong.append(f"{way.name}: {file}: {why}")
    return wrong, kept


def _believe(patch):
    patch.setattr("portal.files.fields.check_upload", _believing)


def _show(patch):
    patch.setattr(responses, "SHOWN_IN_PAGE", tuple(ALLOWED))


def _fail(patch):
    def fail(content):
        raise RuntimeError

    patch.setattr(uploads, "_real_type", fail)


def _is_seen(desk, ways, monkeypatch, breaking):
    """Whether the same measuring sees what is broken on purpose."""
    files = [file for file in hostile_files.all_files() if file.name in ("a.html", "javascript.pdf")]
    with monkeypatch.context() as patch:
        breaking(patch)
        return bool(_through(desk, ways[:1], files, each=True)[0])


# Bombs

MOST_SECONDS, MOST_GROWTH = 2, 150


def _costs(directory):
    """What each bomb cost each reader, in a process whose memory is its own."""
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "portal.settings",
        "DEBUG": "1",
        "DATA_DIR": str(directory),
        "PYTHONPATH": str(PROJECT),
    }
    script = PROJECT / "tests" / "trust" / "bombed.py"
    done = subprocess.run(
        [sys.executable, script], env=environment, cwd=PROJECT, capture_output=True, timeout=300, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout)


def _goes_off(cost):
    """Whether a bomb did something to whoever looked at it."""
    is_dear = cost.get("seconds", 99) >= MOST_SECONDS or cost.get("growth", 9999) >= MOST_GROWTH
    return is_dear or cost["said"].startswith(("raised", "died"))


@pytest.mark.alone
def test_bombs(trust, tmp_path):
    """Looked at by everybody who looks at an upload; the time is the processor's own."""
    check = trust(10, "Bombs", target="refused or never opened; each under 2 s and 150 MB")
    costs = _costs(tmp_path)
    own = [cost for cost in costs if cost["reader"] != "careless"]
    bombs = {bomb.name: bomb for bomb in hostile_files.BOMBS}
    went_off = [f"{cost['bomb']}, {cost['reader']}: {cost}" for cost in own if _goes_off(cost)]
    kept = {cost["bomb"] for cost in own if cost["reader"] == "checker" and cost["said"] == "kept"}
    check.holds(
        not went_off and kept == {name for name, bomb in bombs.items() if bomb.is_kept},
        f"{len(went_off)} of {len(bombs)} went off {went_off[:3]}, {len(bombs) - len(kept)} refused,"
        f" {len(kept)} kept unopened; {len(own)} looks, at most {max(cost['seconds'] for cost in own):.2f} s"
        f" and {max(cost['growth'] for cost in own)} MB",
    )
    careless = [cost for cost in costs if cost["reader"] == "careless"]
    check.catches("somebody who unpacks them", careless and all(map(_goes_off, careless)))


# What files tell beside what they show


def _told_of(pictures):
    """What is left of what pictures said beside themselves, of those that the checker takes."""
    left = []
    for file in pictures:
        kept = uploads.check_upload(SimpleUploadedFile(file.name, file.content))
        left += [f"{file.name}: {part}" for part in signed_files.says_beside(kept.content)]
    return left


def _sent_back(desk, ways):
    """What a picture that tells everything still tells once each form has kept it."""
    left, count = [], 0
    for way in ways:
        with transaction.atomic():
            hand_in(
                desk,
                way,
                hostile_files.Hostile("told", "a.jpg", signed_files.told("JPEG", signed_files.WAYS)),
            )
            row = way.table._base_manager.order_by("-pk").first()
            content = b"".join(desk.get(way.download(row)).streaming_content)
            left += [f"{way.name}: {part}" for part in signed_files.says_beside(content)]
            transaction.set_rollback(True)
        count += 1
    return left, count


def test_pictures(trust, desk, monkeypatch):
    """Read byte by byte, by a reader of the test's own."""
    check = trust(11, "Pictures without place, camera and comments", target="0 left in 50 pictures and more")
    pictures = signed_files.pictures()
    untold = [
        file.name
        for file in pictures
        if "heic" not in file.name and not signed_files.says_beside(file.content)
    ]
    left = _told_of(pictures)
    sent, count = _sent_back(desk, [way for way in routes(desk, desk.person) if way.table])
    check.holds(
        not left and not sent and not untold and len(pictures) >= 50,
        f"{len(left)} left in {len(pictures)} pictures of 4 formats,"
        f" {len(sent)} in those sent back by {count} forms",
    )
    jpeg = [file for file in pictures if file.name.endswith(".jpg")]
    for fault, name, stand_in in (
        ("pictures kept as they came", "_reencoded", lambda content, *_: uploads._Picture(content, None)),
        ("a profile and comments left in", "_upright", lambda image: image),
    ):
        with monkeypatch.context() as patch:
            patch.setattr(uploads, name, stand_in)
            check.catches(fault, len(_told_of(jpeg)) > 0)


def _named_on_the_page(desk, document, files):
    """Beside which of these the task's page names their author."""
    where = {"slug": "nefta", "pk": document.pk}
    for file in files:
        upload = SimpleUploadedFile(file.name, file.content)
        desk.post(reverse("document-files", kwargs=where), {"uploads": [upload], "visibility": "internal"})
    task = {"slug": "nefta", "year": document.task.phase.program.year, "pk": document.task_id}
    page = desk.get(reverse("staff-task", kwargs=task)).content.decode()
    lines = page.split('<li id="file-')[1:]
    assert len(lines) == len(files)
    return [signed_files.AUTHOR in line for line in lines]


def test_authors(trust, desk, nefta, monkeypatch):
    """Documents are kept to the byte: whoever may make one public is told whom it names."""
    check = trust(11, "Authors of documents told at the desk", target="all told, 0 told of others")
    named, unnamed = signed_files.documents(), signed_files.anonymous_documents()
    document = factories.ExpectedDocumentFactory(task__phase__program__municipality=nefta)
    told = _named_on_the_page(desk, document, named + unnamed)
    of_named, of_others = sum(told[: len(named)]), sum(told[len(named) :])
    check.holds(
        of_named == len(named) and not of_others,
        f"{of_named} of {len(named)} told, {of_others} of {len(unnamed)} others",
    )
    cache.clear()
    other = factories.ExpectedDocumentFactory(task=document.task, position=2)
    SupportingDocument.objects.all().delete()
    with monkeypatch.context() as patch:
        patch.setattr(authors, "_unpacked", lambda content: ())
        seen = _named_on_the_page(desk, other, named)
    check.catches("a search that unpacks nothing", not all(seen))


# Killed, and full


def _killed(directory, database, kills, twin=""):
    """What uploads that were killed left behind."""
    directory.mkdir()
    script = PROJECT / "tests" / "trust" / "killed_uploads.py"
    done = subprocess.run(
        [sys.executable, script, "2027", str(kills), twin],
        env=environment(directory, database),
        cwd=PROJECT,
        capture_output=True,
        timeout=900,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return json.loads(done.stdout.splitlines()[-1])


def _damage(found):
    """How many rows have no file, half a file or half of their upload, and how many files no row."""
    return sum(len(found[name]) for name in ("broken", "halves", "without a row", "without a file"))


@pytest.mark.django_db(transaction=True)
def test_killed_uploads(trust, tmp_path, nefta):
    """A row with its whole file, or neither; and what was left over goes with the next sweep."""
    check = trust(
        13, "Uploads that are killed", target="0 rows without file, 0 files left after a sweep; 20 kills"
    )
    kills = trust.count(quick=20, full=200)
    factories.MembershipFactory(municipality=nefta)
    factories.ExpectedDocumentFactory(task__phase__program__municipality=nefta)
    with copied(tmp_path) as database:
        found = _killed(tmp_path / "sound", database, kills)
    with copied(tmp_path) as database:
        broken = _killed(tmp_path / "broken", database, 10, "rows first")
    # Three were not killed and left two rows each; of the others some had their rows already, and some had
    # stored a file for which no row came.
    is_tried = found["killed"] == kills and found["last"] > 0 and 6 < found["rows"] < 6 + 2 * kills
    left = found["files"] - found["rows"]
    check.holds(
        not _damage(found) and is_tried and left > 0,
        f"{_damage(found)} damaged of {found['rows']} rows, {found['killed']} kills; {left} files left over,"
        " all swept",
    )
    check.catches("rows that are written before their files", _damage(broken) > 0)


PIECE = 50_000
FIT = 10
"""So many pieces are all that a municipality may keep."""
STORED = 6
HANDS = 8


def _piece(name):
    return SimpleUploadedFile(f"{name}.pdf", (b"%PDF-1.4\n" + name.encode()).ljust(PIECE, b" "))


def _all_at_once(nefta, documents, meeting, clients, number):
    """Eight people hand one file each in at once, where four fit: how many were stored, how many told why."""

    def press(hand):
        upload = _piece(f"{number}-{hand}")
        if hand % 2:
            address = reverse("meeting-files", kwargs={"slug": "nefta", "pk": meeting.pk})
            values = {"kind": "other", "uploads": [upload]}
        else:
            address = reverse("document-files", kwargs={"slug": "nefta", "pk": documents[hand].pk})
            values = {"uploads": [upload]}
        response = clients[hand].post(address, values)
        return response.status_code, "invalid-feedback" in response.content.decode()

    answers = at_once(press, range(HANDS))
    return answers.count((302, False)), answers.count((200, True))


class _Together:
    """Lets everybody pass the first question before anybody's second one."""

    def __init__(self, check_room, *, is_asked_twice):
        self.check_room, self.is_asked_twice = check_room, is_asked_twice
        self.barrier = threading.Barrier(HANDS)

    def __call__(self, municipality, files):
        files = list(files)
        is_first = all(isinstance(file, CheckedFile) for file in files)
        if is_first or self.is_asked_twice:
            self.check_room(municipality, files)
        if is_first:
            self.barrier.wait(timeout=60)


def _as_at_first():
    SupportingDocument.objects.exclude(name__startswith="first").delete()
    MeetingFile.objects.all().delete()


def _press_together(monkeypatch, nefta, people, rounds, *, is_asked_twice):
    """The most that was kept after a round, in pieces, and how many answers were neither stored nor told."""
    documents, meeting, clients = people
    fullest, untold = 0, 0
    for number in range(rounds):
        in_thread(_as_at_first)
        with monkeypatch.context() as patch:
            together = _Together(quota.check_room, is_asked_twice=is_asked_twice)
            patch.setattr(evidence, "check_room", together)
            patch.setattr(meetings, "check_room", together)
            stored, told = _all_at_once(nefta, documents, meeting, clients, number)
        untold += HANDS - stored - told
        fullest = max(fullest, in_thread(lambda: quota.room_of(nefta).used) / PIECE)
    return fullest, untold


@pytest.fixture
def people(nefta, transactional_db):
    """Eight who hand in, six pieces that are there already, and room for four more."""
    user = factories.MembershipFactory(municipality=nefta).user
    task = factories.TaskFactory(phase__program__municipality=nefta)
    documents = [factories.ExpectedDocumentFactory(task=task, position=hand + 1) for hand in range(HANDS)]
    for number in range(STORED):
        kept = uploads.check_upload(_piece(f"first-{number}"))
        evidence.attach_evidence(document=documents[0], upload=kept, is_public=False, actor=user)
    clients = [Client() for _ in range(HANDS)]
    for client in clients:
        client.force_login(user)
    return documents, MeetingFactory(municipality=nefta), clients


@pytest.mark.django_db(transaction=True)
def test_quota_under_parallel_uploads(trust, nefta, people, shared_database, settings, monkeypatch):  # noqa: F811
    """Everybody is past the first question when the first of them takes the turn."""
    check = trust(
        13, "A municipality's share of the disk, at once", target="never over; 110 % and more handed in"
    )
    settings.STORAGE_QUOTA_BYTES = FIT * PIECE
    rounds = trust.count(quick=5, full=60)
    shared_database()
    fullest, untold = _press_together(monkeypatch, nefta, people, rounds, is_asked_twice=True)
    over, _ = _press_together(monkeypatch, nefta, people, 1, is_asked_twice=False)
    handed_in = (STORED + HANDS) * 100 // FIT
    check.holds(
        fullest == FIT and not untold,
        f"{fullest * 100 / FIT:.0f} % full at most where {handed_in} % came, {untold} without a word;"
        f" {rounds * HANDS} uploads",
    )
    check.catches("room that is looked at once", over > FIT)


def test_quota_by_every_form(trust, desk, nefta, settings, monkeypatch):
    """Refused in words beside the field, before a byte is on the disk."""
    check = trust(13, "A full share, by every form", target="all refused in words, 0 rows, 0 files")
    ways = [way for way in routes(desk, desk.person) if way.table]
    used = quota.room_of(nefta).used
    settings.STORAGE_QUOTA_BYTES = used + 100
    stored = sorted(settings.MEDIA_ROOT.rglob("*"))
    found = [wrong_with(desk, way, PICTURE) for way in ways]
    refused = [found == (False, "") for found in found]
    grown = len(sorted(settings.MEDIA_ROOT.rglob("*"))) - len(stored)
    check.holds(
        all(refused) and not grown,
        f"{sum(refused)} of {len(ways)} forms refused in words {[why for _, why in found if why]},"
        f" {grown} files on the disk",
    )
    with monkeypatch.context() as patch:
        patch.setattr(evidence, "check_room", lambda *_: None)
        check.catches("a form that does not ask", wrong_with(desk, ways[0], PICTURE)[0])
