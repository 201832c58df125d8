"""A program's projects in a browser: from the zones' envelope to the provisional calendar."""

from __future__ import annotations

import datetime

import pytest

from portal.management.demo_projects import seed_projects
from programs.models import Envelope, InfrastructureLine, Network, Program, ProjectCard
from tests.journeys.conftest import EACH_LANGUAGE_AND_WIDTH, Reader, sign_in

pytestmark = pytest.mark.django_db(transaction=True)

PUBLIC = "m/exemple/programs"
DESK = "m/exemple/staff/programs"
# What test_every_page does not look at already.
PAGES = [
    *(f"{PUBLIC}/2026/{page}/" for page in ("projects", "money", "needs", "schedule")),
    f"{PUBLIC}/2027/projects/?category=lighting",
    f"{PUBLIC}/2027/projects/1/?version=1",
    f"{PUBLIC}/2027/projects/7/",
]
STAFF = [
    f"{DESK}/2027/projects/9/",
    *(f"{DESK}/{year}/{page}/" for year in (2026, 2028) for page in ("schedule", "money", "needs")),
    f"{DESK}/2027/needs/5/",
]


@pytest.fixture
def projects(demo) -> None:
    """The demo with its projects, and with a diagnosis to hold the zones' shares against."""
    programs = list(Program.objects.filter(municipality__slug="exemple").select_related("municipality"))
    for program in programs:
        seed_projects(program, program.municipality.today())
    for program in programs:
        for zone in program.municipality.zones.all():
            InfrastructureLine.objects.get_or_create(
                program=program, zone=zone, network=Network.PAVING, defaults={"total": 100, "served": 59}
            )


def _faults(reader: Reader, paths: list[str], language: str) -> list[str]:
    found = []
    for path in paths:
        status = reader.open(f"/{language}/{path}")
        faults = reader.barriers() + ([] if status == 200 else [f"status {status}"])
        if reader.overflow() > 0:
            faults.append(f"{reader.overflow()} px wider than the screen")
        if reader.page.locator("h1").count() != 1:
            faults.append("not exactly one h1")
        found += [f"/{language}/{path}: {fault}" for fault in faults]
    return found


@EACH_LANGUAGE_AND_WIDTH
def test_no_page_has_a_barrier(projects, reader, language, width):
    reader.page.set_viewport_size({"width": width, "height": 900})
    faults = _faults(reader, PAGES, language)
    sign_in(reader, "manager@exemple.example")
    assert faults + _faults(reader, STAFF, language) == []
    assert reader.complaints == []


def test_from_the_envelope_to_the_calendar(projects, reader):
    page = reader.page
    sign_in(reader, "editor@exemple.example")
    _share_out(reader)
    reader.open(f"/fr/{DESK}/2028/projects/new/")
    page.fill("#id_title_fr", "Pavage de la rue neuve")
    page.select_option("#id_category", "roads")
    page.select_option("#id_zone", index=1)
    page.fill("#id_cost", "84 000")
    page.fill("#id_fund_own", "83 000")
    # Enter in a field saves: it does not show the amounts in another unit.
    page.press("#id_fund_own", "Enter")
    assert page.locator(".m-errors li").count() == 1
    assert reader.barriers() == []
    page.fill("#id_fund_own", "84 000")
    page.click(".m-form .btn-primary")
    page.wait_for_selector(".m-note--ok")
    card = ProjectCard.objects.get(title_fr="Pavage de la rue neuve")
    for code in ("prepare", "update", "retain"):
        page.click(f"button[value={code}]")
        page.wait_for_selector(f"button[value={code}]", state="detached")
    card.refresh_from_db()
    assert (card.stage, card.versions.count()) == ("program", 3)
    _plan(reader, card)


def _share_out(reader: Reader) -> None:
    """The grid of the resources: refused while a sum is wrong, with what was typed still there."""
    page = reader.page
    reader.open(f"/fr/{DESK}/2028/money/")
    page.fill("#id_total", "1 000")
    page.fill("#id_category_roads", "1 000")
    zones = page.locator("[id^=id_zone_]")
    zones.nth(0).fill("600")
    zones.nth(1).fill("399,5")
    page.click("button.btn-primary[type=submit]")
    page.wait_for_selector(".m-errors")
    assert "0,500" in page.inner_text("#zone-sum")
    assert reader.barriers() == []
    assert not Envelope.objects.filter(program__year=2028).exists()
    zones.nth(1).fill("400")
    page.click("button.btn-primary[type=submit]")
    page.wait_for_selector(".m-note--ok")
    assert Envelope.objects.get(program__year=2028).total == 1000


def _plan(reader: Reader, card: ProjectCard) -> None:
    page = reader.page
    reader.open(f"/fr/{DESK}/2028/projects/{card.number}/schedule/")
    page.fill("[name=step-new0-title_fr]", "Travaux")
    page.select_option("[name=step-new0-starts_on]", "2028-02")
    page.select_option("[name=step-new0-ends_on]", "2028-04")
    page.press("[name=step-new0-title_fr]", "Enter")
    page.wait_for_selector(".m-note--ok")
    assert card.steps.get().ends_on == datetime.date(2028, 4, 30)
