"""A file that somebody hands in to be compared: what of it the register and the portal know.

``KNOWN_FILES`` in the settings names functions ``(sha256) -> list[KnownFile]``: who knows a public file by
its fingerprint. Nothing that is handed in here is stored.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from enum import StrEnum

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.bilingual import Localized
from portal.papers.answers import made_now
from portal.papers.orders import Copy, Order, draft_of
from portal.pdf.turns import PdfError
from portal.publications.chain import Document, read_document
from portal.publications.codes import code_of, publication_of
from portal.publications.models import Publication

MEGABYTE = 1024 * 1024
A4_WIDTH = 600
"""Points, and a little more: a wider sheet is the one of large type."""
_LANGUAGE = re.compile(rb"/Lang \((ar|fr|en)\)")
_WIDTH = re.compile(rb"/MediaBox \[0 0 (\d{1,5}(?:\.\d{1,9})?) ")


class Outcome(StrEnum):
    """What is known of a file."""

    PUBLISHED = "published"
    """It is, to the byte, what an entry published."""
    CERTIFICATE = "certificate"
    """It is, to the byte, the certificate of an entry."""
    KNOWN = "known"
    """It is, to the byte, a file that the portal keeps for the public."""
    CARRIES = "carries"
    """A paper whose data is what an entry published; its pages cannot be compared."""
    ALTERED = "altered"
    """A paper that leads to an entry and whose data is not what that entry sealed."""
    NAMES = "names"
    """A paper that leads to an entry and carries no data."""
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class KnownFile:
    """A public file of the portal."""

    name: str
    about: Localized
    """What it is evidence of, or belongs to."""
    address: str
    """Of the public page on which it stands."""
    is_made_here: bool = False
    """Whether the portal made it itself."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """What is told of a file."""

    outcome: Outcome
    sha256: str
    publication: Publication | None = None
    """The entry that it is of, or leads to; it knows its municipality."""
    files: list[KnownFile] = field(default_factory=list)

    @property
    def code(self) -> str:
        return code_of(self.publication) if self.publication else ""


class FileForm(forms.Form):
    """A file to compare."""

    file = forms.FileField(
        label=gettext_lazy("The file"),
        allow_empty_file=False,
        error_messages={
            "required": gettext_lazy("Choose a file."),
            "empty": gettext_lazy("The file is empty."),
        },
    )

    def clean_file(self) -> UploadedFile:
        upload: UploadedFile = self.cleaned_data["file"]
        if (upload.size or 0) > settings.UPLOAD_MAX_BYTES:
            limit = f"{settings.UPLOAD_MAX_BYTES / MEGABYTE:.4g}"
            raise ValidationError(_("The file is larger than %(limit)s MB.") % {"limit": limit})
        return upload


def compare(content: bytes, *, origin: str) -> Comparison:
    """Say what is known of a file.

    Args:
        origin: where the portal is reached, for the certificate that is made to be compared with.
    """
    document = read_document(content)
    by_content = _published([document.sha256, *map(_digest, document.attached)])
    if document.sha256 in by_content:
        return Comparison(Outcome.PUBLISHED, document.sha256, by_content[document.sha256])
    files = [known for path in settings.KNOWN_FILES for known in import_string(path)(document.sha256)]
    named = publication_of(document.codes[0]) if len(document.codes) == 1 else None
    if files:
        return Comparison(Outcome.KNOWN, document.sha256, named, files)
    if named:
        return Comparison(_of_paper(content, document, named, origin), document.sha256, named)
    for publication in by_content.values():
        return Comparison(Outcome.CARRIES, document.sha256, publication)
    return Comparison(Outcome.UNKNOWN, document.sha256)


def _of_paper(content: bytes, document: Document, publication: Publication, origin: str) -> Outcome:
    """How a paper that leads to an entry stands to it."""
    carries = publication.content_sha256 in map(_digest, document.attached)
    if document.attached and not carries:
        return Outcome.ALTERED
    if _is_made_here(content, document, publication, origin):
        return Outcome.CERTIFICATE
    return Outcome.CARRIES if carries else Outcome.NAMES


def _is_made_here(content: bytes, document: Document, publication: Publication, origin: str) -> bool:
    """Whether the portal makes the very same certificate: the same page gives the same bytes.

    It does so as long as neither its templates nor the municipality's name have changed.
    """
    order = Order(
        kind="certificate",
        municipality=publication.municipality,
        arguments={"number": publication.number},
        language=_first(_LANGUAGE, document) or settings.LANGUAGE_CODE,
        origin=origin,
        copy=Copy.ARCHIVE if document.attached else Copy.READING,
        is_large=float(_first(_WIDTH, document) or 0) > A4_WIDTH,
    )
    try:
        return made_now(order, draft_of(order)) == content
    except (PdfError, Http404):
        return False


def _published(digests: list[str]) -> dict[str, Publication]:
    """The first entry of each content; one query."""
    entries = Publication.objects.select_related("municipality").defer("content")
    found = entries.filter(content_sha256__in=digests).order_by("-number")
    return {publication.content_sha256: publication for publication in found}


def _first(pattern: re.Pattern[bytes], document: Document) -> str:
    found = (pattern.search(part) for part in document.objects)
    return next((match[1].decode() for match in found if match), "")


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
