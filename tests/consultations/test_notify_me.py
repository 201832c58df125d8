"""Asking to be told of a consultation: the page says the same to everybody, machines leave nothing."""

import re

import pytest
from django.test import Client

from consultations.views.notifying import MOST_AN_HOUR
from portal.limits.models import Tally
from portal.notifications.models import Delivery, Subscription
from portal.notifications.subscriptions import confirm
from tests.consultations.participation import ConsultationFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def consultation(nefta):
    return ConsultationFactory(municipality=nefta, before=True, number=3, title_ar="حاجيات منطقتك")


@pytest.fixture
def address(consultation):
    return "/ar/m/nefta/consultations/3/notify/"


def test_the_page_asks_for_an_address(client, address):
    page = client.get(address)
    assert page.status_code == 200
    assert "حاجيات منطقتك" in page.content.decode()
    assert 'type="email"' in page.content.decode()
    assert 'name="homepage"' in page.content.decode()


def test_an_address_is_asked_to_confirm(client, address, consultation):
    done = client.post(address, {"email": "amel@example.org", "homepage": ""}, follow=True)
    assert done.redirect_chain == [(f"{address}?asked=1", 302)]
    assert 'role="status"' in done.content.decode()
    row = Subscription.objects.get()
    assert (row.topic, row.topic_id, row.language) == ("consultation", consultation.pk, "ar")
    assert row.confirmed_at is None
    assert "حاجيات منطقتك" in Delivery.objects.get().body


def test_who_confirms_is_told_when_it_opens(client, address, consultation):
    client.post(address, {"email": "amel@example.org"})
    confirm(Subscription.objects.get().token)
    assert set(Delivery.objects.values_list("event", "due_at")) >= {
        ("consultation.opened", consultation.opens_at)
    }
    page = client.get(f"/ar/subscriptions/{Subscription.objects.get().token}/stop/")
    assert "حاجيات منطقتك" in page.content.decode()


def test_the_answer_is_the_same_for_one_who_follows_already(client, address):
    client.post(address, {"email": "amel@example.org"})
    confirm(Subscription.objects.get().token)
    before = Delivery.objects.count()
    known = client.post(address, {"email": "amel@example.org"}, follow=True)
    unknown = client.post(address, {"email": "other@example.org"}, follow=True)
    assert known.content == unknown.content
    assert Delivery.objects.count() == before + 1


@pytest.mark.parametrize("email", ["", "amel", "a@b\r\nBcc: c@example.org", "x" * 300 + "@example.org"])
def test_what_is_no_address_is_said_beside_the_field_and_kept(client, address, email):
    page = client.post(address, {"email": email})
    text = page.content.decode()
    assert page.status_code == 200
    assert "<title>خطأ" in text
    assert 'href="#id_email"' in text
    assert 'id="email-error"' in text
    assert 'aria-invalid="true"' in text
    if email == "amel":
        assert 'value="amel"' in text
    assert not Subscription.objects.exists()
    assert not Tally.objects.exists()


def test_a_machine_that_fills_everything_in_learns_and_stores_nothing(client, address):
    done = client.post(address, {"email": "amel@example.org", "homepage": "https://x"}, follow=True)
    assert 'role="status"' in done.content.decode()
    assert not Subscription.objects.exists()


def test_too_many_from_one_network_are_refused_and_the_address_stays_in_the_form(client, address):
    client.post(address, {"email": "a@example.org"})
    Tally.objects.update(count=MOST_AN_HOUR - 1)
    assert client.post(address, {"email": "b@example.org"}).status_code == 302
    refused = client.post(address, {"email": "c@example.org"})
    assert refused.status_code == 429
    assert refused["Retry-After"] == "3600"
    assert 'value="c@example.org"' in refused.content.decode()
    assert 'role="alert"' in refused.content.decode()
    assert not Subscription.objects.filter(email="c@example.org").exists()


def test_a_draft_and_another_municipalitys_are_not_there(client, nefta, kenitra):
    ConsultationFactory(municipality=nefta, number=4)
    ConsultationFactory(municipality=kenitra, open=True, number=5)
    for number in (4, 5, 6):
        address = f"/ar/m/nefta/consultations/{number}/notify/"
        assert client.get(address).status_code == 404
        assert client.post(address, {"email": "a@example.org"}).status_code == 404
    assert not Subscription.objects.exists()


def test_another_site_cannot_ask(address):
    refused = Client(enforce_csrf_checks=True).post(address, {"email": "a@example.org"})
    assert refused.status_code == 422
    assert not Subscription.objects.exists()
    assert not Tally.objects.exists()


@pytest.mark.parametrize("email", ["amel@example.org", "amel"])
def test_who_lost_the_cookie_finds_the_address_in_the_form_and_sends_it_again(address, email):
    strict = Client(enforce_csrf_checks=True)
    page = strict.post(address, {"email": email})
    text = page.content.decode()
    assert (page.status_code, "<title>خطأ" in text, f'value="{email}"' in text) == (422, True, True)
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', text).group(1)
    again = strict.post(address, {"email": email, "csrfmiddlewaretoken": token})
    assert again.status_code == (302 if "@" in email else 200)
    assert Subscription.objects.count() == ("@" in email)


@pytest.mark.parametrize("language", ["ar", "fr", "en"])
def test_each_language(client, consultation, language):
    client.post(f"/{language}/m/nefta/consultations/3/notify/", {"email": "a@example.org"})
    assert Delivery.objects.get().language == language
