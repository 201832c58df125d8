"""Reading both diagnoses, and their public pages: shares, sums, and what nobody stated."""

from __future__ import annotations

import datetime
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils.translation import override

from programs.diagnosis import missing_share, read_diagnosis, total_of
from programs.models import Program, Status
from tests import factories
from tests.programs import table_rows


@pytest.fixture
def program(nefta):
    return factories.ProgramFactory(municipality=nefta, year=2022, published=True)


@pytest.fixture
def zones(nefta):
    return [
        factories.ZoneFactory(municipality=nefta, number=number, name_fr=f"Zone {number}")
        for number in (1, 2, 3)
    ]


@pytest.fixture
def in_english():
    with override("en"):
        yield


def read(program, *, with_internal=False):
    zones = list(program.municipality.zones.order_by("number"))
    return read_diagnosis(
        Program.objects.for_diagnosis_page().get(pk=program.pk), zones, with_internal=with_internal
    )


def line(program, zone, served, total, **more):
    return table_rows.InfrastructureLineFactory(
        program=program, zone=zone, served=Decimal(served), total=Decimal(total), **more
    )


# --- the technical diagnosis --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("total", "served", "share"),
    [
        ("12", "7.1", 40),
        ("3", "2", 33),
        ("1230", "1228", 0),
        ("5", "0", 100),
        ("5", "5", 0),
        ("0", "0", None),
    ],
)
def test_what_is_missing_in_whole_percent_rounded_down(total, served, share):
    assert missing_share(Decimal(total), Decimal(served)) == share


def test_a_network_through_the_zones(program, zones, in_english):
    line(program, zones[0], "7.1", "12")
    line(program, zones[1], "4.9", "8")
    table = read(program).networks[0]
    assert (table.label, table.unit, table.not_stated) == ("Paved streets", "kilometres", 1)
    assert [(row.zone.number, row.coverage and row.coverage.share) for row in table.rows] == [
        (1, 40),
        (2, 38),
        (3, None),
    ]
    assert (table.total.served, table.total.total, table.total.share) == (12, 20, 40)
    assert (table.rows[0].coverage.served_text, table.total.total_text) == ("7,1", "20")


def test_zones_counted_in_different_units_have_no_sum(program, zones, in_english):
    line(program, zones[0], 1, 2)
    line(program, zones[1], 10, 20, unit="streets")
    table = read(program).networks[0]
    assert (table.unit, table.total) == ("", None)
    assert [row.unit for row in table.rows] == ["kilometres", "streets", ""]


def test_less_than_a_percent_is_not_nothing(program, zones):
    line(program, zones[0], 1228, 1230)
    line(program, zones[1], 5, 5)
    first, second = (row.coverage for row in read(program).networks[0].rows[:2])
    assert (first.is_under_one, second.is_under_one) == (True, False)


def test_facilities_stand_by_state_the_worst_first(program, zones):
    good = table_rows.FacilityFactory(program=program, number=1, state="good", zone=zones[0])
    out = table_rows.FacilityFactory(program=program, number=2, state="out", cost=5)
    table_rows.FacilityFactory(program=program, number=3, state="out", cost=None)
    table_rows.FacilityPhotoFactory(facility=good)
    table_rows.FacilityPhotoFactory(facility=good, is_public=False)
    groups = read(program).facilities
    assert [(group.state.value, len(group.cards), group.cost) for group in groups] == [
        ("out", 2, 5),
        ("good", 1, None),
    ]
    assert (groups[0].cards[0].facility, groups[1].cards[0].zone) == (out, zones[0])
    assert len(groups[1].cards[0].photos) == 1
    assert len(read(program, with_internal=True).facilities[1].cards[0].photos) == 2


# --- the financial diagnosis --------------------------------------------------------------------------


def test_a_sum_is_of_what_is_stated():
    assert total_of([Decimal("1.5"), None, Decimal(0)]) == Decimal("1.5")
    assert total_of([Decimal(0)]) == 0
    assert total_of([None]) is None


def test_results_estimate_and_difference(program):
    table_rows.BudgetLineFactory(program=program, number=1, two_before=100, one_before=110, estimate=120)
    table_rows.BudgetLineFactory(program=program, number=2, two_before=50, estimate=Decimal("0.500"))
    table_rows.BudgetLineFactory(program=program, number=1, side="expenses", two_before=160, one_before=90)
    diagnosis = read(program)
    assert diagnosis.years == [2020, 2021, 2022]
    assert diagnosis.receipts.totals == [150, 110, Decimal("120.5")]
    assert diagnosis.expenses.totals == [160, 90, None]
    assert [(balance.difference, balance.is_partial) for balance in diagnosis.balances] == [
        (-10, False),
        (20, True),
        (None, True),
    ]
    assert [balance.is_estimate for balance in diagnosis.balances] == [False, False, True]


def test_the_recovery_of_three_years(program):
    table_rows.TaxRecoveryFactory(program=program, year=2021, due=1000, collected=333)
    table_rows.TaxRecoveryFactory(program=program, year=2020, due=0, collected=0)
    rows = read(program).recoveries
    assert [(row.year, row.recovery is not None, row.rate) for row in rows] == [
        (2019, False, None),
        (2020, True, None),
        (2021, True, Decimal("33.3")),
    ]


def test_nothing_stated_is_nothing(program, zones):
    diagnosis = read(program)
    assert (diagnosis.networks, diagnosis.facilities, diagnosis.budget) == ([], [], [])
    assert not diagnosis.is_technical_stated
    assert not diagnosis.is_financial_stated
    assert [balance.difference for balance in diagnosis.balances] == [None, None, None]


# --- the public pages ---------------------------------------------------------------------------------


def page(route, **kwargs):
    return reverse(route, kwargs={"slug": "nefta", "year": 2022, **kwargs})


def fill(program, zones, count):
    for number in range(1, count + 1):
        facility = table_rows.FacilityFactory(program=program, number=number)
        table_rows.FacilityPhotoFactory(facility=facility)
        table_rows.BudgetLineFactory(program=program, number=number, estimate=number)
        table_rows.AnnouncementFactory(
            program=program,
            proof=factories.SupportingDocumentFactory(expected_document__task__phase__program=program),
        )
        table_rows.CoordinationFactory(program=program)
        table_rows.TaxRecoveryFactory(program=program, year=2010 + number)
    for zone in zones[:count]:
        line(program, zone, 1, 2)


@pytest.mark.parametrize(("route", "queries"), [("program-diagnosis", 10), ("program-preparation", 8)])
def test_a_page_costs_the_same_whatever_it_holds(
    client, program, zones, route, queries, django_assert_num_queries
):
    cell = table_rows.CellFactory(program=program)
    table_rows.CellMemberFactory(cell=cell)
    fill(program, zones, 1)
    with django_assert_num_queries(queries):
        client.get(page(route))
    longer = factories.ProgramFactory(municipality=program.municipality, year=2023, published=True)
    table_rows.CellMemberFactory.create_batch(5, cell=table_rows.CellFactory(program=longer))
    fill(longer, zones, 3)
    with django_assert_num_queries(queries):
        client.get(page(route, year=2023))


def test_the_diagnosis_says_what_is_stated_and_what_is_not(client, program, zones):
    line(program, zones[0], "7.1", "12")
    table_rows.BudgetLineFactory(program=program, number=1, estimate=Decimal("1250.5"))
    text = client.get("/fr" + page("program-diagnosis").removeprefix("/ar")).content.decode()
    assert "7,1" in text
    assert '<progress value="40" max="100"' in text
    assert "1\u202f250,500" in text
    assert text.count("m-unsaid") >= 4


def test_an_empty_diagnosis_says_so(client, program):
    assert "m-empty" in client.get(page("program-diagnosis")).content.decode()


@pytest.mark.parametrize("route", ["program-diagnosis", "program-preparation"])
def test_a_draft_has_no_pages(client, program, route):
    Program.objects.update(status=Status.DRAFT)
    assert client.get(page(route)).status_code == 404


def test_only_public_photos_of_public_programs_are_served(client, program):
    facility = table_rows.FacilityFactory(program=program)
    shown = table_rows.FacilityPhotoFactory(facility=facility)
    hidden = table_rows.FacilityPhotoFactory(facility=facility, is_public=False)
    response = client.get(page("facility-photo", pk=shown.pk))
    assert (response.status_code, response["X-Content-Type-Options"]) == (200, "nosniff")
    assert client.get(page("facility-photo", pk=hidden.pk)).status_code == 404
    Program.objects.update(status=Status.DRAFT)
    assert client.get(page("facility-photo", pk=shown.pk)).status_code == 404


def test_the_preparation_names_the_cell_and_links_public_proofs_alone(client, program):
    cell = table_rows.CellFactory(program=program)
    table_rows.CellMemberFactory(cell=cell, name="Une Personne", role="chair")
    document = factories.ExpectedDocumentFactory(task__phase__program=program)
    shown = factories.SupportingDocumentFactory(expected_document=document, name="affiche.pdf")
    hidden = factories.SupportingDocumentFactory(
        expected_document=document, name="prive.pdf", is_public=False
    )
    table_rows.AnnouncementFactory(program=program, proof=shown)
    table_rows.AnnouncementFactory(program=program, proof=hidden, is_to_staff=True, channel="notice")
    table_rows.CoordinationFactory(
        program=program, plans_fr="Une conduite\nUn poste", answered_on=datetime.date(2021, 11, 9)
    )
    text = client.get(page("program-preparation")).content.decode()
    assert "12/2021" in text
    assert "Une Personne" in text
    assert page("program-file", pk=shown.pk) in text
    assert "prive.pdf" not in text
    assert text.index("<li>Une conduite</li>") < text.index("<li>Un poste</li>")


def test_a_replaced_proof_is_no_longer_shown(client, program):
    document = factories.ExpectedDocumentFactory(task__phase__program=program)
    new = factories.SupportingDocumentFactory(expected_document=document)
    old = factories.SupportingDocumentFactory(expected_document=document, name="old.pdf", replaced_by=new)
    table_rows.AnnouncementFactory(program=program, proof=old)
    assert "old.pdf" not in client.get(page("program-preparation")).content.decode()
