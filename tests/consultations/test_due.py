"""What is due: the staff's morning letter, what is kept no longer, figures whose day has come."""

import datetime
import random

import pytest
import time_machine
from dateutil.relativedelta import relativedelta
from django.core import mail
from django.core.management import call_command

from consultations import due
from consultations.models import Contribution, Original, ParticipationRules
from consultations.reminders import Waiting, read_waiting
from portal.audit.models import Entry
from portal.notifications.dispatch import send_due
from portal.notifications.models import Delivery, Subscription
from tests.consultations.participation import (
    ConsultationFactory,
    ContributionFactory,
    OfficialAnswerFactory,
)
from tests.factories import MembershipFactory, MunicipalityFactory

pytestmark = pytest.mark.django_db
UTC = datetime.UTC
MONDAY = datetime.datetime(2026, 11, 23, 7, tzinfo=UTC)
"""Eight in the morning in Tunis."""
DAY = datetime.timedelta(days=1)
HOUR = datetime.timedelta(hours=1)
SECOND = datetime.timedelta(seconds=1)


@pytest.fixture(autouse=True)
def clock(settings):
    settings.SITE_URL = "https://portal.example"
    with time_machine.travel(MONDAY, tick=False) as clock:
        yield clock


@pytest.fixture
def consultation(nefta):
    return ConsultationFactory(municipality=nefta, open=True, answer_days=15)


def member(municipality, role, language="fr"):
    return MembershipFactory(municipality=municipality, role=role, user__language=language).user


def follower(contribution=None, consultation=None):
    subject = contribution or consultation
    return Subscription.objects.create(
        municipality=(contribution.consultation if contribution else consultation).municipality,
        topic="contribution" if contribution else "consultation",
        topic_id=subject.pk,
        email="amel@example.org",
        confirmed_at=datetime.datetime.now(UTC),
    )


# --- the morning letter ----------------------------------------------------------------------------


class TestReminder:
    def test_moderators_are_told_what_waits(self, consultation, nefta):
        person = member(nefta, "moderator")
        for days in (6, 1):
            ContributionFactory(consultation=consultation, received_at=MONDAY - days * DAY)
        assert due.remind_moderators() == "the staff of 1 municipalities reminded"
        letter = Delivery.objects.get()
        assert (letter.user, letter.language) == (person, "fr")
        assert "17 novembre 2026" in letter.body
        assert "https://portal.example/fr/m/nefta/staff/" in letter.body
        send_due()
        assert mail.outbox[0].to == [person.email]

    def test_once_a_day_however_often_it_runs(self, consultation, nefta, clock):
        member(nefta, "moderator")
        ContributionFactory(consultation=consultation, received_at=MONDAY - DAY)
        due.remind_moderators()
        clock.shift(4 * HOUR)
        assert due.remind_moderators() == "the staff of 0 municipalities reminded"
        clock.shift(DAY)
        due.remind_moderators()
        assert Delivery.objects.count() == 2

    def test_not_before_eight_by_the_municipalitys_clock(self, consultation, nefta, clock):
        member(nefta, "moderator")
        ContributionFactory(consultation=consultation, received_at=MONDAY - DAY)
        clock.move_to(MONDAY - datetime.timedelta(seconds=1))
        due.remind_moderators()
        assert not Delivery.objects.exists()

    def test_not_on_a_day_off(self, consultation, nefta, clock):
        member(nefta, "moderator")
        ContributionFactory(consultation=consultation, received_at=MONDAY - 3 * DAY)
        clock.move_to(MONDAY - DAY)  # a Sunday
        due.remind_moderators()
        assert not Delivery.objects.exists()

    def test_what_came_in_this_morning_waits_for_the_next(self, consultation, nefta, clock):
        member(nefta, "moderator")
        clock.shift(2 * HOUR)
        ContributionFactory(consultation=consultation)
        due.remind_moderators()
        assert not Delivery.objects.exists()

    def test_nobody_is_told_that_nothing_waits(self, consultation, nefta):
        member(nefta, "moderator")
        ContributionFactory(consultation=consultation, refused=True, received_at=MONDAY - DAY)
        due.remind_moderators()
        assert not Delivery.objects.exists()

    def test_each_is_told_of_their_own_work_in_one_letter(self, consultation, nefta):
        moderator, answerer = member(nefta, "moderator"), member(nefta, "answerer", "ar")
        both, editor = member(nefta, "municipal_admin"), member(nefta, "editor")
        ContributionFactory(consultation=consultation, received_at=MONDAY - DAY)
        ContributionFactory(consultation=consultation, published=True, received_at=MONDAY - 20 * DAY)
        due.remind_moderators()
        bodies = {letter.user: letter.body for letter in Delivery.objects.all()}
        assert bodies.keys() == {moderator, answerer, both}
        assert editor not in bodies
        has = {
            person: ("/staff/contributions/\n" in body, "/staff/answers/\n" in body)
            for person, body in bodies.items()
        }
        assert has == {moderator: (True, False), answerer: (False, True), both: (True, True)}

    def test_another_municipality_is_not_told(self, consultation, kenitra):
        member(kenitra, "moderator")
        ContributionFactory(consultation=consultation, received_at=MONDAY - DAY)
        due.remind_moderators()
        assert not Delivery.objects.exists()

    def test_what_waits_is_counted_by_the_promises(self, consultation, nefta):
        # Two working days to read: what came on Thursday is in time on Monday, on Wednesday it is not.
        for day in (18, 19, 20):
            ContributionFactory(
                consultation=consultation, received_at=datetime.datetime(2026, 11, day, 12, tzinfo=UTC)
            )
        for days in (11, 12, 15, 16):
            ContributionFactory(consultation=consultation, published=True, received_at=MONDAY - days * DAY)
        answered = ContributionFactory(
            consultation=consultation, published=True, received_at=MONDAY - 30 * DAY
        )
        OfficialAnswerFactory(consultation=consultation, published=True, contributions=[answered])
        drafted = ContributionFactory(
            consultation=consultation, published=True, received_at=MONDAY - 30 * DAY
        )
        OfficialAnswerFactory(consultation=consultation, contributions=[drafted])
        assert read_waiting(nefta, MONDAY) == Waiting(
            unread=3, oldest=datetime.date(2026, 11, 18), unread_late=1, due_soon=2, answers_late=2
        )

    def test_a_withdrawn_consultation_waits_for_nobody(self, nefta):
        draft = ConsultationFactory(municipality=nefta)
        ContributionFactory(consultation=draft, received_at=MONDAY - DAY)
        assert read_waiting(nefta, MONDAY) == Waiting()

    def test_a_long_queue_costs_as_many_queries_as_a_short_one(
        self, consultation, nefta, django_assert_max_num_queries
    ):
        for _ in range(20):
            ContributionFactory(consultation=consultation, received_at=MONDAY - DAY)
            ContributionFactory(consultation=consultation, published=True, received_at=MONDAY - DAY)
        with django_assert_max_num_queries(4):
            read_waiting(nefta, MONDAY)


# --- what is kept no longer ------------------------------------------------------------------------


class TestErasing:
    @pytest.fixture
    def rules(self, nefta):
        return ParticipationRules.objects.create(municipality=nefta, retention_months=6)

    def test_texts_nobody_may_read_go_after_the_months_of_the_rules(self, consultation, rules, clock):
        kept = {
            "name": "Amel",
            "note_to_author": "note",
            "likeness": "0" * 64,
            "flags": ["phone"],
            "age": "16-25",
        }
        contribution = ContributionFactory(consultation=consultation, refused=True, **kept)
        withdrawn = ContributionFactory(
            consultation=consultation, status="withdrawn", solution="x", effect="y"
        )
        clock.move_to(datetime.datetime(2027, 5, 23, 7, tzinfo=UTC))
        assert due.erase_expired() == "0 texts, 0 originals and 0 addresses erased"
        clock.shift(datetime.timedelta(seconds=1))
        assert due.erase_expired() == "2 texts, 0 originals and 0 addresses erased"
        for row in (contribution, withdrawn):
            row.refresh_from_db()
            said = (row.text, row.solution, row.effect, row.name, row.note_to_author, row.likeness)
            assert said == ("",) * 6
            assert row.flags == []
            assert row.erased_at
        # What the ledger counts, and what released figures stand on.
        assert (contribution.status, contribution.refusal_reason, contribution.age) == (
            "refused",
            "insult",
            "16-25",
        )

    def test_what_the_public_reads_stays(self, consultation, rules, clock):
        contribution = ContributionFactory(consultation=consultation, published=True)
        clock.shift(900 * DAY)
        due.erase_expired()
        contribution.refresh_from_db()
        assert contribution.text
        assert contribution.erased_at is None

    def test_originals_go_and_the_public_text_stays(self, consultation, rules, clock):
        redacted = ContributionFactory(consultation=consultation, published=True, is_redacted=True)
        refused = ContributionFactory(consultation=consultation, refused=True)
        for contribution in (redacted, refused):
            Original.objects.create(contribution=contribution, text="secret")
        clock.shift(190 * DAY)
        young = ContributionFactory(consultation=consultation, published=True, is_redacted=True)
        Original.objects.create(contribution=young, text="secret")
        assert due.erase_expired() == "1 texts, 2 originals and 0 addresses erased"
        assert Original.objects.get().contribution == young

    def test_an_authors_address_goes_three_months_after_the_answer(self, consultation, clock):
        answered = ContributionFactory(consultation=consultation, published=True)
        waiting = ContributionFactory(consultation=consultation, published=True)
        follower(answered), follower(waiting)
        OfficialAnswerFactory(consultation=consultation, published=True, contributions=[answered])
        clock.move_to(datetime.datetime(2027, 2, 23, 7, tzinfo=UTC))
        assert due.erase_expired() == "0 texts, 0 originals and 0 addresses erased"
        clock.shift(datetime.timedelta(seconds=1))
        assert due.erase_expired() == "0 texts, 0 originals and 1 addresses erased"
        assert Subscription.objects.get().topic_id == waiting.pk

    def test_no_address_is_kept_longer_than_the_texts(self, consultation, rules, clock):
        refused = ContributionFactory(consultation=consultation, refused=True)
        follower(refused), follower(consultation=consultation)
        clock.shift(200 * DAY)
        assert due.erase_expired() == "1 texts, 0 originals and 2 addresses erased"
        assert not Subscription.objects.exists()

    def test_the_journal_keeps_the_sums_and_nothing_is_erased_twice(self, consultation, rules, nefta, clock):
        contribution = ContributionFactory(consultation=consultation, refused=True)
        follower(contribution)
        clock.shift(200 * DAY)
        due.erase_expired()
        due.erase_expired()
        entry = Entry.objects.get()
        assert (entry.actor, entry.municipality, entry.action) == (None, nefta, "contributions.expired")
        assert entry.changes == {"texts": [None, 1], "addresses": [None, 1]}

    def test_each_municipality_has_its_own_rules(self, consultation, rules, kenitra, clock):
        other = ContributionFactory(
            consultation=ConsultationFactory(municipality=kenitra, open=True), refused=True
        )
        ContributionFactory(consultation=consultation, refused=True)
        clock.shift(200 * DAY)
        due.erase_expired()
        other.refresh_from_db()
        assert other.text

    @pytest.mark.parametrize(
        ("since", "months", "until"),
        [
            ((2026, 5, 23, 9), 6, (2026, 11, 23, 9)),
            ((2025, 10, 15, 9), 3, (2026, 1, 15, 9)),
            ((2024, 12, 1, 9), 24, (2026, 12, 1, 9)),
            ((2026, 11, 30, 9), 3, (2027, 2, 28, 9)),
            ((2026, 8, 29, 13), 6, (2027, 2, 28, 13)),
            ((2026, 8, 31, 9), 6, (2027, 2, 28, 9)),
            ((2026, 12, 31, 9), 6, (2027, 6, 30, 9)),
            ((2027, 2, 28, 13), 6, (2027, 8, 28, 13)),
            ((2024, 2, 29, 9), 12, (2025, 2, 28, 9)),
            ((2023, 2, 28, 9), 12, (2024, 2, 28, 9)),
        ],
    )
    def test_months_are_those_of_the_calendar(self, consultation, since, months, until):
        since, until = (datetime.datetime(*moment, tzinfo=UTC) for moment in (since, until))
        ContributionFactory(consultation=consultation, received_at=since)
        asked = [until - DAY, until, until + SECOND, until + 20 * HOUR, until + 2 * DAY, until + 40 * DAY]
        over = [_is_over("received_at", now, months) for now in asked]
        assert over == [False, False, True, True, True, True]

    def test_months_are_over_where_they_end_reckoned_forward(self, consultation):
        chance = random.Random(6)
        first = datetime.datetime(2026, 8, 25, tzinfo=UTC)
        contribution = ContributionFactory(consultation=consultation)
        for _ in range(40):
            contribution.received_at = first + chance.randrange(230) * DAY + chance.randrange(24) * HOUR
            contribution.save(update_fields=["received_at"])
            ends = contribution.received_at + relativedelta(months=6)
            for _ in range(10):
                now = ends + chance.randrange(-100, 100) * HOUR
                assert _is_over("received_at", now, 6) == (ends < now), (contribution.received_at, now)

    def test_a_daily_run_erases_on_the_day_after_the_last_of_february(self, consultation, rules, clock):
        clock.move_to(datetime.datetime(2027, 2, 28, 13, tzinfo=UTC))
        ContributionFactory(consultation=consultation, refused=True)
        clock.move_to(datetime.datetime(2027, 8, 28, 7, tzinfo=UTC))
        assert due.erase_expired() == "0 texts, 0 originals and 0 addresses erased"
        clock.shift(DAY)
        assert due.erase_expired() == "1 texts, 0 originals and 0 addresses erased"

    def test_a_daily_run_erases_in_february_what_was_refused_on_the_last_of_august(
        self, consultation, rules, clock
    ):
        clock.move_to(datetime.datetime(2026, 8, 31, 6, tzinfo=UTC))
        ContributionFactory(consultation=consultation, refused=True)
        clock.move_to(datetime.datetime(2027, 2, 28, 7, tzinfo=UTC))
        assert due.erase_expired() == "1 texts, 0 originals and 0 addresses erased"


def _is_over(name, now, months):
    return Contribution.objects.filter(due.over_months(name, now, months)).exists()


# --- figures -----------------------------------------------------------------------------------


def test_figures_are_released_once_their_day_has_come(nefta, clock):
    closed = ConsultationFactory(municipality=nefta, closed=True)
    ContributionFactory(consultation=closed, published=True, received_at=MONDAY - 10 * DAY)
    clock.shift(30 * DAY)
    assert due.release_figures() == "the figures of 1 consultations released"
    assert due.release_figures() == "the figures of 0 consultations released"
    assert closed.figures.content["total"] == 1


@pytest.mark.parametrize("state", [{"open": True}, {"before": True}, {}])
def test_no_figures_before_the_end(nefta, state):
    consultation = ConsultationFactory(municipality=nefta, **state)
    ContributionFactory(consultation=consultation, published=True)
    assert due.release_figures() == "the figures of 0 consultations released"


def test_no_figures_while_something_is_unread(nefta, clock):
    closed = ConsultationFactory(municipality=nefta, closed=True)
    ContributionFactory(consultation=closed, published=True, received_at=MONDAY - 10 * DAY)
    ContributionFactory(consultation=closed, received_at=MONDAY - 10 * DAY)
    clock.shift(30 * DAY)
    assert due.release_figures() == "the figures of 0 consultations released"


def test_the_command_does_all_of_it_and_may_run_twice(nefta, consultation, capsys):
    member(nefta, "moderator")
    MunicipalityFactory()
    ContributionFactory(consultation=consultation, received_at=MONDAY - DAY)
    call_command("run_due")
    call_command("run_due")
    assert len(mail.outbox) == 1
    assert "portal.notifications.dispatch.send_due: 1 letters sent, 0 failed" in capsys.readouterr().out
    assert Contribution.objects.count() == 1
