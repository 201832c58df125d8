"""What people come for, from the first click to the last, with and without scripts."""

import io

import pytest
from PIL import Image

from programs.models import Program, Task
from tests.journeys.conftest import Reader, sign_in

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def without_scripts(browser, live_server):
    context = browser.new_context(viewport={"width": 360, "height": 800}, java_script_enabled=False)
    context.set_default_timeout(15_000)
    yield Reader(context.new_page(), live_server.url)
    context.close()


@pytest.mark.parametrize(
    ("language", "words", "town", "day"),
    [("ar", "نفطه", "بلدية نفطة", "13 أكتوبر"), ("fr", "nefta", "Commune de Nefta", "13 octobre")],
)
def test_a_citizen_finds_the_calendar_without_scripts(demo, without_scripts, language, words, town, day):
    page = without_scripts.page
    without_scripts.open(f"/{language}/")
    page.fill("#q", words)
    page.click(".m-search button")
    page.get_by_role("link", name=town, exact=True).click()
    page.locator(".m-cols__main a[href*='/programs/2022/']").first.click()
    assert page.locator(".m-task").count() == 19
    assert day in page.locator("#task-1-1").inner_text()
    assert page.locator(".m-task--none").count() == 19
    assert page.locator(".m-task--late").count() == 0
    for ending, opening in [("calendar.pdf", b"%PDF-"), ("calendar.ics", b"BEGIN:VCALENDAR")]:
        link = page.locator(f"a[href$='{ending}']").first.get_attribute("href")
        answer = page.request.get(without_scripts.address + link)
        assert answer.ok
        assert answer.body().startswith(opening)


@pytest.mark.parametrize("language", ["ar", "fr"])
def test_a_reader_changes_the_language_and_stays_on_the_page(demo, reader, language):
    other = "fr" if language == "ar" else "ar"
    reader.open(f"/{language}/m/kenitra/plans/openness/projects/1/")
    reader.page.click(f".m-langs a[hreflang={other}]")
    assert reader.page.url.endswith(f"/{other}/m/kenitra/plans/openness/projects/1/")
    assert reader.page.get_attribute("html", "lang") == other
    assert "خلق مجلس محلي للشباب" in reader.page.locator(".m-chain").inner_text()


def test_staff_write_what_is_done_and_the_public_sees_it(demo, reader):
    """Sign in, state a task as done in the admin, publish nothing anew: the page shows it at once."""
    task = Task.objects.get(phase__program__municipality__slug="nefta", phase__number=1, number=1)
    page = reader.page
    page.set_viewport_size({"width": 1280, "height": 900})
    sign_in(reader, "editor@nefta.example")
    reader.open(f"/admin/programs/task/{task.pk}/change/")
    page.select_option("#id_done", "True")
    page.fill("#id_notes", "سُلّم المقرر يوم الجلسة")
    page.click("input[name=_save]")
    page.wait_for_url("**/admin/programs/task/**")
    reader.open("/ar/m/nefta/programs/2022/")
    row = page.locator("#task-1-1")
    assert "m-task--bare" in (row.get_attribute("class") or "")
    assert "سُلّم المقرر يوم الجلسة" in row.inner_text()
    assert "أُنجز 1 من 19 عملا" in page.locator("main").inner_text()


def test_a_draft_is_published_and_withdrawn(demo, reader, browser):
    program = Program.objects.get(municipality__slug="exemple", status="draft")
    public = f"/ar/m/exemple/programs/{program.year}/"
    page = reader.page
    page.set_viewport_size({"width": 1280, "height": 900})
    assert reader.open(public) == 404
    sign_in(reader, "publisher@exemple.example")
    for expected in (200, 404):
        reader.open(f"/admin/programs/program/{program.pk}/change/")
        page.locator("a[href*='transition'], button[formaction*='transition']").first.click()
        page.locator("main form [type=submit], #content form [type=submit]").first.click()
        page.wait_for_url("**/admin/programs/program/**")
        assert reader.open(public) == expected


def test_evidence_is_handed_in_and_offered(demo, reader):
    task = Task.objects.get(phase__program__municipality__slug="nefta", phase__number=1, number=1)
    document = task.expected_documents.get()
    picture = io.BytesIO()
    Image.new("RGB", (60, 40), "white").save(picture, "PNG")
    page = reader.page
    page.set_viewport_size({"width": 1280, "height": 900})
    sign_in(reader, "editor@nefta.example")
    reader.open(f"/admin/programs/expecteddocument/{document.pk}/change/")
    field = page.locator("input[type=file]").first
    field.set_input_files({"name": "مقرر.png", "mimeType": "image/png", "buffer": picture.getvalue()})
    page.locator("input[type=checkbox][name$=is_public]").first.check()
    page.click("input[name=_save]")
    page.wait_for_url("**/admin/programs/expecteddocument/**")
    reader.open("/ar/m/nefta/programs/2022/")
    link = page.locator("#task-1-1 .m-task__files a").get_attribute("href")
    answer = page.request.get(reader.address + link)
    assert answer.ok
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_the_next_date_leads_home(demo, reader):
    """The home page's next date is the fictional program's, and its link lands on that very task."""
    reader.open("/ar/")
    first = reader.page.locator("#dates a").first
    first.click()
    anchor = reader.page.url.split("#")[1]
    assert reader.page.locator(f"#{anchor}").count() == 1
    assert "m-task--next" in (reader.page.locator(f"#{anchor}").get_attribute("class") or "")
