"""Arabic and French text as people compare it: one spelling for what reads the same.

`clean` removes what nobody sees and keeps every letter; `fold` goes further, for comparing and searching
only. Nothing that `fold` returns is ever stored or shown.
"""

import re
import unicodedata

_INVISIBLE = "\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff"
_SPACES = "\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000"
_LINE_BREAKS = "\v\f\u0085\u2028\u2029"
_JOINERS = "\u200c\u200d"
_TATWEEL = "\u0640"
_ARABIC_MARKS = "\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed"
_LATIN_MARKS = "\u0300-\u036f"
_ARABIC_INDIC_DIGITS = "٠١٢٣٤٥٦٧٨٩"
_PERSIAN_DIGITS = "۰۱۲۳۴۵۶۷۸۹"
# After decomposition a hamza stands beside its bearer, as a mark; only these letters remain to be told.
_PLAIN_LETTERS = {"ٱ": "ا", "ى": "ي", "ی": "ي", "ک": "ك", "ة": "ه"}


def _spelt_out(ranges: str) -> str:
    """Return every character of the ranges, written as in a regular expression's brackets."""
    pairs = re.findall("(.)-(.)|(.)", ranges, re.DOTALL)
    return "".join(one or "".join(map(chr, range(ord(first), ord(last) + 1))) for first, last, one in pairs)


_TO_CLEAN = str.maketrans(
    {
        **dict.fromkeys(_spelt_out(_INVISIBLE)),
        **dict.fromkeys(_spelt_out(_SPACES), " "),
        **dict.fromkeys(_LINE_BREAKS, "\n"),
    }
)
_TO_WESTERN = str.maketrans(_ARABIC_INDIC_DIGITS + _PERSIAN_DIGITS, "0123456789" * 2)
_TO_FOLD = {
    **_TO_CLEAN,
    **_TO_WESTERN,
    **{ord(letter): plain for letter, plain in _PLAIN_LETTERS.items()},
    **dict.fromkeys(map(ord, _spelt_out(_JOINERS + _TATWEEL + _ARABIC_MARKS + _LATIN_MARKS))),
}
_UNCLEAN = re.compile(f"[{_INVISIBLE}{_SPACES}{_LINE_BREAKS}]")
# What neither XML nor a text file may hold.
_UNPRINTABLE = re.compile("[\x00-\x08\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")
_WORD = re.compile(r"[^\W_]+")


def clean(text: str) -> str:
    """Return the text without direction marks and zero-width signs, with plain spaces and line ends, trimmed.

    Letters, diacritics, tatweel and the two joiners, which change how a word looks, stay as they are.
    """
    return (text.translate(_TO_CLEAN) if _UNCLEAN.search(text) else text).strip()


def storable(text: str) -> str:
    """Return the text without control characters and lone surrogates, which no database or page can hold."""
    return _UNPRINTABLE.sub("", text)


def printable(text: str) -> str:
    """Return the text as any file can hold it: clean, without control characters, tabs as spaces."""
    return clean(_UNPRINTABLE.sub("", re.sub("\r\n?", "\n", text).replace("\t", " ")))


def one_line(text: str) -> str:
    """Return a printable text on one line, each run of white space a single space."""
    return " ".join(printable(text).split())


def western_digits(text: str) -> str:
    """Return the text with Arabic-Indic and Persian digits written 0-9, each in its place."""
    return text if text.isascii() else text.translate(_TO_WESTERN)


def fold(text: str) -> str:
    """Return the text for comparison: without marks, tatweel and accents, in one spelling and lower case.

    Alef has one form, as have yeh and heh; digits are 0-9; runs of white space become one space.
    """
    if not text.isascii():
        text = unicodedata.normalize("NFKD", text).translate(_TO_FOLD)
    return " ".join(text.casefold().split())


def folded_words(text: str) -> tuple[str, ...]:
    """Return the folded words of the text, in order, without its punctuation."""
    return tuple(_WORD.findall(fold(text)))
