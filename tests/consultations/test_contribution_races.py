"""Many at the same moment. What is sent twice, and the closing itself: tests/trust/test_durability.py."""

import datetime
import threading

import pytest
import time_machine
from django.db import transaction
from django.test import Client
from django.utils import timezone

from consultations import receipts, tokens
from consultations.models import Consultation, Contribution
from consultations.services import contributions as services
from consultations.services.contributions import Words, receive
from portal.audit.log import record
from portal.municipalities.turns import take_turn
from tests.consultations.contribution_posts import filled_in, form_address
from tests.consultations.participation import ConsultationFactory
from tests.threads import at_once, in_thread, shared_database  # noqa: F401

WORDS = Words(kind="comment", text="رأي في وقته")
MILLISECONDS = datetime.timedelta(milliseconds=1)


@pytest.fixture
def opened(shared_database):  # noqa: F811
    consultation = ConsultationFactory(open=True)
    with time_machine.travel(timezone.now() - datetime.timedelta(minutes=1), tick=False):
        shown = [tokens.issue(consultation.pk) for _ in range(20)]
    shared_database()
    return consultation, shown


def _press(consultation, form):
    response = Client().post(form_address(consultation), form)
    return response.status_code, response.headers.get("Location")


def test_twenty_people_at_once_get_twenty_numbers_in_a_row(opened):
    consultation, shown = opened
    answers = at_once(lambda token: _press(consultation, filled_in(token, text=token[-9:])), shown)
    assert [status for status, _ in answers] == [303] * 20
    numbers = in_thread(lambda: sorted(Contribution.objects.values_list("number", flat=True)))
    assert numbers == list(range(1, 21))
    assert in_thread(lambda: Consultation.objects.get().last_number) == 20


def test_citizens_and_staff_never_block_each_other_for_good(opened):
    """The staff hold the municipality's row first and then the consultation's; so does what citizens send."""
    consultation, shown = opened

    def edit(_number):
        with transaction.atomic():
            take_turn(consultation.municipality)
            Consultation.objects.filter(pk=consultation.pk).update(summary_ar="تغيير")
            town = consultation.municipality
            record(actor=None, action="consultation.edited", obj=consultation, municipality=town)
        return 303, ""

    def act(number):
        if number % 2:
            return edit(number)
        return _press(consultation, filled_in(shown[number], text=f"رأي رقم {number}"))

    answers = at_once(act, range(16))
    assert {status for status, _ in answers} == {303}


def test_a_withdrawal_and_an_erasure_at_once_leave_nothing(opened):
    consultation, _shown = opened
    row = in_thread(lambda: _received(consultation).contribution)
    start = threading.Barrier(6, timeout=30)

    def leave(number):
        start.wait()
        (services.erase if number % 2 else services.withdraw)(contribution=row)

    at_once(leave, range(6))
    found = in_thread(lambda: Contribution.objects.get())
    assert (found.status, found.text) == ("withdrawn", "")


def _received(consultation, **given):
    return receive(
        consultation=consultation, words=WORDS, code=receipts.new_code(), language="ar", marks=[], **given
    )
