"""What nobody needs any more is forgotten, without anybody asking."""

import datetime

import pytest
import time_machine

from portal.notifications.models import Delivery, Subscription
from portal.notifications.retention import erase_expired
from portal.notifications.sending import MOST_ATTEMPTS
from tests.portal.notifications.subscribers import DeliveryFactory, SubscriptionFactory

pytestmark = pytest.mark.django_db
NOW = datetime.datetime(2026, 11, 22, 12, tzinfo=datetime.UTC)
DAY = datetime.timedelta(days=1)


@pytest.fixture(autouse=True)
def clock():
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


def test_letters_go_three_months_after_they_were_sent(clock):
    DeliveryFactory(sent_at=NOW)
    clock.shift(92 * DAY)
    assert erase_expired() == "0 letters and 0 unconfirmed addresses erased"
    clock.shift(DAY)
    assert erase_expired() == "1 letters and 0 unconfirmed addresses erased"
    assert erase_expired() == "0 letters and 0 unconfirmed addresses erased"
    assert Subscription.objects.count() == 1


def test_letters_that_were_given_up_go_too(clock):
    DeliveryFactory(attempts=MOST_ATTEMPTS)
    clock.shift(93 * DAY)
    erase_expired()
    assert not Delivery.objects.exists()


def test_letters_that_wait_stay(clock):
    DeliveryFactory(due_at=NOW + 200 * DAY)
    DeliveryFactory(attempts=1)
    clock.shift(93 * DAY)
    erase_expired()
    assert Delivery.objects.count() == 2


def test_addresses_that_nobody_confirmed_go_after_a_week(clock):
    waiting, follower = SubscriptionFactory(unconfirmed=True), SubscriptionFactory()
    DeliveryFactory(subscription=waiting)
    clock.shift(7 * DAY)
    erase_expired()
    assert Subscription.objects.count() == 2
    clock.shift(datetime.timedelta(seconds=1))
    assert erase_expired() == "0 letters and 1 unconfirmed addresses erased"
    assert Subscription.objects.get() == follower
