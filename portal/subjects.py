"""What the public can be consulted about, and what it is invited to: where the apps meet without each other.

``CONSULTABLE`` in the settings names, for each kind of subject, a module with

- ``LABEL``: what such a subject is called;
- ``choices(municipality) -> list[tuple[int, str]]``: the subjects that staff may choose, the newest first;
- ``read(municipality, pk) -> Subject | None``: one of them, ``None`` for what is not the municipality's;
- ``parts(municipality, pk) -> Parts``: what a contribution may be about within it;
- ``outcomes(municipality, pk) -> list[Outcome]``: what an official answer may point at as changed.

``INVITATIONS`` names functions ``(municipality, kind, pk) -> list[Invitation]``, for the page of a subject;
``pk`` is ``None`` for a page of all subjects of a kind.
"""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import import_module
from types import ModuleType
from typing import Any

from django.conf import settings
from django.urls import NoReverseMatch, reverse
from django.utils.module_loading import import_string

from portal.bilingual import Localized, localized
from portal.municipalities.models import Municipality


@dataclass(frozen=True, slots=True)
class Subject:
    """What a consultation is about."""

    kind: str
    pk: int
    title: Localized
    address: str
    """Its public page; empty while it has none."""
    is_public: bool


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a subject: a project or an axis of a plan, a project of a program."""

    key: str
    """At most 60 characters, stable: kept with contributions."""
    label: Localized


@dataclass(frozen=True, slots=True)
class Parts:
    """What a comment may be about, and what an idea may belong to. Empty: the subject as a whole alone."""

    for_comments: list[Part] = field(default_factory=list)
    for_ideas: list[Part] = field(default_factory=list)

    def label(self, key: str) -> Localized | None:
        """The words for a key that was kept; ``None`` where the part is gone."""
        return next((part.label for part in (*self.for_comments, *self.for_ideas) if part.key == key), None)


@dataclass(frozen=True, slots=True)
class Outcome:
    """Something that changed, as an answer points at it: kept with the answer as JSON."""

    key: str
    label_ar: str
    label_fr: str
    route: str
    kwargs: Mapping[str, Any]
    fragment: str = ""

    @property
    def label(self) -> Localized:
        return localized(self, "label")

    @property
    def address(self) -> str:
        """Its page in the reader's language; empty where the portal has no such page any more."""
        try:
            path = reverse(self.route, kwargs=dict(self.kwargs))
        except NoReverseMatch:
            return ""
        return f"{path}#{self.fragment}" if self.fragment else path

    def kept(self) -> dict[str, Any]:
        return dataclasses.asdict(self)


@dataclass(frozen=True, slots=True)
class Invitation:
    """A consultation as the page of its subject announces it."""

    title: Localized
    address: str
    state: str
    """``before``, ``open``, ``closed`` or ``answered``."""
    opens_at: datetime.datetime
    closes_at: datetime.datetime
    last_day: datetime.date
    """On which one may still take part: what closes at midnight closes the day before, at ``24:00``."""
    until: str
    """The time of that day."""
    published: int
    """How many contributions may be read."""
    answered: int


def kinds() -> list[tuple[str, str]]:
    """The kinds of subjects with their labels, in the order of the settings."""
    return [(kind, str(provider(kind).LABEL)) for kind in settings.CONSULTABLE]


def provider(kind: str) -> ModuleType:
    """The module that speaks for a kind of subject. Raises ``KeyError`` for a kind nobody declares."""
    return import_module(settings.CONSULTABLE[kind])


def read_subject(municipality: Municipality, kind: str, pk: int) -> Subject | None:
    """A subject of the municipality; ``None`` for what is gone, foreign or of an unknown kind."""
    return provider(kind).read(municipality, pk) if kind in settings.CONSULTABLE else None


def parts_of(municipality: Municipality, kind: str, pk: int) -> Parts:
    return provider(kind).parts(municipality, pk) if kind in settings.CONSULTABLE else Parts()


def outcomes_of(municipality: Municipality, kind: str, pk: int) -> list[Outcome]:
    return provider(kind).outcomes(municipality, pk) if kind in settings.CONSULTABLE else []


def invitations(municipality: Municipality, kind: str, pk: int | None) -> list[Invitation]:
    """What the public is invited to about a subject: what runs first, then what comes, then what was.

    Without ``pk``: about any subject of the kind.
    """
    return [found for path in settings.INVITATIONS for found in import_string(path)(municipality, kind, pk)]
