"""A new program: what it takes over, what it leaves behind, and when it is refused."""

import datetime

import pytest
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from portal.audit.models import Entry
from programs.method import built_in_method
from programs.models import DelayRule, ExpectedDocument, MovedDate, Phase, Program, Status, Task
from programs.services.drafting import (
    draft_empty,
    draft_from_method,
    draft_from_program,
    titles_with_years,
    weeks_between,
)
from tests import factories

APPROVAL = datetime.date(2021, 11, 30)


@pytest.fixture
def last_year(nefta, editor):
    """A program that was run: two tasks with a delay, evidence, notes, a moved date and an excuse."""
    program = factories.ProgramFactory(municipality=nefta, year=2022, published=True)
    phase = factories.PhaseFactory(program=program, number=1, title_fr="Préparation", label="2- مرحلة")
    first = factories.TaskFactory(
        phase=phase,
        number=1,
        session_date=datetime.date(2021, 11, 2),
        done=True,
        notes="last year's",
        responsible="Leïla",
        imported={"fields": {}},
    )
    second = factories.TaskFactory(phase=phase, number=3, session_date=APPROVAL, done=False)
    factories.TaskFactory(phase=phase, number=4, session_date=None)
    document = factories.ExpectedDocumentFactory(task=first, title_ar="محضر", title_fr="PV")
    factories.SupportingDocumentFactory(expected_document=document)
    factories.DelayRuleFactory(
        from_task=first, to_task=second, day_kind="working", text_fr="7 jours", reason="la salle était prise"
    )
    MovedDate.objects.create(task=second, old_date=APPROVAL, reason="x", moved_by=editor)
    return program


def test_the_next_year_is_made_from_the_last(last_year, editor):
    program = draft_from_program(source=last_year, year=2023, actor=editor)
    assert (program.year, program.status, program.municipality) == (
        2023,
        Status.DRAFT,
        last_year.municipality,
    )
    assert program.title_ar == "برنامج الاستثمار السنوي التشاركي 2023"
    assert program.title_fr == "Programme annuel d’investissement participatif 2023"
    phase = program.phases.get()
    assert (phase.number, phase.title_fr) == (1, "Préparation")
    first, second, undated = phase.tasks.order_by("number")
    assert [task.number for task in (first, second, undated)] == [1, 3, 4]
    assert (first.responsible, undated.session_date) == ("Leïla", None)
    document = first.expected_documents.get()
    assert (document.title_ar, document.title_fr) == ("محضر", "PV")
    rule = program.delay_rules.get()
    assert (rule.from_task, rule.to_task, rule.min_days) == (first, second, 7)
    assert (rule.day_kind, rule.text_fr) == ("working", "7 jours")


def test_dates_go_to_the_same_weekdays(last_year, editor):
    program = draft_from_program(source=last_year, year=2023, actor=editor)
    dates = (
        Task.objects.filter(phase__program=program).order_by("number").values_list("session_date", flat=True)
    )
    assert list(dates) == [datetime.date(2022, 11, 1), datetime.date(2022, 11, 29), None]


def test_what_was_said_noted_or_handed_in_stays_behind(last_year, editor):
    program = draft_from_program(source=last_year, year=2023, actor=editor)
    tasks = Task.objects.filter(phase__program=program)
    assert {(task.done, task.notes, str(task.imported)) for task in tasks} == {(None, "", "{}")}
    assert not ExpectedDocument.objects.filter(task__in=tasks, files__isnull=False).exists()
    assert not MovedDate.objects.filter(task__in=tasks).exists()
    assert program.delay_rules.get().reason == ""
    assert (program.phases.get().label, program.origin_name) == ("", "")
    assert last_year.phases.get().tasks.get(number=1).notes == "last year's"


def test_it_is_written_in_the_journal_once(last_year, editor):
    program = draft_from_program(source=last_year, year=2023, actor=editor)
    entry = Entry.objects.get()
    assert (entry.action, entry.object_id, entry.actor) == ("program.drafted", str(program.pk), editor)
    assert entry.changes == {"year": [None, 2023], "source": [None, 2022]}


def test_a_longer_program_takes_no_more_queries(last_year, editor, django_assert_num_queries):
    with django_assert_num_queries(17):
        draft_from_program(source=last_year, year=2023, actor=editor)
    phase = last_year.phases.get()
    for number in range(10, 40):
        factories.ExpectedDocumentFactory(task=factories.TaskFactory(phase=phase, number=number))
    with django_assert_num_queries(17):
        draft_from_program(source=last_year, year=2024, actor=editor)


def test_titles_that_name_a_year_are_counted(last_year, editor):
    phase = last_year.phases.get()
    factories.TaskFactory(phase=phase, number=5, title_ar="ميزانية 2020 و2021", title_fr="Budget")
    factories.TaskFactory(phase=phase, number=6, title_ar="قاعة 120225")
    program = draft_from_program(source=last_year, year=2023, actor=editor)
    assert titles_with_years(program) == 1


@given(
    days=st.lists(st.dates(datetime.date(1995, 1, 1), datetime.date(1996, 12, 31)), min_size=1, max_size=8),
    years=st.integers(1, 100),
)
def test_shifting_keeps_weekdays_and_distances(days, years):
    source = Program(year=1996)
    weeks = weeks_between(source, [Task(session_date=day) for day in days], 1996 + years)
    shifted = [day + datetime.timedelta(weeks=weeks) for day in days]
    assert [day.weekday() for day in shifted] == [day.weekday() for day in days]
    assert {new - old for old, new in zip(days, shifted, strict=True)} == {datetime.timedelta(weeks=weeks)}
    last = max(days)
    same_day = datetime.date(last.year + years, last.month, min(last.day, 28))
    assert abs((max(shifted) - same_day).days) <= 3 + (last.day - min(last.day, 28))


def test_without_a_date_nothing_is_shifted():
    assert weeks_between(Program(year=2022), [Task()], 2030) == 0


def test_the_model_leads_to_the_day_of_approval(nefta, editor):
    program = draft_from_method(
        municipality=nefta, year=2027, approval_date=APPROVAL.replace(2026), actor=editor
    )
    tasks = {task.code: task for task in Task.objects.filter(phase__program=program).select_related("phase")}
    assert len(tasks) == 19
    assert Phase.objects.filter(program=program).count() == 5
    assert ExpectedDocument.objects.filter(task__phase__program=program).count() == 33
    assert tasks["5.5"].session_date == datetime.date(2026, 11, 30)
    assert tasks["1.1"].session_date == datetime.date(2026, 10, 13)
    assert all(task.title_ar and task.title_fr and task.done is None for task in tasks.values())
    rule = DelayRule.objects.get(program=program)
    assert (rule.from_task, rule.to_task, rule.min_days) == (tasks["2.6"], tasks["4.1"], 7)
    assert "07" in rule.text_ar
    assert Entry.objects.get().changes == {"year": [None, 2027], "approval_date": [None, "2026-11-30"]}


def test_the_optional_sessions_are_added_on_demand(nefta, editor):
    program = draft_from_method(
        municipality=nefta, year=2022, approval_date=APPROVAL, with_optional=True, actor=editor
    )
    sessions = program.phases.get(number=4).tasks.order_by("number")
    assert [task.number for task in sessions] == [1, 2, 3]
    dates = [task.session_date for task in sessions]
    assert dates == sorted(dates)
    assert dates[-1] < program.phases.get(number=5).tasks.get(number=1).session_date
    assert all(task.expected_documents.count() == 3 for task in sessions[1:])


def test_the_model_is_not_used_up(nefta, editor):
    draft_from_method(municipality=nefta, year=2022, approval_date=APPROVAL, actor=editor)
    assert [len(phase.tasks) for phase in built_in_method().phases] == [5, 7, 1, 1, 5]


def test_an_empty_draft(nefta, editor):
    program = draft_empty(municipality=nefta, year=2024, actor=editor)
    assert (program.phases.count(), program.status) == (0, Status.DRAFT)
    assert Entry.objects.get().action == "program.drafted"


# Refusals


def _refused(field, **call):
    make = call.pop("make")
    with pytest.raises(ValidationError) as refusal:
        make(**call)
    assert list(refusal.value.message_dict) == [field]


def test_a_year_that_exists_is_refused(last_year, nefta, editor):
    factories.ProgramFactory(municipality=nefta, year=2023)
    _refused("year", make=draft_from_program, source=last_year, year=2023, actor=editor)
    _refused("year", make=draft_empty, municipality=nefta, year=2023, actor=editor)
    _refused(
        "year", make=draft_from_method, municipality=nefta, year=2022, approval_date=APPROVAL, actor=editor
    )
    assert Program.objects.count() == 2
    assert not Entry.objects.exists()


@pytest.mark.parametrize("year", [1989, 2101])
def test_a_year_out_of_bounds_is_refused(nefta, editor, year):
    _refused("year", make=draft_empty, municipality=nefta, year=year, actor=editor)


@pytest.mark.parametrize("year", [2021, 2022])
def test_a_program_that_is_not_earlier_is_refused(last_year, editor, year):
    _refused("source", make=draft_from_program, source=last_year, year=year, actor=editor)


@pytest.mark.parametrize("date", [datetime.date(2020, 12, 31), datetime.date(2023, 1, 1)])
def test_a_day_of_approval_out_of_reach_is_refused(nefta, editor, date):
    _refused(
        "approval_date",
        make=draft_from_method,
        municipality=nefta,
        year=2022,
        approval_date=date,
        actor=editor,
    )
    assert not Program.objects.exists()
