"""A year at the desk: from last year's calendar to an approval, with scripts and without, in ar and fr."""

from __future__ import annotations

import datetime

import pytest
from django.test import Client
from playwright.sync_api import expect

from portal.municipalities.models import Municipality
from portal.publications.models import Publication
from programs.models import DelayRule, MovedDate, Program, Task
from tests import factories
from tests.journeys.conftest import Reader

pytestmark = pytest.mark.django_db(transaction=True)

PDF = b"%PDF-1.4\n%%EOF\n"


@pytest.fixture(params=[True, False], ids=["scripts", "no scripts"])
def clerk(request, demo, browser, live_server):
    """A publisher of Nefta, whose calendar of 2022 is the year before's."""
    nefta = Municipality.objects.get(slug="nefta")
    factories.DecidingBodyFactory(municipality=nefta)
    person = factories.MembershipFactory(municipality=nefta, role="publisher").user
    client = Client()
    client.force_login(person)
    context = browser.new_context(
        viewport={"width": 1280, "height": 900}, locale="ar", java_script_enabled=request.param
    )
    context.set_default_timeout(20_000)
    context.add_cookies(
        [{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}]
    )
    reader = Reader(context.new_page(), live_server.url)
    reader.has_scripts = request.param
    # A page that would be left with something unsaved asks: that is a complaint here.
    reader.page.on("dialog", lambda dialog: (reader.complaints.append(dialog.type), dialog.accept()))
    yield reader
    context.close()


def task(code: str) -> Task:
    phase, number = code.split(".")
    return Task.objects.get(phase__program__year=2023, phase__number=phase, number=number)


def save(clerk: Reader) -> None:
    """What was typed into the sheet is stored: by itself, or by the button."""
    if clerk.has_scripts:
        clerk.page.evaluate("document.activeElement.blur()")
        expect(clerk.page.locator("#saving")).to_have_class("m-save m-save--ok")
    else:
        clerk.page.click("button.btn-primary[value=save]")
        expect(clerk.page.locator(".m-note--ok")).to_be_visible()


def barriers(clerk: Reader) -> list[str]:
    """Axe is a script: without scripts it would wait for ever."""
    return clerk.barriers() if clerk.has_scripts else []


def break_the_delay(clerk: Reader) -> None:
    """The session six days after the diagnosis is published: told, and saved with a reason only."""
    session, page = task("4.1"), clerk.page
    page.fill(f"#task-{session.pk}-session_date", "2022/11/07")
    if clerk.has_scripts:
        page.evaluate("document.activeElement.blur()")
    else:
        page.click("button.btn-primary[value=save]")
    expect(page.locator(f"#say-task-{session.pk}-session_date")).to_contain_text("07 أيام على الأقل")
    assert task("4.1").session_date == datetime.date(2022, 11, 12)
    page.fill(f"#reason-{session.pk}", "القاعة مشغولة")
    page.click("[data-reason]")
    expect(page.locator(f"#reason-{session.pk}")).to_have_count(0)
    assert task("4.1").session_date == datetime.date(2022, 11, 7)
    assert DelayRule.objects.get(program__year=2023).reason == "القاعة مشغولة"


def hand_in(clerk: Reader, language: str) -> None:
    document = task("1.1").expected_documents.get()
    clerk.open(f"/{language}/m/nefta/staff/programs/2023/tasks/{task('1.1').pk}/")
    here = clerk.page.locator(f"#document-{document.pk}")
    file = {"name": "مقرر.pdf", "mimeType": "application/pdf", "buffer": PDF}
    here.locator("input[type=file][multiple]").set_input_files([file])
    here.locator("form.m-form button").click()
    expect(here.get_by_text("مقرر.pdf").first).to_be_visible()
    assert document.files.get().name == "مقرر.pdf"


@pytest.mark.parametrize("language", ["ar", "fr"])
def test_a_year_at_the_desk(clerk, language):
    page, desk = clerk.page, f"/{language}/m/nefta/staff/"

    # The new year, from last year's: the same weekdays, nothing said.
    clerk.open(f"{desk}programs/new/")
    page.fill("#id_year", "2023")
    page.check("#origin-program")
    page.click("form.m-form button[type=submit]")
    page.wait_for_url(f"**{desk}programs/2023/")
    assert barriers(clerk) == []
    old = Task.objects.get(phase__program__year=2022, phase__number=1, number=1)
    assert task("1.1").session_date.weekday() == old.session_date.weekday()
    assert not Task.objects.filter(phase__program__year=2023).exclude(done=None).exists()

    # Dates in the grid; then the rule of seven days.
    page.fill(f"#task-{task('1.2').pk}-session_date", "18/10/2022")
    save(clerk)
    assert task("1.2").session_date == datetime.date(2022, 10, 18)
    break_the_delay(clerk)

    # Everybody reads it, with the reason.
    clerk.open(f"{desk}programs/2023/publish/")
    assert barriers(clerk) == []
    page.click("form:has([name=step][value=publish]) button")
    expect(page.locator(".m-note--ok")).to_be_visible()
    assert Program.objects.get(year=2023).is_public
    assert clerk.open(f"/{language}/m/nefta/programs/2023/") == 200
    expect(page.get_by_text("القاعة مشغولة")).to_be_visible()

    # A public date moves: struck through, with its reason.
    clerk.open(f"{desk}programs/2023/")
    moved = task("5.1")
    page.fill(f"#task-{moved.pk}-session_date", "2022/11/24")
    if clerk.has_scripts:
        page.evaluate("document.activeElement.blur()")
    else:
        page.click("button.btn-primary[value=save]")
    page.fill(f"#reason-{moved.pk}", "ملاحظات كثيرة")
    page.click("[data-reason]")
    expect(page.locator(f"#reason-{moved.pk}")).to_have_count(0)
    assert MovedDate.objects.get(task=moved).old_date == datetime.date(2022, 11, 23)
    clerk.open(f"/{language}/m/nefta/programs/2023/")
    expect(page.locator("#task-5-1 del")).to_be_visible()
    expect(page.locator("#task-5-1")).to_contain_text("ملاحظات كثيرة")

    # Evidence, and done.
    hand_in(clerk, language)
    clerk.open(f"{desk}programs/2023/")
    page.locator(f"#task-{task('1.1').pk}-done").select_option("yes")
    save(clerk)
    assert task("1.1").done is True

    # The approval; the register knows both.
    clerk.open(f"{desk}programs/2023/publish/")
    page.fill("#id_approved_on", "2022/11/29")
    page.fill("#id_deliberation", "12/2022")
    page.click("form:has([name=step][value=approve]) button")
    expect(page.locator(".m-note--ok")).to_be_visible()
    approved = Program.objects.get(year=2023)
    assert (approved.status, approved.deliberation) == ("approved", "12/2022")
    clerk.open(f"/{language}/m/nefta/programs/2023/")
    expect(page.locator("main")).to_contain_text("12/2022")
    acts = Publication.objects.of_object(approved).order_by("number")
    assert list(acts.values_list("act", flat=True)) == ["program.published", "program.approved"]
    # A question that is still under way when the page is left is no fault of the page.
    assert [said for said in clerk.complaints if not said.startswith("htmx:")] == []
