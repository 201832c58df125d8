"""How often a network did something: counted by an address that nobody can choose, and soon forgotten."""

import datetime

import pytest
import time_machine
from django.test import RequestFactory

from portal.limits import counting
from portal.limits.models import DaySalt, Tally
from tests.threads import at_once, shared_database  # noqa: F401

NOW = datetime.datetime(2026, 11, 9, 17, 42, tzinfo=datetime.UTC)


@pytest.fixture
def clock():
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


def _from(address="198.51.100.7", forwarded=None):
    headers = {"HTTP_X_FORWARDED_FOR": forwarded} if forwarded else {}
    return RequestFactory().get("/", REMOTE_ADDR=address, **headers)


@pytest.mark.django_db
def test_each_scope_and_network_counts_for_itself(clock):
    assert [counting.count(_from(), "a") for _ in range(3)] == [1, 2, 3]
    assert counting.count(_from(), "b") == 1
    assert counting.count(_from("198.51.101.7"), "a") == 1
    assert counting.counted(_from(), "a") == 3


@pytest.mark.django_db
@pytest.mark.django_db
def test_looking_counts_nothing(clock):
    assert counting.counted(_from(), "a") == 0
    assert not Tally.objects.exists()
    assert not DaySalt.objects.exists()


@pytest.mark.django_db
def test_an_hour_later_it_begins_anew(clock):
    counting.count(_from(), "a")
    clock.shift(3600)
    assert counting.counted(_from(), "a") == 0
    assert counting.count(_from(), "a") == 1


@pytest.mark.django_db
def test_tomorrow_the_same_network_has_another_key(clock):
    counting.count(_from(), "a")
    clock.shift(86400)
    counting.count(_from(), "a")
    assert len(set(Tally.objects.values_list("key", flat=True))) == 2


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("198.51.100.7", "198.51.100.0/24"),
        ("198.51.100.250", "198.51.100.0/24"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::1", "2001:db8:1:2::/64"),
        ("::ffff:198.51.100.7", "198.51.100.0/24"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", "unknown"),
        ("no address", "unknown"),
    ],
)
def test_the_network_of_an_address(address, network):
    assert counting.network_of(_from(address)) == network


@pytest.mark.parametrize("forwarded", ["203.0.113.9", "1.2.3.4, 203.0.113.9", "<script>", ",,,"])
def test_without_proxies_of_ours_nobody_is_believed(forwarded):
    assert counting.network_of(_from(forwarded=forwarded)) == "198.51.100.0/24"


@pytest.mark.parametrize(
    ("proxies", "forwarded", "network"),
    [
        (1, "203.0.113.9", "203.0.113.0/24"),
        (1, "1.2.3.4, 203.0.113.9", "203.0.113.0/24"),
        (1, "203.0.113.9, 5.6.7.8", "5.6.7.0/24"),
        (2, "1.2.3.4, 203.0.113.9, 10.0.0.1", "203.0.113.0/24"),
        (2, "203.0.113.9", "198.51.100.0/24"),
        (1, "203.0.113.9:52110", "203.0.113.0/24"),
        (1, "1.2.3.4, [2001:db8::1]:443", "2001:db8::/64"),
        (1, "[2001:db8::1]", "2001:db8::/64"),
        (1, "[::ffff:203.0.113.9]:443", "203.0.113.0/24"),
        (1, "[fe80::1%eth0]:443", "fe80::/64"),
        (1, "garbage", "198.51.100.0/24"),
        (1, "[]:443", "198.51.100.0/24"),
        (1, "1.2.3.4:5:6", "198.51.100.0/24"),
        (1, "", "198.51.100.0/24"),
    ],
)
def test_behind_proxies_of_ours_the_outermost_one_is_believed(settings, proxies, forwarded, network):
    settings.TRUSTED_PROXIES = proxies
    assert counting.network_of(_from(forwarded=forwarded)) == network


@pytest.mark.django_db
@pytest.mark.parametrize("proxies", [0, 1])
def test_what_anybody_writes_before_never_changes_the_key(settings, clock, proxies):
    settings.TRUSTED_PROXIES = proxies
    for number in range(20):
        counting.count(_from(forwarded=f"{number}.1.2.3, 203.0.113.9"), "a")
    assert Tally.objects.get().count == 20


@pytest.mark.django_db
def test_no_address_is_stored(clock):
    counting.count(_from("198.51.100.77"), "a")
    assert "198.51" not in str([*Tally.objects.values(), *DaySalt.objects.values()])


@pytest.mark.django_db
def test_what_is_not_of_today_is_forgotten(clock):
    counting.count(_from(), "a")
    nothing = counting.forget()
    assert DaySalt.objects.exists()
    clock.shift(86400)
    counting.count(_from(), "a")
    assert counting.forget() != nothing
    assert [salt.day for salt in DaySalt.objects.all()] == [datetime.date(2026, 11, 10)]
    assert Tally.objects.get().hour.date() == datetime.date(2026, 11, 10)


def test_many_at_once_are_all_counted(shared_database):  # noqa: F811
    shared_database()
    at_once(lambda _: counting.count(_from(), "a"), range(12))
    assert at_once(lambda _: counting.counted(_from(), "a"), [0]) == [12]
    assert at_once(lambda _: DaySalt.objects.count(), [0]) == [1]
