"""The reading of the progress report: each task in one group, nothing said that is not stated."""

import datetime

import pytest
from django.utils.translation import override

from programs.calendar import read_calendar
from programs.models import Program
from programs.progress import ProgressReport, read_progress
from tests import factories

TODAY = datetime.date(2027, 3, 10)


def day(offset: int) -> datetime.date:
    return TODAY + datetime.timedelta(days=offset)


@pytest.fixture
def program(nefta):
    """A task of each state, and two beyond the next dates."""
    program = factories.ProgramFactory(municipality=nefta, year=2027, published=True)
    phase = factories.PhaseFactory(program=program, number=1)
    rows = [
        (1, day(-30), True),  # with its document
        (2, day(-20), True),  # without
        (3, day(-5), False),
        (4, day(-9), False),
        (5, day(-3), None),
        (6, day(0), None),
        (7, day(60), None),
        (8, day(61), None),
        (9, None, None),
    ]
    for number, date, done in rows:
        task = factories.TaskFactory(phase=phase, number=number, session_date=date, done=done)
        document = factories.ExpectedDocumentFactory(task=task)
        if number == 1:
            factories.SupportingDocumentFactory(expected_document=document)
    return program


def read(program: Program, language: str = "en", today: datetime.date = TODAY) -> ProgressReport:
    with override(language):
        return read_progress(read_calendar(Program.objects.for_calendar_page().get(pk=program.pk), today))


def numbers(report: ProgressReport) -> dict[str, list[int]]:
    return {group.name: [line.row.task.number for line in group.lines] for group in report.groups}


def test_each_task_is_in_one_group_what_asks_for_a_decision_first(program):
    groups = numbers(read(program))
    assert groups == {
        "late": [4, 3],
        "bare": [2],
        "unsaid": [5],
        "next": [6, 7],
        "later": [8],
        "undated": [9],
        "done": [1],
    }
    assert list(groups) == ["late", "bare", "unsaid", "next", "later", "undated", "done"]


def test_the_figures_are_those_of_the_groups(program):
    with override("en"):
        figures = [(str(figure.label), figure.count) for figure in read(program).figures]
    assert figures == [
        ("done, with all documents", 1),
        ("done, documents missing", 1),
        ("late", 2),
        ("past, nothing stated", 1),
        ("to come", 3),
        ("without a date", 1),
    ]


def test_where_nothing_is_stated_no_figure_speaks_of_what_is_done(program):
    phase = program.phases.get()
    phase.tasks.update(done=None)
    report = read(program)
    assert [(figure.tile, figure.count) for figure in report.figures] == [("u", 5), ("t", 3), ("t", 1)]
    assert {"late", "bare", "done"}.isdisjoint(numbers(report))


def test_a_task_owes_documents_once_its_date_has_passed_or_it_is_done(program):
    missing = {group.name: [len(line.missing) for line in group.lines] for group in read(program).groups}
    assert missing == {
        "late": [1, 1],
        "bare": [1],
        "unsaid": [1],
        "next": [0, 0],
        "later": [0],
        "undated": [0],
        "done": [0],
    }


@pytest.mark.parametrize(
    ("language", "words"),
    [("en", ["Today", "in 60 days"]), ("fr", ["Aujourd’hui", "dans 60 jours"])],
)
def test_the_days_to_come_are_counted_in_words(program, language, words):
    groups = {group.name: group for group in read(program, language).groups}
    assert [line.until for line in groups["next"].lines] == words
    assert {line.until for name in ("late", "undated", "done") for line in groups[name].lines} == {""}


def test_phases_in_figures(program):
    (line,) = read(program).phases
    assert (line.phase.done, line.late, line.not_stated, line.to_come) == (2, 2, 1, 4)
    assert line.share.fraction == "1/9"


def test_delays_are_kept_or_broken(program):
    tasks = {task.number: task for task in program.phases.get().tasks.all()}
    factories.DelayRuleFactory(from_task=tasks[1], to_task=tasks[2], min_days=7)
    broken = factories.DelayRuleFactory(from_task=tasks[4], to_task=tasks[3], min_days=7, reason="Pluie")
    factories.DelayRuleFactory(from_task=tasks[3], to_task=tasks[9], min_days=7)  # no date: not reckoned
    report = read(program)
    assert report.kept == 1
    assert [delay.rule for delay in report.broken] == [broken]


def test_moves_stand_in_the_order_of_the_calendar(program):
    tasks = {task.number: task for task in program.phases.get().tasks.all()}
    for number in (6, 3):
        tasks[number].moved_dates.create(old_date=day(-40), new_date=day(-10), reason=f"r{number}")
    tasks[6].moved_dates.create(old_date=day(-10), new_date=day(0), reason="r6 again")
    assert [move.row.move.reason for move in read(program).moves] == ["r3", "r6", "r6 again"]


def test_a_day_later_the_task_of_today_is_not_stated(program):
    assert 6 in numbers(read(program, today=day(1)))["unsaid"]


def test_a_program_without_tasks_has_no_group(nefta):
    report = read(factories.ProgramFactory(municipality=nefta, year=2028))
    assert report.groups == report.figures == report.phases == []


def test_nothing_is_asked_of_the_database(program, django_assert_num_queries):
    with override("en"):
        calendar = read_calendar(Program.objects.for_calendar_page().get(pk=program.pk), TODAY)
        with django_assert_num_queries(0):
            read_progress(calendar)
