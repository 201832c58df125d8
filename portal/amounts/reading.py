"""Reading an amount that somebody typed. What can be meant in two ways is asked about, never guessed.

A comma parts decimals, as both countries write and as :func:`portal.locales.number` does. A dot parts
thousands; before other than three digits, or after another sign that parts thousands, it parts decimals.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from portal.folding import clean, fold, western_digits
from portal.locales import DECIMALS

LARGEST = Decimal("99999999999.999")
"""What a column of money holds: fourteen digits, three of them decimals."""
LONGEST_TEXT = 60


class NotAnAmount(ValueError):  # noqa: N818 - it says what the text is
    """What was typed cannot be read; its text says why, translated."""


class Unit(models.TextChoices):
    """What a figure counts."""

    DINAR = "dinar", gettext_lazy("Dinars")
    THOUSAND_DINARS = "thousand", gettext_lazy("Thousand dinars")
    MILLIME = "millime", gettext_lazy("Millimes")
    DIRHAM = "dirham", gettext_lazy("Dirhams")
    CENTIME = "centime", gettext_lazy("Centimes")


@dataclass(frozen=True, slots=True)
class _Scale:
    """A unit in powers of ten of its currency, and the words by which people name it after a figure."""

    power: int
    words: frozenset[str]


def _words(*spellings: str) -> frozenset[str]:
    return frozenset(_bare(spelling) for spelling in spellings)


def _bare(word: str) -> str:
    return fold(word).strip(" .")


_SCALES: dict[str, dict[Unit, _Scale]] = {
    "TND": {
        Unit.DINAR: _Scale(0, _words("د.ت", "د ت", "DT", "TND", "دينار", "دينارا", "dinar", "dinars")),
        Unit.THOUSAND_DINARS: _Scale(3, _words("ألف دينار", "أ.د", "mille dinars", "mDT", "kDT")),
        Unit.MILLIME: _Scale(-3, _words("مليم", "مليما", "مليمات", "millime", "millimes")),
    },
    "MAD": {
        Unit.DIRHAM: _Scale(0, _words("درهم", "درهما", "د.م", "DH", "DHS", "MAD", "dirham", "dirhams")),
        Unit.CENTIME: _Scale(-2, _words("سنتيم", "سنتيما", "centime", "centimes")),
    },
}
_SIGNS = str.maketrans({"٫": ",", "٬": "'", "’": "'", "ʼ": "'", "−": "-", "،": ","})
_FIGURE = re.compile(r"[0-9.,' ]*[0-9]")
_GROUPS = re.compile(r"[0-9]{1,3}([ '.,])[0-9]{3}(?:\1[0-9]{3})*")


def units_of(currency: str) -> list[Unit]:
    """The units that amounts of a currency are typed in, the currency itself first. Raises ``KeyError``."""
    return list(_SCALES[currency])


def read_amount(text: str, currency: str, unit: str | Unit) -> Decimal:
    """Read an amount typed in ``unit``; the result is in the currency itself (dinars, dirhams).

    Raises :class:`NotAnAmount`, with a sentence for the person, for what is no figure, negative, too
    large, finer than a millime or a centime, or open to two readings; ``KeyError`` for a currency that
    the portal does not know, and ``ValueError`` for a unit of another currency.
    """
    scales = _SCALES[currency]
    if Unit(unit) not in scales:
        raise ValueError(f"{unit} is no unit of {currency}")
    plain = " ".join(western_digits(clean(text)).translate(_SIGNS).split())
    figure = _without_words(plain, currency, Unit(unit))
    power = scales[Unit(unit)].power
    value = _value(figure, decimals=DECIMALS[currency] + power).scaleb(power)
    if value > LARGEST:
        raise NotAnAmount(_("The amount is too large."))
    return value.quantize(Decimal(1).scaleb(-DECIMALS[currency]))


def _without_words(text: str, currency: str, unit: Unit) -> str:
    """The figure alone; a unit may stand after it, when it is the one that was chosen."""
    if len(text) > LONGEST_TEXT:
        raise NotAnAmount(_("This is no amount."))
    if text.startswith("-") or (text.startswith("(") and text.endswith(")")):
        raise NotAnAmount(_("An amount is zero or more."))
    found = _FIGURE.match(text)
    if found is None:
        raise NotAnAmount(_("Write the amount in figures."))
    word = text[found.end() :].strip(" .")
    if word and _bare(word) not in _SCALES[currency][unit].words:
        refusal = _("Write the figure alone and choose its unit: what “%(word)s” counts is not guessed.")
        raise NotAnAmount(refusal % {"word": word})
    return found.group().strip()


def _value(figure: str, decimals: int) -> Decimal:
    """The number that a figure writes, with at most so many decimals."""
    whole, fraction = _parts(figure, decimals)
    if len(fraction) > decimals:
        if decimals <= 0:
            raise NotAnAmount(_("This unit has no decimals."))
        text = ngettext("At most %(count)d decimal.", "At most %(count)d decimals.", decimals)
        raise NotAnAmount(text % {"count": decimals})
    return Decimal(f"{whole}.{fraction or 0}")


def _parts(figure: str, decimals: int) -> tuple[str, str]:
    """The digits before and after the sign that parts decimals."""
    if figure.isdigit():
        return figure, ""
    if "." in figure and "," in figure:
        sign = "." if figure.rindex(".") > figure.rindex(",") else ","
        return _split(figure, sign)
    if "," in figure:
        # Twice a comma parts thousands, as English writes; once it parts decimals.
        return (_ungrouped(figure), "") if figure.count(",") > 1 else _split(figure, ",")
    if figure.count(".") == 1:
        return _at_one_dot(figure, decimals)
    return _ungrouped(figure), ""


def _at_one_dot(figure: str, decimals: int) -> tuple[str, str]:
    whole, fraction = figure.split(".")
    if not whole.isdigit() or len(fraction) != 3 or len(whole) > 3:
        # Thousands are parted otherwise already, or it could part none.
        return _split(figure, ".")
    if int(whole) and decimals >= len(fraction):
        readings = {"figure": figure, "one": f"{whole} {fraction}", "other": f"{whole},{fraction}"}
        raise NotAnAmount(_("“%(figure)s” can be %(one)s or %(other)s: write one of the two.") % readings)
    return (whole + fraction, "") if int(whole) else (whole, fraction)


def _split(figure: str, sign: str) -> tuple[str, str]:
    whole, _sign, fraction = figure.rpartition(sign)
    if not fraction.isdigit():
        raise NotAnAmount(_("This is no amount."))
    return _ungrouped(whole), fraction


def _ungrouped(whole: str) -> str:
    """The digits of a whole number whose thousands may be parted, all by the same sign."""
    if whole.isdigit() or _GROUPS.fullmatch(whole):
        return re.sub(r"\D", "", whole)
    raise NotAnAmount(_("Part the amount by thousands, such as 620 000, or not at all."))
