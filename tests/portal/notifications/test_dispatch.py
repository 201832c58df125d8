"""Letters are written with the act: in the reader's language, once, and not at all where the act fails."""

import datetime

import pytest
from django.db import transaction
from django.utils import timezone, translation

from portal.municipalities.access import Act
from portal.notifications.dispatch import (
    Letter,
    forget,
    take_back,
    tell,
    tell_members,
    tell_subscriber,
    was_told,
)
from portal.notifications.models import Delivery, Subscription
from tests.factories import MembershipFactory, UserFactory
from tests.portal.notifications.subscribers import DeliveryFactory, SubscriptionFactory, write
from tests.threads import at_once, shared_database  # noqa: F401

LATER = datetime.timedelta(days=3)


def told(municipality, **kwargs):
    values = {"topic": "thing", "topic_id": 1, "event": "thing.happened", "write": write, "key": "1"} | kwargs
    tell(municipality=municipality, **values)


@pytest.mark.django_db
class TestTelling:
    def test_each_follower_gets_a_letter_in_their_language(self, nefta):
        SubscriptionFactory(municipality=nefta, language="ar")
        SubscriptionFactory(municipality=nefta, language="fr")
        with translation.override("en"):
            told(nefta)
        found = Delivery.objects.order_by("pk")
        assert [(letter.language, letter.subject) for letter in found] == [
            ("ar", "خبر جديد"),
            ("fr", "Du nouveau"),
        ]
        assert all(letter.sent_at is None and letter.due_at <= timezone.now() for letter in found)

    def test_every_letter_says_how_to_stop(self, nefta):
        row = SubscriptionFactory(municipality=nefta, language="ar")
        told(nefta)
        body = Delivery.objects.get().body
        words, foot = body.split("\n\n-- \n")
        assert words == "حصل شيء."
        why, address = foot.splitlines()
        assert why.endswith(":")
        assert address == f"https://portal.example/ar/subscriptions/{row.token}/stop/"

    def test_a_language_is_written_once_and_is_active_meanwhile(self, nefta):
        SubscriptionFactory.create_batch(3, municipality=nefta, language="fr")
        active = []

        def write(language):
            active.append((language, translation.get_language()))
            return Letter("x", "y")

        told(nefta, write=write)
        assert active == [("fr", "fr")]
        assert Delivery.objects.count() == 3

    def test_many_followers_are_written_to_at_once(self, nefta, django_assert_max_num_queries):
        SubscriptionFactory.create_batch(300, municipality=nefta)
        with django_assert_max_num_queries(10):  # SQLite takes some eighty rows at a time
            told(nefta)
        assert Delivery.objects.count() == 300

    def test_telling_twice_writes_once(self, nefta):
        SubscriptionFactory(municipality=nefta)
        told(nefta)
        told(nefta, write=lambda language: Letter("other", "words"))
        assert Delivery.objects.get().subject == "Du nouveau"

    def test_another_event_or_key_is_told_too(self, nefta):
        SubscriptionFactory(municipality=nefta)
        told(nefta)
        told(nefta, key="2")
        told(nefta, event="thing.ended")
        assert Delivery.objects.count() == 3

    def test_nobody_is_told_who_did_not_confirm_or_follows_something_else(self, nefta, kenitra):
        SubscriptionFactory(municipality=nefta, unconfirmed=True)
        SubscriptionFactory(municipality=nefta, topic_id=2)
        SubscriptionFactory(municipality=nefta, topic="other")
        SubscriptionFactory(municipality=kenitra)
        told(nefta)
        assert not Delivery.objects.exists()

    def test_an_act_that_is_rolled_back_leaves_no_letter(self, nefta):
        SubscriptionFactory(municipality=nefta)

        def fail():
            told(nefta)
            assert Delivery.objects.count() == 1
            raise ValueError

        with pytest.raises(ValueError), transaction.atomic():  # noqa: PT011
            fail()
        assert not Delivery.objects.exists()

    def test_a_letter_can_wait_for_its_moment(self, nefta):
        SubscriptionFactory(municipality=nefta)
        moment = timezone.now() + LATER
        told(nefta, due_at=moment)
        assert Delivery.objects.get().due_at == moment

    def test_a_letter_that_was_not_sent_gives_way_to_a_newer_one(self, nefta):
        row = SubscriptionFactory(municipality=nefta)
        sent = DeliveryFactory(subscription=row, sent_at=timezone.now())
        other = DeliveryFactory(subscription=row, event="thing.ended")
        told(nefta, due_at=timezone.now() + LATER)
        told(nefta, due_at=timezone.now() + 2 * LATER, replaces=True)
        told(nefta, key="2", due_at=timezone.now() + 2 * LATER, replaces=True)
        new = Delivery.objects.exclude(pk__in=[sent.pk, other.pk]).get()
        assert new.key.startswith("thing.happened:2:")
        assert new.due_at > timezone.now() + LATER

    def test_what_was_not_sent_can_be_taken_back(self, nefta):
        row = SubscriptionFactory(municipality=nefta)
        kept = DeliveryFactory(subscription=row, sent_at=timezone.now())
        told(nefta)
        take_back(municipality=nefta, topic="thing", topic_id=1, event="thing.happened")
        assert list(Delivery.objects.all()) == [kept]

    def test_one_who_comes_later_is_told_what_the_others_were(self, nefta):
        told(nefta)
        row = SubscriptionFactory(municipality=nefta)
        for _again in range(2):
            tell_subscriber(row, event="thing.happened", write=write, key="1")
        told(nefta)
        assert Delivery.objects.get().subscription == row

    def test_what_is_forgotten_leaves_neither_address_nor_letter(self, nefta):
        gone, other = SubscriptionFactory(municipality=nefta), SubscriptionFactory(topic_id=2)
        DeliveryFactory(subscription=gone, sent_at=timezone.now())
        told(nefta)
        forget(topic="thing", topic_id=1)
        assert list(Subscription.objects.all()) == [other]
        assert not Delivery.objects.exists()

    def test_a_subject_is_one_line(self, nefta):
        SubscriptionFactory(municipality=nefta)
        told(nefta, write=lambda language: Letter("a\r\nBcc: all@example.org\x00\u202e b", "c" * 400))
        assert Delivery.objects.get().subject == "a Bcc: all@example.org b"

    def test_a_long_subject_is_cut(self, nefta):
        SubscriptionFactory(municipality=nefta)
        told(nefta, write=lambda language: Letter("a" * 400, ""))
        assert len(Delivery.objects.get().subject) == 300


@pytest.mark.django_db
class TestMembers:
    def test_who_may_do_it_is_told_once_in_the_language_they_prefer(self, nefta, kenitra):
        both = UserFactory(language="fr")
        for role in ("moderator", "municipal_admin"):
            MembershipFactory(municipality=nefta, role=role, user=both)
        MembershipFactory(municipality=nefta, role="moderator", user__language="ar")
        MembershipFactory(municipality=nefta, role="editor")
        MembershipFactory(municipality=kenitra, role="moderator")
        MembershipFactory(municipality=nefta, role="moderator", user__is_active=False)
        for _again in range(2):
            tell_members(municipality=nefta, act=Act.MODERATE, event="staff.x", write=write, key="1")
        found = Delivery.objects.order_by("pk")
        assert [(letter.user.language, letter.subject) for letter in found] == [
            ("fr", "Du nouveau"),
            ("ar", "خبر جديد"),
        ]
        assert "subscriptions" not in found[0].body

    def test_it_is_known_whether_it_was_told(self, nefta):
        MembershipFactory(municipality=nefta, role="moderator")
        tell_members(municipality=nefta, act=Act.MODERATE, event="staff.x", write=write, key="1:2026-11-22")
        assert was_told(event="staff.x", key="1:2026-11-22")
        assert not was_told(event="staff.x", key="1:2026-11-2")
        assert not was_told(event="staff.y", key="1:2026-11-22")


def test_two_who_tell_the_same_at_the_same_time_write_once(shared_database, nefta):  # noqa: F811
    SubscriptionFactory.create_batch(20, municipality=nefta)
    shared_database()
    at_once(lambda _: told(nefta), range(4))
    assert at_once(lambda _: Delivery.objects.count(), [None]) == [20]


def test_a_subscription_may_end_while_it_is_told(shared_database, nefta):  # noqa: F811
    """Neither the act that tells nor the one who stops is hindered by the other."""
    SubscriptionFactory.create_batch(10, municipality=nefta)
    shared_database()
    acts = [
        lambda: [told(nefta, key=str(n)) for n in range(10)],
        lambda: [forget(topic="thing", topic_id=1) for _ in range(10)],
    ]
    at_once(lambda act: act(), acts)
    assert at_once(lambda _: (Subscription.objects.count(), Delivery.objects.count()), [None]) == [(0, 0)]
