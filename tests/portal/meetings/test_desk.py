"""Meetings at the desk, without scripts: what is typed is saved, or told at its field and not lost."""

import io
from datetime import date, time

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from portal.meetings.models import Meeting, MeetingFile, Minutes, VideoLink
from tests import factories
from tests.portal.meetings.factories import MeetingFactory, MeetingFileFactory, MinutesFactory

pytestmark = pytest.mark.django_db
BASE = "/fr/m/nefta/staff/meetings/"
TYPED = {
    "kind": "general",
    "mode": "on_site",
    "title_ar": "الجلسة العامة",
    "date": "30 novembre 2026",
    "starts_at": "9h30",
    "place_ar": "القاعة",
}


@pytest.fixture(autouse=True)
def _on_a_fixed_day():
    with time_machine.travel("2026-11-15 12:00Z", tick=False):
        yield


@pytest.fixture
def desk(client, publisher):
    client.force_login(publisher)
    return client


@pytest.fixture
def meeting(nefta):
    return MeetingFactory(municipality=nefta)


def agenda(*titles, initial=0):
    rows = {"agenda-TOTAL_FORMS": len(titles), "agenda-INITIAL_FORMS": initial}
    return rows | {f"agenda-{n}-title_ar": title for n, title in enumerate(titles)}


def post(desk, path, data):
    return desk.post(BASE + path, data, follow=True)


# --- a meeting ---------------------------------------------------------------------------------------


def test_a_meeting_is_planned_in_one_form(desk):
    response = post(desk, "new/", {**TYPED, **agenda("الافتتاح", "", "النقاش")})
    meeting = Meeting.objects.get()
    assert response.redirect_chain == [(f"{BASE}{meeting.pk}/", 302)]
    assert (meeting.date, meeting.starts_at) == (date(2026, 11, 30), time(9, 30))
    assert [item.title_ar for item in meeting.agenda.order_by("position")] == ["الافتتاح", "النقاش"]


def test_saving_can_lead_back_to_more_rows(desk):
    response = post(desk, "new/", {**TYPED, **agenda("الافتتاح"), "then": "more"})
    meeting = Meeting.objects.get()
    assert response.redirect_chain[0][0] == f"{BASE}{meeting.pk}/edit/#agenda"
    assert response.context["agenda"].total_form_count() == 5


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"title_ar": ""}, "title_ar"),
        ({"date": "31/02/2026"}, "date"),
        ({"starts_at": "25:00"}, "starts_at"),
        ({"ends_at": "09:00"}, "ends_at"),
        ({"map_url": "javascript:alert(1)"}, "map_url"),
        ({"remote_url": "https://remote.example/"}, "remote_url"),
    ],
)
def test_what_is_wrong_is_told_at_its_field_and_nothing_is_lost(desk, typed, field):
    response = post(desk, "new/", {**TYPED, "place_fr": "Grande salle", **typed, **agenda("الافتتاح")})
    html = response.content.decode()
    assert not Meeting.objects.exists()
    assert f'id="id_{field}_error"' in html
    assert f'href="#id_{field}"' in html
    assert 'aria-invalid="true"' in html
    assert "Grande salle" in html
    assert "الافتتاح" in html


def test_a_point_with_a_time_needs_a_title(desk):
    response = post(desk, "new/", {**TYPED, **agenda("", "ب"), "agenda-0-minutes": "20"})
    assert 'id="id_agenda-0-title_ar_error"' in response.content.decode()
    assert not Meeting.objects.exists()


def test_a_zone_of_another_town_cannot_be_chosen(desk, kenitra):
    zone = factories.ZoneFactory(municipality=kenitra)
    response = post(desk, "new/", {**TYPED, "zone": zone.pk, **agenda()})
    assert "zone" in response.context["form"].errors


def shown(*forms):
    """What forms show, and what they carry, as a browser would send it back."""
    data = {}
    for form in forms:
        for field in form:
            value = field.value()
            if value is not None and value is not False:
                data[field.html_name] = value
            if field.field.show_hidden_initial:
                data[field.html_initial_name] = "" if value is None else value
    return data


def stored(desk, meeting):
    """The form of a meeting as a browser would send it back."""
    page = desk.get(f"{BASE}{meeting.pk}/edit/").context
    carried = {"version": page["version"], "agenda-seen": page["seen"].replace("\n", "\r\n")}
    return carried | shown(page["form"], page["agenda"].management_form, *page["agenda"].forms)


def test_points_are_moved_by_their_number_and_removed(desk, meeting):
    for position, title in enumerate(["أ", "ب", "ج", "د"], start=1):
        meeting.agenda.create(position=position, title_ar=title)
    data = stored(desk, meeting) | {"agenda-3-place": "1", "agenda-1-DELETE": "on"}
    post(desk, f"{meeting.pk}/edit/", data)
    assert [item.title_ar for item in meeting.agenda.order_by("position")] == ["د", "أ", "ج"]


def test_a_form_that_is_sent_back_unchanged_changes_nothing(desk, meeting):
    meeting.agenda.create(position=1, title_ar="أ", starts_at=time(10), minutes=20)
    post(desk, f"{meeting.pk}/edit/", stored(desk, meeting))
    assert Meeting.objects.get().version == 1


def test_whoever_comes_second_sees_both_values_and_may_save_then(desk, meeting):
    data = stored(desk, meeting) | {"place_ar": "المدرسة"}
    other = Meeting.objects.get()
    other.place_ar, other.title_ar = "السوق", "عنوانهم"
    other.save()
    other.agenda.create(position=1, title_ar="نقطتهم")
    response = post(desk, f"{meeting.pk}/edit/", data)
    html = response.content.decode()
    assert Meeting.objects.get().place_ar == "السوق"
    assert ("السوق" in html, "المدرسة" in html) == (True, True)
    (difference,) = response.context["differences"]
    assert (difference.theirs, difference.mine) == ("السوق", "المدرسة")
    page = response.context
    again = {"version": page["version"], "agenda-seen": page["seen"]}
    again |= shown(page["form"], page["agenda"].management_form, *page["agenda"].forms)
    post(desk, f"{meeting.pk}/edit/", again)
    saved = Meeting.objects.get()
    assert (saved.place_ar, saved.title_ar, saved.agenda.count()) == ("المدرسة", "عنوانهم", 1)


def test_an_agenda_that_two_changed_is_shown_twice(desk, meeting):
    meeting.agenda.create(position=1, title_ar="أ")
    data = stored(desk, meeting) | {"agenda-0-title_ar": "نقطتي"}
    meeting.agenda.update(title_ar="نقطتهم")
    meeting.save()
    response = post(desk, f"{meeting.pk}/edit/", data)
    (difference,) = response.context["differences"]
    assert (difference.theirs, difference.mine) == ("نقطتهم", "نقطتي")
    assert response.context["agenda"].forms[0]["title_ar"].value() == "نقطتي"
    post(desk, f"{meeting.pk}/edit/", data | {"version": response.context["version"]})
    assert meeting.agenda.get().title_ar == "نقطتي"


def test_two_who_change_different_fields_are_not_troubled(desk, meeting):
    data = stored(desk, meeting) | {"place_ar": "المدرسة"}
    post(desk, f"{meeting.pk}/edit/", stored(desk, meeting) | {"title_ar": "عنوانهم"})
    response = post(desk, f"{meeting.pk}/edit/", data)
    assert response.redirect_chain
    saved = Meeting.objects.get()
    assert (saved.place_ar, saved.title_ar) == ("المدرسة", "عنوانهم")


def test_a_public_meeting_cannot_lose_its_place(desk, nefta):
    meeting = MeetingFactory(municipality=nefta, published=True)
    response = post(desk, f"{meeting.pk}/edit/", stored(desk, meeting) | {"place_ar": ""})
    assert "place_ar" in response.context["form"].errors
    assert Meeting.objects.get().place_ar


# --- steps -------------------------------------------------------------------------------------------


def test_from_draft_to_public_and_back(desk, meeting):
    for step, is_public, is_cancelled in [
        ("publish", True, False),
        ("cancel", True, True),
        ("restore", True, False),
        ("withdraw", False, False),
        ("nonsense", False, False),
    ]:
        post(desk, f"{meeting.pk}/step/", {"step": step})
        row = Meeting.objects.get()
        assert (row.is_public, row.is_cancelled) == (is_public, is_cancelled), step


def test_a_refused_step_says_why(desk, nefta):
    meeting = MeetingFactory(municipality=nefta, place_ar="")
    html = post(desk, f"{meeting.pk}/step/", {"step": "publish"}).content.decode()
    assert "m-note--err" in html
    assert not Meeting.objects.get().is_public


def test_held_is_said_by_a_button(desk, meeting):
    for answer, held in [("yes", True), ("no", False), ("unsaid", None), ("nonsense", None)]:
        post(desk, f"{meeting.pk}/held/", {"held": answer})
        assert Meeting.objects.get().held is held


# --- minutes -----------------------------------------------------------------------------------------


def test_minutes_with_a_row_for_each_zone(desk, meeting, nefta):
    zones = [factories.ZoneFactory(municipality=nefta, number=n) for n in (1, 2)]
    data = {"version": 0, "total": "42", "women": "7", "young": "9", "outcome_ar": "اتُّفق"}
    data |= {f"zone-{zones[0].pk}-total": "30", f"zone-{zones[1].pk}-total": "12"}
    response = post(desk, f"{meeting.pk}/minutes/", data)
    minutes = Minutes.objects.get()
    assert response.redirect_chain == [(f"{BASE}{meeting.pk}/", 302)]
    assert (minutes.total, minutes.zones.count()) == (42, 2)
    assert not minutes.is_public
    post(desk, f"{meeting.pk}/step/", {"step": "publish"})
    post(desk, f"{meeting.pk}/step/", {"step": "publish-minutes"})
    assert Minutes.objects.get().is_public


def test_new_minutes_propose_the_population(desk, meeting, nefta):
    nefta.population = 20819
    nefta.save()
    assert 'value="20819"' in desk.get(f"{BASE}{meeting.pk}/minutes/").content.decode()


@pytest.mark.parametrize(
    ("figures", "where"),
    [
        ({"total": "10", "women": "11"}, "id_women"),
        ({"total": "-1"}, "id_total"),
        ({"women": "1"}, "id_total"),
        ({"outcome_ar": "", "population": "20819"}, "id_total"),
        ({"total": "10", "zone": "11"}, "id_total"),
        ({"total": "10", "zone": "x"}, "zone"),
    ],
)
def test_figures_that_cannot_be_are_told_at_their_field(desk, meeting, nefta, figures, where):
    zone = factories.ZoneFactory(municipality=nefta, number=1)
    name = f"zone-{zone.pk}-total"
    data = {"version": 0, "outcome_ar": "اتُّفق", **figures, name: figures.get("zone", "")}
    response = post(desk, f"{meeting.pk}/minutes/", data)
    wanted = f"id_{name}" if where == "zone" else where
    assert wanted in [place for place, _text in response.context["faults"]]
    assert ("اتُّفق" in response.content.decode()) is (figures.get("outcome_ar") != "")
    assert not Minutes.objects.exists()


def test_the_line_ends_of_browsers_are_no_change(desk, meeting):
    minutes = MinutesFactory(meeting=meeting, outcome_ar="أ\nب")
    page = desk.get(f"{BASE}{meeting.pk}/minutes/").context
    data = {"version": page["version"], "zones-seen": page["seen"], **shown(page["form"])}
    post(desk, f"{meeting.pk}/minutes/", data | {"outcome_ar": "أ\r\nب", "initial-outcome_ar": "أ\r\nب"})
    assert Minutes.objects.get().version == minutes.version


def test_minutes_changed_meanwhile_show_both_values(desk, meeting, nefta):
    zone = factories.ZoneFactory(municipality=nefta, number=1)
    page = desk.get(f"{BASE}{meeting.pk}/minutes/").context
    data = {"version": page["version"], "zones-seen": page["seen"], **shown(page["form"])}
    MinutesFactory(meeting=meeting, outcome_ar="خلاصتهم").zones.create(zone=zone, total=20)
    typed = {"total": "50", f"zone-{zone.pk}-total": "30"}
    response = post(desk, f"{meeting.pk}/minutes/", data | typed)
    found = [(each.theirs, each.mine) for each in response.context["differences"]]
    assert found == [("42", "50"), (f"{zone}: 20 / – / –", f"{zone}: 30 / – / –")]
    assert Minutes.objects.get().total == 42
    page = response.context
    again = {"version": page["version"], "zones-seen": page["seen"], **shown(page["form"], *page["zones"])}
    post(desk, f"{meeting.pk}/minutes/", again)
    saved = Minutes.objects.get()
    assert (saved.total, saved.women, saved.outcome_ar, saved.zones.get().total) == (50, 7, "خلاصتهم", 30)


# --- files and videos --------------------------------------------------------------------------------


def picture(shade=200):
    out = io.BytesIO()
    Image.new("RGB", (4, 4), (shade, 0, 0)).save(out, "PNG")
    return SimpleUploadedFile("photo.png", out.getvalue())


def test_photos_are_stored_internally_until_somebody_decides(desk, meeting):
    post(desk, f"{meeting.pk}/files/", {"uploads": [picture(), picture(100)], "kind": "photo"})
    files = list(MeetingFile.objects.order_by("pk"))
    assert [file.is_public for file in files] == [False, False]
    desk.post(f"/fr/m/nefta/staff/meeting-files/{files[0].pk}/visibility/", {"visibility": "public"})
    assert MeetingFile.objects.get(pk=files[0].pk).is_public


def test_a_bad_file_is_told_and_none_is_stored(desk, meeting):
    bad = SimpleUploadedFile("x.pdf", b"MZ")
    response = post(desk, f"{meeting.pk}/files/", {"uploads": [picture(), bad], "kind": "photo"})
    assert "x.pdf" in str(response.context["faults"])
    assert not MeetingFile.objects.exists()


def test_the_same_file_is_not_stored_twice(desk, meeting):
    for _ in range(2):
        response = post(desk, f"{meeting.pk}/files/", {"uploads": [picture()], "kind": "photo"})
    assert "photo.png" in str(response.context["faults"])
    assert MeetingFile.objects.count() == 1


def test_a_video_is_named_and_removed(desk, meeting):
    post(desk, f"{meeting.pk}/videos/", {"url": "https://video.example/1", "title_fr": "Film"})
    response = post(desk, f"{meeting.pk}/videos/", {"url": "https://video.example/1"})
    assert "url" in response.context["video_form"].errors
    video = VideoLink.objects.get()
    desk.post(f"/fr/m/nefta/staff/meeting-videos/{video.pk}/remove/")
    assert not VideoLink.objects.exists()


def test_nothing_of_another_town_can_be_reached(desk, kenitra):
    meeting = MeetingFactory(municipality=kenitra)
    file = MeetingFileFactory(meeting=meeting)
    assert desk.get(f"{BASE}{meeting.pk}/").status_code == 404
    assert desk.post(f"{BASE}{meeting.pk}/step/", {"step": "publish"}).status_code == 404
    assert desk.get(f"/fr/m/nefta/staff/meeting-files/{file.pk}/").status_code == 404


@pytest.mark.parametrize("count", [1, 15])
def test_the_list_costs_the_same_for_any_number(desk, nefta, count, django_assert_max_num_queries):
    for _ in range(count):
        MinutesFactory(meeting=MeetingFactory(municipality=nefta))
    with django_assert_max_num_queries(9):
        assert desk.get(BASE).status_code == 200
