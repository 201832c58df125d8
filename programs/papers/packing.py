"""Files in an archive whose content anybody can check: names for every system, fingerprints, a manifest."""

from __future__ import annotations

import datetime
import hashlib
import json
import re
import unicodedata
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.utils import timezone

from portal.municipalities.models import Municipality
from portal.pdf.responses import HIDDEN
from programs.papers.gathering import Piece

MANIFEST = "manifest.json"
SUMS = "SHA256SUMS"
_LONGEST_PART, _LONGEST_NAME = 60, 120
"""Letters: of the title of a document, and of what follows the number in all."""
_MOST_BYTES = 200
"""Of a name: systems that encrypt names allow little more, and an Arabic letter takes two."""
_CHUNK = 1024 * 1024
_EARLIEST = (1980, 1, 1, 0, 0, 0)
# What some system gives a meaning in names.
_UNSAFE = re.compile(r"""[\\/:*?"<>|\x00-\x1f\x7f\s_]+""")


@dataclass(slots=True)
class Packed:
    """An archive while it is filled."""

    archive: zipfile.ZipFile
    moment: datetime.datetime
    """Of its making, in the municipality's time."""
    sums: dict[str, str] = field(default_factory=dict)
    """The SHA-256 of each file in it, by name."""

    def put_file(self, name: str, path: Path, moment: datetime.datetime) -> str:
        """Copy a file into it piece by piece; return its SHA-256.

        What people hand in is compressed already: it is stored as it is. Raises ``FileNotFoundError``.
        """
        digest = hashlib.sha256()
        with path.open("rb") as source:
            info = _info(name, moment, zipfile.ZIP_STORED)
            info.file_size = path.stat().st_size
            with self.archive.open(info, "w") as out:
                while chunk := source.read(_CHUNK):
                    digest.update(chunk)
                    out.write(chunk)
        self.sums[name] = digest.hexdigest()
        return self.sums[name]

    def put(self, name: str, content: bytes, *, is_compressed: bool = False) -> str:
        """Write something that was made for it; return its SHA-256."""
        method = zipfile.ZIP_STORED if is_compressed else zipfile.ZIP_DEFLATED
        self.archive.writestr(_info(name, self.moment, method), content)
        self.sums[name] = hashlib.sha256(content).hexdigest()
        return self.sums[name]

    def put_json(self, name: str, content: Any) -> str:
        return self.put(name, json.dumps(content, ensure_ascii=False, indent=2).encode())

    def close_with_sums(self) -> None:
        """Write the fingerprints of all that is in it, as ``sha256sum -c`` reads them."""
        lines = [f"{digest}  {name}\n" for name, digest in self.sums.items()]
        self.archive.writestr(_info(SUMS, self.moment, zipfile.ZIP_DEFLATED), "".join(lines).encode())


@contextmanager
def packing(target: Path, municipality: Municipality) -> Iterator[Packed]:
    """An archive at ``target`` to be filled; it is never in the memory as a whole."""
    with zipfile.ZipFile(target, "w", allowZip64=True) as archive:
        yield Packed(archive, timezone.now().astimezone(municipality.zone_info))


def member_name(number: str, *parts: str, suffix_of: str = "") -> str:
    """A name for every system: ``1.2_1_محضر-جلسة_pv.pdf``.

    Args:
        number: what comes first, of digits and dots; an underscore stands between it and the rest.
        parts: titles and the file's own name, in any script.
        suffix_of: the name whose ending is kept whole, usually the last of ``parts``.
    """
    found = re.search(r"\.[A-Za-z0-9]{1,8}$", suffix_of)
    suffix = found.group() if found else ""
    *titles, last = [_safe(part.removesuffix(suffix) if part == suffix_of else part) for part in parts]
    said = "_".join([*(title[:_LONGEST_PART].strip("-. ") for title in titles if title), last])
    stem = f"{number}_{said[:_LONGEST_NAME]}".rstrip("-._ ")
    while len((stem + suffix).encode()) > _MOST_BYTES:
        stem = stem[:-1]
    return stem.rstrip("-._ ") + suffix.lower()


def _safe(text: str) -> str:
    text = unicodedata.normalize("NFC", text)
    shown = "".join(" " if _is_hidden(letter) else letter for letter in text)
    return _UNSAFE.sub("-", shown).strip("-. ")


def _is_hidden(letter: str) -> bool:
    return unicodedata.category(letter) in HIDDEN


def piece_entry(piece: Piece, name: str | None, found: str | None) -> dict[str, Any]:
    """A file as the manifest tells it.

    Args:
        name: its name in the archive; ``None`` where the portal's disk has lost it.
        found: the SHA-256 of what was packed.
    """
    return {
        "file": name,
        "name": piece.name,
        "content_type": piece.content_type,
        "size": piece.size,
        "sha256": piece.sha256,
        "is_unchanged": None if found is None else found == piece.sha256,
        "is_public": piece.is_public,
        "received_at": piece.received_at.isoformat(timespec="seconds"),
        "received_from": list(piece.roles),
        "certifies_entry": piece.publication.number if piece.publication else None,
    }


def put_pieces(packed: Packed, named: Iterable[tuple[str, Piece]]) -> Iterator[dict[str, Any]]:
    """Pack files under their names; each as the manifest tells it, lost ones too."""
    for name, piece in named:
        try:
            found = packed.put_file(name, Path(piece.file.path), piece.received_at)
        except FileNotFoundError:
            yield piece_entry(piece, None, None)
        else:
            yield piece_entry(piece, name, found)


def _info(name: str, moment: datetime.datetime, method: int) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, max(_EARLIEST, moment.timetuple()[:6]))
    info.compress_type = method
    info.external_attr = 0o644 << 16
    return info
