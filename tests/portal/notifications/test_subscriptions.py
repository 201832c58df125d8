"""Following by e-mail: an address is asked first, begins by a button, stops by a button."""

import datetime

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.utils import timezone

from portal.notifications.models import Delivery, Subscription
from portal.notifications.subscriptions import QUESTIONS_A_DAY, confirm, end, find, followed, subscribe
from tests.portal.notifications import subscribers
from tests.portal.notifications.subscribers import DeliveryFactory, SubscriptionFactory
from tests.threads import at_once, shared_database  # noqa: F401

pytestmark = pytest.mark.django_db
NOW = datetime.datetime(2026, 11, 22, 12, tzinfo=datetime.UTC)
DAY = datetime.timedelta(days=1)


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


def ask(municipality, **kwargs):
    values = {"topic": "thing", "topic_id": 1, "email": "Amel@Example.org ", "language": "fr"} | kwargs
    return subscribe(municipality=municipality, **values)


class TestAsking:
    def test_an_address_is_noted_and_asked(self, nefta):
        row = ask(nefta)
        assert (row.email, row.language, row.confirmed_at) == ("amel@example.org", "fr", None)
        letter = Delivery.objects.get()
        assert (letter.subscription, letter.language) == (row, "fr")
        assert f"https://portal.example/fr/subscriptions/{row.token}/confirm/" in letter.body
        assert "Nos rues" in letter.body
        assert "amel" not in letter.body

    def test_one_who_was_told_elsewhere_that_it_is_wanted_is_not_asked(self, nefta):
        assert ask(nefta, is_confirmed=True).confirmed_at == NOW
        assert not Delivery.objects.exists()

    def test_asking_again_on_the_same_day_writes_no_second_letter(self, nefta, clock):
        first = ask(nefta)
        clock.shift(datetime.timedelta(hours=3))
        assert ask(nefta) == first
        assert Delivery.objects.count() == 1

    def test_asking_again_another_day_asks_again_in_the_language_of_now(self, nefta, clock):
        ask(nefta)
        clock.shift(6 * DAY)
        ask(nefta, language="ar")
        assert list(Delivery.objects.order_by("pk").values_list("language", flat=True)) == ["fr", "ar"]
        clock.shift(6 * DAY)
        assert find(Subscription.objects.get().token)

    def test_one_who_follows_already_hears_nothing_of_it(self, nefta):
        row = SubscriptionFactory(municipality=nefta, email="amel@example.org")
        assert ask(nefta, language="ar") == row
        row.refresh_from_db()
        assert row.language == "fr"
        assert not Delivery.objects.exists()

    def test_an_address_is_not_flooded_with_questions(self, nefta, clock):
        for topic_id in range(QUESTIONS_A_DAY + 3):
            ask(nefta, topic_id=topic_id)
        assert Delivery.objects.count() == QUESTIONS_A_DAY
        clock.shift(DAY + datetime.timedelta(hours=1))
        ask(nefta, topic_id=99)
        assert Delivery.objects.count() == QUESTIONS_A_DAY + 1

    @pytest.mark.parametrize("email", ["", "amel", "a@b\nBcc: c@example.org", "a@example.org, b@example.org"])
    def test_what_is_no_address_is_refused(self, nefta, email):
        with pytest.raises(ValidationError):
            ask(nefta, email=email)
        assert not Subscription.objects.exists()

    def test_an_unknown_language_becomes_the_portals(self, nefta):
        assert ask(nefta, language="xx").language == "ar"


class TestBeginning:
    def test_who_confirms_follows_from_then_on(self, nefta, clock):
        row = ask(nefta)
        clock.shift(DAY)
        assert confirm(row.token).confirmed_at == NOW + DAY
        assert subscribers.welcomed == [row]
        assert not Delivery.objects.exists()  # the question was not sent yet: it is answered
        assert followed(topic="thing", topic_ids=[1, 2]) == {1}

    def test_a_second_time_changes_nothing(self, nefta, clock):
        row = ask(nefta)
        confirm(row.token)
        clock.shift(DAY)
        assert confirm(row.token).confirmed_at == NOW
        assert len(subscribers.welcomed) == 1

    def test_an_unknown_token_begins_nothing(self):
        assert confirm("nobody") is None

    def test_a_week_later_it_is_too_late(self, nefta, clock):
        row = ask(nefta)
        clock.shift(7 * DAY + datetime.timedelta(seconds=1))
        assert find(row.token) is None
        assert confirm(row.token) is None
        assert followed(topic="thing", topic_ids=[1]) == set()

    def test_who_confirmed_is_found_for_ever(self, clock):
        row = SubscriptionFactory()
        clock.shift(400 * DAY)
        assert find(row.token) == row


class TestStopping:
    def test_the_address_and_its_letters_are_gone(self):
        row, other = SubscriptionFactory(), SubscriptionFactory()
        DeliveryFactory(subscription=row)
        DeliveryFactory(subscription=row, sent_at=timezone.now())
        kept = DeliveryFactory(subscription=other)
        end(row.token)
        assert list(Subscription.objects.all()) == [other]
        assert list(Delivery.objects.all()) == [kept]

    def test_an_unknown_token_stops_nothing(self):
        row = SubscriptionFactory()
        end("nobody")
        assert Subscription.objects.get() == row

    def test_who_stopped_can_begin_again(self, nefta):
        row = ask(nefta, is_confirmed=True)
        end(row.token)
        again = ask(nefta)
        assert again.confirmed_at is None
        assert again.token != row.token


def test_the_same_address_twice_at_the_same_time_is_one(shared_database, nefta):  # noqa: F811
    shared_database()
    rows = at_once(lambda _: ask(nefta).pk, range(4))
    assert len(set(rows)) == 1
    assert at_once(lambda _: Delivery.objects.count(), [None]) == [1]
