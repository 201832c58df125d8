"""The rules an uploaded file must keep, held against small real files and against hostile ones."""

import hashlib
import io
import random
import struct
import sys
import zipfile
import zlib

import openpyxl
import pillow_heif
import pytest
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils.translation import override
from PIL import Image, ImageCms, ImageFile, PngImagePlugin

from portal.files import uploads
from portal.files.responses import file_response
from portal.files.storage import PrivateStorage
from portal.files.uploads import DOCX, MAX_PIXELS, XLSX, check_upload

PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"
# What must not survive: a place, a camera, a name, in each of the ways a picture can carry them.
SECRET = "CAMERA-OF-AMEL"
XMP = f"<x:xmpmeta><rdf:GPSLatitude>33,52N</rdf:GPSLatitude>{SECRET}</x:xmpmeta>".encode()


@pytest.fixture(autouse=True)
def _in_english():
    with override("en"):
        yield


def in_short(value):
    """The name of a case. A made workbook holds its moment, so not even its size is the same twice."""
    return "bytes" if isinstance(value, bytes) else None


def check(name, content):
    return check_upload(SimpleUploadedFile(name, content))


def refusal(name, content):
    with pytest.raises(ValidationError) as refused:
        check(name, content)
    return refused.value.messages[0]


def saved(image, image_format, **options):
    out = io.BytesIO()
    image.save(out, image_format, **options)
    return out.getvalue()


def picture(mode="RGB", size=(40, 20), color=None, image_format="PNG", **options):
    return saved(Image.new(mode, size, color if color is not None else 0), image_format, **options)


def kept(checked):
    """The bytes that would be stored."""
    return b"".join(checked.as_file().chunks())


def opened(checked):
    image = Image.open(io.BytesIO(checked.content))
    image.load()
    return image


def package(*members, main=None):
    """A zip; with ``main``, the type of a main part, it says of itself that it is an Office document."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in members:
            types = f'<Types><Override PartName="/word/document.xml" ContentType="{main}.main+xml"/></Types>'
            archive.writestr(name, types if name == "[Content_Types].xml" and main else "<x/>")
    return out.getvalue()


def workbook():
    out = io.BytesIO()
    openpyxl.Workbook().save(out)
    return out.getvalue()


WORD = package("[Content_Types].xml", "_rels/.rels", "word/document.xml", main=DOCX)


# --- accepted ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "content", "content_type"),
    [
        ("محضر جلسة.pdf", PDF, "application/pdf"),
        ("pv.PDF", PDF, "application/pdf"),
        ("pv.docx", WORD, DOCX),
        ("budget.xlsx", workbook(), XLSX),
        ("photo.jpg", picture(image_format="JPEG"), "image/jpeg"),
        ("photo.JPEG", picture(image_format="JPEG"), "image/jpeg"),
        ("photo.png", picture(), "image/png"),
        ("photo.webp", picture(image_format="WEBP"), "image/webp"),
    ],
    ids=in_short,
)
def test_each_accepted_type(name, content, content_type):
    checked = check(name, content)
    assert (checked.name, checked.content_type) == (name, content_type)
    assert kept(checked)
    assert checked.sha256 == hashlib.sha256(kept(checked)).hexdigest()
    assert checked.size == len(kept(checked))


@pytest.mark.parametrize(
    ("name", "content"), [("a.pdf", PDF), ("a.docx", WORD), ("a.xlsx", workbook())], ids=in_short
)
def test_a_document_is_kept_to_the_byte(name, content):
    assert kept(check(name, content)) == content


def test_the_same_picture_has_the_same_fingerprint():
    content = picture(image_format="JPEG", color=(1, 2, 3))
    assert check("a.jpg", content).sha256 == check("b.jpg", content).sha256


def test_the_limit_itself_is_accepted(settings):
    settings.UPLOAD_MAX_BYTES = len(PDF)
    assert kept(check("a.pdf", PDF)) == PDF


@pytest.mark.parametrize(
    "members",
    [
        ["[Content_Types].xml", "_rels/.rels", "docProps/app.xml", "docProps/core.xml", "word/document.xml"],
        ["_rels/.rels", "docProps/core.xml", "word/document.xml", "[Content_Types].xml"],
        ["word/document.xml", "[Content_Types].xml", "_rels/.rels"],
        ["customXml/item1.xml", "[Content_Types].xml", "word/document.xml"],
        ["mimetype", *(f"word/media/image{n}.png" for n in range(60)), "[Content_Types].xml"],
    ],
)
def test_a_word_document_is_known_whatever_the_order_of_its_parts(members):
    assert check("a.docx", package(*members, main=DOCX)).content_type == DOCX


def test_a_large_first_part_does_not_hide_a_document():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("docProps/thumbnail.jpeg", bytes(range(256)) * 200)
        archive.writestr("xl/workbook.xml", "<x/>")
        archive.writestr("[Content_Types].xml", f'<Override ContentType="{XLSX}.main+xml"/>')
    assert check("a.xlsx", out.getvalue()).content_type == XLSX


# --- what a picture says beside its pixels -----------------------------------------------------------


def exif(**tags):
    """EXIF with a place, a camera and a name; ``tags`` by number, as ``t274=6``."""
    data = Image.Exif()
    data[0x010F], data[0x0110], data[0x013B] = SECRET, SECRET, SECRET
    data.get_ifd(0x8825).update({1: "N", 2: (33.0, 52.0, 10.0), 3: "E", 4: (7.0, 53.0, 1.0)})
    for tag, value in tags.items():
        data[int(tag[1:])] = value
    return data


def profile():
    colours = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))
    return colours.tobytes()


def camera_picture(image_format):
    image = Image.effect_noise((60, 30), 40).convert("RGB")
    options = {"exif": exif().tobytes(), "icc_profile": profile()}
    if image_format == "PNG":
        notes = PngImagePlugin.PngInfo()
        notes.add_text("Author", SECRET)
        notes.add_itxt("XML:com.adobe.xmp", XMP.decode())
        notes.add_itxt("Comment", SECRET, zip=True)
        return saved(image, image_format, pnginfo=notes, **options)
    if image_format == "JPEG":
        options["comment"] = SECRET
    return saved(image, image_format, xmp=XMP, **options)


@pytest.mark.parametrize(("ending", "image_format"), [("jpg", "JPEG"), ("png", "PNG"), ("webp", "WEBP")])
def test_place_camera_and_comments_are_gone(ending, image_format):
    content = camera_picture(image_format)
    before = Image.open(io.BytesIO(content))
    assert before.getexif().get_ifd(0x8825)
    assert before.getexif()[0x0110] == SECRET
    assert "icc_profile" in before.info

    checked = check(f"a.{ending}", content)
    after = opened(checked)
    assert not after.getexif()
    assert not {"exif", "xmp", "XML:com.adobe.xmp", "comment", "icc_profile"} & set(after.info)
    assert not getattr(after, "text", None)
    for trace in (SECRET.encode(), b"Exif", b"EXIF", b"xmpmeta", b"GPS", b"ICC_PROFILE", b"iCCP", b"eXIf"):
        assert trace not in checked.content, trace
    assert after.size == (60, 30)


def test_what_hangs_behind_a_picture_is_gone():
    checked = check("a.jpg", picture(image_format="JPEG") + b"<script>alert(1)</script>" + package("x"))
    assert b"script" not in checked.content
    assert b"PK\x03\x04" not in checked.content


@pytest.mark.parametrize("turn", range(1, 9))
def test_a_picture_stands_upright_without_its_mark(turn):
    """The eight ways a camera can be held, each made from the same upright picture."""
    upright = Image.new("RGB", (64, 32), "white")
    upright.paste("red", (0, 0, 32, 16))  # the top left quarter
    undo = {
        1: [],
        2: [Image.Transpose.FLIP_LEFT_RIGHT],
        3: [Image.Transpose.ROTATE_180],
        4: [Image.Transpose.FLIP_TOP_BOTTOM],
        5: [Image.Transpose.TRANSPOSE],
        6: [Image.Transpose.ROTATE_90],
        7: [Image.Transpose.TRANSVERSE],
        8: [Image.Transpose.ROTATE_270],
    }
    held = upright
    for step in undo[turn]:
        held = held.transpose(step)
    content = saved(held, "JPEG", exif=exif(t274=turn).tobytes(), quality=95)
    image = opened(check("a.jpg", content))
    assert image.size == (64, 32)
    red, white = image.getpixel((8, 8)), image.getpixel((56, 24))
    assert red[0] > 200 > 90 > red[1]
    assert min(white) > 200
    assert 0x0112 not in image.getexif()


def test_an_orientation_that_does_not_exist_turns_nothing():
    content = saved(Image.new("RGB", (64, 32)), "JPEG", exif=exif(t274=77).tobytes())
    assert opened(check("a.jpg", content)).size == (64, 32)


# --- pictures of phones ------------------------------------------------------------------------------


def heic(**options):
    pillow_heif.register_heif_opener()
    return saved(Image.effect_noise((64, 48), 40).convert("RGB"), "HEIF", **options)


@pytest.mark.parametrize(
    ("name", "kept_as"),
    [
        ("IMG_0042.HEIC", "IMG_0042.jpg"),
        ("صورة الجلسة.heif", "صورة الجلسة.jpg"),
        ("a.b.heic", "a.b.jpg"),
        ("unconverted.jpg", "unconverted.jpg"),
    ],
)
def test_a_heic_becomes_a_jpeg_without_place_and_camera(name, kept_as):
    content = heic(exif=exif().tobytes(), xmp=XMP)
    assert SECRET.encode() in content
    checked = check(name, content)
    assert (checked.name, checked.content_type) == (kept_as, "image/jpeg")
    image = opened(checked)
    assert (image.format, image.size, image.mode) == ("JPEG", (64, 48), "RGB")
    assert not image.getexif()
    for trace in (SECRET.encode(), b"Exif", b"xmpmeta", b"GPS"):
        assert trace not in checked.content, trace


def test_a_heic_held_upright_stays_upright():
    content = heic(exif=exif(t274=6).tobytes())
    assert opened(check("a.heic", content)).size == (48, 64)


def test_a_damaged_heic_is_refused():
    content = heic()
    assert "damaged" in refusal("a.heic", content[: len(content) // 2])
    assert "damaged" in refusal("a.heic", content[:60])


def test_a_heic_with_too_many_pixels_is_refused(monkeypatch):
    monkeypatch.setattr(uploads, "MAX_PIXELS", 64 * 48 - 1)
    assert refusal("a.heic", heic()) == "The picture has too many pixels."


def test_without_the_library_a_heic_is_refused_with_what_to_do(monkeypatch):
    content = heic()
    monkeypatch.setitem(sys.modules, "pillow_heif", None)
    assert "Most Compatible" in refusal("a.heic", content)


def test_a_heic_is_no_png():
    assert refusal("a.png", heic()) == "The name ends otherwise than its content: this file is a .heic."


# --- pixels are kept ---------------------------------------------------------------------------------


def test_half_transparent_pixels_stay_so():
    image = Image.new("RGBA", (8, 8), (10, 20, 30, 128))
    for name, content in [("a.png", saved(image, "PNG")), ("a.webp", saved(image, "WEBP", lossless=True))]:
        kept = opened(check(name, content))
        assert kept.mode == "RGBA"
        assert kept.getpixel((3, 3))[3] == 128


@pytest.mark.parametrize("transparency", [1, bytes([255, 0, 128])])
def test_a_palette_and_its_transparent_colours_are_kept(transparency):
    image = Image.new("P", (8, 8), 0)
    image.putpalette([255, 0, 0, 0, 255, 0, 0, 0, 255])
    image.putpixel((1, 0), 1)
    image.putpixel((2, 0), 2)
    content = saved(image, "PNG", transparency=transparency)
    before, after = Image.open(io.BytesIO(content)), opened(check("a.png", content))
    assert after.mode == "P"
    assert list(after.convert("RGBA").get_flattened_data()) == list(
        before.convert("RGBA").get_flattened_data()
    )
    assert after.convert("RGBA").getpixel((1, 0)) == (0, 255, 0, 0)


def test_the_one_transparent_colour_of_a_picture_is_kept():
    content = picture("RGB", color=(9, 9, 9), transparency=(9, 9, 9))
    assert opened(check("a.png", content)).convert("RGBA").getpixel((0, 0))[3] == 0


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_every_kind_of_png_is_kept_in_its_kind(mode):
    assert opened(check("a.png", picture(mode))).mode == mode


def test_sixteen_bits_are_kept():
    image = Image.new("I;16", (2, 1), 40_000)
    assert opened(check("a.png", saved(image, "PNG"))).getpixel((0, 0)) == 40_000


@pytest.mark.parametrize(("mode", "kept"), [("L", "L"), ("RGB", "RGB"), ("CMYK", "RGB")])
def test_every_kind_of_jpeg_can_be_shown(mode, kept):
    assert opened(check("a.jpg", picture(mode, image_format="JPEG"))).mode == kept


def test_colours_of_the_printers_become_those_of_the_screen():
    content = picture("CMYK", color=(0, 255, 255, 0), image_format="JPEG", quality=95)
    red, green, blue = opened(check("a.jpg", content)).getpixel((5, 5))
    assert red > 240
    assert max(green, blue) < 20


def test_a_progressive_jpeg_is_accepted():
    assert check("a.jpg", picture(image_format="JPEG", progressive=True)).content_type == "image/jpeg"


# --- refused -----------------------------------------------------------------------------------------


def test_too_large(settings):
    settings.UPLOAD_MAX_BYTES = 1024 * 1024
    assert refusal("a.pdf", PDF + b" " * 1024 * 1024) == "The file is larger than 1 MB."


def test_too_large_is_refused_before_it_is_read(settings):
    settings.UPLOAD_MAX_BYTES = settings.UPLOAD_MAX_VIDEO_BYTES = 10

    class Unread(SimpleUploadedFile):
        def read(self, *args):
            raise AssertionError("It was read.")

    with pytest.raises(ValidationError):
        check_upload(Unread("a.pdf", PDF))


def test_empty():
    assert refusal("a.pdf", b"") == "The file is empty."


NOT_ACCEPTED = "This type of file is not accepted. Accepted: PDF, DOCX, XLSX, JPG, PNG, WEBP, HEIC, MP4, MOV."
SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.svg", SVG),
        ("a.png", SVG),
        ("a.svg", b"<?xml version='1.0'?>" + SVG),
        ("a.html", b"<!doctype html><script>alert(1)</script>"),
        ("a.pdf", b"<!doctype html><script>alert(1)</script>"),
        ("a.pdf", b"<script>alert(1)</script>" + PDF),
        ("a.pdf", b"GIF89a" + PDF),
        ("a.pdf", b"\0" + PDF),
        ("a.gif", picture("P", image_format="GIF")),
        ("a.png", picture("P", image_format="GIF")),
        ("a.jpg", b"GIF89a/*" + b"*/=alert(1)//"),
        ("a.bmp", picture(image_format="BMP")),
        ("a.tiff", picture(image_format="TIFF")),
        ("a.txt", "نص".encode()),
        ("a.exe", b"MZ" + b"\0" * 200),
        ("a.zip", package("a.txt")),
        ("a.docx", package("a.txt")),
        ("a.docx", package("word/document.xml")),
        ("a.docx", package("[Content_Types].xml", "word/document.xml")),
        ("a.docx", package("x/[Content_Types].xml", "word/document.xml", main=DOCX)),
        ("a.docx", WORD[:-30]),
        ("a.docx", WORD[:100]),
        ("a.docx", b"PK\x03\x04"),
        ("a.docx", b"PK\x05\x06" + b"\0" * 18),
        ("a.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 1000),
        ("a.odt", package("mimetype", "content.xml")),
        ("a.mp4", b"\0\0\0\x18ftypqrst" + b"\0" * 100),
        ("a.avif", b"\0\0\0\x1cftypavif\0\0\0\0avifmif1miaf" + b"\0" * 100),
        ("a.pdf", b"%"),
        ("a", b"x"),
    ],
    ids=in_short,
)
def test_other_types_are_refused_whatever_their_name(name, content):
    assert refusal(name, content) == NOT_ACCEPTED


MACRO_TYPE = "application/vnd.ms-word.document.macroEnabled"


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.docm", package("[Content_Types].xml", main=MACRO_TYPE)),
        ("a.docx", package("[Content_Types].xml", main=MACRO_TYPE)),
        ("a.docx", package("[Content_Types].xml", "word/vbaProject.bin", main=DOCX)),
        ("a.xlsx", package("[Content_Types].xml", "xl/VBAPROJECT.BIN", main=XLSX)),
        ("a.xlsx", package("[Content_Types].xml", main="application/vnd.ms-excel.sheet.macroEnabled")),
    ],
    ids=in_short,
)
def test_macros_are_refused_whatever_the_file_calls_itself(name, content):
    assert refusal(name, content) == "The file holds macros. Save it without them, or as PDF."


@pytest.mark.parametrize(
    ("name", "content", "ending"),
    [
        ("a.docx", PDF, ".pdf"),
        ("a.pdf.exe", PDF, ".pdf"),
        ("a.pdf.html", PDF, ".pdf"),
        ("a.pdf.", PDF, ".pdf"),
        ("apdf", PDF, ".pdf"),
        ("a", PDF, ".pdf"),
        ("a.png", picture(image_format="JPEG"), ".jpg"),
        ("a.jpg", picture(), ".png"),
        ("a.pdf", workbook(), ".xlsx"),
        ("a.docx", workbook(), ".xlsx"),
        ("a.zip", WORD, ".docx"),
        ("a.docm", WORD, ".docx"),
        ("a.svg", picture(), ".png"),
        ("a.fdp\u202e.exe", PDF, ".pdf"),
    ],
    ids=in_short,
)
def test_a_name_that_ends_otherwise_than_the_content(name, content, ending):
    assert refusal(name, content) == f"The name ends otherwise than its content: this file is a {ending}."


def test_a_name_with_two_endings_is_a_name():
    """Stored by its fingerprint and sent as what it is, so the name is a label and nothing else."""
    checked = check("a.php.jpg", picture(image_format="JPEG"))
    assert (checked.name, checked.content_type) == ("a.php.jpg", "image/jpeg")


def png_of(width, height):
    """A well-formed PNG of any size in very few bytes."""

    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    rows = zlib.compress(bytes(1024), 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


@pytest.mark.parametrize(
    ("width", "height"),
    [(10_000, MAX_PIXELS // 10_000 + 1), (8000, 8000), (10_000, 10_000), (20_000, 20_000), (2**31 - 1, 1)],
)
@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
def test_more_pixels_than_anybody_needs(width, height):
    assert refusal("a.png", png_of(width, height)) == "The picture has too many pixels."


def test_a_webp_may_have_fewer_pixels(monkeypatch):
    monkeypatch.setattr(uploads, "MAX_WEBP_PIXELS", 40 * 20 - 1)
    assert refusal("a.webp", picture(image_format="WEBP")) == "The picture has too many pixels."
    assert check("a.png", picture()).content_type == "image/png"


def test_pictures_are_looked_at_one_at_a_time(monkeypatch):
    """Each is unpacked whole: many at once would take a process's memory."""
    upright, is_alone = uploads._upright, []

    def looked_at(image):
        is_alone.append(uploads._one_picture.locked())
        return upright(image)

    monkeypatch.setattr(uploads, "_upright", looked_at)
    check("a.png", picture())
    assert is_alone == [True]
    assert not uploads._one_picture.locked()
    assert refusal("a.png", png_of(20_000, 20_000))
    assert not uploads._one_picture.locked()


DAMAGED = "The picture cannot be read: the file is damaged."


@pytest.mark.parametrize("kept", [20, 100, 0.5, 0.95])
@pytest.mark.parametrize(("ending", "image_format"), [("jpg", "JPEG"), ("png", "PNG"), ("webp", "WEBP")])
def test_a_picture_that_was_cut_off(monkeypatch, ending, image_format, kept):
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", True)  # as WeasyPrint leaves it
    content = saved(Image.effect_noise((200, 200), 60).convert("RGB"), image_format)
    cut = content[: kept if isinstance(kept, int) else int(len(content) * kept)]
    assert refusal(f"a.{ending}", cut) == DAMAGED


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("a.png", b"\x89PNG\r\n\x1a\n" + b"\0" * 300),
        ("a.jpg", b"\xff\xd8\xff\xe0" + b"A" * 300),
        ("a.png", png_of(0, 0)),
        ("a.webp", b"RIFF\x24\0\0\0WEBPVP8 " + b"\0" * 300),
    ],
    ids=in_short,
)
def test_a_picture_by_its_first_bytes_alone(name, content):
    assert refusal(name, content) == DAMAGED


def test_an_archive_of_very_many_parts_is_not_opened():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("[Content_Types].xml", f"{DOCX}.main+xml")
        for number in range(6000):
            archive.writestr(str(number), "")
    assert refusal("a.docx", out.getvalue()) == NOT_ACCEPTED


def with_part(name, content, main=DOCX):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", f"{main}.main+xml")
        archive.writestr(name, content)
    return out.getvalue()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16", "utf-16-be"])
@pytest.mark.parametrize("part", ["word/document.xml", "docProps/core.XML", "_rels/.rels"])
def test_a_part_with_a_document_type_is_refused(part, encoding):
    declared = '<?xml version="1.0"?><!-- x -->\n<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>'.encode(encoding)
    assert refusal("a.docx", with_part(part, declared)) == (
        "A part of the file declares a document type, as no Word or Excel file does. Save it as PDF."
    )


def test_a_text_that_speaks_of_a_document_type_is_a_text():
    text = "<x>" + "y" * 5000 + "&lt;!DOCTYPE html&gt;</x>"
    assert check("a.docx", with_part("word/document.xml", text)).content_type == DOCX
    assert check("a.docx", with_part("word/media/a.svg.png", "<!DOCTYPE svg>")).content_type == DOCX


def test_a_document_that_unpacks_to_far_more_is_refused(monkeypatch):
    monkeypatch.setattr(uploads, "MAX_UNPACKED_BYTES", 1_000_000)
    too_large = "Unpacked, the file would be far larger than any document. Save it as PDF."
    assert refusal("a.xlsx", with_part("xl/worksheets/sheet1.xml", bytes(1_000_001), XLSX)) == too_large
    assert check("a.xlsx", with_part("xl/worksheets/sheet1.xml", bytes(900_000), XLSX)).content_type == XLSX
    noise = random.Random(1).randbytes(15_000)
    assert check("a.xlsx", with_part("xl/media/a.png", noise * 70, XLSX)).content_type == XLSX


def test_a_part_that_swells_is_read_to_a_limit():
    """40 MB of blanks in 40 kB, before what would make it a document."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", " " * 40_000_000 + f"{DOCX}.main+xml")
    assert len(out.getvalue()) < 100_000
    assert refusal("a.docx", out.getvalue()) == NOT_ACCEPTED


# --- names -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("cat\u202efdp.pdf", "catfdp.pdf"),
        ("\u2066a\u2069\u200f.pdf", "a.pdf"),
        ("a\0b.pdf", "a b.pdf"),
        ("a\r\nSet-Cookie: x=1.pdf", "a Set-Cookie: x=1.pdf"),
        ("a\u2028b\u0085c.pdf", "a b c.pdf"),
        ("a\x1b[31mb.pdf", "a [31mb.pdf"),
        ("../../etc/passwd.pdf", "passwd.pdf"),
        ("..\\..\\boot.pdf", ".. .. boot.pdf"),
        ("C:\\Users\\amel\\pv.pdf", "C: Users amel pv.pdf"),
        ("  a   b  .pdf  ", "a b .pdf"),
        ("محضر\u00a0جلسة.pdf", "محضر جلسة.pdf"),
        ('a".pdf', 'a".pdf'),
    ],
)
def test_a_name_is_one_visible_line_without_folders(name, kept):
    upload = SimpleUploadedFile("x.pdf", PDF)
    upload._name = name.rsplit("/", 1)[-1]  # as a browser may send it, past Django's own cleaning
    assert check_upload(upload).name == kept


@pytest.mark.parametrize("letters", ["م" * 127, "م" * 500, "a" * 5000, "𝒜" * 300, "e\u0301" * 200])
def test_a_long_name_keeps_its_ending_and_fits_its_column(letters):
    upload = SimpleUploadedFile("x.pdf", PDF)
    upload._name = f"{letters}.pdf"
    name = check_upload(upload).name
    assert name.endswith(".pdf")
    assert len(name) <= 200
    assert name.removesuffix(".pdf").strip(letters[:2]) == ""


# --- storage and sending -----------------------------------------------------------------------------


def test_what_is_stored_has_no_address():
    storage = PrivateStorage()
    name = storage.save("evidence/x", ContentFile(PDF))
    with pytest.raises(ValueError, match="view"):
        storage.url(name)


@pytest.mark.parametrize(
    ("content_type", "way"),
    [
        ("application/pdf", "attachment"),
        (DOCX, "attachment"),
        ("text/html", "attachment"),
        ("image/png", "inline"),
    ],
)
def test_a_file_is_sent_as_something_that_does_not_run(content_type, way):
    response = file_response(
        file=ContentFile(PDF), name="محضر.pdf", content_type=content_type, sha256="0" * 64
    )
    assert response["Content-Disposition"].startswith(way)
    assert "filename*=utf-8''%D9%85%D8%AD%D8%B6%D8%B1.pdf" in response["Content-Disposition"]
    assert response["Content-Type"] == content_type
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'; sandbox"
    assert response["ETag"] == f'"{"0" * 64}"'
    assert "private" in response["Cache-Control"]
    assert b"".join(response.streaming_content) == PDF


@pytest.mark.parametrize("name", ['a"b.pdf', "a\u202eb.pdf", "a\r\nX: y.pdf", "a\\.pdf", "é;.pdf"])
def test_no_checked_name_can_break_the_header(name):
    upload = SimpleUploadedFile("x.pdf", PDF)
    upload._name = name
    checked = check_upload(upload)
    response = file_response(
        file=ContentFile(PDF), name=checked.name, content_type=checked.content_type, sha256=checked.sha256
    )
    assert "\n" not in response["Content-Disposition"]
    assert response["Content-Disposition"].startswith("attachment; filename")
