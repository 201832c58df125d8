import datetime
from decimal import Decimal

import pytest

from portal import locales

DAY = datetime.date(2021, 11, 13)
TUNISIAN = [
    "جانفي",
    "فيفري",
    "مارس",
    "أفريل",
    "ماي",
    "جوان",
    "جويلية",
    "أوت",
    "سبتمبر",
    "أكتوبر",
    "نوفمبر",
    "ديسمبر",
]
MOROCCAN = [
    "يناير",
    "فبراير",
    "مارس",
    "أبريل",
    "ماي",
    "يونيو",
    "يوليوز",
    "غشت",
    "شتنبر",
    "أكتوبر",
    "نونبر",
    "دجنبر",
]


@pytest.mark.parametrize(("country", "names"), [("TN", TUNISIAN), ("MA", MOROCCAN)])
def test_months_are_those_of_the_country(country, names):
    months = [locales.month_name(datetime.date(2021, n, 1), country, "ar") for n in range(1, 13)]
    assert months == names


@pytest.mark.parametrize(
    ("country", "language", "text"),
    [
        ("TN", "ar", "السبت 13 نوفمبر 2021"),
        ("MA", "ar", "السبت 13 نونبر 2021"),
        ("TN", "fr", "samedi 13 novembre 2021"),
        ("MA", "en", "Saturday 13 November 2021"),
    ],
)
def test_full_date(country, language, text):
    assert locales.full_date(DAY, country, language) == text


def test_the_first_of_a_month_in_french():
    assert locales.long_date(datetime.date(2024, 3, 1), "MA", "fr") == "1er mars 2024"
    assert locales.day_month(datetime.date(2024, 3, 11), "MA", "fr") == "11 mars"


@pytest.mark.parametrize(
    ("first", "last", "text"),
    [
        ((2021, 10, 13), (2021, 10, 26), "13 – 26 أكتوبر 2021"),
        ((2021, 10, 29), (2021, 11, 10), "29 أكتوبر – 10 نوفمبر 2021"),
        ((2021, 12, 29), (2022, 1, 10), "29 ديسمبر 2021 – 10 جانفي 2022"),
        ((2021, 11, 11), (2021, 11, 11), "11 نوفمبر 2021"),
    ],
)
def test_a_period_says_nothing_twice(first, last, text):
    assert locales.period(datetime.date(*first), datetime.date(*last), "TN", "ar") == text


def test_month_precision():
    assert locales.month_year(datetime.date(2024, 10, 1), "MA", "fr") == "octobre 2024"
    assert locales.month_year(datetime.date(2024, 9, 1), "MA", "ar") == "شتنبر 2024"


def test_money_has_the_decimals_of_its_currency():
    assert locales.money(Decimal("1250000.5"), "TND", "ar") == "1\u202f250\u202f000,500\u00a0د.ت"
    assert locales.money(Decimal("1250000.5"), "TND", "fr") == "1\u202f250\u202f000,500\u00a0DT"
    assert locales.money(Decimal(500000), "MAD", "fr") == "500\u202f000,00\u00a0DH"


def test_money_of_another_currency_is_an_error():
    with pytest.raises(KeyError):
        locales.money(Decimal(1), "EUR", "fr")


def test_no_direction_mark_and_no_arabic_indic_digit_anywhere():
    for country in locales.COUNTRIES:
        for language in ("ar", "fr", "en"):
            for day in range(1, 366, 13):
                text = locales.full_date(datetime.date.fromordinal(738000 + day), country, language)
                assert not set(text) & set("\u200e\u200f\u061c٠١٢٣٤٥٦٧٨٩")


def test_percent_in_french_has_its_space():
    assert locales.percent(45, "fr") == "45\u202f%"
    assert locales.percent(45, "ar") == "45%"
