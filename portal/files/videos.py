"""Where a video of the MP4 family keeps what tells its place, without decoding a picture of it.

The file is a tree of boxes, each with its size and a type of four letters (ISO/IEC 14496-12; QuickTime
calls them atoms). Cameras write the place into ``udta`` (``©xyz``, ``loci``), into ``meta`` (the keys of
QuickTime) or into ``uuid`` (XMP), and some record it all along in a track of its own. What is written into
the pictures or the sound themselves is not looked at.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import IO

MOST_BOXES = 20_000
_ZEROS = bytes(64 * 1024)
_FREE = b"free"

# What is emptied wherever it stands; the empty boxes too, as some programs only rename what they remove.
_EMPTIED = frozenset({b"udta", b"meta", b"uuid", b"free", b"skip"})
# The boxes that are understood, by the box they stand in; the empty name is the file itself.
_UNDERSTOOD: dict[bytes, frozenset[bytes]] = {
    b"": frozenset({b"ftyp", b"moov", b"mdat", b"wide", b"pdin"}),
    b"moov": frozenset({b"mvhd", b"trak", b"iods"}),
    b"trak": frozenset({b"tkhd", b"edts", b"tref", b"mdia", b"tapt"}),
    b"mdia": frozenset({b"mdhd", b"hdlr", b"elng", b"minf"}),
    b"minf": frozenset({b"vmhd", b"smhd", b"gmhd", b"hdlr", b"dinf", b"stbl"}),
}
_OPENED = frozenset(_UNDERSTOOD) - {b""}
_UNDERSTOOD_TRACKS = frozenset({b"vide", b"soun"})


class VideoDamaged(Exception):  # noqa: N818 - it says what the file is
    """The boxes do not fit into each other: cut off, or made to mislead."""


@dataclass(frozen=True, slots=True)
class Box:
    """A box within a file: where it begins, where its content begins and where it ends, in bytes."""

    kind: bytes
    start: int
    content: int
    end: int
    parent: bytes


@dataclass(frozen=True, slots=True)
class VideoReading:
    """What was found in a video."""

    emptied: tuple[Box, ...]
    """The boxes that may tell a place, or that hold nothing the video needs."""
    may_hold_place: bool
    """Whether a timed track of data, or a box that is not understood, stays in the file."""


def read_video(file: IO[bytes], size: int) -> VideoReading:
    """Look through the boxes of a file of ``size`` bytes.

    Raises :class:`VideoDamaged` for boxes that reach beyond what they stand in, for more than
    ``MOST_BOXES`` of them, and for a file without a track or without content.
    """
    emptied, seen, strange = [], set(), False
    for box in _boxes(file, size):
        seen.add(box.kind)
        if box.kind in _EMPTIED:
            emptied.append(box)
        elif box.kind not in _UNDERSTOOD[box.parent]:
            strange = True
        elif box.kind == b"hdlr" and box.parent == b"mdia":
            strange = strange or _track_kind(file, box) not in _UNDERSTOOD_TRACKS
    if not {b"moov", b"trak", b"hdlr", b"mdat"} <= seen:
        raise VideoDamaged
    return VideoReading(tuple(emptied), strange)


def empty_boxes(file: IO[bytes], boxes: tuple[Box, ...]) -> None:
    """Overwrite boxes with empty ones of the same size, so that every other byte keeps its place."""
    for box in boxes:
        file.seek(box.start + 4)
        file.write(_FREE)
        file.seek(box.content)
        left = box.end - box.content
        while left:
            left -= file.write(_ZEROS[:left])


def _boxes(file: IO[bytes], size: int) -> Iterator[Box]:
    """Every box of the file that is looked at, in no certain order; the containers are opened."""
    waiting, count = [(b"", 0, size)], 0
    while waiting:
        parent, start, end = waiting.pop()
        while start < end:
            box = _box(file, start, end, parent)
            count += 1
            if count > MOST_BOXES:
                raise VideoDamaged
            yield box
            if box.kind in _OPENED and box.kind in _UNDERSTOOD[parent]:
                waiting.append((box.kind, box.content, box.end))
            start = box.end


def _box(file: IO[bytes], start: int, end: int, parent: bytes) -> Box:
    """The box that begins at ``start`` and may reach to ``end``. A size of 0 is "to the end of the file"."""
    if end - start < 8:
        raise VideoDamaged
    file.seek(start)
    length, kind = struct.unpack(">I4s", file.read(8))
    content = start + 8
    if length == 1:
        if end - start < 16:
            raise VideoDamaged
        (length,) = struct.unpack(">Q", file.read(8))
        content = start + 16
    elif length == 0 and parent == b"":
        length = end - start
    if length < content - start or length > end - start:
        raise VideoDamaged
    return Box(kind, start, content, start + length, parent)


def _track_kind(file: IO[bytes], handler: Box) -> bytes:
    """What a track holds: ``vide``, ``soun``, ``meta``, ``text``…"""
    file.seek(handler.content)
    head = file.read(min(12, handler.end - handler.content))
    if len(head) < 12:
        raise VideoDamaged
    return head[8:12]
