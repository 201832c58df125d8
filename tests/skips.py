"""What the runs of the suite leave out, and why.

script/test runs the suite once for each database: most tests in as many processes as there are cores, and
then, in one process, those marked ``alone``, which measure time or fill the machine themselves. As a pytest
plugin this module writes down the outcomes of one run; ``python -m tests.skips OUTCOMES...`` adds several up
and says what no run ran.
"""

import argparse
import json
import os
import sys
from collections import defaultdict
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import pytest

DATABASE_FIXTURES = {"db", "transactional_db", "live_server"}


@dataclass
class Outcomes:
    """The outcomes of one run, named after its database."""

    run: str
    passed: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)
    skipped: dict[str, str] = field(default_factory=dict)


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("musharaka")
    group.addoption("--outcomes", type=Path, metavar="FILE", help="write the outcomes of this run as JSON")
    group.addoption(
        "--database-only",
        action="store_true",
        help="leave out what another database cannot change: browser journeys and tests without a database",
    )
    group.addoption("--alone", action="store_true", help="only tests that want the machine for themselves")
    group.addoption("--together", action="store_true", help="only tests that can share the machine")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "alone: measures time, or fills the machine; not beside other tests")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    kept = [item for item in items if belongs(item, config.option)]
    config.hook.pytest_deselected(items=[item for item in items if not belongs(item, config.option)])
    items[:] = kept


def belongs(item: pytest.Item, options: Any) -> bool:
    """Whether a run with these options holds this test."""
    is_alone = item.get_closest_marker("alone") is not None
    return (
        (not options.database_only or depends_on_database(item))
        and (not options.alone or is_alone)
        and (not options.together or not is_alone)
    )


def depends_on_database(item: pytest.Item) -> bool:
    """Whether this test asks the database something, other than for what a browser shows."""
    if "journeys" in item.path.parts or item.path.name == "test_barriers.py":
        return False
    fixtures = set(getattr(item, "fixturenames", ()))
    return item.get_closest_marker("django_db") is not None or bool(fixtures & DATABASE_FIXTURES)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    target = config.getoption("outcomes")
    if target is None:
        return
    reports = terminalreporter.stats
    outcomes = Outcomes(
        run=target.name,
        passed=[report.nodeid for report in reports.get("passed", [])],
        failed=[report.nodeid for kind in ("failed", "error") for report in reports.get(kind, [])],
        skipped={report.nodeid: skip_reason(report) for report in reports.get("skipped", [])},
    )
    target.write_text(json.dumps(asdict(outcomes)))


def skip_reason(report: pytest.TestReport | pytest.CollectReport) -> str:
    """The words given to ``pytest.skip``, without pytest's own prefix."""
    words = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    return words.removeprefix("Skipped: ")


def never_run(runs: list[Outcomes]) -> dict[str, list[str]]:
    """Tests that every run skipped, by the reason of the last of them."""
    ran = {test for run in runs for test in run.passed + run.failed}
    reasons = {test: reason for run in runs for test, reason in run.skipped.items() if test not in ran}
    by_reason = defaultdict(list)
    for test, reason in reasons.items():
        by_reason[reason].append(test)
    return dict(by_reason)


def closing_lines(runs: list[Outcomes], left_out: list[str]) -> list[str]:
    """What failed, what was skipped and why, and the figures of all runs together.

    `left_out` are reasons for which a whole run did not happen; each counts as one skip.
    """
    reasons = never_run(runs)
    lines = [f"failed on {run.run}: {test}" for run in runs for test in run.failed]
    lines.append(f"skipped: {len(left_out) + sum(map(len, reasons.values()))}")
    lines += [f"  {reason}" for reason in left_out]
    lines += [f"  {reason} ({len(tests)}, the first is {tests[0]})" for reason, tests in reasons.items()]
    return lines


def exit_code(passed: int, failed: int, skipped: int) -> int:
    """As pytest's: 1 for a failure, 5 when there was no test; REQUIRE_ALL=1 makes a skip a failure."""
    if failed or (skipped and os.environ.get("REQUIRE_ALL") == "1"):
        return 1
    return 0 if passed or skipped else 5


def main() -> int:
    parser = argparse.ArgumentParser(description="Adds up the outcomes of several runs.")
    parser.add_argument("outcomes", nargs="*", type=Path)
    parser.add_argument("--left-out", action="append", default=[], metavar="REASON")
    options = parser.parse_args()
    runs = [Outcomes(**json.loads(path.read_text())) for path in options.outcomes if path.exists()]
    passed, failed = (sum(len(getattr(run, kind)) for run in runs) for kind in ("passed", "failed"))
    skipped = len(options.left_out) + sum(map(len, never_run(runs).values()))
    lines = closing_lines(runs, options.left_out)
    if skipped and os.environ.get("REQUIRE_ALL") == "1":
        lines.append("Nothing may be skipped here (REQUIRE_ALL=1): a failure.")
    print("", *lines, f"tests: {passed} passed, {failed} failed, {skipped} skipped", sep="\n")  # noqa: T201
    return exit_code(passed, failed, skipped)


if __name__ == "__main__":
    sys.exit(main())
