"""What a check of trust found: its figure beside its target, and the seeded fault that it caught.

A check is a test below ``tests/trust`` that takes the fixture ``trust``::

    def test_matrix(trust):
        check = trust(14, "Every route, role and method, own and foreign", target="0 wrong of 2,000 cells")
        cells = ask_all()
        check.catches("a route that forgets its municipality", wrong_of(ask_all(broken=True)) > 0)
        check.holds(not wrong_of(cells) and len(cells) >= 2000, f"{wrong_of(cells)} wrong of {len(cells)}")

A check that tried nothing fails, and so does one whose fault it did not catch. ``script/trust`` prints one
line for each; ``--full`` of it sets :attr:`Trust.is_full`, which checks ask for their counts. What takes
minutes, or more than any machine that runs tests has, is marked ``@pytest.mark.full(NUMBER)``: it belongs to
``--full`` alone.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import pytest


@dataclass
class Check:
    """One promise, while it is checked."""

    number: int
    name: str
    target: str
    figure: str = ""
    is_held: bool = False
    faults: dict[str, bool] = field(default_factory=dict)
    """What was broken on purpose, and whether the check saw it."""
    test: str = ""

    def catches(self, fault: str, was_seen: bool) -> None:
        """Tell what was broken on purpose in this run, and whether the check saw it."""
        self.faults[fault] = bool(was_seen)

    def holds(self, is_held: bool, figure: str) -> None:
        """Tell the outcome; the figure names how much was tried."""
        self.is_held, self.figure = bool(is_held), figure


@dataclass
class Trust:
    """Given to each check by the fixture of the same name."""

    is_full: bool
    test: str
    checks: list[Check]

    def __call__(self, number: int, name: str, *, target: str) -> Check:
        """Begin a check: its number and promise in docs/trust.md, and what would be good enough."""
        check = Check(number, name, target, test=self.test)
        self.checks.append(check)
        return check

    def count(self, *, quick: int, full: int) -> int:
        """How often to try, by the scale of this run."""
        return full if self.is_full else quick


_checks: list[dict[str, Any]] = []
_left: set[int] = set()


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("trust")
    group.addoption("--full", action="store_true", help="checks of trust at their full counts")
    group.addoption("--trust-report", type=Path, metavar="FILE", help="write what the checks found as JSON")


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "full(number): a check of trust for --full alone")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("full"):
        return
    left_out = [item for item in items if item.get_closest_marker("full")]
    _left.update(marker.args[0] for item in left_out for marker in item.iter_markers("full"))
    config.hook.pytest_deselected(items=left_out)
    items[:] = [item for item in items if not item.get_closest_marker("full")]


@pytest.fixture
def trust(request: pytest.FixtureRequest) -> Iterator[Trust]:
    """Begin checks; at the end of the test each must hold and have caught its fault."""
    begun: list[Check] = []
    yield Trust(request.config.getoption("full"), request.node.nodeid, begun)
    # They go with the report of this test, since several processes may share the tests.
    request.node.user_properties += [("trust", asdict(check)) for check in begun]
    assert begun, "a test of trust that begins no check proves nothing"
    for check in begun:
        assert check.figure, f"check {check.number} says no figure"
        assert check.is_held, f"check {check.number} is not held: {check.figure} (target: {check.target})"
        assert check.faults, f"check {check.number} was not shown to fail on a seeded fault"
        missed = [fault for fault, was_seen in check.faults.items() if not was_seen]
        assert not missed, f"check {check.number} did not see what was broken on purpose: {missed}"


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    if report.when == "teardown":
        _checks.extend(check for name, check in report.user_properties if name == "trust")


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    _left.update(getattr(node, "workeroutput", {}).get("left", ()))


def pytest_sessionfinish(session: pytest.Session) -> None:
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["left"] = sorted(_left)
        return
    target: Path | None = session.config.getoption("trust_report")
    if target is not None:
        checks = sorted(_checks, key=lambda check: check["number"])
        target.write_text(json.dumps({"checks": checks, "left": sorted(_left)}, ensure_ascii=False, indent=1))
