"""Programs, their diagnoses and the needs of zones as what the public is consulted about."""

from __future__ import annotations

import datetime

import pytest
from django.utils.translation import override

from portal.subjects import outcomes_of, parts_of, provider, read_subject
from programs.models import Category, MovedDate, ProjectCard
from tests.factories import PhaseFactory, ProgramFactory, TaskFactory, ZoneFactory
from tests.programs.project_rows import CardFactory, NeedFactory, at_stage

pytestmark = pytest.mark.django_db
KINDS = ("program", "diagnosis")


@pytest.fixture(autouse=True)
def _in_english():
    with override("en"):
        yield


@pytest.fixture
def program(nefta):
    return ProgramFactory(municipality=nefta, published=True, year=2027)


@pytest.mark.parametrize(("kind", "page"), [("program", ""), ("diagnosis", "diagnosis/")])
def test_a_public_program_has_its_pages(nefta, program, kind, page):
    subject = read_subject(nefta, kind, program.pk)
    assert "2027" in str(subject.title)
    assert (subject.address, subject.is_public) == (f"/en/m/nefta/programs/2027/{page}", True)


@pytest.mark.parametrize("kind", KINDS)
def test_a_draft_has_no_page_and_changes_nothing(nefta, kind):
    draft = ProgramFactory(municipality=nefta, year=2028)
    subject = read_subject(nefta, kind, draft.pk)
    assert (subject.address, subject.is_public) == ("", False)
    assert outcomes_of(nefta, kind, draft.pk) == []
    assert [title.endswith("(draft)") for _pk, title in provider(kind).choices(nefta)] == [True]


@pytest.mark.parametrize("kind", [*KINDS, "zone"])
def test_another_towns_subject_is_none(nefta, kenitra, program, kind):
    pk = ZoneFactory(municipality=nefta).pk if kind == "zone" else program.pk
    assert read_subject(kenitra, kind, pk) is None
    assert provider(kind).choices(kenitra) == []
    assert outcomes_of(kenitra, kind, pk) == []


def test_a_comment_is_about_a_project_that_the_public_sees(nefta, program):
    at_stage(CardFactory(program=program, number=1, title_ar="تعبيد نهج"), "prepare")
    CardFactory(program=program, number=2)
    parts = parts_of(nefta, "program", program.pk)
    assert [(part.key, str(part.label)) for part in parts.for_comments] == [("project:1", "تعبيد نهج")]
    assert [part.key for part in parts.for_ideas] == [f"category:{category.value}" for category in Category]


def test_an_answer_points_at_cards_moved_dates_and_the_program(nefta, program):
    at_stage(CardFactory(program=program, number=4, title_ar="تعبيد نهج"), "prepare", "update")
    CardFactory(program=program, number=5)
    task = TaskFactory(phase=PhaseFactory(program=program, number=2), number=1)
    day = datetime.date(2026, 11, 10)
    undated = TaskFactory(phase=task.phase, number=2)
    for moved, new in (
        (task, day),
        (task, day + datetime.timedelta(days=2)),
        (undated, day),
        (undated, None),
    ):
        MovedDate.objects.create(task=moved, old_date=day, new_date=new, reason="العطلة")
    found = outcomes_of(nefta, "program", program.pk)
    assert [outcome.key for outcome in found] == ["project:4:2", "date:2:1:2026-11-12", "program"]
    assert found[0].address == "/en/m/nefta/programs/2027/projects/4/"
    assert found[1].address == "/en/m/nefta/programs/2027/#task-2-1"
    assert "1-2" in found[1].label_ar
    assert "12 نوفمبر 2026" in found[1].label_ar
    assert "2.1" in found[1].label_fr


def test_the_diagnosis_has_two_halves(nefta, program):
    assert [part.key for part in parts_of(nefta, "diagnosis", program.pk).for_comments] == [
        "technical",
        "financial",
    ]
    found = outcomes_of(nefta, "diagnosis", program.pk)
    assert [outcome.address for outcome in found] == [
        "/en/m/nefta/programs/2027/diagnosis/#technical",
        "/en/m/nefta/programs/2027/diagnosis/#financial",
    ]


def test_the_needs_of_a_zone_belong_to_categories_of_works(client, nefta):
    zone = ZoneFactory(municipality=nefta, number=4, name_ar="رأس العين")
    subject = read_subject(nefta, "zone", zone.pk)
    assert (str(subject.title), subject.address) == ("رأس العين", "/en/m/nefta/zones/#zone-4")
    assert 'id="zone-4"' in client.get("/en/m/nefta/zones/").content.decode()
    assert "category:lighting" in {part.key for part in parts_of(nefta, "zone", zone.pk).for_ideas}


def test_an_answer_about_a_zone_points_at_the_projects_that_answer_its_needs(nefta, program):
    zone, other = ZoneFactory.create_batch(2, municipality=nefta)
    shown = at_stage(CardFactory(program=program, number=1), "prepare")
    proposal = CardFactory(program=program, number=2)
    NeedFactory(municipality=nefta, number=1, zone=zone, card=shown, title_fr="Éclairage")
    NeedFactory(municipality=nefta, number=2, zone=None, card=shown)
    NeedFactory(municipality=nefta, number=3, zone=other, card=shown)
    NeedFactory(municipality=nefta, number=4, zone=zone, card=proposal)
    NeedFactory(municipality=nefta, number=5, zone=zone)
    found = outcomes_of(nefta, "zone", zone.pk)
    assert [outcome.key for outcome in found] == ["need:1:2027:1", "need:2:2027:1"]
    assert "Éclairage" in found[0].label_fr
    assert found[0].address == "/en/m/nefta/programs/2027/projects/1/"


def test_a_card_taken_back_is_pointed_at_no_more(nefta, program):
    card = at_stage(CardFactory(program=program, number=1), "prepare")
    ProjectCard.objects.filter(pk=card.pk).update(stage="proposal")
    assert [outcome.key for outcome in outcomes_of(nefta, "program", program.pk)] == ["program"]
