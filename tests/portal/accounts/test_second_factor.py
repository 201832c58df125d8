"""The second factor: setting it up, showing it, losing it; and what nobody sees without it."""

import re
import time

import pytest
from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied
from django.test import Client

from portal.accounts import second_factor, services
from portal.accounts.models import Session
from tests import factories, people

User = get_user_model()
DESK = "/en/m/nefta/staff/"
SET_UP = "/en/sign-in/device/"
CODE = "/en/sign-in/code/"


def secret_on(page):
    return re.search(r'class="m-code">([A-Z2-7 ]+)<', page.content.decode())[1].replace(" ", "")


def seed_of(client, user):
    return second_factor.seed_for(user, client.session)


def set_up(client, user, **more):
    return client.post(SET_UP, {"code": people.code_at(seed_of(client, user)), **more})


def codes_on(page):
    return re.findall(r'class="m-code">([\d ]+)<', page.content.decode())


# --- with a password alone ---------------------------------------------------------------------------


def test_a_password_alone_leads_to_setting_up(client, editor, required):
    people.show_password(client, editor)
    door = client.get(DESK)
    assert door["Location"] == f"/en/sign-in/?next={DESK}"
    assert client.get(door["Location"])["Location"] == f"{SET_UP}?next=%2Fen%2Fm%2Fnefta%2Fstaff%2F"
    assert client.get(SET_UP).status_code == 200


@pytest.mark.parametrize("address", ["/admin/", "/en/staff/", "/en/account/", "/en/account/password/"])
def test_nothing_else_opens_before(client, editor, required, address):
    people.show_password(client, editor)
    assert re.match(r"/(en/sign-in|admin/login)/\?next=", client.get(address)["Location"])


def test_public_pages_do_not_know_the_person(client, editor, required):
    people.show_password(client, editor)
    assert not client.get("/en/m/nefta/").wsgi_request.user.is_authenticated


def test_whoever_has_no_role_needs_none(client, required, db):
    people.show_password(client, factories.UserFactory())
    assert client.get("/en/account/").status_code == 200


def test_a_role_that_is_given_meanwhile_asks_for_it_at_once(client, required, nefta):
    person = factories.UserFactory()
    people.show_password(client, person)
    factories.MembershipFactory(user=person, municipality=nefta, role="editor")
    assert client.get("/en/account/").status_code == 302


def test_the_platform_administrator_needs_one_too(client, required, db):
    admin = User.objects.create_superuser("root@portal.example", factories.PASSWORD)
    people.show_password(client, admin)
    assert client.get("/admin/").status_code == 302
    people.come_in(client, admin)
    assert client.get("/admin/").status_code == 200


def test_where_it_is_not_asked_for_the_password_is_enough(client, editor, settings):
    assert settings.REQUIRE_SECOND_FACTOR is False
    people.show_password(client, editor)
    assert client.get(DESK).status_code == 200


# --- setting it up -----------------------------------------------------------------------------------


def test_the_page_shows_a_picture_and_the_secret_and_writes_nothing(client, editor, required):
    people.show_password(client, editor)
    page = client.get(SET_UP)
    assert "<svg" in page.content.decode()
    assert secret_on(page) == second_factor.secret_of(seed_of(client, editor))
    assert secret_on(client.get(SET_UP)) == secret_on(page)
    assert "no-store" in page["Cache-Control"]
    assert not second_factor.has_one(editor)


def test_a_code_of_the_device_opens_the_desk_and_tells_ten_codes_once(client, editor, required, posted):
    people.show_password(client, editor)
    before = client.session.session_key
    answers = []
    sent = posted(lambda: answers.append(set_up(client, editor, next=DESK)))
    assert len(set(codes_on(answers[0]))) == 10
    assert f'href="{DESK}"' in answers[0].content.decode()
    assert client.session.session_key != before
    assert client.get(DESK).status_code == 200
    assert not codes_on(client.get("/en/account/second-factor/"))
    assert [letter.to for letter in sent] == [[editor.email]]


def test_a_wrong_code_sets_nothing_up(client, editor, required):
    people.show_password(client, editor)
    page = client.post(SET_UP, {"code": "000000"})
    assert page.status_code == 200
    assert "The code is not right" in page.content.decode()
    assert not second_factor.has_one(editor)


def test_the_code_that_set_it_up_signs_nobody_in(client, editor, required, clock):
    people.show_password(client, editor)
    code = people.code_at(seed_of(client, editor))
    client.post(SET_UP, {"code": code})
    other = Client()
    people.show_password(other, editor)
    assert people.show_code(other, code).status_code == 200
    assert other.get(DESK).status_code == 302


def test_setting_up_ends_the_other_sessions(client, editor):
    elsewhere = Client()
    elsewhere.force_login(editor)
    people.show_password(client, editor)
    set_up(client, editor)
    assert client.get(DESK).status_code == 200
    assert elsewhere.get(DESK).status_code == 302


def test_another_device_needs_a_code_of_the_first(client, editor, required, clock):
    old = people.give_device(editor)
    people.show_password(client, editor)
    people.show_code(client, people.code_at(old))
    clock.shift(60)
    new = seed_of(client, editor)
    assert client.post(SET_UP, {"code": people.code_at(new)}).status_code == 200
    assert client.post(SET_UP, {"code": people.code_at(new), "present": "000000"}).status_code == 200
    assert people.code_of(editor) == people.code_at(old)
    page = client.post(SET_UP, {"code": people.code_at(new), "present": people.code_at(old)})
    assert len(codes_on(page)) == 10
    assert people.code_of(editor) == people.code_at(new)


def test_nobody_replaces_a_device_with_a_password_alone(client, editor, required):
    seed = people.give_device(editor)
    people.show_password(client, editor)
    page = client.post(SET_UP, {"code": people.code_at(seed_of(client, editor)), "present": ""})
    assert page["Location"] == CODE
    assert people.code_of(editor) == people.code_at(seed)


# --- showing it --------------------------------------------------------------------------------------


def test_a_person_with_a_device_is_asked_for_a_code(client, editor, required):
    seed = people.give_device(editor)
    first = people.show_password(client, editor)
    assert first["Location"] == CODE
    assert client.get(DESK).status_code == 302
    before = client.session.session_key
    assert people.show_code(client, people.code_at(seed))["Location"] == "/en/staff/"
    assert client.session.session_key != before
    assert client.get(DESK).status_code == 200


def test_it_is_asked_for_where_it_is_not_required_too(client, editor):
    people.give_device(editor)
    people.show_password(client, editor)
    assert client.get(DESK).status_code == 302


def test_the_code_leads_on_to_where_one_was_going_and_never_away(client, editor, required, clock):
    seed = people.give_device(editor)
    people.show_password(client, editor)
    page = client.get(CODE, {"next": DESK})
    assert f'name="next" value="{DESK}"' in page.content.decode()
    assert people.show_code(client, people.code_at(seed), query_params={"next": DESK})["Location"] == DESK
    clock.shift(60)
    other = Client()
    people.show_password(other, editor)
    answer = other.post(CODE, {"code": people.code_at(seed), "next": "//evil.example/"})
    assert answer["Location"] == "/en/staff/"


@pytest.mark.parametrize(
    "written",
    [lambda c: f" {c[:3]} {c[3:]} ", lambda c: c.translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩"))],
)
def test_the_digits_may_be_spaced_and_arabic(client, editor, required, written):
    seed = people.give_device(editor)
    people.show_password(client, editor)
    assert people.show_code(client, written(people.code_at(seed))).status_code == 302


@pytest.mark.parametrize("code", ["", "000000", "١٢", "x" * 41, "' OR 1=1", "\0", "９９９９９９", "-1"])
def test_what_is_no_code_opens_nothing(client, editor, required, code):
    people.give_device(editor)
    people.show_password(client, editor)
    assert people.show_code(client, code).status_code == 200
    assert client.get(DESK).status_code == 302


def test_a_code_is_taken_once(client, editor, required, clock):
    seed = people.give_device(editor)
    code = people.code_at(seed)
    people.show_password(client, editor)
    assert people.show_code(client, code).status_code == 302
    other = Client()
    people.show_password(other, editor)
    assert people.show_code(other, code).status_code == 200
    clock.shift(30)
    assert people.show_code(other, code).status_code == 200
    assert people.show_code(other, people.code_at(seed)).status_code == 302


def test_a_clock_may_be_thirty_seconds_off_and_not_ninety(client, editor, required, clock):
    seed = people.give_device(editor)
    people.show_password(client, editor)
    late = people.code_at(seed, time.time() - 90)
    assert people.show_code(client, late).status_code == 200
    assert people.show_code(client, people.code_at(seed, time.time() - 30)).status_code == 302


def test_a_recovery_code_is_taken_once(client, editor, required):
    people.give_device(editor)
    code, *others = second_factor.put_recovery_codes(editor)
    people.show_password(client, editor)
    assert people.show_code(client, code).status_code == 302
    other = Client()
    people.show_password(other, editor)
    assert people.show_code(other, code).status_code == 200
    assert people.show_code(other, others[0]).status_code == 302
    assert second_factor.codes_left(editor) == 8


def test_a_recovery_code_has_a_field_of_its_own_that_leads_on_to_the_same_page(client, editor, required):
    people.give_device(editor)
    code, *_others = second_factor.put_recovery_codes(editor)
    people.show_password(client, editor)
    first = client.get("/en/sign-in/code/", {"next": DESK}).content.decode()
    address = "/en/sign-in/code/?recovery=1&next=/en/m/nefta/staff/"
    assert address.replace("&", "&amp;") in first
    page = client.get(address)
    assert "One of your recovery codes" in page.content.decode()
    assert "m-otp" not in page.content.decode()
    wrong = client.post(address, {"code": "0000 0000 0000", "next": DESK})
    assert "The recovery code is not right, or was used before." in wrong.content.decode()
    entered = client.post(address, {"code": f"{code[:4]} {code[4:]}", "next": DESK})
    assert (entered.status_code, entered["Location"]) == (302, DESK)


def test_a_code_of_somebody_else_is_none(client, editor, publisher, required):
    people.give_device(editor, "of the editor")
    seed = people.give_device(publisher, "of the publisher")
    people.show_password(client, editor)
    assert people.show_code(client, people.code_at(seed)).status_code == 200


def test_after_five_wrong_codes_one_has_to_wait(client, editor, required, clock):
    seed = people.give_device(editor)
    people.show_password(client, editor)
    for _ in range(5):
        assert people.show_code(client, "000000").status_code == 200
    refused = people.show_code(client, people.code_at(seed))
    assert refused.status_code == 429
    assert refused["Retry-After"] == "780"
    assert "Try again in 13 minutes" in refused.content.decode()
    clock.shift(13 * 60)
    assert people.show_code(client, people.code_at(seed)).status_code == 302


def test_the_page_of_the_code_is_for_whoever_showed_a_password(client, editor, required):
    assert client.get(CODE)["Location"] == f"/en/sign-in/?next={CODE}"
    people.come_in(client, editor)
    assert client.get(CODE)["Location"] == SET_UP
    people.give_device(editor)
    assert client.get(CODE)["Location"] == "/en/staff/"


# --- what is kept of it ------------------------------------------------------------------------------


def test_neither_table_nor_session_holds_the_secret(client, editor, required):
    people.show_password(client, editor)
    secret = secret_on(client.get(SET_UP))
    page = set_up(client, editor)
    from allauth.mfa.models import Authenticator

    kept = str(list(Authenticator.objects.values())) + str(list(Session.objects.values()))
    kept += str([row.get_decoded() for row in Session.objects.all()])
    assert secret not in kept
    assert not [code for code in codes_on(page) if code.replace(" ", "") in kept]
    assert client.session.session_key not in kept


def test_another_key_of_the_installation_gives_other_secrets(settings):
    before = second_factor.secret_of("a seed")
    settings.SECRET_KEY = "another one"
    assert second_factor.secret_of("a seed") != before


# --- changing and losing it --------------------------------------------------------------------------


def test_new_recovery_codes_end_the_old(client, editor, required, clock):
    seed = people.give_device(editor)
    old = second_factor.put_recovery_codes(editor)
    people.show_password(client, editor)
    people.show_code(client, people.code_at(seed))
    clock.shift(60)
    page = client.post("/en/account/second-factor/", {"code": people.code_at(seed), "renew": "1"})
    assert len(codes_on(page)) == 10
    assert not second_factor.takes(editor, old[0])


def test_who_needs_it_cannot_be_without(client, editor, required, clock):
    seed = people.give_device(editor)
    people.come_in(client, editor)
    assert "remove" not in client.get("/en/account/second-factor/").content.decode()
    client.post("/en/account/second-factor/", {"code": people.code_at(seed), "remove": "1"})
    assert second_factor.has_one(editor)


def test_who_does_not_need_it_can_be_without(client, editor, clock):
    seed = people.give_device(editor)
    people.come_in(client, editor)
    page = client.post("/en/account/second-factor/", {"code": people.code_at(seed), "remove": "1"})
    assert page["Location"] == "/en/account/"
    assert not second_factor.has_one(editor)
    assert client.get(DESK).status_code == 200


def test_an_administrator_removes_the_device_of_whoever_lost_it(client, editor, nefta, required, posted):
    admin = factories.MembershipFactory(municipality=nefta, role="municipal_admin").user
    people.give_device(editor)
    people.come_in(client, editor)
    sent = posted(lambda: services.drop_second_factor(user=editor, actor=admin, municipality=nefta))
    assert not second_factor.has_one(editor)
    assert client.get(DESK).status_code == 302
    assert "removed" in sent[0].body or sent[0].to == [editor.email]
    entry = nefta.journal.get()
    assert (entry.action, entry.actor, entry.changes) == ("second_factor.removed", admin, {})


@pytest.mark.parametrize("reach", ["a colleague", "another town", "the platform"])
def test_nobody_removes_the_device_of_somebody_who_reaches_further(editor, publisher, kenitra, nefta, reach):
    admin = factories.MembershipFactory(municipality=nefta, role="municipal_admin").user
    people.give_device(editor)
    if reach == "a colleague":
        admin = publisher
    elif reach == "another town":
        factories.MembershipFactory(user=editor, municipality=kenitra, role="auditor")
    else:
        User.objects.filter(pk=editor.pk).update(is_superuser=True)
        editor.refresh_from_db()
    with pytest.raises(PermissionDenied):
        services.drop_second_factor(user=editor, actor=admin)
    assert second_factor.has_one(editor)
