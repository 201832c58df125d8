from datetime import date
from decimal import Decimal

import pytest

from portal.importing.differences import Difference, Differences, merge_values, plain
from portal.municipalities.models import Municipality


def stored(**values):
    """A row as the database would give it."""
    row = Municipality(slug="town", **values)
    row._state.adding = False
    return row


def test_a_new_row_takes_what_is_stated():
    found, row = Differences(), Municipality(name_ar="قديم")
    base = merge_values(found, row, {"name_ar": "مدينة", "name_fr": "", "population": 0}, {}, "town")

    assert (row.name_ar, row.name_fr, row.population) == ("مدينة", "", 0)
    assert base == {"name_ar": "مدينة", "population": 0}
    assert found == Differences()


def test_what_the_file_changed_is_taken_and_told():
    found, row = Differences(), stored(name_ar="مدينة")
    base = merge_values(found, row, {"name_ar": "مدينة جديدة"}, {"name_ar": "مدينة"}, "town")

    assert row.name_ar == "مدينة جديدة"
    assert base == {"name_ar": "مدينة جديدة"}
    assert found.changes == [Difference("town", "name_ar", "مدينة", "مدينة جديدة")]


@pytest.mark.parametrize("read", ["من الملف", "عند القراءة الأولى"])
def test_what_people_changed_is_kept_and_told(read):
    found, row = Differences(), stored(name_ar="من الأعوان")
    merge_values(found, row, {"name_ar": read}, {"name_ar": "عند القراءة الأولى"}, "town")

    assert row.name_ar == "من الأعوان"
    assert found.conflicts == [Difference("town", "name_ar", "من الأعوان", read)]
    assert found.changes == []


def test_what_the_file_does_not_state_stays_with_its_base():
    found, row = Differences(), stored(name_ar="مدينة", population=5)
    base = merge_values(found, row, {"name_ar": "", "population": None}, {"population": 4}, "town")

    assert (row.name_ar, row.population, base) == ("مدينة", 5, {"population": 4})
    assert found == Differences()


def test_values_are_compared_as_json_keeps_them():
    assert [plain(date(2021, 10, 13)), plain(Decimal("1.5")), plain(None), plain("a")] == [
        "2021-10-13",
        "1.500",
        None,
        "a",
    ]


def test_a_difference_names_its_place():
    assert str(Difference("2.6", "session_date", 1, 2)) == "2.6 session_date"
    assert str(Difference("2.6", "", None, "عمل")) == "2.6"
