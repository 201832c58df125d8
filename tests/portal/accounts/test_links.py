"""Letters with a link: a forgotten password, another e-mail. Each works once, and not for long."""

import logging
import re

import pytest
from django.contrib.auth import get_user_model
from django.test import Client

from portal.accounts import links, services
from portal.logs import WithoutSecrets
from tests import factories, people

User = get_user_model()
FORGOTTEN = "/en/sign-in/forgotten/"
NEW = "a quite different phrase"


@pytest.fixture
def person(db):
    return factories.UserFactory(email="amel@nefta.example", language="fr")


@pytest.fixture(autouse=True)
def _address(settings):
    settings.SITE_URL = "https://musharaka.example"


def path_in(letter):
    return re.search(r"https://musharaka\.example(/\S+)", letter.body)[1]


def set_new(client, path, password=NEW):
    return client.post(path, {"password": password, "again": password})


# --- a forgotten password ----------------------------------------------------------------------------


def test_a_letter_leads_to_a_new_password(client, person, posted):
    (letter,) = posted(lambda: client.post(FORGOTTEN, {"email": "AMEL@nefta.example"}))
    assert letter.to == [person.email]
    path = path_in(letter)
    assert path.startswith("/fr/sign-in/reset/")
    assert client.get(path).status_code == 200
    (told,) = posted(lambda: set_new(client, path))
    assert told.to == [person.email]
    assert people.show_password(Client(), person, NEW).status_code == 302
    assert people.show_password(Client(), person).status_code == 200


def test_it_signs_nobody_in(client, person):
    answer = set_new(client, f"/en/sign-in/reset/{links.reset_code(person)}/")
    assert answer["Location"] == "/en/sign-in/"
    assert client.get("/en/account/").status_code == 302


def test_it_does_not_get_past_the_second_factor(client, editor, required):
    people.give_device(editor)
    set_new(client, f"/en/sign-in/reset/{links.reset_code(editor)}/")
    assert people.show_password(client, editor, NEW)["Location"] == "/en/sign-in/code/"
    assert client.get("/en/m/nefta/staff/").status_code == 302


def test_the_answer_is_the_same_for_whoever_has_no_account(client, person, posted):
    factories.UserFactory(email="gone@nefta.example", is_active=False)
    pages = set()
    for email in (person.email, "nobody@nefta.example", "gone@nefta.example"):
        answers = []
        letters = posted(
            lambda email=email, answers=answers: answers.append(client.post(FORGOTTEN, {"email": email}))
        )
        assert [letter.to for letter in letters] == ([[email]] if email == person.email else [])
        pages.add(answers[0].content.decode())
    assert len(pages) == 1


def test_letters_do_not_follow_the_host_that_was_asked(client, person, posted, settings):
    settings.ALLOWED_HOSTS = ["*"]
    (letter,) = posted(
        lambda: client.post(FORGOTTEN, {"email": person.email}, headers={"Host": "evil.example"})
    )
    assert "evil" not in letter.body


def test_a_password_that_will_not_do_is_refused_beside_its_field(client, person):
    path = f"/en/sign-in/reset/{links.reset_code(person)}/"
    page = set_new(client, path, "short").content.decode()
    assert 'id="id_password_error"' in page
    assert "too short" in page
    page = client.post(path, {"password": NEW, "again": "something else"}).content.decode()
    assert 'id="id_again_error"' in page
    assert person.check_password(factories.PASSWORD)


def test_nobody_asks_for_more_than_five_letters(client, person, clock, posted):
    def ask():
        return client.post(FORGOTTEN, {"email": person.email}).status_code

    answers = []
    letters = posted(lambda: answers.extend(ask() for _ in range(6)))
    assert answers == [200] * 5 + [429]
    assert len(letters) == 5


@pytest.mark.parametrize(
    "code", ["x", "1-x-y", "999-abc-def", "1-", "-", "9" * 400, "١-a-b", "1-cmx0ac-" + "0" * 32]
)
def test_a_made_up_link_is_a_dead_one(client, person, code):
    answer = client.get(f"/en/sign-in/reset/{code}/")
    assert answer.status_code == 404
    assert "This address does not work any more" in answer.content.decode()


@pytest.mark.parametrize("path", ["/ar/sign-in/reset/7-cmx0ac-99/", "/fr/account/email/eyJ1c2VyIjo3fQ:1v/"])
def test_no_log_holds_the_code_of_a_link(path):
    line = logging.LogRecord("django.request", logging.WARNING, "", 0, "Not Found: %s", (path,), None)
    WithoutSecrets().filter(line)
    assert line.getMessage() == f"Not Found: {path.rsplit('/', 2)[0]}/…/"


# --- what ends a link --------------------------------------------------------------------------------


def used(user):
    services.set_password(user=user, password=NEW, by_link=True)


def too_old(user):
    return None


def password_changed(user):
    services.set_password(user=user, password=NEW)


def email_changed(user):
    services.change_email(user=user, email="other@nefta.example")


def switched_off(user):
    services.switch_off(user=user, actor=None)


def switched_off_and_on(user):
    services.switch_off(user=user, actor=None)
    User.objects.filter(pk=user.pk).update(is_active=True)


def switched_off_by_hand(user):
    User.objects.filter(pk=user.pk).update(is_active=False)


def factor_dropped(user):
    services.drop_second_factor(user=user, actor=None)


ENDS = [
    used,
    password_changed,
    email_changed,
    switched_off,
    switched_off_and_on,
    switched_off_by_hand,
    factor_dropped,
]


@pytest.mark.parametrize("end", ENDS, ids=lambda end: end.__name__)
@pytest.mark.parametrize("kind", ["reset", "email"])
def test_a_link_dies_by_every_path(client, person, end, kind):
    if kind == "reset":
        path = f"/en/sign-in/reset/{links.reset_code(person)}/"
    else:
        path = f"/en/account/email/{links.email_code(person, 'new@nefta.example')}/"
    assert client.get(path).status_code == 200
    end(person)
    assert client.get(path).status_code == 404
    assert set_new(client, path).status_code == 404
    person.refresh_from_db()
    assert person.email != "new@nefta.example"


@pytest.mark.parametrize("kind", ["reset", "email"])
def test_a_link_lives_for_a_day(client, person, clock, kind):
    if kind == "reset":
        path = f"/en/sign-in/reset/{links.reset_code(person)}/"
    else:
        path = f"/en/account/email/{links.email_code(person, 'new@nefta.example')}/"
    clock.shift(24 * 3600 - 5)
    assert client.get(path).status_code == 200
    clock.shift(10)
    assert client.get(path).status_code == 404


# --- another e-mail ----------------------------------------------------------------------------------


def ask_for(client, email, present=factories.PASSWORD):
    return client.post("/en/account/email/", {"email": email, "present": present})


def test_another_e_mail_counts_once_its_letter_was_answered(client, person, posted):
    client.force_login(person)
    other = Client()
    other.force_login(person)
    (letter,) = posted(lambda: ask_for(client, "New@nefta.example"))
    assert letter.to == ["new@nefta.example"]
    path = path_in(letter)
    assert client.get(path).status_code == 200
    person.refresh_from_db()
    assert person.email == "amel@nefta.example"
    answers = []
    (told,) = posted(lambda: answers.append(client.post(path)))
    assert told.to == ["amel@nefta.example"]
    assert answers[0]["Location"] == "/fr/account/"
    person.refresh_from_db()
    assert person.email == "new@nefta.example"
    assert client.get("/en/account/").status_code == 200
    assert other.get("/en/account/").status_code == 302
    assert client.post(path).status_code == 404


def test_the_link_works_where_one_is_not_signed_in(client, person):
    path = f"/en/account/email/{links.email_code(person, 'new@nefta.example')}/"
    assert client.post(path)["Location"] == "/en/sign-in/"
    person.refresh_from_db()
    assert person.email == "new@nefta.example"


def test_it_needs_the_password(client, person, posted):
    client.force_login(person)
    assert posted(lambda: ask_for(client, "new@nefta.example", "wrong")) == []


def test_it_is_not_told_that_another_account_has_it(client, person, editor, posted):
    client.force_login(person)
    pages = []
    assert posted(lambda: pages.append(ask_for(client, editor.email).content)) == []
    assert len(posted(lambda: pages.append(ask_for(client, "free@nefta.example").content))) == 1
    assert pages[0] == pages[1]


def test_an_address_that_was_taken_meanwhile(client, person):
    path = f"/en/account/email/{links.email_code(person, 'new@nefta.example')}/"
    factories.UserFactory(email="new@nefta.example")
    assert client.post(path).status_code == 404
    person.refresh_from_db()
    assert person.email == "amel@nefta.example"
