"""Ten differently made files of one calendar: each is handed in and stands published, in both languages."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path

import pytest

from programs.models import Program
from tests.calendar_files import as_docx, as_html, as_text, as_xlsx
from tests.journeys.conftest import Reader, sign_in

pytestmark = pytest.mark.django_db(transaction=True)

PROJECT = Path(__file__).resolve().parents[2]
SOURCE = (PROJECT / "demo" / "sources" / "nefta-2022-calendar.txt").read_text(encoding="utf-8")
EXPECTED = json.loads((PROJECT / "tests/programs/expected/nefta-2022.json").read_text(encoding="utf-8"))
CODE = re.compile(r"^(\d)-(\d) ?")

TITLE, *_lines = [line for line in SOURCE.splitlines() if line.strip()]
AS_PRINTED = [line.split("\t") for line in _lines]
HEADS, *ROWS = AS_PRINTED
# The second half of the source runs backwards; most towns' own files do not.
TURNED = [HEADS] + [row if CODE.match(row[1]) else row[::-1] for row in ROWS]
PHASE_FIRST = [TURNED[0]] + [[row[0], CODE.sub(r"\2.\1 ", row[1]), *row[2:]] for row in TURNED[1:]]
HALVES = [TURNED[:13], TURNED[13:]]


def _shuffled(rows: list[list[str]]) -> list[list[str]]:
    return [[row[n] for n in (3, 1, 0, 4, 2, 5)] for row in rows]


FILES: dict[str, Callable[[], bytes]] = {
    "the source.txt": lambda: SOURCE.encode(),
    "semicolons.csv": lambda: as_text([TURNED], titles=[TITLE], delimiter=";", encoding="utf-8-sig"),
    "windows.csv": lambda: as_text([TURNED], titles=[TITLE], delimiter=",", encoding="cp1256", end="\r\n"),
    "utf16.txt": lambda: as_text([AS_PRINTED], titles=[TITLE], encoding="utf-16"),
    "dates.xlsx": lambda: as_xlsx([TURNED], titles=[TITLE, ""], merged=0, real_dates=True),
    "shuffled.xlsx": lambda: as_xlsx([_shuffled(TURNED)], titles=[TITLE]),
    "merged.docx": lambda: as_docx([TURNED], titles=["الجمهورية التونسية", TITLE], merged=0),
    "halves.docx": lambda: as_docx(HALVES, titles=[TITLE], between=["يتبع"]),
    "codes.docx": lambda: as_docx([PHASE_FIRST], titles=[TITLE], rtl=False),
    "page.html": lambda: as_html([TURNED], titles=[TITLE], merged=0, saved_page=True),
}


@pytest.fixture
def clerk(browser, live_server):
    context = browser.new_context(viewport={"width": 1280, "height": 900}, java_script_enabled=False)
    context.set_default_timeout(20_000)
    yield Reader(context.new_page(), live_server.url)
    context.close()


@pytest.mark.parametrize("name", FILES)
def test_a_file_becomes_the_same_public_calendar(demo, clerk, name):
    Program.objects.filter(municipality__slug="exemple", year=2022).delete()
    language = "ar" if list(FILES).index(name) % 2 else "fr"
    page = clerk.page
    sign_in(clerk, "publisher@exemple.example")
    clerk.open(f"/{language}/m/exemple/staff/programs/import/")
    page.set_input_files("#id_file", {"name": name, "mimeType": "", "buffer": FILES[name]()})
    page.fill("[name=year]", "2022")
    page.click("form.m-form .btn-primary")
    page.wait_for_selector(".m-confirm")
    page.check("[name=publish]")
    page.click("[name=save]")
    page.wait_for_url("**/programs/2022/preview/")
    assert _stored() == _expected()
    for public in ("ar", "fr"):
        assert clerk.open(f"/{public}/m/exemple/programs/2022/") == 200
        assert page.locator(".m-task").count() == 19
        assert "تكوين خلية إعداد برنامج الإستثمار لسنة 2022" in page.locator("#task-1-1").inner_text()


def _expected() -> list[tuple]:
    return [
        (
            phase["number"],
            phase["title"],
            task["number"],
            task["title"],
            task["session_date"],
            task["documents"],
        )
        for phase in EXPECTED["phases"]
        for task in phase["tasks"]
    ]


def _stored() -> list[tuple]:
    program = Program.objects.for_calendar_page().get(municipality__slug="exemple", year=2022)
    return [
        (
            phase.number,
            phase.title_ar,
            task.number,
            task.title_ar,
            task.session_date.isoformat(),
            [document.title_ar for document in task.listed_documents],
        )
        for phase in program.phases.all()
        for task in phase.tasks.all()
    ]
