"""``python -m tests.trust.summary RUN=FILE...``: what the checks of trust found, one line each.

Ends with 1 where a promise is not held, and names what the portal cannot check by itself.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from tests.trust.unchecked import ALL, UNCHECKED

_SEEN = {True: "seen", False: "NOT SEEN"}


def main(arguments: list[str]) -> int:
    """Print the lines of one run or of several (one for each database)."""
    runs = [argument.partition("=") for argument in arguments]
    reports = [(name, json.loads(Path(file).read_text())) for name, _, file in runs]
    found = [(name, check) for name, report in reports for check in report["checks"]]
    left = {number for _, report in reports for number in report["left"]}
    lines = [line for number in ALL for line in _lines(number, found, left)]
    sys.stdout.write("\n".join(lines) + "\n")
    broken = [check for _, check in found if not _is_good(check)]
    untold = sorted(ALL.keys() - {check["number"] for _, check in found} - UNCHECKED.keys() - left)
    if untold:
        numbers = ", ".join(map(str, untold))
        sys.stdout.write(f"Neither checked nor named as unchecked: {numbers}\n")
    return 1 if broken or untold else 0


def _lines(number: int, found: list[tuple[str, dict[str, Any]]], left: set[int]) -> list[str]:
    own = [(run, check) for run, check in found if check["number"] == number]
    lines = [_line(run, check) for run, check in own]
    if number in left:
        lines.append(f"{number:>2}  {'in part' if own else 'not now':<11} {ALL[number]}: --full tries it")
    if number in UNCHECKED:
        what = "in part" if own else "not checked"
        lines.append(f"{number:>2}  {what:<11} {ALL[number]}: {UNCHECKED[number]}")
    return lines


def _is_good(check: dict[str, Any]) -> bool:
    return bool(check["is_held"] and check["faults"] and all(check["faults"].values()))


def _line(run: str, check: dict[str, Any]) -> str:
    faults = "; ".join(
        f"{fault}: {'seen' if seen else 'NOT SEEN'}" for fault, seen in check["faults"].items()
    )
    verdict = "held" if _is_good(check) else "NOT HELD"
    figure = check["figure"] or "no figure"
    return (
        f"{check['number']:>2}  {verdict:<11} {check['name']} ({run}): {figure};"
        f" target {check['target']}; seeded fault: {faults or 'none'}"
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
