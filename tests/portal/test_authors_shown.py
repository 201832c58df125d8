"""Whoever may make a document public reads beside it whom it names."""

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from portal.files.uploads import check_upload
from portal.meetings.services import attach_files
from portal.municipalities.services import keep_zone_map
from tests import factories
from tests.portal.meetings.factories import MeetingFactory
from tests.trust.signed_files import AUTHOR, documents

PDF = next(file.content for file in documents() if file.name == "info.pdf")


@pytest.fixture
def desk(editor):
    cache.clear()
    client = Client()
    client.force_login(editor)
    return client


def signed():
    return check_upload(SimpleUploadedFile("pv.pdf", PDF))


@pytest.mark.parametrize(
    ("is_public", "told"),
    [(True, "Everybody who fetches it can read that."), (False, "Once it is public, everybody")],
)
def test_beside_a_file_of_a_meeting(desk, nefta, is_public, told):
    meeting = MeetingFactory(municipality=nefta)
    attach_files(meeting=meeting, uploads=[signed()], kind="other", is_public=is_public, actor=None)
    html = desk.get(f"/en/m/nefta/staff/meetings/{meeting.pk}/").content.decode()
    assert f"The document names as its author: <bdi>{AUTHOR}</bdi>." in html
    assert told in html


def test_beside_the_map_which_is_always_public(desk, nefta):
    keep_zone_map(municipality=nefta, upload=signed(), actor=None)
    html = desk.get("/en/m/nefta/staff/zones/").content.decode()
    assert f"<bdi>{AUTHOR}</bdi>" in html
    assert "Everybody who fetches it can read that." in html


def test_the_public_page_tells_nothing_of_it(client, nefta):
    meeting = MeetingFactory(municipality=nefta, published=True)
    attach_files(meeting=meeting, uploads=[signed()], kind="other", is_public=True, actor=None)
    assert AUTHOR not in client.get(f"/en/m/nefta/meetings/{meeting.pk}/").content.decode()


@pytest.mark.parametrize(("visibility", "is_told"), [("public", True), ("internal", False)])
def test_whoever_drops_a_file_into_the_calendar_is_told_too(desk, nefta, visibility, is_told):
    document = factories.ExpectedDocumentFactory(task__phase__program__municipality=nefta)
    values = {"uploads": [SimpleUploadedFile("pv.pdf", PDF)], "visibility": visibility}
    address = f"/en/m/nefta/staff/documents/{document.pk}/files/"
    html = desk.post(address, values, headers={"HX-Request": "true"}).content.decode()
    assert (f"names as its author: \u2068{AUTHOR}\u2069" in html) is is_told
