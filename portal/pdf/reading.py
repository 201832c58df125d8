"""What a reader program gets out of the paper: figures that keep their punctuation.

A PDF holds glyphs where they were drawn, and readers guess the order of the characters back. In a
right-to-left line they take the spaces and marks after a figure for part of the figure: «ميزانية
2020-و» is copied, searched and read aloud as «-2020و». So each such figure is followed by an
invisible letter of right-to-left script: the fonts draw it as nothing and ``render`` says in the
file that it stands for U+200F RIGHT-TO-LEFT MARK. (The mark itself would do, but text shapers
throw it away before the file is written.)
"""

import re
import unicodedata
from xml.etree.ElementTree import Element

# ARABIC LETTER LOW ALEF, which no language of the portal has; it joins with nothing.
# Same code point as FIGURE_END in script/build_fonts.py.
FIGURE_END = "\u08ad"
STANDS_FOR = "\u200f"

_ARABIC = "[\u0621-\u064a\u066e-\u06d3\u0750-\u077f]"
# A percent or currency sign belongs to its figure (UAX #9 rule W5): nothing may come between.
_BEFORE_ARABIC = re.compile(rf"(?<=[0-9])(?![%‰°€$£#±])(?=\W*{_ARABIC})")
_BEFORE_END = re.compile(r"(?<=[0-9])(?![%‰°€$£#±])(?=\W*$)")
_AFTER_ISOLATE = re.compile(rf"(?=\W+$|\W*{_ARABIC})")


def mark_figures(text: str) -> str:
    """End each figure of a right-to-left text that Arabic letters or closing marks follow.

    Where the next letter is Latin nothing is done: the mark would move the signs between.
    """
    text = _BEFORE_ARABIC.sub(FIGURE_END, text)
    letters = [letter for letter in text if letter.isalpha() and letter != FIGURE_END]
    if letters and unicodedata.bidirectional(letters[-1]) == "AL":
        text = _BEFORE_END.sub(FIGURE_END, text)
    return text


def mark_document(root: Element) -> None:
    """Mark the figures of every right-to-left text in the body of a parsed page, in place."""
    body = root.find("body")
    if body is not None:
        _mark_element(body, body.get("dir") or root.get("dir") or "ltr")


def _mark_element(element: Element, direction: str) -> None:
    if direction == "rtl" and element.text:
        element.text = mark_figures(element.text)
    for child in element:
        if not isinstance(child.tag, str) or child.tag.startswith("{"):
            continue  # comments and drawings
        inner = child.get("dir") or direction
        _mark_element(child, inner)
        if direction == "rtl" and child.tail:
            child.tail = _mark_tail(child, mark_figures(child.tail))


def _mark_tail(child: Element, tail: str) -> str:
    """An isolated figure ends with its element, so the mark opens the text after it."""
    is_isolate = child.tag == "bdi" and child.get("dir") == "ltr"
    return FIGURE_END + tail if is_isolate and _AFTER_ISOLATE.match(tail) else tail
