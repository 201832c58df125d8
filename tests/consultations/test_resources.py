"""Projects out of the admin as a table and back."""

from decimal import Decimal

import pytest
import tablib
from django.urls import reverse

from consultations.models import Project
from consultations.resources import ProjectResource
from portal.audit.models import Entry
from portal.exchange.formats import Csv, Json, Xlsx
from tests import factories
from tests.consultations.factories import ActionPlanFactory, AxisFactory, ProjectFactory

KEYS = ["municipality", "plan", "number"]


@pytest.fixture
def editor(kenitra):
    return factories.MembershipFactory(municipality=kenitra, role="editor").user


@pytest.fixture
def plan(kenitra):
    return ActionPlanFactory(municipality=kenitra, slug="openness")


@pytest.fixture
def project(plan):
    return ProjectFactory(
        plan=plan,
        number=1,
        problem_ar="• =نقطة\n• نقطة\n- فقرة",
        transparency=True,
        participation=False,
        amount=Decimal("1250000.500"),
        axis=AxisFactory(plan=plan, number=2),
    )


def bring(user, row):
    data = tablib.Dataset(list(row.values()), headers=list(row))
    return ProjectResource(user=user).import_data(data, rollback_on_validation_errors=True)


def row(**cells):
    return {"municipality": "kenitra", "plan": "openness", "number": 1} | cells


@pytest.mark.parametrize("file_format", [Csv, Xlsx, Json])
def test_a_project_goes_out_and_comes_back_the_same(editor, project, file_format):
    table = ProjectResource(user=editor).export(force_native_type=file_format is not Csv)
    data = file_format().create_dataset(file_format().export_data(table))
    result = ProjectResource(user=editor).import_data(data)
    assert [row.import_type for row in result.rows] == ["skip"]
    assert not Entry.objects.exists()
    before = Project.objects.values().get()
    Project.objects.all().delete()
    result = ProjectResource(user=editor).import_data(data)
    assert [row.import_type for row in result.rows] == ["new"]
    after = Project.objects.values().get()
    assert {name for name in before if before[name] != after[name]} == {"id"}


def test_values_come_in(editor, project):
    AxisFactory(plan=project.plan, number=7)
    result = bring(
        editor, row(amount="90.5", digitalisation="oui", transparency="", axis="7", title_fr="Portail")
    )
    assert not result.has_validation_errors()
    project.refresh_from_db()
    assert (project.amount, project.axis.number, project.title_fr) == (Decimal("90.5"), 7, "Portail")
    assert (project.digitalisation, project.transparency) == (True, True)
    assert Entry.objects.get(action="row.changed").changes == {
        "axis": [2, 7],
        "title_fr": ["", "Portail"],
        "digitalisation": [None, True],
        "amount": ["1250000.500", "90.5"],
    }


@pytest.mark.parametrize(
    ("cells", "column"),
    [
        ({"axis": "9"}, "axis"),
        ({"amount": "1,250"}, "amount"),
        ({"plan": "other"}, "plan"),
        ({"number": "2"}, "title_ar"),
        ({"number": "2", "plan": "other", "title_ar": "x"}, "plan"),
        ({"printed_progress": "101"}, "printed_progress"),
        ({"municipality": "nefta"}, "municipality"),
        ({"question_1": "?"}, "question_1"),
    ],
)
def test_a_wrong_cell_is_named(editor, project, nefta, cells, column):
    ActionPlanFactory(municipality=nefta, slug="openness")
    result = bring(editor, row(**cells))
    assert [set(invalid.error.message_dict) for invalid in result.invalid_rows] == [{column}]
    assert Project.objects.count() == 1
    assert not Entry.objects.exists()


def test_the_pages_open(client, editor, project):
    client.force_login(editor)
    for name in ("import", "export"):
        response = client.get(reverse(f"admin:consultations_project_{name}"))
        assert "funding_source_ar" in response.content.decode()
