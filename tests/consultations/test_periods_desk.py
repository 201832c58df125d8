"""The desk's pages of consultations: who may, what is asked about, and that nothing typed is lost."""

from __future__ import annotations

import datetime

import pytest
import time_machine

from consultations.models import AskedChoice, Consultation, Figures, ParticipationRules, Question
from consultations.services.periods import change_consultation, publish_consultation, remove_consultation
from portal.publications.models import Publication
from tests.consultations.factories import ActionPlanFactory
from tests.consultations.participation import (
    AskedChoiceFactory,
    ConsultationFactory,
    ContributionFactory,
    QuestionFactory,
)
from tests.factories import MembershipFactory
from tests.programs.sheet_posts import as_shown, errors_of

NOW = datetime.datetime(2026, 11, 9, 10, 0, tzinfo=datetime.UTC)
OPENS = datetime.datetime(2026, 11, 2, 7, 0, tzinfo=datetime.UTC)
CLOSES = datetime.datetime(2026, 11, 20, 22, 59, tzinfo=datetime.UTC)
DESK = "/en/m/nefta/staff/"

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _clock():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def plan(nefta):
    return ActionPlanFactory(published=True, municipality=nefta)


@pytest.fixture
def draft(nefta, plan):
    return ConsultationFactory(
        plan=plan, number=1, opens_at=OPENS, closes_at=CLOSES, title_ar="ما رأيك؟", summary_ar="سطر\nسطر"
    )


@pytest.fixture
def running(draft):
    return publish_consultation(consultation=draft, actor=None)


@pytest.fixture
def signed_in(client, nefta):
    """A client of somebody with a role in the town, signed in."""

    def sign_in(role="editor", municipality=nefta):
        client.force_login(MembershipFactory(municipality=municipality, role=role).user)
        return client

    return sign_in


def shown(response):
    """What a browser would send of the form and the sheet that were just shown."""
    form, data = response.context["form"], as_shown(response)
    for bound in form:
        value = bound.value()
        if value is not None and value is not False:
            data[bound.html_name] = bound.field.prepare_value(value) if value is not True else "on"
        if bound.field.show_hidden_initial and bound.initial not in (None, False):
            data[bound.html_initial_name] = bound.field.prepare_value(bound.initial)
    return data


def new(plan, **changes):
    return {
        "subject": f"plan:{plan.pk}",
        "title_ar": "ما رأيك في المخطط؟",
        "kind": "both",
        "channel_web": "on",
        "opens_on": "2/11/2026",
        "opens_at": "8",
        "closes_on": "2026-11-20",
        "closes_at": "23h59",
        "moderation": "before",
        "answer_days": "15",
        "question-rows": "1",
        "question-new0-seen": '{"version": 0, "cells": {"position": 1, "text_ar": "", "text_fr": ""}}',
        "question-new0-position": "1",
        "question-new0-text_ar": "هل يكفي ملخص؟",
    } | changes


# Writing


def test_an_editor_begins_a_consultation_with_its_questions(signed_in, plan):
    client = signed_in()
    page = client.get(f"{DESK}consultations/new/")
    assert f'<option value="plan:{plan.pk}">' in page.content.decode()
    response = client.post(f"{DESK}consultations/new/", new(plan))
    consultation = Consultation.objects.get()
    assert response["Location"] == f"{DESK}consultations/1/"
    assert (consultation.opens_at, consultation.closes_at) == (OPENS, CLOSES)
    assert consultation.channels == ["web"]
    assert [str(question) for question in consultation.questions.all()] == ["هل يكفي ملخص؟"]


def test_what_is_wrong_is_told_at_its_field_and_nothing_typed_is_lost(signed_in, plan):
    response = signed_in().post(
        f"{DESK}consultations/new/",
        new(plan, title_ar="", closes_on="1/11/2026", summary_fr="Un long résumé", channel_web=""),
    )
    page = response.content.decode()
    assert set(response.context["form"].errors) == {"channel_web"}
    assert "Un long résumé" in page
    assert "هل يكفي ملخص؟" in page
    response = signed_in().post(f"{DESK}consultations/new/", new(plan, title_ar="", closes_on="1/11/2026"))
    assert set(response.context["form"].errors) == {"closes_on"}
    assert '<a href="#id_closes_on">' in response.content.decode()
    response = signed_in().post(f"{DESK}consultations/new/", new(plan, title_ar=" "))
    assert set(response.context["form"].errors) == {"title_ar"}
    assert not Consultation.objects.exists()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"opens_on": "31/2/2026"}, "opens_on"),
        ({"opens_at": "25:00"}, "opens_at"),
        ({"opens_at": ""}, "opens_at"),
        ({"closes_on": ""}, "closes_on"),
        ({"subject": "plan:999999"}, "subject"),
        ({"subject": "plan:x"}, "subject"),
        ({"answer_days": "0"}, "answer_days"),
    ],
)
def test_what_cannot_be_read_is_asked_again(signed_in, plan, change, field):
    response = signed_in().post(f"{DESK}consultations/new/", new(plan, **change))
    assert set(response.context["form"].errors) == {field}
    assert not Consultation.objects.exists()


def test_another_towns_plan_is_no_subject(signed_in, plan):
    foreign = ActionPlanFactory(published=True)
    response = signed_in().post(f"{DESK}consultations/new/", new(plan, subject=f"plan:{foreign.pk}"))
    assert set(response.context["form"].errors) == {"subject"}


def test_a_draft_may_be_saved_without_its_moments(signed_in, plan):
    moments = dict.fromkeys(("opens_on", "opens_at", "closes_on", "closes_at"), "")
    signed_in().post(f"{DESK}consultations/new/", new(plan, **moments))
    assert Consultation.objects.get().opens_at is None


def test_more_rows_for_questions_lose_nothing_and_blame_nothing(signed_in, plan):
    response = signed_in().post(f"{DESK}consultations/new/", new(plan, title_ar="", more="question"))
    assert response.context["sheet"].blank_count == 4
    assert "m-errors" not in response.content.decode()
    assert "هل يكفي ملخص؟" in response.content.decode()


# Clocks that jump


def morocco(plan, **changes):
    return new(plan, opens_on="1/2/2026", closes_on="15/2/2026", **changes)


def test_a_time_that_comes_twice_is_asked_about(signed_in, kenitra):
    plan = ActionPlanFactory(published=True, municipality=kenitra)
    client = signed_in(municipality=kenitra)
    address = "/en/m/kenitra/staff/consultations/new/"
    response = client.post(address, morocco(plan, closes_at="2:30"))
    page = response.content.decode()
    assert set(response.context["form"].errors) == {"closes_fold"}
    assert 'id="id_closes_fold_0"' in page
    assert "UTC+01:00" in page
    client.post(address, morocco(plan, closes_at="2:30", closes_fold="1"))
    found = Consultation.objects.get()
    assert found.closes_at == datetime.datetime(2026, 2, 15, 2, 30, tzinfo=datetime.UTC)
    page = client.get("/en/m/kenitra/staff/consultations/1/edit/").content.decode()
    assert 'id="id_closes_fold_1" value="1" checked' in page
    assert 'id="id_opens_fold_0"' not in page


def test_a_time_that_does_not_come_is_refused(signed_in, kenitra):
    plan = ActionPlanFactory(published=True, municipality=kenitra)
    response = signed_in(municipality=kenitra).post(
        "/en/m/kenitra/staff/consultations/new/", new(plan, closes_on="22/3/2026", closes_at="2:30")
    )
    assert set(response.context["form"].errors) == {"closes_at"}
    assert not Consultation.objects.exists()


# Changing


def test_a_page_that_is_sent_back_unchanged_changes_nothing(signed_in, draft):
    QuestionFactory(consultation=draft)
    client = signed_in()
    page = client.get(f"{DESK}consultations/1/edit/")
    before = Consultation.objects.values().get()
    assert client.post(f"{DESK}consultations/1/edit/", shown(page)).status_code == 302
    assert Consultation.objects.values().get() == before


def test_two_people_may_change_different_fields(signed_in, draft):
    client = signed_in()
    page = client.get(f"{DESK}consultations/1/edit/")
    change_consultation(consultation=draft, values={"title_fr": "Votre avis"}, actor=None)
    client.post(
        f"{DESK}consultations/1/edit/", shown(page) | {"closes_on": "2026/11/25", "channel_phone": "on"}
    )
    found = Consultation.objects.get()
    assert found.title_fr == "Votre avis"
    assert found.closes_at.date() == datetime.date(2026, 11, 25)
    assert found.channels == ["web", "paper", "phone"]


def test_whoever_comes_second_to_a_field_sees_both_values(signed_in, draft):
    client = signed_in()
    page = client.get(f"{DESK}consultations/1/edit/")
    change_consultation(consultation=draft, values={"title_ar": "عنوان أول"}, actor=None)
    response = client.post(f"{DESK}consultations/1/edit/", shown(page) | {"title_ar": "عنوان ثان"})
    assert set(response.context["form"].errors) == {"title_ar"}
    assert "عنوان أول" in response.content.decode()
    assert "عنوان ثان" in response.content.decode()
    assert Consultation.objects.get().title_ar == "عنوان أول"


def test_in_public_a_change_of_the_moments_asks_why(signed_in, running):
    client = signed_in()
    page = client.get(f"{DESK}consultations/1/edit/")
    sent = shown(page) | {"closes_on": "2026/11/25"}
    response = client.post(f"{DESK}consultations/1/edit/", sent)
    assert set(response.context["form"].errors) == {"reason"}
    assert 'value="2026/11/25"' in response.content.decode()
    client.post(f"{DESK}consultations/1/edit/", sent | {"reason": "طلب الجمعيات"})
    assert Consultation.objects.get().closes_at.date() == datetime.date(2026, 11, 25)
    assert Publication.objects.of_object(running).count() == 2


def test_a_refused_question_leaves_everything_as_it_was(signed_in, running):
    question = QuestionFactory(consultation=running)
    ContributionFactory(consultation=running, question=question)
    client = signed_in()
    page = client.get(f"{DESK}consultations/1/edit/")
    sent = shown(page) | {
        f"question-{question.pk}-remove": "on",
        "closes_on": "2026/11/25",
        "reason": "زائد",
    }
    response = client.post(f"{DESK}consultations/1/edit/", sent)
    assert set(errors_of(response)) == {f"question-{question.pk}"}
    assert Consultation.objects.get().closes_at == CLOSES


def test_the_subject_of_a_public_one_is_no_field(signed_in, running):
    page = signed_in().get(f"{DESK}consultations/1/edit/")
    assert "subject" not in page.context["form"].fields
    assert "برنامج عمل الانفتاح" in page.content.decode()


def test_a_draft_is_removed_and_a_public_one_is_not(signed_in, draft, nefta):
    client = signed_in()
    public = publish_consultation(
        consultation=ConsultationFactory(
            plan=None, municipality=nefta, number=2, opens_at=OPENS, closes_at=CLOSES
        ),
        actor=None,
    )
    client.post(f"{DESK}consultations/1/remove/")
    client.post(f"{DESK}consultations/2/remove/")
    assert list(Consultation.objects.all()) == [public]


def test_a_second_removal_in_the_same_instant_finds_nothing(signed_in, draft, monkeypatch):
    client = signed_in()

    def removed_first(*, consultation, actor):
        remove_consultation(consultation=consultation, actor=None)
        return remove_consultation(consultation=consultation, actor=actor)

    monkeypatch.setattr("consultations.views.desk_periods.remove_consultation", removed_first)
    assert client.post(f"{DESK}consultations/1/remove/").status_code == 404


def test_what_was_typed_in_a_draft_that_is_gone_becomes_a_new_one(signed_in, draft):
    kept, dropped = (QuestionFactory(consultation=draft, position=n) for n in (1, 2))
    client = signed_in()
    sent = shown(client.get(f"{DESK}consultations/1/edit/")) | {
        "title_fr": "Un long titre",
        f"question-{dropped.pk}-remove": "on",
        "question-new0-text_fr": "Et encore ?",
    }
    remove_consultation(consultation=draft, actor=None)
    response = client.post(f"{DESK}consultations/1/edit/", sent)
    page = response.content.decode()
    assert response.context["problems"] == [("", "Somebody removed this draft.")]
    assert "Un long titre" in page
    assert f'action="{DESK}consultations/new/"' in page
    assert client.post(f"{DESK}consultations/new/", shown(response)).status_code == 302
    saved = Consultation.objects.get()
    assert (saved.title_fr, saved.opens_at) == ("Un long titre", OPENS)
    assert [str(row) for row in saved.questions.order_by("position")] == [str(kept), "Et encore ?"]


def test_empty_rows_of_a_draft_that_is_gone_stay_empty(signed_in, draft):
    client = signed_in()
    sent = shown(client.get(f"{DESK}consultations/1/edit/"))
    remove_consultation(consultation=draft, actor=None)
    response = client.post(f"{DESK}consultations/1/edit/", sent)
    assert client.post(f"{DESK}consultations/new/", shown(response)).status_code == 302
    assert not Consultation.objects.get().questions.exists()


def test_a_draft_removed_while_it_is_saved_loses_nothing(signed_in, draft, monkeypatch):
    client = signed_in()
    sent = shown(client.get(f"{DESK}consultations/1/edit/")) | {"title_fr": "Un long titre"}

    def removed_first(municipality):
        monkeypatch.undo()
        remove_consultation(consultation=draft, actor=None)

    monkeypatch.setattr("consultations.views.desk_periods.take_turn", removed_first)
    page = client.post(f"{DESK}consultations/1/edit/", sent).content.decode()
    assert "Somebody removed this draft." in page
    assert "Un long titre" in page


def test_a_draft_that_never_was_is_not_found(signed_in, draft, plan):
    foreign = ConsultationFactory(plan=None)
    remove_consultation(consultation=foreign, actor=None)
    for row in ("", "424242", "\0", str(foreign.pk)):
        assert signed_in().post(f"{DESK}consultations/7/edit/", new(plan, row=row)).status_code == 404


# Figures


@pytest.fixture
def over(nefta, plan):
    """Closed, with what may still be typed in, and nothing left to read."""
    found = ConsultationFactory(
        plan=plan,
        number=1,
        status="published",
        opens_at=NOW - datetime.timedelta(days=60),
        closes_at=NOW - datetime.timedelta(days=30),
    )
    ContributionFactory(consultation=found, published=True, published_on=datetime.date(2026, 10, 20))
    return found


def test_a_publisher_releases_the_figures(signed_in, over):
    client = signed_in("publisher")
    assert (
        f'action="{DESK}consultations/1/figures/"' in client.get(f"{DESK}consultations/1/").content.decode()
    )
    response = client.post(f"{DESK}consultations/1/figures/")
    assert response["Location"] == f"{DESK}consultations/1/"
    assert Figures.objects.get().consultation == over
    page = client.get(f"{DESK}consultations/1/").content.decode()
    assert "Figures of a consultation released" in page
    assert "Release the figures" not in page
    client.post(f"{DESK}consultations/1/figures/")
    page = client.get(f"{DESK}consultations/1/").content.decode()
    assert "The figures are released already." in page


def test_figures_that_cannot_be_released_yet_say_why(signed_in, over):
    ContributionFactory(consultation=over)
    client = signed_in("publisher")
    page = client.get(f"{DESK}consultations/1/").content.decode()
    assert "Some contributions have not been read yet." in page
    assert "released once, when every contribution has been read: on 9 November 2026" in page
    assert "Release the figures" not in page
    client.post(f"{DESK}consultations/1/figures/")
    assert not Figures.objects.exists()


def test_the_figures_of_a_running_one_come_after_the_closing(signed_in, running):
    page = signed_in("publisher").get(f"{DESK}consultations/1/").content.decode()
    assert "The figures are released after the closing." in page


def test_an_editor_releases_no_figures(signed_in, over):
    client = signed_in()
    assert "Release the figures" not in client.get(f"{DESK}consultations/1/").content.decode()
    assert client.post(f"{DESK}consultations/1/figures/").status_code == 403
    assert not Figures.objects.exists()


# Publishing


def test_a_publisher_sees_what_will_happen_and_publishes(signed_in, draft):
    client = signed_in("publisher")
    page = client.get(f"{DESK}consultations/1/publish/")
    assert "It closes by itself on Friday 20 November 2026" in page.content.decode()
    response = client.post(f"{DESK}consultations/1/publish/", {"step": "publish", "version": draft.version})
    assert response["Location"] == f"{DESK}consultations/1/"
    assert Consultation.objects.get().is_public


def test_what_is_missing_is_told_instead(signed_in, draft):
    Consultation.objects.update(closes_at=None)
    page = signed_in("publisher").get(f"{DESK}consultations/1/publish/")
    assert set(page.context["missing"]) == {"closes_at"}
    assert 'value="publish"' not in page.content.decode()


def test_what_changed_meanwhile_is_not_published_unseen(signed_in, draft):
    client = signed_in("publisher")
    change_consultation(consultation=draft, values={"title_ar": "عنوان آخر"}, actor=None)
    sent = {"step": "publish", "version": draft.version}
    response = client.post(f"{DESK}consultations/1/publish/", sent)
    assert response.context["publish"].non_field_errors()
    assert 'name="version" value="2"' in response.content.decode()
    assert not Consultation.objects.get().is_public


def test_a_draft_as_subject_needs_a_tick(signed_in, draft, plan):
    plan.status = "draft"
    plan.save()
    client, sent = signed_in("publisher"), {"step": "publish", "version": draft.version}
    response = client.post(f"{DESK}consultations/1/publish/", sent)
    assert set(response.context["publish"].errors) == {"subject_follows"}
    client.post(f"{DESK}consultations/1/publish/", sent | {"subject_follows": "on"})
    assert Consultation.objects.get().is_public


def test_a_closing_that_passed_is_warned_of(signed_in, draft):
    Consultation.objects.update(closes_at=NOW - datetime.timedelta(days=1))
    page = signed_in("publisher").get(f"{DESK}consultations/1/publish/").content.decode()
    assert "nobody will be able to take part" in page
    assert "Wednesday 18 November 2026" in page


def test_a_withdrawal_needs_its_reason(signed_in, running):
    client = signed_in("publisher")
    response = client.post(f"{DESK}consultations/1/publish/", {"step": "withdraw", "reason": ""})
    assert set(response.context["withdraw"].errors) == {"reason"}
    client.post(f"{DESK}consultations/1/publish/", {"step": "withdraw", "reason": "نُشر خطأ"})
    assert not Consultation.objects.get().is_public


# The overview


def test_the_overview_counts_what_waits(signed_in, running):
    ContributionFactory(consultation=running, received_at=OPENS)
    ContributionFactory(consultation=running, published=True, received_at=OPENS)
    page = signed_in("municipal_admin").get(f"{DESK}consultations/1/")
    assert (page.context["standing"].unread, page.context["standing"].waiting) == (1, 2)
    content = page.content.decode()
    assert f'href="{DESK}contributions/?consultation=1"' in content
    assert f'href="{DESK}answers/?consultation=1"' in content
    listed = signed_in("council_reader").get(f"{DESK}consultations/")
    assert [row.unread_count for row, *_ in listed.context["listed"]] == [1]


def test_only_what_a_role_may_do_is_offered(signed_in, running):
    content = signed_in("editor").get(f"{DESK}consultations/1/").content.decode()
    assert f'href="{DESK}consultations/1/edit/"' in content
    for page in ("consultations/1/publish/", "contributions/?consultation=1", "answers/?consultation=1"):
        assert f'href="{DESK}{page}"' not in content


@pytest.mark.parametrize("count", [1, 20])
def test_the_lists_queries_do_not_depend_on_its_length(signed_in, nefta, count, django_assert_num_queries):
    for number in range(1, count + 1):
        row = ConsultationFactory(municipality=nefta, number=number, open=True)
        ContributionFactory(consultation=row)
    client = signed_in("editor")
    with django_assert_num_queries(7):
        client.get(f"{DESK}consultations/")


# Who may

READ = ("consultations/", "consultations/1/")
EDIT = ("consultations/new/", "consultations/1/edit/")
ROLES = ("editor", "moderator", "answerer", "publisher", "council_reader", "auditor", "municipal_admin")
EDITORS, PUBLISHERS = {"editor", "publisher", "municipal_admin"}, {"publisher", "municipal_admin"}


@pytest.mark.parametrize("role", ROLES)
def test_each_role_opens_what_it_may(signed_in, draft, role):
    client = signed_in(role)

    def answers(*pages):
        return {client.get(f"{DESK}{page}").status_code for page in pages}

    assert answers(*READ) == {200}
    assert answers(*EDIT) == ({200} if role in EDITORS else {403})
    assert answers("consultations/1/publish/") == ({200} if role in PUBLISHERS else {403})
    assert answers("participation/") == ({200} if role == "municipal_admin" else {403})


@pytest.mark.parametrize("page", [*READ, *EDIT, "consultations/1/publish/", "participation/"])
def test_strangers_find_nothing_and_the_public_signs_in(client, draft, page, stranger):
    assert "/sign-in/" in client.get(f"{DESK}{page}")["Location"]
    client.force_login(stranger)
    assert client.get(f"{DESK}{page}").status_code == 404


def test_another_towns_consultation_is_not_found(signed_in, draft, kenitra):
    ConsultationFactory(municipality=kenitra, number=7)
    client = signed_in("municipal_admin")
    for page in ("", "edit/", "publish/"):
        assert client.get(f"{DESK}consultations/7/{page}").status_code == 404
    assert client.post(f"{DESK}consultations/7/remove/").status_code == 404


def test_a_question_at_a_far_place_does_not_end_the_numbers(signed_in, draft):
    Question.objects.create(consultation=draft, position=32767, text_ar="آخر سؤال")
    page = signed_in("editor").get(f"{DESK}consultations/1/edit/")
    assert "آخر سؤال" in page.content.decode()


def test_a_choice_at_a_far_place_does_not_end_the_numbers(signed_in, nefta):
    AskedChoice.objects.create(municipality=nefta, asked="age", code="far", position=1500, label_ar="بعيد")
    page = signed_in("municipal_admin").get(f"{DESK}participation/")
    assert "بعيد" in page.content.decode()


# Rules and lists


def test_the_rules_are_written_once_somebody_changes_them(signed_in):
    client = signed_in("municipal_admin")
    page = client.get(f"{DESK}participation/")
    client.post(f"{DESK}participation/", as_shown(page))
    assert not ParticipationRules.objects.exists()
    changed = as_shown(page, **{"rules-own-publish_days": "5", "rules-own-rules_ar": "لا أسماء"})
    client.post(f"{DESK}participation/", changed)
    assert ParticipationRules.objects.get().publish_days == 5


def test_a_list_is_begun_from_the_built_in_one_and_then_edited(signed_in, nefta):
    client = signed_in("municipal_admin")
    page = client.get(f"{DESK}participation/")
    assert [code for code, *_ in page.context["built_in"]] == ["profile", "age"]
    response = client.post(f"{DESK}participation/lists/profile/")
    assert response["Location"] == f"{DESK}participation/#profile-table"
    page = client.get(f"{DESK}participation/")
    assert [code for code, *_ in page.context["built_in"]] == ["age"]
    assert "“Prefer not to say” is always offered, last." in page.content.decode()
    citizen = AskedChoice.objects.get(code="citizen")
    changed = as_shown(
        page, **{f"profile-{citizen.pk}-label_fr": "Habitant(e)", "profile-new0-label_fr": "Pêcheur"}
    )
    assert client.post(f"{DESK}participation/", changed).status_code == 302
    citizen.refresh_from_db()
    assert citizen.label_fr == "Habitant(e)"
    assert AskedChoice.objects.filter(municipality=nefta, code="pecheur").exists()


def test_what_is_refused_in_two_tables_is_told_of_both(signed_in, nefta):
    choice = AskedChoiceFactory(municipality=nefta, code="fisher")
    ContributionFactory(consultation=ConsultationFactory(municipality=nefta, open=True), profile="fisher")
    client = signed_in("municipal_admin")
    page = client.get(f"{DESK}participation/")
    sent = as_shown(page, **{"rules-own-retention_months": "500", f"profile-{choice.pk}-remove": "on"})
    response = client.post(f"{DESK}participation/", sent)
    assert "rules-own-retention_months" in errors_of(response)
    sent["rules-own-retention_months"] = "12"
    response = client.post(f"{DESK}participation/", sent)
    assert set(errors_of(response)) == {f"profile-{choice.pk}"}
    assert not ParticipationRules.objects.exists()


def test_there_is_no_third_list(signed_in):
    assert signed_in("municipal_admin").post(f"{DESK}participation/lists/colour/").status_code == 404
