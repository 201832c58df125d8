"""Amounts as clerks print them: "500.000,00", "500 000", "40" millions of hundredths."""

from __future__ import annotations

import re
from decimal import Decimal

from consultations.importers.labels import CURRENCIES, FRACTIONS, LINKING, MULTIPLES, NO_AMOUNT
from consultations.importers.lines import key, keys
from consultations.importers.readings import AmountReading
from portal.folding import western_digits

LARGEST = Decimal(10) ** 11
"""What the column of an amount cannot hold any more, in currency units."""

_NO_AMOUNT = keys(NO_AMOUNT)
_CURRENCIES = {key(name): code for code, names in CURRENCIES.items() for name in names}
_FRACTIONS = {key(name): fraction for name, fraction in FRACTIONS.items()}
_MULTIPLES = {key(name): factor for name, factor in MULTIPLES.items()}
_LINKING = keys(LINKING)
_UNITS = [*_CURRENCIES, *_FRACTIONS, *_MULTIPLES]

_LONGEST_AMOUNT = 200
_STRUCK_OUT = re.compile(r"[\s/\\|.…_–—-]+")
_FIGURE = re.compile(r"\d[\d\s.,'’٬٫]*")
_THOUSANDS_MARK = re.compile(r"[\s'’٬]+(?=\d)")
# A mark before groups of three parts thousands; the other mark, or one before one or two figures, parts
# decimals.
_PLAIN = re.compile(r"\d+([.,]\d{1,2})?")
_SPACED = re.compile(r"\d{1,3}('\d{3})+([.,]\d{1,2}|,\d{3})?")
_DOTTED = re.compile(r"\d{1,3}(\.\d{3})+(,\d{1,3})?")
# A dinar has a thousand millimes: three figures after the only mark are whole thousands or millimes.
_THOUSANDS_OR_THOUSANDTHS = re.compile(r"\d{1,3}[.'’]\d{3}")
_THOUSANDTHS = frozenset(code for code, parts in FRACTIONS.values() if parts == 1000)
_COMMAED = re.compile(r"\d{1,3}(,\d{3})+\.\d{1,3}|\d{1,3}(,\d{3}){2,}")


def looks_like_amount(text: str) -> bool:
    """Whether a line without a label states an amount, or states that there is none."""
    words = set(key(text).split())
    return (
        is_struck_out(text) or western_digits(text)[:1].isdigit() or bool(words & {*_CURRENCIES, *_FRACTIONS})
    )


def is_struck_out(text: str) -> bool:
    """Whether the line says "none": strokes, as on paper, or a word for nothing."""
    return _STRUCK_OUT.fullmatch(text) is not None or key(text) in _NO_AMOUNT


def read_amount(text: str, line: int = 0) -> AmountReading:
    """The amount that the text states, in units of its currency.

    The value is ``None`` when the text says there is none, and also (``is_ambiguous``) when it can be read in
    two ways: mixed thousands and decimal marks, a multiple without its unit, words that are no unit, dinars
    of which three figures after a mark may be millimes.
    """
    if is_struck_out(text):
        return AmountReading(printed=text, line=line)
    figure = _FIGURE.search(western_digits(text)) if len(text) <= _LONGEST_AMOUNT else None
    number = _number(figure.group()) if figure else None
    unit = _unit(key(f"{text[: figure.start()]} {text[figure.end() :]}")) if figure else None
    if figure is None or number is None or unit is None or number * unit[1] >= LARGEST:
        return AmountReading(printed=text, is_ambiguous=True, line=line)
    if unit[0] in _THOUSANDTHS and _THOUSANDS_OR_THOUSANDTHS.fullmatch(figure.group().rstrip("., ")):
        return AmountReading(printed=text, is_ambiguous=True, line=line)
    return AmountReading(printed=text, value=_plain(number * unit[1]), currency=unit[0], line=line)


def _plain(value: Decimal) -> Decimal:
    """Whole units without a fraction, anything else with at least two decimals."""
    return value.quantize(Decimal("0.001")) if value != round(value, 2) else value.quantize(Decimal("0.01"))


def _number(printed: str) -> Decimal | None:
    """The number, by the thousands dot and decimal comma of both countries where a text leaves a choice."""
    text = _THOUSANDS_MARK.sub("'", printed.replace("٫", ",")).rstrip("., ")
    if _PLAIN.fullmatch(text) or _SPACED.fullmatch(text):
        return Decimal(text.replace("'", "").replace(",", "."))
    if _DOTTED.fullmatch(text):
        return Decimal(text.replace(".", "").replace(",", "."))
    if _COMMAED.fullmatch(text):
        return Decimal(text.replace(",", ""))
    return None


def _unit(words: str) -> tuple[str, Decimal] | None:
    """The currency and factor that the words around a figure name; ``None`` when one of them is no unit."""
    words = " ".join(word for word in words.split() if word not in _LINKING)
    currency, factor, is_named = "", Decimal(1), False
    while words:
        name = next(
            (name for name in sorted(_UNITS, key=len, reverse=True) if f"{words} ".startswith(f"{name} ")), ""
        )
        if not name:
            return None
        words = words[len(name) :].strip()
        if name in _MULTIPLES:
            factor *= _MULTIPLES[name]
            continue
        is_named = True
        currency, parts = (_CURRENCIES[name], 1) if name in _CURRENCIES else _FRACTIONS[name]
        factor /= parts
    return (currency, factor) if is_named or factor == 1 else None
