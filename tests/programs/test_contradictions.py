"""Nefta's calendar contradicts itself nowhere; moved by hand it does, and says so."""

import datetime

import pytest
from django.utils.translation import override

from programs.acts import ActKind, ProofKind, act_of, proof_of
from programs.contradictions import RULES, contradictions
from programs.method import built_in_method
from programs.models import DelayRule, MovedDate, Program, Status, SupportingDocument
from tests import factories
from tests.programs.nefta import (
    AT_ITS_TIME,
    FIVE_YEARS_LATER,
    import_nefta,
    laid_out,
    move,
    state,
    task_of,
)


@pytest.fixture
def program(nefta):
    return import_nefta(nefta)


def told(program, today=AT_ITS_TIME):
    """Each rule that speaks, with the codes of the tasks it speaks of."""
    calendar = laid_out(program, today)
    with override("en"):
        return {
            (row.code, *(f"{task.phase_number}.{task.task.number}" for task in row.tasks))
            for row in contradictions(calendar)
        }


def said(program, code):
    calendar = laid_out(program)
    with override("en"):
        return [row.sentence for row in contradictions(calendar) if row.code == code]


def hand_in(program, code, position, day, **fields):
    """A file of one of a task's documents, handed in at noon of a day."""
    document = task_of(program, code).expected_documents.order_by("position")[position - 1]
    file = factories.SupportingDocumentFactory(expected_document=document, **fields)
    at = datetime.datetime.fromisoformat(f"{day}T12:00:00+01:00")
    SupportingDocument.objects.filter(pk=file.pk).update(uploaded_at=at)


def approve(program, day):
    Program.objects.filter(pk=program.pk).update(
        status=Status.APPROVED, approved_on=datetime.date.fromisoformat(day)
    )


# --- as printed --------------------------------------------------------------------------------------


@pytest.mark.parametrize("today", [AT_ITS_TIME, FIVE_YEARS_LATER])
def test_nefta_as_printed_contradicts_itself_nowhere(program, today):
    assert told(program, today) == set()


def test_nor_does_it_when_everything_was_done_in_time(program):
    for phase, tasks in enumerate((5, 7, 1, 1, 5), start=1):
        for number in range(1, tasks + 1):
            state(program, f"{phase}.{number}", True)
    hand_in(program, "1.2", 1, "2021-10-20")
    hand_in(program, "2.6", 1, "2021-11-02")
    hand_in(program, "5.5", 1, "2021-12-01")
    approve(program, "2021-11-30")
    assert told(program) == set()


def test_there_are_more_than_ten_rules_each_with_a_name_of_its_own():
    assert len({rule.__name__ for rule in RULES}) == len(RULES) > 10


# --- the order of dates ------------------------------------------------------------------------------


def test_a_task_before_the_one_above_it(program):
    move(program, "1.3", "2021-10-18")
    assert told(program) == {("task-before-previous", "1.3", "1.2")}
    assert said(program, "task-before-previous") == [
        "Task 1.3 is dated 18 October 2021, before task 1.2 above it (20 October 2021)."
    ]


def test_a_phase_that_begins_before_the_one_above_has_ended(program):
    move(program, "3.1", "2021-11-09")
    assert told(program) == {("phase-out-of-order", "3.1", "2.7")}


def test_a_task_that_prepares_the_approval_after_it(program):
    move(program, "5.3", "2021-12-02")
    assert ("approval-not-last", "5.3", "5.5") in told(program)


def test_a_draft_published_after_the_approval(program):
    move(program, "5.4", "2021-12-02")
    found = told(program)
    assert ("publication-after-approval", "5.4", "5.5") in found
    assert ("approval-not-last", "5.4", "5.5") not in found


def test_a_plenary_session_before_the_diagnosis_is_published(program):
    move(program, "2.6", "2021-11-20")
    assert ("plenary-before-diagnosis", "4.1", "2.6") in told(program)


def test_the_first_list_and_the_approval_on_one_day(program):
    move(program, "5.5", "2021-11-10")
    assert ("body-twice-a-day", "5.5", "2.7") in told(program)


@pytest.mark.parametrize("date", ["2020-10-13", "2012-10-13"])
def test_a_date_of_another_year(program, date):
    move(program, "1.1", date)
    assert told(program) == {("outside-the-years", "1.1")}


def test_an_approval_when_the_year_has_begun(program):
    move(program, "5.5", "2022-01-05")
    assert told(program) == {("approved-too-late", "5.5")}


# --- what is said to be done -------------------------------------------------------------------------


def test_done_in_the_future(program):
    state(program, "5.5", True)
    assert told(program) == set()
    assert told(program, datetime.date(2021, 11, 29)) == {("done-in-the-future", "5.5")}
    assert told(program, datetime.date(2021, 11, 30)) == set()


def test_done_without_a_date(program):
    state(program, "1.1", True)
    move(program, "1.1", None)
    assert told(program) == {("done-without-date", "1.1")}


def test_approved_while_the_draft_was_not_published(program):
    state(program, "5.5", True)
    state(program, "5.4", False)
    assert told(program) == {("approved-without-publication", "5.4", "5.5")}


def test_minutes_of_what_is_said_not_to_be_done(program):
    state(program, "1.2", False)
    hand_in(program, "1.2", 1, "2021-10-21")
    assert told(program) == {("evidence-of-what-is-not-done", "1.2")}


# --- evidence and dates ------------------------------------------------------------------------------


def test_minutes_before_the_session(program):
    hand_in(program, "1.2", 1, "2021-10-19")
    assert told(program) == {("minutes-before-session", "1.2")}
    assert said(program, "minutes-before-session") == [
        "The minutes of task 1.2 were handed in on 19 October 2021, before its session of 20 October 2021."
    ]


def test_other_documents_may_come_before_the_session(program):
    hand_in(program, "1.4", 2, "2021-10-01")  # The map of the zones.
    assert told(program) == set()


def test_minutes_that_another_file_replaced_are_not_looked_at(program):
    hand_in(program, "1.2", 1, "2021-10-21")
    hand_in(program, "1.2", 1, "2021-10-19")
    first, last = SupportingDocument.objects.order_by("pk")
    SupportingDocument.objects.filter(pk=last.pk).update(replaced_by=first)
    assert told(program) == set()


def test_the_proof_of_a_publication_before_it(program):
    hand_in(program, "2.6", 1, "2021-11-01")
    assert told(program) == {("proof-before-publication", "2.6")}


# --- rules and reasons -------------------------------------------------------------------------------


def test_a_delay_that_is_broken_without_a_reason(program):
    move(program, "2.6", "2021-11-08")
    DelayRule.objects.get()
    assert ("broken-without-reason", "4.1", "2.6") in told(program)
    DelayRule.objects.update(reason="تأخرت القاعة")
    assert ("broken-without-reason", "4.1", "2.6") not in told(program)


def test_a_rule_against_the_order_of_the_calendar(program):
    factories.DelayRuleFactory(
        from_task=task_of(program, "5.1"), to_task=task_of(program, "4.1"), min_days=1, reason="خطأ"
    )
    assert told(program) == {("rule-backwards", "4.1", "5.1")}


# --- the approval ------------------------------------------------------------------------------------


def test_an_approval_recorded_for_another_day(program):
    approve(program, "2021-11-29")
    assert told(program) == {("approved-on-another-day", "5.5")}


def test_a_program_marked_as_approved_before_its_session(program):
    approve(program, "2021-11-30")
    assert told(program, datetime.date(2021, 11, 29)) == {("approved-before-its-session", "5.5")}
    state(program, "5.5", False)
    assert told(program) == {("approved-before-its-session", "5.5")}


def test_a_date_moved_after_the_approval(program):
    approve(program, "2021-11-30")
    moved = MovedDate.objects.create(
        task=task_of(program, "5.1"),
        old_date=datetime.date(2021, 11, 23),
        new_date=datetime.date(2021, 11, 24),
        reason="تصحيح",
    )
    for day, expected in (("2021-11-30", set()), ("2021-12-01", {("moved-after-approval", "5.1")})):
        at = datetime.datetime.fromisoformat(f"{day}T09:00:00+01:00")
        MovedDate.objects.filter(pk=moved.pk).update(moved_at=at)
        assert told(program) == expected


# --- how it is told ----------------------------------------------------------------------------------


def test_every_sentence_is_whole_in_every_language(program):
    move(program, "5.4", "2022-12-02")
    move(program, "2.6", "2021-11-29")
    state(program, "5.5", True)
    for language in ("ar", "fr", "en"):
        with override(language):
            found = contradictions(laid_out(program, datetime.date(2021, 11, 1), language))
        assert len(found) > 4
        assert not [row.sentence for row in found if "%" in row.sentence or "()" in row.sentence]


def test_nothing_is_asked_of_the_database(program, django_assert_num_queries):
    hand_in(program, "1.2", 1, "2021-10-19")
    calendar = laid_out(program)
    with django_assert_num_queries(0):
        assert contradictions(calendar)


# --- the words ---------------------------------------------------------------------------------------


def test_the_acts_of_nefta_are_known_by_their_words(program):
    found = {
        f"{row.phase_number}.{row.task.number}": kind
        for row in laid_out(program).rows
        if (kind := act_of(row.task.title_ar))
    }
    assert found == {
        "2.6": ActKind.DIAGNOSIS_PUBLISHED,
        "2.7": ActKind.ALLOCATION,
        "4.1": ActKind.PLENARY,
        "5.4": ActKind.DRAFT_PUBLISHED,
        "5.5": ActKind.APPROVAL,
    }


@pytest.mark.parametrize("language", ["ar", "fr"])
def test_the_acts_of_the_built_in_model_are_known_in_either_language(language):
    found = {
        f"{phase.number}.{task.number}": kind
        for phase in built_in_method().phases
        for task in phase.tasks
        if (kind := act_of(getattr(task, f"title_{language}")))
    }
    assert found == {
        "2.6": ActKind.DIAGNOSIS_PUBLISHED,
        "2.7": ActKind.ALLOCATION,
        "4.1": ActKind.PLENARY,
        "5.4": ActKind.DRAFT_PUBLISHED,
        "5.5": ActKind.APPROVAL,
    }


def test_publishing_the_approved_program_is_no_approval():
    assert act_of("نشر برنامج الاستثمار بعد المصادقة عليه") is None
    assert act_of("Publication du programme approuvé, après l’approbation") is None


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("محضر الجلسة حسب الأنموذج المعتمد", ProofKind.MINUTES),
        ("PV de la commission", ProofKind.MINUTES),
        ("Feuille de présence", ProofKind.MINUTES),
        ("مداولة المجلس البلدي", ProofKind.MINUTES),
        ("مستخرج من موقع الواب", ProofKind.PROOF),
        ("Photos de l'affichage à la mairie", ProofKind.PROOF),
        ("خريطة تقسيم المناطق", None),
        ("Carte des zones", None),
    ],
)
def test_documents_are_known_by_their_words(title, kind):
    assert proof_of(title) == kind
