"""Amounts in a calendar stay text; where they can be meant in two ways, people are asked for the unit."""

import pytest
from django.utils import translation

from portal.importing.tables import read_table
from programs.importers.calendar import read_calendar
from programs.importers.money import find_unclear_amounts

UNCLEAR = {
    "510 مليون": "510 مليون",
    "كلفة المشروع 510 مليون تقريبا": "510 مليون",
    "٥١٠ مليون": "٥١٠ مليون",
    "400.000.00 درهم": "400.000.00 درهم",
    "550'000 DT": "550'000 DT",
    "550,000 د.ت": "550,000 د.ت",
    "1.500 dinars": "1.500 dinars",
    "DT 550.000": "DT 550.000",
    "3 milliards": "3 milliards",
}
CLEAR = [
    "500 دينار",
    "500 000 دينار",
    "12,50 DH",
    "2 مليون دينار",
    "40 مليون سنتيم",
    "نتائج 2020 و 2021",
    "07 أيام على الأقل",
    "3 آلاف مواطن",
    "مليون",
    "الفصل 5 د",
    "9 " * 5000 + "مليون",
]


@pytest.mark.parametrize("text", UNCLEAR)
def test_amounts_that_can_be_meant_in_two_ways(text):
    assert list(find_unclear_amounts(text)) == [UNCLEAR[text]]


@pytest.mark.parametrize("text", CLEAR)
def test_amounts_that_are_clear_and_numbers_that_are_none(text):
    assert list(find_unclear_amounts(text)) == []


def test_the_calendar_keeps_the_text_and_asks_beside_its_cell():
    text = "رزنامة 2023\nالمرحلة\tالعمل\tالوثائق\tالتاريخ\tملاحظات\n"
    text += "1- أ\t1.1 مشروع بكلفة 510 مليون\tقرار بمبلغ 550'000 DT\t2023/06/09\t400.000.00 درهم\n"
    with translation.override("en"):
        calendar = read_calendar(read_table("calendar.txt", text.encode()), year=2023)
    (task,) = calendar.tasks

    assert task.title == "مشروع بكلفة 510 مليون"
    assert task.documents == ("قرار بمبلغ 550'000 DT",)
    assert task.notes == "400.000.00 درهم"
    assert [(w.code, w.line, w.column) for w in calendar.warnings] == [
        ("money_unit", 3, 2),
        ("money_unit", 3, 3),
        ("money_unit", 3, 5),
    ]
    assert calendar.warnings[0].message == (
        "“510 مليون” can be meant in more than one way; it is kept as text. In which unit is it?"
    )
