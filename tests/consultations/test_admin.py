"""Plans and projects in the admin."""

import datetime

import pytest
import time_machine
from django.urls import reverse
from django.utils import timezone

from consultations.models import ActionPlan, PlanStatus, Project
from portal.audit.models import Entry
from portal.municipalities.models import Municipality, Role
from tests import factories
from tests.admin_forms import as_shown, errors_of
from tests.consultations.factories import (
    ActionPlanFactory,
    ActivityFactory,
    AxisFactory,
    IndicatorFactory,
    ProjectFactory,
    StageFactory,
)


def page(name, *args):
    return reverse(f"admin:consultations_{name}", args=args)


@pytest.fixture
def plan(kenitra):
    return ActionPlanFactory(municipality=kenitra, slug="openness")


@pytest.fixture
def project(plan):
    return ProjectFactory(plan=plan, number=1)


@pytest.fixture
def foreign(nefta):
    return ProjectFactory(plan__municipality=nefta, plan__slug="openness", number=1)


@pytest.fixture
def as_editor(client, kenitra):
    client.force_login(factories.MembershipFactory(municipality=kenitra, role=Role.EDITOR).user)
    return client


@pytest.fixture
def as_publisher(client, stranger):
    """The publisher of the cast who works for the Moroccan municipality."""
    client.force_login(stranger)
    return client


def test_a_plan_is_edited_with_its_stages_and_axes(as_editor, plan):
    stage = StageFactory(plan=plan, position=1)
    axis = AxisFactory(plan=plan, number=1)
    address = page("actionplan_change", plan.pk)
    data = as_shown(as_editor.get(address)) | {
        "starts_on": "2024-10-01",
        "stages-0-state": "now",
        "axes-TOTAL_FORMS": 2,
        "axes-1-number": 2,
        "axes-1-title_ar": "المشاركة",
    }
    later = timezone.now() + datetime.timedelta(minutes=20)
    with time_machine.travel(later, tick=False):
        assert as_editor.post(address, data).status_code == 302
    plan.refresh_from_db()
    stage.refresh_from_db()
    assert (plan.starts_on, stage.state) == (datetime.date(2024, 10, 1), "now")
    assert [axis.title_ar for axis in plan.axes.order_by("number")] == [axis.title_ar, "المشاركة"]
    assert plan.updated_at == later
    assert sorted(Entry.objects.values_list("action", "object_type")) == [
        ("row.added", "consultations.axis"),
        ("row.changed", "consultations.actionplan"),
        ("row.changed", "consultations.stage"),
    ]


def test_a_plan_that_ends_before_it_starts_is_refused(as_editor, plan):
    address = page("actionplan_change", plan.pk)
    data = as_shown(as_editor.get(address)) | {"starts_on": "2024-10-02", "ends_on": "2024-10-01"}
    response = as_editor.post(address, data)
    assert response.status_code == 200
    assert response.context["adminform"].form.errors


@pytest.mark.parametrize(
    ("field", "value"), [("status", "published"), ("municipality", "1"), ("imported", "{}")]
)
def test_posting_what_is_not_in_the_form_changes_nothing(as_editor, plan, nefta, field, value):
    value = nefta.pk if field == "municipality" else value
    address = page("actionplan_change", plan.pk)
    before = getattr(plan, field)
    as_editor.post(address, as_shown(as_editor.get(address), **{field: value}))
    plan.refresh_from_db()
    assert getattr(plan, field) == before


def test_another_municipality_is_refused_beside_the_field(as_editor, plan, nefta):
    address = page("actionplan_add")
    data = as_shown(as_editor.get(address)) | {"municipality": nefta.pk, "slug": "x", "title_fr": "x"}
    assert errors_of(as_editor.post(address, data), "municipality")
    assert not ActionPlan.objects.filter(municipality=nefta).exists()


def test_a_plan_is_published_and_withdrawn(as_publisher, plan):
    for code, status in [("publish", PlanStatus.PUBLISHED), ("withdraw", PlanStatus.DRAFT)]:
        assert as_publisher.get(page("actionplan_transition", plan.pk, code)).status_code == 200
        assert as_publisher.post(page("actionplan_transition", plan.pk, code)).status_code == 302
        plan.refresh_from_db()
        assert plan.status == status
    actions = list(Entry.objects.order_by("pk").values_list("action", flat=True))
    assert actions == ["plan.published", "plan.withdrawn"]


def test_only_the_possible_step_is_offered(as_publisher, plan):
    offered = [step.code for step in as_publisher.get(page("actionplan_change", plan.pk)).context["steps"]]
    ActionPlan.objects.update(status=PlanStatus.PUBLISHED)
    then = [step.code for step in as_publisher.get(page("actionplan_change", plan.pk)).context["steps"]]
    assert (offered, then) == (["publish"], ["withdraw"])


def test_an_editor_does_not_publish(as_editor, plan):
    assert as_editor.post(page("actionplan_transition", plan.pk, "publish")).status_code == 403
    plan.refresh_from_db()
    assert plan.status == PlanStatus.DRAFT


def test_a_public_plan_is_not_deleted_and_keeps_its_address(as_publisher, plan):
    ActionPlan.objects.update(status=PlanStatus.PUBLISHED)
    assert as_publisher.post(page("actionplan_delete", plan.pk), {"post": "yes"}).status_code == 403
    address = page("actionplan_change", plan.pk)
    as_publisher.post(address, as_shown(as_publisher.get(address), slug="other"))
    plan.refresh_from_db()
    assert plan.slug == "openness"


def test_a_project_is_added_and_gets_its_axis_afterwards(as_editor, plan):
    axis = AxisFactory(plan=plan)
    address = page("project_add")
    shown = as_editor.get(address)
    assert "axis" not in shown.context["adminform"].form.fields
    data = as_shown(shown) | {"plan": plan.pk, "number": 1, "title_fr": "Portail", "axis": axis.pk}
    assert as_editor.post(address, data).status_code == 302
    project = Project.objects.get()
    assert (project.plan, project.axis) == (plan, None)
    address = page("project_change", project.pk)
    as_editor.post(address, as_shown(as_editor.get(address), axis=axis.pk))
    project.refresh_from_db()
    assert project.axis == axis
    assert Entry.objects.latest("pk").changes == {"axis": [None, str(axis)]}


def test_a_project_is_edited_with_its_parts(as_editor, project):
    IndicatorFactory(project=project)
    ActivityFactory(project=project)
    address = page("project_change", project.pk)
    data = as_shown(as_editor.get(address)) | {
        "amount": "1250000.50",
        "transparency": "true",
        "participation": "false",
        "activities-0-percent": 40,
        "indicators-0-title_fr": "Nombre de réponses",
    }
    assert as_editor.post(address, data).status_code == 302
    project.refresh_from_db()
    assert (project.transparency, project.participation, project.digitalisation) == (True, False, None)
    assert project.activities.get().percent == 40
    entry = Entry.objects.get(object_type="consultations.project")
    assert entry.changes == {
        "amount": [None, "1250000.50"],
        "transparency": [None, True],
        "participation": [None, False],
    }
    assert Municipality.objects.get(slug="kenitra").revision == 4


@pytest.mark.parametrize(
    ("field", "value"), [("amount", "-1"), ("printed_progress", "101"), ("title_ar", ""), ("number", "0")]
)
def test_what_is_impossible_is_refused_beside_the_field(as_editor, project, field, value):
    address = page("project_change", project.pk)
    assert errors_of(as_editor.post(address, as_shown(as_editor.get(address)) | {field: value}), field)


def test_an_axis_of_another_plan_is_refused(as_editor, project, kenitra):
    other = AxisFactory(plan__municipality=kenitra, plan__slug="other")
    address = page("project_change", project.pk)
    assert errors_of(as_editor.post(address, as_shown(as_editor.get(address), axis=other.pk)), "axis")


def test_an_axis_in_use_stays_and_says_why(as_editor, project):
    project.axis = AxisFactory(plan=project.plan)
    project.save()
    address = page("actionplan_change", project.plan_id)
    response = as_editor.post(address, as_shown(as_editor.get(address)) | {"axes-0-DELETE": "on"})
    assert str(project) in response.context["inline_admin_formsets"][1].formset.non_form_errors()[0]
    project.refresh_from_db()
    assert project.axis is not None


def test_projects_of_others_do_not_exist(as_editor, project, foreign):
    assert list(as_editor.get(page("project_changelist")).context["cl"].result_list) == [project]
    for view in ("change", "delete", "history"):
        assert as_editor.get(page(f"project_{view}", foreign.pk)).status_code == 404
    assert as_editor.get(page("actionplan_change", foreign.plan_id)).status_code == 404


@pytest.mark.parametrize(("model", "cost"), [("actionplan", 7), ("project", 7)])
def test_a_list_costs_the_same_for_3_and_60(as_editor, kenitra, django_assert_num_queries, model, cost):
    def grow(count):
        for _number in range(count):
            plan = ActionPlanFactory(municipality=kenitra, slug=f"plan-{ActionPlan.objects.count()}")
            ProjectFactory(plan=plan, axis=AxisFactory(plan=plan))

    grow(3)
    as_editor.get(page(f"{model}_changelist"))
    with django_assert_num_queries(cost):
        as_editor.get(page(f"{model}_changelist"))
    grow(57)
    with django_assert_num_queries(cost):
        response = as_editor.get(page(f"{model}_changelist"))
    assert len(response.context["cl"].result_list) == 60
