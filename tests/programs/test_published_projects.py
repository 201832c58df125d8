"""What the register keeps of a program's projects and resources."""

import json
from decimal import Decimal

import pytest
from django.template.loader import render_to_string
from django.utils.translation import override

from programs.models import (
    Announcement,
    BudgetLine,
    Cell,
    CellMember,
    Coordination,
    ExecutionUpdate,
    Facility,
    FacilityPhoto,
    InfrastructureLine,
    Need,
    ProjectCard,
    ScheduleStep,
    TaxRecovery,
)
from programs.published import content_of, page_context
from programs.published_preparation import preparation_content
from programs.published_projects import projects_content, projects_context
from programs.services.money import save_envelope
from tests import factories
from tests.programs import table_rows
from tests.programs.project_rows import FUNDED, CardFactory, NeedFactory, ScheduleStepFactory, at_stage


@pytest.fixture
def program(nefta):
    return factories.ProgramFactory(municipality=nefta, published=True)


def test_the_same_rows_give_the_same_content_and_it_can_be_shown(program, nefta):
    zone = factories.ZoneFactory(municipality=nefta, number=3, name_fr="Oasis")
    at_stage(CardFactory(program=program, number=1, zone=zone, title_fr="Pavage", **FUNDED), "prepare")
    CardFactory(program=program, number=2)
    values = {
        "total": Decimal(100),
        "by_category": {"roads": Decimal(100)},
        "by_zone": {zone.pk: Decimal(100)},
    }
    save_envelope(program=program, values=values, actor=None)
    content = projects_content(program)
    assert content == projects_content(program)
    assert [project["number"] for project in content["projects"]] == [1]
    kept = json.loads(json.dumps(content))
    with override("fr"):
        html = render_to_string("programs/published_projects.html", projects_context(kept, "TN"))
    for text in ("Pavage", "Oasis", "84\u202f000,000", "100,000"):
        assert text in html


def test_a_program_without_projects_keeps_nothing_of_them(program, nefta):
    content = projects_content(program)
    assert content == {"currency": "TND", "resources": None, "projects": []}
    assert projects_context({}, "TN")["projects"] == []


@pytest.fixture
def prepared(program, nefta):
    """A program with something on each of its public pages."""
    zone = factories.ZoneFactory(municipality=nefta, number=3, name_fr="Oasis")
    cell = table_rows.CellFactory(program=program, decision_number="12/2021")
    table_rows.CellMemberFactory(cell=cell, name="Salma", office="Finances", role="chair")
    table_rows.AnnouncementFactory(program=program, channel="radio", on="2021-10-01", text_fr="Venez")
    table_rows.CoordinationFactory(program=program, operator_fr="SONEDE", plans_fr="Une conduite")
    table_rows.InfrastructureLineFactory(program=program, zone=zone, network="paving", total=12, served=7)
    facility = table_rows.FacilityFactory(program=program, number=1, title_fr="Marché", cost=5000, zone=zone)
    table_rows.FacilityPhotoFactory(facility=facility, name="marche.jpg")
    table_rows.FacilityPhotoFactory(facility=facility, name="interne.jpg", is_public=False)
    table_rows.BudgetLineFactory(program=program, title_fr="Marchés loués", two_before=100, one_before=None)
    table_rows.TaxRecoveryFactory(program=program, year=2021, due=300, collected=200)
    NeedFactory(municipality=nefta, title_fr="Un éclairage", asked_in=2020, zone=zone)
    NeedFactory(municipality=nefta, title_fr="Plus tard", asked_in=2022)
    card = at_stage(CardFactory(program=program, number=1, title_fr="Pavage", **FUNDED), "prepare")
    ScheduleStepFactory(card=card, title_fr="Travaux", percent=40)
    ExecutionUpdate.objects.create(card=card, on="2022-04-01", percent=10, note="Ancien")
    ExecutionUpdate.objects.create(card=card, on="2022-05-01", percent=35, note="Le mur est levé")
    return program


def test_everything_that_is_public_is_kept_and_shown(prepared):
    content = json.loads(json.dumps(content_of(prepared)))
    assert content == content_of(prepared)
    with override("fr"):
        html = render_to_string("programs/published.html", page_context(content))
    shown = (
        "12/2021",
        "Salma",
        "Finances",
        "Venez",
        "SONEDE",
        "Une conduite",
        "Oasis",
        "Marché",
        "marche.jpg",
    )
    for text in (*shown, "Marchés loués", "200,000", "Un éclairage", "Travaux", "Le mur est levé"):
        assert text in html, text
    for text in ("interne.jpg", "Plus tard", "Ancien"):
        assert text not in html, text


CHANGES = {
    "cell": lambda: Cell.objects.update(decision_number="13"),
    "member": lambda: CellMember.objects.update(office="Technique"),
    "announcement": lambda: Announcement.objects.update(channel="sms"),
    "coordination": lambda: Coordination.objects.update(reference="7"),
    "infrastructure": lambda: InfrastructureLine.objects.update(served=8),
    "facility": lambda: Facility.objects.update(state="good"),
    "photo": lambda: FacilityPhoto.objects.filter(is_public=True).update(is_public=False),
    "budget": lambda: BudgetLine.objects.update(one_before=1),
    "recovery": lambda: TaxRecovery.objects.update(collected=250),
    "need": lambda: Need.objects.update(street="Rue 4"),
    "step": lambda: ScheduleStep.objects.update(percent=50),
    "progress": lambda: ExecutionUpdate.objects.create(
        card=ProjectCard.objects.get(), on="2022-06-01", percent=60
    ),
}


@pytest.mark.parametrize("what", CHANGES)
def test_each_public_change_is_one_to_publish_anew(prepared, what):
    before = content_of(prepared)
    CHANGES[what]()
    assert content_of(prepared) != before


def test_what_was_kept_before_there_was_more_is_still_shown(prepared):
    content = content_of(prepared)
    for name in ("cell", "announcements", "coordination", "diagnosis", "needs"):
        del content[name]
    for project in content["projects"]:
        del project["steps"], project["progress"]
    with override("fr"):
        html = render_to_string("programs/published.html", page_context(content))
    assert "Pavage" in html
    assert "SONEDE" not in html


def test_the_schedule_of_what_was_not_retained_is_not_kept(prepared):
    at_stage(ProjectCard.objects.get(), "leave-out", reason="x")
    (project,) = projects_content(prepared)["projects"]
    assert (project["steps"], project["progress"]) == ([], None)


def test_reading_costs_the_same_whatever_the_length(prepared, django_assert_num_queries):
    zones = [factories.ZoneFactory(municipality=prepared.municipality, number=n) for n in range(10, 20)]
    cell = Cell.objects.get()
    for number, zone in enumerate(zones, 10):
        table_rows.CellMemberFactory(cell=cell)
        table_rows.AnnouncementFactory(program=prepared)
        facility = table_rows.FacilityFactory(program=prepared, number=number, zone=zone)
        table_rows.FacilityPhotoFactory(facility=facility)
        NeedFactory(municipality=prepared.municipality, zone=zone)
    with django_assert_num_queries(10):
        preparation_content(prepared)
