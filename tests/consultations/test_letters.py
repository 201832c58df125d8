"""What authors and followers are told: of what, when, in which language, and never more than once."""

import datetime
import re

import pytest
import time_machine
from django.core import mail
from django.db import transaction
from django.utils import translation

from consultations import letters, receipts
from consultations.models import Consultation, Contribution
from consultations.services import answers, contributions, moderation, periods
from portal.audit.log import record
from portal.notifications.dispatch import send_due
from portal.notifications.models import Delivery, Subscription
from portal.notifications.subscriptions import confirm, subscribe
from tests.consultations.participation import (
    ConsultationFactory,
    ContributionFactory,
    OfficialAnswerFactory,
)
from tests.factories import MembershipFactory

pytestmark = pytest.mark.django_db
NOW = datetime.datetime(2026, 11, 22, 12, tzinfo=datetime.UTC)
DAY = datetime.timedelta(days=1)
HOUR = datetime.timedelta(hours=1)


@pytest.fixture(autouse=True)
def clock(settings):
    settings.SITE_URL = "https://portal.example"
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


@pytest.fixture
def consultation(kenitra):
    return ConsultationFactory(
        municipality=kenitra,
        open=True,
        number=3,
        title_ar="نشر محاضر المجلس",
        title_fr="Publier les comptes rendus",
    )


@pytest.fixture
def coming(kenitra):
    """It opens in ten days and closes in twenty."""
    return ConsultationFactory(
        municipality=kenitra,
        status="published",
        opens_at=NOW + 10 * DAY,
        closes_at=NOW + 20 * DAY,
        title_fr="Nos rues",
    )


def follow(consultation, email="amel@example.org", language="fr"):
    return subscribe(
        municipality=consultation.municipality,
        topic="consultation",
        topic_id=consultation.pk,
        email=email,
        language=language,
        is_confirmed=True,
    )


def contribute(consultation, *, language="fr", email="author@example.org", **kwargs):
    contribution = ContributionFactory(
        consultation=consultation, language=language, text="texte secret du citoyen", **kwargs
    )
    letters.contribution_received(contribution, email)
    return contribution


def events():
    return list(Delivery.objects.order_by("due_at", "pk").values_list("event", flat=True))


def the(event):
    return Delivery.objects.get(event=event)


# --- authors -------------------------------------------------------------------------------------


class TestAuthors:
    def test_the_receipt_is_confirmed_with_the_way_to_follow(self, consultation):
        contribution = contribute(consultation)
        letter = the("contribution.received")
        assert letter.language == "fr"
        assert contribution.reference in letter.subject
        assert "Publier les comptes rendus" in letter.body
        assert "https://portal.example/fr/follow/\n" in letter.body
        assert "7 décembre 2026" in letter.body  # fifteen days after it came in
        assert re.search(r"/fr/subscriptions/\S+/stop/$", letter.body)

    def test_no_letter_holds_a_text_a_code_or_an_address(self, consultation):
        contribution = contribute(consultation, name="Amel")
        contribution.status, contribution.published_on = Contribution.Status.PUBLISHED, NOW.date()
        letters.contribution_moderated(contribution)
        answer = OfficialAnswerFactory(
            consultation=consultation, published=True, contributions=[contribution]
        )
        letters.contribution_answered(answer, [contribution])
        assert Delivery.objects.count() == 3
        for letter in Delivery.objects.all():
            for secret in ("secret", "Amel", "author@example.org", contribution.receipt_hash):
                assert secret not in letter.subject + letter.body

    def test_without_an_address_nothing_is_kept(self, consultation):
        contribute(consultation, email=" ")
        assert not Subscription.objects.exists()
        assert not Delivery.objects.exists()

    def test_one_that_is_published_at_once_is_told_so(self, consultation):
        contribute(consultation, published=True)
        assert re.search(r"/fr/m/kenitra/consultations/3/\S*#c-1\n", the("contribution.received").body)

    def test_publication_is_told_with_its_place(self, consultation):
        contribution = contribute(consultation, published=True)
        letters.contribution_moderated(contribution)
        letter = the("contribution.published")
        assert re.search(r"https://portal.example/fr/m/kenitra/consultations/3/\S*#c-1\n", letter.body)

    def test_a_part_that_was_taken_out_is_told(self, consultation):
        whole = contribute(consultation, published=True)
        redacted = contribute(consultation, published=True, is_redacted=True, email="b@example.org")
        for contribution in (whole, redacted):
            letters.contribution_moderated(contribution)
        first, second = Delivery.objects.filter(event="contribution.published").order_by("pk")
        assert first.subject.replace("C-1", "") != second.subject.replace("C-2", "")
        assert "/fr/follow/" in second.body

    def test_a_refusal_is_told_with_its_reason(self, consultation):
        contribution = contribute(consultation, refused=True, note_to_author="une note privée")
        letters.contribution_moderated(contribution)
        letter = the("contribution.refused")
        with translation.override("fr"):
            assert contribution.get_refusal_reason_display() in letter.body
        assert "privée" not in letter.body

    def test_what_nobody_has_read_yet_is_not_told(self, consultation):
        letters.contribution_moderated(contribute(consultation))
        assert events() == ["contribution.received"]

    def test_the_same_decision_is_told_once_and_the_next_one_too(self, consultation, clock):
        contribution = contribute(consultation, published=True)
        for _again in range(2):
            letters.contribution_moderated(contribution)
        clock.shift(HOUR)
        contribution.status, contribution.refusal_reason = Contribution.Status.REFUSED, "insult"
        contribution.moderated_at = NOW + HOUR
        contribution.save()
        letters.contribution_moderated(contribution)
        clock.shift(HOUR)
        contribution.status, contribution.moderated_at = Contribution.Status.PUBLISHED, NOW + 2 * HOUR
        contribution.save()
        letters.contribution_moderated(contribution)
        assert events() == [
            "contribution.received",
            "contribution.published",
            "contribution.refused",
            "contribution.published",
        ]

    def test_a_part_taken_out_of_what_is_not_published_is_not_told(self, consultation):
        contribution = contribute(consultation, refused=True)
        letters.contribution_moderated(contribution)
        contribution.is_redacted = True
        contribution.save()
        letters.contribution_moderated(contribution)
        assert events() == ["contribution.received", "contribution.refused"]

    def test_an_answer_is_promised_only_while_it_can_come_in_time(self, consultation, clock):
        contribution = contribute(consultation, published=True)
        assert "7 décembre 2026" in the("contribution.received").body
        clock.shift(16 * DAY)
        letters.contribution_moderated(contribution)
        assert "7 décembre 2026" not in the("contribution.published").body

    def test_an_answer_is_told_with_what_became_of_it(self, consultation):
        contribution = contribute(consultation, published=True)
        silent = ContributionFactory(consultation=consultation, published=True)
        answer = OfficialAnswerFactory(
            consultation=consultation, published=True, contributions=[contribution, silent]
        )
        for _again in range(2):
            letters.contribution_answered(answer, [contribution, silent])
        letter = the("contribution.answered")
        with translation.override("fr"):
            assert answer.get_verdict_display() in letter.body
        assert "#c-1\n" in letter.body

    def test_a_changed_answer_is_told_as_such(self, consultation):
        contribution = contribute(consultation, published=True)
        answer = OfficialAnswerFactory(
            consultation=consultation, published=True, contributions=[contribution]
        )
        letters.contribution_answered(answer, [contribution])
        answer.save()
        letters.contribution_answered(answer, [contribution], is_change=True)
        first, second = Delivery.objects.filter(event="contribution.answered").order_by("pk")
        assert first.subject != second.subject

    def test_who_takes_it_back_hears_nothing_more(self, consultation):
        contribution = contribute(consultation)
        letters.contribution_forgotten(contribution)
        letters.contribution_moderated(contribution)
        assert not Subscription.objects.exists()
        assert not Delivery.objects.exists()

    def test_an_answer_to_many_asks_once_who_wants_to_hear(self, consultation, django_assert_max_num_queries):
        group = [ContributionFactory(consultation=consultation, published=True) for _ in range(30)]
        answer = OfficialAnswerFactory(consultation=consultation, published=True)
        with django_assert_max_num_queries(8):
            letters.contribution_answered(answer, group)

    @pytest.mark.parametrize("language", ["ar", "fr", "en"])
    def test_an_author_is_written_in_the_language_of_the_form(self, consultation, language):
        contribute(consultation, language=language)
        letter = the("contribution.received")
        assert letter.language == language
        assert f"/{language}/follow/" in letter.body


# --- followers -----------------------------------------------------------------------------------


class TestOpening:
    def test_opening_and_closing_are_written_when_it_is_published(self, coming):
        follow(coming)
        letters.consultation_published(coming)
        assert events() == ["consultation.opened", "consultation.closing"]
        assert the("consultation.opened").due_at == coming.opens_at
        assert the("consultation.closing").due_at == coming.closes_at - 2 * DAY
        assert "Nos rues" in the("consultation.opened").subject

    def test_they_are_sent_when_their_moments_come(self, coming, clock):
        follow(coming)
        letters.consultation_published(coming)
        send_due()
        assert not mail.outbox
        clock.move_to(coming.opens_at)
        send_due()
        assert len(mail.outbox) == 1
        clock.move_to(coming.closes_at - 2 * DAY)
        send_due()
        assert len(mail.outbox) == 2

    def test_one_who_confirms_later_is_told_too_and_nobody_twice(self, coming):
        follow(coming)
        letters.consultation_published(coming)
        late = subscribe(
            municipality=coming.municipality,
            topic="consultation",
            topic_id=coming.pk,
            email="late@example.org",
            language="ar",
        )
        confirm(late.token)
        letters.consultation_published(coming)
        found = Delivery.objects.filter(event="consultation.opened").order_by("pk")
        assert [letter.language for letter in found] == ["fr", "ar"]

    def test_what_has_passed_is_not_told(self, consultation, clock):
        clock.move_to(consultation.closes_at - DAY)
        follow(consultation)
        letters.consultation_published(consultation)
        assert events() == []

    def test_a_short_one_is_not_said_to_close_before_it_opens(self, kenitra):
        short = ConsultationFactory(
            municipality=kenitra, status="published", opens_at=NOW + 5 * DAY, closes_at=NOW + 6 * DAY
        )
        follow(short)
        letters.consultation_published(short)
        assert events() == ["consultation.opened"]

    def test_moments_are_told_by_the_clock_of_the_municipality(self, coming):
        follow(coming)
        letters.consultation_published(coming)
        # 12:00 UTC; Morocco is an hour ahead of it.
        assert "12 décembre 2026" in the("consultation.opened").body
        assert "13:00" in the("consultation.opened").body

    def test_an_end_at_midnight_is_that_of_the_day_before(self, kenitra):
        closes_at = datetime.datetime(2026, 12, 21, tzinfo=kenitra.zone_info)
        coming = ConsultationFactory(
            municipality=kenitra, status="published", opens_at=NOW + DAY, closes_at=closes_at
        )
        follow(coming)
        letters.consultation_published(coming)
        assert "20 décembre 2026" in the("consultation.closing").body
        assert "00:00" not in the("consultation.closing").body


class TestChange:
    def change(self, consultation, reason="Les élections.", **moments):
        for name, value in moments.items():
            setattr(consultation, name, value)
        consultation.save()
        town = consultation.municipality
        record(actor=None, action="consultation.changed", obj=consultation, municipality=town)
        letters.consultation_changed(consultation, reason)

    def test_the_reason_is_told_and_what_waits_moves(self, coming):
        follow(coming)
        letters.consultation_published(coming)
        self.change(coming, opens_at=NOW + 12 * DAY, closes_at=NOW + 30 * DAY)
        assert events() == ["consultation.changed", "consultation.opened", "consultation.closing"]
        assert "Les élections." in the("consultation.changed").body
        assert the("consultation.opened").due_at == NOW + 12 * DAY
        assert the("consultation.closing").due_at == NOW + 28 * DAY
        assert "4 décembre 2026" in the("consultation.changed").body
        assert "22 décembre 2026" in the("consultation.opened").body

    def test_the_next_change_is_told_too_and_each_once(self, coming):
        follow(coming)
        self.change(coming)
        letters.consultation_changed(coming, "Les élections.")
        self.change(coming)
        assert events().count("consultation.changed") == 2

    def test_a_closing_that_was_told_is_told_again_where_it_is_put_off(self, coming, clock):
        follow(coming)
        letters.consultation_published(coming)
        clock.move_to(coming.closes_at - DAY)
        send_due()
        self.change(coming, closes_at=coming.closes_at + 10 * DAY)
        assert events().count("consultation.opened") == 1
        assert events().count("consultation.closing") == 2

    def test_a_withdrawn_one_is_told_of_and_nothing_else_any_more(self, coming):
        follow(coming)
        letters.consultation_published(coming)
        coming.status = Consultation.Status.DRAFT
        coming.save()
        letters.consultation_withdrawn(coming, "Une erreur.")
        assert events() == ["consultation.withdrawn"]
        assert "Une erreur." in the("consultation.withdrawn").body


class TestAnswers:
    def answer(self, consultation):
        contribution = ContributionFactory(consultation=consultation, published=True)
        answer = OfficialAnswerFactory(
            consultation=consultation, published=True, contributions=[contribution]
        )
        letters.contribution_answered(answer, [contribution])

    def test_a_day_of_answers_is_one_letter_in_the_morning(self, consultation):
        follow(consultation)
        ContributionFactory(consultation=consultation)
        for _answer in range(3):
            self.answer(consultation)
        letter = the("consultation.answers")
        # Eight in the morning of the next day; Morocco is an hour ahead.
        assert letter.due_at == datetime.datetime(2026, 11, 23, 7, tzinfo=datetime.UTC)
        assert re.search(r"\b3\b.*\b4\b", letter.body)

    def test_the_next_day_has_a_letter_of_its_own(self, consultation, clock):
        follow(consultation)
        self.answer(consultation)
        clock.shift(DAY)
        send_due()
        self.answer(consultation)
        assert events() == ["consultation.answers"] * 2
        assert len(mail.outbox) == 1

    def test_before_the_morning_it_is_that_of_the_day(self, consultation, clock):
        follow(consultation)
        self.answer(consultation)
        clock.move_to(datetime.datetime(2026, 11, 23, 6, tzinfo=datetime.UTC))
        self.answer(consultation)
        assert the("consultation.answers").due_at == datetime.datetime(2026, 11, 23, 7, tzinfo=datetime.UTC)

    def test_the_last_answer_is_told_as_such(self, consultation):
        follow(consultation)
        ContributionFactory(consultation=consultation)
        self.answer(consultation)
        some = the("consultation.answers").body
        Contribution.objects.filter(status="pending").delete()
        self.answer(consultation)
        assert the("consultation.answers").body != some
        assert not re.search(r"\b2\b", the("consultation.answers").body.split("https")[0])

    def test_figures_are_told_once(self, consultation):
        follow(consultation)
        for _again in range(2):
            letters.figures_released(consultation)
        assert events() == ["consultation.figures"]


def test_an_act_that_is_rolled_back_tells_nobody(consultation):
    follow(consultation)

    def fail():
        contribution = contribute(consultation, published=True)
        letters.contribution_moderated(contribution)
        letters.figures_released(consultation)
        assert Delivery.objects.count() == 3
        raise ValueError

    with pytest.raises(ValueError), transaction.atomic():  # noqa: PT011
        fail()
    assert not Delivery.objects.exists()
    assert Subscription.objects.count() == 1


def test_followers_of_another_consultation_hear_nothing(consultation, coming):
    follow(coming)
    letters.figures_released(consultation)
    letters.consultation_changed(consultation, "x")
    assert events() == []


def test_a_title_cannot_become_the_letter(consultation):
    consultation.title_fr = "Titre\n\nhttps://evil.example <b>&amp;"
    consultation.save()
    follow(consultation)
    letters.figures_released(consultation)
    letter = the("consultation.figures")
    assert "Titre https://evil.example <b>&amp;" in letter.subject
    assert "\nhttps://evil.example" not in letter.body


def test_the_acts_themselves_tell(consultation, kenitra):
    """From the receipt to the answer, by the services that pages call; then the author leaves."""
    moderator = MembershipFactory(municipality=kenitra, role="moderator").user
    answerer = MembershipFactory(municipality=kenitra, role="answerer").user
    follow(consultation)
    words = contributions.Words(kind="comment", text="Des bancs, s’il vous plaît.")
    code = receipts.new_code()
    contribution = contributions.receive(
        consultation=consultation, words=words, code=code, language="fr", email="a@example.org", marks=[]
    ).contribution
    moderation.publish_contributions(contributions=[contribution], actor=moderator)
    values = {"verdict": "accepted", "text_fr": "Nous en poserons dix.", "service_fr": "Voirie"}
    contribution.refresh_from_db()
    answer = answers.write_answer(
        consultation=consultation, contributions=[contribution], values=values, actor=answerer
    )
    answers.publish_answer(answer=answer, actor=answerer)
    assert events() == [
        "contribution.received",
        "contribution.published",
        "contribution.answered",
        "consultation.answers",
    ]
    assert not any(code in letter.body for letter in Delivery.objects.all())
    contributions.erase(contribution=contribution)
    assert events() == ["consultation.answers"]
    assert Subscription.objects.get().topic == "consultation"


def test_the_acts_of_a_period_tell_its_followers(kenitra):
    publisher = MembershipFactory(municipality=kenitra, role="publisher").user
    coming = ConsultationFactory(municipality=kenitra, opens_at=NOW + 10 * DAY, closes_at=NOW + 20 * DAY)
    follow(coming)
    periods.publish_consultation(consultation=coming, actor=publisher)
    assert events() == ["consultation.opened", "consultation.closing"]
    values = {"closes_at": NOW + 30 * DAY}
    coming.refresh_from_db()
    periods.change_consultation(consultation=coming, values=values, actor=publisher, reason="Les élections.")
    assert events() == ["consultation.changed", "consultation.opened", "consultation.closing"]
    coming.refresh_from_db()
    periods.withdraw_consultation(consultation=coming, actor=publisher, reason="Une erreur.")
    assert sorted(events()) == ["consultation.changed", "consultation.withdrawn"]
