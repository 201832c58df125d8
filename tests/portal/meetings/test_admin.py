"""Meetings in the admin: the same rules, the same journal, the same register."""

import json
from datetime import date, time

import pytest
import tablib
import time_machine
from django.urls import reverse
from django.utils.translation import override

from portal.audit.models import Entry
from portal.meetings.models import Meeting, Minutes
from portal.meetings.resources import MeetingResource
from portal.meetings.services import publish_meeting
from portal.publications.models import Publication
from tests import factories
from tests.admin_forms import as_shown
from tests.portal.meetings.factories import (
    MeetingFactory,
    MeetingFileFactory,
    MinutesFactory,
    ZoneAttendanceFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _on_a_fixed_day():
    with time_machine.travel("2026-11-15 12:00Z", tick=False):
        yield


@pytest.fixture
def meeting(nefta):
    return MeetingFactory(municipality=nefta)


@pytest.fixture
def as_publisher(client, publisher):
    client.force_login(publisher)
    return client


def page(name, *args):
    return reverse(f"admin:meetings_{name}", args=args)


def contents():
    return [json.loads(row.content) for row in Publication.objects.order_by("number")]


def test_a_change_of_a_public_meeting_is_journalled_and_registered(as_publisher, meeting, publisher):
    publish_meeting(meeting=meeting, actor=publisher)
    address = page("meeting_change", meeting.pk)
    data = as_shown(
        as_publisher.get(address),
        place_ar="السوق",
        **{"agenda-TOTAL_FORMS": 1, "agenda-0-position": 1, "agenda-0-title_ar": "الافتتاح"},
    )
    assert as_publisher.post(address, data).status_code == 302
    last = contents()[-1]
    assert (last["place_ar"], len(last["agenda"])) == ("السوق", 1)
    assert list(Entry.objects.order_by("pk").values_list("action", flat=True)) == [
        "meeting.published",
        "row.changed",
        "row.added",
        "meeting.published_anew",
    ]
    assert set(Entry.objects.values_list("actor", flat=True)) == {publisher.pk}


def test_a_draft_never_enters_the_register(as_publisher, meeting):
    address = page("meeting_change", meeting.pk)
    as_publisher.post(address, as_shown(as_publisher.get(address), place_ar="السوق"))
    assert Meeting.objects.get().place_ar == "السوق"
    assert not Publication.objects.exists()


@pytest.mark.parametrize(
    ("field", "value"), [("is_public", "on"), ("is_cancelled", "on"), ("held", "true"), ("version", "9")]
)
def test_what_is_an_act_is_no_field(as_publisher, meeting, field, value):
    address = page("meeting_change", meeting.pk)
    before = Meeting.objects.values().get()
    as_publisher.post(address, as_shown(as_publisher.get(address)) | {field: value})
    after = Meeting.objects.values().get()
    assert before[field] == after[field]


@pytest.mark.parametrize("code", ["publish", "cancel"])
def test_acts_are_taken_by_their_steps(as_publisher, meeting, code):
    as_publisher.post(page("meeting_transition", meeting.pk, code))
    row = Meeting.objects.get()
    assert (row.is_public, row.is_cancelled) == (code == "publish", code == "cancel")


def test_a_public_meeting_is_not_deleted_nor_one_with_files(as_publisher, nefta):
    public = MeetingFactory(municipality=nefta, published=True)
    assert as_publisher.post(page("meeting_delete", public.pk), {"post": "yes"}).status_code == 403
    full = MeetingFactory(municipality=nefta)
    MeetingFileFactory(meeting=full)
    as_publisher.post(page("meeting_delete", full.pk), {"post": "yes"})
    assert Meeting.objects.count() == 2


def test_a_file_that_is_not_there_is_refused(as_publisher, meeting):
    MeetingFileFactory(meeting=meeting)
    address = page("meeting_change", meeting.pk)
    response = as_publisher.post(address, as_shown(as_publisher.get(address)) | {"files-0-id": "''"})
    assert response.status_code == 200


def test_zones_cannot_pass_the_session_here_either(as_publisher, meeting, nefta):
    minutes = MinutesFactory(meeting=meeting)
    zone = factories.ZoneFactory(municipality=nefta, number=1)
    address = page("minutes_change", minutes.pk)
    rows = {"zones-TOTAL_FORMS": 1, "zones-0-zone": zone.pk, "zones-0-total": 43}
    response = as_publisher.post(address, as_shown(as_publisher.get(address), **rows))
    assert response.status_code == 200
    assert minutes.zones.count() == 0
    data = as_shown(as_publisher.get(address), **{**rows, "zones-0-total": 42})
    assert as_publisher.post(address, data).status_code == 302
    assert minutes.zones.count() == 1


def test_lowering_the_session_below_its_zones_is_refused(as_publisher, meeting, nefta):
    minutes = MinutesFactory(meeting=meeting)
    ZoneAttendanceFactory(minutes=minutes, zone=factories.ZoneFactory(municipality=nefta, number=1), total=40)
    address = page("minutes_change", minutes.pk)
    data = as_shown(as_publisher.get(address), total="39")
    assert as_publisher.post(address, data).status_code == 200
    assert Minutes.objects.get().total == 42


def table(*rows):
    return tablib.Dataset(
        *rows, headers=["municipality", "date", "kind", "title_ar", "place_ar", "starts_at", "ends_at"]
    )


def import_rows(publisher, *rows):
    return MeetingResource(user=publisher).import_data(
        table(*rows), rollback_on_validation_errors=True, dry_run=False
    )


def test_meetings_come_in_as_a_table(publisher, nefta):
    result = import_rows(publisher, ("nefta", "2026/11/30", "general", "الجلسة", "القاعة", "9h30", "11:00"))
    assert not result.has_errors()
    meeting = Meeting.objects.get()
    assert (meeting.date, meeting.starts_at, meeting.is_public) == (date(2026, 11, 30), time(9, 30), False)


def test_an_imported_change_of_a_public_meeting_is_registered(publisher, meeting):
    publish_meeting(meeting=meeting, actor=publisher)
    result = import_rows(publisher, ("nefta", "2026-11-14", "general", "", "السوق", "", ""))
    assert not result.has_errors()
    assert not result.has_validation_errors()
    assert contents()[-1]["place_ar"] == "السوق"


@pytest.mark.parametrize(
    "row",
    [
        ("kenitra", "2026-11-14", "general", "x", "", "", ""),
        ("nefta", "2026-11-14", "party", "x", "", "", ""),
        ("nefta", "2026-11-15", "general", "x", "", "10:00", "09:00"),
        ("nefta", "2026-11-15", "general", "x", "", "25:00", ""),
        ("nefta", "2026-11-15", "general", "", "", "", ""),
    ],
)
def test_a_wrong_row_brings_nothing_in(publisher, nefta, kenitra, row):
    result = import_rows(publisher, row)
    assert result.has_validation_errors() or result.has_errors()
    assert not Meeting.objects.exists()


def test_a_row_that_could_mean_two_meetings_is_refused(publisher, nefta):
    for _ in range(2):
        MeetingFactory(municipality=nefta)
    with override("en"):
        result = import_rows(publisher, ("nefta", "2026-11-14", "general", "x", "", "", ""))
    assert "at the desk" in str([row.error for row in result.invalid_rows])
    assert not Meeting.objects.filter(title_ar="x").exists()
