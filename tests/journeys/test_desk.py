"""The staff's day in a browser: no barrier in any of its states, and a year begun from the last."""

from __future__ import annotations

import datetime
import uuid

import pytest

from portal.accounts.models import User
from portal.audit.log import record
from portal.municipalities.models import Municipality
from programs.models import Program, Status, Task
from tests.journeys.conftest import EACH_LANGUAGE_AND_WIDTH, Reader, sign_in

pytestmark = pytest.mark.django_db(transaction=True)

DESK = "m/exemple/staff/"
STATES = [
    DESK,
    f"{DESK}?own",
    f"{DESK}?responsible=nobody",
    f"{DESK}programs/new/",
    f"{DESK}journal/",
    f"{DESK}journal/?since=2026/02/01&until=2026/01/01",
    f"{DESK}journal/?name=nothing",
    f"{DESK}programs/2027/history/",
]


@pytest.fixture
def manager(demo) -> User:
    """Somebody whom a late task names, and who changed several tasks at once."""
    person = User.objects.get(email="manager@exemple.example")
    tasks = Task.objects.filter(phase__program__year=2027)
    Task.objects.filter(pk=tasks.filter(done=False).first().pk).update(responsible=person.email)
    batch, municipality = uuid.uuid4(), Municipality.objects.get(slug="exemple")
    for task in tasks[:5]:
        changes = {"session_date": (task.session_date, datetime.date(2027, 1, 4)), "done": (None, True)}
        record(
            actor=person,
            action="task.edited",
            obj=task,
            municipality=municipality,
            changes=changes,
            batch=batch,
        )
    return person


def _faults(reader: Reader) -> list[str]:
    wide = reader.overflow()
    return reader.barriers() + ([f"{wide} px too wide"] if wide > 0 else [])


def _complaints(reader: Reader) -> list[str]:
    """What the browser complained of, but for Bootstrap's own drawings in selects and radio buttons.

    The theme replaces them; now and then the browser reckons styles between the two style sheets, and says
    that it fetched none of them.
    """
    return [text for text in reader.complaints if "'data:image/svg+xml" not in text]


@EACH_LANGUAGE_AND_WIDTH
def test_no_barrier_in_any_state(manager, reader, language, width):
    reader.page.set_viewport_size({"width": width, "height": 900})
    sign_in(reader, manager.email)
    faults = {}
    for path in STATES:
        assert reader.open(f"/{language}/{path}") == 200
        faults[path] = _faults(reader)
    reader.open(f"/{language}/{DESK}programs/new/")
    reader.page.fill("#id_year", "2027")
    reader.page.check("#origin-model")
    with reader.page.expect_navigation():
        reader.page.click("main form [type=submit]")
    assert reader.page.locator(".m-errors a").count() == 2
    faults["refused"] = _faults(reader)
    Program.objects.update(status=Status.CLOSED)
    reader.open(f"/{language}/{DESK}")
    faults["nothing runs"] = _faults(reader)
    assert {path: found for path, found in faults.items() if found} == {}
    assert _complaints(reader) == []


@pytest.fixture
def clerk(browser, live_server):
    """Somebody whose browser runs no scripts."""
    context = browser.new_context(java_script_enabled=False, viewport={"width": 1280, "height": 900})
    context.set_default_timeout(20_000)
    yield Reader(context.new_page(), live_server.url)
    context.close()


def _dates(year: int) -> list[datetime.date | None]:
    tasks = Task.objects.filter(phase__program__year=year, phase__program__municipality__slug="exemple")
    return [task.session_date for task in tasks.order_by("phase__number", "number")]


@pytest.mark.parametrize("language", ["ar", "fr"])
def test_a_year_begun_from_the_last_without_scripts(manager, clerk, language):
    sign_in(clerk, manager.email)
    clerk.open(f"/{language}/{DESK}")
    clerk.page.click(f"main a[href$='/{DESK}programs/new/']")
    source = Program.objects.get(year=2027, municipality__slug="exemple")
    clerk.page.fill("#id_year", "2029")
    clerk.page.select_option("#id_source", str(source.pk))
    clerk.page.click("main form [type=submit]")
    clerk.page.wait_for_url(f"**/{DESK}programs/2029/")
    two_years = datetime.timedelta(weeks=104)
    assert _dates(2029) == [date and date + two_years for date in _dates(2027)]
    assert any(_dates(2029))
