"""What the rows of a meeting must keep, whichever way they are written."""

from datetime import date, time

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from portal.meetings.models import Meeting, MeetingFile, Minutes
from tests import factories
from tests.portal.meetings.factories import (
    AgendaItemFactory,
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


def faults(row):
    with pytest.raises(ValidationError) as refusal:
        row.full_clean()
    return set(refusal.value.message_dict)


def test_a_meeting_of_one_day_and_one_of_several(nefta):
    MeetingFactory(municipality=nefta, starts_at=time(10), ends_at=time(12)).full_clean()
    MeetingFactory(
        municipality=nefta, ends_on=date(2026, 11, 16), starts_at=time(10), ends_at=time(9)
    ).full_clean()


@pytest.mark.parametrize(
    ("values", "fields"),
    [
        ({"title_ar": ""}, {"title_ar"}),
        ({"ends_on": date(2026, 11, 13)}, {"ends_on"}),
        ({"ends_at": time(10)}, {"starts_at"}),
        ({"starts_at": time(10), "ends_at": time(10)}, {"ends_at"}),
        ({"starts_at": time(10), "ends_at": time(9), "ends_on": date(2026, 11, 14)}, {"ends_at"}),
        ({"remote_url": "https://remote.example/"}, {"remote_url"}),
        ({"remote_url": "http://remote.example/", "mode": "both"}, {"remote_url"}),
        ({"mode": "remote"}, {"mode"}),
        ({"map_url": "javascript:1"}, {"map_url"}),
        ({"kind": "party"}, {"kind"}),
        ({"held": True, "date": date(2026, 11, 16)}, {"date"}),
        ({"is_public": True, "place_ar": ""}, {"place_ar"}),
        ({"is_public": True, "place_ar": "", "mode": "remote"}, {"remote_url"}),
    ],
)
def test_what_contradicts_itself_is_refused_at_its_field(nefta, values, fields):
    row = MeetingFactory.build(municipality=nefta, **values)
    assert faults(row) == fields


def test_a_remote_meeting_needs_no_place_and_may_tell_how_in_its_invitation(nefta):
    remote = {"municipality": nefta, "mode": "remote", "place_ar": "", "is_public": True}
    MeetingFactory(**remote, remote_url="https://remote.example/").full_clean()
    MeetingFactory(**remote, invitation_ar="يُرسل الرابط إلى من يطلبه").full_clean()


def test_a_zone_of_another_municipality_is_refused(nefta, kenitra):
    zone = factories.ZoneFactory(municipality=kenitra)
    assert faults(MeetingFactory.build(municipality=nefta, zone=zone)) == {"zone"}
    row = ZoneAttendanceFactory.build(minutes=MinutesFactory(meeting__municipality=nefta), zone=zone, total=1)
    assert faults(row) == {"zone"}


@pytest.mark.parametrize(
    "values",
    [
        {"ends_on": date(2026, 11, 13)},
        {"ends_at": time(9)},
        {"starts_at": time(10), "ends_at": time(9)},
        {"is_cancelled": True, "held": True},
    ],
)
def test_the_database_refuses_it_too(nefta, values):
    meeting = MeetingFactory(municipality=nefta)
    with pytest.raises(IntegrityError), transaction.atomic():
        Meeting.objects.filter(pk=meeting.pk).update(**values)


@pytest.mark.parametrize("values", [{"women": 43}, {"young": 43}, {"total": None}, {"total": 8}])
def test_the_database_refuses_a_group_larger_than_the_whole(nefta, values):
    minutes = MinutesFactory(meeting__municipality=nefta)
    with pytest.raises(IntegrityError), transaction.atomic():
        Minutes.objects.filter(pk=minutes.pk).update(**values)


def test_the_database_keeps_what_may_tell_a_place_internal(nefta):
    file = MeetingFileFactory(meeting__municipality=nefta, is_public=False, may_hold_place=True)
    with pytest.raises(IntegrityError), transaction.atomic():
        MeetingFile.objects.filter(pk=file.pk).update(is_public=True)


def test_its_identity_stays_and_its_sequence_grows(nefta):
    meeting = MeetingFactory(municipality=nefta)
    uid = meeting.uid
    assert meeting.sequence == 0
    meeting.title_ar = "أخرى"
    meeting.save()
    assert (meeting.sequence, meeting.uid) == (1, uid)
    assert MeetingFactory(municipality=nefta).uid != uid


def test_held_once_its_day_has_come_and_there_are_minutes(nefta):
    meeting = MeetingFactory(municipality=nefta)
    assert not meeting.is_held
    MinutesFactory(meeting=meeting)
    assert Meeting.objects.get(pk=meeting.pk).is_held


def test_upcoming_and_past_meet_without_gap(nefta, kenitra):
    today = date(2026, 11, 15)
    rows = {
        name: MeetingFactory(municipality=nefta, date=day, ends_on=end)
        for name, day, end in [
            ("yesterday", date(2026, 11, 14), None),
            ("running", date(2026, 11, 10), date(2026, 11, 15)),
            ("today", today, None),
            ("ended", date(2026, 11, 1), date(2026, 11, 14)),
        ]
    }
    MeetingFactory(municipality=kenitra, date=today)
    own = Meeting.objects.of(nefta)
    assert list(own.upcoming(today)) == [rows["running"], rows["today"]]
    assert list(own.past(today)) == [rows["yesterday"], rows["ended"]]


def test_what_is_public_is_said_once(nefta):
    public = MeetingFactory(municipality=nefta, published=True)
    draft = MeetingFactory(municipality=nefta)
    shown = MeetingFileFactory(meeting=public)
    MeetingFileFactory(meeting=public, is_public=False)
    MeetingFileFactory(meeting=draft)
    MinutesFactory(meeting=draft, is_public=True)
    minutes = MinutesFactory(meeting=public, is_public=True)
    assert list(Meeting.objects.published()) == [public]
    assert list(MeetingFile.objects.published()) == [shown]
    assert list(Minutes.objects.published()) == [minutes]


def test_a_point_needs_a_title(nefta):
    assert faults(AgendaItemFactory.build(meeting=MeetingFactory(municipality=nefta), title_ar="")) == {
        "title_ar"
    }
