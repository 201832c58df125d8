"""The two addresses in letters: a GET asks, a POST does it, and unknown tokens learn nothing."""

import pytest
from django.test import Client

from portal.notifications.models import Delivery, Subscription
from tests.portal.notifications.subscribers import DeliveryFactory, SubscriptionFactory

pytestmark = pytest.mark.django_db


def confirm_address(token, language="fr"):
    return f"/{language}/subscriptions/{token}/confirm/"


def stop_address(token, language="fr"):
    return f"/{language}/subscriptions/{token}/stop/"


@pytest.fixture
def waiting(nefta):
    return SubscriptionFactory(municipality=nefta, unconfirmed=True)


@pytest.fixture
def follower(nefta):
    return SubscriptionFactory(municipality=nefta)


class TestBeginning:
    def test_the_page_asks_what_about(self, client, waiting):
        page = client.get(confirm_address(waiting.token))
        assert page.status_code == 200
        assert "Nos rues" in page.content.decode()
        assert waiting.email not in page.content.decode()
        assert "no-store" in page["Cache-Control"]
        assert "noindex" in page.content.decode()
        waiting.refresh_from_db()
        assert waiting.confirmed_at is None

    def test_the_button_begins(self, client, waiting):
        done = client.post(confirm_address(waiting.token), follow=True)
        waiting.refresh_from_db()
        assert waiting.confirmed_at
        assert done.redirect_chain == [(confirm_address(waiting.token), 302)]
        assert "m-note--ok" in done.content.decode()

    def test_a_token_nobody_has(self, client):
        assert client.get(confirm_address("nobody")).status_code == 404
        assert client.post(confirm_address("nobody"), follow=True).status_code == 404

    def test_another_site_cannot_press_the_button(self, waiting):
        assert Client(enforce_csrf_checks=True).post(confirm_address(waiting.token)).status_code == 403
        waiting.refresh_from_db()
        assert waiting.confirmed_at is None


class TestStopping:
    def test_the_page_asks(self, client, follower):
        page = client.get(stop_address(follower.token))
        assert page.status_code == 200
        assert "Nos rues" in page.content.decode()
        assert follower.email not in page.content.decode()
        assert not page.cookies
        assert Subscription.objects.exists()

    def test_the_button_stops(self, client, follower):
        DeliveryFactory(subscription=follower)
        done = client.post(stop_address(follower.token))
        assert done.status_code == 200
        assert "m-note--ok" in done.content.decode()
        assert not Subscription.objects.exists()
        assert not Delivery.objects.exists()

    def test_a_mail_program_stops_it_by_one_post(self, follower):
        """RFC 8058: without a cookie, a token of ours or a page before it."""
        program = Client(enforce_csrf_checks=True)
        done = program.post(
            stop_address(follower.token, "ar"),
            "List-Unsubscribe=One-Click",
            content_type="application/x-www-form-urlencoded",
        )
        assert done.status_code == 200
        assert not Subscription.objects.exists()

    def test_an_unknown_token_is_answered_as_one_that_was_used(self, client, follower):
        first = client.post(stop_address(follower.token))
        for again in (client.post(stop_address(follower.token)), client.post(stop_address("nobody"))):
            assert again.status_code == first.status_code
            assert again.content.decode().replace("nobody", follower.token) == first.content.decode()
        assert client.get(stop_address("nobody")).status_code == 200

    @pytest.mark.parametrize("method", ["put", "delete", "patch"])
    def test_no_other_way(self, client, follower, method):
        assert getattr(client, method)(stop_address(follower.token)).status_code == 405
        assert Subscription.objects.exists()


@pytest.mark.parametrize("language", ["ar", "fr", "en"])
def test_each_language(client, waiting, follower, language):
    for address in (
        confirm_address(waiting.token, language),
        confirm_address(follower.token, language),
        stop_address(follower.token, language),
    ):
        assert f'<html lang="{language}"' in client.get(address).content.decode()
