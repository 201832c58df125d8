"""The field in which an amount is typed."""

from decimal import Decimal

import pytest
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import override

from portal.amounts.fields import AmountField
from portal.amounts.reading import Unit


@pytest.fixture
def field():
    return AmountField(currency="TND", unit=Unit.DINAR, required=False)


def test_a_stored_amount_is_shown_as_the_portal_writes_it_and_read_back(field):
    shown = field.prepare_value(Decimal("84000"))
    assert shown == "84\u202f000,000"
    assert field.clean(shown) == Decimal(84_000)
    assert field.prepare_value("1.234") == "1.234"


def test_nothing_typed_is_no_amount(field):
    assert field.clean("  ") is None
    assert field.prepare_value(None) is None


def test_the_sentence_of_a_refusal_stands_beside_the_field(field):
    with override("en"), pytest.raises(ValidationError, match="can be 1 234 or 1,234"):
        field.clean("1.234")
    with pytest.raises(ValidationError):
        AmountField(currency="TND", unit=Unit.DINAR).clean("")


def test_the_unit_may_be_chosen_with_the_amount(field):
    field.unit = Unit.THOUSAND_DINARS
    assert field.clean("1 200") == Decimal(1_200_000)


def test_spaces_alone_are_no_change(field):
    assert not field.has_changed(Decimal(84_000), "84 000,000")
    assert field.has_changed(Decimal(84_000), "84 000")
    assert not field.has_changed(None, "")


def test_it_is_drawn_left_to_right():
    class Form(forms.Form):
        amount = AmountField(currency="MAD", unit=Unit.DIRHAM)

    assert 'dir="ltr"' in str(Form()["amount"])
