"""The zones of a municipality and their map: the desk's table, the public page, the file."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from portal.audit.models import Entry
from portal.municipalities.models import Zone, ZoneMap
from tests import factories
from tests.programs import table_rows
from tests.programs.sheet_posts import as_shown, errors_of

PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


@pytest.fixture
def desk(client, editor):
    client.force_login(editor)
    return client


def page(route):
    return reverse(route, kwargs={"slug": "nefta"})


def test_zones_are_added_and_changed_in_one_table(desk, nefta):
    zone = factories.ZoneFactory(municipality=nefta, number=1, name_ar="أ")
    data = {
        f"zone-{zone.pk}-population": "6200",
        "zone-new0-name_fr": "Oasis",
        "zone-new0-streets": "Rue A\r\nRue B\r\n",
    }
    address = page("staff-zones")
    assert desk.post(address, as_shown(desk.get(address), **data)).status_code == 302
    assert list(Zone.objects.order_by("number").values_list("number", "population", "streets")) == [
        (1, 6200, ""),
        (2, None, "Rue A\nRue B"),
    ]
    assert Entry.objects.filter(object_type="municipalities.zone").count() == 2


def test_a_proposed_number_alone_makes_no_zone(desk, nefta):
    address = page("staff-zones")
    shown = desk.get(address)
    factories.ZoneFactory(municipality=nefta, number=1)
    assert desk.post(address, as_shown(shown)).status_code == 302
    assert Zone.objects.count() == 1


def test_a_zone_that_something_needs_stays(desk, nefta):
    program = factories.ProgramFactory(municipality=nefta, year=2022)
    line = table_rows.InfrastructureLineFactory(program=program)
    address = page("staff-zones")
    removing = {f"zone-{line.zone_id}-remove": "on"}
    response = desk.post(address, as_shown(desk.get(address), **removing))
    assert list(errors_of(response)) == [f"zone-{line.zone_id}"]
    assert Zone.objects.count() == 1
    line.delete()
    desk.post(address, as_shown(desk.get(address), **removing))
    assert not Zone.objects.exists()


def test_a_zone_needs_a_name_and_a_number_of_its_own(desk, nefta):
    factories.ZoneFactory(municipality=nefta, number=1)
    address = page("staff-zones")
    response = desk.post(address, as_shown(desk.get(address), **{"zone-new0-population": "5"}))
    assert list(errors_of(response)) == ["zone-new0-name_ar"]
    data = {"zone-new0-name_fr": "B", "zone-new0-number": "1"}
    response = desk.post(address, as_shown(desk.get(address), **data))
    assert list(errors_of(response)) == ["zone-new0"]


def test_the_map_is_stored_replaced_and_removed(desk, nefta):
    address = page("staff-zone-map")
    desk.post(address, {"map": table_rows.upload("carte.png")})
    assert desk.get(page("zone-map"))["Content-Type"] == "image/png"
    desk.post(address, {"map": SimpleUploadedFile("carte.pdf", PDF)})
    zone_map = ZoneMap.objects.get()
    assert (zone_map.name, zone_map.is_picture) == ("carte.pdf", False)
    assert desk.get(page("zone-map"))["Content-Disposition"].startswith("attachment")
    desk.post(address, {"remove": ""})
    assert desk.get(page("zone-map")).status_code == 404
    assert [entry.action for entry in Entry.objects.order_by("pk")] == [
        "row.added",
        "row.changed",
        "row.deleted",
    ]


@pytest.mark.parametrize(
    "upload",
    [SimpleUploadedFile("a.png", b"nonsense"), SimpleUploadedFile("a.pdf", table_rows.picture()), None],
    ids=["nonsense", "another type", "none"],
)
def test_what_is_no_map_is_refused(desk, nefta, upload):
    response = desk.post(page("staff-zone-map"), {"map": upload} if upload else {})
    assert response.context["map_form"].errors["map"]
    assert not ZoneMap.objects.exists()


def test_the_same_map_twice_is_told(desk, nefta):
    desk.post(page("staff-zone-map"), {"map": table_rows.upload("carte.png")})
    response = desk.post(page("staff-zone-map"), {"map": table_rows.upload("carte.png")})
    assert response.context["map_form"].errors["map"]


def test_everybody_reads_the_zones(client, nefta, django_assert_num_queries):
    factories.ZoneFactory(
        municipality=nefta, number=1, name_fr="Médina", population=6200, streets="Rue A\nRue B"
    )
    factories.ZoneFactory(municipality=nefta, number=2, name_fr="Oasis")
    with django_assert_num_queries(4):
        text = client.get(page("zones")).content.decode()
    assert "6\u202f200" in text
    assert "<bdi>Rue A</bdi> · <bdi>Rue B</bdi>" in text
    assert text.count("m-unsaid") == 2


def test_without_zones_the_page_says_so(client, nefta):
    assert "m-empty" in client.get(page("zones")).content.decode()
