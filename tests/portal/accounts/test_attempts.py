"""Too many wrong answers: who has to wait, how long, and who never has to."""

import pytest
from django.test import Client

from portal.accounts.attempts import MOST_OF_ACCOUNT, MOST_OF_NETWORK
from portal.limits.models import Tally
from tests import factories, people

OFFICE = {"REMOTE_ADDR": "198.51.100.7"}
HOME = {"REMOTE_ADDR": "203.0.113.9"}


@pytest.fixture
def person(db):
    return factories.UserFactory(email="amel@nefta.example")


def wrong(client, email="amel@nefta.example", **more):
    return client.post("/en/sign-in/", {"username": email, "password": "wrong"}, **more)


def test_after_five_wrong_passwords_the_network_waits_for_this_account(client, person, clock):
    assert [wrong(client, **OFFICE).status_code for _ in range(MOST_OF_ACCOUNT)] == [200] * MOST_OF_ACCOUNT
    answer = people.show_password(client, person, **OFFICE)
    page = answer.content.decode()
    assert (answer.status_code, answer["Retry-After"]) == (429, "780")
    assert "Too many attempts from here. Try again in 13 minutes." in page
    assert 'value="amel@nefta.example"' in page
    assert factories.PASSWORD not in page
    assert person.last_login is None


def test_the_owner_comes_in_from_elsewhere_at_once(client, person, clock):
    for _ in range(20):
        wrong(client, **OFFICE)
    assert people.show_password(Client(), person, **HOME).status_code == 302


def test_a_colleague_comes_in_from_the_same_network(client, person, editor, clock):
    for _ in range(20):
        wrong(client, **OFFICE)
    assert people.show_password(Client(), editor, **OFFICE).status_code == 302


def test_it_is_over_after_a_quarter_of_an_hour(client, person, clock):
    for _ in range(20):
        wrong(client, **OFFICE)
    clock.shift(15 * 60)
    assert people.show_password(client, person, **OFFICE).status_code == 302


def test_the_same_for_an_e_mail_that_nobody_has(client, person, clock):
    answers = [wrong(client, "nobody@nefta.example", **OFFICE).status_code for _ in range(6)]
    assert answers == [200] * 5 + [429]


@pytest.mark.parametrize("written", [" AMEL@nefta.example", "Amel@Nefta.Example "])
def test_writing_the_e_mail_otherwise_gives_no_more_tries(client, person, clock, written):
    for _ in range(MOST_OF_ACCOUNT):
        wrong(client, **OFFICE)
    assert wrong(client, written, **OFFICE).status_code == 429


def test_many_accounts_from_one_network(client, db, clock):
    answers = [wrong(client, f"p{n}@nefta.example", **OFFICE).status_code for n in range(MOST_OF_NETWORK + 1)]
    assert answers == [200] * MOST_OF_NETWORK + [429]


def test_right_ones_do_not_count(client, person, clock):
    for _ in range(MOST_OF_NETWORK + 5):
        assert people.show_password(Client(), person, **OFFICE).status_code == 302


def test_neither_network_nor_account_is_kept(client, person, clock):
    wrong(client, **OFFICE)
    kept = str(list(Tally.objects.values()))
    assert Tally.objects.count() == 2
    assert "198.51" not in kept
    assert "amel" not in kept


def test_the_present_password_cannot_be_tried_out_either(client, person, clock):
    client.force_login(person)
    fields = {"present": "wrong", "password": "another long phrase", "again": "another long phrase"}
    answers = [client.post("/en/account/password/", fields).status_code for _ in range(6)]
    assert answers == [200] * 5 + [429]


def test_a_new_password_that_will_not_do_counts_for_nothing(client, person, clock):
    client.force_login(person)
    fields = {"present": factories.PASSWORD, "password": "short", "again": "short"}
    answers = [client.post("/en/account/password/", fields).status_code for _ in range(8)]
    assert answers == [200] * 8
