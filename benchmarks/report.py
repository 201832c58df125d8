"""One run from empty directory to table: ``python -m benchmarks.report`` (benchmarks/run calls it)."""

from __future__ import annotations

import argparse
import datetime
import os
import platform
import sqlite3
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from benchmarks import first_view, server
from benchmarks.load import HOST, Load, ask, generator, put_load, put_new_load
from benchmarks.pages import HELLO, PAGES, Cost, PaperCost, calendar_paths, page_costs, paper_cost
from benchmarks.papers import Papers, measured_papers, papers_section, papers_targets
from benchmarks.server import Server

RESULTS = Path(__file__).with_name("results.md")
ENCODING = {"Accept-Encoding": "gzip"}
WARM_UP_SECONDS = 1
ROUNDS = 4  # the best counts: the machine may be busy with something else

# What the portal promises.
MOST_304_TO_HELLO = 2.0
MOST_PROGRAM_CPU_MS = 6.0
MOST_FIRST_VIEW_BYTES = 120_000
MOST_HTML_GZIP_BYTES = 15_000
MOST_KEPT_PAPER_MS = 10.0


@dataclass(frozen=True, slots=True)
class Speed:
    """Under load: requests a second, and what one costs the server."""

    per_second: float
    cpu_ms: float


@dataclass(frozen=True, slots=True)
class Served:
    """One page as gunicorn serves it, and the bare view asked for at the same time.

    So a busy moment of the machine weighs on both.
    """

    hello: Speed
    rendered: Speed
    """To its first reader: every request at an address of its own."""
    again: Speed
    """To further readers, at the same address."""
    unchanged: Speed
    """To a reader who has it already: 304."""
    first_view_bytes: int | None

    @property
    def unchanged_to_hello(self) -> float:
        return self.unchanged.cpu_ms / self.hello.cpu_ms


@dataclass(frozen=True, slots=True)
class Figures:
    served: dict[str, Served]
    costs: dict[str, Cost]
    paper: PaperCost
    papers: Papers | None = None


def main() -> None:
    options = _options()
    with tempfile.TemporaryDirectory(prefix="musharaka-benchmark-") as scratch:
        settings = server.environment(options.data_dir or Path(scratch), options.database_url)
        seconds = server.seed(settings, options.scale)
        print(
            f"Seeded in {seconds:.0f} s. Measuring for {options.seconds} s each, with {generator()}.",
            flush=True,
        )
        figures = measure(settings, options.seconds)
    sections = [heading(options), table(figures), targets(figures), papers_section(figures.papers)]
    report = "\n\n".join("\n".join(section) for section in sections if section)
    print(report)
    if options.save:
        RESULTS.write_text(report + "\n", encoding="utf-8")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="benchmarks/run", description="What the portal's main pages cost.")
    parser.add_argument("--seconds", type=float, default=4, help="how long each page is asked for (4)")
    parser.add_argument("--scale", choices=["town", "country"], default="country")
    parser.add_argument("--save", action="store_true", help="write the report to benchmarks/results.md")
    parser.add_argument("--data-dir", type=Path, help="keep the seeded portal here for the next run")
    parser.add_argument(
        "--database-url", default="", help="fill and measure this database instead of an SQLite file"
    )
    return parser.parse_args()


def measure(settings: dict[str, str], seconds: float) -> Figures:
    """Everything of one run; the settings are those of ``server.environment``."""
    os.environ.clear()
    os.environ.update(settings)
    import django

    django.setup()
    paper, costs = paper_cost(), page_costs()
    prints = calendar_paths()
    for name in sorted(PAGES.keys() - costs.keys()):
        print(f"Left out, since it is not there: {name} ({PAGES[name]})")
    with server.serving(settings) as running:
        speed(running, HELLO, WARM_UP_SECONDS)
        views = first_views(running, [name for name, cost in costs.items() if cost.is_html])
        served = {name: _served(running, PAGES[name], views.get(name), seconds / ROUNDS) for name in costs}
        papers = measured_papers(running, PAGES["program"], prints)
    return Figures(served, costs, paper, papers)


def first_views(running: Server, names: Iterable[str]) -> dict[str, int]:
    """Bytes on the wire of a telephone's first look at each page; empty without a browser.

    In Arabic or French, whichever is more: a page of one with content of the other loads both scripts.
    """
    with first_view.browser() as chromium:
        if chromium is None:
            print("No chromium here: first views are left out.")
            return {}
        return {
            name: max(
                sum(first_view.first_view(chromium, f"http://{HOST}:{running.port}{path}").values())
                for path in (PAGES[name], PAGES[name].replace("/ar/", "/fr/", 1))
            )
            for name in names
        }


def _served(running: Server, path: str, view: int | None, seconds: float) -> Served:
    _cost_of(running, lambda: put_new_load(running.port, path, WARM_UP_SECONDS))
    rounds = [_round(running, path, seconds) for _ in range(ROUNDS)]
    hello, rendered, again, unchanged = (
        min(speeds, key=lambda speed: speed.cpu_ms) for speeds in zip(*rounds, strict=True)
    )
    return Served(hello, rendered, again, unchanged, view)


def _round(running: Server, path: str, seconds: float) -> tuple[Speed, Speed, Speed, Speed]:
    """The bare view; the page at an address that is new each time; at the same address; unchanged."""
    etag = ask(running.port, path, ENCODING).etag
    return (
        speed(running, HELLO, seconds),
        _cost_of(running, lambda: put_new_load(running.port, path, seconds)),
        speed(running, path, seconds),
        speed(running, path, seconds, etag),
    )


def speed(running: Server, path: str, seconds: float, etag: str = "") -> Speed:
    """Load on one address; with ``etag``, as a reader asks who has the page already."""
    headers = ENCODING | ({"If-None-Match": etag} if etag else {})
    status = 304 if etag else 200
    return _cost_of(running, lambda: put_load(running.port, path, seconds, headers, status))


def _cost_of(running: Server, load: Callable[[], Load]) -> Speed:
    before = running.cpu_seconds()
    done = load()
    return Speed(done.per_second, (running.cpu_seconds() - before) * 1000 / done.requests)


def heading(options: argparse.Namespace) -> list[str]:
    """When, on what, with which versions."""
    packages = ", ".join(
        f"{name} {version(name)}" for name in ("Django", "gunicorn", "WhiteNoise", "WeasyPrint")
    )
    database = "PostgreSQL" if options.database_url else f"SQLite {sqlite3.sqlite_version}"
    return [
        "# What the portal costs",
        "",
        f"`benchmarks/run --seconds {options.seconds:g} --scale {options.scale}`,"
        f" {datetime.datetime.now(tz=datetime.UTC):%Y-%m-%d}, {_processor()} × {os.cpu_count()};"
        f" Python {platform.python_version()}, {packages}, {database}; load by {generator()} over loopback,"
        " which takes part of the same processors: CPU for each request is the steady figure,"
        " requests a second are not.",
    ]


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    return next(
        (line.partition(": ")[2] for line in lines if line.startswith("model name")), platform.machine()
    )


def table(figures: Figures) -> list[str]:
    """One line a page, as Markdown."""
    rows = []
    for name, cost in figures.costs.items():
        served = figures.served.get(name)
        rows.append([name, *_served_cells(served), *_cost_cells(cost, served)])
    if figures.served:
        hello = min((served.hello for served in figures.served.values()), key=lambda speed: speed.cpu_ms)
        rows.insert(0, ["bare view", "", *_speed_cells(hello, hello), "", "", "", "0", "", "", "", ""])
    heads = ["page", "rendered CPU ms", "req/s", "CPU ms", "× bare", "304 req/s", "304 CPU ms", "304 × bare"]
    heads += ["queries", "304 queries", "bytes", "gzipped", "first view"]
    return markdown(heads, rows)


def _speed_cells(speed: Speed, hello: Speed) -> list[str]:
    return [f"{speed.per_second:,.0f}", f"{speed.cpu_ms:.2f}", f"{speed.cpu_ms / hello.cpu_ms:.1f}"]


def _served_cells(served: Served | None) -> list[str]:
    if served is None:
        return [""] * 7
    return [
        f"{served.rendered.cpu_ms:.2f}",
        *_speed_cells(served.again, served.hello),
        *_speed_cells(served.unchanged, served.hello),
    ]


def _cost_cells(cost: Cost, served: Served | None) -> list[str]:
    view = served.first_view_bytes if served else None
    return [
        str(cost.queries),
        str(cost.queries_304),
        f"{cost.raw_bytes:,}",
        f"{cost.gzip_bytes:,}",
        "" if view is None else f"{view:,}",
    ]


def markdown(heads: list[str], rows: Iterable[list[str]]) -> list[str]:
    rule = ["---"] + ["---:"] * (len(heads) - 1)
    return ["| " + " | ".join(row) + " |" for row in [heads, rule, *rows]]


def targets(figures: Figures) -> list[str]:
    """What the portal promises beside what was measured."""
    pages = {name: figures.served[name] for name, cost in figures.costs.items() if cost.is_html}
    html = [cost.gzip_bytes for cost in figures.costs.values() if cost.is_html]
    views = [page.first_view_bytes for page in pages.values() if page.first_view_bytes is not None]
    rows = [
        _target(
            "a page answered 304, times the bare view",
            max(page.unchanged_to_hello for page in pages.values()),
            MOST_304_TO_HELLO,
        ),
        _target("HTML of a page, gzipped bytes", max(html), MOST_HTML_GZIP_BYTES),
        _target("a calendar printed again, CPU ms", figures.paper.kept, MOST_KEPT_PAPER_MS),
    ]
    if "program" in pages:
        rows.append(
            _target(
                "a program's page rendered, CPU ms", pages["program"].rendered.cpu_ms, MOST_PROGRAM_CPU_MS
            )
        )
    rows += [_target(*each) for each in papers_targets(figures.papers)]
    if views:
        rows.append(_target("first view of a page, bytes", max(views), MOST_FIRST_VIEW_BYTES))
    cold, warm = figures.paper.cold, figures.paper.warm
    paper = f"Calendar as PDF, CPU: {cold:,.0f} ms a process's first, {warm:,.0f} ms the next."
    return [*markdown(["the worst of", "measured", "at most", ""], rows), "", paper]


def _target(name: str, measured: float, most: float) -> list[str]:
    shown = f"{measured:,.0f}" if most > 100 else f"{measured:.2f}"
    return [name, shown, f"{most:,.0f}", "kept" if measured <= most else "missed"]


if __name__ == "__main__":
    main()
