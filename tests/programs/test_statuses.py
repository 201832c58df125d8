"""The steps a program may take, what each needs, and what of it the register keeps."""

import datetime
import json

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.utils.translation import override

from portal.audit.models import Entry
from portal.municipalities.access import ALLOWED
from portal.municipalities.models import Municipality
from portal.publications import chain, register
from portal.publications.models import Publication
from programs.models import Program, Status, Task
from programs.published import content_of
from programs.services.cells import ReasonNeeded
from programs.services.statuses import (
    TRANSITIONS,
    Approval,
    approve,
    body_in_office,
    change_status,
    close,
    has_changed,
    publish,
    publish_anew,
    steps_from,
    transition_between,
    withdraw,
)
from tests import factories

STEPS = [(step.old, step.new, step.action) for step in TRANSITIONS]
REFUSED = [
    (old, new)
    for old in Status
    for new in Status
    if old != new and (old, new) not in {(before, after) for before, after, _ in STEPS}
]
DAY = datetime.date(2021, 11, 30)


@pytest.fixture
def program(nefta):
    program = factories.ProgramFactory(municipality=nefta)
    factories.TaskFactory(phase__program=program, phase__number=1, number=1)
    return program


@pytest.fixture
def council(nefta):
    return factories.DecidingBodyFactory(municipality=nefta)


@pytest.fixture
def approval(council):
    return Approval(council, DAY, "2021/7")


def revision():
    return Municipality.objects.get(slug="nefta").revision


def stand(program, status):
    Program.objects.update(status=status)
    program.refresh_from_db()


def take(program, status, actor, approval):
    if status == Status.APPROVED:
        approve(program=program, approval=approval, actor=actor)
    else:
        change_status(program=program, status=status, actor=actor)


# --- the table ---------------------------------------------------------------------------------------


def test_the_table_is_the_one_of_the_method():
    assert [(step.code, step.old, step.new) for step in TRANSITIONS] == [
        ("publish", "draft", "published"),
        ("withdraw", "published", "draft"),
        ("approve", "published", "approved"),
        ("close", "approved", "closed"),
    ]
    assert all(step.act in ALLOWED for step in TRANSITIONS)


def test_the_table_is_asked():
    assert [step.code for step in steps_from("published")] == ["withdraw", "approve"]
    assert steps_from("closed") == []
    assert transition_between("draft", "published").code == "publish"
    assert transition_between("draft", "closed") is None


# --- steps -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("old", "new", "action"), STEPS)
def test_each_step_is_taken_journalled_and_entered(program, publisher, approval, old, new, action):
    stand(program, old)
    before = program.updated_at, revision()
    take(program, new, publisher, approval)
    assert program.status == new
    program.refresh_from_db()
    assert program.status == new
    entry = Entry.objects.get()
    assert (entry.action, entry.actor, entry.municipality) == (action, publisher, program.municipality)
    assert entry.changes["status"] == [old.value, new.value]
    assert (entry.object_type, entry.object_id) == ("programs.program", str(program.pk))
    assert program.updated_at > before[0]
    assert revision() == before[1] + 1
    publication = Publication.objects.get()
    assert (publication.act, publication.version) == (action, 1)
    assert (publication.title, publication.address) == (program.title_ar, "/ar/m/nefta/programs/2022/")
    status = json.loads(publication.content)["status"]
    assert status == ("withdrawn" if new == Status.DRAFT else new)


@pytest.mark.parametrize(("old", "new"), REFUSED)
def test_every_other_step_is_refused_with_both_names_and_leaves_no_trace(
    program, publisher, approval, old, new
):
    stand(program, old)
    before = revision()
    with override("en"), pytest.raises(ValidationError) as refused:
        take(program, new, publisher, approval)
    names = {"draft": "Draft", "published": "Published", "approved": "Approved", "closed": "Closed"}
    assert refused.value.messages == [f"A program cannot go from “{names[old]}” to “{names[new]}”."]
    assert program.status == old
    program.refresh_from_db()
    assert program.status == old
    assert not Entry.objects.exists()
    assert not Publication.objects.exists()
    assert revision() == before


def test_there_are_as_many_refusals_as_the_table_says():
    assert len(STEPS) + len(REFUSED) == len(Status) * (len(Status) - 1)


@pytest.mark.parametrize("language", ["ar", "fr"])
def test_a_refusal_speaks_the_persons_language(program, publisher, language):
    with override(language), pytest.raises(ValidationError) as refused:
        change_status(program=program, status=Status.CLOSED, actor=publisher)
    with override(language):
        assert str(Status.DRAFT.label) in refused.value.messages[0]
        assert str(Status.CLOSED.label) in refused.value.messages[0]


@pytest.mark.parametrize("status", Status)
def test_a_step_to_where_one_is_is_none(program, publisher, approval, status):
    stand(program, status)
    before = program.updated_at, revision()
    take(program, status, publisher, approval)
    program.refresh_from_db()
    assert (program.updated_at, revision()) == before
    assert not Entry.objects.exists()
    assert not Publication.objects.exists()


def test_a_status_that_does_not_exist_is_a_mistake_of_the_program(program, publisher):
    with pytest.raises(ValueError, match="thrown away"):
        change_status(program=program, status="thrown away", actor=publisher)
    assert not Entry.objects.exists()


def test_publishing_and_withdrawing(program, publisher):
    publish(program=program, actor=publisher)
    assert Program.objects.published().get() == program
    withdraw(program=program, actor=publisher)
    assert not Program.objects.published().exists()
    assert list(Entry.objects.values_list("action", flat=True)) == ["program.withdrawn", "program.published"]
    assert [entry.version for entry in Publication.objects.all()] == [1, 2]


def test_a_withdrawal_keeps_nothing_of_the_calendar(program, publisher):
    publish(program=program, actor=publisher)
    withdraw(program=program, actor=publisher)
    kept = json.loads(Publication.objects.get(version=2).content)
    assert "phases" not in kept
    assert (kept["year"], kept["status"]) == (2022, "withdrawn")


def test_what_a_command_does_has_no_author(program):
    publish(program=program, actor=None)
    assert Entry.objects.get().actor is None


def test_the_row_decides_and_not_the_object_at_hand(program, publisher):
    """Somebody approved the program after this page was opened."""
    publish(program=program, actor=publisher)
    Program.objects.update(status=Status.APPROVED)
    with pytest.raises(ValidationError):
        withdraw(program=program, actor=publisher)
    assert Program.objects.get().status == Status.APPROVED


def test_a_step_that_two_people_take_is_journalled_once(program, publisher):
    other = Program.objects.get()
    publish(program=program, actor=publisher)
    publish(program=other, actor=publisher)
    assert Entry.objects.count() == Publication.objects.count() == 1


def test_only_the_status_is_written(program, publisher):
    Program.objects.update(title_fr="Titre saisi entre-temps")
    publish(program=program, actor=publisher)
    assert Program.objects.get().title_fr == "Titre saisi entre-temps"
    assert json.loads(Publication.objects.get().content)["title_fr"] == "Titre saisi entre-temps"


@pytest.mark.parametrize("broken", ["record", "_take_the_pen"])
def test_a_step_that_cannot_be_journalled_or_entered_is_not_taken(program, publisher, monkeypatch, broken):
    def fail(**kwargs):
        raise RuntimeError("no room left")

    monkeypatch.setattr(register, broken, fail)
    with pytest.raises(RuntimeError):
        publish(program=program, actor=publisher)
    assert Program.objects.get().status == Status.DRAFT
    assert not Publication.objects.exists()
    assert not Entry.objects.exists()


# --- what must be there ------------------------------------------------------------------------------


def test_a_calendar_without_a_task_is_not_published(program, publisher):
    Task.objects.all().delete()
    with override("en"), pytest.raises(ValidationError) as refused:
        publish(program=program, actor=publisher)
    assert refused.value.messages == ["A calendar without any task is not published."]
    assert Program.objects.get().status == Status.DRAFT


@pytest.fixture
def rule(program):
    """Seven days are asked for, six are there."""
    first = factories.TaskFactory(phase__program=program, session_date=datetime.date(2021, 11, 2))
    second = factories.TaskFactory(phase__program=program, session_date=datetime.date(2021, 11, 8))
    return factories.DelayRuleFactory(from_task=first, to_task=second, min_days=7)


@pytest.mark.parametrize("given", [{}, {"reason": "  "}, {"reasons": {}}])
def test_a_delay_that_is_broken_without_a_word_is_not_published(program, publisher, rule, given):
    with pytest.raises(ReasonNeeded) as needed:
        publish(program=program, actor=publisher, **given)
    assert [broken.rule for broken in needed.value.broken] == [rule]
    assert needed.value.broken[0].reckoning.missing == 1
    assert Program.objects.get().status == Status.DRAFT
    assert not Entry.objects.exists()


@pytest.mark.parametrize("one_for_all", [True, False])
def test_with_its_reason_it_is(program, publisher, rule, one_for_all):
    given = {"reason": "القاعة مشغولة"} if one_for_all else {"reasons": {rule.pk: " القاعة مشغولة "}}
    publish(program=program, actor=publisher, **given)
    rule.refresh_from_db()
    assert rule.reason == "القاعة مشغولة"
    kept = json.loads(Publication.objects.get().content)["delay_rules"]
    assert [(one["is_kept"], one["reason"]) for one in kept] == [(False, "القاعة مشغولة")]
    assert [entry.action for entry in Entry.objects.order_by("pk")] == [
        "delay.explained",
        "program.published",
    ]


def test_a_reason_given_before_is_enough(program, publisher, rule):
    rule.reason = "القاعة مشغولة"
    rule.save()
    publish(program=program, actor=publisher)
    assert Program.objects.get().status == Status.PUBLISHED


def test_a_reason_too_long_is_refused(program, publisher, rule):
    with pytest.raises(ValidationError):
        publish(program=program, actor=publisher, reason="x" * 1001)
    assert Program.objects.get().status == Status.DRAFT


# --- publishing anew ---------------------------------------------------------------------------------


def test_what_changed_is_published_anew_as_the_next_version(program, publisher):
    publish(program=program, actor=publisher)
    assert not has_changed(program)
    Task.objects.update(notes="جديد")
    assert has_changed(program)
    before = revision()
    publication = publish_anew(program=program, actor=publisher)
    assert (publication.version, publication.act) == (2, "program.published_anew")
    assert (Program.objects.get().status, revision()) == (Status.PUBLISHED, before + 1)
    assert not has_changed(program)
    first, second = Publication.objects.order_by("number")
    assert "جديد" not in first.content
    assert "جديد" in second.content
    assert chain.first_break(entry.sealed() for entry in (first, second)) is None


def test_what_did_not_change_is_not(program, publisher):
    publish(program=program, actor=publisher)
    with pytest.raises(ValidationError):
        publish_anew(program=program, actor=publisher)
    assert Publication.objects.count() == 1


def test_a_draft_is_not_published_anew(program, publisher):
    with pytest.raises(ValidationError):
        publish_anew(program=program, actor=publisher)
    assert not Publication.objects.exists()


@pytest.mark.parametrize("status", [Status.PUBLISHED, Status.APPROVED, Status.CLOSED])
def test_a_program_that_was_public_before_there_was_a_register_enters_it(program, publisher, status):
    stand(program, status)
    assert publish_anew(program=program, actor=publisher).version == 1


def test_neither_the_day_nor_the_language_changes_the_content(program, rule):
    contents = []
    for language in ("ar", "fr", "en"):
        with override(language), time_machine.travel(datetime.datetime(2030, 5, 1, tzinfo=datetime.UTC)):
            contents.append(content_of(program))
    assert contents == [content_of(program)] * 3


# --- approval ----------------------------------------------------------------------------------------


def test_an_approval_is_kept_with_its_body_its_day_and_its_number(program, publisher, approval, council):
    stand(program, Status.PUBLISHED)
    approve(program=program, approval=approval, actor=publisher)
    program.refresh_from_db()
    assert (program.deciding_body, program.approved_on, program.deliberation) == (council, DAY, "2021/7")
    assert Entry.objects.get().changes == {
        "status": ["published", "approved"],
        "approved_on": [None, "2021-11-30"],
        "deliberation": ["", "2021/7"],
        "deciding_body": [None, "المجلس البلدي"],
    }
    assert json.loads(Publication.objects.get().content)["approval"] == {
        "date": "2021-11-30",
        "deliberation": "2021/7",
        "title_ar": "المجلس البلدي",
        "title_fr": "Conseil municipal",
    }


def test_an_approval_without_its_data_is_none(program, publisher):
    stand(program, Status.PUBLISHED)
    with override("en"), pytest.raises(ValidationError) as refused:
        change_status(program=program, status=Status.APPROVED, actor=publisher)
    assert refused.value.messages == ["An approval needs its deciding body, its date and its deliberation."]
    assert Program.objects.get().status == Status.PUBLISHED


def errors(program, approval, **changes):
    values = {"deciding_body": approval.deciding_body, "date": approval.date, "deliberation": "1"} | changes
    with override("en"), pytest.raises(ValidationError) as refused:
        approve(program=program, approval=Approval(**values), actor=None)
    assert Program.objects.get().status == Status.PUBLISHED
    assert not Publication.objects.exists()
    return refused.value.message_dict


def test_what_cannot_be_is_refused_at_its_field(program, approval):
    stand(program, Status.PUBLISHED)
    tomorrow = program.municipality.today() + datetime.timedelta(days=1)
    assert list(errors(program, approval, date=tomorrow)) == ["approved_on"]
    assert list(errors(program, approval, date=datetime.date(2021, 11, 1))) == ["approved_on"]
    assert list(errors(program, approval, deliberation=" ")) == ["deliberation"]


def test_the_body_is_the_one_in_office_on_the_day(program, approval, council, nefta, kenitra):
    stand(program, Status.PUBLISHED)
    later = factories.DecidingBodyFactory(
        municipality=nefta, title_ar="النيابة الخصوصية", title_fr="", since=datetime.date(2023, 3, 8)
    )
    foreign = factories.DecidingBodyFactory(municipality=kenitra)
    assert body_in_office(program, datetime.date(2023, 3, 7)) == council
    assert body_in_office(program, datetime.date(2023, 3, 8)) == later
    for body in (later, foreign):
        told = errors(program, approval, deciding_body=body)
        assert told == {"deciding_body": ["It was not in office on this day. In office was: المجلس البلدي."]}
    council.delete()
    assert errors(program, approval, deciding_body=later) == {
        "deciding_body": ["It was not in office on this day."]
    }
    assert body_in_office(program, DAY) is None


def test_an_approved_program_is_closed_and_keeps_its_approval(program, publisher, approval):
    stand(program, Status.PUBLISHED)
    approve(program=program, approval=approval, actor=publisher)
    close(program=program, actor=publisher)
    program.refresh_from_db()
    assert (program.status, program.approved_on) == (Status.CLOSED, DAY)
    assert json.loads(Publication.objects.get(version=2).content)["approval"]["deliberation"] == "2021/7"
