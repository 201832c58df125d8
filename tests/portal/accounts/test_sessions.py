"""Sessions: how they begin, what is kept of them, and everything that ends them."""

import datetime

import pytest
from django.contrib.auth import SESSION_KEY, get_user_model
from django.contrib.sessions.backends.base import UpdateError
from django.db import DatabaseError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from portal.accounts import services, sessions
from portal.accounts.models import Session
from portal.accounts.session_store import SessionStore, digest
from tests import factories, people

User = get_user_model()
ACCOUNT = "/en/account/"
LIST = "/en/account/sessions/"


@pytest.fixture
def person(db):
    return factories.UserFactory(email="amel@nefta.example")


def is_in(client):
    return client.get(ACCOUNT).status_code == 200


# --- what is kept ------------------------------------------------------------------------------------


def test_the_row_says_whose_and_since_when_and_its_key_is_no_cookie(client, person, clock):
    people.show_password(client, person)
    row = Session.objects.get()
    assert (row.user, row.started_at, row.seen_at) == (person, row.seen_at, row.started_at)
    assert row.pk == digest(client.session.session_key) != client.session.session_key
    thief = Client()
    thief.cookies["sessionid"] = row.pk
    assert not is_in(thief)


def test_a_session_of_nobody_is_nobodys_and_lasts_twelve_hours(db, clock):
    store = SessionStore()
    store["word"] = "kept"
    store.save()
    row = Session.objects.get()
    assert row.user is None
    assert row.expire_date - row.seen_at == datetime.timedelta(hours=12)
    assert SessionStore(store.session_key)["word"] == "kept"
    store.delete()
    assert not SessionStore().exists(store.session_key)


def test_reading_writes_that_one_is_there_once_a_minute(person, clock):
    client = Client()
    people.show_password(client, person)
    client.get(ACCOUNT)
    first = Session.objects.get().seen_at
    clock.shift(59)
    client.get(ACCOUNT)
    assert Session.objects.get().seen_at == first
    clock.shift(1)
    client.get(ACCOUNT)
    assert Session.objects.get().seen_at == first + datetime.timedelta(minutes=1)


def test_a_public_page_asks_for_no_session(client, person, nefta):
    people.show_password(client, person)
    with CaptureQueriesContext(connection) as queries:
        client.get("/en/m/nefta/")
    assert len(queries)
    assert not [query for query in queries if "accounts_session" in query["sql"]]


def test_where_nothing_can_be_written_reading_goes_on(person, clock, monkeypatch):
    client = Client()
    people.show_password(client, person)
    clock.shift(120)

    def refuse(*args, **kwargs):
        raise DatabaseError

    monkeypatch.setattr("django.db.models.query.QuerySet.update", refuse)
    assert is_in(client)


# --- what ends them ----------------------------------------------------------------------------------


def test_half_an_hour_without_a_request(person, clock):
    client = Client()
    people.show_password(client, person)
    clock.shift(30 * 60 - 1)
    assert is_in(client)
    clock.shift(30 * 60)
    assert not is_in(client)


def test_twelve_hours_whatever_one_does(person, clock):
    client = Client()
    people.show_password(client, person)
    for _ in range(12 * 60 // 20 - 1):
        clock.shift(20 * 60)
        assert is_in(client)
    clock.shift(20 * 60)
    assert not is_in(client)


def test_signing_in_again_begins_the_twelve_hours_anew(person, clock):
    client = Client()
    people.show_password(client, person)
    started = Session.objects.get().started_at
    clock.shift(60)
    client.post("/en/sign-out/")
    people.show_password(client, person)
    assert Session.objects.get().started_at == started + datetime.timedelta(minutes=1)


def test_a_changed_password_ends_the_others_and_keeps_this_one(client, person):
    other = Client()
    people.show_password(other, person)
    people.show_password(client, person)
    before = client.session.session_key
    fields = {
        "present": factories.PASSWORD,
        "password": "another long phrase",
        "again": "another long phrase",
    }
    assert client.post("/en/account/password/", fields)["Location"] == ACCOUNT
    assert client.session.session_key != before
    assert is_in(client)
    assert not is_in(other)


def test_a_person_who_is_switched_off(client, person, editor):
    people.show_password(client, person)
    services.switch_off(user=person, actor=editor)
    assert not is_in(client)
    assert not Session.objects.filter(user=person).exists()


def test_all_of_them_at_once(person):
    clients = [Client() for _ in range(3)]
    for client in clients:
        people.show_password(client, person)
    assert sessions.end_all(person, keep=clients[0].session) == 2
    assert [is_in(client) for client in clients] == [True, False, False]
    sessions.end_all(person)
    assert not is_in(clients[0])


def test_a_session_that_ended_is_not_brought_back_by_a_request_on_its_way(client, person):
    people.show_password(client, person)
    on_its_way = SessionStore(client.session.session_key)
    assert on_its_way[SESSION_KEY] == str(person.pk)
    sessions.end_all(person)
    on_its_way["late"] = True
    with pytest.raises(UpdateError):
        on_its_way.save()
    assert not is_in(client)


def test_ended_ones_are_removed(client, person, clock):
    people.show_password(client, person)
    assert sessions.forget() == "0 ended sessions removed"
    clock.shift(31 * 60)
    assert sessions.forget() == "1 ended sessions removed"


# --- the list ----------------------------------------------------------------------------------------


def test_the_list_shows_ones_own(client, person, editor):
    people.show_password(Client(), editor)
    people.show_password(Client(), person)
    people.show_password(client, person)
    page = client.get(ACCOUNT).content.decode()
    assert page.count("Signed in ") == 2
    assert page.count("Here, now.") == 1
    assert page.count('name="session"') == 1


def test_one_is_ended(client, person):
    other = Client()
    people.show_password(other, person)
    people.show_password(client, person)
    client.post(LIST, {"session": digest(other.session.session_key)})
    assert (is_in(client), is_in(other)) == (True, False)


def test_all_others_are_ended(client, person):
    others = [Client(), Client()]
    for other in [*others, client]:
        people.show_password(other, person)
    client.post(LIST)
    assert [is_in(one) for one in (client, *others)] == [True, False, False]


def test_nobody_ends_somebody_elses(client, person, editor):
    theirs = Client()
    people.show_password(theirs, editor)
    people.show_password(client, person)
    client.post(LIST, {"session": digest(theirs.session.session_key)})
    assert theirs.get("/en/m/nefta/staff/").status_code == 200


def test_a_link_ends_none(client, person):
    people.show_password(client, person)
    assert client.get(LIST)["Location"] == ACCOUNT
    assert is_in(client)
