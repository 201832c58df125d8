"""What a new date would break, and what would have to follow it."""

import datetime

import pytest

from portal.workdays.days import Workdays
from programs.delays import broken_by_move, if_this_slips, reckon_rules
from programs.models import DayKind, DelayRule

WORKDAYS = Workdays("TN")
PUBLICATION, PLENARY, REPORT, COUNCIL = 26, 41, 51, 55
ORDER = [PUBLICATION, PLENARY, REPORT, COUNCIL]


def nov(day):
    return datetime.date(2021, 11, day)


# The days of Nefta's calendar for 2022.
DATES = {PUBLICATION: nov(2), PLENARY: nov(13), REPORT: nov(24), COUNCIL: nov(30)}


def rule(first, second, days, kind=DayKind.CALENDAR):
    return DelayRule(from_task_id=first, to_task_id=second, min_days=days, day_kind=kind)


SEVEN = rule(PUBLICATION, PLENARY, 7)


def broken(task, new_date, *rules, dates=DATES):
    return broken_by_move(rules=rules, dates=dates, task_id=task, new_date=new_date, workdays=WORKDAYS)


def slipped(task, new_date, *rules, dates=DATES):
    found = if_this_slips(
        rules=rules, dates=dates, order=ORDER, task_id=task, new_date=new_date, workdays=WORKDAYS
    )
    return [(row.task_id, row.needed, row.because_of, row.rule) for row in found]


# --- reckoning ---------------------------------------------------------------------------------------


def test_every_rule_is_reckoned_in_order():
    found = reckon_rules([SEVEN, rule(REPORT, COUNCIL, 9)], DATES, WORKDAYS)
    assert [(row.reckoning.days, row.is_broken) for row in found] == [(11, False), (6, True)]


def test_a_rule_without_a_date_is_neither_kept_nor_broken():
    (found,) = reckon_rules([SEVEN], {PLENARY: nov(13)}, WORKDAYS)
    assert (found.reckoning, found.is_broken) == (None, False)


# --- what a move breaks ------------------------------------------------------------------------------


def test_a_move_within_the_delay_breaks_nothing():
    assert broken(PLENARY, nov(9), SEVEN) == []
    assert broken(PUBLICATION, nov(6), SEVEN) == []


def test_the_later_task_moved_too_near_is_told_the_first_day_that_would_do():
    (found,) = broken(PLENARY, nov(8), SEVEN)
    assert found.rule is SEVEN
    assert (found.reckoning.days, found.reckoning.min_days, found.reckoning.missing) == (6, 7, 1)
    assert (found.earliest, found.latest) == (nov(9), None)
    assert (found.was_missing, found.was_broken_before, found.is_worse) == (0, False, True)


def test_the_earlier_task_moved_too_near_is_told_the_last_day_that_would_do():
    (found,) = broken(PUBLICATION, nov(10), SEVEN)
    assert (found.reckoning.missing, found.earliest, found.latest) == (4, None, nov(6))


def test_a_rule_in_working_days_counts_them():
    ten = rule(PUBLICATION, PLENARY, 10, DayKind.WORKING)
    (found,) = broken(PLENARY, nov(15), ten)
    assert (found.reckoning.days, found.earliest) == (9, nov(16))


@pytest.mark.parametrize(("day", "is_worse"), [(5, True), (6, False), (7, False)])
def test_a_rule_that_was_broken_before_says_so(day, is_worse):
    (found,) = broken(PLENARY, nov(day), SEVEN, dates={**DATES, PLENARY: nov(6)})
    assert (found.was_missing, found.was_broken_before, found.is_worse) == (3, True, is_worse)


def test_a_first_date_was_not_broken_before():
    (found,) = broken(PLENARY, nov(4), SEVEN, dates={PUBLICATION: nov(2)})
    assert (found.was_missing, found.reckoning.missing) == (0, 5)


def test_rules_between_other_tasks_are_not_told():
    assert broken(PLENARY, nov(12), rule(REPORT, COUNCIL, 30)) == []


def test_taking_a_date_away_breaks_nothing():
    assert broken(PLENARY, None, SEVEN) == []


# --- if this slips -----------------------------------------------------------------------------------


def test_nothing_depends_on_a_move_that_leaves_room():
    assert slipped(PUBLICATION, nov(6), SEVEN) == []


def test_a_task_bound_by_a_rule_follows():
    assert slipped(PUBLICATION, nov(8), SEVEN) == [(PLENARY, nov(15), PUBLICATION, SEVEN)]


def test_the_chain_is_followed_to_its_end():
    nine, five = rule(PLENARY, REPORT, 9), rule(REPORT, COUNCIL, 5)
    assert slipped(PUBLICATION, nov(10), SEVEN, nine, five) == [
        (PLENARY, nov(17), PUBLICATION, SEVEN),
        (REPORT, nov(26), PLENARY, nine),
        (COUNCIL, datetime.date(2021, 12, 1), REPORT, five),
    ]


def test_later_tasks_follow_by_order_where_no_rule_asks_for_more():
    assert slipped(PUBLICATION, nov(26), SEVEN) == [
        (PLENARY, datetime.date(2021, 12, 3), PUBLICATION, SEVEN),
        (REPORT, datetime.date(2021, 12, 3), PLENARY, None),
        (COUNCIL, datetime.date(2021, 12, 3), PLENARY, None),
    ]


def test_a_move_to_sooner_asks_the_tasks_before():
    assert slipped(PLENARY, nov(5), SEVEN) == [(PUBLICATION, datetime.date(2021, 10, 29), PLENARY, SEVEN)]
    assert slipped(COUNCIL, nov(12)) == [
        (PLENARY, nov(12), COUNCIL, None),
        (REPORT, nov(12), COUNCIL, None),
    ]


def test_tasks_that_were_out_of_order_already_are_not_blamed_on_the_move():
    dates = {**DATES, REPORT: nov(1)}
    assert slipped(PLENARY, nov(20), dates=dates) == []


def test_how_far_a_dependent_would_have_to_move():
    (found,) = if_this_slips(
        rules=[SEVEN], dates=DATES, order=ORDER, task_id=PUBLICATION, new_date=nov(8), workdays=WORKDAYS
    )
    assert (found.date, found.days) == (nov(13), 2)


def test_rules_in_a_circle_come_to_rest():
    back = rule(PLENARY, PUBLICATION, 3)
    assert slipped(PUBLICATION, nov(8), SEVEN, back) == [
        (PLENARY, nov(15), PUBLICATION, SEVEN),
    ]
    circle = (rule(PLENARY, REPORT, 9), rule(REPORT, PLENARY, 9))
    assert {row[0] for row in slipped(PUBLICATION, nov(12), SEVEN, *circle)} == {PLENARY, REPORT, COUNCIL}


def test_nothing_depends_on_a_date_taken_away_and_undated_tasks_lose_nothing():
    assert slipped(PUBLICATION, None, SEVEN) == []
    assert slipped(PUBLICATION, nov(12), SEVEN, dates={PUBLICATION: nov(2), PLENARY: None}) == []
