"""How a value is written in a cell and read back. An empty cell says nothing.

What cannot be read raises ``ValueError`` with a sentence for the person.
"""

from __future__ import annotations

import datetime
import re
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import override
from import_export.widgets import Widget

from portal.folding import clean, fold, western_digits
from portal.importing.dates import NotADate, read_date

YES = frozenset(map(fold, ("yes", "oui", "نعم", "true", "vrai", "1", "✓", "✔", "x")))
NO = frozenset(map(fold, ("no", "non", "لا", "false", "faux", "0", "✗", "✘")))
_AMOUNT = re.compile(r"\d{1,11}(\.\d{1,3})?")


def is_empty(cell: Any) -> bool:
    return cell is None or (isinstance(cell, str) and not clean(cell))


class Text(Widget):
    """Any text of at most ``longest`` characters; a number typed into a text column is its digits."""

    def __init__(self, longest: int | None = None) -> None:
        super().__init__()
        self.longest = longest

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> str:
        if isinstance(value, float) and value.is_integer():
            return str(int(value))
        text = "" if value is None else str(value)
        if self.longest is not None and len(text) > self.longest:
            raise ValueError(_("The text is longer than %(count)d characters.") % {"count": self.longest})
        return text

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        return "" if value is None else str(value)


class WholeNumber(Widget):
    """0 or more, in either set of digits."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> int | None:
        if is_empty(value):
            return None
        text = western_digits(clean(str(value))).removesuffix(".0")
        if isinstance(value, bool) or not re.fullmatch(r"[0-9]{1,9}", text):
            raise ValueError(_("This is no whole number."))
        return int(text)

    def render(self, value: int | None, obj: Any = None, **kwargs: Any) -> Any:
        return _native(value, kwargs)


class Amount(Widget):
    """An amount of money with a dot before its decimals: a comma could mean thousands."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> Decimal | None:
        if is_empty(value):
            return None
        text = western_digits(clean(str(value))).replace(" ", "")
        if not _AMOUNT.fullmatch(text):
            raise ValueError(_("Write the amount with a dot before its decimals, such as 1250.500."))
        return Decimal(text)

    def render(self, value: Decimal | None, obj: Any = None, **kwargs: Any) -> Any:
        return _native(value, kwargs)


class Day(Widget):
    """A date; written 2021-10-13, read in any way that people of either country write it."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> datetime.date | None:
        if is_empty(value):
            return None
        if isinstance(value, datetime.datetime):
            return value.date()
        if isinstance(value, datetime.date):
            return value
        try:
            return read_date(clean(str(value)))
        except NotADate as error:
            raise ValueError(_("This is no date: %(expected)s.") % {"expected": error.expected}) from error

    def render(self, value: datetime.date | None, obj: Any = None, **kwargs: Any) -> Any:
        if value is None or kwargs.get("force_native_type"):
            return _native(value, kwargs)
        return value.isoformat()


class Choice(Widget):
    """One of a list: written as the list's own word, read by that or by its label in any language."""

    def __init__(self, choices: type[models.TextChoices]) -> None:
        super().__init__()
        self.choices = choices

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> str | None:
        if is_empty(value):
            return None
        wanted = fold(clean(str(value)))
        for choice in self.choices:
            if wanted in (fold(choice.value), *_labels(choice)):
                return choice.value
        raise ValueError(_("Write one of: %(choices)s.") % {"choices": ", ".join(self.choices.values)})

    def render(self, value: str | None, obj: Any = None, **kwargs: Any) -> str:
        return value or ""


def _labels(choice: models.TextChoices) -> list[str]:
    found = []
    for language, _name in settings.LANGUAGES:
        with override(language):
            found.append(fold(str(choice.label)))
    return found


class YesNo(Widget):
    """Yes, no, or nothing said."""

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> bool | None:
        if is_empty(value):
            return None
        word = fold(str(value))
        if word not in YES | NO:
            raise ValueError(_("Write yes or no, or leave the cell empty when it is not stated."))
        return word in YES

    def render(self, value: bool | None, obj: Any = None, **kwargs: Any) -> Any:
        if value is None or kwargs.get("force_native_type"):
            return _native(value, kwargs)
        return "yes" if value else "no"


def _native(value: Any, options: dict[str, Any]) -> Any:
    """The value itself for formats that know types, its text for those that do not."""
    if options.get("force_native_type"):
        return value
    return "" if value is None else str(value)
