"""The provisional calendar: months, percentages, what is late; and the follow-up of the execution."""

import datetime
from decimal import Decimal

import pytest
import time_machine
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.translation import override

from portal.audit.models import Entry
from programs.models import ExecutionUpdate, ProjectCard
from programs.rules_cards import StepState, step_state
from programs.schedule import read_schedule
from programs.services.schedule import record_progress
from tests import factories
from tests.programs.project_rows import CardFactory, ScheduleStepFactory, at_stage

TODAY = datetime.date(2022, 5, 15)


def day(text):
    return datetime.date.fromisoformat(text)


@pytest.fixture
def program(nefta):
    return factories.ProgramFactory(municipality=nefta, published=True)


@pytest.fixture
def card(program):
    return at_stage(CardFactory(program=program, number=1, cost=Decimal(1000)), "prepare")


def read(program, today=TODAY):
    cards = ProjectCard.objects.of(program).published().kept().for_schedule_page()
    return read_schedule(cards, program.municipality, today)


# States


@pytest.mark.parametrize(
    ("starts", "ends", "percent", "state"),
    [
        ("2022-01-01", "2022-04-30", 100, StepState.DONE),
        ("2022-06-01", "2022-07-31", 100, StepState.DONE),
        ("2022-01-01", "2022-04-30", 99, StepState.LATE),
        ("2022-01-01", "2022-04-30", 0, StepState.LATE),
        ("2022-01-01", "2022-04-30", None, StepState.NOT_STATED),
        ("2022-03-01", "2022-05-31", None, StepState.NOT_STATED),
        ("2022-03-01", "2022-05-31", 0, StepState.UNDER_WAY),
        ("2022-03-01", "2022-05-15", 40, StepState.UNDER_WAY),
        ("2022-06-01", "2022-07-31", 10, StepState.UNDER_WAY),
        ("2022-06-01", "2022-07-31", 0, StepState.UPCOMING),
        ("2022-06-01", "2022-07-31", None, StepState.UPCOMING),
        (None, None, None, StepState.UNDATED),
        (None, None, 20, StepState.UNDER_WAY),
    ],
)
def test_states(starts, ends, percent, state):
    found = step_state(
        starts_on=starts and day(starts), ends_on=ends and day(ends), percent=percent, today=TODAY
    )
    assert found is state


# Read


def test_steps_stand_on_one_axis_in_months(program, card):
    ScheduleStepFactory(
        card=card, position=2, starts_on=day("2022-05-01"), ends_on=day("2022-06-30"), percent=50
    )
    ScheduleStepFactory(
        card=card, position=1, starts_on=day("2022-03-01"), ends_on=day("2022-04-30"), percent=20
    )
    with override("fr"):
        (row,) = read(program).new
    assert [(step.starts, step.ends, step.state) for step in row.steps] == [
        ("mars 2022", "avril 2022", StepState.LATE),
        ("mai 2022", "juin 2022", StepState.UNDER_WAY),
    ]
    assert row.steps[0].bar.x < row.steps[1].bar.x
    assert (row.percent, row.state, row.has_late_step) == (35, StepState.UNDER_WAY, True)
    assert read(program).late == 1


def test_the_last_record_says_how_far_a_project_is(program, card):
    ScheduleStepFactory(card=card, starts_on=day("2022-01-01"), ends_on=day("2022-04-30"))
    with time_machine.travel("2022-05-15 10:00+01:00"):
        record_progress(card=card, on=day("2022-03-01"), percent=30, actor=None)
        record_progress(card=card, on=day("2022-05-10"), percent=60, note="أمطار", actor=None)
    with override("fr"):
        (row,) = read(program).new
    assert (row.percent, row.note, row.recorded_on) == (60, "أمطار", "10 mai 2022")
    assert row.state is StepState.LATE


def test_a_project_without_steps_is_measured_by_its_card(program):
    card = CardFactory(program=program, starts_on=day("2022-01-01"), ends_on=day("2022-03-31"))
    at_stage(card, "prepare")
    (row,) = read(program).new
    assert (row.percent, row.state) == (None, StepState.NOT_STATED)
    assert read(program).late == 0


def test_new_and_continuing_projects_are_told_apart(program, card):
    other = at_stage(CardFactory(program=program, is_continuing=True), "prepare")
    CardFactory(program=program)
    at_stage(CardFactory(program=program), "prepare", "leave-out", reason="x")
    schedule = read(program)
    assert [row.card for row in schedule.new] == [card]
    assert [row.card for row in schedule.continuing] == [other]
    assert schedule.chart is None


# Recorded


@time_machine.travel("2022-05-15 10:00+01:00")
def test_progress_is_recorded_and_journalled(card, editor):
    record_progress(card=card, on=TODAY, percent=30, actor=editor)
    entry = Entry.objects.get(action="card.progressed")
    assert entry.changes == {"percent": [None, 30], "on": [None, "2022-05-15"]}
    assert card.updates.get().made_by == editor


@time_machine.travel("2022-05-15 10:00+01:00")
@pytest.mark.parametrize(
    ("on", "percent", "field"),
    [
        ("2022-05-16", 50, "on"),
        ("2022-04-30", 50, "on"),
        ("2022-05-15", 101, "percent"),
        ("2022-05-15", 20, "note"),
    ],
)
def test_records_that_cannot_be(card, on, percent, field):
    record_progress(card=card, on=day("2022-05-01"), percent=30, actor=None)
    with pytest.raises(ValidationError) as refusal:
        record_progress(card=card, on=day(on), percent=percent, actor=None)
    assert field in refusal.value.message_dict
    assert card.updates.count() == 1


@time_machine.travel("2022-05-15 10:00+01:00")
def test_a_fall_is_recorded_with_its_note(card):
    record_progress(card=card, on=TODAY, percent=30, actor=None)
    record_progress(card=card, on=TODAY, percent=20, note="أعيد القيس", actor=None)
    assert [update.percent for update in card.updates.order_by("pk")] == [30, 20]


@time_machine.travel("2022-05-15 10:00+01:00")
def test_records_stay(card):
    update = record_progress(card=card, on=TODAY, percent=30, actor=None)
    for act in (update.save, update.delete, ExecutionUpdate.objects.all().delete):
        with pytest.raises(PermissionDenied):
            act()


def test_what_was_not_retained_makes_no_progress(card):
    left_out = at_stage(card, "leave-out", reason="x")
    with pytest.raises(ValidationError):
        record_progress(card=left_out, on=day("2022-01-01"), percent=1, actor=None)


# Pages


def test_the_public_page_marks_what_is_late(client, program, card):
    ScheduleStepFactory(card=card, starts_on=day("2022-01-01"), ends_on=day("2022-04-30"), percent=10)
    with time_machine.travel("2022-05-15 10:00+01:00"):
        html = client.get("/en/m/nefta/programs/2022/schedule/").content.decode()
    assert "1 project is late." in html
    assert "m-gantt__plan" in html


@pytest.mark.parametrize("count", [3, 60])
def test_the_cost_of_the_page_does_not_grow(client, program, nefta, count):
    zone = factories.ZoneFactory(municipality=nefta)
    for number in range(1, count + 1):
        card = at_stage(CardFactory(program=program, number=number, zone=zone), "prepare")
        ScheduleStepFactory(card=card)
    with CaptureQueriesContext(connection) as queries:
        assert client.get("/fr/m/nefta/programs/2022/schedule/").status_code == 200
    assert len(queries) == 6


DESK = "/en/m/nefta/staff/programs/2022/projects/1/schedule/"


@pytest.fixture
def desk(client, editor):
    client.force_login(editor)
    return client


def as_shown(response):
    (sheet,) = response.context["editing"].sheets
    data = {f"{sheet.prefix}-rows": sheet.blank_count}
    for line in sheet:
        data[f"{line.prefix}-seen"] = line.seen_text
        for bound in line.cells:
            value = bound.value()
            data[bound.html_name] = "" if value is None else value
    return data


def test_steps_are_typed_in_whole_months(desk, card):
    data = as_shown(desk.get(DESK))
    data |= {
        "step-new0-title_fr": "Travaux",
        "step-new0-starts_on": "2022-02",
        "step-new0-ends_on": "2022-04",
    }
    assert desk.post(DESK, data).status_code == 302
    step = card.steps.get()
    assert (step.starts_on, step.ends_on, step.percent) == (day("2022-02-01"), day("2022-04-30"), None)
    data = as_shown(desk.get(DESK)) | {f"step-{step.pk}-percent": "40"}
    assert desk.post(DESK, data).status_code == 302
    step.refresh_from_db()
    assert (step.percent, step.title_fr) == (40, "Travaux")


def test_a_step_that_ends_before_it_begins_is_refused(desk, card):
    data = as_shown(desk.get(DESK))
    data |= {
        "step-new0-title_fr": "Travaux",
        "step-new0-starts_on": "2022-04",
        "step-new0-ends_on": "2022-02",
    }
    response = desk.post(DESK, data)
    assert "The end is before the start." in response.content.decode()
    assert not card.steps.exists()


@time_machine.travel("2022-05-15 10:00+01:00")
def test_progress_is_recorded_at_the_desk(desk, card):
    address = "/en/m/nefta/staff/programs/2022/projects/1/progress/"
    assert desk.post(address, {"on": "2022/05/10", "percent": "40", "note": ""}).status_code == 302
    assert card.updates.get().percent == 40
    response = desk.post(address, {"on": "2022/05/20", "percent": "50", "note": ""})
    assert "on" in response.context["progress"].errors


def test_a_closed_program_keeps_its_calendar(desk, card, program):
    type(program).objects.update(status="closed")
    data = as_shown(desk.get(DESK))
    data |= {"step-new0-title_fr": "x", "step-new0-starts_on": "2022-02", "step-new0-ends_on": "2022-04"}
    response = desk.post(DESK, data, follow=True)
    assert "closed" in response.content.decode()
    assert not card.steps.exists()
