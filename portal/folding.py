"""Arabic and French text as people compare it: one spelling for what reads the same.

`clean` removes what nobody sees and keeps every letter; `fold` goes further, for comparing and searching only.
Nothing that `fold` returns is ever stored or shown.
"""

import re
import unicodedata

_INVISIBLE = (
    "\u00ad\u061c\u180e\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff"
)
_SPACES = "\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"
_LINE_BREAKS = "\v\f\u0085\u2028\u2029"
_ARABIC_INDIC_DIGITS = "٠١٢٣٤٥٦٧٨٩"
_PERSIAN_DIGITS = "۰۱۲۳۴۵۶۷۸۹"

_TO_CLEAN = str.maketrans(
    {**dict.fromkeys(_INVISIBLE), **dict.fromkeys(_SPACES, " "), **dict.fromkeys(_LINE_BREAKS, "\n")}
)
_TO_WESTERN = str.maketrans(_ARABIC_INDIC_DIGITS + _PERSIAN_DIGITS, "0123456789" * 2)
# After decomposition a hamza stands beside its bearer, as a mark; only these letters remain to be told.
_TO_PLAIN_LETTERS = str.maketrans({"ٱ": "ا", "ى": "ي", "ی": "ي", "ک": "ك", "ة": "ه"})
_MARKS = re.compile("[\u0300-\u036f\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06ed\u200c\u200d]+")
_WORD = re.compile(r"[^\W_]+")


def clean(text: str) -> str:
    """Return the text without direction marks and zero-width signs, with plain spaces, and trimmed.

    Letters, diacritics, tatweel and the two joiners, which change how a word looks, stay as they are.
    """
    return text.strip() if text.isascii() else text.translate(_TO_CLEAN).strip()


def western_digits(text: str) -> str:
    """Return the text with Arabic-Indic and Persian digits written 0-9."""
    return text if text.isascii() else text.translate(_TO_WESTERN)


def fold(text: str) -> str:
    """Return the text for comparison: no marks, tatweel or accents, one alef, yeh and heh, 0-9, lower case.

    Runs of white space become one space.
    """
    if not text.isascii():
        text = unicodedata.normalize("NFKD", text.translate(_TO_CLEAN))
        text = _MARKS.sub("", text).translate(_TO_PLAIN_LETTERS).translate(_TO_WESTERN)
    return " ".join(text.casefold().split())


def folded_words(text: str) -> tuple[str, ...]:
    """Return the folded words of the text, in order, without its punctuation."""
    return tuple(_WORD.findall(fold(text)))
