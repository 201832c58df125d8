"""The pages that are measured, and what they cost inside one process: queries, bytes, paper."""

from __future__ import annotations

import gzip
import time
from collections.abc import Callable
from dataclasses import dataclass

from django.core.cache import caches
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from portal.pdf import press, render

HELLO = "/ar/hello/"
PAPER = "/ar/m/nefta/programs/2022/calendar.pdf"
# The real documents that every seeded portal has, so that figures can be compared from one day to another.
PAGES = {
    "home": "/ar/",
    "municipality": "/ar/m/nefta/",
    "program": "/ar/m/nefta/programs/2022/",
    "calendar.ics": "/ar/m/nefta/programs/2022/calendar.ics",
    "calendar.pdf": PAPER,
    "plan": "/ar/m/kenitra/plans/openness/",
    "project": "/ar/m/kenitra/plans/openness/projects/1/",
    "sheet.pdf": "/ar/m/kenitra/plans/openness/projects/1/sheet.pdf",
    # With 500 contributions, half of them answered; only at the scale of a country.
    "consultation": "/ar/m/commune-tn-1/consultations/1/",
}


@dataclass(frozen=True, slots=True)
class Cost:
    """What one page takes, whatever the machine."""

    queries: int
    queries_304: int
    raw_bytes: int
    gzip_bytes: int
    """As the server sent it, or what a compressing proxy would make of it."""
    is_html: bool


@dataclass(frozen=True, slots=True)
class PaperCost:
    """Milliseconds of CPU to print a calendar: a process's first, a further one, one kept from before."""

    cold: float
    warm: float
    kept: float


def page_costs() -> dict[str, Cost]:
    """The cost of each page that is there, by its name."""
    costs = {name: page_cost(path) for name, path in PAGES.items()}
    return {name: cost for name, cost in costs.items() if cost is not None}


def page_cost(path: str) -> Cost | None:
    """What a page costs, or ``None`` where there is no such page."""
    client = Client(headers={"host": "127.0.0.1", "accept-encoding": "gzip"})
    first = client.get(path)  # fills the caches of a process that has just started
    if first.status_code != 200:
        return None
    new = {"n": time.monotonic_ns()}  # a page that nobody asked for before
    with CaptureQueriesContext(connection) as queries:
        response = client.get(path, new)
    with CaptureQueriesContext(connection) as queries_304:
        again = client.get(path, new, headers={"if-none-match": response["ETag"]})
    if again.status_code != 304:
        raise RuntimeError(f"{path} was rendered although nothing had changed")
    is_compressed = response.get("Content-Encoding") == "gzip"
    raw = gzip.decompress(response.content) if is_compressed else response.content
    return Cost(
        queries=len(queries),
        queries_304=len(queries_304),
        raw_bytes=len(raw),
        gzip_bytes=len(response.content if is_compressed else gzip.compress(raw, compresslevel=6)),
        is_html=response["Content-Type"].startswith("text/html"),
    )


def calendar_paths() -> list[str]:
    """Twenty calendars to print, of towns that no other figure is about."""
    from programs.models import Program

    programs = Program.objects.published().select_related("municipality").exclude(municipality__slug="nefta")
    return [
        f"/ar/m/{program.municipality.slug}/programs/{program.year}/calendar.pdf"
        for program in programs.order_by("pk")[:20]
    ]


def paper_cost() -> PaperCost:
    """What the calendar of 19 tasks costs on paper. Must come before anything else was printed.

    It is set in this process instead of the press, so that its CPU is counted.
    """
    from portal.papers import pages  # it has models, which are there once the settings are

    pages.render_pdf = render.render_pdf
    client = Client(headers={"host": "127.0.0.1"})

    def print_it() -> None:
        response = client.get(PAPER)
        if response.status_code != 200:
            raise RuntimeError(f"{PAPER} answered {response.status_code}")

    client.get("/ar/")
    caches["pdf"].clear()
    cold = cpu_ms(print_it)
    caches["pdf"].clear()
    warm, kept = cpu_ms(print_it), min(cpu_ms(print_it) for _ in range(5))
    pages.render_pdf = press.render_pdf
    return PaperCost(cold=cold, warm=warm, kept=kept)


def cpu_ms(act: Callable[[], None]) -> float:
    """Milliseconds of CPU that this process spends on an act, in all its threads."""
    before = time.process_time()
    act()
    return (time.process_time() - before) * 1000
