"""Nothing of one municipality in what another's people, or anybody, get to see; and how files are sent."""

from __future__ import annotations

import io
import random
import re
import zipfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from typing import Any
from urllib.parse import quote

import pytest
from django.apps import apps
from django.db import transaction
from django.test import Client
from django.urls import resolve, reverse

from portal.municipalities.models import Membership, Municipality, Role
from portal.notifications.models import Subscription
from tests import factories
from tests.consultations.factories import ProjectFactory
from tests.consultations.participation import ConsultationFactory, ContributionFactory
from tests.house import permission_table
from tests.house.permission_cast import Cast, sign_in
from tests.house.permission_table import Row
from tests.portal.meetings.factories import MeetingFactory
from tests.trust.planted import plant

ROWS = permission_table.rows()
CANARY = re.compile(r"Qanary\d{5}z")
# What a municipality shows of itself whatever it publishes: its name and quarters, what it entered in the
# public register, whom to write to.
_SHOWN = re.compile(
    r"municipalities\.(Municipality|Zone|ZoneMap|DecidingBody|ConfirmedHoliday)\.|publications\."
)
_ALSO_SHOWN = re.compile(r"consultations\.(ParticipationRules|AskedChoice)\.")


@pytest.fixture(autouse=True)
def _papers_as_text(monkeypatch) -> None:
    """What would stand on a paper can be read in what it is printed from."""
    monkeypatch.setattr(
        "portal.papers.pages.render_pdf", lambda **paper: b"%PDF-1.4\n" + str(paper).encode(errors="replace")
    )


# --- no word of another municipality --------------------------------------------------------------------


class Canaries:
    """Words of a municipality that has published nothing, each in one place alone."""

    def __init__(self) -> None:
        self.places: dict[str, str] = {}

    def word(self, place: str) -> str:
        word = f"Qanary{len(self.places):05d}z"
        self.places[word] = place
        return word

    def write(self, label: str, _number: int, most: int | None) -> str:
        is_left = _SHOWN.match(label) or (most is not None and most < 12)
        return "" if is_left else self.word(label)


def _planted(triggers_off: Callable[[], AbstractContextManager[None]]) -> tuple[Cast, Canaries]:
    """A municipality full of words that nobody else may see: drafts, files, opinions, people, notes."""
    there, canaries = Cast("kenitra"), Canaries()
    phase = factories.PhaseFactory(program=there.draft, number=9)
    for number in range(60):
        texts = {"title_ar": "مهمة", "title_fr": "x", "notes": "x", "responsible": "x"}
        factories.TaskFactory(phase=phase, number=number + 1, **texts)
    for number in range(30):
        ProjectFactory(plan=there.draft_plan, number=number + 100)
        MeetingFactory(municipality=there.municipality)
    plant(canaries.write, triggers_off)
    _unpublish(there.municipality)
    _said_in_private(there, canaries)
    _people(there.municipality, canaries)
    return there, canaries


def _unpublish(town: Municipality) -> None:
    for label in ("programs.Program", "consultations.ActionPlan", "consultations.Consultation"):
        apps.get_model(label).objects.filter(municipality=town).update(status="draft")
    for label in (
        "programs.SupportingDocument",
        "meetings.MeetingFile",
        "meetings.Minutes",
        "meetings.Meeting",
    ):
        apps.get_model(label)._base_manager.update(is_public=False)


def _said_in_private(there: Cast, canaries: Canaries) -> None:
    """Opinions that nobody has let through, on a question that everybody may read."""
    asked = ConsultationFactory(municipality=there.municipality, number=9, open=True)
    for _each in range(60):
        ContributionFactory(
            consultation=asked,
            text=canaries.word("pending opinion"),
            name=canaries.word("name of a pending opinion"),
        )


def _people(town: Municipality, canaries: Canaries) -> None:
    for _each in range(20):
        address = f"{canaries.word('e-mail')}@example.org"
        Subscription.objects.create(municipality=town, topic="consultation", topic_id=1, email=address)
        user = factories.UserFactory(
            email=f"{canaries.word('e-mail')}@example.org", name=canaries.word("name")
        )
        Membership.objects.create(user=user, municipality=town, role=Role.EDITOR)


def _asked(client: Client, address: str, method: str = "GET") -> str:
    """Everything in an answer that can be read: its head, its body, and the parts of what is packed."""
    cookies = client.cookies.copy()
    with transaction.atomic():
        response = client.post(address) if method == "POST" else client.get(address)
        transaction.set_rollback(True)
    client.cookies = cookies
    body = b"".join(response.streaming_content) if response.streaming else response.content
    return f"{dict(response.headers)} {response.cookies} {_unpacked(body)}"


def _unpacked(body: bytes) -> str:
    if not zipfile.is_zipfile(io.BytesIO(body)):
        return body.decode(errors="replace")
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        return " ".join(_unpacked(archive.read(name)) for name in archive.namelist())


# Signing out would end the walk; the codes of receipts and letters open what is their holder's own.
_LEFT_OUT = re.compile(
    r"sign-out|admin:logout|follow|received|subscription-|invitation$|reset-pass|confirm-email"
)
Question = tuple[str, str]
"""Method and address."""


def _addresses(cast: Cast) -> list[Question]:
    return [(row.method, cast.address(row)) for row in ROWS if not _LEFT_OUT.match(row.route)]


def _crossed(own: Cast, there: Cast) -> Iterator[Question]:
    """Rows of theirs, named in addresses of one's own."""
    for row in ROWS:
        match = resolve(there.address(row).partition("?")[0])
        if "slug" in match.kwargs and not row.route.startswith("admin:"):
            kwargs = match.kwargs | {"slug": own.municipality.slug}
            yield row.method, reverse(row.route, kwargs=kwargs)


def _searches(own: Cast) -> Iterator[Question]:
    """Every list, searched for what stands in all that was planted, sorted, and turned over."""
    for row in ROWS:
        is_list = (
            row.method == "GET" and not row.state and re.search(r"s$|home|verify|_changelist$", row.route)
        )
        if is_list:
            address = own.address(row).partition("?")[0]
            for query in ("q=Qanary", "page=2", "p=1", "all=", "q=Qanary&page=1"):
                yield "GET", f"{address}?{query}"
    for app, model, field in (
        ("programs", "phase", "program"),
        ("programs", "task", "phase"),
        ("programs", "expecteddocument", "task"),
        ("consultations", "project", "plan"),
        ("consultations", "project", "axis"),
        ("municipalities", "membership", "user"),
        ("programs", "program", "municipality"),
    ):
        named = f"app_label={app}&model_name={model}&field_name={field}"
        for term in ("", "Qanary"):
            yield "GET", f"{reverse('admin:autocomplete')}?{named}&term={term}"


def _heard(client: Client, questions: Iterable[Question]) -> dict[str, set[str]]:
    """Canary → the addresses whose answers hold it."""
    found: dict[str, set[str]] = {}
    for method, address in questions:
        for word in CANARY.findall(_asked(client, address, method)):
            found.setdefault(word, set()).add(f"{method} {address}")
    return found


def test_no_word_of_another_municipality(trust, db, triggers_off, monkeypatch):
    check = trust(16, "No word of another municipality", target="0 of 1,000 words, in every kind of answer")
    there, canaries = _planted(triggers_off)
    own = Cast("nefta")
    at_home = sign_in(Role.MUNICIPAL_ADMIN, there.municipality, own.municipality)
    theirs = _addresses(there)
    chance = random.Random(16)
    read = [each for each in theirs if each[0] == "GET"]
    shown = _heard(at_home, chance.sample(read, min(len(read), trust.count(quick=200, full=100_000))))
    everything = [*theirs, *_crossed(own, there), *_searches(own), *_addresses(own)]
    members = ["anonymous", *(role.value for role in Role)]
    asked, leaks = 0, {}
    for visitor in members:
        quick = 700 if visitor == "municipal_admin" else 80
        most = min(len(everything), trust.count(quick=quick, full=100_000))
        chosen = chance.sample(everything, most)
        client = sign_in(visitor, own.municipality, there.municipality)
        leaks |= {f"{visitor} {word}": places for word, places in _heard(client, chosen).items()}
        asked += most
    stranger = sign_in(Role.MUNICIPAL_ADMIN, own.municipality, there.municipality)
    desk = [each for each in theirs if "/staff/" in each[1] and each[0] == "GET"][:60]
    with monkeypatch.context() as broken:
        broken.setattr("portal.municipalities.access.is_member", lambda *_: True)
        broken.setattr("portal.municipalities.access.allows", lambda *_: True)
        check.catches("a door that forgets whose municipality it is", bool(_heard(stranger, desk)))
    check.catches("words that their own people do see", len(shown) > 100)
    told = [
        f"{name} ({canaries.places[name.rpartition(' ')[2]]}): {sorted(at)[:2]}" for name, at in leaks.items()
    ]
    check.holds(
        not leaks and len(canaries.places) >= 1_000,
        f"{len(leaks)} of {len(canaries.places):,} words in {asked:,} answers to {len(members)} visitors;"
        f" their own saw {len(shown)} {told[:5] or ''}",
    )


# --- how files are sent -----------------------------------------------------------------------------------

NAME = 'محضر "الجلسة"; عدد 1.pdf'
HOLDERS = (
    *(
        "programs.SupportingDocument",
        "programs.ProgramOrigin",
        "programs.FacilityPhoto",
        "meetings.MeetingFile",
    ),
    *("consultations.StageFile", "consultations.UpdateFile", "dispatches.DispatchProof"),
    "municipalities.ZoneMap",
)
# Papers and calendars that the portal makes itself, which people read in the browser.
MADE_HERE = ("application/pdf", "text/calendar")
_READ_IN_PAGE = re.compile(r"text/html|application/json|text/javascript|text/plain")


def _sent_badly(response: Any, *, is_uploaded: bool) -> list[str]:
    """What is wrong with how a file is sent."""
    headers = response.headers
    way, kind = headers.get("Content-Disposition", ""), headers["Content-Type"]
    policy = headers.get("Content-Security-Policy", "")
    wrong = []
    may_be_shown = kind.startswith("image/") if is_uploaded else kind.startswith(MADE_HERE)
    if not way.startswith("attachment") and not (may_be_shown and way.startswith("inline")):
        wrong.append(f"{way or 'nothing'} as {kind}")
    if headers.get("X-Content-Type-Options") != "nosniff":
        wrong.append("its type may be guessed")
    if "default-src 'none'" not in policy or (is_uploaded and "sandbox" not in policy):
        wrong.append(f"policy {policy}")
    if not way.isascii() or (is_uploaded and f"filename*=utf-8''{quote(NAME)}" not in way):
        wrong.append(f"named {way}")
    return wrong


def _open(client: Client, address: str) -> Any:
    response = client.get(address)
    if response.streaming:
        # Read to its end: a stream that is closed before would close the database with it.
        response.streaming_content = [b"".join(response.streaming_content)]
    return response


def _files(client: Client, visitor: str, cast: Cast) -> list[tuple[Row, str, Any]]:
    """Every address that sends a file to the visitor."""
    rows = [row for row in ROWS if row.method == "GET" and row.answers[visitor] == "200" and not row.state]
    answers = [(row, cast.address(row)) for row in rows]
    opened = [(row, address, _open(client, address)) for row, address in answers]
    return [
        (row, address, response)
        for row, address, response in opened
        if "Content-Disposition" in response.headers
        or not _READ_IN_PAGE.match(response.headers["Content-Type"])
    ]


def _still_open(clients: dict[str, Client], files: Iterable[tuple[Row, str, Any]]) -> list[str]:
    """Where a copied address of what is not for them is answered otherwise than by 404."""
    wrong = []
    for row, address, _response in files:
        for name, client in clients.items():
            status = _open(client, address).status_code
            is_door = name == "anonymous" and row.answers["anonymous"] == "sign-in"
            if status != (302 if is_door else 404):
                wrong.append(f"{name} {row}: {status}")
    return wrong


def test_downloads(trust, db, monkeypatch):
    check = trust(12, "Downloads", target="100 % inert, named, and closed to whoever may not have them")
    own = Cast("nefta")
    other = factories.MunicipalityFactory(moroccan=True)
    for label in HOLDERS:
        apps.get_model(label)._base_manager.update(name=NAME)
    public, member = Client(), sign_in(Role.MUNICIPAL_ADMIN, own.municipality, other)
    stranger = sign_in("stranger", own.municipality, other)
    for_all, of_desk = _files(public, "anonymous", own), _files(member, "municipal_admin", own)
    of_desk = [each for each in of_desk if each[0].answers["anonymous"] == "sign-in"]
    uploaded = [each for each in for_all + of_desk if "sandbox" in each[2].headers["Content-Security-Policy"]]
    wrong = [
        f"{row}: {faults}"[:160]
        for row, address, response in for_all + of_desk
        if (faults := _sent_badly(response, is_uploaded=(row, address, response) in uploaded))
    ]
    others = {"anonymous": public, "stranger": stranger}
    closed = _still_open(others, of_desk)
    drafts = {row.route for row in ROWS if row.state == "draft"}
    hidden = [each for each in for_all if each[0].route in drafts]
    _unpublish(own.municipality)
    closed += _still_open(others, hidden)
    Membership.objects.filter(municipality=own.municipality).delete()
    closed += _still_open({"former member": member}, of_desk)
    with monkeypatch.context() as broken:
        broken.setattr("portal.municipalities.access.is_member", lambda *_: True)
        broken.setattr("portal.municipalities.access.allows", lambda *_: True)
        check.catches("a file sent to whoever has its address", bool(_still_open(others, of_desk)))
        broken.setattr("portal.files.responses.SHOWN_IN_PAGE", ("application/pdf",))
        at_desk = [(row, _open(member, address)) for row, address, _ in of_desk if row.route == "staff-file"]
        check.catches(
            "a paper of somebody shown in the page",
            any(_sent_badly(response, is_uploaded=True) for _row, response in at_desk),
        )
    count = len(for_all) + len(of_desk)
    check.holds(
        not wrong and not closed and len(uploaded) >= 10 and len(hidden) >= 10,
        f"{len(wrong)} of {count} downloads ({len(uploaded)} of uploaded files, the rest made here)"
        " sent otherwise;"
        f" {len(closed)} of {2 * len(of_desk) + 2 * len(hidden) + len(of_desk)} copied addresses open"
        f" {wrong[:6] or ''} {closed[:6] or ''}",
    )
