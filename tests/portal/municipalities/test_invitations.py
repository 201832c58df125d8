"""Invitations: one letter, one use, one day; dead by every other path."""

from __future__ import annotations

import datetime
import re

import pytest
import time_machine
from django.core import mail
from django.test import Client
from django.utils import timezone

from portal.accounts.models import User
from portal.audit.models import Entry
from portal.municipalities import invitations, members
from portal.municipalities.models import Invitation, Membership, Role
from tests import factories
from tests.threads import at_once, in_thread, shared_database  # noqa: F401

MEMBERS = "/en/m/nefta/staff/members/"
NEW = "salma@nefta.example"
PASSWORD = "an orchard by the sea"
ACCOUNT = {"name": "Salma", "language": "fr", "password": PASSWORD, "again": PASSWORD}


@pytest.fixture
def manager(nefta):
    return factories.MembershipFactory(municipality=nefta, role=Role.MUNICIPAL_ADMIN).user


@pytest.fixture
def desk(client, manager, settings):
    settings.SITE_URL = "https://portal.example"
    client.force_login(manager)
    return client


@pytest.fixture
def invited(nefta, manager):
    """An invitation and its token."""
    return invite(nefta, manager)


def invite(municipality, actor, email=NEW, role=Role.EDITOR):
    return invitations.invite(
        municipality=municipality, email=email, name="Salma", role=role, language="en", actor=actor
    )


def sent(**values):
    return {"email": NEW, "name": "Salma", "role": "editor", "language": "fr"} | values


def link(token):
    return f"/en/invitation/{token}/"


def is_dead(token, browser=None):
    """Whether the link does nothing, whichever way it is tried."""
    browser = browser or Client()
    before = set(Membership.objects.values_list("user", "role")), User.objects.count()
    answers = {browser.get(link(token)).status_code, browser.post(link(token), ACCOUNT).status_code}
    after = set(Membership.objects.values_list("user", "role")), User.objects.count()
    return answers == {404} and before == after


# --- the letter --------------------------------------------------------------------------------------


def test_a_letter_is_sent_in_the_language_chosen(desk, nefta, manager):
    response = desk.post(MEMBERS, sent(email=NEW.upper()), follow=True)
    assert "The invitation is sent" in response.content.decode()
    (letter,) = mail.outbox
    assert letter.to == [NEW]
    token = re.search(r"https://portal\.example/fr/invitation/([\w-]{43})/", letter.body)[1]
    assert invitations.find_open(token).role == "editor"
    entry = Entry.objects.get()
    assert (entry.actor, entry.action, entry.changes) == (
        manager,
        "invitation.sent",
        {"role": [None, "editor"]},
    )


def test_neither_the_database_nor_the_journal_holds_the_link_or_the_journal_the_address(nefta, invited):
    invitation, token = invited
    row = Invitation.objects.filter(pk=invitation.pk).values().get()
    assert token not in str(row)
    entry = Entry.objects.values().get()
    assert NEW not in str(entry)
    assert "Salma" not in str(entry)


def test_the_desk_is_told_the_same_whether_the_address_has_an_account(desk, nefta):
    factories.UserFactory(email="known@nefta.example")
    factories.UserFactory(email="gone@nefta.example", is_active=False)
    told, letters = set(), set()
    for email in ("known@nefta.example", "gone@nefta.example", "nobody@nefta.example"):
        html = desk.post(MEMBERS, sent(email=email, role="auditor"), follow=True).content.decode()
        told.add(
            re.sub(r'value="\w{64}"|again/|withdraw/|/\d+/|\d\d:\d\d', "", html.replace(email, ""))[:9000]
        )
        letters.add(re.sub(r"invitation/[\w-]+", "", mail.outbox[-1].body))
    assert len(letters) == 1
    notes = {re.search(r'role="status">(.*?)</div>', html, re.S)[1] for html in told}
    assert len(notes) == 1


@pytest.mark.parametrize(
    ("field", "value"),
    [("email", ""), ("email", "not an address"), ("role", ""), ("role", "king"), ("language", "de")],
)
def test_what_is_wrong_is_told_at_its_field(desk, field, value):
    response = desk.post(MEMBERS, sent(**{field: value}))
    assert response.context["form"].errors[field]
    assert not mail.outbox
    assert not Invitation.objects.exists()


def test_whoever_holds_the_role_is_not_invited_to_it(desk, nefta):
    factories.MembershipFactory(municipality=nefta, user__email=NEW, role=Role.EDITOR)
    assert desk.post(MEMBERS, sent()).context["form"].errors["email"]
    assert desk.post(MEMBERS, sent(role="auditor")).status_code == 302


def test_a_name_cannot_smuggle_a_line_into_the_letter(desk):
    desk.post(MEMBERS, sent(name="Salma\r\nBcc: all@example.org"))
    assert "\nBcc" not in mail.outbox[0].body
    assert mail.outbox[0].recipients() == [NEW]


def test_a_mail_server_that_is_away_is_told(desk, monkeypatch):
    def fail(*_args):
        raise ConnectionRefusedError

    monkeypatch.setattr(invitations, "send", fail)
    html = desk.post(MEMBERS, sent(), follow=True).content.decode()
    assert "could not be sent" in html
    assert "Send again" in html


def test_only_so_many_are_sent_in_an_hour(desk, nefta):
    with time_machine.travel(timezone.now(), tick=False) as clock:
        for number in range(invitations.MOST_AN_HOUR):
            assert desk.post(MEMBERS, sent(email=f"p{number}@nefta.example")).status_code == 302
        assert "At most 20" in str(desk.post(MEMBERS, sent()).context["form"].non_field_errors())
        clock.shift(datetime.timedelta(minutes=61))
        desk.force_login(User.objects.get(memberships__role="municipal_admin"))
        assert desk.post(MEMBERS, sent()).status_code == 302


def test_one_address_gets_few_an_hour(desk):
    for _ in range(invitations.MOST_TO_ONE):
        desk.post(MEMBERS, sent())
    assert desk.post(MEMBERS, sent()).context["form"].errors["email"]
    assert len(mail.outbox) == invitations.MOST_TO_ONE


# --- accepting ---------------------------------------------------------------------------------------


def test_a_new_person_sets_name_language_and_password_and_is_in(nefta, invited):
    _invitation, token = invited
    browser = Client()
    shown = browser.get(link(token)).content.decode()
    assert NEW in shown
    assert 'value="Salma"' in shown
    response = browser.post(link(token), ACCOUNT)
    assert response.headers["Location"] == "/fr/staff/"
    user = User.objects.get(email=NEW)
    assert (user.name, user.language, user.check_password(PASSWORD)) == ("Salma", "fr", True)
    assert browser.get("/fr/m/nefta/staff/").status_code == 200
    entry = Entry.objects.get(action="invitation.accepted")
    assert (entry.actor, entry.changes["role"]) == (user, [None, "editor"])


def test_where_a_second_step_is_required_it_comes_first(nefta, invited, settings):
    settings.REQUIRE_SECOND_FACTOR = True
    browser = Client()
    browser.post(link(invited[1]), ACCOUNT)
    assert browser.get("/en/m/nefta/staff/").status_code == 302
    onward = browser.get("/en/m/nefta/staff/", follow=True)
    assert onward.redirect_chain[-1][0].startswith("/en/sign-in/") or "device" in onward.redirect_chain[-1][0]
    assert not onward.context["user"].is_authenticated


@pytest.mark.parametrize(
    "wrong",
    [
        {"password": "short", "again": "short"},
        {"again": "another orchard by the sea"},
        {"password": "Nefta Tozeur Nefta", "again": "Nefta Tozeur Nefta"},
        {"name": ""},
        {"language": "de"},
    ],
)
def test_what_is_wrong_with_the_account_is_told_and_the_link_still_works(nefta, invited, wrong):
    _invitation, token = invited
    response = Client().post(link(token), ACCOUNT | wrong)
    assert response.status_code == 200
    assert response.context["form"].errors
    assert not User.objects.filter(email=NEW).exists()
    assert invitations.find_open(token)


def test_somebody_with_an_account_signs_in_and_accepts(nefta, invited):
    _invitation, token = invited
    person = factories.UserFactory(email=NEW)
    browser = Client()
    shown = browser.get(link(token)).content.decode()
    assert "has an account" in shown
    assert "password" not in shown
    assert browser.post(link(token), ACCOUNT).status_code == 200
    assert not person.memberships.exists()
    browser.force_login(person)
    before = browser.session.session_key
    assert browser.post(link(token)).headers["Location"] == "/en/m/nefta/staff/"
    assert browser.session.session_key != before
    assert [m.role for m in person.memberships.all()] == ["editor"]
    assert person.check_password(factories.PASSWORD)


def test_somebody_else_who_is_signed_in_cannot_take_it(nefta, invited):
    _invitation, token = invited
    other = factories.UserFactory(name="Zied")
    browser = Client()
    browser.force_login(other)
    assert "Zied" in browser.get(link(token)).content.decode()
    assert browser.post(link(token), ACCOUNT).status_code == 200
    assert not other.memberships.exists()
    assert not User.objects.filter(email=NEW).exists()


@pytest.mark.django_db(transaction=True)
def test_of_two_who_use_a_link_at_once_one_is_let_in(nefta, manager, shared_database):  # noqa: F811
    _invitation, token = invite(nefta, manager)
    shared_database()
    answers = at_once(lambda _: Client().post(link(token), ACCOUNT).status_code, range(2))
    assert sorted(answers) in ([302, 404], [200, 302])
    assert in_thread(User.objects.filter(email=NEW).count) == 1
    assert in_thread(Membership.objects.filter(user__email=NEW).count) == 1


# --- dead by every path ------------------------------------------------------------------------------


def test_a_link_that_never_was_one(db):
    for token in ("x", "a" * 43, "é", "a" * 5000):
        assert is_dead(token)


def test_used(nefta, invited):
    browser = Client()
    browser.post(link(invited[1]), ACCOUNT)
    assert is_dead(invited[1])
    assert is_dead(invited[1], browser)


def test_withdrawn(desk, nefta, invited):
    invitation, token = invited
    html = desk.post(f"{MEMBERS}invitations/{invitation.pk}/withdraw/", follow=True).content.decode()
    assert "is withdrawn" in html
    assert is_dead(token)
    assert desk.post(f"{MEMBERS}invitations/{invitation.pk}/withdraw/").status_code == 404


def test_sent_again(desk, nefta, invited):
    invitation, token = invited
    desk.post(f"{MEMBERS}invitations/{invitation.pk}/again/")
    assert is_dead(token)
    newer = re.search(r"/invitation/([\w-]{43})/", mail.outbox[-1].body)[1]
    assert invitations.find_open(newer)


def test_a_day_old(nefta, manager):
    with time_machine.travel("2026-11-01T08:00:00Z", tick=False) as clock:
        _invitation, token = invite(nefta, manager)
        clock.shift(datetime.timedelta(hours=23, minutes=59))
        assert invitations.find_open(token)
        clock.shift(datetime.timedelta(minutes=1))
        assert is_dead(token)


def test_the_person_is_switched_off(nefta, invited):
    person = factories.UserFactory(email=NEW, is_active=False)
    assert is_dead(invited[1])
    assert not person.memberships.exists()


def test_the_person_has_become_a_member(nefta, invited):
    person = factories.MembershipFactory(municipality=nefta, user__email=NEW, role=Role.EDITOR).user
    browser = Client()
    browser.force_login(person)
    assert is_dead(invited[1], browser)


def test_whoever_invited_may_no_more(nefta, manager, invited):
    other = factories.MembershipFactory(municipality=nefta, role=Role.MUNICIPAL_ADMIN).user
    members.remove_member(municipality=nefta, user=manager, actor=other)
    assert is_dead(invited[1])


def test_whoever_invited_is_switched_off(nefta, manager, invited):
    User.objects.filter(pk=manager.pk).update(is_active=False)
    assert is_dead(invited[1])


def test_a_forgotten_password_does_not_revive_it(nefta, manager):
    with time_machine.travel("2026-11-01T08:00:00Z", tick=False) as clock:
        _invitation, token = invite(nefta, manager)
        clock.shift(datetime.timedelta(hours=25))
        Client().post("/en/sign-in/forgotten/", {"email": NEW})
        assert not User.objects.filter(email=NEW).exists()
        assert is_dead(token)


# --- the neighbours ----------------------------------------------------------------------------------


def test_a_foreign_invitation_is_as_if_it_were_not(desk, kenitra):
    other = factories.MembershipFactory(municipality=kenitra, role=Role.MUNICIPAL_ADMIN).user
    invitation, token = invite(kenitra, other)
    for act in ("again", "withdraw"):
        assert desk.post(f"{MEMBERS}invitations/{invitation.pk}/{act}/").status_code == 404
    assert NEW not in desk.get(MEMBERS).content.decode()
    assert invitations.find_open(token)


def test_ended_invitations_are_forgotten_after_a_month(nefta, manager):
    with time_machine.travel("2026-11-01T08:00:00Z", tick=False) as clock:
        invite(nefta, manager)
        clock.shift(datetime.timedelta(days=30))
        assert invitations.forget() == "0 ended invitations removed"
        clock.shift(datetime.timedelta(days=2))
        assert invitations.forget() == "1 ended invitations removed"
