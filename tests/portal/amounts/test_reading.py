"""Amounts as people type them: read in their unit, or asked about."""

from decimal import Decimal

import pytest
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from portal.amounts.reading import LARGEST, NotAnAmount, Unit, read_amount, units_of
from portal.locales import DECIMALS, money, number


@pytest.mark.parametrize(
    ("text", "unit", "dinars"),
    [
        ("620000", "dinar", "620000"),
        ("620 000,000", "dinar", "620000"),
        ("620\u202f000,000", "dinar", "620000"),
        ("620.000,000", "dinar", "620000"),
        ("620 000.500", "dinar", "620000.500"),
        ("1,250,000.500", "dinar", "1250000.500"),
        ("1.250.000", "dinar", "1250000"),
        ("550'000 DT", "dinar", "550000"),
        ("٦٢٠٬٠٠٠٫٥", "dinar", "620000.5"),
        ("\u200f٨٤ ٠٠٠ د.ت", "dinar", "84000"),
        ("1250.5", "dinar", "1250.5"),
        ("0.500", "dinar", "0.500"),
        ("1,234", "dinar", "1.234"),
        ("0", "dinar", "0"),
        ("1 200", "thousand", "1200000"),
        ("1,5", "thousand", "1500"),
        ("84,000001", "thousand", "84000.001"),
        ("1200 ألف دينار", "thousand", "1200000"),
        ("510 000 000", "millime", "510000"),
        ("620.000", "millime", "620"),
        ("1", "millime", "0.001"),
    ],
)
def test_dinars(text, unit, dinars):
    assert read_amount(text, "TND", unit) == Decimal(dinars)


@pytest.mark.parametrize(
    ("text", "unit", "dirhams"),
    [
        ("500.000,00 درهم .", "dirham", "500000"),
        ("500.000", "dirham", "500000"),
        ("12.50", "dirham", "12.50"),
        ("40 000 000", "centime", "400000"),
        ("1", "centime", "0.01"),
    ],
)
def test_dirhams(text, unit, dirhams):
    assert read_amount(text, "MAD", unit) == Decimal(dirhams)


@pytest.mark.parametrize(
    ("text", "unit", "sentence"),
    [
        ("1.234", "dinar", "“1.234” can be 1 234 or 1,234: write one of the two."),
        ("620.000", "thousand", "can be 620 000 or 620,000"),
        ("510 مليون", "dinar", "what “مليون” counts is not guessed"),
        ("5 مليارات", "millime", "is not guessed"),
        ("510 millions", "dinar", "is not guessed"),
        ("510 مليم", "dinar", "is not guessed"),
        ("1 مليون و 200", "dinar", "is not guessed"),
        ("-5", "dinar", "zero or more"),
        ("−5", "dinar", "zero or more"),
        ("(5)", "dinar", "zero or more"),
        ("12,3456", "dinar", "At most 3 decimals."),
        ("0,5", "millime", "no decimals"),
        ("100 000 000 000", "dinar", "too large"),
        ("100 000 000", "thousand", "too large"),
        ("62 00", "dinar", "by thousands"),
        ("400.000.00", "dinar", "by thousands"),
        ("1'000 000", "dinar", "by thousands"),
        ("1..5", "dinar", "by thousands"),
        ("5,", "dinar", "is not guessed"),
        ("مليون", "dinar", "in figures"),
        ("", "dinar", "in figures"),
        ("²", "dinar", "in figures"),
        ("1" * 61, "dinar", "no amount"),
    ],
)
def test_refused_with_a_sentence(text, unit, sentence):
    with override("en"), pytest.raises(NotAnAmount, match=sentence.replace("(", r"\(")):
        read_amount(text, "TND", unit)


def test_decimals_are_those_of_the_currency():
    with override("en"), pytest.raises(NotAnAmount, match="At most 2 decimals"):
        read_amount("1,234", "MAD", Unit.DIRHAM)


def test_a_unit_of_another_currency_is_a_mistake_of_the_caller():
    with pytest.raises(ValueError, match="no unit of MAD"):
        read_amount("5", "MAD", Unit.MILLIME)
    with pytest.raises(KeyError):
        units_of("EUR")
    assert units_of("MAD")[0] == Unit.DIRHAM


def amounts(currency: str) -> st.SearchStrategy[Decimal]:
    most = int(LARGEST.scaleb(DECIMALS[currency])) if currency == "TND" else int(LARGEST) * 100
    return st.integers(0, most).map(lambda whole: Decimal(whole).scaleb(-DECIMALS[currency]))


@given(amounts("TND"), st.sampled_from(["ar", "fr", "en"]))
def test_what_the_portal_writes_of_dinars_is_read_back(amount, language):
    assert read_amount(money(amount, "TND", language), "TND", Unit.DINAR) == amount
    assert read_amount(number(amount, 3), "TND", Unit.DINAR) == amount


@given(amounts("MAD"), st.sampled_from(["ar", "fr", "en"]))
def test_what_the_portal_writes_of_dirhams_is_read_back(amount, language):
    assert read_amount(money(amount, "MAD", language), "MAD", Unit.DIRHAM) == amount


@given(st.integers(0, 10**11 - 1))
def test_units_agree(millimes):
    """The same sum, typed in millimes and in thousand dinars."""
    thousands = number(Decimal(millimes).scaleb(-6), 6)
    assert read_amount(str(millimes), "TND", Unit.MILLIME) == read_amount(
        thousands, "TND", Unit.THOUSAND_DINARS
    )


@given(st.text(alphabet="0123456789٠١.,' ٫٬-()\u202fدينارmillionDT", max_size=70))
def test_any_text_is_read_or_refused(text):
    try:
        amount = read_amount(text, "TND", Unit.DINAR)
    except NotAnAmount:
        return
    assert 0 <= amount <= LARGEST
