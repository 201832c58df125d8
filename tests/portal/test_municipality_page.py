"""The first page of a municipality: what it published, and how it looks when it published nothing."""

import datetime
import re

import pytest
import time_machine

from consultations.models import ActionPlan, Project
from portal.audit.log import record
from portal.municipalities.models import Municipality
from programs.models import ExpectedDocument, Phase, Status, Task
from tests import factories

NOW = datetime.datetime(2021, 11, 9, 12, tzinfo=datetime.UTC)
TODAY = NOW.date()


@pytest.fixture(autouse=True)
def _on_a_fixed_day():
    with time_machine.travel(NOW, tick=False):
        yield


def read(client, slug="nefta", language="ar"):
    return client.get(f"/{language}/m/{slug}/").content.decode()


def program_of(municipality, year=2022, count=3, status=Status.PUBLISHED):
    """A program whose tasks are a day apart, the first of them today; nothing is stated of them."""
    program = factories.ProgramFactory(municipality=municipality, year=year, status=status)
    phase = Phase.objects.create(program=program, number=1, title_ar="مرحلة")
    tasks = Task.objects.bulk_create(
        Task(phase=phase, number=n + 1, title_ar=f"عمل {n}", session_date=TODAY + datetime.timedelta(days=n))
        for n in range(count)
    )
    ExpectedDocument.objects.bulk_create(ExpectedDocument(task=task, title_ar="صور") for task in tasks)
    return program


def plan_of(municipality, slug="openness", projects=0, status="published"):
    plan = ActionPlan.objects.create(
        municipality=municipality, slug=slug, title_ar="برنامج الانفتاح", title_fr="Plan", status=status
    )
    Project.objects.bulk_create(
        Project(plan=plan, number=n, title_ar=f"مشروع {n}") for n in range(1, projects + 1)
    )
    return plan


def links(page, name):
    return re.findall(rf'href="/[a-z]{{2}}/m/[\w-]+/{name}/([\w-]+)/"', page)


@pytest.mark.parametrize(("language", "direction"), [("ar", "rtl"), ("fr", "ltr"), ("en", "ltr")])
def test_it_reads_in_each_language(client, nefta, language, direction):
    program_of(nefta)
    plan_of(nefta)
    page = read(client, language=language)
    assert f'<html lang="{language}" dir="{direction}">' in page
    assert page.count("<h1") == 1
    assert ("نفطة" if language == "ar" else "Nefta") in page
    assert ("ولاية توزر" if language == "ar" else "Gouvernorat de Tozeur") in page


def test_an_empty_municipality_says_so(client, nefta):
    page = read(client)
    assert "m-empty" in page
    assert links(page, "programs") == links(page, "plans") == []
    assert "m-unsaid" in page  # its population is not stated


def test_drafts_are_nothing(client, nefta):
    program_of(nefta, status=Status.DRAFT)
    plan_of(nefta, status="draft")
    page = read(client)
    assert "m-empty" in page
    assert links(page, "programs") == links(page, "plans") == []


def test_a_program_alone(client, nefta):
    program_of(nefta, count=4)
    page = read(client)
    assert links(page, "programs") == ["2022"]
    assert "m-empty" not in page
    assert 'id="plans-h"' not in page
    assert re.findall(r'<time datetime="([\d-]+)"', page) == [f"2021-11-{day:02}" for day in range(9, 13)]


def test_a_plan_alone(client, kenitra):
    plan_of(kenitra, projects=3)
    page = read(client, "kenitra", "en")
    assert links(page, "plans") == ["openness"]
    assert "3 projects" in page
    assert "m-empty" not in page
    assert 'id="program-h"' not in page
    assert 'id="dates-h"' not in page


def test_several_programs_show_the_newest_and_list_all(client, nefta):
    for year in (2020, 2022, 2021):
        program_of(nefta, year=year)
    program_of(nefta, year=2024, status=Status.DRAFT)
    page = read(client)
    assert links(page, "programs") == ["2022", "2022", "2021", "2020"]
    heading = re.search(r'<h2 id="program-h"[^>]*>([^<]*)', page)
    assert heading
    assert "2022" in heading[1]


@pytest.mark.parametrize("status", [Status.APPROVED, Status.CLOSED])
def test_a_program_stays_public_after_its_approval(client, nefta, status):
    program_of(nefta, status=status)
    assert links(read(client), "programs") == ["2022"]


def test_the_next_dates_are_five_at_most_and_its_own(client, nefta, kenitra):
    program_of(nefta, count=9)
    program_of(kenitra, count=1)
    dates = re.findall(r'<time datetime="([\d-]+)"', read(client))
    assert dates == [f"2021-11-{day:02}" for day in range(9, 14)]
    assert "/m/kenitra/" not in read(client)


def test_every_task_has_its_tile(client, nefta):
    program_of(nefta, count=12)
    assert page_tiles(read(client)) == 12


def test_more_than_forty_tasks_make_a_bar(client, nefta):
    program = program_of(nefta, count=40)
    assert page_tiles(read(client)) == 40
    Task.objects.create(phase=program.phases.get(), number=41, title_ar="عمل", done=True)
    record(actor=None, action="row.added", obj=program, municipality=nefta)
    page = read(client)
    assert page_tiles(page) == 0
    assert '<progress value="1" max="41"' in page


def page_tiles(page):
    return sum(len(re.findall("<i[ >]", tiles)) for tiles in re.findall(r"m-tiles[^>]*>(.*?)</span>", page))


def test_population_and_zones(client, nefta):
    Municipality.objects.filter(pk=nefta.pk).update(population=23_490)
    factories.ZoneFactory.create_batch(6, municipality=nefta)
    page = read(client, language="fr")
    assert '<bdi dir="ltr">23\u202f490</bdi>' in page
    assert '<bdi dir="ltr">6</bdi>' in page
    assert "m-unsaid" not in page


def test_a_fictional_municipality_is_marked_on_each_of_its_pages(client, nefta):
    town = factories.MunicipalityFactory(
        slug="exemple", name_ar="المثال", name_fr="Exemple", is_fictional=True
    )
    program_of(town)
    plan_of(town, projects=1)
    for path in ("", "programs/2022/", "plans/openness/", "plans/openness/projects/1/"):
        page = client.get(f"/en/m/exemple/{path}").content.decode()
        assert "Fictional municipality" in page, path
        assert "Republic of Tunisia" not in page, path
    assert "Fictional municipality" not in read(client, language="en")


def test_hostile_names_are_shown_as_text(client, nefta):
    Municipality.objects.update(name_ar='"><script>x()</script>', territory_ar="<b>\u202e</b>")
    plan = plan_of(nefta)
    ActionPlan.objects.filter(pk=plan.pk).update(title_ar="<img src=x>")
    page = read(client)
    assert "<script" not in page
    assert "<img" not in page
    assert "&lt;script&gt;x()" in page


@pytest.mark.parametrize("slug", ["nowhere", "NEFTA", "nefta-", "0"])
@pytest.mark.parametrize("language", ["ar", "fr"])
def test_an_unknown_municipality_does_not_exist(client, nefta, slug, language):
    response = client.get(f"/{language}/m/{slug}/")
    assert response.status_code == 404
    assert f'<html lang="{language}"' in response.content.decode()


@pytest.mark.parametrize("count", [3, 300])
def test_the_number_of_queries_does_not_depend_on_what_is_published(
    client, nefta, count, django_assert_num_queries
):
    for year in range(2000, 2000 + min(count, 60)):
        factories.ProgramFactory(municipality=nefta, year=year, published=True)
    program_of(nefta, year=2099, count=count)
    for number in range(count):
        plan_of(nefta, slug=f"plan-{number}", projects=1)
    with django_assert_num_queries(15):
        page = read(client)
    assert len(set(links(page, "plans"))) == count
    assert len(set(links(page, "programs"))) == min(count, 60) + 1


def test_nothing_changed_is_answered_with_one_query(client, nefta, django_assert_num_queries):
    program_of(nefta)
    etag = client.get("/ar/m/nefta/")["ETag"]
    with django_assert_num_queries(1):
        response = client.get("/ar/m/nefta/", headers={"If-None-Match": etag})
    assert response.status_code == 304
    assert response.content == b""


def test_another_towns_change_is_none_here(client, nefta, kenitra):
    etag = client.get("/ar/m/nefta/")["ETag"]
    record(actor=None, action="row.changed", obj=kenitra, municipality=kenitra)
    assert client.get("/ar/m/nefta/", headers={"If-None-Match": etag}).status_code == 304
    record(actor=None, action="row.changed", obj=nefta, municipality=nefta)
    assert client.get("/ar/m/nefta/", headers={"If-None-Match": etag}).status_code == 200
