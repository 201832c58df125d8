"""An announced day: kept once, corrected by a later word, refused where it makes no sense."""

import datetime

import pytest
from django.core.exceptions import ValidationError

from portal.audit.models import Entry
from portal.municipalities.models import ConfirmedHoliday
from portal.workdays.confirming import confirm_holiday
from portal.workdays.days import workdays_of

D = datetime.date
MAWLID, ESTIMATE = "Prophet's Birthday", D(2026, 8, 25)


def confirm(municipality, date, key=MAWLID, estimated_on=ESTIMATE, actor=None):
    return confirm_holiday(
        municipality=municipality, key=key, estimated_on=estimated_on, date=date, actor=actor
    )


def test_the_announced_day_counts_and_is_in_the_journal(nefta, editor):
    confirm(nefta, D(2026, 8, 26), actor=editor)
    assert not workdays_of(nefta).is_working(D(2026, 8, 26))
    assert workdays_of(nefta).is_working(D(2026, 8, 25))
    entry = Entry.objects.get(action="holiday.confirmed")
    assert (entry.actor, entry.municipality) == (editor, nefta)
    assert entry.changes == {
        "holiday": [None, MAWLID],
        "estimated_on": [None, "2026-08-25"],
        "date": [None, "2026-08-26"],
    }


def test_the_estimated_day_may_turn_out_right(nefta):
    confirm(nefta, D(2026, 8, 25))
    assert not workdays_of(nefta).rests_on_estimate(D(2026, 8, 24), D(2026, 8, 27))


def test_a_later_word_replaces_an_earlier_one(nefta):
    confirm(nefta, D(2026, 8, 26))
    confirm(nefta, D(2026, 8, 24))
    assert ConfirmedHoliday.objects.get().date == D(2026, 8, 24)
    assert Entry.objects.filter(action="holiday.confirmed").first().changes["date"] == [
        "2026-08-26",
        "2026-08-24",
    ]


def test_the_same_word_twice_writes_nothing(nefta):
    confirm(nefta, D(2026, 8, 26))
    confirm(nefta, D(2026, 8, 26))
    assert Entry.objects.filter(action="holiday.confirmed").count() == 1


def test_another_municipality_keeps_its_own_days(nefta, kenitra):
    confirm(nefta, D(2026, 8, 26))
    assert workdays_of(kenitra).confirmed == ()


@pytest.mark.parametrize(
    ("key", "estimated_on"),
    [
        ("Republic Day", D(2026, 7, 25)),
        (MAWLID, D(2026, 8, 26)),
        ("Throne Day", D(2026, 7, 30)),
        (MAWLID, D(9999, 8, 25)),
    ],
    ids=["fixed", "another day", "another country", "another age"],
)
def test_what_is_no_estimate_is_not_confirmed(nefta, key, estimated_on):
    with pytest.raises(ValidationError):
        confirm(nefta, estimated_on, key, estimated_on)
    assert not ConfirmedHoliday.objects.exists()


@pytest.mark.parametrize("days", [-6, 6, 400])
def test_a_day_far_from_the_estimate_is_refused_at_the_date(nefta, days):
    with pytest.raises(ValidationError) as refusal:
        confirm(nefta, D(2026, 8, 25) + datetime.timedelta(days=days))
    assert list(refusal.value.message_dict) == ["date"]
    assert not ConfirmedHoliday.objects.exists()
