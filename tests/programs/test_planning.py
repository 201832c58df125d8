"""Backwards from the council's day: the last day of every task, and what is impossible already."""

import datetime
import itertools

import pytest

from portal.workdays.days import Workdays
from programs.models import DayKind, DelayRule
from programs.planning import approval_of, latest_dates, plan, usual_dates
from tests import factories
from tests.programs.nefta import import_nefta, laid_out, move, state, task_of

COUNCIL = datetime.date(2021, 11, 30)
TUNISIA = Workdays("TN")


def nov(day):
    return datetime.date(2021, 11, day)


@pytest.fixture
def program(nefta):
    return import_nefta(nefta)


def planned(program, today=datetime.date(2021, 10, 1), council=COUNCIL):
    return plan(laid_out(program, today), council)


def latest(program, **options):
    return {row.row.code: row.latest for row in planned(program, **options)}


def impossible(program, today):
    return [row.row.code for row in planned(program, today) if row.is_impossible]


def test_the_last_days_of_nefta_for_its_council(program):
    """The seven days between 2.6 and 4.1 bind what is printed up to 2.6; nothing binds the others."""
    up_to_publication = [f"1.{n}" for n in range(1, 6)] + [f"2.{n}" for n in range(1, 7)]
    after = ["2.7", "3.1", "4.1", "5.1", "5.2", "5.3", "5.4", "5.5"]
    assert latest(program) == {
        **dict.fromkeys(up_to_publication, nov(23)),
        **dict.fromkeys(after, nov(30)),
    }


def test_what_is_impossible_for_nefta_s_council(program):
    up_to_publication = [f"1.{n}" for n in range(1, 6)] + [f"2.{n}" for n in range(1, 7)]
    assert impossible(program, nov(23)) == []
    assert impossible(program, nov(24)) == up_to_publication
    assert impossible(program, nov(30)) == up_to_publication
    assert len(impossible(program, datetime.date(2021, 12, 1))) == 19


def test_what_was_done_is_not_impossible(program):
    for number in range(1, 6):
        state(program, f"1.{number}", True)
    state(program, "2.6", False)
    assert impossible(program, nov(24)) == [f"2.{number}" for number in range(1, 7)]


def test_a_rule_in_working_days_leaves_weekends_and_holidays_out(program):
    factories.DelayRuleFactory(
        from_task=task_of(program, "5.4"),
        to_task=task_of(program, "5.5"),
        min_days=10,
        day_kind=DayKind.WORKING,
    )
    found = latest(program, council=datetime.date(2021, 12, 20))
    # Friday 17 December is the day of the revolution: the 6th to the 10th, the 13th to the 16th and the 20th.
    assert found["5.4"] == datetime.date(2021, 12, 5)
    assert found["2.6"] == datetime.date(2021, 11, 28)


def test_rules_in_a_row_add_up(program):
    factories.DelayRuleFactory(
        from_task=task_of(program, "4.1"), to_task=task_of(program, "5.5"), min_days=10
    )
    found = latest(program)
    assert (found["4.1"], found["3.1"], found["2.6"]) == (nov(20), nov(20), nov(13))


def test_what_is_printed_below_the_approval_has_no_last_day(program):
    phase = task_of(program, "5.5").phase
    factories.TaskFactory(phase=phase, number=6, title_ar="نشر برنامج الاستثمار المصادق عليه")
    assert approval_of(laid_out(program)).code == "5.5"
    assert latest(program)["5.6"] is None
    assert "5.6" not in impossible(program, datetime.date(2022, 1, 1))


def test_without_a_task_that_approves_the_last_one_is_it(program):
    task_of(program, "5.5").delete()
    assert approval_of(laid_out(program)).code == "5.4"


def test_a_rule_against_the_order_is_passed_over():
    rule = DelayRule(from_task_id=2, to_task_id=1, min_days=7, day_kind=DayKind.CALENDAR)
    found = latest_dates(order=[1, 2, 3], rules=[rule], council=3, council_date=COUNCIL, workdays=TUNISIA)
    assert found == {1: COUNCIL, 2: COUNCIL, 3: COUNCIL}


def test_the_last_days_keep_the_order_and_every_rule(program):
    days = list(latest(program).values())
    assert all(first <= second for first, second in itertools.pairwise(days))
    kept = {row.row.code: row.latest for row in planned(program)}
    assert (kept["4.1"] - kept["2.6"]).days == 7


def test_the_usual_days_are_those_of_nefta(program):
    """The built-in model is spaced as Nefta's calendar is: for its council's day it gives its dates."""
    assert [row.usual for row in planned(program)] == [row.session_date for row in laid_out(program).rows]


def test_a_task_that_the_model_does_not_know_has_no_usual_day(program):
    factories.TaskFactory(phase=task_of(program, "3.1").phase, number=2, title_ar="لقاء إضافي")
    found = {row.row.code: row for row in planned(program)}
    assert found["3.2"].usual is None
    assert found["3.2"].latest == COUNCIL
    assert usual_dates(COUNCIL)[5, 5] == COUNCIL


def test_a_date_after_its_last_day_is_told(program):
    move(program, "2.6", "2021-11-24")
    assert [row.row.code for row in planned(program) if row.is_too_late] == ["2.6"]


def test_an_empty_calendar_has_nothing_to_plan(nefta):
    assert planned(factories.ProgramFactory(municipality=nefta)) == []
