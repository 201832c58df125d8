"""A session that ends while somebody types: the text is there again after signing in, without scripts."""

from __future__ import annotations

import datetime
import re

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from portal.audit.models import Entry
from portal.limits.models import Tally
from portal.municipalities import unsent
from portal.municipalities.models import Role, UnsentForm, Zone
from tests import factories
from tests.html_forms import forms_of

ZONES = "/fr/m/nefta/staff/zones/"
UNSENT = "/fr/staff/unsent/"
STREETS = "نهج الواحة\nRue de l'Oasis <b>&amp;</b> «é»\n" + "شارع البيئة " * 100


@pytest.fixture
def zone(nefta):
    return factories.ZoneFactory(municipality=nefta, number=1, name_ar="المدينة", streets="")


def typed(client, zone, streets=STREETS):
    """What the page of zones posts once it was typed over."""
    form = next(form for form in forms_of(client.get(ZONES).content, ZONES) if form.texts)
    return form.filled(**{f"zone-{zone.pk}-streets": streets})


def sent_again(client):
    """Press the button of the page of what was kept."""
    form = forms_of(client.get(UNSENT).content, UNSENT)[0]
    return client.post(form.action, form.data)


def end_session(client):
    client.cookies["sessionid"] = ""


def test_what_was_typed_is_there_after_signing_in_and_is_saved_by_one_button(nefta, editor, zone):
    browser = Client()
    browser.force_login(editor)
    data = typed(browser, zone)
    end_session(browser)
    response = browser.post(ZONES, data)
    assert response.headers["Location"] == f"/fr/sign-in/?next={UNSENT}"
    door = browser.get(response.headers["Location"]).content.decode()
    assert "What you typed is kept" in door or "saisi" in door
    signed_in = browser.post(
        response.headers["Location"],
        {"username": editor.email, "password": factories.PASSWORD, "next": UNSENT},
    )
    assert signed_in.headers["Location"] == UNSENT
    waiting = browser.get(UNSENT)
    assert waiting.context["forms"][0].words == [zone.name_ar, STREETS]
    saved = sent_again(browser)
    assert saved.headers["Location"] == ZONES
    zone.refresh_from_db()
    assert zone.streets.replace("\r\n", "\n") == STREETS.strip()
    assert Entry.objects.get().actor == editor
    assert not UnsentForm.objects.exists()
    assert browser.cookies["unsent"].value == ""
    assert browser.get(UNSENT).headers["Location"] == "/fr/staff/"


def kept(person, zone, **headers):
    """A browser in which a form waits, not signed in."""
    browser = Client()
    browser.force_login(person)
    data = typed(browser, zone)
    end_session(browser)
    browser.post(ZONES, data, headers=headers)
    return browser


def test_nothing_of_it_can_be_read_in_the_database(editor, zone):
    browser = kept(editor, zone)
    row = UnsentForm.objects.get()
    assert "البيئة".encode() not in bytes(row.sealed)
    assert browser.cookies["unsent"].value not in str(UnsentForm.objects.values().get())
    with_another_key = Client()
    with_another_key.cookies["unsent"] = "A" * 43
    with_another_key.force_login(editor)
    assert with_another_key.get(UNSENT).headers["Location"] == "/fr/staff/"


def test_a_row_that_was_tampered_with_is_not_opened(editor, zone):
    browser = kept(editor, zone)
    row = UnsentForm.objects.get()
    row.sealed = bytes(row.sealed)[:-1] + b"?"
    row.save()
    browser.force_login(editor)
    assert browser.get(UNSENT).headers["Location"] == "/fr/staff/"


@pytest.mark.parametrize("key", ["", "x", "é", "A" * 42, "A" * 44, "!" * 43])
def test_a_key_that_is_none_opens_nothing(client, editor, key):
    client.cookies["unsent"] = key
    client.force_login(editor)
    assert client.get(UNSENT).status_code == 302


def test_another_person_at_the_same_computer_does_not_see_it(editor, zone, stranger):
    browser = kept(editor, zone)
    browser.force_login(stranger)
    assert browser.get(UNSENT).headers["Location"] == "/fr/staff/"
    browser.force_login(editor)
    assert browser.get(UNSENT).status_code == 200


def test_two_windows_lose_neither_text(nefta, editor, zone):
    browser = Client()
    browser.force_login(editor)
    first, second = typed(browser, zone, "الأول هنا"), typed(browser, zone, "والثاني هناك")
    end_session(browser)
    browser.post(ZONES, first)
    browser.post(ZONES, second)
    browser.force_login(editor)
    html = browser.get(UNSENT).content.decode()
    assert "الأول هنا" in html
    assert "والثاني هناك" in html
    sent_again(browser)
    assert "والثاني هناك" in browser.get(UNSENT).content.decode()


def test_a_form_that_is_refused_is_shown_with_its_text_and_kept_no_longer(editor, zone):
    browser = Client()
    browser.force_login(editor)
    data = typed(browser, zone)
    end_session(browser)
    browser.post(ZONES, data | {f"zone-{zone.pk}-number": "not a number"})
    browser.force_login(editor)
    response = sent_again(browser)
    assert response.status_code == 200
    assert "شارع البيئة" in response.content.decode()
    assert not UnsentForm.objects.exists()


def test_sent_again_by_somebody_whose_session_has_ended_once_more_it_is_kept_once(editor, zone):
    browser = kept(editor, zone)
    browser.force_login(editor)
    html = browser.get(UNSENT).content.decode()
    assert html.count("شارع البيئة شارع البيئة") >= 1
    mark = re.search(r'name="unsent" value="(\d+)"', html)[1]
    end_session(browser)
    browser.post(ZONES, {"unsent": mark, "zone-1-streets": "شارع البيئة"})
    assert UnsentForm.objects.count() == 1


def test_it_is_thrown_away_on_request(editor, zone):
    browser = kept(editor, zone)
    browser.force_login(editor)
    assert browser.post(UNSENT).status_code == 302
    assert not UnsentForm.objects.exists()
    assert browser.get(UNSENT).status_code == 302


def test_it_is_gone_after_two_hours(editor, zone):
    with time_machine.travel(timezone.now(), tick=False) as clock:
        browser = kept(editor, zone)
        clock.shift(unsent.KEPT + datetime.timedelta(seconds=1))
        browser.force_login(editor)
        assert browser.get(UNSENT).status_code == 302
        assert unsent.forget() == "1 unsent forms removed"


def test_what_is_too_long_is_shown_for_copying(editor, zone, monkeypatch):
    monkeypatch.setattr(unsent, "MOST_BYTES", 10)
    browser = Client()
    browser.force_login(editor)
    data = typed(browser, zone)
    end_session(browser)
    response = browser.post(ZONES, data)
    assert response.status_code == 403
    assert "شارع البيئة" in response.content.decode()
    assert not UnsentForm.objects.exists()


def test_a_network_fills_no_disk(client, zone, monkeypatch):
    monkeypatch.setattr(unsent, "MOST_AN_HOUR", 2)
    answers = [client.post(ZONES, {"text": f"نص {number}"}).status_code for number in range(4)]
    assert answers == [302, 302, 403, 403]
    assert UnsentForm.objects.count() == 2
    assert Tally.objects.get().scope == "unsent-form"


@pytest.mark.parametrize("headers", [{"Sec-Fetch-Mode": "cors"}, {"HX-Request": "true"}])
def test_what_a_script_sent_stays_in_its_page(client, zone, headers):
    response = client.post(ZONES, {"text": "نص"}, headers=headers)
    assert response.headers["Location"] == f"/fr/sign-in/?next={ZONES}"
    assert not UnsentForm.objects.exists()


def test_a_form_without_words_is_nothing_to_keep(client, zone):
    assert client.post(ZONES, {"remove": ""}).headers["Location"] == f"/fr/sign-in/?next={ZONES}"
    assert not UnsentForm.objects.exists()


def test_nobody_is_told_whether_a_municipality_exists(client, zone):
    for slug in ("nefta", "nowhere"):
        answer = client.post(f"/fr/m/{slug}/staff/zones/", {"text": "نص"})
        assert answer.headers["Location"] == f"/fr/sign-in/?next={UNSENT}"


# --- signed in anew in another window ------------------------------------------------------------------


@pytest.fixture
def strict(editor):
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(editor)
    return browser


def test_a_form_with_an_old_token_of_our_own_page_is_kept(strict, zone):
    data = typed(strict, zone) | {"csrfmiddlewaretoken": "a" * 64}
    response = strict.post(ZONES, data, headers={"Origin": "http://testserver"})
    assert response.headers["Location"] == UNSENT
    zone.refresh_from_db()
    assert zone.streets == ""
    html = strict.get(UNSENT).content.decode()
    assert "شارع البيئة" in html
    assert sent_again(strict).status_code == 302
    zone.refresh_from_db()
    assert zone.streets.endswith("شارع البيئة")


@pytest.mark.parametrize("origin", ["https://evil.example", "null", ""])
def test_a_forged_form_is_refused_and_not_kept(strict, zone, origin):
    headers = {"Origin": origin} if origin else {}
    assert strict.post(ZONES, {"text": "نص"}, headers=headers).status_code == 403
    assert not UnsentForm.objects.exists()


def test_a_page_that_asks_for_a_password_keeps_nothing(strict):
    data = {"username": "a@b.example", "password": "a secret of mine"}
    response = strict.post("/fr/sign-in/", data, headers={"Origin": "http://testserver"})
    assert response.status_code == 403
    assert not UnsentForm.objects.exists()


def test_where_cookies_are_secure_the_key_is_too(editor, zone, settings):
    settings.SESSION_COOKIE_SECURE = True
    browser = Client()
    browser.post(ZONES, {"text": "نص"}, secure=True)
    cookie = browser.cookies["__Host-unsent"]
    assert (cookie["secure"], cookie["httponly"], cookie["samesite"], cookie["path"]) == (
        True,
        True,
        "Lax",
        "/",
    )
    assert not Zone.objects.filter(streets__gt="").exists()
    assert Role.EDITOR in {membership.role for membership in editor.memberships.all()}
