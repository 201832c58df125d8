"""Copies that are sent, at the desk: without scripts, nothing typed is lost, nothing foreign is reached."""

import io
from datetime import date

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from portal.audit.models import Entry
from portal.dispatches.models import Dispatch, DispatchLine, DispatchProof, Recipient, Way
from tests import factories
from tests.portal.dispatches.factories import (
    DispatchFactory,
    DispatchLineFactory,
    DispatchProofFactory,
    RecipientFactory,
)
from tests.portal.publications.registers import published
from tests.programs.sheet_posts import as_shown, errors_of

pytestmark = pytest.mark.django_db
BASE = "/fr/m/nefta/staff/dispatches/"


@pytest.fixture(autouse=True)
def _on_a_fixed_day():
    with time_machine.travel("2026-11-22 12:00Z", tick=False):
        yield


@pytest.fixture
def desk(client, editor):
    client.force_login(editor)
    return client


@pytest.fixture
def reader(client, nefta):
    client.force_login(factories.MembershipFactory(municipality=nefta, role="council_reader").user)
    return client


@pytest.fixture
def program(nefta):
    return factories.ProgramFactory(municipality=nefta, year=2027, status="published")


@pytest.fixture
def line(nefta):
    return DispatchLineFactory(dispatch__municipality=nefta)


def picture(name="receipt.png"):
    out = io.BytesIO()
    Image.new("RGB", (3, 3)).save(out, "PNG")
    return SimpleUploadedFile(name, out.getvalue())


def acts():
    return list(Entry.objects.order_by("pk").values_list("action", flat=True))


# --- the register of recipients


def test_recipients_are_added_and_changed_in_one_sheet(desk, nefta):
    known = RecipientFactory(municipality=nefta, name_ar="جمعية الواحة")
    shown = as_shown(desk.get(f"{BASE}recipients/"))
    shown |= {f"recipient-{known.pk}-phone": "+216 76 430 123", "recipient-new0-name_fr": "STEG"}
    shown |= {"recipient-new0-kind": "operator"}
    response = desk.post(f"{BASE}recipients/", shown)
    assert response.status_code == 302
    known.refresh_from_db()
    assert known.phone == "+216 76 430 123"
    assert Recipient.objects.get(name_fr="STEG").kind == "operator"
    assert acts() == ["row.changed", "row.added"]


def test_a_refused_row_keeps_what_was_typed(desk, nefta):
    RecipientFactory(municipality=nefta, name_ar="جمعية الواحة")
    shown = as_shown(desk.get(f"{BASE}recipients/"))
    shown |= {"recipient-new0-name_ar": "جمعية الواحة", "recipient-new1-email": "nobody"}
    response = desk.post(f"{BASE}recipients/", shown)
    assert "recipient-new1-email" in errors_of(response)
    assert 'value="جمعية الواحة"' in response.content.decode()
    shown |= {"recipient-new1-email": ""}
    assert "recipient-new0" in errors_of(desk.post(f"{BASE}recipients/", shown))
    assert Recipient.objects.count() == 1


def test_whoever_received_something_stays_in_the_register(desk, nefta, line):
    shown = as_shown(desk.get(f"{BASE}recipients/"))
    response = desk.post(f"{BASE}recipients/", shown | {f"recipient-{line.recipient_id}-remove": "on"})
    assert list(errors_of(response)) == [f"recipient-{line.recipient_id}"]
    assert Recipient.objects.filter(pk=line.recipient_id).exists()


def test_readers_see_the_register_without_e_mails_and_telephones(reader, nefta):
    RecipientFactory(
        municipality=nefta, name_ar="جمعية الواحة", email="oasis@example.org", phone="76 430 123"
    )
    page = reader.get(f"{BASE}recipients/").content.decode()
    assert "جمعية الواحة" in page
    assert "oasis@example.org" not in page
    assert "430 123" not in page
    assert reader.post(f"{BASE}recipients/", {}).status_code == 403


# --- a new list


def test_a_list_begins_with_what_and_with_whom(desk, nefta, program):
    entry = published(nefta, address="/ar/m/nefta/programs/2027/")
    published(nefta, address="/ar/m/nefta/")
    wanted, _left = RecipientFactory(municipality=nefta), RecipientFactory(municipality=nefta)
    address = f"{BASE}new/?subject=program:{program.pk}"
    form = desk.get(address).context["form"]
    assert list(form.fields["publication"].queryset) == [entry]
    assert "2027" in form.initial["title_ar"]
    typed = {
        "title_ar": "مسودة البرنامج",
        "publication": entry.pk,
        "recipients": [wanted.pk],
        "way": "post",
        "sent_on": "20/11/2026",
    }
    response = desk.post(address, typed)
    dispatch = Dispatch.objects.get()
    assert response["Location"] == f"{BASE}{dispatch.pk}/"
    assert (dispatch.subject_kind, dispatch.subject_pk) == ("program", program.pk)
    assert dispatch.publication == entry
    copy = dispatch.lines.get()
    assert (copy.recipient, copy.way, copy.sent_on) == (wanted, Way.POST, date(2026, 11, 20))
    assert copy.address == wanted.address
    assert acts()[-1] == "dispatch.added"


def test_something_else_can_go_to_everybody_who_is_offered(desk, nefta):
    RecipientFactory.create_batch(2, municipality=nefta)
    RecipientFactory(municipality=nefta, is_active=False)
    typed = {"title_fr": "Invitation", "everyone": "on", "way": "by_hand", "sent_on": ""}
    desk.post(f"{BASE}new/?subject=other", typed)
    dispatch = Dispatch.objects.get()
    assert (dispatch.subject_kind, dispatch.subject_pk) == ("", None)
    assert dispatch.lines.count() == 2


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"title_ar": ""}, "title_ar"),
        ({"recipients": []}, "recipients"),
        ({"sent_on": "23/11/2026"}, "sent_on"),
        ({"sent_on": "soon"}, "sent_on"),
        ({"way": "pigeon"}, "way"),
    ],
)
def test_a_list_that_cannot_be_says_why_at_the_field(desk, nefta, typed, field):
    recipient = RecipientFactory(municipality=nefta)
    whole = {"title_ar": "مسودة", "recipients": [recipient.pk], "way": "post", "sent_on": "20/11/2026"}
    response = desk.post(f"{BASE}new/?subject=other", whole | typed)
    assert response.context["form"].errors.keys() == {field}
    assert f'href="#id_{field}"' in response.content.decode()
    assert not Dispatch.objects.exists()


def test_nothing_of_another_municipality_is_offered_or_taken(desk, nefta, kenitra, program):
    foreign_program = factories.ProgramFactory(municipality=kenitra, year=2027, status="published")
    entry, foreign = published(kenitra), RecipientFactory(municipality=kenitra)
    assert desk.get(f"{BASE}new/?subject=program:{foreign_program.pk}").context["chosen"] is None
    typed = {"title_ar": "مسودة", "recipients": [foreign.pk], "way": "post", "publication": entry.pk}
    response = desk.post(f"{BASE}new/?subject=program:{program.pk}", typed)
    assert response.context["form"].errors.keys() == {"recipients", "publication"}


@pytest.mark.parametrize(
    "key", ["", "x", "program:", "program:9999999999999999999999", "nothing:1", "plan:1"]
)
def test_an_unknown_subject_is_nothing(desk, nefta, key):
    assert desk.get(f"{BASE}new/", {"subject": key}).context["chosen"] is None


# --- a list


def test_what_was_sent_and_its_copies_are_saved_together(desk, line):
    address = f"{BASE}{line.dispatch_id}/"
    shown = as_shown(desk.get(address))
    shown |= {
        "dispatch-own-title_fr": "Projet de programme",
        f"copy-{line.pk}-sent_on": "2026/11/20",
        f"copy-{line.pk}-received_on": "2026/11/21",
        f"copy-{line.pk}-reference": "RR 0012",
    }
    assert desk.post(address, shown)["Location"] == address
    line.refresh_from_db()
    assert (line.sent_on, line.received_on, line.reference) == (
        date(2026, 11, 20),
        date(2026, 11, 21),
        "RR 0012",
    )
    assert line.dispatch.title_fr == "Projet de programme"
    assert Entry.objects.values("batch").distinct().count() == 1


def test_a_wrong_copy_saves_nothing_and_loses_nothing(desk, line):
    address = f"{BASE}{line.dispatch_id}/"
    shown = as_shown(desk.get(address))
    shown |= {"dispatch-own-title_fr": "Projet", f"copy-{line.pk}-received_on": "2026/11/21"}
    response = desk.post(address, shown)
    assert list(errors_of(response)) == [f"copy-{line.pk}-sent_on"]
    assert 'value="Projet"' in response.content.decode()
    line.dispatch.refresh_from_db()
    assert line.dispatch.title_fr == ""


def test_two_people_at_one_copy_see_both_values(desk, line):
    address = f"{BASE}{line.dispatch_id}/"
    shown = as_shown(desk.get(address))
    line.reference = "RR 1"
    line.save()
    response = desk.post(address, shown | {f"copy-{line.pk}-reference": "RR 2"})
    (error,) = errors_of(response)[f"copy-{line.pk}-reference"]
    assert "RR 1" in error
    assert "RR 2" in error


def test_a_version_of_something_else_is_not_taken(desk, nefta, line):
    shown = as_shown(desk.get(f"{BASE}{line.dispatch_id}/"))
    response = desk.post(
        f"{BASE}{line.dispatch_id}/", shown | {"dispatch-own-publication": published(nefta).pk}
    )
    assert list(errors_of(response)) == ["dispatch-own-publication"]


def test_recipients_are_added_once(desk, nefta, line):
    new = RecipientFactory(municipality=nefta)
    address = f"{BASE}{line.dispatch_id}/recipients/"
    desk.post(address, {"recipients": [new.pk], "way": "email", "sent_on": ""})
    assert list(line.dispatch.lines.order_by("pk").values_list("recipient", "way")) == [
        (line.recipient_id, "by_hand"),
        (new.pk, "email"),
    ]
    again = desk.post(address, {"recipients": [new.pk], "way": "email", "sent_on": ""})
    assert again.context["more_form"].errors.keys() == {"recipients"}
    late = desk.post(address, {"everyone": "on", "way": "email", "sent_on": ""})
    assert late.context["others"][0][0] == "more-recipients"
    assert acts() == ["dispatch.extended"]


def test_a_day_to_come_is_refused_for_new_copies(desk, nefta, line):
    new = RecipientFactory(municipality=nefta)
    typed = {"recipients": [new.pk], "way": "email", "sent_on": "24/11/2026"}
    response = desk.post(f"{BASE}{line.dispatch_id}/recipients/", typed)
    assert response.context["more_form"].errors.keys() == {"sent_on"}
    assert DispatchLine.objects.count() == 1


def test_a_list_without_proof_can_be_removed(desk, line):
    response = desk.post(f"{BASE}{line.dispatch_id}/remove/")
    assert response["Location"] == BASE
    assert not Dispatch.objects.exists()
    assert acts() == ["dispatch.removed"]


# --- proofs


def test_a_proof_is_handed_in_kept_internal_and_fetched(desk, line):
    address = f"{BASE}{line.dispatch_id}/proofs/"
    desk.post(address, {"line": line.pk, "uploads": picture()})
    proof = DispatchProof.objects.get()
    assert (proof.line, proof.name, proof.is_public) == (line, "receipt.png", False)
    assert acts() == ["dispatch_proof.added"]
    response = desk.get(f"/fr/m/nefta/staff/dispatch-proofs/{proof.pk}/")
    assert b"".join(response.streaming_content).startswith(b"\x89PNG")
    again = desk.post(address, {"line": line.pk, "uploads": picture("again.png")})
    assert again.context["proof_form"].errors.keys() == {"uploads"}
    assert DispatchProof.objects.count() == 1


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"uploads": SimpleUploadedFile("x.txt", b"text")}, "uploads"),
        ({"line": "0"}, "line"),
        ({"uploads": ""}, "uploads"),
    ],
)
def test_a_proof_that_cannot_be_kept_says_why(desk, line, typed, field):
    whole = {"line": line.pk, "uploads": picture()}
    response = desk.post(f"{BASE}{line.dispatch_id}/proofs/", whole | typed)
    assert response.context["proof_form"].errors.keys() == {field}
    assert f'href="#proof-{field}"' in response.content.decode()


def test_what_is_proved_stays(desk, line):
    DispatchProofFactory(line=line)
    address = f"{BASE}{line.dispatch_id}/"
    response = desk.post(f"{address}remove/", follow=True)
    assert [str(message) for message in response.context["messages"]] != []
    shown = as_shown(desk.get(address)) | {f"copy-{line.pk}-remove": "on"}
    assert list(errors_of(desk.post(address, shown))) == [f"copy-{line.pk}"]
    assert DispatchLine.objects.filter(pk=line.pk).exists()


def test_the_municipality_s_administrator_removes_a_wrong_proof(client, nefta, editor, line):
    proof = DispatchProofFactory(line=line)
    address = f"/fr/m/nefta/staff/dispatch-proofs/{proof.pk}/remove/"
    client.force_login(editor)
    assert client.post(address).status_code == 403
    client.force_login(factories.MembershipFactory(municipality=nefta, role="municipal_admin").user)
    assert client.post(address).status_code == 302
    assert not DispatchProof.objects.exists()
    assert acts() == ["dispatch_proof.removed"]


# --- who


def test_readers_read_and_write_nothing(reader, line):
    DispatchProofFactory(line=line)
    address = f"{BASE}{line.dispatch_id}/"
    page = reader.get(address).content.decode()
    assert line.recipient.name_ar in page
    assert 'method="post"' not in page.split("<main")[1].split("</main>")[0]
    for path in (address, f"{address}recipients/", f"{address}proofs/", f"{address}remove/"):
        assert reader.post(path, {}).status_code == 403


def test_a_stranger_finds_nothing(client, stranger, line):
    proof = DispatchProofFactory(line=line)
    client.force_login(stranger)
    for slug in ("nefta", "kenitra"):
        base = f"/fr/m/{slug}/staff/"
        for path in (f"dispatches/{line.dispatch_id}/", f"dispatch-proofs/{proof.pk}/"):
            assert client.get(base + path).status_code == 404
        assert client.post(f"{base}dispatches/{line.dispatch_id}/remove/").status_code == 404
    assert Dispatch.objects.exists()


def test_pages_ask_the_same_whatever_their_length(desk, nefta, line, django_assert_max_num_queries):
    entry = published(nefta, address="/ar/m/nefta/programs/2027/")
    for _ in range(8):
        DispatchProofFactory(line__dispatch=line.dispatch)
        DispatchFactory(municipality=nefta, publication=entry)
    for path, most in (("", 9), (f"{line.dispatch_id}/", 21), ("recipients/", 8)):
        with django_assert_max_num_queries(most):
            assert desk.get(BASE + path).status_code == 200
