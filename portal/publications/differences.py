"""What differs between two published contents of the same thing, in the words of the fields they came from.

A content is JSON made of rows. Its keys are the names of fields of the app's models: so each is called
what the field is called, and a choice is told by its label.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from types import SimpleNamespace
from typing import Any

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from portal.bilingual import Localized, localized
from portal.locales import long_date

Content = dict[str, Any]
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_KEYS = ("number", "uid", "sha256", "code", "from", "position", "key")
"""By which a part is found again in the other content."""
_OTHERS: dict[str, str | Promise] = {
    "approval": gettext_lazy("Approval"),
    "documents": gettext_lazy("Documents and proofs"),
    "internal_files": gettext_lazy("Files kept internally"),
    "diagnosis": gettext_lazy("Diagnosis"),
    "resources": gettext_lazy("Resources"),
    "projects": gettext_lazy("Projects"),
    "from": gettext_lazy("From"),
    "to": gettext_lazy("To"),
}
"""Keys of contents that no field has."""
_TECHNICAL = frozenset({"format", "municipality"})


@dataclass(frozen=True, slots=True)
class Difference:
    """One field that is another, or a part that came or went."""

    where: list[Localized]
    """The titles of what it belongs to, the outermost first."""
    label: str
    before: str
    """Empty where there was nothing."""
    after: str


def differences(
    before: Content, after: Content, *, app_label: str, country: str, language: str
) -> list[Difference]:
    """List what differs, in the order of the newer content.

    Args:
        app_label: whose models name the fields.
        country: decides how months are called.
    """
    return list(_Comparison(app_label, country, language).of_parts(before, after, []))


@dataclass(frozen=True, slots=True)
class _Comparison:
    app_label: str
    country: str
    language: str

    def of_parts(self, before: Content, after: Content, where: list[Localized]) -> Iterator[Difference]:
        for key in dict.fromkeys((*after, *before)):
            old, new = before.get(key), after.get(key)
            if old != new and key not in _TECHNICAL:
                yield from self.of_values(key, old, new, where)

    def of_values(self, key: str, old: Any, new: Any, where: list[Localized]) -> Iterator[Difference]:
        if isinstance(old, dict) and isinstance(new, dict):
            yield from self.of_parts(old, new, [*where, *_titled(new, self.language)])
        elif _is_parts(old) and _is_parts(new):
            yield from self.of_lists(key, old, new, where)
        else:
            yield Difference(where, self.label(key), self.shown(key, old), self.shown(key, new))

    def of_lists(
        self, key: str, old: list[Content], new: list[Content], where: list[Localized]
    ) -> Iterator[Difference]:
        before, after = _by_key(old), _by_key(new)
        for name in dict.fromkeys((*after, *before)):
            first, second = before.get(name), after.get(name)
            if first is not None and second is not None:
                yield from self.of_parts(first, second, [*where, *_titled(second, self.language)])
            else:
                shown = self.shown(key, first), self.shown(key, second)
                yield Difference(where, self.label(key), *shown)

    def label(self, key: str) -> str:
        """What a key is called: as its field, as the rows that lead to it, or by a word of ours."""
        field = _field(self.app_label, key)
        if isinstance(field, models.Field):
            return str(capfirst(str(field.verbose_name)))
        if field is not None:
            meta = field.related_model._meta
            return str(capfirst(str(meta.verbose_name if field.one_to_one else meta.verbose_name_plural)))
        return str(_OTHERS.get(key, key.replace("_", " ")))

    def shown(self, key: str, value: Any) -> str:
        """A value in words, as one text."""
        if value is None or value == "" or value == []:
            return ""
        if isinstance(value, bool):
            return _("Yes") if value else _("No")
        if isinstance(value, list):
            return pgettext("list separator", ", ").join(
                filter(None, (self.shown(key, each) for each in value))
            )
        if isinstance(value, dict):
            return self._named(value)
        text = str(value)
        if _DATE.fullmatch(text):
            return long_date(datetime.date.fromisoformat(text), self.country, self.language)
        return _choices(self.app_label, key).get(text, text)

    def _named(self, part: Content) -> str:
        """A part by its title or the name of its file, and by its dates and numbers where it has no place."""
        titles = [title.text for title in _titled(part, self.language)]
        if titles and any(key in part for key in _KEYS):
            return titles[0]
        if part.get("name"):
            return str(part["name"])
        others = (self.shown(key, value) for key, value in part.items() if not key.endswith(("_ar", "_fr")))
        return " · ".join(filter(None, (*titles, *others)))


def _is_parts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(each, dict) for each in value)


def _by_key(parts: list[Content]) -> dict[str, Content]:
    """The parts by what names each; by their place where nothing does, or where two have the same name."""
    for key in _KEYS:
        named = {str(part[key]): part for part in parts if key in part}
        if len(named) == len(parts):
            return named
    titled = {f"{part.get('title_ar')}\n{part.get('title_fr')}": part for part in parts if "title_ar" in part}
    if len(titled) == len(parts):
        return titled
    return {str(place): part for place, part in enumerate(parts)}


def _titled(part: Content, language: str) -> list[Localized]:
    """The title of a part, where it has one."""
    for name in ("title", "name"):
        if f"{name}_ar" in part and f"{name}_fr" in part:
            found = localized(SimpleNamespace(**part), name, language)
            return [found] if found else []
    return []


@lru_cache(maxsize=512)
def _field(app_label: str, key: str) -> models.Field | models.ForeignObjectRel | None:
    """The field, or the rows that lead to a model, that a key of a content is named after."""
    for label in (app_label, "municipalities"):
        for model in apps.get_app_config(label).get_models():
            try:
                return model._meta.get_field(key)
            except FieldDoesNotExist:
                continue
    return None


def _choices(app_label: str, key: str) -> dict[str, str]:
    field = _field(app_label, key)
    choices = field.flatchoices if isinstance(field, models.Field) else ()
    return {str(value): str(label) for value, label in choices}
