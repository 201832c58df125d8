"""The benchmark runs, says what it measured, and measures what is served."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from benchmarks import load, pages, report, server
from benchmarks.load import Load, UnexpectedAnswerError, read_wrk
from benchmarks.pages import HELLO, PAGES, Cost, PaperCost, page_costs
from benchmarks.report import Figures, Served, Speed, table, targets
from portal.management.commands.seed_demo import REAL_TOWNS, seed_real_town

PROJECT = Path(__file__).resolve().parents[2]
# Queries to render each page, or to find a paper that is kept; a page answered 304 asks one.
PINNED = {
    "home": 7,
    "municipality": 15,
    "program": 12,
    "calendar.ics": 10,
    "calendar.pdf": 12,
    "plan": 10,
    "project": 9,
    "sheet.pdf": 3,
}
# Only at the scale of a country: tests/consultations/test_periods_pages.py pins it.
AT_SCALE = {"consultation"}


@pytest.fixture
def real_towns(db, monkeypatch):
    """The two real documents, and paper that costs nothing."""
    for town in REAL_TOWNS:
        seed_real_town(town)
    monkeypatch.setattr("portal.papers.pages.render_pdf", lambda **_page: b"%PDF-1.7")


def cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.strip("|").split("|")]


def test_it_starts_without_settings():
    environment = {name: value for name, value in os.environ.items() if name != "DJANGO_SETTINGS_MODULE"}
    command = [sys.executable, "-m", "benchmarks.report", "--help"]
    done = subprocess.run(command, cwd=PROJECT, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert "--scale" in done.stdout


def test_the_printed_table_has_the_pinned_queries(real_towns):
    heads, _rule, *rows = map(cells, table(Figures({}, page_costs(), PaperCost(0, 0, 0))))
    printed = [dict(zip(heads, row, strict=True)) for row in rows]
    assert {row["page"]: int(row["queries"]) for row in printed} == PINNED
    assert {row["304 queries"] for row in printed} == {"1"}


def test_every_page_measured_is_pinned():
    assert PAGES.keys() == PINNED.keys() | AT_SCALE


def test_pages_are_small_in_bytes(real_towns):
    for name, cost in page_costs().items():
        assert cost.gzip_bytes < report.MOST_HTML_GZIP_BYTES, name
        assert cost.is_html == ("." not in name)


def test_a_page_that_is_not_there_is_left_out(db):
    assert page_costs().keys() == {"home"}


def test_a_page_that_is_never_answered_304_is_an_error(real_towns, monkeypatch):
    monkeypatch.setattr("portal.freshness.get_conditional_response", lambda *arguments, **named: None)
    with pytest.raises(RuntimeError, match="rendered although nothing had changed"):
        pages.page_cost("/ar/m/nefta/")


# --- the bare view -----------------------------------------------------------------------------------


def test_the_bare_view_exists_in_the_benchmark_alone(client, db, settings):
    assert client.get(HELLO).status_code == 404
    settings.ROOT_URLCONF = "benchmarks.urls"
    assert client.get(HELLO).content == b"hello"
    assert client.get("/ar/").status_code == 200


# --- the server --------------------------------------------------------------------------------------


def test_gunicorn_is_started_as_the_portal_starts_it():
    served = " ".join((PROJECT / "script/server").read_text().replace("\\\n", "").split())
    assert " ".join(server.GUNICORN) in served


def test_nobodys_database_is_filled(monkeypatch, tmp_path):
    monkeypatch.setenv("DATABASE_URL", "postgres://portal@/real")
    monkeypatch.setenv("DEBUG", "1")
    settings = server.environment(tmp_path)
    assert settings["DATA_DIR"] == str(tmp_path)
    assert not {"DATABASE_URL", "DEBUG"} & settings.keys()
    assert server.environment(tmp_path, "postgres://asked/for")["DATABASE_URL"] == "postgres://asked/for"


# --- the load ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("  8125 requests in 4.00s, 9.53MB read", Load(8125, 4.0)),
        ("  120 requests in 998.00ms, 1.00MB read", Load(120, 0.998)),
    ],
)
def test_what_wrk_prints_is_read(line, expected):
    assert read_wrk(f"Running 4s test\n{line}\nRequests/sec: 1\n") == expected


@pytest.mark.parametrize(
    "line", ["  Non-2xx or 3xx responses: 3", "  Socket errors: connect 8, read 0, write 0, timeout 0", ""]
)
def test_what_wrk_counts_as_failed_is_no_figure(line):
    requests = "  8125 requests in 4.00s, 9.53MB read\n" if line else ""
    with pytest.raises(UnexpectedAnswerError):
        read_wrk(f"{requests}{line}\n")


@pytest.mark.parametrize("tool", ["", "/usr/bin/wrk"])
def test_another_answer_than_the_one_to_measure_is_an_error(live_server, monkeypatch, tool):
    monkeypatch.setattr(load.shutil, "which", lambda name: tool)
    port = live_server.thread.port
    with pytest.raises(UnexpectedAnswerError, match="404 instead of 200"):
        load.put_load(port, "/ar/m/nowhere/", 0.1, {}, status=200)


def test_threads_ask_as_long_as_they_are_told(live_server, monkeypatch):
    monkeypatch.setattr(load.shutil, "which", lambda name: None)
    port = live_server.thread.port
    assert load.put_load(port, "/healthz", 0.1, {}, status=200).requests > 0
    assert load.put_new_load(port, "/healthz", 0.1).requests > 0


# --- the report --------------------------------------------------------------------------------------


def figures(*, unchanged=1.0, program=5.0, view=90_000, gzip_bytes=4_000, kept=3.0):
    """Figures that keep every promise, unless told otherwise; the bare view costs 0.6 ms."""
    served = Served(Speed(1000, 0.6), Speed(100, program), Speed(120, 4), Speed(900, unchanged), view)
    cost = Cost(queries=7, queries_304=1, raw_bytes=22_000, gzip_bytes=gzip_bytes, is_html=True)
    return Figures({"program": served}, {"program": cost}, PaperCost(cold=2000, warm=400, kept=kept))


def verdicts(measured: Figures) -> dict[str, str]:
    rows = [cells(line) for line in targets(measured) if line.startswith("|")][2:]
    return {row[0]: row[-1] for row in rows}


def test_what_is_promised_stands_beside_what_was_measured():
    assert set(verdicts(figures()).values()) == {"kept"}
    assert len(verdicts(figures())) == 5


@pytest.mark.parametrize(
    ("worse", "promise"),
    [
        ({"unchanged": 1.3}, "a page answered 304, times the bare view"),
        ({"program": 6.1}, "a program's page rendered, CPU ms"),
        ({"view": 120_001}, "first view of a page, bytes"),
        ({"gzip_bytes": 15_001}, "HTML of a page, gzipped bytes"),
        ({"kept": 10.1}, "a calendar printed again, CPU ms"),
    ],
)
def test_a_promise_that_was_missed_is_said(worse, promise):
    missed = [name for name, verdict in verdicts(figures(**worse)).items() if verdict == "missed"]
    assert missed == [promise]


def test_the_table_gives_costs_beside_the_bare_view():
    heads, _rule, bare, page = map(cells, table(figures()))
    row = dict(zip(heads, page, strict=True))
    assert (bare[0], row["page"]) == ("bare view", "program")
    assert (row["CPU ms"], row["× bare"], row["304 × bare"]) == ("4.00", "6.7", "1.7")
    assert row["first view"] == "90,000"


def test_without_a_browser_there_is_no_first_view():
    measured = figures(view=None)
    assert "first view of a page, bytes" not in verdicts(measured)
    assert cells(table(measured)[-1])[-1] == ""
