"""Working days: the weekend, the holidays of two countries, the days that were announced."""

import datetime
import random
import subprocess
import sys

import pytest
from django.utils.translation import override

from portal.municipalities.models import ConfirmedHoliday, Weekend
from portal.workdays.calculated import calculated_days
from portal.workdays.days import Confirmation, Workdays, workdays_of
from portal.workdays.names import NAMES, name_of

D = datetime.date
TUNISIA, MOROCCO = Workdays("TN"), Workdays("MA")


def named(workdays, key, year):
    return [holiday.date for holiday in workdays.holidays(year) if holiday.key == key]


def one_by_one(workdays, first, second):
    days = (first + datetime.timedelta(days=n) for n in range(1, (second - first).days + 1))
    return sum(workdays.is_working(day) for day in days)


# --- the holidays ------------------------------------------------------------------------------------


@pytest.mark.parametrize("country", ["TN", "MA"])
def test_every_holiday_of_twenty_years_has_a_name(country):
    keys = {key for year in range(2015, 2036) for key, _date, _estimated in calculated_days(country, year)}
    assert len(keys) > 10
    assert keys - NAMES.keys() == set()


def test_a_holiday_of_which_no_other_name_is_known_keeps_its_english_one():
    assert name_of("Carnation Day") == "Carnation Day"


def test_a_name_is_in_the_language_of_the_reader():
    with override("en"):
        assert {holiday.key: holiday.name for holiday in TUNISIA.holidays(2026)}["Labor Day"] == "Labour Day"


def test_fixed_days_are_certain_and_islamic_ones_estimated():
    found = {holiday.key: holiday for holiday in TUNISIA.holidays(2026)}
    assert not found["Republic Day"].is_estimated
    assert found["Republic Day"].estimated_on is None
    assert found["Eid al-Fitr"].is_estimated
    assert found["Eid al-Fitr"].estimated_on == D(2026, 3, 20)


def test_two_holidays_of_one_day_are_both_named():
    keys = [holiday.key for holiday in TUNISIA.holidays(2026) if holiday.date == D(2026, 3, 20)]
    assert keys == ["Eid al-Fitr", "Independence Day"]


def test_tunisia_moved_the_day_of_its_revolution_in_2021():
    assert named(TUNISIA, "Revolution and Youth Day", 2021) == [D(2021, 1, 14)]
    assert named(TUNISIA, "Revolution and Youth Day", 2022) == []
    assert named(TUNISIA, "Tunisian Revolution Day", 2020) == []
    assert named(TUNISIA, "Tunisian Revolution Day", 2021) == [D(2021, 12, 17)]
    assert named(TUNISIA, "Tunisian Revolution Day", 2026) == [D(2026, 12, 17)]


def test_a_feast_of_two_days_is_two_holidays():
    assert named(MOROCCO, "Eid al-Fitr", 2024) == [D(2024, 4, 10), D(2024, 4, 11)]


def test_a_year_may_hold_a_feast_twice():
    assert named(MOROCCO, "Eid al-Fitr", 2033) == [
        D(2033, 1, 2),
        D(2033, 1, 3),
        D(2033, 12, 23),
        D(2033, 12, 24),
    ]


def test_each_country_has_its_own():
    assert MOROCCO.is_working(D(2021, 3, 22))
    assert not MOROCCO.is_working(D(2025, 11, 6))
    assert TUNISIA.is_working(D(2025, 11, 6))


# --- announced days ----------------------------------------------------------------------------------


def test_the_announced_day_stands_in_place_of_the_estimated_one():
    mawlid = Confirmation("Prophet's Birthday", D(2026, 8, 25), D(2026, 8, 26))
    workdays = Workdays("TN", confirmed=(mawlid,))
    (found,) = [holiday for holiday in workdays.holidays(2026) if holiday.key == mawlid.key]
    assert (found.date, found.is_estimated, found.is_confirmed) == (D(2026, 8, 26), False, True)
    assert workdays.is_working(D(2026, 8, 25))
    assert not workdays.is_working(D(2026, 8, 26))


def test_the_days_of_a_feast_follow_its_first_day():
    workdays = Workdays("TN", confirmed=(Confirmation("Eid al-Adha", D(2026, 5, 27), D(2026, 5, 28)),))
    around = [holiday for holiday in workdays.holidays(2026) if holiday.date.month == 5][1:]
    assert [(holiday.key, holiday.date.day) for holiday in around] == [
        ("Day of Arafah", 27),
        ("Eid al-Adha", 28),
        ("Eid al-Adha Holiday", 29),
        ("Eid al-Adha Holiday", 30),
    ]
    assert all(holiday.is_confirmed for holiday in around)


def test_the_second_day_of_the_same_name_follows_too():
    workdays = Workdays("MA", confirmed=(Confirmation("Eid al-Fitr", D(2024, 4, 10), D(2024, 4, 11)),))
    assert named(workdays, "Eid al-Fitr", 2024) == [D(2024, 4, 11), D(2024, 4, 12)]


def test_a_day_of_a_feast_may_be_announced_apart():
    rows = (
        Confirmation("Eid al-Fitr", D(2024, 4, 10), D(2024, 4, 11)),
        Confirmation("Eid al-Fitr", D(2024, 4, 11), D(2024, 4, 15)),
    )
    assert named(Workdays("MA", confirmed=rows), "Eid al-Fitr", 2024) == [D(2024, 4, 11), D(2024, 4, 15)]


def test_the_other_feast_of_the_year_stays_estimated():
    workdays = Workdays("MA", confirmed=(Confirmation("Eid al-Fitr", D(2033, 1, 2), D(2033, 1, 3)),))
    found = [holiday for holiday in workdays.holidays(2033) if holiday.key == "Eid al-Fitr"]
    assert [(holiday.date, holiday.is_estimated) for holiday in found] == [
        (D(2033, 1, 3), False),
        (D(2033, 1, 4), False),
        (D(2033, 12, 23), True),
        (D(2033, 12, 24), True),
    ]


def test_a_feast_may_be_announced_for_the_other_side_of_the_new_year():
    # Calculated for 31 December 2006 to 2 January 2007, the day before being that of Arafah.
    assert named(TUNISIA, "Eid al-Adha Holiday", 2007)[:2] == [D(2007, 1, 1), D(2007, 1, 2)]
    workdays = Workdays("TN", confirmed=(Confirmation("Eid al-Adha", D(2006, 12, 31), D(2007, 1, 1)),))
    assert named(workdays, "Eid al-Adha", 2006) == [D(2006, 1, 10)]
    assert named(workdays, "Eid al-Adha", 2007) == [D(2007, 1, 1), D(2007, 12, 20)]
    assert named(workdays, "Eid al-Adha Holiday", 2007)[:2] == [D(2007, 1, 2), D(2007, 1, 3)]


# --- counting ----------------------------------------------------------------------------------------


def test_neither_the_weekend_nor_a_holiday_counts():
    thursday, monday = D(2026, 4, 30), D(2026, 5, 4)  # The 1st of May was a Friday.
    assert TUNISIA.between(thursday, monday) == 1
    assert TUNISIA.between(monday, thursday) == -1
    assert TUNISIA.between(monday, monday) == 0


@pytest.mark.parametrize(
    ("weekend", "counted"),
    [
        (Weekend.SATURDAY_SUNDAY, 5),
        (Weekend.SUNDAY, 6),
        (Weekend.FRIDAY_SATURDAY, 5),
        (Weekend.FRIDAY, 6),
    ],
)
@pytest.mark.django_db
def test_the_weekend_is_that_of_the_municipality(nefta, weekend, counted):
    nefta.weekend = weekend
    assert workdays_of(nefta).between(D(2021, 11, 1), D(2021, 11, 8)) == counted


def test_counting_by_weeks_agrees_with_counting_one_by_one():
    chance = random.Random(7)
    for _round in range(200):
        weekend = chance.choice([frozenset({5, 6}), frozenset({6}), frozenset({4, 5}), frozenset({4})])
        workdays = Workdays(chance.choice(["TN", "MA"]), weekend)
        first = D(2015, 1, 1) + datetime.timedelta(days=chance.randrange(7000))
        second = first + datetime.timedelta(days=chance.randrange(90))
        assert workdays.between(first, second) == one_by_one(workdays, first, second)


def test_the_nth_working_day_is_found_forwards_and_backwards():
    chance = random.Random(8)
    for _round in range(200):
        workdays = Workdays(chance.choice(["TN", "MA"]))
        day = D(2015, 1, 1) + datetime.timedelta(days=chance.randrange(7000))
        count = chance.randrange(1, 60)
        later, earlier = workdays.later(day, count), workdays.earlier(day, count)
        assert workdays.between(day, later) == count
        assert workdays.between(day, later - datetime.timedelta(days=1)) == count - 1
        assert workdays.between(earlier, day) == count
        assert workdays.between(earlier + datetime.timedelta(days=1), day) == count - 1


def test_the_whole_calendar_is_counted_without_walking_it(monkeypatch):
    monkeypatch.setattr(Workdays, "is_working", None)  # What would be asked day by day.
    assert TUNISIA.between(D.min, D.max) > 2_600_000
    assert TUNISIA.later(D.max, 30) == D.max
    assert TUNISIA.earlier(D.min, 30) == D.min


def test_it_says_when_a_count_may_still_change():
    assert TUNISIA.rests_on_estimate(D(2026, 8, 20), D(2026, 8, 28))
    assert TUNISIA.rests_on_estimate(D(2026, 8, 26), D(2026, 8, 28)), "The day may come a day later."
    assert not TUNISIA.rests_on_estimate(D(2026, 8, 27), D(2026, 8, 31))
    mawlid = Confirmation("Prophet's Birthday", D(2026, 8, 25), D(2026, 8, 26))
    assert not Workdays("TN", confirmed=(mawlid,)).rests_on_estimate(D(2026, 8, 20), D(2026, 8, 28))


# --- what it costs -----------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_municipality_s_days_are_one_query(nefta, django_assert_num_queries):
    with django_assert_num_queries(1):
        assert workdays_of(nefta) == TUNISIA
    for day in (25, 26):
        ConfirmedHoliday.objects.create(
            municipality=nefta, name=f"Feast {day}", estimated_on=D(2026, 8, day), date=D(2026, 8, day)
        )
    with django_assert_num_queries(1):
        found = workdays_of(nefta)
        found.between(D(2026, 1, 1), D(2028, 1, 1))
    assert [row.key for row in found.confirmed] == ["Feast 25", "Feast 26"]


def test_the_calculation_is_not_loaded_before_it_is_needed():
    code = "import sys, django; django.setup(); import programs.calendar;sys.exit('holidays' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], check=False, capture_output=True)
    assert done.returncode == 0, done.stderr.decode()
