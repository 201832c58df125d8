"""Dates, months, digits and money per country, through Babel.

Months differ between Tunisia (جانفي، أوت) and Morocco (يناير، غشت، شتنبر) and neither is Django's
``ar``; so every page formats with the locale of the municipality it speaks of. Digits are Western
everywhere. Direction marks that Babel adds are removed: the templates isolate figures themselves.
"""

import datetime
import re
from decimal import Decimal
from functools import lru_cache

from babel import Locale
from babel.dates import format_date
from babel.numbers import format_decimal

COUNTRIES = ("TN", "MA")
DECIMALS = {"TND": 3, "MAD": 2}
_UNIT = {
    ("TND", "ar"): "د.ت",
    ("TND", "fr"): "DT",
    ("TND", "en"): "TND",
    ("MAD", "ar"): "درهم",
    ("MAD", "fr"): "DH",
    ("MAD", "en"): "MAD",
}
_MARKS = re.compile("[\u200e\u200f\u061c]")
NARROW_SPACE = "\u202f"


@lru_cache(maxsize=16)
def locale_of(country: str, language: str) -> Locale:
    """The Babel locale of a country's pages: ar-TN, ar-MA, fr-TN, fr-MA; English is one for both."""
    return Locale.parse("en_GB" if language == "en" else f"{language}_{country}")


@lru_cache(maxsize=4096)
def _formatted(date: datetime.date, pattern: str, country: str, language: str) -> str:
    return _MARKS.sub("", format_date(date, pattern, locale=locale_of(country, language)))


def long_date(date: datetime.date, country: str, language: str) -> str:
    """``13 نوفمبر 2021``, ``13 novembre 2021``; the first of a month is ``1er`` in French."""
    return _first_of_month(_formatted(date, "d MMMM y", country, language), language)


def full_date(date: datetime.date, country: str, language: str) -> str:
    """A date with its weekday first: ``السبت 13 نوفمبر 2021``."""
    text = _formatted(date, "EEEE", country, language)
    return f"{text} {long_date(date, country, language)}"


def day_month(date: datetime.date, country: str, language: str) -> str:
    """``13 أكتوبر``."""
    return _first_of_month(_formatted(date, "d MMMM", country, language), language)


def month_year(date: datetime.date, country: str, language: str) -> str:
    """``أكتوبر 2024``: for what is only known to the month."""
    return _formatted(date, "LLLL y", country, language)


def month_name(date: datetime.date, country: str, language: str) -> str:
    return _formatted(date, "LLLL", country, language)


def weekday(date: datetime.date, country: str, language: str) -> str:
    return _formatted(date, "EEEE", country, language)


def _first_of_month(text: str, language: str) -> str:
    return re.sub(r"^1 ", "1er ", text) if language == "fr" else text


def sheet_date(date: datetime.date) -> str:
    """``2021/10/13``: how the municipalities' own tables write a date; for grids and papers only."""
    return f"{date:%Y/%m/%d}"


def period(first: datetime.date, last: datetime.date, country: str, language: str) -> str:
    """A span of days without saying month or year twice: ``13 – 26 أكتوبر 2021``."""
    if first == last:
        return long_date(first, country, language)
    if (first.year, first.month) == (last.year, last.month):
        start = "1er" if language == "fr" and first.day == 1 else str(first.day)
    elif first.year == last.year:
        start = day_month(first, country, language)
    else:
        start = long_date(first, country, language)
    return f"{start} – {long_date(last, country, language)}"


def number(value: int | Decimal, decimals: int = 0) -> str:
    """``1 250 000,5`` with narrow no-break spaces and a decimal comma, in every language."""
    pattern = "#,##0" + ("." + "0" * decimals if decimals else "")
    text = format_decimal(value, format=pattern, locale="fr_FR")
    return text.replace("\u00a0", NARROW_SPACE)


def money(amount: Decimal, currency: str, language: str) -> str:
    """An amount with the decimals of its currency (millimes: 3, centimes: 2) and its unit.

    Raises ``KeyError`` for a currency other than TND and MAD.
    """
    return f"{number(amount, DECIMALS[currency])}\u00a0{currency_unit(currency, language)}"


def currency_unit(currency: str, language: str) -> str:
    """``د.ت``, ``DH``: what stands after an amount. Raises ``KeyError`` for an unknown currency."""
    return _UNIT[currency, language]


def percent(value: int, language: str) -> str:
    """``45%`` in Arabic and English, ``45 %`` with a narrow space in French."""
    return f"{value}{NARROW_SPACE}%" if language == "fr" else f"{value}%"
