"""A meeting from its first draft to its public minutes, in a browser without scripts."""

from __future__ import annotations

import datetime
import re

import pytest

from portal.meetings.models import Meeting
from portal.municipalities.models import Municipality
from tests.journeys.conftest import EACH_LANGUAGE_AND_WIDTH, Reader, sign_in

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def town(demo) -> Municipality:
    return Municipality.objects.get(slug="exemple")


@pytest.fixture
def clerk(browser, live_server):
    context = browser.new_context(
        viewport={"width": 1280, "height": 900}, locale="ar", java_script_enabled=False
    )
    context.set_default_timeout(20_000)
    yield Reader(context.new_page(), live_server.url)
    context.close()


@pytest.mark.parametrize("language", ["ar", "fr"])
def test_a_meeting_is_planned_published_held_and_minuted(town, clerk, language):
    Meeting.objects.of(town).delete()
    page, yesterday = clerk.page, town.today() - datetime.timedelta(days=1)
    sign_in(clerk, "publisher@exemple.example")
    clerk.open(f"/{language}/m/exemple/staff/meetings/")
    page.click("a[href$='/meetings/new/']")
    page.fill("[name=title_ar]", "الجلسة العامة الثالثة")
    page.fill("[name=date]", f"{yesterday:%Y/%m/%d}")
    page.fill("[name=starts_at]", "9h30")
    page.fill("[name=agenda-0-title_ar]", "الافتتاح")
    page.fill("[name=agenda-0-minutes]", "20")
    page.fill("[name=agenda-1-title_ar]", "النقاش")
    page.click("form.m-form .btn-primary")
    page.wait_for_url(re.compile(r"/staff/meetings/\d+/$"))
    page.click("[value=publish]")
    assert page.locator(".m-note--err").count() == 1
    page.click("a[href$='/edit/']")
    page.fill("[name=place_ar]", "القاعة الكبرى")
    page.click("form.m-form .btn-primary")
    page.click("[value=publish]")
    assert page.locator(".m-note--ok").count() == 1
    page.click("[name=held][value=yes]")
    page.click("a[href$='/minutes/']")
    for name, figure in [("total", "42"), ("women", "7"), ("young", "9")]:
        page.fill(f"[name={name}]", figure)
    page.locator("[name^=zone-][name$=-total]").first.fill("43")
    page.fill("[name=outcome_ar]", "اتُّفق على البطاقات")
    page.click("form.m-form .btn-primary")
    assert page.locator(".m-errors").count() == 1
    page.locator("[name^=zone-][name$=-total]").first.fill("30")
    page.click("form.m-form .btn-primary")
    page.click("[value=publish-minutes]")
    meeting = Meeting.objects.of(town).get()
    for public in ("ar", "fr"):
        assert clerk.open(f"/{public}/m/exemple/meetings/{meeting.pk}/") == 200
        shown = page.locator("main").inner_text()
        for told in ["القاعة الكبرى", "09:50", "اتُّفق على البطاقات", "16,6", "21,4"]:
            assert told in shown
    assert clerk.complaints == []


def faults(reader: Reader, path: str) -> list[str]:
    status = reader.open(path)
    found = [f"{path}: {barrier}" for barrier in reader.barriers()]
    found += [f"{path}: status {status}"] if status != 200 else []
    found += [f"{path}: not exactly one h1"] if reader.page.locator("h1").count() != 1 else []
    return found + ([f"{path}: wider than the screen"] if reader.overflow() > 0 else [])


@EACH_LANGUAGE_AND_WIDTH
def test_no_page_of_a_meeting_has_a_barrier(town, reader, language, width):
    held = Meeting.objects.of(town).get(minutes__isnull=False, kind="general")
    to_come = Meeting.objects.of(town).get(date__gt=town.today(), kind="general")
    reader.page.set_viewport_size({"width": width, "height": 900})
    base = f"/{language}/m/exemple"
    found = [fault for row in (held, to_come) for fault in faults(reader, f"{base}/meetings/{row.pk}/")]
    sign_in(reader, "manager@exemple.example")
    for row in (held, to_come):
        for page in ("", "edit/", "minutes/"):
            found += faults(reader, f"{base}/staff/meetings/{row.pk}/{page}")
    reader.page.fill("[name=total]", "x")
    reader.page.click("form.m-form .btn-primary")
    assert reader.page.locator(".m-errors").count() == 1
    assert [*found, *reader.barriers()] == []
    assert reader.complaints == []
