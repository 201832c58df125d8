"""Breakdowns that must equal their total, to the last millime."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal.bilingual import page_language
from portal.locales import DECIMALS, money


def check_sum(*, field: str, total: Decimal, parts: Iterable[Decimal], currency: str) -> None:
    """Hold a breakdown to its total.

    Raises ``ValidationError`` at ``field`` that says by how much the parts are more, or less.
    """
    difference = sum(parts, Decimal(0)) - total
    if not difference:
        return
    amount = money(abs(difference), currency, page_language())
    more = _("The parts are %(amount)s more than the total.")
    less = _("The parts are %(amount)s less than the total.")
    raise ValidationError({field: (more if difference > 0 else less) % {"amount": amount}})


def check_decimals(*, field: str, amounts: Iterable[Decimal], currency: str) -> None:
    """Hold amounts to the smallest coin of their currency: a millime, a centime.

    Raises ``ValidationError`` at ``field``.
    """
    decimals = DECIMALS[currency]
    if any(amount != round(amount, decimals) for amount in amounts):
        text = ngettext(
            "An amount has %(count)d decimal at the most.",
            "An amount has %(count)d decimals at the most.",
            decimals,
        )
        raise ValidationError({field: text % {"count": decimals}})


def kept(amounts: Mapping[Any, Decimal]) -> dict[str, str]:
    """A breakdown as it is kept, in JSON: amounts to three decimals, by name, without zeros."""
    return {str(name): written(amount) for name, amount in amounts.items() if amount}


def written(amount: Decimal) -> str:
    """An amount as JSON keeps it: ``84000.000``."""
    return str(amount.quantize(Decimal("0.001")))
