"""The calendar as iCalendar: what RFC 5545 asks for, and what lets a phone keep it up to date."""

import datetime
import re

import icalendar
import pytest
import time_machine
from django.utils.translation import override

from portal.files.uploads import CheckedFile
from programs.calendar import read_calendar
from programs.feeds import calendar_feed
from programs.models import Phase, Program, Status, Task
from programs.services.evidence import attach_evidence
from tests import factories

NOW = datetime.datetime(2021, 11, 9, 12, tzinfo=datetime.UTC)
PATH = "/{}/m/nefta/programs/2022/calendar.ics"


@pytest.fixture(autouse=True)
def _on_a_fixed_day():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def program(nefta):
    program = factories.ProgramFactory(municipality=nefta, published=True)
    phase = Phase.objects.create(program=program, number=2, title_ar="التشخيص")
    dates = [datetime.date(2021, 10, 13), datetime.date(2021, 12, 31), None, datetime.date(2024, 2, 29)]
    for number, date in enumerate(dates, start=1):
        factories.TaskFactory(phase=phase, number=number, session_date=date, title_ar=f"عمل {number}")
    return program


def fetch(client, language="ar"):
    return client.get(PATH.format(language))


def parse(content):
    """Read as strictly as the library can: any line that is not one is an error, not a warning."""
    calendar = icalendar.Calendar.from_ical(content)
    assert calendar.errors == []
    for component in calendar.walk():
        assert component.errors == []
    return calendar


def feed(program, language="ar", **options):
    with override(language):
        calendar = read_calendar(Program.objects.for_calendar_page().get(pk=program.pk), NOW.date())
        return calendar_feed(calendar, **{"name": "رزنامة", "page_url": "https://x.example/p/", **options})


def retitle(program, title):
    Task.objects.filter(phase__program=program, number=1).update(title_ar=title)


def unfolded(content):
    return content.decode().replace("\r\n ", "").split("\r\n")


# --- the file ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["ar", "fr", "en"])
def test_it_is_a_calendar_of_its_dated_tasks(client, program, language):
    response = fetch(client, language)
    assert response["Content-Type"] == "text/calendar; charset=utf-8"
    assert 'filename="nefta-2022.ics"' in response["Content-Disposition"]
    calendar = parse(response.content)
    assert calendar["VERSION"] == "2.0"
    assert calendar["PRODID"].startswith("-//Musharaka//")
    assert ("نفطة" if language == "ar" else "Nefta") in calendar["X-WR-CALNAME"]
    assert [event["DTSTART"].dt for event in calendar.events] == [
        datetime.date(2021, 10, 13),
        datetime.date(2021, 12, 31),
        datetime.date(2024, 2, 29),
    ]


def test_each_event_lasts_one_whole_day(client, program):
    """The end is the first day that no longer belongs to it, over month, year and leap day too."""
    content = fetch(client).content
    events = parse(content).events
    assert [event["DTEND"].dt for event in events] == [
        datetime.date(2021, 10, 14),
        datetime.date(2022, 1, 1),
        datetime.date(2024, 3, 1),
    ]
    assert content.count(b"DTSTART;VALUE=DATE:") == content.count(b"DTEND;VALUE=DATE:") == 3


def test_an_event_says_what_is_due_and_where_to_read_on(client, program):
    first = Task.objects.get(phase__program=program, number=1)
    for position, title in enumerate(["محضر جلسة", "صور"], start=1):
        factories.ExpectedDocumentFactory(task=first, position=position, title_ar=title)
    event = parse(fetch(client).content).events[0]
    assert event["SUMMARY"] == "1-2 عمل 1"
    address = "http://testserver/ar/m/nefta/programs/2022/#task-2-1"
    assert event["URL"] == address
    assert event["DESCRIPTION"] == f"- محضر جلسة\n- صور\n{address}"
    assert event["TRANSP"] == "TRANSPARENT"


def test_a_task_without_documents_has_only_its_address(client, program):
    assert parse(fetch(client).content).events[0]["DESCRIPTION"].startswith("http://testserver/")


def test_a_task_without_a_date_is_absent(client, program):
    content = fetch(client).content.decode()
    assert "عمل 3" not in content
    assert content.count("BEGIN:VEVENT") == 3


@pytest.mark.parametrize("dates", ["none", "no tasks"])
def test_a_program_without_dates_is_still_a_valid_calendar(client, program, dates):
    """RFC 5545 3.6 asks for a component at least; a time zone is one that shows nothing."""
    Task.objects.update(session_date=None)
    if dates == "no tasks":
        Task.objects.all().delete()
    response = fetch(client)
    calendar = parse(response.content)
    assert response.status_code == 200
    assert calendar.events == []
    assert [component.name for component in calendar.subcomponents] == ["VTIMEZONE"]
    assert calendar.subcomponents[0]["TZID"] == "Africa/Tunis"
    assert calendar.subcomponents[0].subcomponents


def test_a_calendar_with_dates_needs_no_time_zone(client, program):
    assert b"VTIMEZONE" not in fetch(client).content


# --- lines -------------------------------------------------------------------------------------------

LONG = "إعداد خطة اتصالية من طرف الخلية بالتعاون مع منظمات المجتمع المدني والشروع في تنفيذها " * 6


@pytest.mark.parametrize("title", [LONG, "a" * 1000, "é" * 999, "🗓️" * 400, "x" * 74 + "،" * 80])
def test_lines_are_folded_at_75_octets_between_letters(program, title):
    retitle(program, title)
    content = feed(program)
    lines = content.split(b"\r\n")
    assert lines.pop() == b""
    assert max(map(len, lines)) <= 75
    assert b"\n" not in content.replace(b"\r\n", b"")
    assert b"\r" not in content.replace(b"\r\n", b"")
    for line in lines:
        assert line.decode("utf-8")
    assert parse(content).events[0]["SUMMARY"] == f"1-2 {title.strip()}"


@pytest.mark.parametrize(
    ("title", "written", "read"),
    [
        ("a,b;c", r"a\,b\;c", "a,b;c"),
        (r"a\b", r"a\\b", r"a\b"),
        (r"a\nb", r"a\\nb", r"a\nb"),
        ("a:b", "a:b", "a:b"),
        ('"a"', '"a"', '"a"'),
        ("(2021)، 50%؛ «ب»", "(2021)، 50%؛ «ب»", "(2021)، 50%؛ «ب»"),
    ],
)
def test_signs_with_a_meaning_are_escaped(program, title, written, read):
    retitle(program, title)
    content = feed(program)
    assert f"SUMMARY:1-2 {written}" in unfolded(content)
    assert parse(content).events[0]["SUMMARY"] == f"1-2 {read}"


@pytest.mark.parametrize(
    "title",
    [
        "x\r\nBEGIN:VEVENT\r\nUID:evil\r\nEND:VEVENT",
        "x\nBEGIN:VEVENT\nUID:evil",
        "x\rBEGIN:VEVENT\rUID:evil",
        "x\x85BEGIN:VEVENT\u2028UID:evil",
        "x\x0bBEGIN:VEVENT\x0cUID:evil",
        "END:VCALENDAR",
        "x\x1b[31m\x07",
    ],
)
def test_no_title_can_write_a_line_of_its_own(program, title):
    retitle(program, title)
    first = Task.objects.get(phase__program=program, number=1)
    factories.ExpectedDocumentFactory(task=first, title_ar=title)
    content = feed(program)
    calendar = parse(content)
    assert len(calendar.events) == 3
    assert "evil" not in {event["UID"] for event in calendar.events}
    assert not re.search(r"[\x00-\x09\x0b\x0c\x0e-\x1f\x7f]", content.decode())
    names = {line.split(":")[0].split(";")[0] for line in unfolded(content) if line}
    assert names == {
        *{"BEGIN", "END", "VERSION", "PRODID", "CALSCALE", "METHOD", "NAME", "X-WR-CALNAME"},
        *{"SUMMARY", "DTSTART", "DTEND", "DTSTAMP", "UID", "DESCRIPTION", "TRANSP", "URL"},
        *{"SEQUENCE", "LAST-MODIFIED"},
    }


def test_a_hostile_town_name_stays_a_name(program):
    content = feed(program, name="x\r\nMETHOD:CANCEL\r\n,;")
    calendar = parse(content)
    assert calendar["METHOD"] == "PUBLISH"
    assert calendar["X-WR-CALNAME"] == "x METHOD:CANCEL ,;"


# --- identity ----------------------------------------------------------------------------------------


def uids(content):
    return [event["UID"] for event in parse(content).events]


def test_an_event_keeps_its_identity_in_every_language(client, program):
    found = {tuple(uids(fetch(client, language).content)) for language in ("ar", "fr", "en")}
    assert len(found) == 1
    assert len(set(found.pop())) == 3


def test_an_event_keeps_its_identity_whatever_changes(client, program, publisher):
    before = uids(fetch(client).content)
    Task.objects.filter(number=1).update(title_ar="آخر", session_date=datetime.date(2021, 10, 20), done=True)
    Phase.objects.update(title_ar="أخرى", number=7)
    factories.approved(program, publisher)
    assert uids(fetch(client).content) == before


def test_events_of_different_programs_differ(nefta, program):
    other = factories.ProgramFactory(municipality=nefta, year=2023, published=True)
    factories.TaskFactory(phase__program=other, phase__number=2, number=1)
    assert not set(uids(feed(program))) & set(uids(feed(other)))


def test_the_file_is_the_same_as_long_as_nothing_changes(program):
    first = feed(program)
    with time_machine.travel(NOW + datetime.timedelta(days=3), tick=False):
        assert feed(program) == first


def test_the_stamp_is_the_moment_of_the_last_change(program, publisher):
    def stamps():
        events = parse(feed(program)).events
        return {event[name].dt for event in events for name in ("DTSTAMP", "LAST-MODIFIED")}

    assert stamps() == {NOW}
    later = NOW + datetime.timedelta(days=1, seconds=7)
    document = factories.ExpectedDocumentFactory(task=Task.objects.get(number=1))
    with time_machine.travel(later, tick=False):
        upload = CheckedFile("pv.pdf", b"%PDF-1.4", "application/pdf", "0" * 64)
        attach_evidence(document=document, upload=upload, is_public=False, actor=publisher)
    assert stamps() == {later}
    assert b"DTSTAMP:20211110T120007Z" in feed(program)


def test_the_sequence_counts_the_changes_of_its_own_task(program):
    def sequences():
        return [event["SEQUENCE"] for event in parse(feed(program)).events]

    assert sequences() == [0, 0, 0]
    second = Task.objects.get(phase__program=program, number=2)
    for day in (20, 21):
        second.session_date = datetime.date(2021, 12, day)
        second.save()
    assert sequences() == [0, 2, 0]


# --- the address -------------------------------------------------------------------------------------


def test_a_draft_and_another_year_have_no_file(client, program):
    assert client.get("/ar/m/nefta/programs/2021/calendar.ics").status_code == 404
    Program.objects.update(status=Status.DRAFT)
    assert fetch(client).status_code == 404


def test_nothing_changed_is_not_sent_again(client, program):
    etag = fetch(client)["ETag"]
    response = client.get(PATH.format("ar"), headers={"If-None-Match": etag})
    assert (response.status_code, response.content) == (304, b"")


@pytest.mark.parametrize("count", [3, 300])
def test_it_costs_the_same_for_any_number_of_tasks(client, nefta, count, django_assert_num_queries):
    program = factories.ProgramFactory(municipality=nefta, published=True)
    phase = Phase.objects.create(program=program, number=1, title_ar="مرحلة")
    Task.objects.bulk_create(
        Task(phase=phase, number=n + 1, title_ar="عمل", session_date=NOW.date()) for n in range(count)
    )
    with django_assert_num_queries(9):
        content = fetch(client).content
    assert content.count(b"BEGIN:VEVENT") == count
