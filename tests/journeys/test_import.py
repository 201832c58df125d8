"""A clerk's own file becomes a public calendar, in a browser, with and without scripts."""

from __future__ import annotations

from pathlib import Path

import pytest

from programs.models import Program, Task
from tests.calendar_files import as_docx
from tests.journeys.conftest import EACH_LANGUAGE_AND_WIDTH, Reader, sign_in

pytestmark = pytest.mark.django_db(transaction=True)

SOURCE = Path(__file__).resolve().parents[2] / "demo" / "sources" / "nefta-2022-calendar.txt"
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def nefta_in_word(old: str = "", new: str = "") -> bytes:
    """The calendar of Nefta as a table of a Word file, its last rows turned round as in the source."""
    text = SOURCE.read_text(encoding="utf-8")
    title, *rows = [line for line in (text.replace(old, new) if old else text).splitlines() if line.strip()]
    return as_docx([[row.split("\t") for row in rows]], titles=[title])


@pytest.fixture
def publisher(demo) -> str:
    """Somebody of the fictional municipality, which has no calendar of 2022 yet."""
    Program.objects.filter(municipality__slug="exemple", year=2022).delete()
    return "publisher@exemple.example"


@pytest.fixture(params=[True, False], ids=["scripts", "no scripts"])
def clerk(request, browser, live_server):
    context = browser.new_context(
        viewport={"width": 1280, "height": 900}, locale="ar", java_script_enabled=request.param
    )
    context.set_default_timeout(20_000)
    yield Reader(context.new_page(), live_server.url)
    context.close()


def hand_in(reader: Reader, language: str, content: bytes, name: str = "رزنامة.docx") -> None:
    reader.open(f"/{language}/m/exemple/staff/")
    reader.page.click("a[href$='/staff/programs/import/']")
    reader.page.set_input_files("#id_file", {"name": name, "mimeType": WORD, "buffer": content})
    reader.page.click("form.m-form .btn-primary")


@pytest.mark.parametrize("language", ["ar", "fr"])
def test_a_word_file_becomes_a_public_calendar(publisher, clerk, language):
    page = clerk.page
    sign_in(clerk, publisher)
    hand_in(clerk, language, nefta_in_word())
    page.wait_for_selector(".m-confirm")
    assert page.locator(".m-grid--edit td.k").count() == 19
    assert page.locator(".m-warn").count() >= 3
    assert not Program.objects.filter(municipality__slug="exemple", year=2022).exists()
    page.fill("[name=task-0-title]", "تكوين الخلية، كما صُحّح")
    page.check("[name=publish]")
    page.click("[name=save]")
    page.wait_for_url("**/programs/2022/preview/")
    assert page.locator(".m-note--ok").count() == 1
    program = Program.objects.get(municipality__slug="exemple", year=2022)
    assert Task.objects.filter(phase__program=program).count() == 19
    for public in ("ar", "fr"):
        assert clerk.open(f"/{public}/m/exemple/programs/2022/") == 200
        assert "تكوين الخلية، كما صُحّح" in page.locator("#task-1-1").inner_text()
        assert page.locator(".m-task").count() == 19
    assert clerk.complaints == []


def faults(reader: Reader, state: str) -> list[str]:
    found = [f"{state}: {barrier}" for barrier in reader.barriers()]
    if reader.overflow() > 0:
        found.append(f"{state}: {reader.overflow()} px wider than the screen")
    return found


@EACH_LANGUAGE_AND_WIDTH
def test_no_state_of_the_screen_has_a_barrier(publisher, reader, language, width):
    page = reader.page
    page.set_viewport_size({"width": width, "height": 900})
    sign_in(reader, publisher)
    found = []
    hand_in(reader, language, "كلام بلا جدول".encode(), "كلام.txt")
    page.wait_for_selector(".m-errors")
    found += faults(reader, "a file that is refused")
    hand_in(reader, language, nefta_in_word())
    page.wait_for_selector(".m-confirm")
    found += faults(reader, "the preview")
    page.fill("[name=task-1-title]", "")
    page.fill("[name=task-2-session_date]", "2021/02/31")
    page.click("[name=save]")
    page.wait_for_selector(".m-errors")
    found += faults(reader, "bad cells")
    page.fill("[name=task-1-title]", "عمل")
    page.fill("[name=task-2-session_date]", "2021/10/21")
    page.click("[name=save]")
    page.wait_for_url("**/programs/2022/preview/")
    found += faults(reader, "the saved program")
    Task.objects.filter(phase__program__municipality__slug="exemple", phase__number=4).update(
        session_date="2021-11-20"
    )
    hand_in(reader, language, nefta_in_word("2021/11/13", "2021/11/14"))
    page.wait_for_selector(".is-clash")
    found += faults(reader, "the differences")
    assert found == []
    assert reader.complaints == []
