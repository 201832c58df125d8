"""A program from its diagnosis to its approval: every station by its own form, in Arabic and in French."""

from __future__ import annotations

import datetime

import pytest
from django.test import Client
from playwright.sync_api import expect

from portal.meetings.models import Meeting
from programs.models import CardStage, Envelope, InfrastructureLine, Program, ProjectCard, Task
from programs.services.drafting import draft_from_method
from tests import factories
from tests.journeys.conftest import Reader

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def program(transactional_db) -> Program:
    """A draft whose deciding body meets today, in a municipality of two zones."""
    town = factories.MunicipalityFactory(slug="wadi", country="TN", population=9000)
    for number in (1, 2):
        factories.ZoneFactory(municipality=town, number=number)
    factories.DecidingBodyFactory(municipality=town)
    today = town.today()
    return draft_from_method(municipality=town, year=today.year + 1, approval_date=today, actor=None)


@pytest.fixture
def clerk(program, browser, live_server):
    person = factories.MembershipFactory(municipality=program.municipality, role="publisher").user
    client = Client()
    client.force_login(person)
    context = browser.new_context(viewport={"width": 1280, "height": 900}, locale="ar")
    context.set_default_timeout(20_000)
    context.add_cookies(
        [{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": live_server.url}]
    )
    yield Reader(context.new_page(), live_server.url)
    context.close()


def task(program: Program, code: str) -> Task:
    phase, number = code.split(".")
    return Task.objects.get(phase__program=program, phase__number=phase, number=number)


def fill(clerk: Reader, values: dict[str, str]) -> None:
    for name, value in values.items():
        clerk.page.fill(f"main [name={name}]", value)


def send(clerk: Reader, button: str) -> None:
    """Press a button that sends its form; what comes back refuses nothing."""
    with clerk.page.expect_navigation():
        clerk.page.click(f"main {button}")
    assert clerk.page.locator(".m-errors, .m-note--err").all_inner_texts() == []


def diagnose(clerk: Reader, program: Program, desk: str) -> None:
    clerk.open(f"{desk}infrastructure/")
    for zone, served in zip(program.municipality.zones.order_by("number"), ("4,5", "9"), strict=True):
        name = f"network-{zone.pk}-paving"
        fill(clerk, {f"{name}-served": served, f"{name}-total": "10"})
    assert clerk.barriers() == []
    send(clerk, "form .btn-primary[type=submit]")
    lines = InfrastructureLine.objects.filter(program=program).order_by("zone__number")
    assert [(float(line.served), float(line.total)) for line in lines] == [(4.5, 10), (9, 10)]


def publish(clerk: Reader, program: Program, desk: str) -> None:
    clerk.open(f"{desk}publish/")
    send(clerk, "form:has([name=step][value=publish]) button")
    program.refresh_from_db()
    assert program.is_public


def share_out(clerk: Reader, program: Program, desk: str) -> None:
    """The zone that has the least gets the most."""
    clerk.open(f"{desk}money/")
    for name, amount in [("total", "100 000"), ("category_roads", "100 000")]:
        clerk.page.fill(f"#id_{name}", amount)
    for zone, amount in zip(clerk.page.locator("[id^=id_zone_]").all(), ("70 000", "30 000"), strict=True):
        zone.fill(amount)
    assert clerk.barriers() == []
    send(clerk, "button.btn-primary[type=submit]")
    assert Envelope.objects.get(program=program).total == 100_000


def propose(clerk: Reader, program: Program, desk: str) -> ProjectCard:
    clerk.open(f"{desk}projects/new/")
    fill(clerk, {"title_ar": "تعبيد نهجين", "title_fr": "Pavage de deux rues", "cost": "60 000"})
    clerk.page.fill("#id_fund_own", "60 000")
    clerk.page.select_option("#id_category", "roads")
    clerk.page.select_option("#id_zone", index=1)
    send(clerk, ".m-form .btn-primary")
    send(clerk, "button[value=prepare]")
    return ProjectCard.objects.get(program=program)


def hold_session(clerk: Reader, program: Program, language: str) -> Meeting:
    """Planned, announced, held, told in minutes, and linked to its task, which is then done."""
    desk, general = f"/{language}/m/wadi/staff/", task(program, "4.1")
    clerk.open(f"{desk}meetings/new/")
    told = {"title_ar": "الجلسة العامة الأولى", "title_fr": "Première réunion", "place_ar": "القاعة"}
    fill(clerk, {**told, "date": f"{general.session_date:%Y/%m/%d}", "starts_at": "10:00"})
    send(clerk, "form.m-form .btn-primary")
    send(clerk, "[value=publish]")
    send(clerk, "[name=held][value=yes]")
    with clerk.page.expect_navigation():
        clerk.page.click("main a[href$='/minutes/']")
    fill(clerk, {"total": "42", "women": "17", "young": "9", "outcome_ar": "يُضاف نهج ثالث"})
    assert clerk.barriers() == []
    send(clerk, "form.m-form .btn-primary")
    send(clerk, "[value=publish-minutes]")
    meeting = Meeting.objects.of(program.municipality).get(is_public=True, minutes__is_public=True)
    clerk.open(f"{desk}programs/{program.year}/tasks/{general.pk}/")
    clerk.page.select_option("#meeting", str(meeting.pk))
    send(clerk, "button[name=act][value=link]")
    send(clerk, "button[name=act][value=done]")
    assert task(program, "4.1").done is True
    return meeting


def update(clerk: Reader, card: ProjectCard, desk: str) -> None:
    """What the session asked for enters the card, with its reason; then it belongs to the program."""
    clerk.open(f"{desk}projects/{card.number}/")
    send(clerk, "button[value=update]")
    clerk.page.fill("#id_title_ar", "تعبيد ثلاثة أنهج")
    clerk.page.fill("#id_cost", "70 000")
    clerk.page.fill("#id_fund_own", "70 000")
    clerk.page.fill(".m-cols__main [name=reason]", "طلب الجلسة العامة")
    assert clerk.barriers() == []
    send(clerk, ".m-cols__main .btn-primary")
    send(clerk, "button[value=retain]")
    card.refresh_from_db()
    assert (card.stage, card.cost) == (CardStage.IN_PROGRAM, 70_000)


def plan(clerk: Reader, card: ProjectCard, desk: str) -> None:
    clerk.open(f"{desk}projects/{card.number}/schedule/")
    clerk.page.fill("[name=step-new0-title_ar]", "الأشغال")
    for name, month in [("starts_on", "02"), ("ends_on", "04")]:
        clerk.page.select_option(f"[name=step-new0-{name}]", f"{card.program.year}-{month}")
    with clerk.page.expect_navigation():
        clerk.page.press("[name=step-new0-title_ar]", "Enter")
    assert card.steps.get().ends_on == datetime.date(card.program.year, 4, 30)


def approve(clerk: Reader, program: Program, desk: str) -> None:
    clerk.open(f"{desk}publish/")
    fill(clerk, {"approved_on": f"{program.municipality.today():%Y/%m/%d}", "deliberation": "7/26"})
    assert clerk.barriers() == []
    send(clerk, "form:has([name=step][value=approve]) button")
    program.refresh_from_db()
    assert (program.status, program.deliberation) == ("approved", "7/26")


@pytest.mark.parametrize("language", ["ar", "fr"])
def test_from_the_diagnosis_to_the_approval(program, clerk, language):
    desk = f"/{language}/m/wadi/staff/programs/{program.year}/"
    diagnose(clerk, program, desk)
    publish(clerk, program, desk)
    share_out(clerk, program, desk)
    card = propose(clerk, program, desk)
    meeting = hold_session(clerk, program, language)
    update(clerk, card, desk)
    plan(clerk, card, desk)
    approve(clerk, program, desk)

    own = f"/{language}/m/wadi/programs/{program.year}/"
    shown = {
        own: "7/26",
        f"{own}diagnosis/": "55",
        f"{own}money/": "70",
        f"{own}projects/{card.number}/": "طلب الجلسة العامة",
        f"{own}schedule/": "الأشغال",
        f"/{language}/m/wadi/meetings/{meeting.pk}/": "يُضاف نهج ثالث",
    }
    for path, told in shown.items():
        assert clerk.open(path) == 200
        expect(clerk.page.locator("main")).to_contain_text(told)
        assert (path, clerk.barriers(), clerk.overflow()) == (path, [], 0)
    clerk.open(own)
    assert clerk.page.locator("#task-4-1 a[href*='/meetings/']").count() == 1
    assert clerk.page.locator(f"a[href='{own}meetings.ics']").count() == 1
    assert clerk.complaints == []
