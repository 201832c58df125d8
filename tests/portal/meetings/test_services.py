"""What is done to a meeting, in the journal and in the register."""

import json
from datetime import date, time

import pytest
import time_machine
from django.core.exceptions import ValidationError

from portal.audit.models import Entry
from portal.files.uploads import CheckedFile
from portal.meetings import services
from portal.meetings.models import AgendaItem, Meeting, MeetingFile, Minutes, VideoLink
from portal.meetings.services import AgendaRow, ZoneRow
from portal.meetings.stale import Before, ChangedMeanwhile
from portal.publications.models import Publication
from tests import factories
from tests.portal.meetings.factories import MeetingFactory, MinutesFactory

pytestmark = pytest.mark.django_db
VALUES = {"kind": "general", "title_ar": "الجلسة العامة", "date": date(2026, 11, 14), "place_ar": "القاعة"}
COUNTS = {"total": 42, "women": 7, "young": 9}


@pytest.fixture(autouse=True)
def _on_a_fixed_day():
    with time_machine.travel("2026-11-15 12:00Z", tick=False):
        yield


@pytest.fixture
def meeting(nefta):
    return MeetingFactory(municipality=nefta)


@pytest.fixture
def public(meeting, publisher):
    services.publish_meeting(meeting=meeting, actor=publisher)
    return again(meeting)


def again(meeting):
    return Meeting.objects.select_related("municipality").get(pk=meeting.pk)


def acts():
    return list(Entry.objects.order_by("pk").values_list("action", flat=True))


def register():
    return [(row.act, json.loads(row.content)) for row in Publication.objects.order_by("number")]


def row(title, pk=None, minutes=None):
    return AgendaRow(pk, None, minutes, title, "")


# --- planning and changing ---------------------------------------------------------------------------


def test_a_meeting_is_planned_with_its_agenda(nefta, editor):
    meeting = services.plan_meeting(
        municipality=nefta, values=VALUES, agenda=[row("أ"), row("ب", minutes=20)], actor=editor
    )
    assert [item.title_ar for item in meeting.agenda.order_by("position")] == ["أ", "ب"]
    assert not meeting.is_public
    entry = Entry.objects.get()
    assert (entry.action, entry.actor, entry.municipality) == ("meeting.added", editor, nefta)
    assert entry.changes["agenda"] == [None, ["أ", "(20 min) ب"]]
    assert not Publication.objects.exists()


def test_nothing_is_planned_that_contradicts_itself(nefta, editor):
    with pytest.raises(ValidationError):
        services.plan_meeting(municipality=nefta, values={**VALUES, "ends_at": time(9)}, actor=editor)
    assert not Meeting.objects.exists()


def test_a_change_is_journalled_with_what_was_there_before(meeting, editor):
    first = services.plan_meeting(
        municipality=meeting.municipality, values=VALUES, agenda=[row("أ"), row("ب")], actor=editor
    )
    points = list(first.agenda.order_by("position"))
    services.change_meeting(
        meeting=first,
        values={**VALUES, "date": date(2026, 12, 5)},
        agenda=[row("ب", points[1].pk), row("ج")],
        before=Before(1, {}),
        actor=editor,
    )
    entry = Entry.objects.latest("pk")
    assert entry.action == "meeting.edited"
    assert entry.changes == {
        "date": ["2026-11-14", "2026-12-05"],
        "agenda": [["أ", "ب"], ["ب", "ج"]],
    }
    assert AgendaItem.objects.order_by("position")[0].pk == points[1].pk
    assert again(first).version == 2


def test_nothing_new_is_no_act(meeting, editor):
    services.change_meeting(
        meeting=meeting, values={"title_ar": meeting.title_ar}, agenda=[], before=Before(1, {}), actor=editor
    )
    assert (acts(), again(meeting).version) == ([], 1)


def test_whoever_comes_second_overwrites_nothing(meeting, editor):
    seen = Before(1, {"title_ar": meeting.title_ar, "agenda": ""})
    change = {"meeting": meeting, "before": seen, "actor": editor}
    services.change_meeting(**change, values={"title_ar": "لهم"}, agenda=[row("لهم")])
    with pytest.raises(ChangedMeanwhile) as clash:
        services.change_meeting(**change, values={"title_ar": "لي"}, agenda=[row("لي")])
    assert [(each.field, each.theirs, each.mine) for each in clash.value.clashes] == [
        ("title_ar", "لهم", "لي"),
        ("agenda", "لهم", "لي"),
    ]
    assert clash.value.version == 2
    assert again(meeting).title_ar == "لهم"


def test_two_who_change_different_things_both_have_their_way(meeting, editor):
    seen = Before(1, {"title_ar": meeting.title_ar, "place_ar": meeting.place_ar, "agenda": ""})
    change = {"meeting": meeting, "before": seen, "actor": editor}
    same = {"title_ar": meeting.title_ar, "place_ar": meeting.place_ar}
    services.change_meeting(**change, values=same | {"title_ar": "لهم"}, agenda=[row("لهم")])
    services.change_meeting(**change, values=same | {"place_ar": "لي"}, agenda=[])
    now = again(meeting)
    assert (now.title_ar, now.place_ar, now.agenda.count()) == ("لهم", "لي", 1)


def test_a_point_of_another_meeting_is_left_alone(meeting, editor, nefta):
    other = services.plan_meeting(municipality=nefta, values=VALUES, agenda=[row("لهم")], actor=editor)
    theirs = other.agenda.get()
    services.change_meeting(
        meeting=meeting, values={}, agenda=[row("لي", theirs.pk)], before=Before(1, {}), actor=editor
    )
    assert other.agenda.get().title_ar == "لهم"
    assert meeting.agenda.get().title_ar == "لي"


# --- steps -------------------------------------------------------------------------------------------


def test_publishing_enters_the_register(meeting, publisher, nefta):
    before = nefta.revision
    services.publish_meeting(meeting=meeting, actor=publisher)
    services.publish_meeting(meeting=meeting, actor=publisher)
    ((act, content),) = register()
    assert act == "meeting.published"
    assert (content["status"], content["place_ar"], content["minutes"]) == ("public", "القاعة الكبرى", None)
    assert Publication.objects.get().address == f"/ar/m/nefta/meetings/{meeting.pk}/"
    assert acts() == ["meeting.published"]
    nefta.refresh_from_db()
    assert nefta.revision == before + 1


def test_nothing_is_published_to_which_nobody_finds_the_way(nefta, publisher):
    meeting = MeetingFactory(municipality=nefta, place_ar="")
    with pytest.raises(ValidationError) as refusal:
        services.publish_meeting(meeting=meeting, actor=publisher)
    assert set(refusal.value.message_dict) == {"place_ar"}
    assert not again(meeting).is_public


def test_a_change_of_a_public_meeting_is_its_next_version(public, editor):
    services.change_meeting(
        meeting=public, values={"place_ar": "المدرسة"}, agenda=[], before=Before(2, {}), actor=editor
    )
    assert [(act, content["place_ar"]) for act, content in register()] == [
        ("meeting.published", "القاعة الكبرى"),
        ("meeting.edited", "المدرسة"),
    ]
    assert acts() == ["meeting.published", "meeting.edited"]


def test_a_withdrawn_meeting_leaves_only_that_it_was(public, publisher):
    services.withdraw_meeting(meeting=public, actor=publisher)
    act, content = register()[-1]
    assert (act, content["status"], "place_ar" in content) == ("meeting.withdrawn", "withdrawn", False)
    services.publish_meeting(meeting=public, actor=publisher)
    assert [act for act, _ in register()] == ["meeting.published", "meeting.withdrawn", "meeting.published"]


def test_a_cancelled_meeting_stays_public_as_cancelled(public, publisher):
    services.cancel_meeting(meeting=public, actor=publisher)
    assert again(public).is_public
    assert register()[-1][1]["status"] == "cancelled"
    services.restore_meeting(meeting=public, actor=publisher)
    assert acts()[-2:] == ["meeting.cancelled", "meeting.restored"]


def test_what_was_held_is_not_cancelled(meeting, publisher):
    MinutesFactory(meeting=meeting)
    with pytest.raises(ValidationError):
        services.cancel_meeting(meeting=meeting, actor=publisher)


def test_held_is_said_and_taken_back(meeting, editor):
    services.state_held(meeting=meeting, held=True, actor=editor)
    services.state_held(meeting=meeting, held=True, actor=editor)
    services.state_held(meeting=meeting, held=None, actor=editor)
    changes = list(Entry.objects.order_by("pk").values_list("changes", flat=True))
    assert changes == [{"held": [None, True]}, {"held": [True, None]}]


def test_nothing_to_come_was_held(nefta, editor):
    meeting = MeetingFactory(municipality=nefta, date=date(2026, 11, 16))
    with pytest.raises(ValidationError):
        services.state_held(meeting=meeting, held=True, actor=editor)


# --- minutes -----------------------------------------------------------------------------------------


def write(meeting, actor, zones=(), seen=0, **values):
    return services.write_minutes(
        meeting=meeting, values={**COUNTS, **values}, zones=zones, before=Before(seen, {}), actor=actor
    )


def test_minutes_are_written_with_the_zones(meeting, editor, nefta):
    zones = [factories.ZoneFactory(municipality=nefta, number=number) for number in (1, 2, 3)]
    rows = [
        ZoneRow(zones[0].pk, 30, 5, 9),
        ZoneRow(zones[1].pk, 10, None, None),
        ZoneRow(zones[2].pk, None, None, None),
    ]
    minutes = write(meeting, editor, rows, outcome_ar="اتُّفق")
    assert [(row.zone.number, row.total) for row in minutes.zones.order_by("zone__number")] == [
        (1, 30),
        (2, 10),
    ]
    entry = Entry.objects.get()
    assert entry.action == "minutes.written"
    assert entry.changes["zones"][1][0].endswith("30 / 5 / 9")
    assert not Publication.objects.exists()


@pytest.mark.parametrize("totals", [(43, 0), (30, 13)])
def test_zones_never_have_more_people_than_the_session(meeting, editor, nefta, totals):
    rows = [
        ZoneRow(factories.ZoneFactory(municipality=nefta, number=n).pk, total, None, None)
        for n, total in enumerate(totals, start=1)
    ]
    with pytest.raises(ValidationError) as refusal:
        write(meeting, editor, rows)
    assert set(refusal.value.message_dict) == {"total"}
    assert not Minutes.objects.exists()


def test_minutes_are_rewritten_over_the_seen_version_only(meeting, editor):
    write(meeting, editor)
    write(meeting, editor, seen=1, total=50)
    with pytest.raises(ChangedMeanwhile):
        write(meeting, editor, seen=1, total=60)
    assert Minutes.objects.get().total == 50
    assert acts() == ["minutes.written", "minutes.edited"]


def test_public_minutes_are_part_of_the_meeting_in_the_register(public, editor, publisher):
    write(public, editor)
    assert len(register()) == 1
    services.publish_minutes(meeting=public, actor=publisher)
    act, content = register()[-1]
    assert (act, content["minutes"]["total"]) == ("minutes.published", 42)
    write(public, editor, seen=Minutes.objects.get().version, total=43)
    assert register()[-1][1]["minutes"]["total"] == 43
    services.withdraw_minutes(meeting=public, actor=publisher)
    assert register()[-1][1]["minutes"] is None


def test_minutes_need_a_public_meeting_that_was_held(meeting, publisher, editor):
    for prepare in (
        lambda: None,
        lambda: write(meeting, editor),
    ):
        prepare()
        with pytest.raises(ValidationError):
            services.publish_minutes(meeting=meeting, actor=publisher)
    services.publish_meeting(meeting=meeting, actor=publisher)
    services.state_held(meeting=meeting, held=False, actor=editor)
    with pytest.raises(ValidationError):
        services.publish_minutes(meeting=meeting, actor=publisher)
    assert not Minutes.objects.get().is_public


# --- files and videos --------------------------------------------------------------------------------


def upload(name="x.pdf", sha="1", place=False):
    return CheckedFile(name, b"%PDF-1.4", "application/pdf", sha * 64, place)


@pytest.mark.parametrize(
    ("kind", "asked", "expected"),
    [
        ("photo", None, False),
        ("attendance", None, False),
        ("presentation", None, True),
        ("signed_minutes", None, True),
        ("photo", True, True),
        ("presentation", False, False),
    ],
)
def test_photos_and_attendance_sheets_stay_internal_unless_asked(meeting, editor, kind, asked, expected):
    (file,) = services.attach_files(
        meeting=meeting, uploads=[upload()], kind=kind, is_public=asked, actor=editor
    )
    assert MeetingFile.objects.get(pk=file.pk).is_public is expected
    assert acts() == ["meeting_file.added"]


def test_what_may_tell_a_place_stays_internal(meeting, editor):
    (file,) = services.attach_files(
        meeting=meeting, uploads=[upload(place=True)], kind="other", is_public=True, actor=editor
    )
    assert not file.is_public
    with pytest.raises(ValidationError):
        services.set_file_public(file=file, is_public=True, actor=editor)


def test_a_file_that_is_shown_enters_the_register(public, editor):
    (file,) = services.attach_files(
        meeting=public, uploads=[upload()], kind="photo", is_public=None, actor=editor
    )
    assert len(register()) == 1
    services.set_file_public(file=file, is_public=True, actor=editor)
    services.set_file_public(file=file, is_public=True, actor=editor)
    assert [each["sha256"] for each in register()[-1][1]["files"]] == ["1" * 64]
    assert acts()[1:] == ["meeting_file.added", "meeting_file.shown"]


def test_videos_come_and_go(meeting, editor):
    add = {
        "meeting": meeting,
        "url": "https://video.example/1",
        "title_ar": "",
        "title_fr": "",
        "actor": editor,
    }
    video = services.add_video(**add)
    with pytest.raises(ValidationError):
        services.add_video(**add)
    with pytest.raises(ValidationError):
        services.add_video(**{**add, "url": "http://video.example/1"})
    services.remove_video(video=video, actor=editor)
    assert not VideoLink.objects.exists()
    assert acts() == ["video.added", "video.removed"]
