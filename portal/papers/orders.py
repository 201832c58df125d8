"""What can be printed and how it is asked for: where the apps and the press meet.

``PAPERS`` in the settings names, for each kind of paper, a :class:`Paper`. Its ``draft`` reads what the
paper is about and says what it would be, at the price of a page; the :class:`Draft` makes the bytes.
A draft is made from an :class:`Order` alone, without a request: the worker prints the same paper
minutes later.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core import signing
from django.urls import reverse
from django.utils import translation
from django.utils.functional import Promise
from django.utils.module_loading import import_string

from portal.freshness import code_version
from portal.municipalities.access import Act
from portal.municipalities.models import Municipality

SALT = "portal.papers"
PDF = "application/pdf"
Argument = str | int
Advance = Callable[[int, int, str], None]
"""Told while a paper is made: the steps done, the steps in all, and what is being done, in words."""


class Copy(StrEnum):
    """The same page, printed for a purpose."""

    READING = "reading"
    """PDF/UA-1: readable by everybody, by screen readers too."""
    ARCHIVE = "archive"
    """PDF/A-3a: to be kept for good, with the data as an attached file."""


@dataclass(frozen=True, slots=True)
class Order:
    """A paper as somebody asks for it."""

    kind: str
    """A key of ``PAPERS``."""
    municipality: Municipality
    arguments: Mapping[str, Argument]
    """What it is about, as the draft of its kind understands it: ``{"year": 2027}``."""
    language: str
    origin: str
    """Where the portal is reached, without a slash at the end: ``https://portal.example``."""
    copy: Copy = Copy.READING
    is_large: bool = False

    def address(self, route: str, **kwargs: Argument) -> str:
        """The full address of a page of the municipality in the language of the moment."""
        return self.origin + reverse(route, kwargs={"slug": self.municipality.slug, **kwargs})

    def key(self, version: str) -> str:
        """What the bytes are kept under: two people who ask for the same get the same."""
        parts = (
            self.kind,
            self.municipality.pk,
            sorted(self.arguments.items()),
            self.language,
            self.origin,
            self.copy.value,
            self.is_large,
            version,
            code_version(),
        )
        return hashlib.sha256(repr(parts).encode()).hexdigest()

    def signed(self) -> str:
        """The order as a form carries it: nobody but the portal can write one."""
        return signing.dumps(self.kept(), salt=SALT, compress=True)

    def kept(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "kind": self.kind,
            "municipality": self.municipality.pk,
            "arguments": dict(self.arguments),
            "language": self.language,
            "origin": self.origin,
            "copy": self.copy.value,
            "is_large": self.is_large,
        }


def order_from(kept: Mapping[str, Any], municipality: Municipality | None = None) -> Order:
    """Read back what :meth:`Order.kept` gave; its municipality too, unless it is at hand.

    Raises ``Municipality.DoesNotExist``.
    """
    municipality = municipality or Municipality.objects.get(pk=kept["municipality"])
    return Order(**{**kept, "municipality": municipality, "copy": Copy(kept["copy"])})


@dataclass(frozen=True, slots=True)
class Draft:
    """A paper before it is made."""

    title: str
    filename: str
    """In the reader's language and without a suffix; made safe by whoever hands it out."""
    ascii_filename: str
    version: str
    """Everything that it shows and that changes, beside the order: the municipality's revision, its day."""
    make: Callable[[Advance], bytes | Path]
    """The bytes; or a temporary file, which whoever asked moves away or removes."""
    back: str
    """The path of the page it belongs to."""
    pages: int = 1
    """About how many. More than ``AT_ONCE`` are made by the worker."""
    content_type: str = PDF
    steps: tuple[str, ...] = ()
    """What a long one consists of, in words, for the page that advances; may be empty."""


@dataclass(frozen=True, slots=True)
class Paper:
    """A kind of paper."""

    label: str | Promise
    draft: Callable[[Order], Draft]
    """In the language of the moment. Raises ``Http404`` where there is no such thing, or none that may be
    shown: it is asked again before each handing out."""
    act: Act | None = None
    """What one must be allowed to; ``None``: everybody may have it."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A paper in a list of papers (``components/papers.html``)."""

    title: str | Promise
    about: str | Promise
    address: str
    docx_address: str = ""
    has_copies: bool = True
    """Whether an archive copy and large type are offered beside it."""
    labels: Mapping[str, str] = field(default_factory=dict)
    """Further files of the same, address by words: ``{"CSV": "/ar/…"}``."""


def paper_of(kind: str) -> Paper:
    """Raises ``KeyError`` for a kind that nobody declares."""
    paper: Paper = import_string(settings.PAPERS[kind])
    return paper


def draft_of(order: Order) -> Draft:
    """What an order would be, in its language. Raises ``Http404``."""
    with translation.override(order.language):
        return paper_of(order.kind).draft(order)
