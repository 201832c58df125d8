"""Contributions as they are stored, typed in by the staff, corrected, withdrawn and erased."""

import dataclasses
import datetime

import pytest
import time_machine
from django.core.exceptions import ValidationError

from consultations import receipts
from consultations.models import Consultation, Contribution, Original
from consultations.services import contributions as services
from consultations.services.contributions import Closed, Words
from portal.audit.models import Entry
from portal.notifications.models import Subscription
from portal.subjects import parts_of
from tests.consultations.factories import ActionPlanFactory, AxisFactory
from tests.consultations.factories import ProjectFactory as PlanProjectFactory
from tests.consultations.participation import (
    ConsultationFactory,
    ContributionFactory,
    OfficialAnswerFactory,
    QuestionFactory,
)
from tests.factories import ZoneFactory

pytestmark = pytest.mark.django_db

NOW = datetime.datetime(2026, 11, 9, 17, 42, tzinfo=datetime.UTC)
COMMENT = Words(kind="comment", text="نقترح أن تعلق المحاضر في المكتبة")
IDEA = Words(kind="idea", text="لا مكان للدراجات", solution="موقف أمام البلدية")


@pytest.fixture
def clock():
    with time_machine.travel(NOW, tick=False) as clock:
        yield clock


@pytest.fixture
def consultation(clock, nefta):
    return ConsultationFactory(open=True, municipality=nefta)


def _receive(consultation, words=COMMENT, code=None, **given):
    code = code or receipts.new_code()
    given = {"language": "ar", "marks": []} | given
    return services.receive(consultation=consultation, words=words, code=code, **given)


def _words(**changed):
    return dataclasses.replace(COMMENT, **changed)


def test_numbers_follow_each_other(consultation):
    numbers = [_receive(consultation).contribution.number for _ in range(3)]
    assert numbers == [1, 2, 3]
    assert Consultation.objects.get().last_number == 3


def test_what_was_refused_takes_no_number(consultation):
    with pytest.raises(ValidationError):
        _receive(consultation, _words(text=""))
    assert _receive(consultation).contribution.number == 1


def test_texts_are_stored_clean(consultation):
    found = _receive(consultation, _words(text=" a\u202eb\0\r\nc ", name=" a\n b ", is_name_public=True))
    assert (found.contribution.text, found.contribution.name) == ("ab\nc", "a b")
    assert found.contribution.likeness == ""
    assert len(_receive(consultation).contribution.likeness) == 64


def test_an_address_is_kept_apart_and_only_where_it_was_left(consultation):
    _receive(consultation)
    assert not Subscription.objects.exists()
    found = _receive(consultation, email=" citoyen@exemple.example ")
    row = Subscription.objects.get()
    assert (row.topic, row.topic_id, row.email) == (
        "contribution",
        found.contribution.pk,
        "citoyen@exemple.example",
    )
    assert "exemple" not in str(vars(found.contribution))


def test_no_word_of_it_is_in_the_journal(consultation, editor):
    _receive(consultation, _words(text="canari du journal", name="Canari"), email="canari@exemple.example")
    assert not Entry.objects.exists()
    _receive(
        consultation, _words(text="canari du journal", name="Canari"), entered_by=editor, channel="paper"
    )
    entry = Entry.objects.get()
    assert (entry.action, entry.object_label, entry.actor) == ("contribution.entered", "C-2", editor)
    assert "anari" not in str(vars(entry))


@pytest.mark.parametrize(
    ("words", "field"),
    [
        (_words(kind="petition"), "kind"),
        (_words(text=" x "), "text"),
        (_words(text="x" * 4001), "text"),
        (_words(solution="x"), "kind"),
        (dataclasses.replace(IDEA, solution=""), "solution"),
        (dataclasses.replace(IDEA, effect="x" * 4001), "effect"),
        (_words(profile="king"), "profile"),
        (_words(age="999"), "age"),
        (_words(part="project:999"), "part"),
        (_words(name="x" * 121), "name"),
    ],
)
def test_what_is_refused_names_its_field(consultation, words, field):
    with pytest.raises(ValidationError) as refused:
        _receive(consultation, words)
    assert list(refused.value.message_dict) == [field]


def test_questions_and_zones_of_others_are_refused(consultation, kenitra):
    foreign = _words(zone=ZoneFactory(municipality=kenitra), question=QuestionFactory())
    with pytest.raises(ValidationError) as refused:
        _receive(consultation, foreign)
    assert set(refused.value.message_dict) == {"zone", "question"}


@pytest.mark.parametrize("email", ["nobody", f"{'x' * 60}@{'.'.join(['y' * 60] * 4)}.example"])
def test_a_bad_address_is_refused(consultation, email):
    with pytest.raises(ValidationError) as refused:
        _receive(consultation, email=email)
    assert list(refused.value.message_dict) == ["email"]


def test_a_kind_that_the_consultation_does_not_take(clock, nefta):
    for kind, words in [("ideas", COMMENT), ("comments", IDEA)]:
        with pytest.raises(ValidationError):
            _receive(ConsultationFactory(open=True, municipality=nefta, kind=kind), words)


def test_parts_of_the_subject_for_comments_and_for_ideas(clock, nefta):
    plan = ActionPlanFactory(municipality=nefta, published=True)
    axis = AxisFactory(plan=plan)
    PlanProjectFactory(plan=plan, axis=axis)
    consultation = ConsultationFactory(open=True, plan=plan)
    parts = parts_of(nefta, "plan", plan.pk)
    assert parts.for_comments
    assert parts.for_ideas
    assert _receive(consultation, _words(part=parts.for_comments[0].key)).is_new
    assert _receive(consultation, dataclasses.replace(IDEA, part=parts.for_ideas[0].key)).is_new
    assert _receive(consultation, _words(part=parts.for_ideas[0].key)).is_new, "the form offers both"


# Once


def test_the_same_key_is_stored_once(consultation):
    code = receipts.code_for("k")
    first = _receive(consultation, key="k", code=code)
    again = _receive(consultation, key="k", code=code)
    assert (first.is_new, again.is_new, again.says_the_same) == (True, False, True)
    assert again.contribution == first.contribution


def test_the_same_key_with_other_words_is_told_apart(consultation):
    code = receipts.code_for("k")
    _receive(consultation, key="k", code=code)
    again = _receive(consultation, _words(text="نص آخر"), key="k", code=code)
    assert (again.is_new, again.says_the_same) == (False, False)
    assert Contribution.objects.get().text == COMMENT.text


def test_a_redacted_text_is_still_the_author_s_own(consultation):
    code = receipts.code_for("k")
    row = _receive(consultation, key="k", code=code).contribution
    Original.objects.create(contribution=row, text=row.text)
    Contribution.objects.filter(pk=row.pk).update(text="نقترح […]", is_redacted=True)
    assert _receive(consultation, key="k", code=code).says_the_same


def test_a_serial_is_typed_in_once_and_for_its_own_consultation(consultation, editor):
    code = receipts.new_code()
    given = {"code": code, "entered_by": editor, "channel": "paper"}
    first = _receive(consultation, **given)
    assert _receive(consultation, **given).contribution == first.contribution
    other = ConsultationFactory(open=True, municipality=consultation.municipality)
    with pytest.raises(ValidationError) as refused:
        _receive(other, **given)
    assert list(refused.value.message_dict) == ["code"]


# In time


@pytest.mark.parametrize("trait", ["before", "closed"])
def test_outside_the_period_nothing_is_stored(clock, nefta, trait):
    consultation = ConsultationFactory(municipality=nefta, **{trait: True})
    with pytest.raises(Closed) as closed:
        _receive(consultation)
    assert closed.value.consultation == consultation
    assert not Contribution.objects.exists()


def test_a_draft_takes_nothing_from_nobody(clock, nefta, editor):
    draft = ConsultationFactory(municipality=nefta)
    for entered_by in (None, editor):
        with pytest.raises(Closed):
            _receive(draft, entered_by=entered_by)


def test_a_closing_that_was_moved_since_the_page_was_read_counts(consultation):
    Consultation.objects.filter(pk=consultation.pk).update(closes_at=NOW)
    with pytest.raises(Closed):
        _receive(consultation)


def test_the_clock_is_read_last_thing_before_the_commit(consultation, clock, monkeypatch):
    """It closes while the row is being stored: nothing of it stays, not even a number."""

    def slowly(_contribution, _email):
        clock.move_to(consultation.closes_at)

    monkeypatch.setattr(services.letters, "contribution_received", slowly)
    with pytest.raises(Closed):
        _receive(consultation)
    assert not Contribution.objects.exists()
    assert Consultation.objects.get().last_number == 0


def test_the_staff_type_in_for_ten_days_more(consultation, clock, editor):
    clock.move_to(consultation.closes_at + datetime.timedelta(days=10, seconds=-1))
    found = _receive(consultation, entered_by=editor, channel="phone")
    assert (found.contribution.channel, found.contribution.entered_by) == ("phone", editor)
    clock.shift(1)
    with pytest.raises(Closed):
        _receive(consultation, entered_by=editor, channel="phone")


@pytest.mark.parametrize(
    ("moderation", "marks", "status"),
    [("before", [], "pending"), ("after", [], "published"), ("after", ["phone"], "pending")],
)
def test_what_is_published_at_once(clock, nefta, moderation, marks, status):
    row = _receive(ConsultationFactory(open=True, municipality=nefta, moderation=moderation), marks=marks)
    assert (row.contribution.status, row.contribution.flags) == (status, marks)
    assert bool(row.contribution.published_on) == (status == "published")


def test_the_day_of_publication_is_the_municipality_s(clock, nefta):
    consultation = ConsultationFactory(open=True, municipality=nefta, moderation="after")
    clock.move_to(datetime.datetime(2026, 11, 9, 23, 30, tzinfo=datetime.UTC))
    assert _receive(consultation).contribution.published_on == datetime.date(2026, 11, 10)


# Its author


def test_an_author_corrects_what_nobody_has_read(consultation, clock):
    row = _receive(consultation).contribution
    clock.shift(29 * 60)
    corrected = services.correct(contribution=row, words=_words(text="اتصلوا بي على 98765432"))
    assert corrected.text == "اتصلوا بي على 98765432"
    assert "phone" in corrected.flags
    assert [entry.action for entry in Entry.objects.all()] == ["contribution.corrected"]


def test_a_correction_of_nothing_is_none(consultation):
    row = _receive(consultation).contribution
    services.correct(contribution=row, words=COMMENT)
    assert not Entry.objects.exists()


@pytest.mark.parametrize("why", ["late", "read", "published", "withdrawn", "closed"])
def test_too_late_for_a_correction(consultation, clock, why):
    if why == "closed":
        clock.move_to(consultation.closes_at - datetime.timedelta(minutes=5))
    row = _receive(consultation).contribution
    rows = Contribution.objects.filter(pk=row.pk)
    if why in ("late", "closed"):
        clock.shift(30 * 60 if why == "late" else 5 * 60)
    elif why == "read":
        rows.update(moderated_at=NOW)
    elif why == "published":
        rows.update(status="published", published_on=NOW.date())
    else:
        services.withdraw(contribution=row)
    with pytest.raises(ValidationError):
        services.correct(contribution=row, words=_words(text="نص آخر"))
    assert rows.get().text == COMMENT.text


def test_a_correction_is_held_to_the_same_rules(consultation):
    row = _receive(consultation).contribution
    with pytest.raises(ValidationError) as refused:
        services.correct(contribution=row, words=_words(text="x"))
    assert list(refused.value.message_dict) == ["text"]


@pytest.mark.parametrize("trait", [{}, {"published": True}, {"refused": True}])
def test_withdrawing_hides_the_text_and_keeps_the_trace(consultation, trait):
    row = ContributionFactory(consultation=consultation, **trait)
    Subscription.objects.create(
        municipality=consultation.municipality,
        topic="contribution",
        topic_id=row.pk,
        email="a@exemple.example",
    )
    for _ in range(2):
        found = services.withdraw(contribution=row)
    assert (found.status, found.text, found.published_on) == ("withdrawn", row.text, row.published_on)
    assert not Subscription.objects.exists()
    assert [entry.action for entry in Entry.objects.all()] == ["contribution.withdrawn"]
    assert not Contribution.objects.published().exists()


def test_erasing_leaves_nothing_that_was_said(consultation):
    row = ContributionFactory(
        consultation=consultation,
        published=True,
        idea=True,
        text="canari",
        name="canari",
        is_name_public=True,
        note_to_author="canari",
        likeness="canari",
        flags=["name"],
        profile="student",
        age="16-25",
        is_redacted=True,
    )
    Original.objects.create(contribution=row, text="canari", solution="canari")
    for _ in range(2):
        found = services.erase(contribution=row)
    found = Contribution.objects.get()
    assert (found.status, found.erased_at, found.flags, found.is_name_public) == ("withdrawn", NOW, [], False)
    assert (found.solution, found.effect) == ("", "")
    assert (found.profile, found.age, found.published_on) == ("student", "16-25", row.published_on)
    assert "canari" not in str(vars(found))
    assert not Original.objects.exists()
    assert [entry.action for entry in Entry.objects.all()] == ["contribution.erased"]


def test_what_was_withdrawn_can_be_erased(consultation):
    row = ContributionFactory(consultation=consultation)
    services.withdraw(contribution=row)
    assert services.erase(contribution=row).erased_at


def test_an_author_says_whether_the_answer_helped(consultation):
    answer = OfficialAnswerFactory(consultation=consultation, published=True)
    row = ContributionFactory(consultation=consultation, published=True, answer=answer)
    for was_helped in (True, True, False):
        assert services.say_helped(contribution=row, was_helped=was_helped).was_helped is was_helped


def test_without_a_public_answer_nothing_can_be_said_of_it(consultation):
    draft = OfficialAnswerFactory(consultation=consultation)
    for answer in (None, draft):
        row = ContributionFactory(consultation=consultation, published=True, answer=answer)
        with pytest.raises(ValidationError):
            services.say_helped(contribution=row, was_helped=True)
