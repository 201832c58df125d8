"""The tables of the diagnosis as files: out and back without a difference, all rows or none."""

from __future__ import annotations

import io
from decimal import Decimal

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from portal.audit.models import Entry
from portal.exchange.formats import Csv, Xlsx
from programs.models import BudgetLine, Facility, InfrastructureLine, TaxRecovery
from programs.resources_diagnosis import (
    BudgetResource,
    FacilityResource,
    InfrastructureResource,
    RecoveryResource,
)
from tests import factories
from tests.programs import table_rows

RESOURCES = {
    "infrastructure": InfrastructureResource,
    "facilities": FacilityResource,
    "budget": BudgetResource,
    "recovery": RecoveryResource,
}


@pytest.fixture
def program(nefta):
    return factories.ProgramFactory(municipality=nefta, year=2022)


@pytest.fixture
def zone(nefta):
    return factories.ZoneFactory(municipality=nefta, number=1)


@pytest.fixture
def filled(program, zone):
    table_rows.InfrastructureLineFactory(
        program=program, zone=zone, total=Decimal("12.50"), served=Decimal("7.1"), note="=1+1"
    )
    table_rows.FacilityFactory(program=program, number=1, zone=zone, cost=Decimal("5.5"), needs_fr="a\nb")
    table_rows.FacilityFactory(program=program, number=2)
    table_rows.BudgetLineFactory(program=program, number=1, two_before=Decimal("100.125"))
    table_rows.BudgetLineFactory(program=program, number=1, side="expenses", estimate=0)
    table_rows.TaxRecoveryFactory(program=program)
    return program


@pytest.fixture
def desk(client, editor):
    client.force_login(editor)
    return client


def page(table, format=""):
    where = {"slug": "nefta", "year": 2022, "table": table}
    return (
        reverse("table-export", kwargs=where | {"format": format})
        if format
        else reverse("table-import", kwargs=where)
    )


def csv(text):
    return SimpleUploadedFile("table.csv", text.encode())


def xlsx(*rows):
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return SimpleUploadedFile("table.xlsx", out.getvalue())


def send(desk, table, upload):
    return desk.post(page(table), {"file": upload})


def confirm(desk, table, response):
    return desk.post(page(table), {"carried": response.context["carried"]})


def wrong(response):
    """Row number → what is wrong, by column."""
    return {row.number: row.error_dict for row in response.context["preview"]["invalid_rows"]}


@pytest.mark.parametrize("table", RESOURCES)
@pytest.mark.parametrize("format", ["xlsx", "csv"])
def test_what_goes_out_comes_back_without_a_difference(desk, filled, table, format):
    out = desk.get(page(table, format))
    assert f"nefta-2022-{table}.{format}" in out["Content-Disposition"]
    response = send(desk, table, SimpleUploadedFile(f"t.{format}", out.content))
    preview = response.context["preview"]
    assert (preview["is_refused"], preview["rows"]) == (False, [])
    assert preview["same"] > 0
    assert not Entry.objects.exists()


@pytest.mark.parametrize(("table", "resource"), RESOURCES.items())
def test_the_same_through_the_admin(editor, filled, table, resource):
    dataset = Xlsx().create_dataset(Xlsx().export_data(resource(user=editor).export(force_native_type=True)))
    result = resource(user=editor).import_data(dataset, rollback_on_validation_errors=True)
    assert {row.import_type for row in result.rows} == {"skip"}


def test_rows_are_shown_first_and_saved_when_confirmed(desk, program, zone, editor):
    heads = ["zone", "network", "unit", "total", "served"]
    upload = xlsx(heads, [1, "paving", "km", 12.5, 7], [1, "Sewerage", "HOUSEHOLDS", 300, 250])
    response = send(desk, "infrastructure", upload)
    assert [number for number, _row in response.context["preview"]["rows"]] == [1, 2]
    assert not InfrastructureLine.objects.exists()
    assert confirm(desk, "infrastructure", response).status_code == 302
    assert list(InfrastructureLine.objects.order_by("network").values_list("network", "unit", "served")) == [
        ("paving", "km", 7),
        ("sewerage", "households", 250),
    ]
    assert Entry.objects.filter(action="row.added", actor=editor).count() == 2
    assert Entry.objects.filter(action="rows.imported").count() == 1
    again = send(desk, "infrastructure", xlsx(heads, [1, "paving", "km", 12.5, 8]))
    assert "<del>7.00</del>" in again.content.decode()


def test_each_wrong_row_is_told_with_its_column_and_none_is_saved(desk, program, zone):
    upload = csv(
        "zone,network,total,served\n"
        "1,paving,10,4\n"
        "1,lighting,10,11\n"
        "9,water,1,1\n"
        "1,fibre,1,1\n"
        "1,drainage,ten,1\n"
        "1,paving,10,5\n"
    )
    response = send(desk, "infrastructure", upload)
    errors = wrong(response)
    assert set(errors) == {2, 3, 4, 5, 6}
    assert {number: set(columns) for number, columns in errors.items() if number < 6} == {
        2: {"served"},
        3: {"zone"},
        4: {"network"},
        5: {"total"},
    }
    assert response.context["carried"] == ""
    assert not InfrastructureLine.objects.exists()


def test_a_facility_with_its_zone_by_number(desk, program, zone):
    text = "number,title_fr,kind,zone,state,cost\n1,Stade,sport,1,Good,185000.5\n2,Camion,vehicle,,poor,\n"
    response = send(desk, "facilities", csv(text))
    confirm(desk, "facilities", response)
    assert list(Facility.objects.order_by("number").values_list("zone", "state", "cost")) == [
        (zone.pk, "good", Decimal("185000.5")),
        (None, "poor", None),
    ]
    refused = send(desk, "facilities", csv("number,zone\n2,7\n"))
    assert list(wrong(refused)[1]) == ["zone"]


def test_an_empty_cell_changes_nothing(desk, program):
    table_rows.BudgetLineFactory(program=program, number=1, two_before=5, title_fr="Taxes")
    response = send(desk, "budget", csv("side,number,title_fr,two_before,estimate\nreceipts,1,,,7\n"))
    confirm(desk, "budget", response)
    line = BudgetLine.objects.get()
    assert (line.title_fr, line.two_before, line.estimate) == ("Taxes", 5, 7)


def test_the_property_tax_by_year(desk, program):
    response = send(desk, "recovery", csv("tax_year,due,collected\n2021,1000,300\n2020,,\n"))
    assert list(wrong(response)[2])
    confirm(desk, "recovery", send(desk, "recovery", csv("tax_year,due,collected\n2021,1000,300\n")))
    assert TaxRecovery.objects.get().rate == 30


def test_rows_of_another_program_are_refused_on_this_page(desk, program, nefta):
    factories.ProgramFactory(municipality=nefta, year=2023)
    text = "municipality,year,tax_year,due,collected\nnefta,2023,2021,1,1\n"
    assert list(wrong(send(desk, "recovery", csv(text)))[1]) == ["year"]


def test_rows_of_another_municipality_are_refused(desk, program, kenitra):
    factories.ProgramFactory(municipality=kenitra, year=2022)
    text = "municipality,year,tax_year,due,collected\nkenitra,2022,2021,1,1\n"
    assert list(wrong(send(desk, "recovery", csv(text)))[1]) == ["municipality"]


@pytest.mark.parametrize(
    "upload",
    [
        SimpleUploadedFile("t.xlsx", b"PK\x03\x04 damaged"),
        SimpleUploadedFile("t.csv", b""),
        SimpleUploadedFile("t.csv", b"number,number\n1,1\n"),
        SimpleUploadedFile("t.csv", b"\x00\x01"),
    ],
    ids=["damaged", "empty", "twice the same column", "no text"],
)
def test_what_is_no_table_is_told(desk, program, upload):
    response = send(desk, "budget", upload)
    assert response.status_code == 200
    assert response.context["form"].errors["file"]


def test_an_unknown_column_is_told(desk, program):
    response = send(desk, "budget", csv("side,number,colour\nreceipts,1,red\n"))
    assert "colour" in response.context["preview"]["base_errors"][0]


def test_what_changed_since_the_preview_is_told_instead_of_saved(desk, program, zone):
    response = send(desk, "infrastructure", csv("zone,network,total,served\n1,paving,10,4\n"))
    zone.delete()
    again = confirm(desk, "infrastructure", response)
    assert (again.status_code, list(wrong(again)[1])) == (200, ["zone"])


def test_a_changed_file_in_the_page_is_refused(desk, program):
    response = desk.post(page("budget"), {"carried": "forged"})
    assert response.context["form"].errors["file"]


def test_unknown_tables_and_formats_do_not_exist(desk, program):
    assert desk.get(page("nothing")).status_code == 404
    assert desk.post(page("nothing"), {}).status_code == 404
    assert desk.get(page("budget", "pdf")).status_code == 404


def test_the_export_holds_what_a_spreadsheet_would_run_as_text(desk, filled):
    data = desk.get(page("infrastructure", "csv")).content.decode()
    assert "'=1+1" in data
    assert Csv().create_dataset(data).dict[0]["note"] == "=1+1"
