"""What people type, as plain text that can be stored and shown anywhere without harm."""

from __future__ import annotations

import hashlib
import re
import unicodedata

from portal.folding import fold, printable

MARKS_A_LETTER = 4
"""Vocalised Arabic takes two, Vietnamese two, a family of scripts more: nobody writes five."""
SHORTEST_LIKENESS = 12
"""Letters below which "the same text" says nothing: many people write "yes" or «موافق»."""

# What is neither text nor known to folding: the second row of control characters, deprecated format
# characters, annotation anchors, tags, noncharacters, and letters that are drawn as nothing.
_NO_TEXT = re.compile(
    "[\x80-\x84\x86-\x9f\u206a-\u206f\ufdd0-\ufdef\ufff9-\ufffc\u115f\u1160\u3164\uffa0\u2800"
    "\U000e0000-\U000e007f"
    + "".join(f"{chr(plane + 0xFFFE)}{chr(plane + 0xFFFF)}" for plane in range(0x10000, 0x110000, 0x10000))
    + "]"
)
_BLANK_LINES = re.compile(r"\n{3,}")
# Letters alone: a figure that comes twice is another number.
_RUN = re.compile(r"([^\W\d_])\1+")
_WITHIN_FIGURES = re.compile(r"(?<=\d)[\W_]+(?=\d)")
# Letters that are drawn like another one: Cyrillic, Greek, phonetic, and Arabic ones of other languages.
_DRAWN_LIKE = {
    "a": "аαɑ",
    "b": "в",
    "c": "с",
    "d": "ԁ",
    "e": "еε",
    "g": "ɡ",
    "h": "нһ",
    "i": "іιıɩ",
    "j": "ј",
    "k": "кκ",
    "m": "м",
    "n": "η",
    "o": "оο",
    "p": "рρ",
    "q": "ԛ",
    "s": "ѕ",
    "t": "тτ",
    "u": "υ",
    "v": "ν",
    "w": "ԝ",
    "x": "хχ",
    "y": "у",
    "ك": "ڪگ",
    "ه": "ہھەۀ",
    "ي": "ېےۍێ",
    "ب": "ٮ",
    "ن": "ں",
    "ف": "ڤ",
}
_LOOK_ALIKE = str.maketrans({other: letter for letter, others in _DRAWN_LIKE.items() for other in others})


def cleaned(text: str) -> str:
    """The text as it is stored and published.

    Composed (NFC), its lines ended by ``\\n`` and trimmed, without control characters, direction marks and
    overrides, lone surrogates and letters that are drawn as nothing; at most :data:`MARKS_A_LETTER`
    combining marks stay on a letter, and one blank line between two lines. Letters and punctuation are kept.
    """
    # Marks are cut before the text is composed: sorting 50 000 of them on one letter takes seconds.
    text = unicodedata.normalize("NFC", _with_few_marks(printable(_NO_TEXT.sub("", text))))
    lines = (line.rstrip() for line in text.split("\n"))
    return _BLANK_LINES.sub("\n\n", "\n".join(lines)).strip()


def seen_length(text: str) -> int:
    """How many characters a person sees in a cleaned text: marks on a letter and joiners are none."""
    if text.isascii():
        return len(text)
    return sum(not _is_mark(letter) and unicodedata.category(letter) != "Cf" for letter in text)


def likeness(*texts: str) -> str:
    """A hash that is the same for texts that say the same with other signs; ``""`` for too short ones.

    Diacritics, tatweel, letters of another script that look alike, digits' shapes, case, punctuation,
    spaces and letters repeated for emphasis make no difference. Other figures do, and figures parted at
    another place: 10 is not 100, and 1.5 is not 15.
    """
    folded = fold(_with_few_marks(" ".join(texts))).translate(_LOOK_ALIKE)
    parted = _WITHIN_FIGURES.sub("\n", folded)
    said = _RUN.sub(r"\1", "".join(sign for sign in parted if sign.isalnum() or sign == "\n"))
    if len(said) < SHORTEST_LIKENESS:
        return ""
    return hashlib.sha256(said.encode(errors="replace")).hexdigest()


def _with_few_marks(text: str) -> str:
    if text.isascii():
        return text
    kept, marks = [], 0
    for letter in text:
        marks = marks + 1 if _is_mark(letter) else 0
        if marks <= MARKS_A_LETTER:
            kept.append(letter)
    return "".join(kept)


def _is_mark(letter: str) -> bool:
    return letter >= "\u0300" and unicodedata.category(letter) in ("Mn", "Me")
