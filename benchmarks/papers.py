"""What papers cost: the calendar's table at three lengths, set by the press and printed by a browser.

Each is set in a process of its own, so that its memory is its own. The browser prints the same HTML with
the same sheet, in the same run, so that a busy moment of the machine weighs on both.
"""

from __future__ import annotations

import json
import re
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from benchmarks.load import HOST, UnexpectedAnswerError, ask
from benchmarks.server import PROJECT, Server

LENGTHS = (5, 50, 300)
"""Pages, about."""
PAGES_OF_ONE = 1.5
"""What the calendar of the first document takes, about."""
COPIES_A_PART = 30
"""Of that calendar in a part."""
AT_ONCE = 20
"""Prints asked for at the same moment."""
MOST_CPU_MS_A_PAGE = 100.0
MOST_SHORT_MS = 300.0
MOST_MB = 600.0
MOST_SLOWER = 2.0
_BODIES = re.compile(r"<tbody>.*</tbody>", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Setting:
    """One paper as one engine set it."""

    pages: int
    cpu_seconds: float
    wall_seconds: float
    peak_mb: float
    """Resident memory of the process; of a browser, of its largest one."""
    kilobytes: int


@dataclass(frozen=True, slots=True)
class Papers:
    """Everything about papers of one run."""

    press: list[Setting]
    browser: list[Setting]
    short_ms: float
    """Wall time of a warm report of about three pages, with all that surrounds its setting."""
    alone_ms: tuple[float, float]
    """A public page's median and 95th percentile while nothing is printed."""
    beside_ms: tuple[float, float]
    """The same while twenty papers are being made."""

    @property
    def slower(self) -> float:
        """How many times slower the page is meanwhile, at the median."""
        return self.beside_ms[0] / self.alone_ms[0]


def calendar_html() -> str:
    """The page that the calendar of the first document is printed from."""
    with _html_instead() as pages:
        _calendar()
    return pages[-1]


@contextmanager
def _html_instead() -> Iterator[list[str]]:
    """Papers of this process are kept as their HTML and not printed."""
    from portal.papers import pages

    made: list[str] = []

    def keep(*, html: str, **_named: Any) -> bytes:
        made.append(html)
        return b"%PDF-1.7"

    original, pages.render_pdf = pages.render_pdf, keep  # type: ignore[assignment]
    try:
        yield made
    finally:
        pages.render_pdf = original


def _calendar() -> bytes | Path:
    from portal.municipalities.models import Municipality
    from portal.papers.answers import silent
    from portal.papers.orders import Order, draft_of

    nefta = Municipality.objects.get(slug="nefta")
    order = Order(
        kind="program-calendar",
        municipality=nefta,
        arguments={"year": 2022},
        language="ar",
        origin="https://portal.example",
    )
    return draft_of(order).make(silent)


def lengthened(html: str, times: int) -> str:
    """The same page with its table's rows that many times."""
    return _BODIES.sub(lambda rows: rows.group() * times, html, count=1)


def in_parts(html: str, times: int) -> list[str]:
    """The same, in the parts that ``portal.papers.pages.print_parts`` would set one after the other."""
    whole, rest = divmod(times, COPIES_A_PART)
    parts = [lengthened(html, copies) for copies in [COPIES_A_PART] * whole + [rest] * bool(rest)]
    return [parts[0], *(part.replace('class="land', 'class="later land', 1) for part in parts[1:])]


def set_by_press(parts: list[str]) -> Setting:
    """Set a paper in a new process, which has set another one before the clock starts.

    Args:
        parts: the page of that other one, then those of the paper.
    """
    with tempfile.TemporaryDirectory() as folder:
        pages = [Path(folder, f"{number}.html") for number in range(len(parts))]
        for page, part in zip(pages, parts, strict=True):
            page.write_text(part, encoding="utf-8")
        command = [sys.executable, "-m", "benchmarks.papers", *map(str, pages)]
        done = subprocess.run(command, cwd=PROJECT, capture_output=True, text=True, check=True)
    return Setting(**json.loads(done.stdout))


def _set_here(pages: list[Path]) -> Setting:
    from portal.pdf.compositor import composed, swept
    from portal.pdf.joining import joined

    def set_one(html: str) -> bytes:
        paper = composed({"html": html, "attachments": []})
        swept()
        return paper

    set_one(pages[0].read_text(encoding="utf-8"))
    wall, cpu = time.monotonic(), time.process_time()
    parts = [set_one(page.read_text(encoding="utf-8")) for page in pages[1:]]
    paper = joined(parts) if len(parts) > 1 else parts[0]
    return Setting(
        pages=_count(paper),
        cpu_seconds=time.process_time() - cpu,
        wall_seconds=time.monotonic() - wall,
        peak_mb=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        kilobytes=len(paper) // 1024,
    )


def print_by_browser(html: str, chromium: str) -> Setting:
    """Print the same page with the same sheet by Debian's browser, from its start to its end."""
    sheet = Path(PROJECT, "static", "musharaka", "pdf.css").as_uri()
    html = html.replace("</head>", f'<link rel="stylesheet" href="{sheet}"></head>', 1)
    with tempfile.TemporaryDirectory() as folder:
        page, paper = Path(folder, "page.html"), Path(folder, "paper.pdf")
        page.write_text(html, encoding="utf-8")
        options = ["--headless", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer"]
        options += [f"--user-data-dir={folder}", f"--print-to-pdf={paper}", page.as_uri()]
        before, wall = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
        subprocess.run([chromium, *options], check=True, capture_output=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        content = paper.read_bytes()
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    peak = after.ru_maxrss / 1024
    return Setting(_count(content), cpu, time.monotonic() - wall, peak, len(content) // 1024)


def _count(paper: bytes) -> int:
    import io

    import pikepdf

    with pikepdf.open(io.BytesIO(paper)) as pdf:
        return len(pdf.pages)


def measured_papers(running: Server, page_path: str, prints: list[str]) -> Papers:
    """Set and print each length, then print beside readers; see :func:`beside_prints`.

    The database is the one that Django is set up with; what is served comes from it too.
    """
    html = calendar_html()
    copies = [max(1, round(length / PAGES_OF_ONE)) for length in LENGTHS]
    # The browser comes first: what is reported of children's memory is the largest of all so far.
    chromium = shutil.which("chromium")
    printed = [print_by_browser(lengthened(html, each), chromium) for each in copies] if chromium else []
    pressed = [set_by_press([html, *in_parts(html, each)]) for each in copies]
    alone, beside = beside_prints(running, page_path, prints)
    return Papers(pressed, printed, _short_ms(), alone, beside)


def papers_targets(papers: Papers | None) -> list[tuple[str, float, float]]:
    """What is promised of papers: its name, what was measured, what is the most."""
    if papers is None:
        return []
    a_page = max(each.cpu_seconds * 1000 / each.pages for each in papers.press)
    return [
        ("a page of a calendar set by the press, CPU ms", a_page, MOST_CPU_MS_A_PAGE),
        ("a warm short report, ms", papers.short_ms, MOST_SHORT_MS),
        ("memory for the longest paper, MB", max(each.peak_mb for each in papers.press), MOST_MB),
        ("a public page while 20 papers are made, times alone", papers.slower, MOST_SLOWER),
    ]


def papers_section(papers: Papers | None) -> list[str]:
    """The press and the browser side by side, as Markdown."""
    if papers is None:
        return []
    rows = [_row("press", each) for each in papers.press] + [
        _row("chromium", each) for each in papers.browser
    ]
    heads = ["| set by | pages | CPU s | CPU ms a page | wall s | peak MB | KB |", "|" + " --- |" * 7]
    beside = (
        "Twenty calendars asked for at once: a public page, rendered anew, takes"
        f" {papers.beside_ms[0]:.0f} ms (median; 95th percentile {papers.beside_ms[1]:.0f}) meanwhile,"
        f" {papers.alone_ms[0]:.0f} ({papers.alone_ms[1]:.0f})"
        f" alone. A warm calendar of 19 tasks is made in {papers.short_ms:.0f} ms."
    )
    return ["## Papers", "", *heads, *rows, "", beside]


def _row(engine: str, each: Setting) -> str:
    a_page = each.cpu_seconds * 1000 / each.pages
    cells = [engine, f"{each.pages}", f"{each.cpu_seconds:.2f}", f"{a_page:.0f}"]
    cells += [f"{each.wall_seconds:.2f}", f"{each.peak_mb:.0f}", f"{each.kilobytes:,}"]
    return "| " + " | ".join(cells) + " |"


def _short_ms() -> float:
    _calendar()
    times = []
    for _ in range(5):
        start = time.monotonic()
        _calendar()
        times.append((time.monotonic() - start) * 1000)
    return statistics.median(times)


def beside_prints(
    running: Server, page: str, prints: list[str]
) -> tuple[tuple[float, float], tuple[float, float]]:
    """How fast a public page answers one reader alone, and while twenty papers are asked for at once.

    Args:
        page: the path of a public page; each request is for a new address of it, so it is rendered.
        prints: the paths of papers that nobody asked for before.

    Returns:
        Median and 95th percentile in milliseconds: alone, and beside.
    """
    alone = _answer_times(running.port, page, time.monotonic() + 4)
    threads = [threading.Thread(target=_print_until_made, args=(running.port, path)) for path in prints]
    for thread in threads:
        thread.start()
    beside: list[float] = []
    while any(thread.is_alive() for thread in threads):
        beside += _answer_times(running.port, page, time.monotonic() + 0.2)
    return _percentiles(alone), _percentiles(beside)


def _print_until_made(port: int, path: str) -> None:
    while (answer := ask(port, path, {})).status == 503:
        time.sleep(1)  # as a browser does that is told to ask again
    if answer.status != 200:
        raise UnexpectedAnswerError(f"http://{HOST}:{port}{path}: {answer.status}")


def _answer_times(port: int, page: str, until: float) -> list[float]:
    times = []
    while time.monotonic() < until:
        start = time.monotonic()
        ask(port, f"{page}?n={time.monotonic_ns()}", {"Accept-Encoding": "gzip"})
        times.append((time.monotonic() - start) * 1000)
    return times


def _percentiles(times: list[float]) -> tuple[float, float]:
    return statistics.median(times), statistics.quantiles(times, n=20)[-1]


if __name__ == "__main__":
    print(json.dumps(asdict(_set_here([Path(name) for name in sys.argv[1:]]))))
