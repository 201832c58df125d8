"""Meetings as iCalendar: strictly RFC 5545, by the municipality's clocks."""

import datetime
from datetime import UTC, date, time
from zoneinfo import ZoneInfo

import icalendar
import pytest
import time_machine

from portal.meetings import services
from portal.meetings.clocks import time_zone
from portal.meetings.models import Meeting
from tests.portal.meetings.factories import AgendaItemFactory, MeetingFactory

pytestmark = pytest.mark.django_db
# Ramadan 1447: Morocco leaves UTC+1 for UTC+0 from 15 February to 22 March 2026.
BEFORE, DURING, AFTER = date(2026, 2, 10), date(2026, 3, 3), date(2026, 3, 24)


@pytest.fixture(autouse=True)
def _on_a_fixed_day():
    with time_machine.travel("2026-02-01 12:00Z", tick=False):
        yield


def fetch(client, town, path="meetings.ics", language="ar"):
    response = client.get(f"/{language}/m/{town.slug}/{path}")
    assert response.status_code == 200
    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    return response.content


def parse(content):
    calendar = icalendar.Calendar.from_ical(content)
    for component in calendar.walk():
        assert component.errors == []
    return calendar


def lines(content):
    return content.decode().replace("\r\n ", "").split("\r\n")


def offset_told_by(calendar, moment):
    """The offset that a reader works out from the file's own VTIMEZONE, as RFC 5545 3.6.5 says."""
    observances = [
        (part["DTSTART"].dt, part["TZOFFSETTO"].td) for part in calendar.walk("VTIMEZONE")[0].subcomponents
    ]
    return max(each for each in observances if each[0] <= moment.replace(tzinfo=None))[1]


@pytest.mark.parametrize(("day", "hours"), [(BEFORE, 1), (DURING, 0), (AFTER, 1)])
def test_the_hour_of_ramadan_in_morocco(client, kenitra, day, hours):
    for each in (BEFORE, DURING, AFTER):
        MeetingFactory(municipality=kenitra, published=True, date=each, starts_at=time(10))
    calendar = parse(fetch(client, kenitra))
    event = next(event for event in calendar.events if event["DTSTART"].dt.date() == day)
    start = event["DTSTART"].dt
    assert event["DTSTART"].params["TZID"] == "Africa/Casablanca"
    assert start.replace(tzinfo=None) == datetime.datetime.combine(day, time(10))
    assert offset_told_by(calendar, start) == datetime.timedelta(hours=hours)
    assert start.astimezone(UTC).hour == 10 - hours


def test_the_clock_is_changed_at_the_very_moment():
    """Both changes by the clock that held before: 03:00 (+01) and 02:00 (+00), each 02:00 UTC."""
    zone = time_zone("Africa/Casablanca", date(2026, 2, 1), date(2026, 4, 1))
    changes = [
        (part["DTSTART"].dt.isoformat(), part["TZOFFSETFROM"].to_ical(), part["TZOFFSETTO"].to_ical())
        for part in zone.subcomponents[1:]
    ]
    assert changes == [
        ("2026-02-15T03:00:00", "+0100", "+0000"),
        ("2026-03-22T02:00:00", "+0000", "+0100"),
    ]


@pytest.mark.parametrize("year", [2027, 2030, 2031])
def test_every_hour_of_a_year_is_told_as_the_tz_database_has_it(year):
    """2030 has two Ramadans."""
    info = ZoneInfo("Africa/Casablanca")
    zone = time_zone("Africa/Casablanca", date(year, 1, 1), date(year, 12, 31))
    onsets = [
        ((part["DTSTART"].dt - part["TZOFFSETFROM"].td), part["TZOFFSETTO"].td) for part in zone.subcomponents
    ]
    moment = datetime.datetime(year, 1, 1, tzinfo=UTC)
    while moment.year == year:
        told = max(each for each in onsets if each[0] <= moment.replace(tzinfo=None))[1]
        assert told == moment.astimezone(info).utcoffset(), moment
        moment += datetime.timedelta(hours=1)


def test_tunisia_keeps_one_hour_all_year():
    zone = time_zone("Africa/Tunis", date(2026, 1, 1), date(2027, 12, 31))
    (only,) = zone.subcomponents
    assert (only["TZOFFSETFROM"].to_ical(), only["TZOFFSETTO"].to_ical()) == ("+0100", "+0100")


def test_no_time_stands_without_its_zone(client, kenitra):
    MeetingFactory(municipality=kenitra, published=True, date=DURING, starts_at=time(10), ends_at=time(12))
    MeetingFactory(municipality=kenitra, published=True, date=AFTER)
    body = [line for line in lines(fetch(client, kenitra)) if line]
    inside = False
    for line in body:
        inside = {"BEGIN:VTIMEZONE": True, "END:VTIMEZONE": False}.get(line, inside)
        name, _colon, value = line.partition(":")
        if inside or not name.startswith(("DTSTART", "DTEND", "DTSTAMP", "LAST-MODIFIED")):
            continue
        assert "TZID=Africa/Casablanca" in name or "VALUE=DATE" in name or value.endswith("Z"), line


def test_a_meeting_without_a_time_lasts_whole_days_with_an_exclusive_end(client, nefta):
    MeetingFactory(municipality=nefta, published=True, date=date(2026, 2, 28))
    MeetingFactory(municipality=nefta, published=True, date=date(2026, 12, 30), ends_on=date(2026, 12, 31))
    content = fetch(client, nefta)
    found = [(event["DTSTART"].dt, event["DTEND"].dt) for event in parse(content).events]
    assert found == [
        (date(2026, 2, 28), date(2026, 3, 1)),
        (date(2026, 12, 30), date(2027, 1, 1)),
    ]
    assert content.count(b"DTSTART;VALUE=DATE:") == 2
    assert b"VTIMEZONE" not in content


def test_times_of_one_day_of_several_and_without_an_end(client, nefta):
    base = {"municipality": nefta, "published": True, "date": DURING, "starts_at": time(10)}
    MeetingFactory(**base, ends_at=time(12))
    MeetingFactory(**base, ends_on=date(2026, 3, 4), ends_at=time(9))
    MeetingFactory(**base, ends_on=date(2026, 3, 4))
    MeetingFactory(**base)
    ends = [
        event["DTEND"].dt.isoformat() if "DTEND" in event else None
        for event in parse(fetch(client, nefta)).events
    ]
    assert ends == [
        "2026-03-03T12:00:00+01:00",
        "2026-03-04T09:00:00+01:00",
        "2026-03-05T00:00:00+01:00",
        None,
    ]


def test_a_cancelled_meeting_is_said_to_be(client, nefta, publisher):
    meeting = MeetingFactory(municipality=nefta, published=True)
    before = parse(fetch(client, nefta)).events[0]
    services.cancel_meeting(meeting=meeting, actor=publisher)
    after = parse(fetch(client, nefta)).events[0]
    assert (before["STATUS"], after["STATUS"]) == ("CONFIRMED", "CANCELLED")
    assert before["UID"] == after["UID"]
    assert after["SEQUENCE"] == before["SEQUENCE"] + 1


def test_one_meeting_has_a_file_of_its_own(client, nefta):
    meeting = MeetingFactory(
        municipality=nefta,
        published=True,
        starts_at=time(10),
        map_url="geo:33.87,7.88",
        invitation_ar="تعالوا\nجميعا",
    )
    MeetingFactory(municipality=nefta, published=True)
    AgendaItemFactory(meeting=meeting, title_ar="الافتتاح", minutes=20)
    AgendaItemFactory(meeting=meeting, title_ar="النقاش")
    (event,) = parse(fetch(client, nefta, f"meetings/{meeting.pk}/meeting.ics")).events
    address = f"http://testserver/ar/m/nefta/meetings/{meeting.pk}/"
    assert event["URL"] == address
    assert event["LOCATION"] == "القاعة الكبرى"
    assert (event["GEO"].latitude, event["GEO"].longitude) == (33.87, 7.88)
    assert event["DESCRIPTION"] == f"تعالوا\nجميعا\n\n10:00 الافتتاح\n10:20 النقاش\n\n{address}"


LONG = "جلسة عمل مع منظمات المجتمع المدني، بالقاعة الكبرى؛ للجميع " * 5


def test_lines_are_folded_between_letters_and_signs_escaped(client, nefta):
    MeetingFactory(municipality=nefta, published=True, title_ar=LONG[:300], place_ar=r"a,b;c\d")
    content = fetch(client, nefta)
    written = content.split(b"\r\n")
    assert written.pop() == b""
    assert max(map(len, written)) <= 75
    for line in written:
        assert line.decode("utf-8")
    assert r"LOCATION:a\,b\;c\\d" in lines(content)
    assert parse(content).events[0]["SUMMARY"] == LONG[:300].strip()


@pytest.mark.parametrize("hostile", ["x\r\nBEGIN:VEVENT\r\nUID:evil", "x\x85UID:evil\u2028", "END:VCALENDAR"])
def test_no_text_can_write_a_line_of_its_own(client, nefta, hostile):
    meeting = MeetingFactory(
        municipality=nefta, published=True, title_ar=hostile, place_ar=hostile, invitation_ar=hostile
    )
    AgendaItemFactory(meeting=meeting, title_ar=hostile)
    (event,) = parse(fetch(client, nefta)).events
    assert event["UID"] == f"meeting-{meeting.uid}@nefta.musharaka"
    assert not [line for line in lines(fetch(client, nefta)) if line.startswith("UID:evil")]


def test_without_meetings_it_is_still_a_valid_calendar(client, nefta):
    MeetingFactory(municipality=nefta)
    calendar = parse(fetch(client, nefta))
    assert [component.name for component in calendar.subcomponents] == ["VTIMEZONE"]


def test_the_file_is_the_same_in_identity_in_every_language(client, nefta):
    MeetingFactory(municipality=nefta, published=True)
    uids = {parse(fetch(client, nefta, language=code)).events[0]["UID"] for code in ("ar", "fr", "en")}
    assert len(uids) == 1


def test_a_draft_has_no_file(client, nefta):
    meeting = MeetingFactory(municipality=nefta)
    assert client.get(f"/ar/m/nefta/meetings/{meeting.pk}/meeting.ics").status_code == 404


@pytest.mark.parametrize("count", [1, 40])
def test_it_costs_the_same_for_any_number_of_meetings(client, nefta, count, django_assert_num_queries):
    for _ in range(count):
        AgendaItemFactory(meeting=MeetingFactory(municipality=nefta, published=True))
    with django_assert_num_queries(3):
        assert fetch(client, nefta).count(b"BEGIN:VEVENT") == count
    assert Meeting.objects.count() == count
