"""A check of trust cannot pass by trying nothing, by saying nothing, or by never having failed."""

import json
from pathlib import Path

import pytest

from tests.trust import summary, unchecked
from tests.trust.ledger import Check

pytest_plugins = ["pytester"]

GOOD = {"number": 14, "name": "Rights", "target": "0 wrong", "figure": "0 wrong of 2,412", "test": "x"}


@pytest.fixture
def outcome(pytester, monkeypatch):
    """What a test of trust comes to, with the body given."""

    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[2]))

    def run(body: str):
        pytester.makepyfile(f"def test_it(trust):\n    {body}\n")
        options = ["-p", "no:django", "-p", "tests.trust.ledger", "--trust-report", "found.json"]
        return pytester.runpytest_subprocess(*options)

    return run


BODIES = {
    "no check": "pass",
    "no figure": "trust(1, 'x', target='0').catches('a fault', True)",
    "not held": "c = trust(1, 'x', target='0'); c.catches('a fault', True); c.holds(False, '1 of 2')",
    "no fault": "trust(1, 'x', target='0').holds(True, '0 of 2')",
    "fault not seen": "c = trust(1, 'x', target='0'); c.catches('a fault', False); c.holds(True, '0 of 2')",
}


def test_a_check_that_holds_and_caught_its_fault_passes_and_is_written_down(outcome, pytester):
    body = "c = trust(1, 'x', target='0'); c.catches('a fault', True); c.holds(True, '0 of 2')"
    outcome(body).assert_outcomes(passed=1)
    report = json.loads((pytester.path / "found.json").read_text())
    (found,) = report["checks"]
    assert report["left"] == []
    assert (found["number"], found["figure"], found["faults"]) == (1, "0 of 2", {"a fault": True})


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_anything_less_does_not_pass(outcome, body):
    outcome(body).assert_outcomes(passed=1, errors=1)


def test_the_scale_of_a_run_is_asked_for(outcome):
    body = (
        "c = trust(1, 'x', target='0'); c.catches('a', True); c.holds(trust.count(quick=1, full=2) == 1, '1')"
    )
    outcome(body).assert_outcomes(passed=1)


@pytest.mark.parametrize(("options", "passed", "left"), [([], 0, [24]), (["--full"], 1, [])])
def test_what_takes_too_long_is_left_to_a_full_run(pytester, monkeypatch, options, passed, left):
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parents[2]))
    body = "c = trust(24, 'x', target='0'); c.catches('a', True); c.holds(True, '0 of 9')"
    pytester.makepyfile(f"import pytest\n@pytest.mark.full(24)\ndef test_it(trust):\n    {body}\n")
    plugins = ["-p", "no:django", "-p", "tests.trust.ledger", "--trust-report", "found.json"]
    pytester.runpytest_subprocess(*plugins, *options).assert_outcomes(passed=passed, deselected=1 - passed)
    assert json.loads((pytester.path / "found.json").read_text())["left"] == left


def _report(tmp_path, *checks, left=()):
    path = tmp_path / "found.json"
    path.write_text(json.dumps({"checks": checks, "left": left}))
    return f"SQLite={path}"


def test_the_summary_says_what_is_held_and_what_is_not(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(summary, "ALL", {14: "Rights", 24: "Power cut"})
    monkeypatch.setattr(summary, "UNCHECKED", {24: "it takes a machine to cut"})
    held = {**GOOD, "is_held": True, "faults": {"a route that forgets its town": True}}
    assert summary.main([_report(tmp_path, held)]) == 0
    told = capsys.readouterr().out
    assert "14  held        Rights (SQLite): 0 wrong of 2,412; target 0 wrong" in told
    assert "24  not checked Power cut: it takes a machine to cut" in told
    assert summary.main([_report(tmp_path, {**held, "is_held": False})]) == 1
    assert summary.main([_report(tmp_path, {**held, "faults": {}})]) == 1


def test_the_summary_misses_a_promise_that_nobody_checks(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(summary, "ALL", {14: "Rights", 15: "Fields"})
    held = {**GOOD, "is_held": True, "faults": {"x": True}}
    assert summary.main([_report(tmp_path, held)]) == 1
    assert "Neither checked nor named as unchecked: 15" in capsys.readouterr().out


def test_the_summary_names_what_only_a_full_run_tries(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr(summary, "ALL", {24: "Power cut"})
    monkeypatch.setattr(summary, "UNCHECKED", {})
    assert summary.main([_report(tmp_path, left=[24])]) == 0
    assert "24  not now     Power cut: --full tries it" in capsys.readouterr().out


def test_every_promise_has_a_name():
    assert list(unchecked.ALL) == list(range(1, 68))
    assert unchecked.UNCHECKED.keys() <= unchecked.ALL.keys()
    assert Check(1, "x", "0").is_held is False
