"""Nothing that the portal hands out for a spreadsheet is run by one."""

from __future__ import annotations

import csv
import io
import re
import shutil
import subprocess
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import openpyxl
import pytest
from django.core.management import call_command
from django.db import transaction
from django.test import Client, override_settings
from django.urls import reverse
from django.utils import timezone

from portal.accounts.models import User
from portal.exchange.formats import FORMATS
from portal.importing.inert import inert
from programs.views.exchanging import TABLES
from tests.house import permission_table
from tests.trust.corpus import FORMULAS
from tests.trust.planted import plant

OFFICE = shutil.which("soffice")
# What the name of a route tells of a table that leaves the portal.
_TABLE = re.compile(r"csv|xlsx|export|register-file|journal-file|dispatch-file")
_TOWN = "exemple"
# By the letters themselves, not by the portal's own rule: blanks, quotes and what nobody sees come first.
_SKIPPED = "'\" \u00a0\u3000"
_STARTS = "=+-@＝＋－＠"
_SEPARATORS = ",;\t"
# It has no truth values of its own: one of a workbook becomes one of these two, whatever stood there.
_OFFICE_FORMULA = re.compile(r'table:formula="(?!of:=(?:TRUE|FALSE)\(\)")')


@dataclass(frozen=True)
class Table:
    """One file that was handed out."""

    name: str
    content: bytes

    @property
    def is_book(self) -> bool:
        return self.content.startswith(b"PK")


@pytest.fixture(scope="module")
def handed_out(django_db_setup, django_db_blocker, tmp_path_factory) -> Iterator[None]:
    """The demo, seeded for this module and taken back after it."""
    place = tmp_path_factory.mktemp("exports")
    own_place = override_settings(DATA_DIR=place, MEDIA_ROOT=place / "files")
    with django_db_blocker.unblock(), own_place, transaction.atomic():
        call_command("seed_demo", stdout=io.StringIO())
        yield
        transaction.set_rollback(True)


def tables() -> list[Table]:
    """Every table of the demo in every format, as the people who may have it get it."""
    manager, platform = Client(), Client()
    manager.force_login(User.objects.get(email="manager@exemple.example"))
    platform.force_login(User.objects.get(email="admin@musharaka.example"))
    found = [_taken(manager, route, address) for route, address in _addresses()]
    for route in permission_table.routes():
        if route.startswith("admin:") and route.endswith("_export"):
            found += _of_admin(platform, route)
    return found


def _addresses() -> Iterator[tuple[str, str]]:
    for route in ("program-csv", "program-xlsx"):
        for year in (2026, 2027):
            yield route, reverse(route, kwargs={"slug": _TOWN, "year": year})
    for route in ("consultation-csv", "consultation-xlsx"):
        for number in (1, 3, 4):
            yield route, reverse(route, kwargs={"slug": _TOWN, "number": number})
    for table in TABLES:
        for format in ("csv", "xlsx"):
            where = {"slug": _TOWN, "year": 2027, "table": table, "format": format}
            yield "table-export", reverse("table-export", kwargs=where)
    for suffix in ("csv", "xlsx"):
        where = {"slug": _TOWN, "year": timezone.now().year, "suffix": suffix}
        yield "opinions-register-file", reverse("opinions-register-file", kwargs=where)
    yield "staff-journal-file", reverse("staff-journal-file", kwargs={"slug": _TOWN})


def _taken(client: Client, route: str, address: str) -> Table:
    response = client.get(address)
    if response.status_code == 405:
        response = client.post(address)
    assert response.status_code == 200, f"{address}: {response.status_code}"
    return Table(f"{route} {address}", response.getvalue())


def _of_admin(client: Client, route: str) -> Iterator[Table]:
    address = reverse(route)
    fields = re.findall(
        r'name="([^"]+)"[^>]*type="checkbox"|type="checkbox"[^>]*name="([^"]+)"', _page(client, address)
    )
    chosen = {name: "on" for pair in fields for name in pair if name}
    for number, format in enumerate(FORMATS):
        if format().get_title() in ("csv", "xlsx"):
            response = client.post(address, {"format": number, "resource": "0"} | chosen)
            assert "attachment" in response.headers.get("Content-Disposition", ""), address
            yield Table(f"{route} {format().get_title()}", response.getvalue())


def _page(client: Client, address: str) -> str:
    return client.get(address).content.decode()


def cells(table: Table) -> list[tuple[str, str]]:
    """The texts of a table with the type that a spreadsheet gives them: ``f`` is a formula."""
    if table.is_book:
        book = openpyxl.load_workbook(io.BytesIO(table.content))
        return [
            (cell.data_type, str(cell.value))
            for sheet in book.worksheets
            for row in sheet.iter_rows()
            for cell in row
            if cell.data_type in ("s", "f", "inlineStr") and cell.value is not None
        ]
    text = table.content.decode("utf-8-sig")
    # Each reader cuts by the separator of its own country, whatever the file was written with.
    return [
        ("s", cell)
        for separator in _SEPARATORS
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=separator)
        for cell in row
    ]


def is_run(kind: str, cell: str) -> bool:
    """Whether a spreadsheet may run a cell; an apostrophe in front keeps it from that."""
    if kind == "f":
        return True
    if cell.startswith("'"):
        return False
    seen = cell.lstrip(
        _SKIPPED + "".join({sign for sign in cell if unicodedata.category(sign) in ("Cf", "Zs", "Cc")})
    )
    return seen[:1] in tuple(_STARTS) if seen else cell[:1] in ("\t", "\r")


def hostile_cells(found: list[Table]) -> tuple[int, list[str]]:
    """How many texts there are, and those that would be run."""
    told = [(table.name, kind, cell) for table in found for kind, cell in cells(table)]
    return len(told), [f"{name}: {cell[:60]!a}" for name, kind, cell in told if is_run(kind, cell)]


def formulas_in_office(found: list[Table], place: Path) -> int:
    """How many cells LibreOffice takes for a formula, when somebody opens the files with it."""
    for number, table in enumerate(found):
        suffix = "xlsx" if table.is_book else "csv"
        (place / f"{number}.{suffix}").write_bytes(table.content)
    out = place / "out"
    files = sorted(place.glob("*.csv")) + sorted(place.glob("*.xlsx"))
    profile = f"-env:UserInstallation=file://{place}/profile"
    order = [OFFICE, "--headless", profile, "--convert-to", "fods", "--outdir"]
    opened = []
    for separator in _SEPARATORS:
        # By its own rules for the file's kind: separator, quote, UTF-8.
        kind = [f"--infilter=CSV:{ord(separator)},34,76"]
        told = [str(file) for file in files if file.suffix == ".csv"]
        there = out / str(ord(separator))
        subprocess.run([*order, str(there), *kind, *told], check=True, capture_output=True, timeout=600)
        opened += there.glob("*.fods")
    books = [str(file) for file in files if file.suffix == ".xlsx"]
    if books:
        subprocess.run([*order, str(out), *books], check=True, capture_output=True, timeout=600)
    opened += out.glob("*.fods")
    assert len(opened) == len(books) + len(_SEPARATORS) * (len(files) - len(books))
    return sum(len(_OFFICE_FORMULA.findall(file.read_text(encoding="utf-8"))) for file in opened)


def test_exports(trust, handed_out, db, settings, monkeypatch, triggers_off, tmp_path):
    check = trust(6, "No cell of an export is a formula", target="0 cells that a spreadsheet runs")
    settings.MEDIA_ROOT = settings.DATA_DIR / "files"
    turn = iter(range(10**9))

    def write(_label: str, _row: int, longest: int | None) -> str:
        return FORMULAS[next(turn) % len(FORMULAS)][:longest]

    planted = plant(write, triggers_off)
    found = tables()
    count, run = hostile_cells(found)
    office = ""
    in_office = 0
    if OFFICE:
        in_office = formulas_in_office(found, tmp_path)
        office = f", {in_office} formulas once LibreOffice opened them"
    csv_modules = ("programs.exports.csv_file", "portal.exchange.formats", "portal.audit.exporting")
    with monkeypatch.context() as broken:
        for module in csv_modules:
            broken.setattr(f"{module}.inert_in_csv", inert)
        _count, careless = hostile_cells(tables())
        check.catches("a file that is safe only if it is cut where it was written", len(careless) > 10)
    for module in csv_modules:
        monkeypatch.setattr(f"{module}.inert_in_csv", lambda cell: cell)
    monkeypatch.setattr("portal.exchange.formats.inert", lambda cell: cell)
    _count, careless = hostile_cells(tables())
    check.catches("an export that writes cells as they are", len(careless) > 100)
    known = {table.name.partition(" ")[0] for table in found}
    missed = {route for route in permission_table.routes() if _TABLE.search(route)} - known
    figure = (
        f"{len(run)} of {count} texts in {len(found)} files of {len(known)} routes, {len(planted)} columns"
        f" full of {len(FORMULAS)} formulas{office}; routes without a file: {sorted(missed) or 'none'}"
    )
    is_held = not run and not in_office and not missed and count > 5000
    check.holds(is_held, figure + "".join(f"\n    {each}" for each in run[:10]))


@pytest.mark.full(6)
def test_office_takes_a_bare_formula_for_one(tmp_path):
    """So that LibreOffice's silence above says something."""
    if not OFFICE:
        pytest.skip("no LibreOffice on this machine")
    bare = [Table("bare", b"a,b\r\n=1+1,x\r\n"), Table("guarded", b"a,b\r\n'=1+1,x\r\n")]
    # Once for each separator: a cell of a line without the sign is the whole line.
    assert formulas_in_office(bare, tmp_path) >= 1
