"""What is due is sent: each letter once, whoever else sends; none is lost, and failures are tried again."""

import datetime
import threading
from collections import Counter
from email import message_from_bytes, policy

import pytest
import time_machine
from django.core import mail
from django.core.mail.backends.locmem import EmailBackend
from django.utils import timezone

from portal.notifications.dispatch import send_due
from portal.notifications.models import Delivery
from portal.notifications.sending import BACK_OFF, INTERRUPTED, MOST_ATTEMPTS, message_of
from tests.factories import UserFactory
from tests.portal.notifications.subscribers import DeliveryFactory, SubscriptionFactory
from tests.threads import at_once, shared_database  # noqa: F401

NOW = datetime.datetime(2026, 11, 22, 12, tzinfo=datetime.UTC)
HERE = "tests.portal.notifications.test_sending"


class Counting(EmailBackend):
    """Counts what is sent over all threads."""

    lock = threading.Lock()
    sent: Counter[str] = Counter()

    def send_messages(self, messages):
        with self.lock:
            self.sent.update(message.to[0] for message in messages)
        return len(messages)


class Refusing(EmailBackend):
    """A server that knows nobody, and says so."""

    def send_messages(self, messages):
        raise RuntimeError(f"550 no such user <{messages[0].to[0]}>\r\nhere")


class Killed(EmailBackend):
    """The process is gone in the middle of the second letter."""

    sent = 0

    def send_messages(self, messages):
        if mail.outbox:
            raise SystemExit
        return super().send_messages(messages)


class Unreachable(EmailBackend):
    def open(self):
        raise ConnectionRefusedError


@pytest.mark.django_db
class TestSending:
    def test_what_is_due_is_sent_once(self):
        letter = DeliveryFactory()
        assert send_due() == "1 letters sent, 0 failed"
        assert send_due() == "0 letters sent, 0 failed"
        assert [message.to for message in mail.outbox] == [[letter.subscription.email]]
        letter.refresh_from_db()
        assert letter.sent_at
        assert (letter.attempts, letter.failure) == (1, "")

    def test_what_is_not_due_yet_waits(self):
        with time_machine.travel(NOW, tick=False) as clock:
            DeliveryFactory(due_at=NOW + datetime.timedelta(hours=1))
            send_due()
            assert not mail.outbox
            clock.shift(datetime.timedelta(hours=1))
            send_due()
            assert len(mail.outbox) == 1

    def test_a_member_is_written_to(self):
        person = UserFactory()
        letter = DeliveryFactory()
        Delivery.objects.filter(pk=letter.pk).update(subscription=None, user=person)
        send_due()
        assert mail.outbox[0].to == [person.email]
        assert "List-Unsubscribe" not in mail.outbox[0].extra_headers

    def test_nothing_is_asked_of_the_server_when_nothing_is_due(self, settings):
        settings.EMAIL_BACKEND = f"{HERE}.Unreachable"
        assert send_due() == "0 letters sent, 0 failed"

    def test_letters_wait_for_a_server_that_does_not_answer(self, settings):
        DeliveryFactory()
        settings.EMAIL_BACKEND = f"{HERE}.Unreachable"
        with pytest.raises(ConnectionRefusedError):
            send_due()
        assert Delivery.objects.get().attempts == 0

    def test_a_refused_letter_is_tried_again_later_and_later_and_given_up(self, settings):
        settings.EMAIL_BACKEND = f"{HERE}.Refusing"
        with time_machine.travel(NOW, tick=False) as clock:
            letter = DeliveryFactory()
            for attempt, pause in enumerate(BACK_OFF, start=1):
                assert send_due() == "0 letters sent, 1 failed"
                assert send_due() == "0 letters sent, 0 failed"
                letter.refresh_from_db()
                assert (letter.attempts, letter.due_at) == (attempt, timezone.now() + pause)
                clock.shift(pause)
            assert letter.attempts == MOST_ATTEMPTS == 6
            assert send_due() == "0 letters sent, 0 failed"
        assert letter.sent_at is None
        assert letter.failure == "RuntimeError: 550 no such user <…> here"

    def test_the_pauses_are_as_documented(self):
        assert [pause.total_seconds() / 60 for pause in BACK_OFF] == [5, 60, 360, 1440, 1440, 1440]

    def test_one_that_fails_keeps_none_of_the_others(self, settings, monkeypatch):
        bad, good = DeliveryFactory(), DeliveryFactory()
        send = EmailBackend.send_messages

        def choosy(self, messages):
            if messages[0].to == [bad.subscription.email]:
                raise RuntimeError
            return send(self, messages)

        monkeypatch.setattr(EmailBackend, "send_messages", choosy)
        assert send_due() == "1 letters sent, 1 failed"
        assert [message.to for message in mail.outbox] == [[good.subscription.email]]

    def test_none_is_lost_where_the_process_is_killed(self, settings):
        with time_machine.travel(NOW, tick=False) as clock:
            DeliveryFactory.create_batch(3)
            backend, settings.EMAIL_BACKEND = settings.EMAIL_BACKEND, f"{HERE}.Killed"
            with pytest.raises(SystemExit):
                send_due()
            assert Delivery.objects.filter(failure=INTERRUPTED, sent_at=None).count() == 1
            settings.EMAIL_BACKEND = backend
            send_due()
            clock.shift(BACK_OFF[0])
            send_due()
        counted = Counter(message.to[0] for message in mail.outbox)
        assert len(counted) == 3
        assert set(counted.values()) == {1}

    def test_the_earliest_goes_first(self):
        later = DeliveryFactory(due_at=timezone.now() - datetime.timedelta(hours=1))
        first = DeliveryFactory(due_at=timezone.now() - datetime.timedelta(hours=2))
        send_due()
        assert [message.to[0] for message in mail.outbox] == [
            first.subscription.email,
            later.subscription.email,
        ]


def test_two_processes_send_two_hundred_letters_once_each(shared_database, settings):  # noqa: F811
    follower = SubscriptionFactory()
    DeliveryFactory.create_batch(200, municipality=follower.municipality)
    shared_database()
    settings.EMAIL_BACKEND = f"{HERE}.Counting"
    Counting.sent.clear()
    said = at_once(lambda _: send_due(), range(2))
    assert len(Counting.sent) == 200
    assert set(Counting.sent.values()) == {1}
    assert sum(int(words.split()[0]) for words in said) == 200


@pytest.mark.django_db
class TestMessage:
    @pytest.fixture
    def message(self):
        return DeliveryFactory(
            language="ar", subject="خبر جديد عن شارعنا", body="مرحبا\n\nhttps://portal.example/ar/"
        )

    def parsed(self, letter):
        return message_from_bytes(message_of(letter).message().as_bytes(), policy=policy.default)

    def test_it_is_plain_text_in_its_language(self, message):
        found = self.parsed(message)
        assert found.get_content_type() == "text/plain"
        assert found["Content-Language"] == "ar"
        assert found["Subject"] == "خبر جديد عن شارعنا"
        assert found.get_content().strip() == "مرحبا\n\nhttps://portal.example/ar/"

    def test_mail_programs_can_stop_it_by_themselves(self, message):
        found = self.parsed(message)
        stop = f"https://portal.example/ar/subscriptions/{message.subscription.token}/stop/"
        assert found["List-Unsubscribe"].strip() == f"<{stop}>"  # folded before the address, never in it
        assert found["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"

    def test_no_machine_answers_it(self, message):
        assert self.parsed(message)["Auto-Submitted"] == "auto-generated"

    def test_every_attempt_has_the_same_id_and_no_other_letter_has_it(self, message):
        found = self.parsed(message)["Message-ID"]
        assert found == self.parsed(message)["Message-ID"]
        assert found.endswith("@portal.example>")
        assert found != self.parsed(DeliveryFactory())["Message-ID"]

    @pytest.mark.parametrize(
        "subject", ["a\nBcc: b@example.org", "a\r\n\r\nbody", "a\u2028Bcc: x", "a\x0b\x0cb"]
    )
    def test_no_header_is_smuggled_in(self, message, subject):
        message.subject = subject
        found = self.parsed(message)
        assert found["Bcc"] is None
        assert "\n" not in found["Subject"]
        assert found.get_content().startswith("مرحبا")
