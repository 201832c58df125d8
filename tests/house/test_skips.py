"""The figures with which script/test ends."""

import json
from collections.abc import Iterable

import pytest

from tests import skips
from tests.skips import Outcomes, closing_lines, exit_code, never_run

pytest_plugins = ["pytester"]


def test_a_test_that_one_run_skips_and_another_runs_is_not_skipped():
    sqlite = Outcomes("SQLite", passed=["a"], skipped={"b": "only PostgreSQL", "c": "no browser"})
    postgresql = Outcomes("PostgreSQL", passed=["a", "b"])
    assert never_run([sqlite, postgresql]) == {"no browser": ["c"]}


def test_the_closing_lines_name_failures_and_reasons():
    run = Outcomes("SQLite", passed=["a"], failed=["b"], skipped={"c": "no browser", "d": "no browser"})
    assert closing_lines([run], ["the run on PostgreSQL: not here"]) == [
        "failed on SQLite: b",
        "skipped: 3",
        "  the run on PostgreSQL: not here",
        "  no browser (2, the first is c)",
    ]


@pytest.mark.parametrize(
    ("passed", "failed", "skipped", "code"),
    [(3, 0, 0, 0), (3, 0, 1, 0), (3, 1, 0, 1), (0, 0, 0, 5), (0, 0, 2, 0)],
)
def test_exit_code(monkeypatch, passed, failed, skipped, code):
    monkeypatch.delenv("REQUIRE_ALL", raising=False)
    assert exit_code(passed, failed, skipped) == code


def test_a_skip_fails_where_everything_is_required(monkeypatch):
    monkeypatch.setenv("REQUIRE_ALL", "1")
    assert exit_code(3, 0, 1) == 1
    assert exit_code(3, 0, 0) == 0


@pytest.fixture
def three_tests(pytester):
    pytester.makeini("[pytest]\nmarkers =\n    django_db\n    alone\n")
    pytester.makepyfile(
        """
        import pytest

        @pytest.mark.django_db
        def test_asks_the_database(): pass

        def test_is_pure(): pass

        def test_is_left_out(): pytest.skip("no browser")
        """
    )
    journey = pytester.mkdir("journeys") / "test_journey.py"
    journey.write_text("import pytest\n\n@pytest.mark.django_db\ndef test_journey(): pass\n")
    return pytester


def outcomes_of(pytester: pytest.Pytester, *arguments: str) -> Outcomes:
    """Runs the three tests and the journey with nothing but the plugin."""
    report = pytester.path / "SQLite"
    pytester.runpytest_inprocess("-p", "no:django", "--outcomes", str(report), *arguments, plugins=[skips])
    return Outcomes(**json.loads(report.read_text()))


def names(tests: Iterable[str]) -> set[str]:
    return {test.rpartition("::")[2] for test in tests}


def test_a_run_writes_down_its_outcomes(three_tests):
    outcomes = outcomes_of(three_tests)
    assert outcomes.run == "SQLite"
    assert names(outcomes.passed) == {"test_asks_the_database", "test_is_pure", "test_journey"}
    assert list(outcomes.skipped.values()) == ["no browser"]


def test_another_database_repeats_only_what_asks_the_database(three_tests):
    outcomes = outcomes_of(three_tests, "--database-only")
    assert names(outcomes.passed) == {"test_asks_the_database"}
    assert outcomes.skipped == {}


def test_what_wants_the_machine_for_itself_is_run_apart(three_tests):
    three_tests.makepyfile(test_time="import pytest\n\n@pytest.mark.alone\ndef test_of_time(): pass\n")
    alone, together = outcomes_of(three_tests, "--alone"), outcomes_of(three_tests, "--together")
    assert names(alone.passed) == {"test_of_time"}
    assert names(together.passed) == {"test_asks_the_database", "test_is_pure", "test_journey"}
