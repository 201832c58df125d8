import datetime

import pytest

from consultations.rules import (
    ProjectState,
    is_overdue,
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
