"""Many at the same moment, and the moment of the closing itself."""

import datetime
import random
import threading

import pytest
import time_machine
from django.db import transaction
from django.test import Client
from django.utils import timezone

from consultations import receipts, tokens
from consultations.models import Consultation, Contribution
from consultations.services import contributions as services
from consultations.services.contributions import Closed, Words, receive
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


def test_ten_clicks_at_once_are_one_contribution_with_one_receipt(opened):
    consultation, shown = opened
    for token in shown[:5]:
        form = filled_in(token, text=f"نقرة مكررة {token[-6:]}")
        answers = at_once(lambda _, form=form: _press(consultation, form), range(10))
        assert {status for status, _ in answers} == {303}
        assert len({location for _, location in answers}) == 1
    assert in_thread(Contribution.objects.count) == 5


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


@pytest.mark.django_db
def test_around_the_closing_what_is_committed_in_time_is_taken_and_nothing_else(monkeypatch):
    """Each of them takes a while to be stored; what counts is the clock at its end."""
    consultation = ConsultationFactory(open=True)
    closes_at = consultation.closes_at
    moments = random.Random(2026)
    accepted = 0
    with time_machine.travel(closes_at, tick=False) as clock:
        for _ in range(400):
            ends = moments.randint(-2000, 2000) * MILLISECONDS
            begins = ends - moments.randint(0, 300) * MILLISECONDS
            clock.move_to(closes_at + begins)
            monkeypatch.setattr(
                services.letters,
                "contribution_received",
                lambda *_given, ends=ends: clock.move_to(closes_at + ends),
            )
            try:
                _received(consultation)
                accepted += 1
                assert ends < datetime.timedelta(0)
            except Closed:
                assert ends >= datetime.timedelta(0)
    assert Contribution.objects.count() == accepted == Consultation.objects.get().last_number
    assert 120 < accepted < 280


@pytest.mark.django_db
@pytest.mark.parametrize("hours", [-1, 1])
def test_a_stepped_clock_loses_nothing_that_was_told(hours):
    consultation = ConsultationFactory(open=True)
    with time_machine.travel(consultation.closes_at - datetime.timedelta(minutes=30), tick=False) as clock:
        _received(consultation)
        clock.shift(hours * 3600)
        if hours < 0:
            _received(consultation)
        else:
            with pytest.raises(Closed):
                _received(consultation)
    assert Contribution.objects.count() == (2 if hours < 0 else 1)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("town", "closes_at"),
    [
        # The last Sunday before Ramadan of 2027, when Morocco's clocks go back; a year's end; a leap day.
        ("kenitra", datetime.datetime(2027, 2, 7, 1, 59, 59, tzinfo=datetime.UTC)),
        ("nefta", datetime.datetime(2026, 12, 31, 23, 0, tzinfo=datetime.UTC)),
        ("nefta", datetime.datetime(2028, 2, 29, 22, 59, 59, tzinfo=datetime.UTC)),
    ],
)
def test_odd_days_close_to_the_second(request, town, closes_at):
    municipality = request.getfixturevalue(town)
    opens_at = closes_at - datetime.timedelta(days=3)
    consultation = ConsultationFactory(
        open=True, municipality=municipality, opens_at=opens_at, closes_at=closes_at
    )
    with time_machine.travel(closes_at - MILLISECONDS, tick=False) as clock:
        _received(consultation)
        clock.move_to(closes_at)
        with pytest.raises(Closed):
            _received(consultation)
