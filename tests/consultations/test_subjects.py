"""Plans and their projects as what the public is consulted about."""

from __future__ import annotations

import json

import pytest
from django.utils.translation import override

from consultations.models import ProjectVersion
from portal.subjects import Outcome, Parts, kinds, outcomes_of, parts_of, provider, read_subject
from tests.consultations.factories import ActionPlanFactory, AxisFactory, ProjectFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _in_english():
    with override("en"):
        yield


@pytest.fixture
def plan(nefta):
    return ActionPlanFactory(published=True, municipality=nefta, title_ar="برنامج", title_fr="Programme")


@pytest.fixture
def project(plan):
    found = ProjectFactory(plan=plan, number=3, title_ar="نشر المحاضر", title_fr="Procès-verbaux")
    for number in (1, 2):
        ProjectVersion.objects.create(project=found, number=number, step="draft", content={"text": number})
    return found


def test_every_kind_has_a_provider_with_a_label():
    assert [kind for kind, label in kinds() if label] == ["plan", "project", "program", "diagnosis", "zone"]


@pytest.mark.parametrize("kind", ["plan", "project"])
def test_a_public_subject_has_its_page(nefta, plan, project, kind):
    row = {"plan": plan, "project": project}[kind]
    subject = read_subject(nefta, kind, row.pk)
    assert (subject.kind, subject.pk, str(subject.title), subject.is_public) == (
        kind,
        row.pk,
        str(row.title),
        True,
    )
    assert subject.address.startswith("/en/m/nefta/plans/openness/")


@pytest.mark.parametrize("kind", ["plan", "project"])
def test_a_draft_has_no_page_and_changes_nothing(nefta, plan, project, kind):
    plan.status = "draft"
    plan.save()
    row = {"plan": plan, "project": project}[kind]
    subject = read_subject(nefta, kind, row.pk)
    assert (subject.address, subject.is_public) == ("", False)
    assert outcomes_of(nefta, kind, row.pk) == []
    assert parts_of(nefta, kind, row.pk) == Parts()
    assert [title.endswith("(draft)") for _pk, title in provider(kind).choices(nefta)] == [True]


@pytest.mark.parametrize("kind", ["plan", "project"])
def test_another_towns_subject_is_none(nefta, kenitra, plan, project, kind):
    row = {"plan": plan, "project": project}[kind]
    assert read_subject(kenitra, kind, row.pk) is None
    assert provider(kind).choices(kenitra) == []
    assert outcomes_of(kenitra, kind, row.pk) == []
    assert not parts_of(kenitra, kind, row.pk).for_comments


def test_what_nobody_declares_is_none(nefta):
    assert read_subject(nefta, "weather", 1) is None
    assert outcomes_of(nefta, "weather", 1) == []


def test_a_comment_is_about_a_project_and_an_idea_belongs_to_an_axis(nefta, plan, project):
    AxisFactory(plan=plan, number=1, title_ar="المشاركة")
    parts = parts_of(nefta, "plan", plan.pk)
    assert [part.key for part in parts.for_comments] == ["project:3"]
    assert [part.key for part in parts.for_ideas] == ["axis:1"]
    assert str(parts.label("axis:1")) == "المشاركة"
    assert parts.label("project:99") is None


def test_an_answer_points_at_the_newest_version_of_each_project(nefta, plan, project):
    ProjectFactory(plan=plan, number=4)
    found = outcomes_of(nefta, "plan", plan.pk)
    assert [outcome.key for outcome in found] == ["project:3:2", "plan"]
    assert found[0].label_fr.endswith("Procès-verbaux")
    assert found[0].label_ar.endswith("نشر المحاضر")
    assert found[0].address == "/en/m/nefta/plans/openness/projects/3/versions/1..2/"


def test_a_version_that_only_took_a_step_changed_nothing_to_point_at(nefta, plan, project):
    ProjectVersion.objects.create(project=project, number=3, step="adopted", content={"text": 2})
    assert [outcome.key for outcome in outcomes_of(nefta, "plan", plan.pk)] == ["project:3:2", "plan"]


def test_a_project_offers_all_its_versions_the_newest_first(nefta, project):
    assert [outcome.key for outcome in outcomes_of(nefta, "project", project.pk)] == [
        "project:3:2",
        "project:3:1",
    ]


def test_the_first_version_is_pointed_at_among_all_of_them(nefta, project):
    first = outcomes_of(nefta, "project", project.pk)[-1]
    assert first.address == "/en/m/nefta/plans/openness/projects/3/versions/#v1"


def test_what_is_kept_as_json_is_the_same_again(nefta, plan, project):
    for outcome in outcomes_of(nefta, "plan", plan.pk):
        assert Outcome(**json.loads(json.dumps(outcome.kept()))) == outcome


def test_the_newest_plan_is_offered_first(nefta, plan):
    ActionPlanFactory(municipality=nefta, slug="older", starts_on="2020-01-01", title_ar="قديم")
    ActionPlanFactory(municipality=nefta, slug="newer", starts_on="2026-01-01", title_ar="جديد")
    assert [title.split(" ")[0] for _pk, title in provider("plan").choices(nefta)] == [
        "جديد",
        "قديم",
        "Programme",
    ]
