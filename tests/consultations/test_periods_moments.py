"""Days and times by clocks that jump, and what is left until something opens or closes."""

from __future__ import annotations

import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consultations.countdown import Left, days_left, last_day_of, time_left
from consultations.typed_moments import (
    NoSuchTime,
    TwiceThatDay,
    both_moments,
    is_twice,
    moment_of,
    shown_moment,
)

CASABLANCA, TUNIS = ZoneInfo("Africa/Casablanca"), ZoneInfo("Africa/Tunis")
# Clocks go back for Ramadan of 1447 in the night to 15 February 2026, and forward after it on 22 March.
BACK, FORWARD = datetime.date(2026, 2, 15), datetime.date(2026, 3, 22)
HALF_PAST_TWO = datetime.time(2, 30)


def utc(*parts):
    return datetime.datetime(*parts, tzinfo=datetime.UTC)


def test_a_day_and_a_time_make_a_moment():
    found = moment_of(datetime.date(2026, 11, 20), datetime.time(23, 59), TUNIS)
    assert found == utc(2026, 11, 20, 22, 59)


def test_a_time_that_the_clocks_jump_over_is_no_moment():
    with pytest.raises(NoSuchTime):
        moment_of(FORWARD, HALF_PAST_TWO, CASABLANCA)
    assert moment_of(FORWARD, datetime.time(3, 0), CASABLANCA) == utc(2026, 3, 22, 2)
    assert moment_of(FORWARD, HALF_PAST_TWO, TUNIS) == utc(2026, 3, 22, 1, 30)


def test_a_time_that_comes_twice_is_asked_about():
    with pytest.raises(TwiceThatDay):
        moment_of(BACK, HALF_PAST_TWO, CASABLANCA)
    first, second = (moment_of(BACK, HALF_PAST_TWO, CASABLANCA, fold) for fold in (0, 1))
    assert (first.astimezone(datetime.UTC), second.astimezone(datetime.UTC)) == (
        utc(2026, 2, 15, 1, 30),
        utc(2026, 2, 15, 2, 30),
    )
    assert ["+01:00" in text for text in both_moments(BACK, HALF_PAST_TWO, CASABLANCA)] == [True, False]
    assert (is_twice(first, CASABLANCA), is_twice(first, TUNIS)) == (True, False)
    assert shown_moment(first, CASABLANCA) == "2026/02/15 02:30 +0100"
    assert shown_moment(second, CASABLANCA) == "2026/02/15 02:30 +0000"


@given(
    st.integers(min_value=0, max_value=3 * 366 * 24 * 60),
    st.sampled_from([CASABLANCA, TUNIS]),
)
def test_every_moment_is_found_again_by_what_the_clocks_show(minutes, zone):
    moment = utc(2025, 1, 1) + datetime.timedelta(minutes=minutes)
    local = moment.astimezone(zone)
    assert moment_of(local.date(), local.time(), zone, local.fold) == moment


def test_what_closes_at_midnight_closes_the_day_before():
    assert last_day_of(utc(2026, 11, 20, 23), TUNIS) == datetime.date(2026, 11, 20)
    assert last_day_of(utc(2026, 11, 20, 22, 59), TUNIS) == datetime.date(2026, 11, 20)
    assert last_day_of(utc(2026, 11, 20, 23, 0, 1), TUNIS) == datetime.date(2026, 11, 21)


CLOSES = utc(2026, 11, 20, 22, 59)
LAST = datetime.date(2026, 11, 20)


@pytest.mark.parametrize(
    ("now", "left"),
    [
        (utc(2026, 11, 9, 9), Left("days", 11)),
        # 23:59 and 00:00 in Tunis: the eleventh day before becomes the tenth.
        (utc(2026, 11, 9, 22, 59, 59), Left("days", 11)),
        (utc(2026, 11, 9, 23, 0), Left("days", 10)),
        (utc(2026, 11, 19, 22, 59), Left("days", 1)),
        (utc(2026, 11, 19, 22, 59, 1), Left("hours", 23)),
        (utc(2026, 11, 20, 20, 59), Left("hours", 2)),
        (utc(2026, 11, 20, 20, 59, 1), Left("hours", 1)),
        (utc(2026, 11, 20, 21, 59), Left("hours", 1)),
        (utc(2026, 11, 20, 21, 59, 1), Left("soon")),
        (utc(2026, 11, 20, 22, 58, 59), Left("soon")),
    ],
)
def test_what_is_left_is_counted_in_days_and_at_last_in_hours(now, left):
    assert time_left(CLOSES, LAST, now, TUNIS) == left


def test_pages_written_once_a_day_count_days_alone():
    assert days_left(LAST, datetime.date(2026, 11, 19)) == Left("days", 1)
    assert days_left(LAST, LAST) == Left("today")
