"""The ``*_ar`` / ``*_fr`` column pair: content in two plain columns, either of which may be empty.

Content often exists in one language only. It is then shown in that language, marked with its own
``lang`` and ``dir``, and never replaced by a blank.
"""

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import get_language, override

CONTENT_LANGUAGES = ("ar", "fr")
_DIRECTION = {"ar": "rtl", "fr": "ltr", "en": "ltr"}


@dataclass(frozen=True, slots=True)
class Localized:
    """A text with the language and direction it is really in."""

    text: str
    lang: str
    dir: str
    is_foreign: bool = False
    """True when the text is not in the language of the page and must carry ``lang`` and ``dir``."""

    def __str__(self) -> str:
        return self.text

    def __bool__(self) -> bool:
        return bool(self.text)


def direction(text: str, default: str = "ltr") -> str:
    """``rtl`` or ``ltr`` by the first letter with a strong direction, as UAX #9 rules P2 and P3 say.

    Needed on the server because paper knows no ``dir=auto``.
    """
    for letter in text:
        strong = unicodedata.bidirectional(letter)
        if strong in ("R", "AL"):
            return "rtl"
        if strong == "L":
            return "ltr"
    return default


def script_language(text: str) -> str:
    """The content column a text belongs to: ``ar`` for Arabic script, else ``fr``."""
    arabic = sum(1 for letter in text if unicodedata.bidirectional(letter) == "AL")
    latin = sum(1 for letter in text if unicodedata.bidirectional(letter) == "L")
    return "ar" if arabic >= latin and arabic else "fr"


def column(name: str, text: str) -> str:
    """The column of the pair ``name`` in which ``text`` is kept: ``title`` → ``title_ar``."""
    return f"{name}_{script_language(text)}"


def page_language() -> str:
    """The interface language of the moment, as two letters."""
    return (get_language() or "ar")[:2]


def localized(obj: Any, name: str, language: str | None = None) -> Localized:
    """The text of the pair ``name`` of ``obj`` for a reader of ``language`` (default: the page's).

    Falls back to the other language; English, which no content has, prefers French and then Arabic.
    """
    page = language or page_language()
    order = ("ar", "fr") if page == "ar" else ("fr", "ar")
    for lang in order:
        text = getattr(obj, f"{name}_{lang}")
        if text:
            return Localized(text, lang, _DIRECTION[lang], is_foreign=lang != page)
    return Localized("", page, _DIRECTION[page])


def original(obj: Any, name: str) -> str:
    """The text of the pair ``name`` in whichever language exists, Arabic first: for logs and lists."""
    return getattr(obj, f"{name}_ar") or getattr(obj, f"{name}_fr") or ""


def spoken(text: str) -> Localized:
    """A text of the interface as if it were content: it is in the language of the page."""
    page = page_language()
    return Localized(text, page, _DIRECTION[page])


def in_both(make: Callable[[], str]) -> tuple[str, str]:
    """What ``make`` says on an Arabic page, and on a French one: for what is kept for readers of both."""
    said = []
    for language in CONTENT_LANGUAGES:
        with override(language):
            said.append(make())
    return said[0], said[1]
