"""The diagnosis in a real browser: its pages without a barrier, its tables filled in without scripts."""

from __future__ import annotations

import pytest

from portal.management.demo_diagnosis import seed_diagnosis
from programs.models import BudgetLine, Coordination, Facility, InfrastructureLine, Program
from tests.journeys.conftest import EACH_LANGUAGE_AND_WIDTH, Reader, sign_in

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def program(demo) -> Program:
    program = Program.objects.select_related("municipality").get(
        municipality__slug="exemple", status="published"
    )
    seed_diagnosis(program)
    return program


def _faults(reader: Reader, path: str) -> list[str]:
    status = reader.open(path)
    faults = reader.barriers()
    if status != 200:
        faults.append(f"status {status}")
    if reader.page.locator("h1").count() != 1:
        faults.append("not exactly one h1")
    if reader.overflow() > 0:
        faults.append(f"{reader.overflow()} px wider than the screen")
    return [f"{path}: {fault}" for fault in faults]


@EACH_LANGUAGE_AND_WIDTH
def test_public_pages(program, reader, language, width):
    reader.page.set_viewport_size({"width": width, "height": 900})
    own = f"/{language}/m/exemple/programs/{program.year}"
    pages = [f"{own}/diagnosis/", f"{own}/preparation/", f"/{language}/m/exemple/zones/"]
    assert [fault for page in pages for fault in _faults(reader, page)] == []
    assert reader.complaints == []


@EACH_LANGUAGE_AND_WIDTH
def test_staff_pages(program, reader, language, width):
    reader.page.set_viewport_size({"width": width, "height": 900})
    sign_in(reader, "manager@exemple.example")
    desk = f"/{language}/m/exemple/staff"
    own = f"{desk}/programs/{program.year}"
    facility = Facility.objects.filter(program=program).first()
    letter = Coordination.objects.filter(program=program).first()
    tables = ["cell", "announcements", "infrastructure", "facilities", "budget", "recovery", "coordination"]
    pages = [f"{desk}/zones/", *(f"{own}/{table}/" for table in tables)]
    pages += [f"{own}/facilities/new/", f"{own}/facilities/{facility.pk}/", f"{own}/tables/facilities/"]
    pages += [f"{own}/coordination/new/", f"{own}/coordination/{letter.pk}/"]
    assert [fault for page in pages for fault in _faults(reader, page)] == []
    assert reader.complaints == []


def test_a_table_is_filled_in_by_keyboard_and_without_scripts(program, browser, live_server):
    context = browser.new_context(java_script_enabled=False, viewport={"width": 1280, "height": 900})
    reader = Reader(context.new_page(), live_server.url)
    sign_in(reader, "manager@exemple.example")
    reader.open(f"/fr/m/exemple/staff/programs/{program.year}/infrastructure/")
    zone = program.municipality.zones.get(number=4)
    total = reader.page.locator(f"[name=network-{zone.pk}-sewerage-total]")
    total.fill("900")
    reader.page.keyboard.press("Enter")
    beside = reader.page.locator(f"#id_network-{zone.pk}-sewerage-served_error")
    beside.wait_for()
    assert reader.page.locator(f"[name=network-{zone.pk}-sewerage-total]").input_value() == "900"
    reader.page.locator(f"[name=network-{zone.pk}-sewerage-served]").fill("450,5")
    reader.page.keyboard.press("Enter")
    reader.page.locator("[role=status] .m-note--ok").wait_for()
    line = InfrastructureLine.objects.get(zone=zone, network="sewerage")
    assert (line.total, float(line.served)) == (900, 450.5)
    reader.open(f"/fr/m/exemple/staff/programs/{program.year}/budget/")
    reader.page.locator("[name=expenses-new0-title_fr]").fill("Imprévus")
    reader.page.keyboard.press("Enter")
    reader.page.locator("[role=status] .m-note--ok").wait_for()
    assert BudgetLine.objects.filter(title_fr="Imprévus", program=program).count() == 1
    context.close()


def test_what_two_people_wrote_is_shown_and_chosen(program, reader):
    sign_in(reader, "manager@exemple.example")
    line = InfrastructureLine.objects.filter(program=program, network="paving").first()
    field = f"network-{line.zone_id}-paving-served"
    reader.open(f"/ar/m/exemple/staff/programs/{program.year}/infrastructure/")
    line.served = 6
    line.save()
    reader.page.fill(f"[name={field}]", "5")
    reader.page.click("main form .btn-primary[type=submit]")
    text = reader.page.locator(f"#id_{field}_error").inner_text()
    assert "6" in text
    assert "5" in text
    assert reader.barriers() == []
    reader.page.check(f"[name={field}-theirs]")
    reader.page.click("main form .btn-primary[type=submit]")
    reader.page.locator("[role=status] .m-note--ok").wait_for()
    line.refresh_from_db()
    assert line.served == 6
