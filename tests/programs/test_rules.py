import datetime

import pytest

from portal.workdays.days import Workdays
from programs.models import DayKind
from programs.rules import (
    TaskState,
    days_late,
    progress,
    reckon_delay,
    task_state,
)

TODAY = datetime.date(2021, 11, 13)
TUNISIA = Workdays("TN")
YESTERDAY = TODAY - datetime.timedelta(days=1)
TOMORROW = TODAY + datetime.timedelta(days=1)


@pytest.mark.parametrize("date", [YESTERDAY, TODAY, TOMORROW, None])
@pytest.mark.parametrize(("evidence", "state"), [(True, TaskState.DONE), (False, TaskState.DONE_BARE)])
def test_done_whatever_the_date(date, evidence, state):
    assert task_state(done=True, session_date=date, has_all_evidence=evidence, today=TODAY) is state


@pytest.mark.parametrize(
    ("done", "date", "state"),
    [
        (False, YESTERDAY, TaskState.LATE),
        (None, YESTERDAY, TaskState.NOT_STATED),
        (False, TODAY, TaskState.TODAY),
        (None, TODAY, TaskState.TODAY),
        (False, TOMORROW, TaskState.UPCOMING),
        (None, TOMORROW, TaskState.UPCOMING),
        (False, None, TaskState.UNDATED),
        (None, None, TaskState.UNDATED),
    ],
)
def test_not_done(done, date, state):
    assert task_state(done=done, session_date=date, has_all_evidence=True, today=TODAY) is state


def test_lateness_in_days():
    assert days_late(YESTERDAY, TODAY) == 1
    assert days_late(TODAY, TODAY) == 0
    assert days_late(TOMORROW, TODAY) == 0


def test_progress_counts_what_is_stated():
    found = progress(
        [
            (TaskState.DONE, True),
            (TaskState.DONE_BARE, True),
            (TaskState.LATE, False),
            (TaskState.NOT_STATED, None),
        ]
    )
    assert (found.total, found.stated, found.done, found.late, found.not_stated) == (4, 3, 2, 1, 1)
    assert not found.nothing_stated


def test_progress_says_when_nothing_is_stated():
    assert progress([(TaskState.NOT_STATED, None)] * 19).nothing_stated
    assert progress([]).nothing_stated


def test_the_delay_of_nefta_is_kept_by_four_days():
    found = reckon_delay(
        min_days=7,
        day_kind=DayKind.CALENDAR,
        first=datetime.date(2021, 11, 2),
        second=datetime.date(2021, 11, 13),
        workdays=TUNISIA,
    )
    assert found is not None
    assert (found.days, found.is_kept, found.missing) == (11, True, 0)


@pytest.mark.parametrize(
    ("day", "kept", "missing"), [(9, True, 0), (8, False, 1), (2, False, 7), (1, False, 8)]
)
def test_a_delay_holds_from_the_very_day(day, kept, missing):
    found = reckon_delay(
        min_days=7,
        day_kind=DayKind.CALENDAR,
        first=datetime.date(2021, 11, 2),
        second=datetime.date(2021, 11, day),
        workdays=TUNISIA,
    )
    assert found is not None
    assert (found.is_kept, found.missing) == (kept, missing)


def test_no_reckoning_without_both_dates():
    for first, second in ((None, TODAY), (TODAY, None)):
        found = reckon_delay(
            min_days=7, day_kind=DayKind.CALENDAR, first=first, second=second, workdays=TUNISIA
        )
        assert found is None


def test_working_days_leave_the_weekend_out():
    friday, monday = datetime.date(2021, 11, 12), datetime.date(2021, 11, 15)
    found = reckon_delay(min_days=2, day_kind=DayKind.WORKING, first=friday, second=monday, workdays=TUNISIA)
    assert found is not None
    assert (found.days, found.missing) == (1, 1)


def test_working_days_leave_the_holidays_out():
    wednesday, tuesday = datetime.date(2026, 4, 29), datetime.date(2026, 5, 5)
    found = reckon_delay(
        min_days=3, day_kind=DayKind.WORKING, first=wednesday, second=tuesday, workdays=TUNISIA
    )
    assert found is not None
    assert (found.days, found.is_kept, found.rests_on_estimate) == (3, True, False)


def test_a_reckoning_says_that_it_rests_on_a_day_to_be_announced():
    dates = {"first": datetime.date(2026, 8, 24), "second": datetime.date(2026, 8, 27)}
    found = reckon_delay(min_days=2, day_kind=DayKind.WORKING, **dates, workdays=TUNISIA)
    assert found is not None
    assert (found.days, found.rests_on_estimate) == (2, True)
    found = reckon_delay(min_days=2, day_kind=DayKind.CALENDAR, **dates, workdays=TUNISIA)
    assert found is not None
    assert not found.rests_on_estimate
