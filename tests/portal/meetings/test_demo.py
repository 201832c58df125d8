"""The fictional meetings of the demo."""

import datetime

import pytest

from portal.management.demo_meetings import seed_meetings
from portal.management.demo_programs import seed_programs
from portal.meetings.models import Meeting
from programs.models import Program
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def programs(nefta):
    """The one of the year before, and the one of which a session is held today."""
    for number in range(1, 5):
        factories.ZoneFactory(municipality=nefta, number=number)
    factories.DecidingBodyFactory(municipality=nefta)
    approval = nefta.today() + datetime.timedelta(days=20)
    seed_programs(nefta, approval)
    return [Program.objects.get(municipality=nefta, year=approval.year + after) for after in (0, 1)]


def test_each_meeting_holds_a_task_on_its_day_and_only_once(nefta, programs):
    today = nefta.today()
    seeded = seed_meetings(*programs, today)
    assert seed_meetings(*programs, today) == []
    held_for = [
        (task.phase.program.year - programs[1].year, f"{task.phase.number}.{task.number}", meeting.kind)
        for meeting in seeded
        for task in meeting.tasks.select_related("phase__program")
        if task.session_date == meeting.date
    ]
    assert held_for == [
        (-1, "1.5", "workshop"),
        (-1, "4.1", "general"),
        (-1, "5.5", "deciding_body"),
        (0, "1.2", "work"),
        (0, "2.5", "zone"),
        (0, "2.7", "deciding_body"),
        (0, "4.1", "general"),
        (0, "5.5", "deciding_body"),
    ]
    for meeting in Meeting.objects.all():
        meeting.full_clean()


def test_what_is_over_is_stated_as_held_and_the_decisive_sessions_have_public_minutes(nefta, programs):
    today = nefta.today()
    seed_meetings(*programs, today)
    own = Meeting.objects.of(nefta).published()
    assert set(own.filter(held=True)) == set(own.filter(date__lt=today))
    assert set(own.filter(held=None).values_list("date", flat=True)) == {
        today + datetime.timedelta(days=days) for days in (0, 3, 20)
    }
    assert list(own.filter(minutes__is_public=True).order_by("date").values_list("kind", flat=True)) == [
        "general",
        "deciding_body",
    ]
    general = own.get(minutes__isnull=False, kind="general")
    assert general.minutes.zones.count() == 4
    assert own.get(minutes__isnull=False, kind="deciding_body").minutes.outcome_ar


def test_a_task_without_a_date_has_no_meeting(nefta, programs):
    programs[1].phases.get(number=5).tasks.update(session_date=None)
    assert len(seed_meetings(*programs, nefta.today())) == 7
