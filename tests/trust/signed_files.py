"""Pictures and documents that tell more than they show: where, when, with what and by whom they were made."""

from __future__ import annotations

import io
import itertools
import struct
from collections.abc import Iterator
from datetime import UTC, datetime

import openpyxl
import pikepdf
from PIL import Image, ImageCms, PngImagePlugin

from portal.files.uploads import DOCX
from tests.trust.hostile_files import Hostile, package, picture, saved

AUTHOR = "أمال بن صالح"
SECRET = "CANARY-OF-AMEL"
XMP = (
    '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF><exif:GPSLatitude>33,52N</exif:GPSLatitude>'
    f"<dc:creator><rdf:Seq><rdf:li>{SECRET}</rdf:li></rdf:Seq></dc:creator></rdf:RDF></x:xmpmeta>"
).encode()
IPTC = b"Photoshop 3.0\0" + b"8BIM\x04\x04\0\0" + struct.pack(">I", 5 + len(SECRET)) + b"\x1c\x02\x50"
IPTC += struct.pack(">H", len(SECRET)) + SECRET.encode() + b"\0"
WAYS = ("place", "camera", "xmp", "profile", "comment")
FORMATS = {"JPEG": ".jpg", "PNG": ".png", "WEBP": ".webp", "HEIF": ".heic"}


# Pictures


def pictures() -> list[Hostile]:
    """Every format with every one, two and three of the ways in which a picture tells more."""
    chosen = [ways for count in (1, 2, 3) for ways in itertools.combinations(WAYS, count)]
    return [
        Hostile("picture", f"{'-'.join(ways)}{ending}", told(image_format, ways))
        for image_format, ending in FORMATS.items()
        for ways in chosen
    ]


def told(image_format: str, ways: tuple[str, ...]) -> bytes:
    """A picture that tells in these ways."""
    picture("HEIF")  # after which Pillow knows the format
    options: dict[str, object] = {}
    if "place" in ways or "camera" in ways:
        options["exif"] = _exif(ways).tobytes()
    if "profile" in ways:
        options["icc_profile"] = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    if "xmp" in ways and image_format != "PNG":
        options["xmp"] = XMP
    if image_format == "PNG":
        options["pnginfo"] = _notes(ways)
    if "comment" in ways and image_format == "JPEG":
        options["comment"] = SECRET
    content = saved(Image.effect_noise((40, 30), 40).convert("RGB"), image_format, **options)
    if "comment" in ways:
        content = _with_iptc(content) if image_format == "JPEG" else content + SECRET.encode()
    return content


def _exif(ways: tuple[str, ...]) -> Image.Exif:
    exif = Image.Exif()
    if "camera" in ways:
        exif[0x010F], exif[0x0110], exif[0x013B], exif[0x9286] = SECRET, SECRET, SECRET, SECRET
    if "place" in ways:
        exif.get_ifd(0x8825).update({1: "N", 2: (33.0, 52.0, 10.0), 3: "E", 4: (7.0, 53.0, 1.0)})
    return exif


def _notes(ways: tuple[str, ...]) -> PngImagePlugin.PngInfo:
    notes = PngImagePlugin.PngInfo()
    if "xmp" in ways:
        notes.add_itxt("XML:com.adobe.xmp", XMP.decode())
    if "comment" in ways:
        notes.add_text("Author", SECRET)
        notes.add_text("Comment", SECRET, zip=True)
        notes.add(b"tIME", struct.pack(">HBBBBB", 2026, 11, 22, 12, 0, 0))
    return notes


def _with_iptc(content: bytes) -> bytes:
    return content[:2] + b"\xff\xed" + struct.pack(">H", len(IPTC) + 2) + IPTC + content[2:]


# What a picture says beside its pixels, read here byte by byte

_PNG = {b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"}
_WEBP = {b"VP8 ", b"VP8L", b"ALPH"}


def says_beside(content: bytes) -> list[str]:
    """The parts of a JPEG, PNG or WEBP file that are not its pixels, and what was planted, if it is there."""
    readers = {b"\xff\xd8": _jpeg_parts, b"\x89P": _png_parts, b"RI": _webp_parts}
    found = list(readers[content[:2]](content))
    planted = (SECRET.encode(), b"GPS", b"xmpmeta", b"Exif\0")
    return found + [word.decode() for word in planted if word in content]


def _jpeg_parts(content: bytes) -> Iterator[str]:
    place = 2
    while content[place] == 0xFF and content[place + 1] != 0xDA:
        kind, size = content[place + 1], int.from_bytes(content[place + 2 : place + 4])
        body = content[place + 4 : place + 2 + size]
        is_told = kind == 0xFE or (0xE0 <= kind <= 0xEF and not body.startswith((b"JFIF\0", b"Adobe")))
        if is_told:
            yield f"segment {kind:X}"
        place += 2 + size
    if content[-2:] != b"\xff\xd9":
        yield "behind the end"


def _png_parts(content: bytes) -> Iterator[str]:
    place = 8
    while place < len(content):
        size, kind = struct.unpack(">I4s", content[place : place + 8])
        if kind not in _PNG:
            yield f"chunk {kind!r}"
        place += 12 + size
        if kind == b"IEND" and place != len(content):
            yield "behind the end"
            return


def _webp_parts(content: bytes) -> Iterator[str]:
    place = 12
    while place < len(content):
        kind, size = struct.unpack("<4sI", content[place : place + 8])
        has_notes = kind == b"VP8X" and content[place + 8] & 0b0010_1100
        if has_notes or kind not in {*_WEBP, b"VP8X"}:
            yield f"chunk {kind!r}"
        place += 8 + size + size % 2
    if int.from_bytes(content[4:8], "little") + 8 != len(content):
        yield "behind the end"


# Documents


def documents() -> list[Hostile]:
    """Documents that name their author, in each of the ways in which programs write it."""
    return [
        *(Hostile("named", f"{name}.docx", content) for name, content in _word()),
        *(Hostile("named", f"{name}.xlsx", content) for name, content in _excel()),
        *(Hostile("named", f"{name}.pdf", content) for name, content in _pdfs()),
    ]


def anonymous_documents() -> list[Hostile]:
    """Documents that name nobody."""
    empty = package(DOCX, docProps__core_0_xml=_core("<dc:creator></dc:creator><dc:title>x</dc:title>"))
    return [
        Hostile("unnamed", "no-properties.docx", package(DOCX)),
        Hostile("unnamed", "empty.docx", empty),
        Hostile("unnamed", "plain.pdf", _pdf()),
        Hostile("unnamed", "empty.pdf", _pdf(Author=pikepdf.String(""))),
    ]


def _core(inside: str) -> str:
    return f'<?xml version="1.0"?><cp:coreProperties xmlns:dc="x" xmlns:cp="y">{inside}</cp:coreProperties>'


def _word() -> Iterator[tuple[str, bytes]]:
    cores = {
        "creator": f"<dc:creator>{AUTHOR}</dc:creator>",
        "last": f"<dc:creator/><cp:lastModifiedBy>{AUTHOR}</cp:lastModifiedBy>",
        "other-prefix": f'<a:creator xmlns:a="x">{AUTHOR}</a:creator>',
        "no-prefix": f"<creator xmlns='x'>{AUTHOR}</creator>",
        "references": "<dc:creator>" + "".join(f"&#{ord(letter)};" for letter in AUTHOR) + "</dc:creator>",
        "spaced": f"<dc:creator>\n   {AUTHOR}  </dc:creator>",
    }
    for name, inside in cores.items():
        yield name, package(DOCX, docProps__core_0_xml=_core(inside))
    yield "wide", package(DOCX, docProps__core_0_xml=_core(cores["creator"]).encode("utf-16"))


def _excel() -> Iterator[tuple[str, bytes]]:
    for field in ("creator", "lastModifiedBy"):
        book = openpyxl.Workbook()
        book.properties.creator = ""
        setattr(book.properties, field, AUTHOR)
        book.properties.modified = datetime(2026, 11, 22, tzinfo=UTC).replace(tzinfo=None)
        out = io.BytesIO()
        book.save(out)
        yield field, out.getvalue()


def _pdf(*, packed: bool = False, xmp: str = "", **info: object) -> bytes:
    out = io.BytesIO()
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        for key, value in info.items():
            pdf.docinfo[f"/{key}"] = value
        if xmp:
            stream = pdf.make_stream(xmp.encode(), Type=pikepdf.Name.Metadata, Subtype=pikepdf.Name.XML)
            pdf.Root.Metadata = stream
        mode = pikepdf.ObjectStreamMode.generate if packed else pikepdf.ObjectStreamMode.disable
        pdf.save(out, object_stream_mode=mode, recompress_flate=True)
    return out.getvalue()


def _pdfs() -> Iterator[tuple[str, bytes]]:
    xmp = f"<rdf:RDF><dc:creator><rdf:Seq><rdf:li>{AUTHOR}</rdf:li></rdf:Seq></dc:creator></rdf:RDF>"
    wide = b"\xfe\xff" + AUTHOR.encode("utf-16-be")
    octal = b"(" + b"".join(b"\\%03o" % byte for byte in wide) + b")"
    plain = b"%%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\n2 0 obj<</Author %s>>endobj\n%s"
    plain += b"trailer<</Root 1 0 R>>\n%%%%EOF\n"
    yield "info", _pdf(Author=pikepdf.String(AUTHOR))
    yield "info-packed", _pdf(packed=True, Author=pikepdf.String(AUTHOR))
    yield "xmp", _pdf(xmp=xmp)
    yield "both", _pdf(xmp=xmp, Author=pikepdf.String(AUTHOR))
    yield "octal", plain % (octal, b"")
    yield "hex", plain % (b"<" + wide.hex().encode() + b">", b"")
    yield "utf-8", plain % (b"(\xef\xbb\xbf" + AUTHOR.encode() + b")", b"")
    yield "elsewhere", plain % (b"3 0 R", b"3 0 obj" + octal + b"endobj\n")
    yield "spaced", plain % (b"\n" + octal, b"")
