"""A notice on the wall: its photo, when the camera says it was taken, and what speaks against it."""

import datetime
import io

import pillow_heif
import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from portal.audit.models import Entry
from portal.files.uploads import check_upload
from portal.meetings import services
from portal.meetings.models import MeetingFile
from portal.meetings.rules import PhotoDoubt, photo_doubt
from tests import factories
from tests.portal.meetings.factories import MeetingFactory

pytestmark = pytest.mark.django_db

UTC = datetime.UTC
PUBLISHED = datetime.datetime(2026, 11, 4, 8, tzinfo=UTC)
HANDED_IN = datetime.datetime(2026, 11, 6, 12, tzinfo=UTC)
EXIF_IFD, ORIGINAL, OFFSET = 0x8769, 0x9003, 0x9011


def photo(taken="2026:11:05 09:15:00", offset="+01:00", image_format="JPEG", color=0):
    """A picture as a phone hands it over."""
    exif = Image.Exif()
    values = {ORIGINAL: taken, OFFSET: offset}
    exif.get_ifd(EXIF_IFD).update({tag: value for tag, value in values.items() if value is not None})
    out = io.BytesIO()
    image = Image.new("RGB", (40, 20), color)
    image.save(out, image_format, exif=exif.tobytes())
    return out.getvalue()


def checked(content, name="affiche.jpg"):
    return check_upload(SimpleUploadedFile(name, content))


# --- what the camera wrote ---------------------------------------------------------------------------


@pytest.mark.parametrize(("image_format", "ending"), [("JPEG", "jpg"), ("PNG", "png"), ("WEBP", "webp")])
def test_the_moment_is_read_before_the_picture_loses_what_it_says(image_format, ending):
    upload = checked(photo(image_format=image_format), f"affiche.{ending}")
    assert upload.taken_at == datetime.datetime(2026, 11, 5, 8, 15, tzinfo=UTC)
    with Image.open(io.BytesIO(upload.content)) as kept:
        assert not kept.getexif()


def test_the_picture_of_a_phone_keeps_its_moment_through_conversion():
    pillow_heif.register_heif_opener()
    upload = checked(photo(image_format="HEIF"), "IMG_1.HEIC")
    assert upload.name == "IMG_1.jpg"
    assert upload.taken_at == datetime.datetime(2026, 11, 5, 8, 15, tzinfo=UTC)


@pytest.mark.parametrize("offset", [None, "", "Z?", "+1"])
def test_without_an_offset_it_is_by_the_clock_of_the_camera(offset):
    assert checked(photo(offset=offset)).taken_at == datetime.datetime(2026, 11, 5, 9, 15)  # noqa: DTZ001


@pytest.mark.parametrize("offset", ["-03:30", "+00:00"])
def test_the_offset_counts(offset):
    minutes = {"-03:30": -210, "+00:00": 0}[offset]
    zone = datetime.timezone(datetime.timedelta(minutes=minutes))
    assert checked(photo(offset=offset)).taken_at == datetime.datetime(2026, 11, 5, 9, 15, tzinfo=zone)


@pytest.mark.parametrize(
    "taken",
    [None, "", "0000:00:00 00:00:00", "2026:13:40 09:15:00", "1970:01:01 00:00:00", "hier"],
)
def test_a_camera_that_wrote_no_day_refuses_no_picture(taken):
    assert checked(photo(taken=taken)).taken_at is None


def test_damaged_data_beside_the_picture_refuses_nothing():
    content = photo()
    place = content.index(b"2026:11:05") - 60
    damaged = content[:place] + b"\xff" * 30 + content[place + 30 :]
    assert checked(damaged).content_type == "image/jpeg"


def test_a_document_was_not_taken():
    assert checked(b"%PDF-1.4\n%%EOF\n", "avis.pdf").taken_at is None


# --- what it proves ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("taken_at", "expected"),
    [
        (None, PhotoDoubt.UNDATED),
        (PUBLISHED - datetime.timedelta(days=1), PhotoDoubt.TOO_EARLY),
        (PUBLISHED - datetime.timedelta(minutes=5), None),
        (PUBLISHED + datetime.timedelta(days=1), None),
        (HANDED_IN + datetime.timedelta(minutes=5), None),
        (HANDED_IN + datetime.timedelta(days=1), PhotoDoubt.TOO_LATE),
    ],
)
def test_doubts_about_a_photo(taken_at, expected):
    assert photo_doubt(taken_at, PUBLISHED, HANDED_IN) is expected


# --- the desk ----------------------------------------------------------------------------------------


@pytest.fixture
def meeting(nefta):
    meeting = MeetingFactory(municipality=nefta)
    with time_machine.travel(PUBLISHED, tick=False):
        services.publish_meeting(meeting=meeting, actor=None)
    return meeting


@pytest.fixture
def desk(client, editor):
    client.force_login(editor)
    with time_machine.travel(HANDED_IN, tick=False):
        yield client


def hand_in(client, meeting, *uploads, **values):
    address = f"/en/m/nefta/staff/meetings/{meeting.pk}/posted/"
    return client.post(address, {"uploads": list(uploads), **values}, follow=True)


def upload(content=None, name="affiche.jpg"):
    return SimpleUploadedFile(name, photo() if content is None else content)


def test_the_photo_is_kept_for_the_staff_with_its_moment(desk, meeting, editor):
    response = hand_in(desk, meeting, upload())
    file = MeetingFile.objects.get()
    assert (file.kind, file.is_public, file.uploaded_by) == ("posted", False, editor)
    assert file.taken_at == datetime.datetime(2026, 11, 5, 8, 15, tzinfo=UTC)
    html = response.content.decode()
    assert response.redirect_chain[-1][0].endswith("#posting")
    assert "Taken: Thursday 5 November 2026, \u206809:15\u2069" in html
    assert "m-note--warn" not in html
    assert Entry.objects.filter(action="meeting_file.added").count() == 1


def test_a_camera_without_a_zone_goes_by_the_clocks_of_the_municipality(desk, meeting):
    hand_in(desk, meeting, upload(photo(offset=None)))
    assert MeetingFile.objects.get().taken_at == datetime.datetime(2026, 11, 5, 8, 15, tzinfo=UTC)


def test_it_is_shown_to_everybody_where_somebody_says_so(desk, meeting):
    hand_in(desk, meeting, upload(), is_public="on")
    assert MeetingFile.objects.get().is_public
    html = desk.get(f"/en/m/nefta/meetings/{meeting.pk}/").content.decode()
    assert 'alt="Photo of the posted notice"' in html


@pytest.mark.parametrize(
    ("taken", "warning"),
    [
        (None, "The camera wrote no date into this photo"),
        (
            "2026:10:01 09:15:00",
            "Taken before the notice existed, which is since Wednesday 4 November 2026, \u206809:00\u2069",
        ),
        ("2027:11:05 09:15:00", "the clock of the camera is wrong"),
    ],
)
def test_what_it_does_not_prove_is_said_at_once_and_stays(desk, meeting, taken, warning):
    html = hand_in(desk, meeting, upload(photo(taken=taken))).content.decode()
    assert html.count(warning) == 2
    html = desk.get(f"/en/m/nefta/staff/meetings/{meeting.pk}/").content.decode()
    assert html.count(warning) == 1
    assert "m-note--warn" in html


def test_before_it_was_ever_published_a_meeting_is_as_old_as_its_row(desk, meeting, nefta):
    with time_machine.travel("2026-11-05 12:00Z", tick=False):
        draft = MeetingFactory(municipality=nefta)
    html = hand_in(desk, draft, upload()).content.decode()
    assert "Taken before the notice existed, which is since Thursday 5 November 2026" in html


def test_several_photos_are_taken_at_once_or_none(desk, meeting):
    hand_in(desk, meeting, upload(), upload(photo(color=9), "b.jpg"))
    assert MeetingFile.objects.count() == 2
    html = hand_in(desk, meeting, upload(photo(color=99), "c.jpg"), upload()).content.decode()
    assert "This very file is already there" in html
    assert MeetingFile.objects.count() == 2


@pytest.mark.parametrize(
    ("uploads", "fault"),
    [([], "Choose a file."), ([upload(b"%PDF-1.4\n%%EOF\n", "avis.pdf")], "This is not a photo.")],
)
def test_what_is_no_photo_is_refused_beside_its_field(desk, meeting, uploads, fault):
    html = hand_in(desk, meeting, *uploads).content.decode()
    assert html.count(fault) == 2
    assert 'href="#posted-uploads"' in html
    assert not MeetingFile.objects.exists()


def test_a_reader_of_the_council_hands_in_nothing(client, meeting, nefta):
    client.force_login(factories.MembershipFactory(municipality=nefta, role="council_reader").user)
    assert hand_in(client, meeting, upload()).status_code == 403
    html = client.get(f"/en/m/nefta/staff/meetings/{meeting.pk}/").content.decode()
    assert "Print the poster" in html
    assert 'name="uploads"' not in html


def test_a_meeting_of_another_municipality_does_not_exist(client, meeting, stranger):
    client.force_login(stranger)
    assert hand_in(client, meeting, upload()).status_code == 404
    address = f"/en/m/kenitra/staff/meetings/{meeting.pk}/posted/"
    assert client.post(address, {"uploads": upload()}).status_code == 404


def test_a_draft_has_no_poster_yet(desk, nefta):
    draft = MeetingFactory(municipality=nefta)
    html = desk.get(f"/en/m/nefta/staff/meetings/{draft.pk}/").content.decode()
    assert "There is a poster once the meeting is public." in html
    assert "/posted/" not in html


@pytest.mark.parametrize("count", [1, 8])
def test_the_desk_page_costs_the_same_for_any_number_of_photos(
    desk, meeting, count, django_assert_max_num_queries
):
    hand_in(desk, meeting, upload())
    for number in range(1, count):
        hand_in(desk, meeting, upload(photo(color=number), f"{number}.jpg"))
    with django_assert_max_num_queries(14):
        desk.get(f"/en/m/nefta/staff/meetings/{meeting.pk}/")
