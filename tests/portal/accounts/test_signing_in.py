"""Signing in and out, and the door of the desk."""

import re

import pytest
from django.contrib.auth import SESSION_KEY, get_user_model
from django.test import Client
from django.urls import reverse

from portal.accounts.forms import SignInForm
from tests import factories

User = get_user_model()
SIGN_IN = "/en/sign-in/"
REFUSAL = "The e-mail or the password is not right."


@pytest.fixture
def person(db):
    return factories.UserFactory(email="amel@nefta.example", name="Amel")


def sign_in(client, email="amel@nefta.example", password=factories.PASSWORD, **more):
    return client.post(SIGN_IN, {"username": email, "password": password, **more})


def is_signed_in(client):
    return SESSION_KEY in client.session


# --- signing in --------------------------------------------------------------------------------------


def test_the_form_asks_for_two_things_and_holds_one_token(client, db):
    response = client.get(SIGN_IN)
    page = response.content.decode()
    assert response.status_code == 200
    assert "no-store" in response["Cache-Control"]
    assert page.count("csrfmiddlewaretoken") == 1
    assert re.findall(r'<input type="(?:email|password)" name="(\w+)"', page) == ["username", "password"]
    assert 'autocomplete="username"' in page
    assert 'autocomplete="current-password"' in page


def test_a_person_signs_in(client, person):
    response = sign_in(client)
    assert response.status_code == 302
    assert response["Location"] == reverse("desk").replace("/ar/", "/en/")
    assert is_signed_in(client)
    person.refresh_from_db()
    assert person.last_login is not None


def test_signing_in_leads_back_to_where_one_was_going(client, editor):
    door = client.get("/en/m/nefta/staff/")
    assert door.status_code == 302
    response = client.post(door["Location"], {"username": editor.email, "password": factories.PASSWORD})
    assert response["Location"] == "/en/m/nefta/staff/"
    assert client.get(response["Location"]).status_code == 200


@pytest.mark.parametrize(
    "written", ["amel@nefta.example", "AMEL@NEFTA.EXAMPLE", "Amel@Nefta.Example", "  amel@nefta.example "]
)
def test_the_e_mail_may_be_written_in_any_case(client, person, written):
    assert sign_in(client, email=written).status_code == 302
    assert is_signed_in(client)


@pytest.mark.parametrize(
    ("email", "password"),
    [
        ("amel@nefta.example", "not the password"),
        ("amel@nefta.example", factories.PASSWORD.upper()),
        ("nobody@nefta.example", factories.PASSWORD),
        ("inactive@nefta.example", factories.PASSWORD),
        ("without@nefta.example", ""),
        ("without@nefta.example", "!"),
        ("not an e-mail", factories.PASSWORD),
        ("amel@nefta.example\u202e", factories.PASSWORD),
        ("' OR 1=1 --", factories.PASSWORD),
    ],
)
def test_whatever_is_wrong_nobody_gets_in_and_no_account_can_be_guessed(client, person, email, password):
    factories.UserFactory(email="inactive@nefta.example", is_active=False)
    User.objects.create_user("without@nefta.example")
    response = sign_in(client, email, password)
    assert response.status_code == 200
    assert not is_signed_in(client)
    if password:
        assert REFUSAL in response.content.decode()


def test_the_same_words_whatever_was_wrong(client, person):
    """A wrong password, no such account, an account that is switched off: one and the same page."""
    factories.UserFactory(email="gone@nefta.example", is_active=False)
    tries = [("amel@nefta.example", "wrong"), ("nobody@x.example", "wrong"), ("gone@nefta.example", "wrong")]
    tries.append(("gone@nefta.example", factories.PASSWORD))
    pages = set()
    for email, password in tries:
        page = sign_in(client, email, password).content.decode().replace(email, "E-MAIL")
        pages.add(re.sub(r'(name="csrfmiddlewaretoken" value=")\w+', r"\1", page))
    assert len(pages) == 1


def test_every_message_of_the_form_is_the_same():
    assert len({str(text) for text in SignInForm.error_messages.values()}) == 1


@pytest.mark.parametrize(
    ("email", "password"),
    [("", ""), ("a" * 100_000, "b"), ("amel@nefta.example", "x" * 100_000), ("\0", "\0"), ("<script>", "x")],
)
def test_hostile_input_is_refused_as_input(client, person, email, password):
    response = sign_in(client, email, password)
    assert response.status_code == 200
    assert not is_signed_in(client)
    assert "<script" not in response.content.decode()


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "//evil.example/",
        "///evil.example/",
        "/\\evil.example/",
        "\\\\evil.example",
        "http:evil.example",
        "javascript:alert(1)",
        "https://testserver.evil.example/",
        "https://evil.example\\@testserver/",
        " //evil.example",
        "\t//evil.example",
        "ftp://testserver/",
    ],
)
@pytest.mark.parametrize("way", ["field", "query"])
def test_a_way_out_of_the_portal_is_not_taken(client, person, target, way):
    fields = {"username": person.email, "password": factories.PASSWORD}
    if way == "field":
        response = client.post(SIGN_IN, {**fields, "next": target})
    else:
        response = client.post(SIGN_IN, fields, query_params={"next": target})
    assert response.status_code == 302
    assert response["Location"] == "/en/staff/"


def test_the_page_does_not_repeat_a_way_out(client, db):
    for target, kept in [("//evil.example/", ""), ("/en/m/nefta/staff/", "/en/m/nefta/staff/")]:
        page = client.get(SIGN_IN, {"next": target}).content.decode()
        assert f'name="next" value="{kept}"' in page


def test_who_is_signed_in_has_no_use_for_the_form(client, person):
    client.force_login(person)
    assert client.get(SIGN_IN)["Location"] == "/en/staff/"
    assert client.get(SIGN_IN, {"next": "//evil.example/"})["Location"] == "/en/staff/"


def test_without_the_token_nobody_signs_in(person):
    client = Client(enforce_csrf_checks=True)
    assert sign_in(client).status_code == 403
    assert not is_signed_in(client)


# --- the session -------------------------------------------------------------------------------------


def test_the_session_is_a_new_one_after_signing_in(client, person):
    session = client.session
    session["seen"] = "before"
    session.save()
    client.cookies["sessionid"] = before = session.session_key
    sign_in(client)
    assert client.session.session_key != before
    assert not client.session.exists(before)


def test_another_person_does_not_inherit_the_session(client, person):
    sign_in(client)
    session = client.session
    session["draft"] = "of Amel"
    session.save()
    other = factories.UserFactory()
    client.force_login(other)
    assert "draft" not in client.session


def test_a_changed_password_ends_the_session(person):
    client = Client()  # not the strict one: Django removes the dead session, whatever the method
    sign_in(client)
    person.set_password("another long password")
    person.save()
    assert client.get("/en/staff/")["Location"].startswith("/en/sign-in/")


def test_a_person_who_is_switched_off_is_out_at_once(client, editor):
    client.force_login(editor)
    assert client.get("/en/m/nefta/staff/").status_code == 200
    User.objects.filter(pk=editor.pk).update(is_active=False)
    assert client.get("/en/m/nefta/staff/").status_code == 302


def test_the_cookies_of_a_session_are_out_of_reach_of_scripts(client, person):
    cookie = sign_in(client).cookies["sessionid"]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert cookie["max-age"] == 12 * 3600


# --- signing out -------------------------------------------------------------------------------------


def test_signing_out(client, person):
    client.force_login(person)
    old = client.session.session_key
    response = client.post("/en/sign-out/")
    assert response.status_code == 302
    assert response["Location"] == "/en/"
    assert not is_signed_in(client)
    assert not client.session.exists(old)


@pytest.mark.parametrize("method", ["get", "head", "put", "delete"])
def test_a_link_cannot_sign_anybody_out(client, person, method):
    client.force_login(person)
    assert getattr(client, method)("/en/sign-out/").status_code == 405
    assert is_signed_in(client)


def test_another_site_cannot_sign_anybody_out(person):
    client = Client(enforce_csrf_checks=True)
    client.force_login(person)
    assert client.post("/en/sign-out/").status_code == 403
    assert is_signed_in(client)


def test_signing_out_does_not_lead_away(client, person):
    client.force_login(person)
    assert client.post("/en/sign-out/", {"next": "//evil.example/"})["Location"] == "/en/"


# --- the desk's door ---------------------------------------------------------------------------------


def test_the_door_asks_to_sign_in(client, db):
    assert client.get("/en/staff/")["Location"] == "/en/sign-in/?next=/en/staff/"


def test_the_door_leads_to_the_one_desk(client, editor):
    client.force_login(editor)
    assert client.get("/en/staff/")["Location"] == "/en/m/nefta/staff/"


def test_the_door_offers_several_desks(client, editor, kenitra):
    factories.MembershipFactory(user=editor, municipality=kenitra)
    client.force_login(editor)
    page = client.get("/en/staff/").content.decode()
    assert "/en/m/nefta/staff/" in page
    assert "/en/m/kenitra/staff/" in page


def test_the_door_of_a_person_without_a_role_is_a_page(client, person, nefta):
    client.force_login(person)
    response = client.get("/en/staff/")
    assert response.status_code == 200
    assert "/m/nefta/" not in response.content.decode()
