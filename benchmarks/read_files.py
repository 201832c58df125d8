"""How much of the processor reading the calendar of Nefta and one of 5,000 rows takes, in every format.

.venv/bin/python -m benchmarks.read_files
"""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Sequence
from pathlib import Path

SOURCE = Path(__file__).parents[1] / "demo/sources/nefta-2022-calendar.txt"
ROUNDS = 5
MOST_SECONDS = {"Nefta": 0.3, "5,000 rows": 3.0}


def nefta() -> tuple[str, list[list[str]]]:
    """Return the title and the rows of the calendar of Nefta, those that run backwards turned round."""
    lines = SOURCE.read_text(encoding="utf-8").split("\n")
    rows = [line.split("\t") for line in lines[4:17]] + [line.split("\t")[::-1] for line in lines[18:25]]
    return lines[2], [[*row, *[""] * (6 - len(row))] for row in rows]


def long_calendar(heads: Sequence[str]) -> list[list[str]]:
    """Return 5,000 rows of tasks under the heads, 200 a phase."""
    rows = [list(heads)]
    for place in range(5000):
        phase, task = place // 200 + 1, place % 200 + 1
        label = f"{phase}- مرحلة" if task == 1 else ""
        rows.append(
            [label, f"{task}-{phase} عمل رقم {place}", "محضر جلسة\nصور", "2023/01/05", "نعم", "ملاحظة"]
        )
    return rows


def median_seconds(data: bytes) -> float:
    """Return how much of the processor the way from bytes to calendar takes, the median of some rounds."""
    from portal.importing.tables import read_tables
    from programs.importers.calendar import read_calendar

    spent = []
    for _round in range(ROUNDS):
        started = time.process_time()
        read_calendar(read_tables("calendar", data)[0], year=2022)
        spent.append(time.process_time() - started)
    return statistics.median(spent)


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    import django

    django.setup()
    from tests.calendar_files import as_docx, as_html, as_text, as_xlsx

    title, rows = nefta()
    for name, block in (("Nefta", rows), ("5,000 rows", long_calendar(rows[0]))):
        files = {
            "DOCX": as_docx([block], titles=[title], merged=0),
            "XLSX": as_xlsx([block], titles=[title], merged=0, real_dates=True),
            "HTML": as_html([block], titles=[title], merged=0, saved_page=True),
            "text": as_text([block], titles=[title]),
        }
        for kind, data in files.items():
            seconds = median_seconds(data)
            verdict = "within" if seconds < MOST_SECONDS[name] else "ABOVE"
            print(f"{name} as {kind}: {seconds * 1000:.0f} ms, {verdict} {MOST_SECONDS[name] * 1000:.0f} ms")


if __name__ == "__main__":
    main()
