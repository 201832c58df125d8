"""The tables of the diagnosis in the admin: own rows only, checked photos, each change in the journal."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from portal.audit.models import Entry
from portal.municipalities.models import Zone, ZoneMap
from programs.models import Cell, Facility, FacilityPhoto, InfrastructureLine, Program
from tests import factories
from tests.admin_forms import as_shown, errors_of
from tests.programs import table_rows


def page(name, *args, app="programs"):
    return reverse(f"admin:{app}_{name}", args=args)


@pytest.fixture
def program(nefta):
    return factories.ProgramFactory(municipality=nefta, year=2022)


@pytest.fixture
def as_editor(client, editor):
    client.force_login(editor)
    return client


@pytest.fixture
def as_manager(client, nefta):
    client.force_login(factories.MembershipFactory(municipality=nefta, role="municipal_admin").user)
    return client


def test_a_cell_is_added_with_its_members(as_editor, program):
    data = {
        "program": program.pk,
        "decision_number": "12",
        "members-TOTAL_FORMS": 1,
        "members-INITIAL_FORMS": 0,
        "members-0-position": 1,
        "members-0-name": "A",
        "members-0-role": "chair",
    }
    assert as_editor.post(page("cell_add"), data).status_code == 302
    assert Cell.objects.get().members.get().name == "A"
    assert list(Entry.objects.order_by("pk").values_list("object_type", flat=True)) == [
        "programs.cell",
        "programs.cellmember",
    ]


def test_only_own_zones_are_offered(as_editor, program, kenitra):
    own = factories.ZoneFactory(municipality=program.municipality)
    foreign = factories.ZoneFactory(municipality=kenitra)
    data = {"program": program.pk, "network": "paving", "unit": "km", "total": "10", "served": "4"}
    response = as_editor.post(page("infrastructureline_add"), data | {"zone": foreign.pk})
    assert errors_of(response, "zone")
    assert as_editor.post(page("infrastructureline_add"), data | {"zone": own.pk}).status_code == 302
    assert InfrastructureLine.objects.get().zone == own


def test_more_served_than_there_is_is_refused(as_editor, program):
    line = table_rows.InfrastructureLineFactory(program=program)
    address = page("infrastructureline_change", line.pk)
    response = as_editor.post(address, as_shown(as_editor.get(address), served="11"))
    assert errors_of(response, "served")


def test_a_photo_is_checked_and_stored_by_the_service(as_editor, program):
    facility = table_rows.FacilityFactory(program=program)
    address = page("facility_change", facility.pk)
    shown = as_shown(as_editor.get(address))
    refused = as_editor.post(address, shown | {"photos-2-0-file": SimpleUploadedFile("a.png", b"nonsense")})
    assert refused.status_code == 200
    assert not FacilityPhoto.objects.exists()
    done = as_editor.post(
        address, shown | {"photos-2-0-file": table_rows.upload(), "photos-2-0-is_public": "on"}
    )
    assert done.status_code == 302
    photo = FacilityPhoto.objects.get()
    assert (photo.name, photo.is_public, photo.content_type) == ("stade.png", True, "image/png")
    assert Entry.objects.get(object_type="programs.facilityphoto").action == "row.added"


def test_a_change_is_journalled_and_marks_the_program(as_editor, program, editor):
    facility = table_rows.FacilityFactory(program=program)
    before = Program.objects.get().updated_at
    address = page("facility_change", facility.pk)
    as_editor.post(address, as_shown(as_editor.get(address), state="good"))
    assert Facility.objects.get().state == "good"
    assert Entry.objects.get().changes == {"state": ["poor", "good"]}
    assert Program.objects.get().updated_at > before


@pytest.mark.parametrize("model", ["infrastructureline", "facility", "budgetline", "taxrecovery"])
def test_lists_and_files_hold_own_rows_alone(as_editor, program, kenitra, model):
    makers = {
        "infrastructureline": table_rows.InfrastructureLineFactory,
        "facility": table_rows.FacilityFactory,
        "budgetline": table_rows.BudgetLineFactory,
        "taxrecovery": table_rows.TaxRecoveryFactory,
    }
    makers[model](program=program)
    makers[model](program=factories.ProgramFactory(municipality=kenitra, year=2022))
    assert as_editor.get(page(f"{model}_changelist")).context["cl"].result_count == 1
    exported = as_editor.post(page(f"{model}_export"), {"format": "0", "resource": ""})
    assert exported.status_code == 200
    assert b"kenitra" not in exported.content


def test_zones_and_their_map_on_the_page_of_the_municipality(as_manager, nefta):
    zone = factories.ZoneFactory(municipality=nefta, number=1)
    address = page("municipality_change", nefta.pk, app="municipalities")
    shown = as_shown(as_manager.get(address))
    data = shown | {
        "zones-0-population": "6200",
        "zones-0-streets": "Rue A",
        "zone_map-0-file": table_rows.upload(),
    }
    assert as_manager.post(address, data).status_code == 302
    zone = Zone.objects.get(pk=zone.pk)
    assert (zone.population, zone.streets, zone.version) == (6200, "Rue A", 2)
    assert ZoneMap.objects.get().name == "stade.png"
    assert "stade.png" in as_manager.get(address).content.decode()
    wrong = shown | {"zone_map-0-file": SimpleUploadedFile("a.png", b"nonsense")}
    assert as_manager.post(address, wrong).status_code == 200


def test_a_photo_that_is_not_there_is_refused_in_words(as_editor, program):
    facility = table_rows.FacilityFactory(program=program)
    table_rows.FacilityPhotoFactory(facility=facility)
    address = page("facility_change", facility.pk)
    response = as_editor.post(address, as_shown(as_editor.get(address)) | {"photos-0-id": "''"})
    assert response.status_code == 200
    assert response.context["inline_admin_formsets"][0].formset.errors[0]["id"]
