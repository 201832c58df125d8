"""The desk's tables of both diagnoses: what is saved, what is refused, and two people at once."""

from __future__ import annotations

import datetime
from decimal import Decimal

import pytest
from django.contrib.messages import get_messages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from portal.audit.models import Entry
from portal.municipalities.models import Municipality
from programs.models import (
    BudgetLine,
    Coordination,
    Facility,
    FacilityPhoto,
    InfrastructureLine,
    Program,
    TaxRecovery,
)
from tests import factories
from tests.programs import table_rows
from tests.programs.sheet_posts import as_shown, errors_of


@pytest.fixture
def program(nefta):
    return factories.ProgramFactory(municipality=nefta, year=2022)


@pytest.fixture
def zones(nefta):
    return [
        factories.ZoneFactory(municipality=nefta, number=number, name_fr=f"Zone {number}")
        for number in (1, 2)
    ]


@pytest.fixture
def desk(client, editor):
    client.force_login(editor)
    return client


def page(route, **kwargs):
    return reverse(route, kwargs={"slug": "nefta", "year": 2022, **kwargs})


def said(response):
    return [str(message) for message in get_messages(response.wsgi_request)]


# --- infrastructure -----------------------------------------------------------------------------------


def test_zones_and_networks_are_one_table(desk, program, zones, editor):
    address = page("program-infrastructure")
    first, second = zones
    data = as_shown(
        desk.get(address),
        **{
            f"network-{first.pk}-paving-total": "12,5",
            f"network-{first.pk}-paving-served": "٧",
            f"network-{second.pk}-water-total": "300",
            f"network-{second.pk}-water-served": "0",
            f"network-{second.pk}-water-unit": "households",
        },
    )
    response = desk.post(address, data)
    assert (response.status_code, response["Location"]) == (302, address)
    lines = InfrastructureLine.objects.order_by("network")
    assert [(line.zone, line.network, line.unit, line.served, line.total) for line in lines] == [
        (first, "paving", "km", 7, Decimal("12.5")),
        (second, "water", "households", 0, 300),
    ]
    entries = Entry.objects.order_by("pk")
    assert [(entry.action, entry.object_type, entry.actor) for entry in entries] == [
        ("row.added", "programs.infrastructureline", editor)
    ] * 2
    assert len({entry.batch for entry in entries}) == 1
    assert Municipality.objects.get(slug="nefta").revision == 3


def test_saving_what_was_shown_changes_nothing(desk, program, zones):
    line = table_rows.InfrastructureLineFactory(program=program, zone=zones[0], note="a\nb")
    address = page("program-infrastructure")
    response = desk.post(address, as_shown(desk.get(address)))
    assert (response.status_code, len(said(response))) == (302, 1)
    line.refresh_from_db()
    assert line.version == 1
    assert not Entry.objects.exists()


def test_only_the_changed_cells_are_written_and_told(desk, program, zones):
    line = table_rows.InfrastructureLineFactory(program=program, zone=zones[0])
    address = page("program-infrastructure")
    desk.post(address, as_shown(desk.get(address), **{f"network-{zones[0].pk}-paving-served": "5"}))
    line.refresh_from_db()
    assert (line.served, line.total, line.version) == (5, 10, 2)
    assert Entry.objects.get().changes == {"served": ["4.00", "5"]}


def test_emptied_figures_take_the_line_away(desk, program, zones):
    table_rows.InfrastructureLineFactory(program=program, zone=zones[0])
    address, name = page("program-infrastructure"), f"network-{zones[0].pk}-paving"
    desk.post(address, as_shown(desk.get(address), **{f"{name}-total": "", f"{name}-served": ""}))
    assert not InfrastructureLine.objects.exists()
    assert Entry.objects.get().action == "row.deleted"


@pytest.mark.parametrize(
    ("total", "served", "field"),
    [
        ("10", "", "served"),
        ("", "3", "total"),
        ("10", "11", "served"),
        ("-1", "0", "total"),
        ("x", "1", "total"),
    ],
)
def test_figures_that_cannot_be_are_told_beside_them(desk, program, zones, total, served, field):
    address, name = page("program-infrastructure"), f"network-{zones[0].pk}-paving"
    response = desk.post(
        address, as_shown(desk.get(address), **{f"{name}-total": total, f"{name}-served": served})
    )
    assert response.status_code == 200
    assert f"{name}-{field}" in errors_of(response)
    assert response.context["editing"].problems
    assert not InfrastructureLine.objects.exists()


def test_one_wrong_cell_and_nothing_is_saved(desk, program, zones):
    address = page("program-infrastructure")
    names = [f"network-{zone.pk}-paving" for zone in zones]
    response = desk.post(
        address,
        as_shown(
            desk.get(address),
            **{
                f"{names[0]}-total": "4",
                f"{names[0]}-served": "1",
                f"{names[1]}-total": "4",
                f"{names[1]}-served": "5",
            },
        ),
    )
    assert list(errors_of(response)) == [f"{names[1]}-served"]
    assert not InfrastructureLine.objects.exists()


# --- two people at once -------------------------------------------------------------------------------


def test_two_people_change_different_cells_of_a_row(desk, program, zones):
    line = table_rows.InfrastructureLineFactory(program=program, zone=zones[0])
    address = page("program-infrastructure")
    shown = desk.get(address)
    InfrastructureLine.objects.filter(pk=line.pk).update(note="elle", version=2)
    desk.post(address, as_shown(shown, **{f"network-{zones[0].pk}-paving-served": "5"}))
    line.refresh_from_db()
    assert (line.served, line.note, line.version) == (5, "elle", 3)


def test_the_second_at_a_cell_sees_both_values_and_chooses(desk, program, zones):
    line = table_rows.InfrastructureLineFactory(program=program, zone=zones[0])
    address, field = page("program-infrastructure"), f"network-{zones[0].pk}-paving-served"
    shown = desk.get(address)
    InfrastructureLine.objects.filter(pk=line.pk).update(served=6, version=2)
    response = desk.post(address, as_shown(shown, **{field: "5"}))
    assert [all(value in error for value in ("6", "5")) for error in errors_of(response)[field]] == [True]
    line.refresh_from_db()
    assert line.served == 6

    theirs = desk.post(address, as_shown(response, **{f"{field}-theirs": "on"}))
    line.refresh_from_db()
    assert (theirs.status_code, line.served) == (302, 6)
    desk.post(address, as_shown(response))
    line.refresh_from_db()
    assert line.served == 5


def test_a_place_that_somebody_filled_meanwhile_is_a_clash(desk, program, zones):
    address, name = page("program-infrastructure"), f"network-{zones[0].pk}-paving"
    shown = desk.get(address)
    table_rows.InfrastructureLineFactory(program=program, zone=zones[0])
    response = desk.post(address, as_shown(shown, **{f"{name}-total": "9", f"{name}-served": "4"}))
    assert list(errors_of(response)) == [f"{name}-total"]
    assert InfrastructureLine.objects.get().total == 10


def test_a_place_left_empty_takes_nothing_away_that_came_meanwhile(desk, program, zones):
    address = page("program-infrastructure")
    shown = desk.get(address)
    table_rows.InfrastructureLineFactory(program=program, zone=zones[0])
    assert desk.post(address, as_shown(shown)).status_code == 302
    assert InfrastructureLine.objects.count() == 1


def test_what_was_typed_in_a_removed_row_is_told_once(desk, program):
    line = table_rows.BudgetLineFactory(program=program, number=1)
    address = page("program-budget")
    shown = desk.get(address)
    BudgetLine.objects.all().delete()
    response = desk.post(address, as_shown(shown, **{f"receipts-{line.pk}-title_fr": "Mon texte"}))
    assert any("Mon texte" in text for _place, text in response.context["editing"].problems)
    assert desk.post(address, as_shown(response)).status_code == 302


def test_a_row_that_somebody_changed_is_not_removed_unseen(desk, program):
    line = table_rows.BudgetLineFactory(program=program, number=1)
    address = page("program-budget")
    shown = desk.get(address)
    BudgetLine.objects.filter(pk=line.pk).update(title_fr="Autre", version=2)
    removing = {f"receipts-{line.pk}-remove": "on"}
    response = desk.post(address, as_shown(shown, **removing))
    assert f"receipts-{line.pk}" in errors_of(response)
    assert BudgetLine.objects.exists()
    assert desk.post(address, as_shown(response, **removing)).status_code == 302
    assert not BudgetLine.objects.exists()


def test_a_forged_seen_value_overwrites_nothing(desk, program, zones):
    line = table_rows.InfrastructureLineFactory(program=program, zone=zones[0])
    address, name = page("program-infrastructure"), f"network-{zones[0].pk}-paving"
    data = as_shown(desk.get(address), **{f"{name}-seen": "{nonsense", f"{name}-served": "5"})
    assert f"{name}-served" in errors_of(desk.post(address, data))
    line.refresh_from_db()
    assert line.served == 4


# --- budget and property tax --------------------------------------------------------------------------


def test_amounts_are_typed_in_the_unit_of_the_page(desk, program):
    address = page("program-budget")
    shown = desk.get(address)
    data = as_shown(
        shown,
        **{
            "receipts-new0-title_fr": "Taxes",
            "receipts-new0-two_before": "182,4",
            "receipts-new0-estimate": "",
            "unit": "thousand",
        },
    )
    desk.post(address, data)
    line = BudgetLine.objects.get()
    assert (line.number, line.two_before, line.one_before, line.estimate) == (
        1,
        Decimal("182400"),
        None,
        None,
    )


def test_another_unit_shows_the_same_amounts_and_loses_nothing(desk, program):
    line = table_rows.BudgetLineFactory(program=program, number=1, two_before=Decimal("182400"))
    address = page("program-budget")
    typed = {"expenses-new0-title_fr": "Salaires", "expenses-new0-estimate": "598 000"}
    response = desk.post(address, as_shown(desk.get(address), **typed, **{"show-in": "thousand"}))
    data = as_shown(response)
    assert (data["unit"], data[f"receipts-{line.pk}-two_before"]) == ("thousand", "182,4")
    assert (data["expenses-new0-estimate"], data["expenses-new0-title_fr"]) == ("598", "Salaires")
    desk.post(address, data)
    assert BudgetLine.objects.get(side="expenses").estimate == 598000
    line.refresh_from_db()
    assert (line.two_before, line.version) == (182400, 1)


def test_more_rows_keep_what_was_typed_and_save_nothing(desk, program):
    address = page("program-budget")
    shown = desk.get(address)
    response = desk.post(address, as_shown(shown, **{"receipts-new0-title_fr": "Taxes", "more": "receipts"}))
    receipts, expenses = response.context["editing"].sheets
    assert (receipts.blank_count, expenses.blank_count) == (6, 3)
    assert as_shown(response)["receipts-new0-title_fr"] == "Taxes"
    assert not BudgetLine.objects.exists()


@pytest.mark.parametrize("amount", ["douze", "-5", "1.250", "5,1234"])
def test_an_amount_that_cannot_be_read_is_told(desk, program, amount):
    address = page("program-budget")
    data = {"receipts-new0-title_fr": "Taxes", "receipts-new0-estimate": amount}
    response = desk.post(address, as_shown(desk.get(address), **data))
    assert list(errors_of(response)) == ["receipts-new0-estimate"]


def test_two_lines_of_a_side_have_two_numbers(desk, program):
    table_rows.BudgetLineFactory(program=program, number=1)
    address = page("program-budget")
    data = {"receipts-new0-title_fr": "Droits", "receipts-new0-number": "1"}
    response = desk.post(address, as_shown(desk.get(address), **data))
    assert list(errors_of(response)) == ["receipts-new0"]


def test_a_removed_line_makes_room_for_its_number(desk, program):
    line = table_rows.BudgetLineFactory(program=program, number=1)
    address = page("program-budget")
    data = {
        f"receipts-{line.pk}-remove": "on",
        "receipts-new0-title_fr": "Droits",
        "receipts-new0-number": "1",
    }
    assert desk.post(address, as_shown(desk.get(address), **data)).status_code == 302
    assert BudgetLine.objects.get().title_fr == "Droits"


def test_the_property_tax_of_three_years(desk, program):
    address = page("program-recovery")
    shown = desk.get(address)
    assert [line.row.year for line in shown.context["editing"].sheets[0]] == [2019, 2020, 2021]
    desk.post(address, as_shown(shown, **{"recovery-2021-due": "1 000", "recovery-2021-collected": "300,5"}))
    recovery = TaxRecovery.objects.get()
    assert (recovery.year, recovery.due, recovery.collected) == (2021, 1000, Decimal("300.5"))
    response = desk.post(address, as_shown(desk.get(address), **{"recovery-2020-due": "5"}))
    assert list(errors_of(response)) == ["recovery-2020-collected"]


# --- facilities and their photos ----------------------------------------------------------------------


def test_a_facility_is_added_changed_and_removed(desk, program, zones):
    new = page("facility-new")
    data = {
        "facility-own-title_ar": "الملعب",
        "facility-own-kind": "sport",
        "facility-own-state": "poor",
        "facility-own-zone": zones[0].pk,
        "facility-own-cost": "185 000",
    }
    assert desk.post(new, as_shown(desk.get(new), **data))["Location"] == page("program-facilities")
    facility = Facility.objects.get()
    assert (facility.number, facility.zone, facility.cost) == (1, zones[0], 185000)
    own = page("facility", pk=facility.pk)
    desk.post(own, as_shown(desk.get(own), **{"facility-own-state": "good", "facility-own-zone": ""}))
    facility.refresh_from_db()
    assert (facility.state, facility.zone) == ("good", None)
    assert Entry.objects.latest("pk").changes == {"state": ["poor", "good"], "zone": [str(zones[0]), None]}
    desk.post(own, as_shown(desk.get(own), **{"facility-own-remove": "1"}))
    assert not Facility.objects.exists()


def test_a_facility_needs_a_name_a_kind_and_a_state(desk, program):
    new = page("facility-new")
    response = desk.post(new, as_shown(desk.get(new), **{"facility-own-cost": "5"}))
    assert set(errors_of(response)) == {f"facility-own-{name}" for name in ("title_ar", "kind", "state")}


def test_a_zone_of_another_municipality_is_not_offered(desk, program, kenitra):
    foreign = factories.ZoneFactory(municipality=kenitra)
    facility = table_rows.FacilityFactory(program=program)
    own = page("facility", pk=facility.pk)
    response = desk.post(own, as_shown(desk.get(own), **{"facility-own-zone": foreign.pk}))
    assert list(errors_of(response)) == ["facility-own-zone"]


def test_photos_are_stored_once_reencoded_shown_and_removed(desk, program):
    facility = table_rows.FacilityFactory(program=program)
    address = page("facility-photos", pk=facility.pk)
    photos = [table_rows.upload("a.png", 100), table_rows.upload("b.png", 150)]
    desk.post(address, {"photos": photos, "is_public": "on"})
    desk.post(address, {"photos": [table_rows.upload("a.png", 100)], "is_public": "on"})
    assert [photo.name for photo in FacilityPhoto.objects.order_by("pk")] == ["a.png", "b.png"]
    photo = FacilityPhoto.objects.first()
    change = reverse("photo-change", kwargs={"slug": "nefta", "pk": photo.pk})
    desk.post(change, {"hide": ""})
    photo.refresh_from_db()
    assert not photo.is_public
    desk.post(change, {"remove": ""})
    assert FacilityPhoto.objects.count() == 1
    assert [entry.action for entry in Entry.objects.order_by("pk")] == [
        "row.added",
        "row.added",
        "row.changed",
        "row.deleted",
    ]


@pytest.mark.parametrize(
    ("name", "content"), [("a.pdf", b"%PDF-1.4\n%%EOF\n"), ("a.png", b"not a picture"), ("a.png", b"")]
)
def test_what_is_no_picture_is_refused(desk, program, name, content):
    facility = table_rows.FacilityFactory(program=program)
    upload = SimpleUploadedFile(name, content)
    response = desk.post(page("facility-photos", pk=facility.pk), {"photos": [upload]})
    assert response.context["form"].errors["photos"]
    assert not FacilityPhoto.objects.exists()


# --- coordination -------------------------------------------------------------------------------------


def test_a_letter_to_an_operator(desk, program):
    new = page("coordination-new")
    data = {
        "coordination-own-operator_fr": "Office",
        "coordination-own-approach": "letter",
        "coordination-own-on": "02/11/2021",
        "coordination-own-plans_fr": "Une conduite\r\nUn poste",
    }
    desk.post(new, as_shown(desk.get(new), **data))
    line = Coordination.objects.get()
    assert (line.on, line.plans_fr) == (datetime.date(2021, 11, 2), "Une conduite\nUn poste")
    own = page("coordination", pk=line.pk)
    response = desk.post(own, as_shown(desk.get(own), **{"coordination-own-answered_on": "2021/10/01"}))
    assert list(errors_of(response)) == ["coordination-own-answered_on"]
    assert desk.post(own, as_shown(desk.get(own))).status_code == 302
    assert Entry.objects.count() == 1


def test_rows_of_another_program_are_not_there(desk, program, nefta):
    other = factories.ProgramFactory(municipality=nefta, year=2023)
    line = table_rows.CoordinationFactory(program=other)
    facility = table_rows.FacilityFactory(program=other)
    assert desk.get(page("coordination", pk=line.pk)).status_code == 404
    assert desk.get(page("facility", pk=facility.pk)).status_code == 404


def test_a_saved_table_marks_the_program_as_changed(desk, program):
    before = Program.objects.get().updated_at
    address = page("program-budget")
    desk.post(address, as_shown(desk.get(address), **{"receipts-new0-title_fr": "Taxes"}))
    assert Program.objects.get().updated_at > before


@pytest.mark.parametrize("route", ["program-infrastructure", "program-budget", "program-announcements"])
def test_a_table_costs_the_same_whatever_its_length(
    desk, program, nefta, route, django_assert_max_num_queries
):
    def fill(count):
        for _ in range(count):
            table_rows.InfrastructureLineFactory(program=program)
            table_rows.BudgetLineFactory(program=program)
            table_rows.AnnouncementFactory(program=program)

    fill(1)
    with django_assert_max_num_queries(30) as few:
        desk.get(page(route))
    fill(10)
    with django_assert_max_num_queries(len(few.captured_queries)):
        desk.get(page(route))
