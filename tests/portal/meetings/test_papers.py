"""The papers of a meeting: whole, in order, for whom they are; in either direction."""

import datetime
import io
import json
import re
import shutil
import subprocess
from xml.etree import ElementTree

import docx
import pikepdf
import pytest
import time_machine
from django.template.loader import render_to_string
from django.utils.translation import override

from portal.meetings import services
from portal.meetings.models import Meeting, ZoneAttendance
from portal.meetings.papers import drafts
from portal.meetings.papers.minutes import body_context
from portal.meetings.papers.poster_layout import lay_out, text_width
from portal.meetings.rules import list_letter
from portal.municipalities.models import Zone
from portal.papers.orders import Copy, Order, draft_of
from portal.publications.models import Publication
from tests import factories
from tests.papers import not_in_order, poppler_text
from tests.portal.meetings.factories import (
    AgendaItemFactory,
    MeetingFactory,
    MinutesFactory,
    ZoneAttendanceFactory,
)

pytestmark = pytest.mark.django_db

LONG_AR = ("الجلسة العامة التشاركية الأولى حول التشخيص الفني والمالي ومشاريع القرب بحضور المتدخلين " * 4)[
    :300
]
LONG_FR = ("Première réunion publique participative sur le diagnostic technique et financier, " * 4)[:300]
POINTS = [
    ("عرض التشخيص الفني والمالي", "Présentation des diagnostics"),
    ("المشاريع المتواصلة والبطاقات", "Projets en cours (2026-2027)"),
    ("نقاش أولويات المناطق", "Débat : les priorités des zones"),
    ("الخلاصة وما يلي", "Conclusion et suites"),
]


@pytest.fixture(autouse=True)
def _on_a_fixed_day():
    with time_machine.travel("2026-11-10 12:00Z", tick=False):
        yield


@pytest.fixture
def meeting(nefta):
    """A public general session on site and remotely, as its register entry has it."""
    meeting = MeetingFactory(
        municipality=nefta,
        kind="general",
        mode="both",
        title_ar="الجلسة العامة التشاركية الأولى",
        title_fr="Première réunion publique participative",
        starts_at=datetime.time(10),
        ends_at=datetime.time(12, 45),
        place_ar="القاعة الكبرى بنهج الثورة",
        place_fr="Grande salle",
        remote_url="https://visio.example/nefta",
        invitation_ar="الدخول حر",
        invitation_fr="Entrée libre",
    )
    for arabic, french in POINTS:
        AgendaItemFactory(meeting=meeting, title_ar=arabic, title_fr=french, minutes=40)
    services.publish_meeting(meeting=meeting, actor=None)
    return meeting


def order_for(meeting, kind, language="ar", copy=Copy.READING, *, is_large=False):
    municipality = type(meeting.municipality).objects.get(pk=meeting.municipality_id)
    return Order(
        kind=f"meeting-{kind}",
        municipality=municipality,
        arguments={"pk": meeting.pk},
        language=language,
        origin="https://portal.example",
        copy=copy,
        is_large=is_large,
    )


def printed(meeting, kind, language="ar", copy=Copy.READING, *, is_large=False):
    draft = draft_of(order_for(meeting, kind, language, copy, is_large=is_large))
    return draft.make(lambda done, of, doing: None)


@pytest.fixture
def laid_out(monkeypatch):
    """The words of the page that goes to the press, and the page."""

    def page(order, template, context, *, attachments=()):
        with override(order.language):
            return render_to_string(template, context)

    monkeypatch.setattr(drafts, "print_page", page)

    def lay_out_paper(meeting, kind, language="en"):
        html = printed(meeting, kind, language)
        bare = re.sub(r"</?(bdi|b|time|small)\b[^>]*>", "", html.partition("<body")[2])
        return " ".join(re.sub(r"<[^>]+>", " ", bare).split()), html

    return lay_out_paper


def pages_of(content):
    with pikepdf.open(io.BytesIO(content)) as pdf:
        return len(pdf.pages)


# --- invitation --------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["ar", "fr"])
def test_the_invitation_is_a_letter_that_says_all_of_it_in_order(meeting, language, tmp_path):
    content = printed(meeting, "invitation", language)
    column = 0 if language == "ar" else 1
    with override(language):
        said = [
            str(Meeting.objects.get(pk=meeting.pk).title),
            "10:00–12:45",
            str(meeting.place),
            meeting.remote_url,
            *(point[column] for point in POINTS),
            str(meeting.invitation),
        ]
    text = poppler_text(content, tmp_path)
    assert not_in_order(said, text) == []
    assert f"https://portal.example/{language}/m/nefta/meetings/{meeting.pk}/" in text
    with pikepdf.open(io.BytesIO(content)) as pdf:
        assert (len(pdf.pages), str(pdf.Root.Lang)) == (1, language)


def test_whom_the_letter_is_for(nefta, laid_out):
    zone = factories.ZoneFactory(municipality=nefta, number=3, name_fr="Oasis")
    for kind, place, words in [
        ("general", None, "To all who live in the municipality Subject"),
        ("zone", zone, "To all who live in the zone 3 Oasis Subject"),
        ("deciding_body", None, "To Subject"),
    ]:
        meeting = MeetingFactory(municipality=nefta, published=True, kind=kind, zone=place)
        text, html = laid_out(meeting, "invitation")
        assert words in text
        assert ('class="pen"' in html) == (kind == "deciding_body")


def test_a_cancelled_meeting_is_told_off(meeting, laid_out):
    services.cancel_meeting(meeting=meeting, actor=None)
    text, _html = laid_out(meeting, "invitation")
    assert "cancellation of the meeting" in text
    assert "does not take place" in text
    assert meeting.remote_url not in text
    assert POINTS[0][1] not in text
    text, html = laid_out(meeting, "poster")
    assert "Cancelled" in text
    assert "This meeting does not take place. It was announced for: Saturday 14 November 2026" in text
    assert POINTS[0][1] not in text
    assert 'class="wall off"' in html


def test_the_remote_link_is_not_printed_once_the_day_has_passed(meeting, laid_out):
    with time_machine.travel("2026-11-16 12:00Z", tick=False):
        assert meeting.remote_url not in laid_out(meeting, "invitation")[0]


def test_the_letter_carries_the_day_on_which_it_was_published(meeting, laid_out):
    with time_machine.travel("2026-11-12 12:00Z", tick=False):
        text, _html = laid_out(meeting, "invitation")
    assert "10 November 2026 To all" in text
    assert "Extracted on 12 November 2026" in text


def test_a_long_agenda_goes_on_over_the_page(nefta, tmp_path):
    meeting = MeetingFactory(municipality=nefta, published=True, title_ar=LONG_AR)
    points = [f"النقطة رقم {number} من جدول الأعمال" for number in range(1, 61)]
    for point in points:
        AgendaItemFactory(meeting=meeting, title_ar=point)
    content = printed(meeting, "invitation")
    assert pages_of(content) == draft_of(order_for(meeting, "invitation")).pages + 1 == 3
    assert not_in_order(points, poppler_text(content, tmp_path)) == []


# --- poster ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["ar", "fr"])
def test_the_poster_says_the_date_first_and_ends_with_the_hour_of_posting(meeting, language, tmp_path):
    content = printed(meeting, "poster", language)
    column = 0 if language == "ar" else 1
    with override(language):
        said = [
            str(Meeting.objects.get(pk=meeting.pk).title),
            "14",
            "10:00",
            str(meeting.place),
            str(meeting.invitation),
            *(point[column] for point in POINTS),
            f"/{language}/m/nefta/meetings/{meeting.pk}/",
        ]
    assert not_in_order(said, poppler_text(content, tmp_path)) == []
    assert pages_of(content) == 1


def test_the_code_of_the_poster_is_46_millimetres(meeting, laid_out):
    assert laid_out(meeting, "poster")[1].count('width="46mm" height="46mm"') == 1


def test_the_poster_names_its_entry_in_the_register(meeting, laid_out):
    entry = Publication.objects.get()
    text, _html = laid_out(meeting, "poster")
    assert text.endswith(
        f"Published online on 10 November 2026 · Version 1, entry {entry.number} of the register"
    )


def boxes(content, tmp_path):
    """Each word of the first page with its top and bottom, in points."""
    program = shutil.which("pdftotext")
    if program is None:
        pytest.skip("pdftotext (poppler-utils) is not installed")
    paper = tmp_path / "poster.pdf"
    paper.write_bytes(content)
    run = subprocess.run([program, "-bbox", str(paper), "-"], capture_output=True, check=True)
    page = ElementTree.fromstring(run.stdout)
    return [
        (word.text, float(word.get("yMin")), float(word.get("yMax")))
        for word in page.iter("{http://www.w3.org/1999/xhtml}word")
    ]


def full(nefta, **values):
    """A meeting that fills whatever it is printed on."""
    meeting = MeetingFactory(
        **{
            "municipality": nefta,
            "published": True,
            "mode": "both",
            "title_ar": LONG_AR,
            "title_fr": LONG_FR,
            "place_ar": LONG_AR,
            "place_fr": LONG_FR,
            "ends_on": datetime.date(2026, 11, 16),
            "starts_at": datetime.time(9),
            "ends_at": datetime.time(17, 30),
            "remote_url": "https://visio.example/" + "salle" * 60,
            "invitation_fr": "Entrée libre. Traduction en langue des signes sur demande.",
            **values,
        }
    )
    for _ in range(20):
        AgendaItemFactory(meeting=meeting, title_ar=LONG_AR, title_fr=LONG_FR)
    return meeting


@pytest.mark.parametrize(
    ("language", "values"),
    [
        ("ar", {}),
        ("fr", {}),
        ("fr", {"is_cancelled": True}),
        ("fr", {"title_fr": LONG_FR[:26], "place_fr": LONG_FR[:50], "mode": "on_site"}),
        ("ar", {"title_ar": LONG_AR[:140], "place_ar": LONG_AR[:70], "ends_on": None}),
    ],
)
def test_whatever_it_says_a_poster_is_one_page_of_which_nothing_is_covered(nefta, language, values, tmp_path):
    meeting = full(nefta, **values)
    content = printed(meeting, "poster", language)
    assert pages_of(content) == 1
    column = meeting.title_ar if language == "ar" else meeting.title_fr
    assert not_in_order([column], poppler_text(content, tmp_path)) == []
    words = boxes(content, tmp_path)
    posted = min(top for _word, top, _bottom in words if top > 740)
    assert max(bottom for _word, top, bottom in words if top < posted) <= posted
    assert max(bottom for _word, _top, bottom in words) < 842 - 34, "the band below is covered"


@pytest.mark.parametrize(
    ("title", "place", "expected"),
    [
        ("Réunion publique", "Salle", ("t1", "p1")),
        ("الجلسة العامة التشاركية", "القاعة", ("t1", "p1")),
        (LONG_FR[:50], LONG_FR[:55], ("t2", "p2")),
        (LONG_FR[:100], LONG_FR[:120], ("t3", "p3")),
        (LONG_FR[:180], LONG_FR[:250], ("t4", "p4")),
        (LONG_FR, LONG_FR, ("t5", "p4")),
    ],
)
def test_long_texts_are_set_smaller_by_steps(nefta, title, place, expected):
    meeting = MeetingFactory(municipality=nefta, title_ar=title, place_ar=place)
    with override("fr"):
        sheet = lay_out(Meeting.objects.for_meeting_page().get(pk=meeting.pk))
    assert (sheet.title, sheet.place) == expected


def test_what_the_agenda_has_no_room_for_is_counted(nefta, laid_out):
    meeting = full(nefta, is_cancelled=False)
    for_page = Meeting.objects.for_meeting_page().get(pk=meeting.pk)
    with override("en"):
        sheet = lay_out(for_page)
    assert sheet.is_full
    assert sheet.remark == ""
    assert len(sheet.agenda) + sheet.left_out == 20
    assert f"and {sheet.left_out} more points on the meeting’s page" in laid_out(meeting, "poster")[0]


def test_marks_take_no_room():
    assert text_width("مُحَمَّد") == text_width("محمد")
    assert text_width("abcd") == 4


def test_days_hours_and_ways_of_a_poster_in_words(nefta, laid_out):
    meeting = MeetingFactory(
        municipality=nefta,
        published=True,
        kind="workshop",
        mode="remote",
        place_ar="",
        remote_url="https://visio.example/a",
        date=datetime.date(2026, 11, 30),
        ends_on=datetime.date(2026, 12, 1),
    )
    text, html = laid_out(meeting, "poster")
    assert "Monday 30 November 2026 until Tuesday 1 December 2026 The whole day Remote" in text
    assert "The link to take part remotely is on the meeting’s page." in text
    assert 'class="points"><h2>The meeting’s page</h2>' in html
    assert ">1er</bdi>" in laid_out(meeting, "poster", "fr")[1]


# --- attendance sheet --------------------------------------------------------------------------------


def test_the_attendance_sheet_is_three_pages_of_thirty_rows(meeting, tmp_path):
    factories.ZoneFactory(municipality=meeting.municipality, number=7, name_ar="الواحة")
    content = printed(meeting, "attendance")
    assert pages_of(content) == draft_of(order_for(meeting, "attendance")).pages == 3
    text = poppler_text(content, tmp_path)
    assert not_in_order([str(number) for number in range(1, 91)], text) == []
    sheets = text.split("\f")
    for sheet in sheets[:3]:
        assert not_in_order(["القاعة الكبرى بنهج الثورة", "الواحة"], sheet) == []


@pytest.mark.parametrize("is_large", [False, True])
def test_three_pages_whatever_the_heading(nefta, is_large):
    meeting = full(nefta)
    assert pages_of(printed(meeting, "attendance", "fr", is_large=is_large)) == 3


def test_the_sheet_asks_for_no_more_than_the_minutes_count(meeting, laid_out):
    text, html = laid_out(meeting, "attendance")
    heads = re.findall(r'<th scope="col"[^>]*>(.*?)</th>', html.partition("</thead>")[0])
    assert [re.sub("<[^>]+>", "", head) for head in heads] == [
        "No.",
        "Name and surname",
        "Zone or neighbourhood",
        "In what capacity (citizen, association, administration)",
        "Woman",
        "Aged 16–35",
        "Signature",
    ]
    assert text.count("The municipality keeps this sheet and does not publish it.") == 3
    assert text.count("Organic law 2004-63, INPDP.") == 3


def test_more_zones_than_a_sheet_can_name_are_not_named(meeting, laid_out):
    for number in range(1, 14):
        factories.ZoneFactory(municipality=meeting.municipality, number=number)
    assert "Zones:" not in laid_out(meeting, "attendance")[0]


# --- minutes -----------------------------------------------------------------------------------------


@pytest.fixture
def minutes(meeting):
    """The minutes of a session of which the official model gives the figures."""
    with time_machine.travel("2026-11-15 12:00Z", tick=False):
        zone = factories.ZoneFactory(municipality=meeting.municipality, number=1, name_ar="المدينة")
        row = MinutesFactory(
            meeting=meeting,
            population=20819,
            facilitator="ميسرة الجلسة",
            written_by="Secrétariat général",
            new_projects_ar="تعبيد نهج 2 مارس\nتنوير المدخل\nرصيف\nغراسة",
            new_projects_fr="Rue du 2 mars\nÉclairage\nTrottoir\nPlantations",
            outcome_ar="صادقت الجلسة على المشاريع\nفقرة ثانية",
        )
        ZoneAttendanceFactory(minutes=row, zone=zone, total=29)
        services.publish_minutes(meeting=meeting, actor=None)
        yield row


def test_the_minutes_follow_the_official_model(minutes, tmp_path):
    text = poppler_text(printed(minutes.meeting, "minutes"), tmp_path)
    expected = ["20 819", "10:00–12:45", "القاعة الكبرى", "ميسرة الجلسة", "Secrétariat général"]
    assert not_in_order(expected, text) == []
    for figure in ("42", "16,6%", "21,4%", "69,0%"):
        assert figure in text
    lettered = [f"{letter}. {point[0]}" for letter, point in zip("أبتث", POINTS, strict=True)]
    projects = [
        f"{letter}. {line}" for letter, line in zip("أبتث", minutes.new_projects_ar.splitlines(), strict=True)
    ]
    assert not_in_order([*lettered, *projects, *minutes.outcome_ar.splitlines()], text) == []
    assert "غير مذكور" in text or "لم يُذكر" in text  # who approved them is not stated


def test_the_same_entry_gives_the_french_minutes_and_says_once_what_is_arabic_alone(minutes, laid_out):
    text, html = laid_out(minutes.meeting, "minutes", "fr")
    for letter, point in zip("abcd", POINTS, strict=True):
        assert f"{letter}. {point[1]}" in text
    assert "a. Rue du 2 mars" in text
    assert html.count("affiché tel que la commune") == 1
    assert '<div class="said" lang="ar" dir="rtl">' in html


def test_minutes_in_one_language_have_no_remark_about_the_other(minutes, laid_out):
    assert "one language only" not in laid_out(minutes.meeting, "minutes", "ar")[0]


def test_minutes_that_are_not_public_say_so_and_name_no_entry(minutes, laid_out):
    services.withdraw_minutes(meeting=minutes.meeting, actor=None)
    text, _html = laid_out(minutes.meeting, "minutes-draft")
    assert "Draft: these minutes are not public" in text
    assert "of the register" not in text
    services.publish_minutes(meeting=minutes.meeting, actor=None)
    text, _html = laid_out(minutes.meeting, "minutes-draft")
    assert "Draft" not in text
    assert "Version 4, entry" in text


def test_what_nobody_stated_is_said_in_words(nefta, laid_out):
    row = MinutesFactory(meeting=MeetingFactory(municipality=nefta), total=None, women=None, young=None)
    text, _html = laid_out(row.meeting, "minutes-draft")
    assert "1. Attendance not stated" in text
    assert "2. Agenda not stated" in text
    assert "5. Outcome not stated" in text


def test_three_hundred_zones_go_on_under_repeated_heads(minutes, tmp_path):
    town = minutes.meeting.municipality
    zones = [Zone(municipality=town, number=n, name_ar=f"المنطقة رقم {n}") for n in range(2, 302)]
    Zone.objects.bulk_create(zones)
    ZoneAttendance.objects.bulk_create(ZoneAttendance(minutes=minutes, zone=zone, total=0) for zone in zones)
    content = printed(minutes.meeting, "minutes")
    text = poppler_text(content, tmp_path)
    assert not_in_order([zone.name_ar for zone in zones], text) == []
    assert text.count("النسبة") >= pages_of(content) - 1 >= 5
    assert draft_of(order_for(minutes.meeting, "minutes")).pages in range(4, 11)


def test_the_body_of_the_minutes_can_stand_in_another_paper(minutes):
    meeting = Meeting.objects.for_meeting_page().get(pk=minutes.meeting.pk)
    with override("fr"):
        html = render_to_string("meetings/pdf/minutes_body.html", body_context(meeting))
    assert "<h1" not in html
    assert "<h2" in html
    assert "Rue du 2 mars" in html


def test_the_archive_copy_carries_what_the_register_keeps(minutes):
    content = printed(minutes.meeting, "minutes", copy=Copy.ARCHIVE)
    with pikepdf.open(io.BytesIO(content)) as pdf:
        (name,) = pdf.attachments
        data = pdf.attachments[name].get_file().read_bytes().decode()
    assert data == Publication.objects.order_by("-number").first().content
    assert json.loads(data)["minutes"]["total"] == 42


def test_the_archive_copy_of_a_draft_carries_nothing(minutes):
    services.withdraw_minutes(meeting=minutes.meeting, actor=None)
    content = printed(minutes.meeting, "minutes-draft", copy=Copy.ARCHIVE)
    with pikepdf.open(io.BytesIO(content)) as pdf:
        assert list(pdf.attachments) == []


def test_letters_of_lists():
    assert [list_letter(position, "ar") for position in (1, 2, 3, 4, 5, 28, 29)] == [*"أبتثجي", "أأ"]
    assert [list_letter(position, "fr") for position in (1, 26, 27)] == ["a", "z", "aa"]


# --- minutes to be edited ----------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["ar", "fr"])
def test_the_minutes_can_be_edited_in_word(minutes, language):
    minutes.facilitator = "Amel\x01 & <b>"
    minutes.save(update_fields=["facilitator", "updated_at"])
    content = printed(minutes.meeting, "minutes-docx", language)
    word = docx.Document(io.BytesIO(content))
    lines = [paragraph.text for paragraph in word.paragraphs]
    letter, column = ("أ", 0) if language == "ar" else ("a", 1)
    assert f"{letter}. {POINTS[0][column]}" in lines
    assert "فقرة ثانية" in lines
    assert [paragraph.style.name for paragraph in word.paragraphs].count("Heading 2") == 5
    facts, groups, zones, _signatures = word.tables
    assert facts.rows[2].cells[1].text == "Amel & <b>"
    assert [cell.text.strip("\u2066\u2069") for cell in groups.rows[2].cells][1:] == [
        "7",
        "16,6%" if language == "ar" else "16,6\u202f%",
    ]
    assert zones.rows[1].cells[1].text == "29"
    assert ("w:bidiVisual" in word.element.xml) == (language == "ar")
    assert content == printed(minutes.meeting, "minutes-docx", language)


def test_a_draft_in_word_says_that_it_is_one(meeting):
    MinutesFactory(meeting=meeting, women=None)
    word = docx.Document(io.BytesIO(printed(meeting, "minutes-docx", "en")))
    assert "Draft: these minutes are not public" in [paragraph.text for paragraph in word.paragraphs]
    assert word.tables[1].rows[2].cells[1].text == "not stated"


# --- who may have them -------------------------------------------------------------------------------

PUBLIC = ["invitation.pdf", "poster.pdf", "minutes.pdf"]
STAFF = ["attendance.pdf", "minutes.pdf", "minutes.docx"]


@pytest.fixture
def _no_press(monkeypatch):
    """Papers that nobody reads need no press."""
    monkeypatch.setattr(drafts, "print_page", lambda *args, **kwargs: b"%PDF-")


@pytest.mark.usefixtures("_no_press")
@pytest.mark.parametrize("name", PUBLIC)
def test_everybody_may_have_the_public_papers_and_is_told_when_nothing_changed(client, minutes, name):
    address = f"/ar/m/nefta/meetings/{minutes.meeting.pk}/{name}"
    response = client.get(address)
    assert (response.status_code, response["Content-Type"]) == (200, "application/pdf")
    assert f'filename="nefta-meeting-{minutes.meeting.pk}-' in response["Content-Disposition"]
    assert client.get(address, headers={"if-none-match": response["ETag"]}).status_code == 304
    assert client.get(f"{address}?copy=archive")["ETag"] != response["ETag"]


@pytest.mark.usefixtures("_no_press")
@pytest.mark.parametrize("name", PUBLIC)
def test_a_public_paper_costs_the_same_for_any_agenda(client, minutes, name, django_assert_num_queries):
    queries = {"invitation.pdf": 8, "poster.pdf": 8, "minutes.pdf": 7}[name]
    for _ in range(10):
        AgendaItemFactory(meeting=minutes.meeting)
    with django_assert_num_queries(queries):
        assert client.get(f"/ar/m/nefta/meetings/{minutes.meeting.pk}/{name}").status_code == 200


@pytest.mark.usefixtures("_no_press")
@pytest.mark.parametrize("name", PUBLIC)
def test_there_is_no_paper_of_a_draft_nor_of_another_municipality(client, minutes, kenitra, name):
    meeting = minutes.meeting
    assert client.get(f"/ar/m/kenitra/meetings/{meeting.pk}/{name}").status_code == 404
    assert client.get(f"/ar/m/nefta/meetings/{meeting.pk + 1}/{name}").status_code == 404
    services.withdraw_meeting(meeting=meeting, actor=None)
    assert client.get(f"/ar/m/nefta/meetings/{meeting.pk}/{name}").status_code == 404


@pytest.mark.usefixtures("_no_press")
def test_minutes_that_are_withdrawn_are_no_public_paper(client, minutes):
    services.withdraw_minutes(meeting=minutes.meeting, actor=None)
    assert client.get(f"/ar/m/nefta/meetings/{minutes.meeting.pk}/minutes.pdf").status_code == 404


@pytest.mark.usefixtures("_no_press")
@pytest.mark.parametrize("name", STAFF)
def test_staff_papers_are_for_the_municipality_alone_and_are_kept_by_no_browser(
    client, minutes, name, editor, stranger
):
    address = f"/ar/m/nefta/staff/meetings/{minutes.meeting.pk}/{name}"
    assert client.get(address).status_code == 302
    client.force_login(stranger)
    assert client.get(address).status_code == 404
    client.force_login(editor)
    response = client.get(address)
    assert (response.status_code, response["Cache-Control"]) == (200, "private, no-store")


@pytest.mark.usefixtures("_no_press")
def test_without_minutes_there_is_nothing_to_print_of_them(client, meeting, editor):
    client.force_login(editor)
    for name in ("minutes.pdf", "minutes.docx"):
        assert client.get(f"/ar/m/nefta/staff/meetings/{meeting.pk}/{name}").status_code == 404


# --- where they are offered --------------------------------------------------------------------------


def test_the_public_page_offers_what_is_public(client, minutes):
    html = client.get(f"/en/m/nefta/meetings/{minutes.meeting.pk}/").content.decode()
    for name in PUBLIC:
        assert f'href="/en/m/nefta/meetings/{minutes.meeting.pk}/{name}"' in html
    services.withdraw_minutes(meeting=minutes.meeting, actor=None)
    html = client.get(f"/en/m/nefta/meetings/{minutes.meeting.pk}/").content.decode()
    assert "minutes.pdf" not in html


def test_the_desk_offers_the_sheet_of_a_draft_and_the_rest_once_it_is_public(client, nefta, editor):
    client.force_login(editor)
    meeting = MeetingFactory(municipality=nefta)
    html = client.get(f"/en/m/nefta/staff/meetings/{meeting.pk}/").content.decode()
    assert "attendance.pdf" in html
    assert "poster.pdf" not in html
    MinutesFactory(meeting=meeting)
    Meeting.objects.filter(pk=meeting.pk).update(is_public=True)
    html = client.get(f"/en/m/nefta/staff/meetings/{meeting.pk}/").content.decode()
    for name in ("poster.pdf", "invitation.pdf", f"staff/meetings/{meeting.pk}/minutes.docx"):
        assert name in html
