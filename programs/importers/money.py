"""Amounts of money in a text that can be meant in two ways. Nothing is read of them: people are asked."""

import re
from collections.abc import Iterable, Iterator

from portal.folding import fold, western_digits
from programs.importers.grammar import CURRENCIES, FRACTIONS, MULTIPLES, OF, THOUSANDS

LONGEST_AMOUNT_TEXT = 5000


def _one_of(words: Iterable[str]) -> str:
    spellings = {re.escape(spelling) for word in words for spelling in (word, fold(word))}
    return "|".join(sorted(spellings, key=len, reverse=True))


_UNIT = rf"(?:{_one_of((*CURRENCIES, *FRACTIONS))})"
_MULTIPLE = rf"(?:{_one_of((*MULTIPLES, *THOUSANDS))})"
_FIGURE = r"(?<![\w.,'’])\d[\d.,'’٬٫]*(?: \d{3})*(?:[.,]\d+)?"
_AMOUNT = re.compile(
    rf"(?P<figure>{_FIGURE})(?P<multiple>(?: ?(?:(?:{_one_of(OF)}) ?)?{_MULTIPLE}\b)*)"
    rf"(?: ?(?:(?:{_one_of(OF)}) ?)?(?P<unit>{_UNIT})(?!\w))?",
    re.IGNORECASE,
)
_UNIT_FIRST = re.compile(rf"(?<!\w){_UNIT}[ .:]*(?P<figure>{_FIGURE})", re.IGNORECASE)
_THOUSANDS_ALONE = re.compile(rf"(?: ?(?:{_one_of(THOUSANDS)}))+", re.IGNORECASE)
# Digits, or groups of three parted by spaces, and a decimal comma before other than three digits.
_CLEAR = re.compile(r"\d+(?:,\d{1,2})?|\d{1,3}(?: \d{3})+(?:,\d{1,3})?")


def find_unclear_amounts(text: str) -> Iterator[str]:
    """Yield the amounts of a text that name no unit, or whose marks part thousands or decimals.

    A figure is an amount where a currency or a million stands beside it. "510 millions" may count dinars or
    millimes, dirhams or centimes; "550'000 DT", "1.500 DT" and "400.000.00" one sum or a thousandth of it.
    """
    if len(text) > LONGEST_AMOUNT_TEXT or not any(map(str.isdecimal, text)):
        return
    plain = western_digits(text)
    for found in _AMOUNT.finditer(plain):
        if _is_unclear(found["figure"], found["multiple"] or "", found["unit"]):
            yield text[found.start() : found.end()].strip()
    for found in _UNIT_FIRST.finditer(plain):
        if not _CLEAR.fullmatch(found["figure"].rstrip(".,")):
            yield text[found.start() : found.end()].strip()


def _is_unclear(figure: str, multiple: str, unit: str | None) -> bool:
    if unit:
        return not _CLEAR.fullmatch(figure.rstrip(".,"))
    return bool(multiple) and _THOUSANDS_ALONE.fullmatch(multiple) is None
