"""The rules of .ci/semgrep.yml on the code and on what breaks them, for whoever has semgrep.

``python -m tests.house.with_semgrep`` ends with 1 when something stands in the code that was not reviewed, or
when a planted fault was missed. The same rules run without that program in ``test_forbidden.py``.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from tests.house.forbidden import APPS, REVIEWED, REVIEWED_ROWS, ROOT, SEEDED, SEEDED_TEMPLATES

RULES = ROOT / ".ci" / "semgrep.yml"


def findings(targets: Iterable[str], place: Path) -> list[dict[str, Any]]:
    """What semgrep finds in ``targets``, paths below ``place``."""
    program = shutil.which("semgrep")
    assert program, "semgrep is not on this machine"
    order = [program, "scan", "--config", str(RULES), "--json", "--metrics", "off", "--disable-version-check"]
    order += ["--no-git-ignore", "--jobs", "1", "--exclude", "migrations", *targets]
    done = subprocess.run(order, cwd=place, capture_output=True, text=True, timeout=600, check=True)
    told = json.loads(done.stdout)
    assert not [error for error in told["errors"] if error["level"] == "error"], told["errors"]
    return list(told["results"])


def unreviewed(found: Iterable[dict[str, Any]]) -> list[str]:
    """Findings beyond what was reviewed, as ``file:line rule``."""
    count: Counter[tuple[str, str]] = Counter()
    left = []
    for each in sorted(found, key=lambda each: (each["path"], each["start"]["line"])):
        path, (rule, _, model) = each["path"], each["extra"]["message"].partition(": ")
        count[path, rule] += 1
        is_known = count[path, rule] <= REVIEWED.get(rule, {}).get(path, 0)
        if not is_known and model not in REVIEWED_ROWS.get(path, set()):
            left.append(f"{path}:{each['start']['line']} {rule} {model}".strip())
    return left


def missed() -> list[str]:
    """The planted faults that semgrep does not see."""
    with tempfile.TemporaryDirectory() as name:
        place, files = Path(name), {}
        (place / "views").mkdir()
        for number, (fault, source) in enumerate((SEEDED | SEEDED_TEMPLATES).items()):
            suffix = "html" if fault in SEEDED_TEMPLATES else "py"
            files[f"views/fault_{number}.{suffix}"] = fault
            (place / "views" / f"fault_{number}.{suffix}").write_text(source + "\n", encoding="utf-8")
        seen = {each["path"] for each in findings(["."], place)}
    return [fault for path, fault in files.items() if path not in seen]


def main() -> int:
    """Say both, and end with 1 unless both are empty."""
    found, unseen = unreviewed(findings([*APPS, "templates"], ROOT)), missed()
    planted = len(SEEDED) + len(SEEDED_TEMPLATES)
    closing = f"semgrep: {len(found)} breaches, {planted - len(unseen)} of {planted} planted faults seen"
    print(*found, *(f"not seen: {fault}" for fault in unseen), closing, sep="\n")  # noqa: T201
    return 1 if found or unseen else 0


if __name__ == "__main__":
    sys.exit(main())
