"""The pages of meetings that anybody may read."""

import re
from datetime import date, time

import pytest
import time_machine

from portal.meetings import services
from portal.meetings.stale import Before
from tests import factories
from tests.portal.meetings.factories import (
    AgendaItemFactory,
    MeetingFactory,
    MeetingFileFactory,
    MinutesFactory,
    VideoLinkFactory,
    ZoneAttendanceFactory,
)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _on_a_fixed_day():
    with time_machine.travel("2026-11-15 12:00Z", tick=False):
        yield


def page(client, path, language="fr"):
    response = client.get(f"/{language}/m/nefta/meetings/{path}")
    assert response.status_code == 200
    return response.content.decode()


def words(html):
    """The text of a page, without tags and doubled spaces."""
    bare = re.sub(r"</?(bdi|time|b)\b[^>]*>", "", html)
    return " ".join(re.sub(r"<[^>]+>", " ", bare).split())


# --- the list ----------------------------------------------------------------------------------------


def test_what_is_to_come_stands_before_what_was(client, nefta):
    for number, day in enumerate([date(2026, 11, 1), date(2026, 12, 5), date(2026, 11, 15)]):
        MeetingFactory(municipality=nefta, published=True, date=day, title_fr=f"Séance {number}")
    MeetingFactory(municipality=nefta, title_fr="Brouillon")
    html = page(client, "")
    assert [html.index(f"Séance {number}") for number in (2, 1, 0)] == sorted(
        html.index(f"Séance {number}") for number in range(3)
    )
    assert "Brouillon" not in html
    assert html.count("m-day--next") == 1


def test_the_list_is_limited_to_a_kind(client, nefta):
    MeetingFactory(municipality=nefta, published=True, kind="zone", title_fr="De zone")
    MeetingFactory(municipality=nefta, published=True, kind="general", title_fr="Générale")
    html = page(client, "?kind=zone")
    assert "De zone" in html
    assert "Générale" not in html
    assert 'href="?kind=general"' in html
    assert "Générale" in page(client, "?kind=nonsense")


def test_a_municipality_without_meetings_says_so(client, nefta):
    assert words(page(client, "", "en")).count("has been published") == 2


def test_past_meetings_are_paged_within_their_kind(client, nefta):
    for _ in range(31):
        MeetingFactory(municipality=nefta, published=True, date=date(2026, 1, 1), kind="work")
    html = page(client, "?kind=work")
    assert "?kind=work&amp;page=2" in html
    assert page(client, "?kind=work&page=2").count('class="m-day"') == 1


@pytest.mark.parametrize("count", [1, 20])
def test_the_list_costs_the_same_for_any_number(client, nefta, count, django_assert_num_queries):
    for _ in range(count):
        MinutesFactory(meeting=MeetingFactory(municipality=nefta, published=True, date=date(2026, 11, 1)))
        MeetingFactory(municipality=nefta, published=True, date=date(2026, 12, 1))
    with django_assert_num_queries(5):
        page(client, "")


# --- a meeting ---------------------------------------------------------------------------------------


@pytest.fixture
def meeting(nefta):
    meeting = MeetingFactory(
        municipality=nefta,
        published=True,
        title_fr="Première réunion publique",
        starts_at=time(10),
        ends_at=time(12, 45),
        place_fr="Grande salle",
        map_url="geo:33.87,7.88",
        invitation_fr="Venez <b>nombreux</b>",
    )
    AgendaItemFactory(meeting=meeting, title_fr="Ouverture", minutes=20)
    AgendaItemFactory(meeting=meeting, title_fr="Débat")
    return meeting


def minutes_of(meeting, **values):
    return MinutesFactory(
        meeting=meeting,
        is_public=True,
        population=20819,
        facilitator="F. Facilitatrice",
        written_by="Secrétariat général",
        approved_by="Présidence",
        new_projects_fr="Rue A\nRue B",
        continuing_projects_fr="Éclairage",
        outcome_fr="Adopté",
        **values,
    )


def test_a_meeting_says_when_where_and_about_what(client, meeting):
    html = page(client, f"{meeting.pk}/")
    text = words(html)
    assert "samedi 14 novembre 2026, 10:00–12:45" in text
    assert "Grande salle" in text
    assert "mlat=33.87" in html
    assert "10:00 Ouverture" in text
    assert "10:20 Débat" in text
    assert "&lt;b&gt;nombreux" in html
    assert html.count("<h1") == 1


def test_minutes_on_the_official_model_with_truncated_shares(client, meeting, nefta):
    minutes = minutes_of(meeting)
    zone = factories.ZoneFactory(municipality=nefta, number=1, name_fr="Centre")
    ZoneAttendanceFactory(minutes=minutes, zone=zone, total=29)
    text = words(page(client, f"{meeting.pk}/"))
    for told in [
        "20\u202f819",
        "F. Facilitatrice",
        "Secrétariat général",
        "Présidence",
        "Rue A Rue B",
        "Adopté",
    ]:
        assert " ".join(told.split()) in text
    for share in ["16,6", "21,4", "69,0"]:
        assert f"{share} %" in text or f"{share}\u202f%" in text


def test_minutes_that_are_not_public_are_not_told(client, meeting):
    minutes = minutes_of(meeting)
    minutes.is_public = False
    minutes.save()
    text = words(page(client, f"{meeting.pk}/", "en"))
    assert "F. Facilitatrice" not in text
    assert "No minutes have been published." in text


def test_figures_nobody_stated_are_not_zero(client, meeting):
    MinutesFactory(meeting=meeting, is_public=True, total=42, women=None, young=None, outcome_fr="Adopté")
    html = page(client, f"{meeting.pk}/")
    assert "0,0" not in html
    assert html.count("m-unsaid") >= 2


def test_only_public_files_are_named_and_fetched(client, meeting):
    shown = MeetingFileFactory(meeting=meeting, name="presentation.pdf")
    hidden = MeetingFileFactory(meeting=meeting, name="presence.pdf", kind="attendance", is_public=False)
    VideoLinkFactory(meeting=meeting, url="https://video.example/1")
    html = page(client, f"{meeting.pk}/")
    assert "presentation.pdf" in html
    assert "https://video.example/1" in html
    assert "presence.pdf" not in html
    address = f"/fr/m/nefta/meetings/{meeting.pk}/files/{{}}/"
    assert client.get(address.format(shown.pk)).status_code == 200
    assert client.get(address.format(hidden.pk)).status_code == 404
    other = MeetingFactory(municipality=meeting.municipality, published=True)
    assert client.get(f"/fr/m/nefta/meetings/{other.pk}/files/{shown.pk}/").status_code == 404


def test_a_photo_stands_with_words_for_those_who_do_not_see_it(client, meeting):
    MeetingFileFactory(meeting=meeting, kind="photo", content_type="image/png", caption_fr="La salle")
    MeetingFileFactory(meeting=meeting, kind="photo", content_type="image/png")
    html = page(client, f"{meeting.pk}/", "en")
    assert 'alt="La salle"' in html
    assert 'alt="Photo 2 of the meeting"' in html


def test_a_cancelled_meeting_says_so_first(client, meeting, publisher):
    services.cancel_meeting(meeting=meeting, actor=publisher)
    assert "This meeting does not take place." in page(client, f"{meeting.pk}/", "en")
    assert "m-tag--late" in page(client, "")


def test_a_draft_and_a_meeting_of_another_town_do_not_exist(client, nefta, kenitra, meeting):
    draft = MeetingFactory(municipality=nefta)
    assert client.get(f"/fr/m/nefta/meetings/{draft.pk}/").status_code == 404
    assert client.get(f"/fr/m/kenitra/meetings/{meeting.pk}/").status_code == 404


def test_nothing_changed_is_not_sent_again_and_any_change_is(client, meeting, editor):
    address = f"/fr/m/nefta/meetings/{meeting.pk}/"
    etag = client.get(address)["ETag"]
    assert client.get(address, headers={"If-None-Match": etag}).status_code == 304
    services.state_held(meeting=meeting, held=False, actor=editor)
    assert client.get(address, headers={"If-None-Match": etag}).status_code == 200


@pytest.mark.parametrize("count", [1, 12])
def test_a_meeting_costs_the_same_whatever_it_holds(client, meeting, nefta, count, django_assert_num_queries):
    minutes = minutes_of(meeting)
    for number in range(count):
        AgendaItemFactory(meeting=meeting)
        MeetingFileFactory(meeting=meeting)
        VideoLinkFactory(meeting=meeting)
        zone = factories.ZoneFactory(municipality=nefta, number=number + 1)
        ZoneAttendanceFactory(minutes=minutes, zone=zone, total=1)
    with django_assert_num_queries(6):
        page(client, f"{meeting.pk}/")
    assert minutes.zones.count() == count


def test_the_register_shows_a_meeting_as_it_was_published(client, nefta, publisher):
    meeting = MeetingFactory(municipality=nefta, title_fr="Réunion", place_fr="École", starts_at=time(10))
    services.publish_meeting(meeting=meeting, actor=publisher)
    services.change_meeting(
        meeting=meeting,
        values={"place_fr": "Salle", "place_ar": ""},
        agenda=[],
        before=Before(2, {}),
        actor=publisher,
    )
    first = client.get("/fr/m/nefta/publications/1/").content.decode()
    second = client.get("/fr/m/nefta/publications/2/").content.decode()
    assert "École" in first
    assert "Salle" in second
