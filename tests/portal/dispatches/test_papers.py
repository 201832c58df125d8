"""The list of copies on paper: read back in order, without what stays internal."""

import io
import json
from datetime import date

import pikepdf
import pytest
import time_machine
from django.http import Http404
from django.utils.translation import gettext, override

from portal.dispatches.models import DispatchLine, Recipient
from portal.papers.answers import AT_ONCE
from portal.papers.orders import Copy, Order, draft_of
from portal.publications.models import Publication
from tests import factories
from tests.papers import not_in_order, pdfium_text, poppler_text, words_missing
from tests.portal.dispatches.factories import (
    DispatchFactory,
    DispatchLineFactory,
    DispatchProofFactory,
    RecipientFactory,
)
from tests.portal.publications.registers import published

pytestmark = pytest.mark.django_db
LONG = (
    "جمعية الأشخاص ذوي الإعاقة والمواطنة الفاعلة من أجل مدينة دامجة للجميع بالمنطقة البلدية والأحياء المجاورة"
)


@pytest.fixture(autouse=True)
def _on_a_fixed_day():
    with time_machine.travel("2026-11-22 12:00Z", tick=False):
        yield


@pytest.fixture
def dispatch(nefta):
    """Three copies: received and proved, sent, and nothing stated yet."""
    row = DispatchFactory(municipality=nefta, publication=published(nefta))
    first = RecipientFactory(
        municipality=nefta, name_ar="جمعية أحباء الواحة", email="oasis@example.org", phone="+216 76 430 123"
    )
    second = RecipientFactory(
        municipality=nefta, name_ar="", name_fr="STEG, district de Tozeur", kind="operator"
    )
    third = RecipientFactory(municipality=nefta, name_ar=LONG, address="")
    sent = {"dispatch": row, "way": "post", "sent_on": date(2026, 11, 18)}
    line = DispatchLineFactory(
        **sent, recipient=first, address=first.address, reference="RR 0012", received_on=date(2026, 11, 20)
    )
    DispatchProofFactory(line=line)
    DispatchLineFactory(**sent, recipient=second, address="Avenue Abou El Kacem Chebbi, 2200 Tozeur")
    DispatchLineFactory(dispatch=row, recipient=third)
    return row


def order(dispatch, language="ar", copy=Copy.READING):
    arguments = {"pk": dispatch.pk}
    return Order(
        "dispatch-list", dispatch.municipality, arguments, language, "https://musharaka.example", copy
    )


def printed(dispatch, language="ar", copy=Copy.READING):
    return draft_of(order(dispatch, language, copy)).make(lambda done, of, doing: None)


@pytest.mark.parametrize("language", ["ar", "fr"])
def test_the_list_is_read_back_in_order(dispatch, language, tmp_path):
    content = printed(dispatch, language)
    text = poppler_text(content, tmp_path)
    title, names = "مسودة البرنامج السنوي للاستثمار", ["جمعية أحباء الواحة", "STEG, district de Tozeur", LONG]
    assert not_in_order([title, *names], text) == []
    cells = ["نهج الحبيب ثامر", "2026/11/18", "RR 0012", "2026/11/20", "Avenue Abou El Kacem Chebbi"]
    assert [cell for cell in cells if not_in_order([cell], text)] == []
    assert words_missing([title, *names, *cells], pdfium_text(content)) == []
    assert Publication.objects.get().hash[:4] in text
    assert "oasis@example.org" not in text
    assert "430 123" not in text
    pdf = pikepdf.open(io.BytesIO(content))
    assert pdf.Root.Lang == language
    assert float(pdf.pages[0].MediaBox[2]) > float(pdf.pages[0].MediaBox[3])


def test_the_archive_copy_carries_the_list_as_data(dispatch):
    pdf = pikepdf.open(io.BytesIO(printed(dispatch, copy=Copy.ARCHIVE)))
    ((name, attached),) = pdf.attachments.items()
    data = json.loads(attached.get_file().read_bytes())
    assert name == f"nefta-dispatch-{dispatch.pk}.json"
    assert data["publication_hash"] == dispatch.publication.hash
    assert [copy["received_on"] for copy in data["copies"]] == ["2026-11-20", None, None]
    assert [len(copy["proofs"]) for copy in data["copies"]] == [1, 0, 0]
    assert "oasis@example.org" not in json.dumps(data)


def test_an_empty_list_without_a_version_says_so(nefta):
    draft = draft_of(order(DispatchFactory(municipality=nefta), "en"))
    assert draft.pages == 1
    assert draft.make(lambda done, of, doing: None).startswith(b"%PDF")


def test_three_hundred_copies_keep_their_heads_and_are_left_to_the_worker(nefta, tmp_path):
    dispatch = DispatchFactory(municipality=nefta)
    recipients = Recipient.objects.bulk_create(
        Recipient(municipality=nefta, name_fr=f"Association {n:03}") for n in range(300)
    )
    DispatchLine.objects.bulk_create(DispatchLine(dispatch=dispatch, recipient=each) for each in recipients)
    draft = draft_of(order(dispatch, "fr"))
    content = draft.make(lambda done, of, doing: None)
    pages = len(pikepdf.open(io.BytesIO(content)).pages)
    assert draft.pages > AT_ONCE
    assert abs(draft.pages - pages) <= pages / 4
    text = poppler_text(content, tmp_path)
    assert not_in_order([each.name_fr for each in recipients], text) == []
    with override("fr"):
        head = gettext("Sent on")
    assert text.count(head) == pages


# --- who may have it


def test_everybody_at_the_desk_prints_it_and_nobody_keeps_it(client, nefta, dispatch):
    client.force_login(factories.MembershipFactory(municipality=nefta, role="auditor").user)
    response = client.get(f"/ar/m/nefta/staff/dispatches/{dispatch.pk}/list.pdf")
    assert response.content.startswith(b"%PDF")
    assert response["Cache-Control"] == "private, no-store"


def test_nobody_else_prints_it(client, stranger, dispatch):
    address = f"/ar/m/nefta/staff/dispatches/{dispatch.pk}/list.pdf"
    assert client.get(address)["Location"].startswith("/ar/sign-in/")
    client.force_login(stranger)
    assert client.get(address).status_code == 404
    assert client.get(address.replace("nefta", "kenitra")).status_code == 404


@pytest.mark.parametrize("arguments", [{}, {"pk": 0}, {"pk": "1"}])
def test_there_is_no_paper_of_a_list_that_is_not_there(nefta, dispatch, arguments):
    with pytest.raises(Http404):
        draft_of(Order("dispatch-list", nefta, arguments, "ar", "https://musharaka.example"))
