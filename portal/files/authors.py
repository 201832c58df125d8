"""Whom a document names as its author, so that nobody publishes a name without knowing it.

Documents are kept to the byte: nothing is removed from them, and so what they say of their authors goes to
everybody who fetches them. Word and Excel write it into ``docProps/core.xml`` (ECMA-376 part 2, 11), PDF
into its information dictionary and its XMP metadata (ISO 32000-1, 14.3). The files come from outside: they
are searched, within limits, and never parsed. A name that is written otherwise is not found.
"""

from __future__ import annotations

import html
import logging
import re
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from typing import Protocol

from django.core.cache import cache
from django.core.files.base import File
from django.utils.translation import gettext as _

from portal.files.uploads import DOCX, PDF, XLSX
from portal.folding import clean

MOST_NAMES = 4
LONGEST_NAME = 100
_PROPERTIES = "docProps/core.xml"
_KEPT = 24 * 3600
_PART = 64 * 1024
_PLACES = 60
"""Of each kind, how many are looked at."""
_REFERENCES = 3
_LONGEST_TEXT = 1024
_LONGEST_LIST = 4096
_UNPACKED = 256 * 1024

_PEOPLE = re.compile(r"<(?:[\w.-]+:)?(?:creator|lastModifiedBy)\b[^<>]{0,200}>([^<]{1,2000})<")
_AUTHOR = re.compile(rb"/Author\s{0,8}(?=[(<]|(\d{1,9})\s{1,4}\d{1,5}\s{1,4}R\b)")
_PACKED = re.compile(rb"/(?:ObjStm|Metadata)\b")
_STREAM = re.compile(rb"stream\r?\n")
_CREATOR = b"<dc:creator"
_ITEM = re.compile(r"<rdf:li\b[^<>]{0,200}>([^<]{1,2000})<")
_ESCAPE = re.compile(rb"\\(?:([0-7]{1,3})|(\r\n|.))", re.DOTALL)
_ESCAPED = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"", b"f": b"", b"\n": b"", b"\r": b"", b"\r\n": b""}

logger = logging.getLogger(__name__)


class StoredDocument(Protocol):
    """A row with a file, of any table."""

    name: str
    content_type: str
    sha256: str

    @property
    def file(self) -> File: ...


def authors_of(row: StoredDocument) -> list[str]:
    """The people whom a stored document names as its authors, of each the first time; empty for pictures."""
    if row.content_type not in _READERS:
        return []
    key = f"portal.files.authors:{row.sha256}"
    found = cache.get(key)
    if found is None:
        found = _read(row)
        cache.set(key, found, _KEPT)
    return found


def authors_told(rows: Iterable[StoredDocument]) -> str:
    """What is said of documents that everybody can fetch now and that name somebody; else an empty text."""
    told = _("“%(name)s” names as its author: %(authors)s. Whoever fetches it reads that.")
    named = ((row.name, authors_of(row)) for row in rows)
    return " ".join(
        told % {"name": f"\u2068{name}\u2069", "authors": ", ".join(f"\u2068{one}\u2069" for one in authors)}
        for name, authors in named
        if authors
    )


def _read(row: StoredDocument) -> list[str]:
    try:
        with row.file.open("rb") as opened:
            names = list(_READERS[row.content_type](opened))
    except Exception as error:  # A damaged file may break the search in many ways: then nobody is named.
        logger.info("No author is read from %s: %s.", row.file.name, type(error).__name__)
        return []
    shown = (" ".join(clean(name).split())[:LONGEST_NAME] for name in names)
    return list(dict.fromkeys(name for name in shown if name))[:MOST_NAMES]


# Word and Excel


def _of_package(file: File) -> Iterator[str]:
    with zipfile.ZipFile(file) as package:
        if _PROPERTIES not in package.NameToInfo:
            return
        with package.open(_PROPERTIES) as part:
            written = part.read(_PART)
    is_wide = written[:2] in (b"\xff\xfe", b"\xfe\xff")
    text = written.decode("utf-16" if is_wide else "utf-8-sig", "replace")
    yield from map(html.unescape, _PEOPLE.findall(text))


# PDF


def _of_pdf(file: File) -> Iterator[str]:
    content = file.read()
    is_locked = b"/Encrypt" in content
    for piece in (content, *_unpacked(content)):
        if not is_locked:  # what is locked is no text
            yield from _written_authors(piece, content)
        for written in _creators(piece):
            yield from map(html.unescape, _ITEM.findall(written.decode("utf-8", "replace")))


def _unpacked(content: bytes) -> Iterator[bytes]:
    """The beginnings of the packed streams in which a PDF may keep what it says of itself."""
    for found, _place in zip(_PACKED.finditer(content), range(_PLACES), strict=False):
        begun = _STREAM.search(content, found.end(), found.end() + 1000)
        if begun:
            try:
                yield zlib.decompressobj().decompress(
                    content[begun.end() : begun.end() + _UNPACKED], _UNPACKED
                )
            except zlib.error:
                continue


def _creators(piece: bytes) -> Iterator[bytes]:
    place = piece.find(_CREATOR)
    for _time in range(_PLACES):
        if place < 0:
            return
        written, end, _rest = piece[place : place + _LONGEST_LIST].partition(b"</dc:creator")
        if end:
            yield written
        place = piece.find(_CREATOR, place + 1)


def _written_authors(piece: bytes, content: bytes) -> Iterator[str]:
    references = set()
    for found, _place in zip(_AUTHOR.finditer(piece), range(_PLACES), strict=False):
        if found[1]:
            references.add(found[1])
        else:
            yield _pdf_text(piece[found.end() : found.end() + _LONGEST_TEXT])
    for number in sorted(references)[:_REFERENCES]:  # each is looked for in the whole file
        begun = re.search(rb"\b" + number + rb"\s{1,4}\d{1,5}\s{1,4}obj\s{0,4}", content)
        if begun:
            yield _pdf_text(content[begun.end() : begun.end() + _LONGEST_TEXT])


def _pdf_text(written: bytes) -> str:
    """The text string that a piece of a PDF begins with (ISO 32000-1, 7.3.4 and 7.9.2)."""
    if written[:1] == b"<":
        digits = re.sub(rb"[^0-9A-Fa-f]", b"", written[1:].partition(b">")[0])
        text = bytes.fromhex((digits + b"0" * (len(digits) % 2)).decode())
    else:
        text = _ESCAPE.sub(_unescaped, _within_parentheses(written))
    if text[:2] in (b"\xfe\xff", b"\xff\xfe"):
        return text.decode("utf-16", "ignore")
    return text.decode("utf-8-sig" if text[:3] == b"\xef\xbb\xbf" else "cp1252", "ignore")


def _within_parentheses(written: bytes) -> bytes:
    depth = place = 0
    while place < len(written):
        letter = written[place : place + 1]
        depth += (letter == b"(") - (letter == b")")
        if depth == 0:
            break
        place += 2 if letter == b"\\" else 1
    return written[1:place]


def _unescaped(found: re.Match[bytes]) -> bytes:
    if found[1]:
        return bytes([int(found[1], 8) & 0xFF])
    return _ESCAPED.get(found[2], found[2])


_READERS = {PDF: _of_pdf, DOCX: _of_package, XLSX: _of_package}
