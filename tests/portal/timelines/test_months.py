import datetime
from decimal import Decimal

from portal.timelines.months import first_day, last_day, month_index, position_in_months


def test_a_day_has_a_beginning_and_an_end_on_the_axis():
    january = month_index(datetime.date(2026, 1, 1))
    assert position_in_months(datetime.date(2026, 1, 1), january) == 0
    assert position_in_months(datetime.date(2026, 1, 31), january, after=True) == 1
    assert position_in_months(datetime.date(2026, 2, 15), january) == Decimal("1.5")
    assert position_in_months(datetime.date(2024, 2, 29), january, after=True) == -22


def test_the_last_month_of_the_calendar_has_a_place_too():
    december = month_index(datetime.date.max)
    assert position_in_months(datetime.date.max, december, after=True) == 1


def test_a_month_has_a_first_and_a_last_day():
    february = month_index(datetime.date(2028, 2, 17))
    assert first_day(february) == datetime.date(2028, 2, 1)
    assert last_day(february) == datetime.date(2028, 2, 29)
    assert last_day(february - 2) == datetime.date(2027, 12, 31)
