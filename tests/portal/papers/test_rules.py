"""Where a long paper stands, in words and steps."""

import datetime

import pytest

from portal.papers.models import ALIVE, Printing
from portal.papers.rules import (
    FAILURES,
    HEARD,
    REFRESH,
    STILL_GOOD,
    State,
    Step,
    is_good,
    state_of,
    steps_of,
    why,
)
from portal.papers.working import BEAT_EVERY

NOW = datetime.datetime(2026, 11, 22, 12, tzinfo=datetime.UTC)
SECOND = datetime.timedelta(seconds=1)


def test_whoever_waits_is_told_within_ten_seconds_that_no_worker_is_there():
    assert HEARD.total_seconds() + REFRESH <= 10
    assert HEARD.total_seconds() > 2 * BEAT_EVERY
    assert HEARD < ALIVE


@pytest.mark.parametrize(
    ("values", "state"),
    [
        ({}, State.WAITING),
        ({"started_at": NOW, "beat_at": NOW - ALIVE}, State.MAKING),
        ({"started_at": NOW, "beat_at": NOW - ALIVE - SECOND}, State.WAITING),
        ({"beat_at": NOW, "finished_at": NOW}, State.READY),
        ({"beat_at": NOW, "finished_at": NOW, "failure": "broken"}, State.FAILED),
    ],
)
def test_where_a_paper_stands(values, state):
    assert state_of(Printing(**values), NOW) == state


@pytest.mark.parametrize(
    ("key", "age", "expected"),
    [
        ("mine", datetime.timedelta(days=6), True),
        ("another", STILL_GOOD - SECOND, True),
        ("another", STILL_GOOD, False),
    ],
)
def test_a_paper_overtaken_by_a_change_is_good_for_minutes(key, age, expected):
    assert is_good(Printing(key="mine", finished_at=NOW - age), key, NOW) is expected


def test_a_paper_that_is_not_made_is_not_handed_out():
    assert not is_good(Printing(key="mine"), "mine", NOW)


def test_each_failure_has_words_and_an_unknown_one_too():
    assert {why(Printing(failure=code)) for code in FAILURES} == {str(words) for words in FAILURES.values()}
    assert why(Printing(failure="of a later release")) == str(FAILURES["broken"])


def test_the_count_of_steps_says_which_is_under_way():
    printing = Printing(steps=["Cover", "Evidence", "Seals"], done=1, of=3, doing="Map 12 of 20")
    assert steps_of(printing) == [
        Step("Cover", "done"),
        Step("Evidence", "next", "Map 12 of 20"),
        Step("Seals", "todo"),
    ]
    assert [step.is_done for step in steps_of(printing)] == [True, False, False]


def test_where_other_things_are_counted_the_words_say_it():
    printing = Printing(steps=["Cover", "Evidence"], done=17, of=60, doing="Evidence")
    assert steps_of(printing) == [Step("Cover", "done"), Step("Evidence", "next")]


@pytest.mark.parametrize("values", [{}, {"done": 3, "of": 60, "doing": "A map"}])
def test_without_a_sign_no_step_is_marked(values):
    assert steps_of(Printing(steps=["Cover"], **values)) == [Step("Cover", "todo")]


def test_after_the_last_step_the_last_one_is_under_way():
    assert steps_of(Printing(steps=["Cover", "Seals"], done=2, of=2))[-1].node == "next"


def test_a_paper_may_have_no_steps():
    assert steps_of(Printing(done=1, of=2, doing="A page")) == []
