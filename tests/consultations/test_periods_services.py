"""What staff do to a consultation, what the register keeps of it, and what is refused."""

from __future__ import annotations

import datetime
import json

import pytest
import time_machine
from django.core.exceptions import ValidationError

from consultations import letters
from consultations.asked import lists_of
from consultations.models import AskedChoice, Consultation, Figures, ParticipationRules, Question
from consultations.periods import rules_of
from consultations.services.periods import (
    add_consultation,
    begin_list,
    change_consultation,
    publish_consultation,
    remove_consultation,
    save_lists,
    save_questions,
    save_rules,
    withdraw_consultation,
)
from portal.audit.models import Entry
from portal.editing.rows import RowEdit, RowsRefused
from portal.publications.models import Publication
from tests.consultations.factories import ActionPlanFactory
from tests.consultations.participation import (
    AskedChoiceFactory,
    ConsultationFactory,
    ContributionFactory,
    QuestionFactory,
)
from tests.factories import MunicipalityFactory, UserFactory

NOW = datetime.datetime(2026, 11, 9, 10, 0, tzinfo=datetime.UTC)
OPENS = datetime.datetime(2026, 11, 2, 7, 0, tzinfo=datetime.UTC)
CLOSES = datetime.datetime(2026, 11, 20, 22, 59, tzinfo=datetime.UTC)
DAY = datetime.timedelta(days=1)

pytestmark = pytest.mark.django_db


@pytest.fixture
def plan(nefta):
    return ActionPlanFactory(published=True, municipality=nefta)


@pytest.fixture
def values(plan):
    return {
        "subject_kind": "plan",
        "subject_id": plan.pk,
        "title_ar": "ما رأيك في المخطط؟",
        "title_fr": "Votre avis sur le plan",
        "kind": "both",
        "channels": ["web", "paper"],
        "opens_at": OPENS,
        "closes_at": CLOSES,
    }


@pytest.fixture
def actor():
    return UserFactory()


@pytest.fixture
def draft(nefta, values, actor):
    return add_consultation(municipality=nefta, values=values, actor=actor)


@pytest.fixture
def running(draft, actor):
    with time_machine.travel(NOW - 10 * DAY, tick=False):
        return publish_consultation(consultation=draft, actor=actor)


@pytest.fixture(autouse=True)
def _clock():
    with time_machine.travel(NOW, tick=False):
        yield


def question_edit(consultation, name="new0", row=None, removed=False, **values):
    row = row or Question(consultation=consultation, position=1)
    seen = {column: getattr(row, column) for column in ("position", "text_ar", "text_fr")}
    return RowEdit(name, row, seen | values, seen, row.version or 1, removed)


def refusal(act, **kwargs):
    with pytest.raises(ValidationError) as caught:
        act(**kwargs)
    return caught.value.message_dict


def kept(consultation):
    return [json.loads(row.content) for row in Publication.objects.of_object(consultation).order_by("number")]


# Drafts


def test_a_consultation_begins_as_a_draft_under_the_next_number(nefta, values, actor, draft):
    second = add_consultation(municipality=nefta, values=values, actor=actor)
    elsewhere = ConsultationFactory(municipality=MunicipalityFactory(), number=9)
    assert (draft.number, second.number, elsewhere.number) == (1, 2, 9)
    assert draft.status == Consultation.Status.DRAFT
    entry = Entry.objects.filter(action="consultation.added").earliest("pk")
    assert entry.actor == actor
    assert entry.changes["opens_at"] == [None, "2026/11/02 08:00"]
    assert not kept(draft)


def test_a_draft_may_lack_its_moments(nefta, values, actor):
    values |= {"opens_at": None, "closes_at": None}
    assert add_consultation(municipality=nefta, values=values, actor=actor).opens_at is None


def test_a_consultation_has_a_title_a_subject_of_its_town_and_a_way_to_take_part(nefta, values, actor):
    foreign = ActionPlanFactory(published=True)

    def refused(**wrong):
        return set(refusal(add_consultation, municipality=nefta, values=values | wrong, actor=actor))

    assert refused(title_ar="", title_fr=" ") == {"title_ar"}
    assert refused(subject_id=foreign.pk) == {"subject"}
    assert refused(subject_kind="weather") == {"subject"}
    assert refused(channels=[]) == {"channels"}
    assert refused(channels=["pigeon"]) == {"channels"}
    assert refused(closes_at=OPENS) == {"closes_at"}
    assert refused(closes_at=OPENS - DAY) == {"closes_at"}
    assert refused(answer_days=0) == {"answer_days"}


def test_a_draft_changes_without_a_reason(draft, actor):
    changed = change_consultation(consultation=draft, values={"closes_at": CLOSES + DAY}, actor=actor)
    assert changed.closes_at == CLOSES + DAY
    entry = Entry.objects.filter(action="consultation.edited").get()
    assert entry.changes == {"closes_at": ["2026/11/20 23:59", "2026/11/21 23:59"]}
    assert not kept(draft)


def test_what_stands_there_already_changes_nothing(draft, actor, values):
    count = Entry.objects.count()
    change_consultation(consultation=draft, values=values, actor=actor)
    assert Entry.objects.count() == count


def test_a_draft_that_was_never_public_is_removed(draft, actor):
    remove_consultation(consultation=draft, actor=actor)
    assert not Consultation.objects.exists()
    assert Entry.objects.filter(action="consultation.removed").exists()


def test_what_was_public_once_is_not_removed(running, actor):
    assert refusal_text(running, actor)
    withdraw_consultation(consultation=running, actor=actor, reason="خطأ في الموضوع")
    assert refusal_text(running, actor)
    assert Consultation.objects.exists()


def refusal_text(consultation, actor):
    with pytest.raises(ValidationError) as caught:
        remove_consultation(consultation=consultation, actor=actor)
    return caught.value.messages


# In public


def test_publishing_enters_the_register(draft, actor):
    QuestionFactory(consultation=draft, text_ar="هل يكفي ملخص؟")
    publish_consultation(consultation=draft, actor=actor)
    content = kept(draft)[0]
    assert content["subject"] == {
        "kind": "plan",
        "id": draft.subject_id,
        "title_ar": "برنامج عمل الانفتاح",
        "title_fr": "",
    }
    assert (content["opens_at"], content["closes_at"]) == ("2026-11-02T07:00:00Z", "2026-11-20T22:59:00Z")
    assert content["questions"] == [{"text_ar": "هل يكفي ملخص؟", "text_fr": ""}]
    publication = Publication.objects.of_object(draft).get()
    assert publication.act == "consultation.published"
    assert publication.address == f"/ar/m/nefta/consultations/{draft.number}/"


def test_publishing_twice_publishes_once(draft, actor):
    publish_consultation(consultation=draft, actor=actor)
    publish_consultation(consultation=draft, actor=actor)
    assert len(kept(draft)) == 1


def test_publishing_needs_both_moments(draft, actor):
    change_consultation(consultation=draft, values={"opens_at": None, "closes_at": None}, actor=actor)
    assert set(refusal(publish_consultation, consultation=draft, actor=actor)) == {"opens_at", "closes_at"}


def test_a_draft_as_subject_is_published_only_where_somebody_says_that_its_page_follows(draft, plan, actor):
    plan.status = "draft"
    plan.save()
    assert set(refusal(publish_consultation, consultation=draft, actor=actor)) == {"subject"}
    assert publish_consultation(consultation=draft, actor=actor, subject_follows=True).is_public


def test_a_subject_that_is_gone_cannot_be_published(draft, plan, actor):
    plan.delete()
    told = refusal(publish_consultation, consultation=draft, actor=actor, subject_follows=True)
    assert set(told) == {"subject"}


@pytest.mark.parametrize(
    "change", [{"closes_at": CLOSES + DAY}, {"kind": "ideas"}, {"answer_days": 30}], ids=str
)
def test_what_was_promised_changes_in_public_with_a_reason_alone(running, actor, change):
    told = refusal(change_consultation, consultation=running, values=change, actor=actor, reason="  ")
    assert set(told) == {"reason"}
    change_consultation(consultation=running, values=change, actor=actor, reason="بطلب من الجمعيات")
    first, second = kept(running)
    assert (first["reason"], second["reason"]) == ("", "بطلب من الجمعيات")
    assert first != second
    assert Publication.objects.of_object(running).newest().version == 2


def test_a_better_summary_needs_no_reason_and_enters_the_register_all_the_same(running, actor):
    change_consultation(consultation=running, values={"summary_ar": "ملخص أوضح"}, actor=actor)
    assert [content["summary_ar"] for content in kept(running)] == ["", "ملخص أوضح"]


def test_questions_change_in_public_with_a_reason(running, actor):
    edit = question_edit(running, text_ar="هل الأجل مناسب؟")
    assert set(refusal(save_questions, consultation=running, edits=[edit], actor=actor)) == {"reason"}
    edit = question_edit(running, text_ar="هل الأجل مناسب؟")
    assert save_questions(consultation=running, edits=[edit], actor=actor, reason="سؤال ناقص") == 1
    assert [len(content["questions"]) for content in kept(running)] == [0, 1]
    running.refresh_from_db()
    assert running.version == 3


def test_a_question_that_was_answered_stays(running, actor):
    question = QuestionFactory(consultation=running)
    ContributionFactory(consultation=running, question=question)
    edit = question_edit(running, "q", question, removed=True)
    with pytest.raises(RowsRefused) as caught:
        save_questions(consultation=running, edits=[edit], actor=actor, reason="زائد")
    assert set(caught.value.errors) == {"q"}
    assert Question.objects.filter(pk=question.pk).exists()


def test_what_it_is_about_does_not_change_in_public(running, nefta, actor):
    other = ActionPlanFactory(published=True, municipality=nefta, slug="other")
    told = refusal(
        change_consultation,
        consultation=running,
        values={"subject_id": other.pk},
        actor=actor,
        reason="خطأ",
    )
    assert set(told) == {"subject"}


def test_the_opening_that_passed_stays(running, actor):
    told = refusal(
        change_consultation, consultation=running, values={"opens_at": NOW + DAY}, actor=actor, reason="خطأ"
    )
    assert set(told) == {"opens_at"}


def test_it_is_not_closed_in_the_past(running, actor):
    told = refusal(
        change_consultation, consultation=running, values={"closes_at": NOW - DAY}, actor=actor, reason="خطأ"
    )
    assert set(told) == {"closes_at"}


def test_a_closed_one_is_opened_again_until_its_figures_are_released(running, actor):
    later = CLOSES + 10 * DAY
    with time_machine.travel(CLOSES + DAY, tick=False):
        change_consultation(consultation=running, values={"closes_at": later}, actor=actor, reason="تمديد")
        running.refresh_from_db()
        assert running.closes_at == later
    with time_machine.travel(later + DAY, tick=False):
        Figures.objects.create(consultation=running, content={})
        told = refusal(
            change_consultation,
            consultation=running,
            values={"closes_at": later + 9 * DAY},
            actor=actor,
            reason="تمديد",
        )
        assert set(told) == {"closes_at"}
        withdraw_consultation(consultation=running, actor=actor, reason="خطأ")
        told = refusal(
            change_consultation,
            consultation=running,
            values={"closes_at": later + 9 * DAY},
            actor=actor,
        )
    assert set(told) == {"closes_at"}


def test_a_withdrawal_says_why_and_keeps_it(running, actor):
    assert set(refusal(withdraw_consultation, consultation=running, actor=actor, reason=" ")) == {"reason"}
    withdraw_consultation(consultation=running, actor=actor, reason="نُشر خطأ")
    running.refresh_from_db()
    assert not running.is_public
    assert kept(running)[-1]["reason"] == "نُشر خطأ"
    assert kept(running)[-1]["status"] == "withdrawn"
    withdraw_consultation(consultation=running, actor=actor, reason="مرة أخرى")
    assert len(kept(running)) == 2


def test_the_moments_stay_stated_once_people_have_taken_part(running, actor):
    ContributionFactory(consultation=running)
    withdraw_consultation(consultation=running, actor=actor, reason="نُشر خطأ")
    told = refusal(change_consultation, consultation=running, values={"closes_at": None}, actor=actor)
    assert set(told) == {"closes_at"}


def test_every_act_counts_the_pages_of_the_town_anew(nefta, running, actor):
    def revision():
        nefta.refresh_from_db()
        return nefta.revision

    before = revision()
    change_consultation(consultation=running, values={"summary_fr": "Plus clair"}, actor=actor)
    after = revision()
    withdraw_consultation(consultation=running, actor=actor, reason="نُشر خطأ")
    assert before < after < revision()


# Rules and lists


def rules_edit(row, **values):
    seen = {name: getattr(row, name) for name in ("publish_days", "contact_fr")}
    return RowEdit("own", row, seen | values, seen, row.version)


def test_the_defaults_hold_until_rules_are_written(nefta, actor):
    assert rules_of(nefta).publish_days == 2
    assert rules_of(nefta).pk is None
    edit = rules_edit(ParticipationRules(municipality=nefta), publish_days=5)
    assert save_rules(municipality=nefta, edits=[edit], actor=actor) == 1
    assert rules_of(nefta).publish_days == 5


def choice_edit(row, name, removed=False, **values):
    columns = ("position", "label_ar", "label_fr", "is_offered")
    seen = {column: getattr(row, column) for column in columns}
    return RowEdit(name, row, seen | values, seen, row.version or 1, removed)


def test_a_town_begins_its_list_from_the_built_in_one(nefta, actor):
    begin_list(municipality=nefta, asked="profile", actor=actor)
    begin_list(municipality=nefta, asked="profile", actor=actor)
    rows = AskedChoice.objects.filter(municipality=nefta)
    assert rows.count() == 8
    assert rows.earliest("position").code == "citizen"
    assert Entry.objects.filter(action="choices.begun").count() == 1


def test_a_new_choice_is_given_a_code_that_nothing_else_has(nefta, actor):
    AskedChoiceFactory(municipality=nefta, code="pecheur")
    labels = ["Pêcheur", "Citizen", "", "Une profession au nom vraiment très long"]
    edits = [
        choice_edit(
            AskedChoice(municipality=nefta, asked="profile", position=n), f"new{n}", label_fr=fr, label_ar="ن"
        )
        for n, fr in enumerate(labels)
    ]
    save_lists(municipality=nefta, edits=edits, actor=actor)
    codes = AskedChoice.objects.filter(municipality=nefta, label_ar="ن").order_by("position")
    assert [row.code for row in codes] == ["pecheur-2", "citizen-2", "profile", "une-profession-a"]
    assert "unsaid" not in {row.code for row in codes}


def test_a_choice_that_contributions_name_is_offered_no_more_instead_of_removed(nefta, actor):
    choice = AskedChoiceFactory(municipality=nefta, code="fisher", label_ar="بحار")
    spare = AskedChoiceFactory(municipality=nefta, code="spare")
    ContributionFactory(consultation=ConsultationFactory(municipality=nefta, open=True), profile="fisher")
    ContributionFactory(profile="spare")
    edits = [choice_edit(choice, "a", removed=True), choice_edit(spare, "b", removed=True)]
    with pytest.raises(RowsRefused) as caught:
        save_lists(municipality=nefta, edits=edits, actor=actor)
    assert set(caught.value.errors) == {"a"}
    save_lists(
        municipality=nefta,
        edits=[choice_edit(choice, "a", is_offered=False), choice_edit(spare, "b", removed=True)],
        actor=actor,
    )
    lists = lists_of(nefta)
    assert lists.profile("fisher") == "بحار"
    assert [choice.code for choice in lists.offered("profile")] == ["unsaid"]


# Those who follow


@pytest.fixture
def told(monkeypatch):
    """What those who follow were told, in order."""
    calls = []
    for name in ("consultation_published", "consultation_changed", "consultation_withdrawn"):
        monkeypatch.setattr(
            letters, name, lambda consultation, *reason, name=name: calls.append((name, *reason))
        )
    return calls


def test_those_who_follow_are_told_of_what_changes_for_them(draft, actor, told):
    publish_consultation(consultation=draft, actor=actor)
    change_consultation(consultation=draft, values={"summary_ar": "أوضح"}, actor=actor)
    change_consultation(consultation=draft, values={"closes_at": CLOSES + DAY}, actor=actor, reason="تمديد")
    withdraw_consultation(consultation=draft, actor=actor, reason="خطأ")
    assert told == [
        ("consultation_published",),
        ("consultation_changed", "تمديد"),
        ("consultation_withdrawn", "خطأ"),
    ]
