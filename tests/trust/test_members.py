"""Who works for a municipality: invitations, four eyes, and a session that ends in the middle of a text."""

from __future__ import annotations

import datetime
import random
import secrets
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from html import unescape
from typing import Any

import pytest
import time_machine
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import ValidationError
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import translation

from consultations.models import ActionPlan
from consultations.services import plans
from portal.accounts.models import Session, User
from portal.audit.models import Entry
from portal.municipalities import access, four_eyes, invitations, members
from portal.municipalities.models import Invitation, Membership, Municipality, Role, UnsentForm
from portal.papers import pages
from programs.models import Program
from programs.services import statuses
from programs.services.cells import Seen, save_task_cell
from tests import factories, people
from tests.consultations.factories import ActionPlanFactory, ProjectFactory
from tests.house import permission_table
from tests.house.permission_cast import Cast
from tests.house.permission_table import Row
from tests.html_forms import PageForm, forms_of

NOON = datetime.datetime(2026, 11, 23, 12, 1, tzinfo=datetime.UTC)
PASSWORD = "an orchard by the sea"
ACCOUNT = {"name": "Salma", "language": "fr", "password": PASSWORD, "again": PASSWORD}

# --- 21: invitations ----------------------------------------------------------------------------------


class Inviting:
    """One municipality that invites, again and again, and every way in which an invitation ends."""

    def __init__(self, town: Municipality, clock: Any) -> None:
        self.town, self.clock = town, clock
        self.manager = factories.MembershipFactory(municipality=town, role=Role.MUNICIPAL_ADMIN).user
        self.second = factories.MembershipFactory(municipality=town, role=Role.MUNICIPAL_ADMIN).user

    def invite(self, email: str, actor: User | None = None) -> str:
        _invitation, token = invitations.invite(
            municipality=self.town,
            email=email,
            name="Salma",
            role=Role.EDITOR,
            language="ar",
            actor=actor or self.manager,
        )
        return token

    def used(self, email: str) -> str:
        token = self.invite(email)
        assert Client().post(_link(token), ACCOUNT).status_code == 302
        Membership.objects.filter(user__email=email).delete()
        return token

    def used_by_a_member(self, email: str) -> str:
        person, token = factories.UserFactory(email=email), self.invite(email)
        browser = Client()
        browser.force_login(person)
        assert browser.post(_link(token)).status_code == 302
        Membership.objects.filter(user=person).delete()
        return token

    def withdrawn(self, email: str) -> str:
        token = self.invite(email)
        row = Invitation.objects.get(token_digest=invitations.digest(token))
        invitations.withdraw(invitation=row, actor=self.manager)
        return token

    def replaced(self, email: str) -> str:
        token = self.invite(email)
        self.invite(email)
        return token

    def a_day_old(self, email: str) -> str:
        token = self.invite(email)
        self.clock.shift(datetime.timedelta(hours=24))
        # A forgotten password is another way to an address: it must lead nowhere.
        Client().post(reverse("forgot-password"), {"email": email})
        return token

    def switched_off(self, email: str) -> str:
        factories.UserFactory(email=email, is_active=False)
        return self.invite(email)

    def a_member_by_now(self, email: str) -> str:
        token = self.invite(email)
        factories.MembershipFactory(municipality=self.town, user__email=email, role=Role.EDITOR)
        return token

    def inviter_removed(self, email: str) -> str:
        inviter = factories.MembershipFactory(municipality=self.town, role=Role.MUNICIPAL_ADMIN).user
        token = self.invite(email, inviter)
        members.remove_member(municipality=self.town, user=inviter, actor=self.manager)
        factories.MembershipFactory(municipality=self.town, user=inviter, role=Role.MUNICIPAL_ADMIN)
        return token

    def inviter_switched_off(self, email: str) -> str:
        inviter = factories.MembershipFactory(
            municipality=self.town, user__is_active=True, role=Role.MUNICIPAL_ADMIN
        ).user
        token = self.invite(email, inviter)
        User.objects.filter(pk=inviter.pk).update(is_active=False)
        return token

    def guessed(self, email: str) -> str:
        token = self.invite(email)
        return token[:-1] + ("A" if token[-1] != "A" else "B")

    ENDS = (
        used,
        used_by_a_member,
        withdrawn,
        replaced,
        a_day_old,
        switched_off,
        a_member_by_now,
        inviter_removed,
        inviter_switched_off,
        guessed,
    )


def _link(token: str) -> str:
    return reverse("invitation", kwargs={"token": token})


def _lets_in(token: str, email: str) -> int:
    """In how many ways a dead link still does something: read, accepted anew, signed in, as somebody else."""
    found = 0
    own = User.objects.filter(email=email).first()
    for person in (None, own, factories.UserFactory()):
        browser = Client(raise_request_exception=False)
        if person is not None:
            browser.force_login(person)
        before = _people()
        answers = [browser.get(_link(token)), browser.post(_link(token), ACCOUNT)]
        found += any(answer.status_code != 404 for answer in answers) or _people() != before
    return found


def _people() -> tuple[int, int]:
    return User.objects.count(), Membership.objects.count()


def _ways_in(town: Municipality, rounds: int, clock: Any) -> tuple[int, Counter[str]]:
    inviting = Inviting(town, clock)
    tried, let_in = 0, Counter[str]()
    for _ in range(rounds):
        for end in Inviting.ENDS:
            email = f"{secrets.token_hex(6)}@nefta.example"
            let_in[end.__name__] += _lets_in(end(inviting, email), email)
            tried += 6
            clock.shift(datetime.timedelta(minutes=10))
    return tried, +let_in


def _tokens_kept(town: Municipality, rounds: int) -> int:
    """How many tokens of letters stand in the database, in whichever table of these."""
    manager = factories.MembershipFactory(municipality=town, role=Role.MUNICIPAL_ADMIN).user
    found = 0
    for _ in range(rounds):
        _invitation, token = invitations.invite(
            municipality=town,
            email=f"{secrets.token_hex(6)}@nefta.example",
            name="",
            role=Role.AUDITOR,
            language="ar",
            actor=manager,
        )
        rows = [*Invitation.objects.values(), *Entry.objects.values(), *Session.objects.values()]
        found += token in str(rows)
    return found


@contextmanager
def _broken(place: Any, name: str, value: Any) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch, transaction.atomic():
        patch.setattr(place, name, value)
        yield
        transaction.set_rollback(True)


def test_a_dead_invitation_lets_nobody_in(trust, nefta, monkeypatch):
    check = trust(21, "Invitations: single use, 24 h, dead by every path", target="0 ways in by a dead link")
    monkeypatch.setattr(invitations, "MOST_AN_HOUR", 10_000)
    rounds = trust.count(quick=2, full=30)
    with time_machine.travel(NOON, tick=False) as clock:
        tried, let_in = _ways_in(nefta, rounds, clock)
        kept = _tokens_kept(nefta, rounds)
        with _broken(invitations, "_unanswered", Invitation.objects.all):
            _tried, seen = _ways_in(nefta, 1, clock)
        check.catches("used, withdrawn, replaced and old links count as open", len(seen) >= 4)
        with _broken(invitations, "is_good", lambda *_people: True):
            _tried, seen = _ways_in(nefta, 1, clock)
        check.catches("nobody asks for the people on both sides", bool(seen))
        with _broken(invitations, "digest", lambda token: token):
            check.catches("the token itself is kept", _tokens_kept(nefta, 1) > 0)
    ends = len(Inviting.ENDS)
    check.holds(
        not let_in and not kept and tried >= rounds * ends * 6,
        f"{let_in.total()} ways in, {tried} tried of {rounds * ends} links dead in {ends} ways;"
        f" {kept} of {rounds} links kept in the database",
    )


# --- 22: four eyes ------------------------------------------------------------------------------------


class Office:
    """Three people who write and publish at random, and what each of them was allowed to do."""

    def __init__(self, town: Municipality, seed: int) -> None:
        Municipality.objects.filter(pk=town.pk).update(publishing_needs_two=True)
        self.town, self.chance = town, random.Random(seed)
        roles = (Role.PUBLISHER, Role.PUBLISHER, Role.MUNICIPAL_ADMIN)
        self.people = [factories.MembershipFactory(municipality=town, role=role).user for role in roles]
        self.program = factories.ProgramFactory(municipality=town, year=2022)
        phase = factories.PhaseFactory(program=self.program, number=1)
        self.task = factories.TaskFactory(phase=phase, number=1)
        self.plan = ActionPlanFactory(municipality=town, slug="openness")
        ProjectFactory(plan=self.plan, number=1)
        self.last: dict[str, int | None] = {"program": None, "plan": None}
        self.counts = Counter[str]()

    def act(self) -> None:
        kind = self.chance.choice(["program", "plan"])
        actor = self.chance.choice(self.people)
        if self.chance.random() < 0.5:
            getattr(self, f"_edit_{kind}")(actor)
            self.last[kind] = actor.pk
            self.counts["edits"] += 1
            return
        step = getattr(self, f"_step_of_{kind}")()
        is_own = actor.pk == self.last[kind]
        try:
            step(actor)
        except ValidationError as refusal:
            if refusal.code == "second_person":
                self.counts["own, refused" if is_own else "colleague's, refused"] += 1
        else:
            self.counts["own, taken" if is_own else "colleague's, taken"] += 1

    def _edit_program(self, actor: User) -> None:
        self.task.refresh_from_db()
        save_task_cell(
            program=self.program,
            task_id=self.task.pk,
            field="notes",
            value=secrets.token_hex(4),
            seen=Seen(self.task.version, self.task.notes),
            actor=actor,
        )

    def _edit_plan(self, actor: User) -> None:
        plans.change_plan(plan=self.plan, values={"title_fr": secrets.token_hex(4)}, actor=actor)

    def _step_of_program(self) -> Callable[[User], Any]:
        program = Program.objects.get(pk=self.program.pk)
        act = self.chance.choice([statuses.publish_anew, statuses.withdraw])
        chosen = act if program.is_public else statuses.publish
        return lambda actor: chosen(program=program, actor=actor)

    def _step_of_plan(self) -> Callable[[User], Any]:
        plan = ActionPlan.objects.get(pk=self.plan.pk)
        act = self.chance.choice([plans.publish_anew, plans.withdraw])
        chosen = act if plan.is_public else plans.publish
        return lambda actor: chosen(plan=plan, actor=actor)


def _worked(town: Municipality, acts: int, seed: int) -> Counter[str]:
    office = Office(town, seed)
    for _ in range(acts):
        office.act()
    return office.counts


def test_nobody_publishes_alone(trust, kenitra, nefta):
    check = trust(22, "Publishing and withdrawing need a second person", target="0 acts of the last editor")
    acts = trust.count(quick=100, full=2000)
    with _broken(four_eyes, "check", lambda **_values: None):
        seen = _worked(kenitra, 40, seed=1)
    check.catches("the services do not ask", seen["own, taken"] > 0)
    with _broken(four_eyes, "publishers", lambda _town: 1):
        seen = _worked(kenitra, 40, seed=2)
    check.catches("a rule that believes that one person works there", seen["own, taken"] > 0)
    found = _worked(nefta, acts, seed=3)
    theirs = found["colleague's, taken"]
    check.holds(
        not found["own, taken"]
        and not found["colleague's, refused"]
        and found["own, refused"] >= acts // 20
        and theirs >= acts // 20,
        f"{found['own, taken']} of {found['own, refused'] + found['own, taken']} tries of the last editor"
        f" went through, {theirs} of a colleague's, after {found['edits']} edits",
    )


# --- 29: a session that ends while somebody types -----------------------------------------------------

_WORDS = 'نهج الواحة، حي النخيل\nRue de l\'Oasis, n° 12 <b>&amp;</b> «à côté»\n%20 {{ x }} "quoted"\n'
LENGTH = 2000


def _text(number: int) -> str:
    """2,000 characters that are nobody else's."""
    return f"{number} {_WORDS * 40}"[:LENGTH].strip() + str(number)


def _desk_forms(client: Client, cast: Cast) -> list[tuple[str, PageForm]]:
    """Every form of the desk with a field for longer texts, and the page it stands on."""
    found: dict[tuple[str, tuple[str, ...]], tuple[str, PageForm]] = {}
    for row in permission_table.rows():
        address = _address(cast, row)
        if row.method != "GET" or "/staff/" not in address or row.answers["municipal_admin"] != "200":
            continue
        response = client.get(address)
        if "html" not in response.headers.get("Content-Type", ""):
            continue
        for form in forms_of(response.content, address):
            if form.texts and "/staff/" in form.action:
                found.setdefault((form.action, tuple(form.texts)), (address, form))
    return list(found.values())


def _address(cast: Cast, row: Row) -> str:
    try:
        return cast.address(row)
    except (IndexError, KeyError, AttributeError):
        return ""


def _is_lost(browser: Client, person: User, page: str, form: PageForm, number: int, clock: Any) -> bool:
    """Type, let the session end, send, sign in with both steps, and look for every character.

    What a page does with a text that came in time, it must do with the one that comes after.
    """
    texts = {name: _text(number + at) for at, name in enumerate(form.texts)}
    with transaction.atomic():
        in_time = _shown(browser, page, browser.post(form.action, form.filled(**texts), follow=True), texts)
        transaction.set_rollback(True)
    clock.shift(datetime.timedelta(minutes=31))
    browser.post(form.action, form.filled(**texts))
    assert browser.get(page).status_code == 302
    onward = _signed_in_again(browser, person, clock)
    waiting = browser.get(onward, follow=True)
    kept = next((each for each in forms_of(waiting.content, onward) if "unsent" in each.data), None)
    if kept is None or any(_plain(kept.data[name][0]) != text for name, text in texts.items()):
        return True
    sent = browser.post(kept.action, kept.data, follow=True)
    return not in_time <= _shown(browser, page, sent, texts)


def _signed_in_again(browser: Client, person: User, clock: Any) -> str:
    """By password and code, where the door of the desk sends one; return where that leads."""
    door = reverse("unsent") if browser.cookies.get("unsent") else reverse("desk")
    first = {"username": person.email, "password": factories.PASSWORD, "next": door}
    assert browser.post(reverse("sign-in"), first).status_code == 302
    code = people.code_at("a seed of the tests", clock.time.timestamp() if hasattr(clock, "time") else None)
    answer = browser.post(reverse("second-factor"), {"code": code, "next": door})
    assert answer.status_code == 302, "the code was not taken"
    return str(answer.headers["Location"])


def _shown(browser: Client, page: str, sent: Any, texts: dict[str, str]) -> set[str]:
    """The fields whose text is in the page that answered, in the one of the form, or kept as a reason."""
    pages = [unescape(html.decode()) for html in (sent.content, browser.get(page).content)]
    reasons = Entry.objects.order_by("-pk").values_list("changes", flat=True)[:5]
    told = [str(value) for changes in reasons for pair in changes.values() for value in pair]
    places = [_plain(place) for place in (*pages, *told)]
    return {name for name, text in texts.items() if any(text in place for place in places)}


def _plain(text: str) -> str:
    return text.replace("\r\n", "\n")


@pytest.fixture
def desk(settings, db, monkeypatch):
    settings.REQUIRE_SECOND_FACTOR = True
    # The walk asks for papers too, which have no forms; setting them could outlast the database's patience.
    monkeypatch.setattr(pages, "render_pdf", lambda **_order: b"%PDF-1.7")
    with time_machine.travel(NOON, tick=False) as clock, translation.override("fr"):
        cast = Cast("nefta")
        person = factories.MembershipFactory(municipality=cast.municipality, role=Role.MUNICIPAL_ADMIN).user
        people.give_device(person)
        browser = Client()
        people.come_in(browser, person)
        yield cast, person, browser, clock


def _lost(forms: list[tuple[str, PageForm]], desk: Any) -> list[str]:
    _cast, person, browser, clock = desk
    lost = []
    for number, (page, form) in enumerate(forms, start=1):
        with transaction.atomic():
            if _is_lost(browser, person, page, form, number * 100, clock):
                lost.append(form.action)
            transaction.set_rollback(True)
        people.come_in(browser, person)
    return lost


def test_a_session_that_ends_loses_no_text(trust, desk, monkeypatch):
    check = trust(29, "A text of 2,000 characters outlives its session", target="0 texts lost, no scripts")
    cast, _person, browser, _clock = desk
    found = _desk_forms(browser, cast)
    random.Random(29).shuffle(found)
    wanted = found[: trust.count(quick=10, full=10_000)]
    lost = _lost(wanted, desk)
    left = UnsentForm.objects.count()
    monkeypatch.setattr(access, "asks_to_sign_in", lambda request: redirect_to_login(request.get_full_path()))
    check.catches("a door that sends to sign in and forgets the form", len(_lost(found[:2], desk)) == 2)
    texts = sum(len(form.texts) for _page, form in wanted)
    check.holds(
        not lost and len(wanted) >= 10 and not left,
        f"{len(lost)} of {len(wanted)} forms ({texts} texts of {LENGTH} characters) of {len(found)} on the"
        f" desk lost something{': ' + ', '.join(lost) if lost else ''}",
    )
