"""The register's chain, reckoned anew. Needs nothing but Python (3.8 or later), no portal and no network.

Each entry is sealed with the one before it:

- ``content_sha256`` is the SHA-256 of the published content, as the bytes of its UTF-8;
- ``previous_hash`` is the seal of the entry before, 64 zeros in the first one;
- ``hash``, the seal, is the SHA-256 of the fields :data:`SEALED` as JSON: keys sorted, no spaces, letters
  as themselves and not escaped, UTF-8. ``at`` is the moment in UTC, to the microsecond:
  ``2027-03-31T08:15:00.000000Z``. ``municipality`` is a number, and so are ``number`` and ``version``.

So nobody can change an entry without changing every seal after it, and whoever has kept the last seal
sees that.

The portal hands this file out as ``verifier.py``. Save beside it what the address
``publications/entries.json`` gives (500 entries at a time: then ``entries.json?after=500`` and so on), and

    python3 verifier.py entries.json entries-500.json

reckons every seal. It fetches nothing by itself. Further:

    --head 42:9f3c...       a number and a seal that you kept: a paper of that day, a head you wrote down.
                            Without one nobody can see that the last entries were cut off.
    --content content.json  what an entry published (``publications/42/content.json``): it has to be the
                            content of some entry, and its own files can be looked for in it.
    --file paper.pdf        a file to be found: as what was published, as evidence named in a content that
                            was given, or by the data that an archive copy of a paper carries within it.

Ends with 0 where the chain is whole and everything was found, with 1 where anything was not.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import re
import sys
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

GENESIS = "0" * 64
SEALED = (
    "number",
    "municipality",
    "act",
    "object_type",
    "object_id",
    "version",
    "title",
    "address",
    "at",
    "content_sha256",
    "previous_hash",
)


@dataclass(frozen=True)
class Entry:
    """An entry of the register as it is read; ``content`` is ``None`` where only the chain is looked at."""

    number: int
    municipality: int
    act: str
    object_type: str
    object_id: str
    version: int
    title: str
    address: str
    at: str
    content_sha256: str
    previous_hash: str
    hash: str
    content: str | None = None


@dataclass(frozen=True)
class Head:
    """The number and the seal of an entry, as somebody wrote them down."""

    number: int
    hash: str


@dataclass(frozen=True)
class Break:
    """The first entry at which the register is not what was sealed, and what is wrong there."""

    number: int
    kind: str
    """``content``, ``seal``, ``link``, ``gap``, ``tail`` or ``head``."""
    text: str


def canonical(value: Any) -> str:
    """Write a value as the one JSON that its fingerprint is taken from."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False)


def fingerprint(text: str) -> str:
    """The SHA-256 of a text's UTF-8, in hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()


def seal(entry: Entry) -> str:
    """What the seal of an entry has to be."""
    return fingerprint(canonical({name: getattr(entry, name) for name in SEALED}))


def first_break(entries: Iterable[Entry], kept: Iterable[Head] = ()) -> Break | None:
    """Reckon every seal anew; return the first break, ``None`` where the register is whole.

    Args:
        entries: the whole register by rising number. It is read once, an entry at a time.
        kept: heads that were written down earlier. Without one, nobody can see that the last entries
            are missing, or that every entry was sealed anew.
    """
    heads = {head.number: head.hash for head in kept}
    number, previous = 0, GENESIS
    for entry in entries:
        found = break_at(entry, number + 1, previous, heads.get(number + 1))
        if found:
            return found
        number, previous = entry.number, entry.hash
    missing = [kept_number for kept_number in heads if kept_number > number]
    return _cut(number, max(missing)) if missing else None


def break_at(entry: Entry, expected: int, previous: str, kept: str | None = None) -> Break | None:
    """What is wrong with one entry, ``None`` where nothing is.

    Args:
        expected: the number it has to have.
        previous: the seal of the entry before it, :data:`GENESIS` for the first.
        kept: its own seal as somebody wrote it down.
    """
    if entry.number != expected:
        told = f"entry {expected} is missing: the next one is {entry.number}."
        return Break(expected, "gap", told)
    if entry.content is not None and fingerprint(entry.content) != entry.content_sha256:
        return Break(
            expected, "content", f"the content of entry {expected} is not the one it was sealed with."
        )
    if entry.previous_hash != previous:
        told = f"entry {expected} does not follow from the entry before it: it names another seal."
        return Break(expected, "link", told)
    if entry.hash != seal(entry):
        return Break(expected, "seal", f"entry {expected} was changed: its seal is another.")
    if kept is not None and kept != entry.hash:
        told = f"entry {expected} has another seal than the head that was kept: the register was sealed anew."
        return Break(expected, "head", told)
    return None


def _cut(last: int, kept: int) -> Break:
    told = f"the register ends at entry {last}, but a head of entry {kept} was kept: the tail was cut."
    return Break(last + 1, "tail", told)


# Documents: what a file holds that can be compared with an entry

MOST_UNPACKED = 64 * 1024 * 1024
"""Bytes of all that a PDF unpacks to: a file may be made to unpack without end."""
MOST_STREAMS = 20_000
_STREAM = re.compile(rb"(?<!end)stream\r?\n")
_LENGTH = re.compile(rb"/Length\s+(\d{1,10})(?!\d|\s+\d+\s+R)")
_ADDRESS = re.compile(rb"/verify/([0-9]{1,18}-[0-9A-Z]{4}-[0-9A-Z]{4})/")
_DICTIONARY = 4096
_BLOCK = 65536


@dataclass(frozen=True)
class Document:
    """What a file says of itself, as far as it can be compared with the register."""

    sha256: str
    attached: tuple[bytes, ...] = ()
    """The files within a PDF: an archive copy carries the data that it was made from."""
    codes: tuple[str, ...] = ()
    """Of the entries that a PDF leads to: ``42-7K3Q-9XPD``."""
    objects: tuple[bytes, ...] = ()
    """The parts of a PDF that hold its objects, unpacked; the first is the file itself."""


def read_document(content: bytes) -> Document:
    """Read a file; of one that is no PDF, or an encrypted one, there is its fingerprint alone."""
    sha256 = hashlib.sha256(content).hexdigest()
    if not content.startswith(b"%PDF-"):
        return Document(sha256)
    attached: list[bytes] = []
    texts = [content]
    for dictionary, unpacked in _streams(content):
        (attached if b"/EmbeddedFile" in dictionary else texts).append(unpacked)
    codes = [code.decode() for text in texts for code in _ADDRESS.findall(text)]
    return Document(sha256, tuple(attached), tuple(dict.fromkeys(codes)), tuple(texts))


def _streams(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    """The attached files of a PDF and the parts that hold its objects, each with its dictionary."""
    left = MOST_UNPACKED
    for found in islice(_STREAM.finditer(content), MOST_STREAMS):
        dictionary = content[max(0, found.start() - _DICTIONARY) : found.start()].rpartition(b" obj")[2]
        if left > 0 and (b"/EmbeddedFile" in dictionary or b"/ObjStm" in dictionary):
            unpacked = _unpacked(content, found.end(), dictionary, left)
            left -= len(unpacked)
            yield dictionary, unpacked


def _unpacked(content: bytes, start: int, dictionary: bytes, most: int) -> bytes:
    length = _LENGTH.search(dictionary)
    end = start + int(length[1]) if length else content.find(b"endstream", start)
    if b"/FlateDecode" not in dictionary:
        return content[start:end][:most]
    reader, parts = zlib.decompressobj(), []
    try:
        for place in range(start, end, _BLOCK):
            parts.append(reader.decompress(content[place : min(place + _BLOCK, end)], most))
            most -= len(parts[-1])
            if reader.eof or reader.unconsumed_tail or most <= 0:
                break
    except zlib.error:
        return b""
    return b"".join(parts)


# The command


@dataclass(frozen=True)
class Finding:
    """What the register says of a file."""

    is_known: bool
    text: str


def main(arguments: Sequence[str]) -> int:
    """Look through saved files; 0 where the chain is whole and every file was found, else 1."""
    given = _arguments(arguments)
    rows = [row for file in given.entries for row in json.loads(file.read_text(encoding="utf-8"))["entries"]]
    entries = sorted((Entry(**row) for row in rows), key=lambda entry: entry.number)
    broken = first_break(entries, given.heads)
    last = f"{entries[-1].number}:{entries[-1].hash}" if entries else "no entry"
    sys.stdout.write(f"Broken: {broken.text}\n" if broken else f"Whole. {last}\n")
    contents = [file.read_bytes() for file in given.content]
    findings = [find(content, entries, ()) for content in contents]
    findings += [find(file.read_bytes(), entries, contents) for file in given.file]
    for name, finding in zip([*given.content, *given.file], findings):  # noqa: B905 - not in Python 3.8
        sys.stdout.write(f"{name}: {finding.text}\n")
    return 1 if broken or not all(finding.is_known for finding in findings) else 0


def find(content: bytes, entries: Iterable[Entry], contents: Iterable[bytes]) -> Finding:
    """Say what the register knows of a file.

    Args:
        entries: the register, which has to be whole.
        contents: what entries published, in which the file may be named.
    """
    document, by_content = read_document(content), {entry.content_sha256: entry for entry in entries}
    if document.sha256 in by_content:
        return Finding(True, f"it is {_published(by_content[document.sha256])}")
    for each in contents:
        entry = by_content.get(hashlib.sha256(each).hexdigest())
        if entry and document.sha256.encode() in each:
            return Finding(True, f"it is named in {_published(entry)}")
    return _by_data(document, by_content)


def _by_data(document: Document, by_content: dict[str, Entry]) -> Finding:
    """What can be said of a paper by the data within it, and by the entry it leads to."""
    carried = [by_content.get(hashlib.sha256(data).hexdigest()) for data in document.attached]
    entry = next(filter(None, carried), None)
    named = {int(code.partition("-")[0]) for code in document.codes}
    if entry and named <= {entry.number}:
        told = "The pages themselves cannot be compared: read them beside it."
        return Finding(True, f"it carries exactly {_published(entry)} {told}")
    if document.attached and named:
        numbers = " and ".join(map(str, sorted(named)))
        return Finding(
            False, f"it leads to entry {numbers}, but the data within it is not what that one sealed."
        )
    if named:
        told = "compare what is printed on it, or ask for its archive copy."
        return Finding(False, f"it leads to entry {min(named)} and carries no data: {told}")
    return Finding(False, "the register does not know it.")


def _published(entry: Entry) -> str:
    return f"what was published with entry {entry.number}, {entry.at}: {entry.title}."


def _arguments(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description="Reckons every seal of a register of publications, and looks files up in it.",
        epilog="How it is done is told at the beginning of this file.",
    )
    parser.add_argument(
        "given", nargs="+", metavar="entries.json", help="what publications/entries.json gave"
    )
    parser.add_argument(
        "--head", action="append", default=[], metavar="NUMBER:HASH", help="a seal that was kept"
    )
    parser.add_argument("--content", action="append", default=[], type=Path, metavar="content.json")
    parser.add_argument("--file", action="append", default=[], type=Path, metavar="paper.pdf")
    found = parser.parse_args(arguments)
    # A head may stand among the files as well.
    found.entries = [Path(name) for name in found.given if not _HEAD.fullmatch(name)]
    found.heads = [
        _kept(parser, name) for name in (*found.given, *found.head) if name not in map(str, found.entries)
    ]
    for file in (*found.entries, *found.content, *found.file):
        if not file.is_file():
            parser.error(f"there is no file {file}")
    return found


_HEAD = re.compile(r"(\d{1,18}):([0-9a-fA-F]{64})")


def _kept(parser: argparse.ArgumentParser, text: str) -> Head:
    found = _HEAD.fullmatch(text)
    if not found:
        parser.error(f"a head is NUMBER:HASH, not {text}")
    return Head(int(found[1]), found[2].lower())


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
