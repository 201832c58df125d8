"""The desk's header and its first page, for each role."""

import pytest
import time_machine
from django.urls import reverse

from portal.navigation import Section, desk_tabs
from programs.models import Status
from tests import factories

NOON = "2026-11-11T11:00:00Z"


@pytest.fixture(autouse=True)
def _on_a_wednesday():
    with time_machine.travel(NOON, tick=False):
        yield


def page(client, municipality, query="", language="en"):
    response = client.get(f"/{language}/m/{municipality.slug}/staff/{query}")
    assert response.status_code == 200
    return response.content.decode()


def member(client, municipality, role, **person):
    membership = factories.MembershipFactory(
        municipality=municipality, role=role, user=factories.UserFactory(**person)
    )
    client.force_login(membership.user)
    return membership.user


@pytest.fixture
def programs_alone(settings):
    """What other domains add to the header is theirs to test."""
    settings.DESK_SECTIONS = ["programs.desk.sections"]


def tabs(html):
    nav = html.split('class="m-nav"')[1].split("</nav>")[0]
    return [part.split(">")[1].split("<")[0] for part in nav.split("<a ")[1:]]


@pytest.mark.parametrize(
    ("role", "offered"),
    [
        ("editor", ["Today", "Calendar", "Projects and resources", "Import", "Administration"]),
        ("publisher", ["Today", "Calendar", "Projects and resources", "Import", "Administration"]),
        (
            "municipal_admin",
            ["Today", "Calendar", "Projects and resources", "Import", "Members", "Journal", "Administration"],
        ),
        ("auditor", ["Today", "Calendar", "Projects and resources", "Journal"]),
        ("moderator", ["Today", "Calendar", "Projects and resources"]),
        ("answerer", ["Today", "Calendar", "Projects and resources"]),
        ("council_reader", ["Today", "Calendar", "Projects and resources"]),
    ],
)
def test_the_header_offers_what_the_role_may_open(client, nefta, programs_alone, role, offered):
    factories.ProgramFactory(municipality=nefta, year=2027)
    member(client, nefta, role)
    html = page(client, nefta)
    assert tabs(html) == offered
    assert '<meta name="robots" content="noindex">' in html


def test_every_link_of_the_header_opens(client, nefta):
    factories.ProgramFactory(municipality=nefta, year=2027)
    member(client, nefta, "municipal_admin")
    nav = page(client, nefta).split('class="m-nav"')[1].split("</nav>")[0]
    for part in nav.split('href="')[1:]:
        assert client.get(part.split('"')[0]).status_code == 200


def test_without_a_program_there_is_no_calendar_to_open(client, nefta, programs_alone):
    member(client, nefta, "editor")
    html = page(client, nefta)
    assert tabs(html) == ["Today", "Import", "Administration"]
    assert "No program is running" in html
    assert reverse("program-new", kwargs={"slug": "nefta"}).removeprefix("/ar") in html


def test_the_header_says_who_is_here_and_as_what(client, nefta):
    user = member(client, nefta, "editor")
    factories.MembershipFactory(municipality=nefta, user=user, role="auditor")
    assert "Municipality of Nefta</bdi> · Editor, Auditor" in page(client, nefta)
    client.force_login(factories.UserFactory(is_superuser=True))
    assert "Platform administrator" in page(client, nefta)


def test_a_tab_is_current_on_its_page_and_in_its_section():
    sections = [Section("today", "/staff/", "Today"), Section("calendar", "/staff/2027/", "Calendar")]
    assert [tab.current for tab in desk_tabs(sections, path="/staff/")] == ["page", ""]
    assert [tab.current for tab in desk_tabs(sections, path="/x/", section="calendar")] == ["", "true"]


# The first page


@pytest.fixture
def phase(nefta):
    program = factories.ProgramFactory(municipality=nefta, year=2027, published=True)
    return factories.PhaseFactory(program=program, number=2)


def test_the_day_of_an_editor(client, nefta, phase):
    member(client, nefta, "editor", name="Leïla Ben Salah")
    factories.TaskFactory(phase=phase, number=1, session_date="2026-11-02", done=False)
    factories.TaskFactory(phase=phase, number=2, session_date="2026-11-03", responsible="Leila Ben Salah")
    factories.TaskFactory(phase=phase, number=3, session_date="2026-11-14", title_fr="Plénière")
    proven = factories.TaskFactory(phase=phase, number=4, session_date="2026-11-01", done=True)
    factories.ExpectedDocumentFactory(task=proven, title_fr="Une photo")
    html = page(client, nefta)
    assert "Today, Wednesday 11 November 2026" in html
    for heading in ("Late", "This week", "Not stated", "Missing evidence", "Next session"):
        assert f"{heading} " in html
    assert "Yours" in html
    assert "in 3 days" in html
    assert "/staff/programs/2027/#task-2-1" in html
    assert f"/staff/programs/2027/tasks/{proven.pk}/" in html
    assert "Une photo" in html


def test_only_mine_and_one_persons(client, nefta, phase):
    member(client, nefta, "editor", name="Leïla Ben Salah")
    factories.TaskFactory(phase=phase, number=1, session_date="2026-11-02", done=False, responsible="Sami")
    factories.TaskFactory(
        phase=phase, number=2, session_date="2026-11-02", done=False, responsible="Leïla Ben Salah"
    )
    mine, samis = page(client, nefta, "?own"), page(client, nefta, "?responsible=Sami")
    assert ("#task-2-1" in mine, "#task-2-2" in mine) == (False, True)
    assert ("#task-2-1" in samis, "#task-2-2" in samis) == (True, False)
    assert "<option selected>Sami</option>" in samis
    assert "Nothing waits" in page(client, nefta, "?responsible=%00x")


def test_the_week_is_the_municipalitys(client, nefta, phase):
    """At 23:30 UTC on Sunday it is Monday in Tunis: what was due on Sunday is past."""
    factories.TaskFactory(phase=phase, number=1, session_date="2026-11-15")
    factories.TaskFactory(phase=phase, number=2, session_date="2026-11-22")
    with time_machine.travel("2026-11-15T23:30:00Z", tick=False):
        member(client, nefta, "editor")
        html = page(client, nefta)
    assert "Today, Monday 16 November 2026" in html
    assert "#task-2-1" in html.split("Not stated ")[1]
    assert "#task-2-2" in html.split("This week ")[1].split("Not stated ")[0]


def acts(html, year):
    entry = html.split('id="programs-h"')[1].split(f">{year}</bdi>")[1].split("</li>")[0]
    return [part.split(">")[1].split("<")[0] for part in entry.split("<a ")[1:]]


EDITING = [
    "Preview",
    "Edit the calendar",
    "Plan backwards",
    "Preparation and diagnosis",
    "Projects and resources",
    "History",
    "Papers to print",
]


@pytest.mark.parametrize(
    ("role", "status", "offered"),
    [
        ("editor", Status.DRAFT, EDITING),
        ("publisher", Status.DRAFT, [*EDITING, "Publish"]),
        (
            "publisher",
            Status.PUBLISHED,
            [*EDITING, "Approve or withdraw"],
        ),
        (
            "publisher",
            Status.APPROVED,
            [*EDITING, "Close"],
        ),
        ("publisher", Status.CLOSED, EDITING),
        ("council_reader", Status.DRAFT, ["Preview", "Papers to print"]),
    ],
)
def test_programs_with_what_the_role_may_do(client, nefta, role, status, offered):
    factories.ProgramFactory(municipality=nefta, year=2027, status=status)
    member(client, nefta, role)
    assert acts(page(client, nefta), 2027) == offered


def test_whoever_only_reads_is_told_so(client, nefta, phase):
    member(client, nefta, "council_reader")
    factories.TaskFactory(phase=phase, number=1, session_date="2026-11-02", done=False)
    html = page(client, nefta)
    assert "Your role reads here" in html
    assert "programs/2027/preview/#task-2-1" in html
    assert "New program" not in html
    assert "State it as done" not in html


@pytest.mark.parametrize(("programs", "tasks"), [(1, 3), (4, 8)])
def test_the_number_of_queries_does_not_grow(client, nefta, programs, tasks, django_assert_num_queries):
    member(client, nefta, "municipal_admin")
    for year in range(2030, 2030 + programs):
        phase = factories.PhaseFactory(program__municipality=nefta, program__year=year, number=1)
        for number in range(1, tasks + 1):
            row = factories.TaskFactory(phase=phase, number=number, session_date="2026-11-11", done=True)
            factories.ExpectedDocumentFactory(task=row)
    with django_assert_num_queries(18):
        page(client, nefta)
