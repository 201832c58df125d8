from datetime import date

import pytest

from portal.importing.dates import DigitOrder, NotADate, date_order, is_date, read_date, read_month

DATES = {
    "2021/10/13": date(2021, 10, 13),
    "2021-10-13": date(2021, 10, 13),
    "2021.10.13": date(2021, 10, 13),
    "13/10/2021": date(2021, 10, 13),
    "13-10-2021": date(2021, 10, 13),
    "3/9/2021": date(2021, 9, 3),
    "2021-10-13 00:00:00": date(2021, 10, 13),
    "٢٠٢١/١٠/١٣": date(2021, 10, 13),
    "۱۳/۱۰/۲۰۲۱": date(2021, 10, 13),
    "\u200f13/10/2021\u200f": date(2021, 10, 13),
    "\u206713\u2069/\u206710\u2069/\u20672021\u2069": date(2021, 10, 13),
    "13\u00a0/ 10 / 2021": date(2021, 10, 13),
    "13 أكتوبر 2021": date(2021, 10, 13),
    "13 اكتوبـــر 2021": date(2021, 10, 13),
    "١٣ أُكتوبر ٢٠٢١": date(2021, 10, 13),
    "يوم الأربعاء 13 أكتوبر 2021": date(2021, 10, 13),
    "الأربعاء، 13 أكتوبر 2021": date(2021, 10, 13),
    "غرة نوفمبر 2021": date(2021, 11, 1),
    "13 octobre 2021": date(2021, 10, 13),
    "mercredi 13 OCTOBRE 2021": date(2021, 10, 13),
    "le 13 oct. 2021": date(2021, 10, 13),
    "1er août 2021": date(2021, 8, 1),
    "1er aout 2021": date(2021, 8, 1),
    "13 fév. 2021": date(2021, 2, 13),
    "29/02/2024": date(2024, 2, 29),
}

YEARS = {
    "Tunisia": "جانفي|فيفري|مارس|أفريل|ماي|جوان|جويلية|أوت|سبتمبر|أكتوبر|نوفمبر|ديسمبر",
    "Morocco": "يناير|فبراير|مارس|أبريل|ماي|يونيو|يوليوز|غشت|شتنبر|أكتوبر|نونبر|دجنبر",
    "Egypt": "يناير|فبراير|مارس|أبريل|مايو|يونيو|يوليو|أغسطس|سبتمبر|أكتوبر|نوفمبر|ديسمبر",
    "Mashriq": "كانون الثاني|شباط|آذار|نيسان|أيار|حزيران|تموز|آب|أيلول|تشرين الأول|تشرين الثاني|كانون الأول",
    "French": "janvier|février|mars|avril|mai|juin|juillet|août|septembre|octobre|novembre|décembre",
}

MONTHS = {
    "Octobre 2024": (2024, 10),
    "أكتوبر 2024": (2024, 10),
    "دجنبر ٢٠٢٤": (2024, 12),
    "12/2024": (2024, 12),
    "2024-12": (2024, 12),
}


@pytest.mark.parametrize(("text", "day"), DATES.items())
def test_every_way_to_write_a_date(text, day):
    assert read_date(text) == day


@pytest.mark.parametrize("country", YEARS)
def test_every_month_of_every_country(country):
    days = [read_date(f"5 {name} 2023") for name in YEARS[country].split("|")]

    assert days == [date(2023, month, 5) for month in range(1, 13)]


@pytest.mark.parametrize(
    "text",
    ["31/02/2021", "2021/13/01", "2021/00/10", "0/1/2021", "29/02/2023", "31 أفريل 2021", "10/13/2021"],
)
def test_days_that_do_not_exist_are_refused(text):
    with pytest.raises(NotADate) as refusal:
        read_date(text)
    assert refusal.value.expected == "a day that exists"


@pytest.mark.parametrize("text", ["13/10/1021", "2321/10/13", "13 أكتوبر 1899"])
def test_impossible_years_are_refused(text):
    with pytest.raises(NotADate) as refusal:
        read_date(text)
    assert refusal.value.expected == "a year from 1990 to 2100"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "قريبا",
        "2021",
        "13/10",
        "13/10/21",
        "2021/10-13",
        "13 2021",
        "13 brumaire 2021",
        "2021/10/13 و بعده",
    ],
)
def test_what_is_no_date_is_refused(text):
    with pytest.raises(NotADate) as refusal:
        read_date(text)
    assert refusal.value.expected == "a date such as 2023/06/09, 09/06/2023 or 9 juin 2023"


def test_the_order_is_told_without_judging_the_day():
    assert date_order("2021/02/31") == "ymd"
    assert date_order("31/02/2021") == "dmy"
    assert date_order("31 فيفري 2021") == "named"
    assert date_order("2-1 تكوين خلية 2022") is None
    assert date_order("2021 " * 1000) is None


@pytest.mark.parametrize(("text", "month"), MONTHS.items())
def test_months(text, month):
    assert read_month(text) == month


@pytest.mark.parametrize("text", ["13/2024", "2024", "", "2024-00", "Octobre", "Octobre 1024"])
def test_what_is_no_month_is_refused(text):
    with pytest.raises(NotADate):
        read_month(text)


def test_the_month_stands_first_where_that_was_chosen():
    assert read_date("03/04/2021", DigitOrder.MDY) == date(2021, 3, 4)
    assert read_date("03/04/2021", DigitOrder.DMY) == read_date("03/04/2021") == date(2021, 4, 3)


@pytest.mark.parametrize("order", DigitOrder)
@pytest.mark.parametrize("text", ["2021/04/03", "3 avril 2021"])
def test_an_order_changes_nothing_where_the_text_tells(text, order):
    assert read_date(text, order) == date(2021, 4, 3)


def test_a_date_that_is_not_in_the_chosen_order():
    assert not is_date("25/12/2021", DigitOrder.MDY)
    assert not is_date("03/04/2021", DigitOrder.YMD)
    assert is_date("25/12/2021", DigitOrder.DMY)
