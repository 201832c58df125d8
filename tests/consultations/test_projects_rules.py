"""Decisions about a project that need no row: completion, the way of an indicator, steps, the day's edge."""

import datetime
from decimal import Decimal

import pytest

from consultations.rules import indicator_progress, is_overdue, step_from, steps_from, suggested_completion


@pytest.mark.parametrize(
    ("percents", "is_stated", "has_evidence", "level"),
    [
        ([], False, False, "no_evidence"),
        ([0, 0], False, False, "no_evidence"),
        ([0, 0], True, False, "not_started"),
        ([0, 0], True, True, "not_started"),
        ([30], True, False, "no_evidence"),
        ([100, 100], True, False, "no_evidence"),
        ([1, 0], True, True, "limited"),
        ([49], True, True, "limited"),
        ([50], True, True, "substantial"),
        ([100, 99], True, True, "substantial"),
        ([100, 100], True, True, "complete"),
    ],
)
def test_the_completion_that_activities_and_evidence_suggest(percents, is_stated, has_evidence, level):
    assert suggested_completion(percents, is_stated=is_stated, has_evidence=has_evidence) == level


@pytest.mark.parametrize(
    ("baseline", "target", "value", "progress"),
    [
        (40, 5, 22, 51),
        (40, 5, 5, 100),
        (40, 5, 3, 100),
        (40, 5, 60, 0),
        (0, 12, 12, 100),
        (0, 1000, 999, 99),
        (0, 0, 3, None),
        (None, 12, 3, None),
        (0, None, 3, None),
        (0, 12, None, None),
    ],
)
def test_how_much_of_the_way_to_the_target_is_gone(baseline, target, value, progress):
    figures = [None if figure is None else Decimal(figure) for figure in (baseline, target, value)]
    assert indicator_progress(*figures) == progress


@pytest.mark.parametrize(("today", "late"), [("2026-11-30", False), ("2026-12-01", True)])
def test_an_activity_is_overdue_the_day_after_its_end(today, late):
    end, today = datetime.date(2026, 11, 30), datetime.date.fromisoformat(today)
    assert is_overdue(percent=99, ends_on=end, today=today) is late
    assert not is_overdue(percent=100, ends_on=end, today=today)
    assert not is_overdue(percent=0, ends_on=None, today=today)


@pytest.mark.parametrize(
    ("step", "codes"), [("draft", ["adopt"]), ("adopted", ["revise"]), ("revised", ["adopt"])]
)
def test_the_steps_of_a_project(step, codes):
    assert [found.code for found in steps_from(step)] == codes
    assert step_from(step, codes[0]).old == step
    assert step_from(step, "fly") is None
