"""The own account: name, language, password; and what the administration does to accounts."""

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from portal.accounts import links
from portal.audit.models import Entry
from tests import factories, people

User = get_user_model()
ACCOUNT = "/en/account/"


@pytest.fixture
def person(client, db):
    user = factories.UserFactory(email="amel@nefta.example", name="Amel", language="ar")
    client.force_login(user)
    return user


@pytest.mark.parametrize("page", ["", "password/", "email/", "second-factor/", "sessions/"])
def test_it_is_nobody_elses(db, page):
    assert Client().get(f"{ACCOUNT}{page}")["Location"] == f"/en/sign-in/?next={ACCOUNT}{page}"
    assert Client().post(f"{ACCOUNT}{page}")["Location"] == f"/en/sign-in/?next={ACCOUNT}{page}"


@pytest.mark.parametrize("page", ["", "password/", "email/"])
def test_its_pages_are_kept_by_nobody(client, person, page):
    answer = client.get(f"{ACCOUNT}{page}")
    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]


def test_name_and_language(client, person):
    assert client.post(ACCOUNT, {"name": " آمال \n", "language": "fr"})["Location"] == ACCOUNT
    person.refresh_from_db()
    assert (person.name, person.language) == ("آمال", "fr")


@pytest.mark.parametrize("fields", [{"language": "xx"}, {"language": "fr", "name": "x" * 151}])
def test_what_will_not_do_is_refused(client, person, fields):
    assert client.post(ACCOUNT, fields).status_code == 200
    person.refresh_from_db()
    assert (person.name, person.language) == ("Amel", "ar")


def test_nothing_else_can_be_set(client, person):
    fields = {"name": "x", "language": "fr", "is_superuser": "on", "email": "root@x.example", "stamp": "x"}
    client.post(ACCOUNT, fields)
    person.refresh_from_db()
    assert (person.is_superuser, person.email) == (False, "amel@nefta.example")
    assert person.stamp != "x"


def test_a_new_password_is_told_and_journalled_without_a_word_of_it(client, person, posted):
    fields = {
        "present": factories.PASSWORD,
        "password": "another long phrase",
        "again": "another long phrase",
    }
    (letter,) = posted(lambda: client.post(f"{ACCOUNT}password/", fields))
    assert letter.to == [person.email]
    entry = Entry.objects.get(action="password.changed")
    assert (entry.actor, entry.changes) == (person, {})
    person.refresh_from_db()
    assert person.check_password("another long phrase")


def test_a_password_needs_the_present_one(client, person):
    fields = {"present": "wrong", "password": "another long phrase", "again": "another long phrase"}
    page = client.post(f"{ACCOUNT}password/", fields).content.decode()
    assert 'id="id_present_error"' in page
    assert "another long phrase" not in page
    person.refresh_from_db()
    assert person.check_password(factories.PASSWORD)


# --- by the administration ---------------------------------------------------------------------------


@pytest.fixture
def platform(db):
    client = Client()
    client.force_login(User.objects.create_superuser("root@portal.example", factories.PASSWORD))
    return client


def change(platform, user, **fields):
    values = {"email": user.email, "name": user.name, "language": user.language, "is_active": "on"} | fields
    values = {name: value for name, value in values.items() if value}
    answer = platform.post(f"/admin/accounts/user/{user.pk}/change/", values)
    assert answer.status_code == 302


@pytest.mark.parametrize(
    "fields", [{"is_active": ""}, {"email": "new@nefta.example"}, {"is_superuser": "on"}]
)
def test_what_the_administration_changes_ends_sessions_and_links(client, person, platform, fields):
    code = links.reset_code(person)
    change(platform, person, **fields)
    assert client.get(ACCOUNT).status_code == 302
    assert links.user_of_reset(code) is None
    change(
        platform, User.objects.get(pk=person.pk), is_active="on", email="amel@nefta.example", is_superuser=""
    )
    assert links.user_of_reset(code) is None


def test_another_name_ends_nothing(client, person, platform):
    change(platform, person, name="Amal")
    assert client.get(ACCOUNT).status_code == 200


def test_a_password_given_by_the_administration_ends_the_sessions(client, person, platform):
    words = {
        "password1": "another long phrase",
        "password2": "another long phrase",
        "usable_password": "true",
    }
    assert platform.post(f"/admin/accounts/user/{person.pk}/password/", words).status_code == 302
    assert client.get(ACCOUNT).status_code == 302
    assert people.show_password(Client(), person, "another long phrase").status_code == 302


def test_the_administration_shows_no_secret(platform, person):
    people.give_device(person)
    assert platform.get("/admin/mfa/authenticator/").status_code == 404
    assert platform.get("/admin/account/emailaddress/").status_code == 404
