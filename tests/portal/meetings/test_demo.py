"""The fictional meetings of the demo."""

import pytest

from portal.management.demo_meetings import seed_meetings
from portal.meetings.models import Meeting
from tests import factories

pytestmark = pytest.mark.django_db


def test_four_meetings_one_with_minutes_one_to_come_and_only_once(nefta):
    for number in range(1, 5):
        factories.ZoneFactory(municipality=nefta, number=number)
    today = nefta.today()
    assert len(seed_meetings(nefta, today)) == 4
    assert seed_meetings(nefta, today) == []
    own = Meeting.objects.of(nefta).published()
    assert own.count() == 4
    assert own.filter(minutes__is_public=True, kind="general").count() == 1
    assert own.upcoming(today).count() == 1
    for meeting in Meeting.objects.all():
        meeting.full_clean()
