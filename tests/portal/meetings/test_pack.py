"""The file of a session: everything in it in order, its contents right, what lacks named."""

import io
import json
import re
from datetime import date, time

import pikepdf
import pytest
import time_machine
from django.http import Http404
from django.utils.safestring import SafeString
from django.utils.translation import override
from pypdfium2 import PdfDocument

from portal.meetings import packs
from portal.papers.orders import Copy, Order, draft_of
from portal.papers.packs import Section, Share
from portal.publications.register import head
from tests import factories
from tests.papers import letters, not_in_order, pdfium_text, poppler_text, words_missing
from tests.portal.meetings.factories import AgendaItemFactory, MeetingFactory, MinutesFactory
from tests.portal.publications.registers import published

pytestmark = pytest.mark.django_db
ORIGIN = "https://musharaka.example"
CALENDAR = "الرزنامة وما أُنجز منها"
MONEY = "توزيع موارد القرب على المناطق وبطاقات المشاريع المبرمجة ضمن البرنامج السنوي للاستثمار"
LACKING = "مداولة الجلسة السابقة غير مودعة"


def calendar_share(order, meeting, subjects):
    table = "".join(f"<tr><th scope='row'>{n}</th><td>عمل</td></tr>" for n in range(60))
    html = f"<h2>المرحلة الأولى</h2><table class='cal'><tbody>{table}</tbody></table>"
    return Share([Section(CALENDAR, SafeString(html), "أجل واحد لم يُحترم", is_lying=True)], pages=2)


def money_share(order, meeting, subjects):
    html = SafeString("<h2>حسب الصنف</h2><p><bdi dir='ltr'>1 200 000,000</bdi> د.ت</p>")
    return Share([Section(MONEY, html, decision="مصادقة بالتصويت")], missing=[LACKING], pages=1)


def nothing(order, meeting, subjects):
    return Share()


def many_points(order, meeting, subjects):
    sections = [Section(f"نقطة {n}", SafeString("<p>…</p>"), decision="تصويت") for n in range(7)]
    return Share(sections, pages=7)


@pytest.fixture(autouse=True)
def _on_a_fixed_day(settings):
    settings.PACK_SHARES = [f"{__name__}.calendar_share", f"{__name__}.money_share"]
    with time_machine.travel("2026-11-22 12:00Z", tick=False):
        yield


@pytest.fixture
def session(nefta):
    meeting = MeetingFactory(
        municipality=nefta,
        kind="deciding_body",
        title_ar="دورة المصادقة على برنامج الاستثمار",
        title_fr="Session d’approbation du programme",
        date=date(2026, 11, 30),
        starts_at=time(9, 30),
        is_public=True,
    )
    AgendaItemFactory(meeting=meeting, title_ar="نتائج الجلسة العامة", title_fr="Résultats", minutes=20)
    AgendaItemFactory(meeting=meeting, title_ar="توزيع الموارد")
    return meeting


@pytest.fixture
def former(nefta):
    meeting = MeetingFactory(
        municipality=nefta, kind="deciding_body", date=date(2026, 5, 11), title_ar="دورة ماي", is_public=True
    )
    MinutesFactory(meeting=meeting, is_public=True, outcome_ar="صودق على الحساب المالي بالإجماع")
    return meeting


def order(meeting, language="ar", copy=Copy.READING):
    return Order("council-pack", meeting.municipality, {"pk": meeting.pk}, language, ORIGIN, copy)


def silent(done, of, doing):
    pass


def printed(meeting, language="ar", copy=Copy.READING):
    return draft_of(order(meeting, language, copy)).make(silent)


def pack_of(meeting, language="ar"):
    with override(language):
        return packs.read_pack(order(meeting, language), packs.session_of(meeting.municipality, meeting.pk))


def outline(pdf):
    """Each bookmark with the number of its page, the deeper ones indented."""
    pages = {page.obj.objgen: number for number, page in enumerate(pdf.pages, start=1)}
    found = []
    with pdf.open_outline() as tree:
        stack = [(item, 0) for item in reversed(tree.root)]
        while stack:
            item, depth = stack.pop()
            target = item.destination or item.action.D
            found.append((depth, letters(str(item.title)), pages[target[0].objgen]))
            stack += [(child, depth + 1) for child in reversed(item.children)]
    return found


# --- the paper


@pytest.mark.parametrize("language", ["ar", "fr"])
def test_everything_is_in_the_file_in_its_order(session, former, nefta, language, tmp_path):
    published(nefta)
    seal = head().hash
    content = printed(session, language)
    is_arabic = language == "ar"
    words = [
        "دورة المصادقة على برنامج الاستثمار" if is_arabic else "Session d’approbation du programme",
        *(CALENDAR, MONEY, LACKING, seal[:32], seal[32:]),
        *("09:30", "نتائج الجلسة العامة" if is_arabic else "Résultats", "09:50", "توزيع الموارد"),
        *("مصادقة بالتصويت", CALENDAR, "المرحلة الأولى", MONEY, "حسب الصنف", "1 200 000,000"),
        *("صودق على الحساب المالي بالإجماع", MONEY),
    ]
    text = poppler_text(content, tmp_path)
    assert not_in_order(words, text) == []
    assert words_missing(words, pdfium_text(content)) == []
    pdf = pikepdf.open(io.BytesIO(content))
    assert pdf.Root.Lang == language
    marks = outline(pdf)
    chapters = [(title, page) for depth, title, page in marks if depth == 0]
    assert [title for title, _page in chapters[3:5]] == [letters(f"2. {CALENDAR}"), letters(f"3. {MONEY}")]
    assert (1, letters("حسب الصنف"), chapters[4][1]) in marks
    lying = pdf.pages[chapters[3][1] - 1]
    assert float(lying.MediaBox[2]) > float(lying.MediaBox[3])
    contents = PdfDocument(content)[1].get_textpage().get_text_range()
    told = {int(number) for number in re.findall(r"\d+", contents.split(seal[:32])[0])}
    assert {page for _title, page in chapters[2:]} <= told
    assert chapters[-1][1] == len(pdf.pages)


def test_the_archive_copy_carries_what_the_session_is_about(session, former):
    pdf = pikepdf.open(io.BytesIO(printed(session, copy=Copy.ARCHIVE)))
    ((_name, attached),) = pdf.attachments.items()
    data = json.loads(attached.get_file().read_bytes())
    assert [point["title_ar"] for point in data["meeting"]["agenda"]] == [
        "نتائج الجلسة العامة",
        "توزيع الموارد",
    ]
    assert [paper["decision"] for paper in data["papers"]] == ["", "مصادقة بالتصويت", ""]
    assert data["missing"] == [LACKING]
    assert data["register"] == {"number": head().number, "hash": head().hash}


# --- what is in it


def test_the_minutes_of_the_session_before_are_its_last_chapter(session, former):
    pack = pack_of(session)
    assert [chapter.number for chapter in pack.chapters] == [2, 3, 4]
    assert pack.former == former
    assert "صودق على الحساب المالي بالإجماع" in pack.chapters[-1].section.html
    assert [point.chapter.section.title for point in pack.points] == [MONEY]
    assert pack.pages == packs.OWN_PAGES + 3


@pytest.mark.parametrize("hidden", ["minutes", "meeting"])
def test_minutes_that_are_not_public_are_named_as_missing(session, former, hidden):
    row = former.minutes if hidden == "minutes" else former
    row.is_public = False
    row.save()
    pack = pack_of(session, "en")
    assert pack.former is None
    assert len(pack.missing) == 2
    assert "11 May 2026" in pack.missing[0]
    assert "صودق" not in "".join(chapter.section.html for chapter in pack.chapters)


def test_a_session_that_was_not_held_has_no_minutes_to_miss(session, nefta, kenitra):
    earlier = {"kind": "deciding_body", "date": date(2026, 5, 11)}
    MeetingFactory(municipality=nefta, is_cancelled=True, **earlier)
    MeetingFactory(municipality=nefta, held=False, **earlier)
    MeetingFactory(municipality=kenitra, **earlier)
    MeetingFactory(municipality=nefta, kind="general", date=date(2026, 5, 11))
    assert pack_of(session).missing == [LACKING]


def test_a_session_without_agenda_says_so(nefta, settings):
    settings.PACK_SHARES = []
    pack = pack_of(MeetingFactory(municipality=nefta, kind="deciding_body"), "en")
    assert len(pack.missing) == 1
    assert "agenda" in pack.missing[0].lower()


def test_the_body_in_office_on_the_day_is_named(session, nefta):
    before = factories.DecidingBodyFactory(municipality=nefta, title_ar="المجلس البلدي", since=None)
    assert pack_of(session).body == before
    factories.DecidingBodyFactory(municipality=nefta, title_ar="لاحقا", since=date(2026, 12, 1))
    later = factories.DecidingBodyFactory(
        municipality=nefta, title_ar="الكاتب العام", since=date(2026, 11, 30)
    )
    assert pack_of(session).body == later


def test_points_find_place_on_as_many_vote_sheets_as_they_need(session, settings):
    settings.PACK_SHARES = [f"{__name__}.many_points"]
    points = pack_of(session).points
    assert [[point.number for point in sheet] for sheet in packs.vote_sheets(points)] == [
        [1, 2, 3],
        [4, 5, 6],
        [7],
    ]


def test_without_a_decision_one_point_is_left_to_be_written_in():
    assert packs.vote_sheets([]) == [[packs.Point(1, None)]]


def test_another_entry_of_the_register_makes_another_paper(session, kenitra):
    before = draft_of(order(session)).version
    assert draft_of(order(session)).version == before
    published(kenitra)
    assert draft_of(order(session)).version != before


# --- who may have it


def test_a_council_reader_prints_it_and_a_long_one_is_left_to_the_worker(client, nefta, session, settings):
    client.force_login(factories.MembershipFactory(municipality=nefta, role="council_reader").user)
    settings.PACK_SHARES = [f"{__name__}.many_points"]
    response = client.get(f"/ar/m/nefta/staff/meetings/{session.pk}/pack.pdf")
    assert response.status_code == 200
    assert response["Content-Type"].startswith("text/html")
    settings.PACK_SHARES = [f"{__name__}.nothing"]
    response = client.get(f"/ar/m/nefta/staff/meetings/{session.pk}/pack.pdf")
    assert response.content.startswith(b"%PDF")
    assert response["Cache-Control"] == "private, no-store"


def test_the_desk_s_page_of_a_session_leads_to_it(client, editor, nefta, session):
    client.force_login(editor)
    other = MeetingFactory(municipality=nefta, kind="general")
    for meeting, leads in ((session, True), (other, False)):
        page = client.get(f"/ar/m/nefta/staff/meetings/{meeting.pk}/").content.decode()
        assert (f"/ar/m/nefta/staff/meetings/{meeting.pk}/pack.pdf" in page) is leads


def test_strangers_and_visitors_do_not_have_it(client, stranger, session):
    address = f"/ar/m/nefta/staff/meetings/{session.pk}/pack.pdf"
    assert client.get(address)["Location"].startswith("/ar/sign-in/")
    client.force_login(stranger)
    assert client.get(address).status_code == 404
    assert client.get(address.replace("nefta", "kenitra")).status_code == 404


@pytest.mark.parametrize("kind", ["work", "zone", "general", "workshop"])
def test_meetings_of_another_kind_have_none(nefta, kind):
    with pytest.raises(Http404):
        draft_of(order(MeetingFactory(municipality=nefta, kind=kind)))


@pytest.mark.parametrize("arguments", [{}, {"pk": 0}, {"pk": "1"}])
def test_there_is_none_of_a_session_that_is_not_there(nefta, session, arguments):
    with pytest.raises(Http404):
        draft_of(Order("council-pack", nefta, arguments, "ar", ORIGIN))
