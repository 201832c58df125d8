"""The ZIP archive that a DOCX or XLSX is, opened with care, and its XML walked element by element.

Nothing is ever unpacked to disk. No Office file declares a document type, so none is let in: without
it there are no entities to expand and nothing outside to fetch.
"""

import io
import lzma
import posixpath
import zipfile
import zlib
from collections.abc import Mapping
from functools import lru_cache
from typing import Protocol
from xml.parsers import expat

from django.utils.translation import gettext as _

from portal.importing.kinds import Kind, not_an_office_file, password_expected
from portal.importing.refusals import ImportRefused
from portal.importing.rows import Meter

_ENCRYPTED = 0x1
_WORTH_A_RATIO = 10_000_000
_COUNTED_AT_ONCE = 512
_BROKEN_ARCHIVE = (
    zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, OSError, NotImplementedError, RuntimeError,
    ValueError, OverflowError,
)  # fmt: skip
_NAMESPACES = {
    "http://schemas.openxmlformats.org/spreadsheetml/2006/main": "x",
    "http://purl.oclc.org/ooxml/spreadsheetml/main": "x",
    "http://schemas.openxmlformats.org/wordprocessingml/2006/main": "w",
    "http://purl.oclc.org/ooxml/wordprocessingml/main": "w",
    "http://schemas.microsoft.com/office/word/2010/wordml": "w14",
    "http://schemas.openxmlformats.org/markup-compatibility/2006": "mc",
    "http://schemas.openxmlformats.org/package/2006/content-types": "types",
    "http://schemas.openxmlformats.org/package/2006/relationships": "rels",
}
_MAIN_PARTS = {
    "wordprocessingml.document.main+xml": Kind.DOCX,
    "wordprocessingml.template.main+xml": Kind.DOCX,
    "ms-word.document.macroenabled.main+xml": Kind.DOCX,
    "ms-word.template.macroenabledtemplate.main+xml": Kind.DOCX,
    "spreadsheetml.sheet.main+xml": Kind.XLSX,
    "spreadsheetml.template.main+xml": Kind.XLSX,
    "ms-excel.sheet.macroenabled.main+xml": Kind.XLSX,
    "ms-excel.template.macroenabled.main+xml": Kind.XLSX,
}


class Walker(Protocol):
    """What the elements of a part are told to, by names such as "w tbl"; attributes have no prefix."""

    def start(self, name: str, attributes: Mapping[str, str]) -> None: ...
    def end(self, name: str) -> None: ...
    def data(self, text: str) -> None: ...


class Archive:
    """An Office file: its kind, its main part, and every part on request, within the limits of `meter`."""

    def __init__(self, data: bytes, meter: Meter) -> None:
        self.meter = meter
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(data))
        except _BROKEN_ARCHIVE as error:
            raise self._damaged() from error
        entries = self._zip.infolist()
        if len(entries) > meter.limits.members:
            expected = _("a file of at most %(count)d parts") % {"count": meter.limits.members}
            raise meter.refusal(1, expected)
        self._entries = {entry.filename.lstrip("/"): entry for entry in entries}
        if len(self._entries) < len(entries):
            raise self._damaged()
        self.kind, self.main = self._find_main()
        self.has_macros = any(name.lower().endswith("vbaproject.bin") for name in self._entries)

    def _find_main(self) -> tuple[Kind, str]:
        file = self.meter.file
        if "[Content_Types].xml" not in self._entries:
            if "mimetype" in self._entries:
                expected = _("a DOCX or XLSX file: open this one in LibreOffice and save it as DOCX or XLSX")
                raise self.meter.refusal(1, expected)
            raise not_an_office_file(file, next(iter(self._entries), ""))
        types = _ContentTypes()
        self.walk("[Content_Types].xml", types)
        for part, content_type in types.parts.items():
            for ending, kind in _MAIN_PARTS.items():
                if content_type.lower().endswith(ending):
                    return kind, part.lstrip("/")
        if any("sheet.binary" in content_type for content_type in types.parts.values()):
            raise self.meter.refusal(1, _("an XLSX file, not XLSB: open it in Excel and save it as XLSX"))
        raise not_an_office_file(file)

    def __contains__(self, part: str) -> bool:
        return part in self._entries

    def read(self, part: str) -> bytes:
        """Return a part unpacked.

        Raises `ImportRefused` for a part that is missing, damaged, encrypted or larger than the limits let.
        """
        entry = self._entries.get(part)
        if entry is None:
            raise self._damaged(part)
        if entry.flag_bits & _ENCRYPTED:
            raise self.meter.refusal(1, password_expected())
        if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise self._damaged(part)
        limits = self.meter.limits
        most = limits.unpacked_bytes - self.meter.unpacked
        if entry.file_size > _WORTH_A_RATIO:
            most = min(most, entry.compress_size * limits.ratio)
        if entry.file_size > most:
            raise self._too_large()
        try:
            with self._zip.open(entry) as stream:
                data = stream.read(most + 1)
        except _BROKEN_ARCHIVE as error:
            raise self._damaged(part) from error
        if len(data) > most:
            raise self._too_large()
        self.meter.unpacked += len(data)
        return data

    def walk(self, part: str, walker: Walker) -> None:
        """Tell every element of a part to `walker`. Raises `ImportRefused` for what is no sound XML."""
        walk_xml(self.read(part), walker, self.meter, part)

    def related(self, part: str) -> dict[str, str]:
        """Return the parts that a part refers to, by the name it gives the reference."""
        folder, name = posixpath.split(part)
        listing = posixpath.join(folder, "_rels", f"{name}.rels")
        if listing not in self:
            return {}
        relations = _Relationships()
        self.walk(listing, relations)
        return {
            key: posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/")
            for key, target in relations.targets.items()
        }

    def _damaged(self, part: str = "") -> ImportRefused:
        return self.meter.refusal(1, whole_expected(), found=part)

    def _too_large(self) -> ImportRefused:
        size = self.meter.limits.unpacked_bytes // 1_000_000
        expected = _("a file that holds no more than it shows; at most %(size)d MB unpacked") % {"size": size}
        return self.meter.refusal(1, expected)


def whole_expected() -> str:
    """Return what is said of an Office file that cannot be read to its end."""
    return _("a whole file; this one is damaged: open it in its program and save it again")


def walk_xml(data: bytes, walker: Walker, meter: Meter, part: str) -> None:
    """Tell every element of the XML to `walker`; raises `ImportRefused` where it is not sound."""
    depth = count = 0
    # Kept for this file only: its names are as long as it likes.
    short, local = lru_cache(maxsize=512)(_short), lru_cache(maxsize=512)(_local)

    def start(name: str, attributes: dict[str, str]) -> None:
        nonlocal depth, count
        depth += 1
        count += 1
        if depth > meter.limits.nesting or count == _COUNTED_AT_ONCE:
            meter.count_elements(count, 1, depth)
            count = 0
        if attributes:
            attributes = {local(key): value for key, value in attributes.items()}
        walker.start(short(name), attributes)

    def end(name: str) -> None:
        nonlocal depth
        depth -= 1
        walker.end(short(name))

    def refuse_doctype(*declared: object) -> None:
        raise meter.refusal(1, _("a file without a document type declaration"), found=part)

    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    parser.CharacterDataHandler = walker.data
    parser.StartDoctypeDeclHandler = refuse_doctype
    try:
        # All at once: fed in pieces, a long token would be looked at again with every piece.
        parser.Parse(data, True)
    except (expat.ExpatError, ValueError, LookupError) as error:
        raise meter.refusal(1, whole_expected(), found=part) from error


def _short(name: str) -> str:
    namespace, _space, local = name.rpartition(" ")
    return f"{_NAMESPACES.get(namespace, '?')} {local}"


def _local(name: str) -> str:
    return name.rpartition(" ")[2]


class _ContentTypes:
    def __init__(self) -> None:
        self.parts: dict[str, str] = {}

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        if name == "types Override":
            self.parts[attributes.get("PartName", "")] = attributes.get("ContentType", "")

    def end(self, name: str) -> None:
        pass

    def data(self, text: str) -> None:
        pass


class _Relationships:
    def __init__(self) -> None:
        self.targets: dict[str, str] = {}

    def start(self, name: str, attributes: Mapping[str, str]) -> None:
        if name == "rels Relationship" and attributes.get("TargetMode") != "External":
            self.targets[attributes.get("Id", "")] = attributes.get("Target", "")

    def end(self, name: str) -> None:
        pass

    def data(self, text: str) -> None:
        pass
