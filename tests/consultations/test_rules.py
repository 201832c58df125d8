import datetime
from decimal import Decimal

import pytest

from consultations.rules import (
    ProjectState,
    is_overdue,
    month_index,
    position_in_months,
    project_progress,
    project_state,
)

TODAY = datetime.date(2026, 11, 22)
BEFORE, LATER = datetime.date(2026, 11, 21), datetime.date(2026, 11, 23)


@pytest.mark.parametrize(
    ("percents", "mean"),
    [
        ([0], 0),
        ([100], 100),
        ([100, 60, 0], 53),
        ([0, 1], 1),
        ([1, 2], 2),
        ([0, 0, 1], 0),
    ],
)
def test_progress_is_the_mean_rounded_half_up(percents, mean):
    assert project_progress(percents) == mean


def test_no_activity_is_no_progress_rather_than_nought():
    assert project_progress([]) is None


def test_overdue_is_past_its_end_and_not_complete():
    assert is_overdue(percent=99, ends_on=BEFORE, today=TODAY)


@pytest.mark.parametrize(("percent", "end"), [(100, BEFORE), (0, TODAY), (0, LATER), (0, None)])
def test_not_overdue(percent, end):
    assert not is_overdue(percent=percent, ends_on=end, today=TODAY)


@pytest.mark.parametrize(
    ("activities", "state"),
    [
        ([], ProjectState.NOT_STATED),
        ([(100, BEFORE, LATER), (100, None, None)], ProjectState.DONE),
        ([(100, BEFORE, BEFORE), (0, BEFORE, BEFORE)], ProjectState.LATE),
        ([(0, BEFORE, LATER)], ProjectState.RUNNING),
        ([(0, TODAY, LATER)], ProjectState.RUNNING),
        ([(5, LATER, LATER)], ProjectState.RUNNING),
        ([(100, BEFORE, BEFORE), (0, LATER, LATER)], ProjectState.RUNNING),
        ([(0, LATER, LATER)], ProjectState.TO_COME),
        ([(0, None, None)], ProjectState.TO_COME),
    ],
)
def test_the_state_of_a_project(activities, state):
    assert project_state(activities, TODAY) is state


def test_a_day_has_a_beginning_and_an_end_on_the_axis():
    january = month_index(datetime.date(2026, 1, 1))
    assert position_in_months(datetime.date(2026, 1, 1), january) == 0
    assert position_in_months(datetime.date(2026, 1, 31), january, after=True) == 1
    assert position_in_months(datetime.date(2026, 2, 15), january) == Decimal("1.5")
    assert position_in_months(datetime.date(2024, 2, 29), january, after=True) == -22


def test_the_last_month_of_the_calendar_has_a_place_too():
    december = month_index(datetime.date.max)
    assert position_in_months(datetime.date.max, december, after=True) == 1
