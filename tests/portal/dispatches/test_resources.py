"""The register of recipients as a table: out, looked through, and back."""

import pytest
import tablib
from django.urls import reverse

from portal.audit.models import Entry
from portal.dispatches.models import Recipient
from portal.dispatches.resources import RecipientResource
from tests import factories
from tests.portal.dispatches.factories import RecipientFactory

pytestmark = pytest.mark.django_db
HEADERS = ("municipality", "name", "name_fr", "kind", "address", "email", "is_active")


def bring(user, *rows, dry_run=False):
    data = tablib.Dataset(*rows, headers=HEADERS)
    resource = RecipientResource(user=user)
    return resource.import_data(data, dry_run=dry_run, rollback_on_validation_errors=True, file_name="r.csv")


def test_new_names_come_in_and_known_ones_are_completed(editor, nefta):
    known = RecipientFactory(municipality=nefta, name_ar="جمعية الواحة")
    result = bring(
        editor,
        ("nefta", "جمعية الواحة", "Amis de l’oasis", "", "", "", ""),
        ("nefta", "STEG", "", "operator", "Tozeur", "", "no"),
    )
    assert not result.has_errors()
    assert not result.has_validation_errors()
    known.refresh_from_db()
    assert (known.name_fr, known.address) == ("Amis de l’oasis", "نهج الحبيب ثامر، 2240 نفطة")
    new = Recipient.objects.get(name_fr="STEG")
    assert (new.name_ar, new.kind, new.is_active) == ("", "operator", False)
    assert sorted(Entry.objects.values_list("action", flat=True)) == [
        "row.added",
        "row.changed",
        "rows.imported",
    ]


def test_looking_through_writes_nothing_and_a_round_trip_changes_nothing(editor, nefta):
    RecipientFactory(municipality=nefta, name_ar="", name_fr="STEG")
    bring(editor, ("nefta", "جديدة", "", "", "", "", ""), dry_run=True)
    exported = RecipientResource(user=editor).export()
    result = RecipientResource(user=editor).import_data(exported, rollback_on_validation_errors=True)
    assert result.totals["skip"] == 1
    assert Recipient.objects.count() == 1
    assert not Entry.objects.exists()


@pytest.mark.parametrize(
    "row",
    [
        ("kenitra", "جمعية", "", "", "", "", ""),
        ("nefta", "", "", "", "", "", ""),
        ("nefta", "جمعية", "", "club", "", "", ""),
        ("nefta", "جمعية", "", "", "", "nobody", ""),
    ],
)
def test_a_wrong_row_brings_nothing_in(editor, nefta, kenitra, row):
    result = bring(editor, ("nefta", "صحيحة", "", "", "", "", ""), row)
    assert result.has_validation_errors() or result.has_errors()
    assert not Recipient.objects.exists()


def test_others_registers_do_not_go_out(editor, kenitra):
    RecipientFactory(municipality=kenitra)
    assert len(RecipientResource(user=editor).export()) == 0


# --- the admin


@pytest.mark.parametrize("name", ["changelist", "add", "import", "export"])
def test_the_admin_opens_for_editors_alone(client, nefta, editor, name):
    address = reverse(f"admin:dispatches_recipient_{name}")
    client.force_login(editor)
    assert client.get(address).status_code == 200
    client.force_login(factories.MembershipFactory(municipality=nefta, role="council_reader").user)
    assert client.get(address, follow=True).status_code == 403


def test_the_admin_knows_only_one_s_own_recipients(client, editor, nefta, kenitra):
    client.force_login(editor)
    for town, status in ((nefta, 200), (kenitra, 404)):
        recipient = RecipientFactory(municipality=town)
        assert (
            client.get(reverse("admin:dispatches_recipient_change", args=[recipient.pk])).status_code
            == status
        )
