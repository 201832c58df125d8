"""A day on the desk: which task stands in which list, whose it is, and what it takes to know."""

import datetime

import pytest
from django.utils.translation import override

from programs.agenda import names_person, read_agenda, running_calendars, week_of
from programs.models import Status
from tests import factories

WEDNESDAY = datetime.date(2026, 11, 11)


@pytest.fixture(autouse=True)
def _in_french():
    with override("fr"):
        yield


@pytest.fixture
def leila(nefta):
    person = factories.UserFactory(name="Leïla Ben Salah", email="leila@example.org")
    factories.MembershipFactory(municipality=nefta, user=person)
    return person


@pytest.fixture
def phase(nefta):
    program = factories.ProgramFactory(municipality=nefta, year=2027, published=True)
    return factories.PhaseFactory(program=program, number=2)


def task(phase, number, days, done=None, **values):
    date = None if days is None else WEDNESDAY + datetime.timedelta(days=days)
    return factories.TaskFactory(phase=phase, number=number, session_date=date, done=done, **values)


def agenda_of(municipality, person, **chosen):
    calendars = running_calendars(municipality, WEDNESDAY)
    return read_agenda(
        calendars, today=WEDNESDAY, person=person, address=lambda program: f"/{program.year}/", **chosen
    )


def codes(lines):
    return [line.row.code for line in lines]


def test_each_task_stands_in_one_list(nefta, leila, phase):
    task(phase, 1, -9, done=False)
    task(phase, 2, -2)
    task(phase, 3, 0)
    task(phase, 4, 4, done=False)
    task(phase, 5, 5)
    task(phase, 6, -20, done=True)
    factories.ExpectedDocumentFactory(task=task(phase, 7, -30, done=True))
    task(phase, 8, None)
    agenda = agenda_of(nefta, leila)
    assert codes(agenda.late) == ["2.1"]
    assert codes(agenda.not_stated) == ["2.2"]
    assert codes(agenda.this_week) == ["2.3", "2.4"]
    assert codes(agenda.without_evidence) == ["2.7"]
    assert not agenda.is_empty


@pytest.mark.parametrize("day", [datetime.date(2026, 11, 9), WEDNESDAY, datetime.date(2026, 11, 15)])
def test_a_week_goes_from_monday_to_sunday(day):
    assert week_of(day) == (datetime.date(2026, 11, 9), datetime.date(2026, 11, 15))


def test_evidence_that_is_there_is_not_missed(nefta, leila, phase):
    document = factories.ExpectedDocumentFactory(task=task(phase, 1, -1, done=True))
    factories.SupportingDocumentFactory(expected_document=document)
    agenda = agenda_of(nefta, leila)
    assert agenda.without_evidence == []
    standing = agenda.standings[phase.program_id]
    assert (standing.documents_present, standing.documents_expected) == (1, 1)
    assert standing.calendar.progress.done == 1


def test_ones_own_come_first_whatever_their_date(nefta, leila, phase):
    task(phase, 1, -9, done=False)
    task(phase, 2, -3, done=False, responsible="La cellule ; LEILA ben salah")
    agenda = agenda_of(nefta, leila)
    assert [(line.row.code, line.is_own) for line in agenda.late] == [("2.2", True), ("2.1", False)]
    assert agenda.own_count == 1
    assert agenda.late[0].address == "/2027/#task-2-2"


def test_only_ones_own_or_somebodys(nefta, leila, phase):
    task(phase, 1, -9, done=False, responsible="Leïla Ben Salah")
    task(phase, 2, -3, done=False, responsible="La  Cellule")
    task(phase, 3, 1, responsible="la cellule")
    assert codes(agenda_of(nefta, leila, only_own=True).late) == ["2.1"]
    assert agenda_of(nefta, leila, only_own=True).next_session is None
    cell = agenda_of(nefta, leila, responsible="LA CELLULE")
    assert (codes(cell.late), codes(cell.this_week)) == (["2.2"], ["2.3"])
    assert cell.people == ["La  Cellule", "Leïla Ben Salah"]
    assert agenda_of(nefta, leila, responsible="nobody").is_empty


def test_the_next_session_is_the_soonest_of_all_programs(nefta, leila, phase):
    first = task(phase, 1, -5)
    second = task(phase, 2, 6)
    factories.DelayRuleFactory(from_task=first, to_task=second)
    older = factories.ProgramFactory(municipality=nefta, year=2026, status=Status.APPROVED)
    task(factories.PhaseFactory(program=older), 1, 9)
    agenda = agenda_of(nefta, leila)
    assert agenda.next_session.row.task == second
    assert agenda.days_to_next == 6
    assert [delay.reckoning.days for delay in agenda.next_delays] == [11]


@pytest.mark.parametrize(
    ("status", "is_running"),
    [(Status.DRAFT, True), (Status.PUBLISHED, True), (Status.APPROVED, True), (Status.CLOSED, False)],
)
def test_only_running_programs(nefta, leila, status, is_running):
    program = factories.ProgramFactory(municipality=nefta, status=status)
    task(factories.PhaseFactory(program=program), 1, -1, done=False)
    assert bool(agenda_of(nefta, leila).late) is is_running


def test_other_municipalities_stay_out(nefta, kenitra, leila):
    task(factories.PhaseFactory(program__municipality=kenitra), 1, -1, done=False)
    assert agenda_of(nefta, leila).is_empty


def test_without_a_program_nothing_waits(nefta, leila):
    agenda = agenda_of(nefta, leila)
    assert agenda.is_empty
    assert (agenda.standings, agenda.next_session, agenda.people) == ({}, None, [])


@pytest.mark.parametrize(
    ("responsible", "is_named"),
    [
        ("Leïla Ben Salah", True),
        ("leila ben salah", True),
        ("Ben Salah Leïla", True),
        ("Mme Leïla Ben Salah (secrétariat)", True),
        ("La cellule, Leila Ben Salah", True),
        ("Sami et Leila Ben Salah", True),
        ("leila@example.org", True),
        ("Leïla", False),
        ("Leïla Trabelsi, Sami Ben Salah", False),
        ("", False),
    ],
)
def test_a_free_text_names_a_person(leila, responsible, is_named):
    assert names_person(responsible, leila) is is_named


@pytest.mark.parametrize(
    ("name", "responsible", "is_named"),
    [
        ("علي", "علي", True),
        ("علي", "علي، سامي", True),
        ("علي", "علي بن صالح", False),
        ("ليلى بن صالح", "الخلية و ليلي بن صالح", True),
        ("", "", False),
        ("", "anybody", False),
    ],
)
def test_a_single_word_must_stand_alone(db, name, responsible, is_named):
    person = factories.UserFactory.build(name=name, email="")
    assert names_person(responsible, person) is is_named


def _fill(nefta, programs, tasks):
    for year in range(2030, 2030 + programs):
        phase = factories.PhaseFactory(program__municipality=nefta, program__year=year, number=1)
        for number in range(1, tasks + 1):
            row = task(phase, number, number - 10, done=bool(number % 2))
            factories.ExpectedDocumentFactory(task=row)


@pytest.mark.parametrize(("programs", "tasks"), [(1, 3), (3, 10)])
def test_the_number_of_queries_does_not_grow(nefta, leila, programs, tasks, django_assert_num_queries):
    _fill(nefta, programs, tasks)
    with django_assert_num_queries(9):
        agenda_of(nefta, leila)
