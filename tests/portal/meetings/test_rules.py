"""Decisions about meetings that need no row."""

from datetime import date, time
from decimal import Decimal

import pytest
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from portal.meetings.rules import (
    Counts,
    Point,
    counts_faults,
    lines_of,
    running_times,
    share,
    was_held,
    zones_fault,
)


@pytest.mark.parametrize(("part", "printed"), [(7, "16.6"), (9, "21.4")])
def test_shares_are_those_that_the_official_minutes_print(part, printed):
    """Chenini-Nahal, second session of the program of 2020: 42 present, 7 women, 9 young people."""
    assert share(part, 42) == Decimal(printed)


@pytest.mark.parametrize(
    ("part", "total", "expected"),
    [
        (0, 42, "0"),
        (42, 42, "100"),
        (1, 3, "33.3"),
        (2, 3, "66.6"),
        (999, 1000, "99.9"),
        (1999, 2000, "99.9"),
    ],
)
def test_a_share_is_cut_off_and_never_rounded_up(part, total, expected):
    assert share(part, total) == Decimal(expected)


@pytest.mark.parametrize(("part", "total"), [(None, 42), (7, None), (0, 0), (None, None)])
def test_without_both_figures_there_is_no_share(part, total):
    assert share(part, total) is None


@given(st.integers(1, 10**6), st.data())
def test_no_share_promises_more_than_there_is(total, data):
    part = data.draw(st.integers(0, total))
    found = share(part, total)
    exact = Decimal(part) * 100 / total
    assert found <= exact < found + Decimal("0.1")


def test_women_and_young_people_may_overlap():
    assert counts_faults(Counts(10, 8, 9)) == {}


@pytest.mark.parametrize(
    ("counts", "field"),
    [(Counts(10, 11, None), "women"), (Counts(10, None, 11), "young"), (Counts(None, 1, None), "total")],
)
def test_a_group_is_never_larger_than_the_whole(counts, field):
    assert list(counts_faults(counts)) == [field]


def test_zones_may_have_fewer_people_than_came():
    assert zones_fault(Counts(10, 5, None), [Counts(4, 2, 1), Counts(5, None, 4)]) is None


@pytest.mark.parametrize(
    ("whole", "zones", "words"),
    [
        (Counts(10, None, None), [Counts(6, 0, 0), Counts(7, 0, 0)], "13 people, 3 more"),
        (Counts(10, 3, None), [Counts(5, 2, 0), Counts(5, 2, 0)], "4 women, 1 more"),
        (Counts(10, 3, 2), [Counts(5, 1, 3), Counts(5, 1, 0)], "3 young people, 1 more"),
        (Counts(None, None, None), [Counts(1, None, None)], "all who were present"),
    ],
)
def test_zones_with_more_people_than_came_are_refused_with_the_excess(whole, zones, words):
    with override("en"):
        assert words in str(zones_fault(whole, zones))


def test_points_run_on_from_the_opening():
    points = [Point(None, 40), Point(None, 40), Point(time(11, 30), None), Point(None, 10)]
    assert running_times(time(10), points) == [time(10), time(10, 40), time(11, 30), None]


def test_without_an_opening_only_stated_times_are_told():
    assert running_times(None, [Point(None, 5), Point(time(9), 30), Point(None, None)]) == [
        None,
        time(9),
        time(9, 30),
    ]


def test_a_point_after_midnight_has_no_time():
    assert running_times(time(23, 30), [Point(None, 30), Point(None, 5)]) == [time(23, 30), None]


@pytest.mark.parametrize(
    ("held", "is_cancelled", "ended", "has_minutes", "expected"),
    [
        (None, False, date(2026, 11, 14), True, True),
        (None, False, date(2026, 11, 15), True, True),
        (None, False, date(2026, 11, 16), True, False),
        (None, False, date(2026, 11, 14), False, False),
        (True, False, date(2026, 11, 14), False, True),
        (False, False, date(2026, 11, 14), True, False),
        (None, True, date(2026, 11, 14), True, False),
    ],
)
def test_whether_it_was_held(held, is_cancelled, ended, has_minutes, expected):
    found = was_held(
        held=held, is_cancelled=is_cancelled, ended=ended, today=date(2026, 11, 15), has_minutes=has_minutes
    )
    assert found is expected


def test_one_item_a_line():
    assert lines_of(" a \r\n\n b\n") == ["a", "b"]
