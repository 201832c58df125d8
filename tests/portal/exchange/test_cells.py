"""Cells as people fill them in, and what is no value at all."""

import datetime
from decimal import Decimal

import pytest

from portal.exchange.cells import Amount, Day, Text, WholeNumber, YesNo, is_empty


@pytest.mark.parametrize("cell", [None, "", "  ", "\u200f", "\u00a0"])
@pytest.mark.parametrize("widget", [Amount(), Day(), WholeNumber(), YesNo()])
def test_an_empty_cell_says_nothing(widget, cell):
    assert is_empty(cell)
    assert widget.clean(cell) is None


@pytest.mark.parametrize("cell", ["yes", "Oui", "نعم", True, 1, "1", "TRUE", "VRAI", "✓", " yes "])
def test_yes(cell):
    assert YesNo().clean(cell) is True


@pytest.mark.parametrize("cell", ["no", "NON", "لا", False, 0, "0", "false", "✗"])
def test_no(cell):
    assert YesNo().clean(cell) is False


@pytest.mark.parametrize("cell", ["maybe", "2", "نعم لا", 5])
def test_neither_yes_nor_no(cell):
    with pytest.raises(ValueError, match=r"\w"):
        YesNo().clean(cell)


@pytest.mark.parametrize(
    "cell",
    [
        "2021-10-13",
        "2021/10/13",
        "13/10/2021",
        "13 octobre 2021",
        "13 أكتوبر 2021",
        datetime.date(2021, 10, 13),
        datetime.datetime(2021, 10, 13, 8, 30, tzinfo=datetime.UTC),
    ],
)
def test_a_day(cell):
    assert Day().clean(cell) == datetime.date(2021, 10, 13)


@pytest.mark.parametrize("cell", ["31/02/2021", "soon", "13/10/21", "0"])
def test_no_day(cell):
    with pytest.raises(ValueError, match=r"\w"):
        Day().clean(cell)


@pytest.mark.parametrize(("cell", "number"), [("7", 7), (7, 7), (7.0, 7), ("٧", 7), (" 07 ", 7), ("0", 0)])
def test_a_whole_number(cell, number):
    assert WholeNumber().clean(cell) == number


@pytest.mark.parametrize("cell", ["2.5", 2.5, "-1", "1e3", "seven", True, "NaN", "9" * 400])
def test_no_whole_number(cell):
    with pytest.raises(ValueError, match=r"\w"):
        WholeNumber().clean(cell)


@pytest.mark.parametrize(
    ("cell", "amount"), [("1250.5", "1250.5"), ("1 250 000.125", "1250000.125"), (40, "40")]
)
def test_an_amount(cell, amount):
    assert Amount().clean(cell) == Decimal(amount)


@pytest.mark.parametrize("cell", ["1,250", "-5", "1.2345", "NaN", "Infinity", "1e9", "///"])
def test_no_amount(cell):
    with pytest.raises(ValueError, match="1250"):
        Amount().clean(cell)


@pytest.mark.parametrize(("cell", "text"), [(None, ""), (5, "5"), (5.0, "5"), ("a\nb", "a\nb")])
def test_text(cell, text):
    assert Text().clean(cell) == text


@pytest.mark.parametrize(
    ("widget", "value", "written"),
    [
        (YesNo(), True, "yes"),
        (YesNo(), False, "no"),
        (YesNo(), None, ""),
        (Day(), datetime.date(2021, 10, 13), "2021-10-13"),
        (Day(), None, ""),
        (Amount(), Decimal("1250.500"), "1250.500"),
        (WholeNumber(), 0, "0"),
    ],
)
def test_what_is_written_is_read_back(widget, value, written):
    assert widget.render(value) == written
    assert widget.clean(written) == value
    assert widget.render(value, force_native_type=True) == value
