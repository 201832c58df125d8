"""The rules an uploaded file must keep: its size, and that it is what its name says."""

from __future__ import annotations

import datetime
import hashlib
import importlib
import io
import re
import threading
import zipfile
from dataclasses import dataclass
from typing import NamedTuple

import filetype
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile, File
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from PIL import Image, ImageFile, ImageOps

from portal.files.taken import taken_at
from portal.files.videos import VideoDamaged, empty_boxes, read_video
from portal.folding import clean

PDF = "application/pdf"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# Type as the content tells it → the endings a name may have.
ALLOWED = {
    PDF: (".pdf",),
    DOCX: (".docx",),
    XLSX: (".xlsx",),
    "image/jpeg": (".jpg", ".jpeg"),
    "image/png": (".png",),
    "image/webp": (".webp",),
    # Some phones already call a picture .jpg that they hand over unconverted.
    "image/heic": (".heic", ".heif", ".hif", ".jpg", ".jpeg"),
    "video/mp4": (".mp4", ".m4v"),
    "video/quicktime": (".mov", ".qt"),
}
IMAGE_FORMATS = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP"}
MAX_PIXELS = 50_000_000
# No camera writes WEBP, whose decoder takes twenty bytes and more for a pixel.
MAX_WEBP_PIXELS = 16_000_000
MAX_PACKAGE_PARTS = 5000
# A package is suspect that unpacks to more than this, and to more than so many times its size.
MAX_UNPACKED_BYTES = 100 * 1024 * 1024
MAX_UNPACKED_RATIO = 100
NAME_LENGTH = 200
_MEGABYTE = 1024 * 1024
_PART_HEAD = 4096
_HEAD = 8192
_HEIC = "image/heic"
_HEIC_BRANDS = frozenset({b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"})
_one_picture = threading.Lock()
"""Each picture is unpacked whole: many at once would take a process's memory."""
_VIDEO_BRANDS = re.compile(rb"isom|iso[2-9a-c]|mp4[12]|avc1|M4V.|3gp.|mmp4|MSNV|XAVC|dash")


@dataclass(frozen=True, slots=True)
class CheckedFile:
    """An upload that kept the rules: pictures are re-encoded, which removes place and camera data."""

    name: str
    content: bytes | File
    """Pictures as bytes; everything else as it was received, on the disk where it is large."""
    content_type: str
    sha256: str
    may_hold_place: bool = False
    """Whether a video may still tell where it was recorded: then it is not for the public."""
    taken_at: datetime.datetime | None = None
    """When a picture was taken, as its camera wrote it; without a zone where the camera named none."""

    @property
    def size(self) -> int:
        return len(self.content) if isinstance(self.content, bytes) else self.content.size

    def as_file(self) -> File:
        """The content for a storage, to be read in pieces."""
        return ContentFile(self.content) if isinstance(self.content, bytes) else self.content


def type_name(content_type: str) -> str:
    """``PDF`` for ``application/pdf``; of a type that is not accepted any more, the type itself."""
    endings = ALLOWED.get(content_type)
    return endings[0].removeprefix(".").upper() if endings else content_type


def accepted_endings() -> str:
    """Every ending a name may have, for the ``accept`` of a field."""
    return ",".join(dict.fromkeys(ending for endings in ALLOWED.values() for ending in endings))


def check_upload(upload: UploadedFile) -> CheckedFile:
    """Hold an upload to the rules.

    Raises ``ValidationError`` with a sentence for the person: too large (``UPLOAD_MAX_BYTES``, for a
    video ``UPLOAD_MAX_VIDEO_BYTES``), empty, of a type that is not accepted, of another type than its
    name says, with macros, a document that unpacks to far more than it is or declares a document type, a
    picture that cannot be read or has more than 50 million pixels, a video that is cut off. A video loses in
    place, in the upload itself, what tells where it was recorded.
    """
    size = upload.size or 0
    _check_size(size, max(settings.UPLOAD_MAX_BYTES, settings.UPLOAD_MAX_VIDEO_BYTES))
    upload.seek(0)
    head = upload.read(_HEAD)
    if not head:
        raise ValidationError(_("The file is empty."))
    name = _safe_name(upload.name or "")
    family = _family_type(head)
    if family.startswith("video/"):
        _check_size(size, settings.UPLOAD_MAX_VIDEO_BYTES)
        _check_ending(name, family)
        return _checked_video(upload, name, family)
    _check_size(size, settings.UPLOAD_MAX_BYTES)
    content = head + upload.read()
    content_type = family or _real_type(content)
    _check_ending(name, content_type)
    if content_type == _HEIC:
        return _checked_heic(content, name)
    if content_type in IMAGE_FORMATS:
        return _checked_image(_reencoded(content, IMAGE_FORMATS[content_type]), name, content_type)
    upload.seek(0)
    return CheckedFile(name, upload, content_type, hashlib.sha256(content).hexdigest())


def _check_size(size: int, limit: int) -> None:
    if size > limit:
        raise ValidationError(
            _("The file is larger than %(limit)s MB.") % {"limit": f"{limit / _MEGABYTE:.4g}"}
        )


def _check_ending(name: str, content_type: str) -> None:
    if not name.lower().endswith(ALLOWED[content_type]):
        raise ValidationError(
            _("The name ends otherwise than its content: this file is a %(ending)s.")
            % {"ending": ALLOWED[content_type][0]}
        )


def _checked_image(picture: _Picture, name: str, content_type: str) -> CheckedFile:
    digest = hashlib.sha256(picture.content).hexdigest()
    return CheckedFile(name, picture.content, content_type, digest, taken_at=picture.taken_at)


def _checked_heic(content: bytes, name: str) -> CheckedFile:
    """A phone's picture as JPEG, which every reader can open, under a name that says so."""
    try:
        importlib.import_module("pillow_heif").register_heif_opener()
    except ImportError as missing:
        raise ValidationError(
            _(
                "HEIC pictures cannot be read here. On the phone choose Settings › Camera › Formats ›"
                " Most Compatible (or save the picture as JPEG), then send it again."
            )
        ) from missing
    converted = _reencoded(content, "HEIF", "JPEG")
    stem, _dot, _ending = name.rpartition(".")
    return _checked_image(converted, f"{stem}.jpg", "image/jpeg")


def _checked_video(upload: UploadedFile, name: str, content_type: str) -> CheckedFile:
    """Empty what tells the place; the rest stays to the byte, and is never in the memory at once."""
    try:
        reading = read_video(upload, upload.size or 0)
    except VideoDamaged as error:
        raise ValidationError(_("The video cannot be read: the file is damaged or cut off.")) from error
    empty_boxes(upload, reading.emptied)
    digest = hashlib.sha256()
    for chunk in upload.chunks():
        digest.update(chunk)
    return CheckedFile(name, upload, content_type, digest.hexdigest(), reading.may_hold_place)


def _safe_name(name: str) -> str:
    """The name on one line, without folders and what nobody sees; of a long one, the end is kept."""
    shown = "".join(letter if letter.isprintable() and letter not in "/\\" else " " for letter in clean(name))
    return " ".join(shown.split())[-NAME_LENGTH:].strip()


def _family_type(head: bytes) -> str:
    """The type of a file that begins with ``ftyp``, as HEIC and MP4 both do; else an empty text."""
    if head[4:8] != b"ftyp":
        return ""
    end = min(int.from_bytes(head[:4]), len(head))
    brands = [head[8:12], *(head[place : place + 4] for place in range(16, end, 4))]
    if brands[0] == b"qt  ":
        return "video/quicktime"
    # A HEIC names its own brand; an AVIF calls itself mif1 as well.
    if _HEIC_BRANDS & set(brands) and not {b"avif", b"avis"} & set(brands):
        return _HEIC
    return "video/mp4" if any(_VIDEO_BRANDS.fullmatch(brand) for brand in brands) else ""


def _real_type(content: bytes) -> str:
    kind = _package_type(content) if content.startswith(b"PK") else filetype.guess_mime(content[:_HEAD])
    # What begins with ``ftyp`` was told apart before: filetype's own answer is for the rest.
    if kind not in ALLOWED or content[4:8] == b"ftyp":
        accepted = ", ".join(type_name(accepted) for accepted in ALLOWED)
        raise ValidationError(
            _("This type of file is not accepted. Accepted: %(types)s.") % {"types": accepted}
        )
    return kind


def _package_type(content: bytes) -> str | None:
    """What an Office package says its main part is: programs order the parts as they like."""
    if content.count(b"PK\x01\x02") > MAX_PACKAGE_PARTS:
        return None
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package, package.open("[Content_Types].xml") as types:
            declared = types.read(_MEGABYTE)
            parts = package.infolist()
            is_typed = any(b"<!DOCTYPE" in _head(package, part) for part in parts)
    except Exception:  # zipfile raises many kinds on a damaged archive; none of them is a document.
        return None
    if b"macroEnabled" in declared or any(part.filename.lower().endswith("vbaproject.bin") for part in parts):
        raise ValidationError(_("The file holds macros. Save it without them, or as PDF."))
    if is_typed:
        raise ValidationError(
            _("A part of the file declares a document type, as no Word or Excel file does. Save it as PDF.")
        )
    if sum(part.file_size for part in parts) > max(MAX_UNPACKED_BYTES, MAX_UNPACKED_RATIO * len(content)):
        raise ValidationError(_("Unpacked, the file would be far larger than any document. Save it as PDF."))
    return next((kind for kind in (DOCX, XLSX) if f"{kind}.main+xml".encode() in declared), None)


def _head(package: zipfile.ZipFile, part: zipfile.ZipInfo) -> bytes:
    """The beginning of a part that is XML, whatever its encoding; of another one, nothing.

    An entity, by which a few lines unfold into gigabytes or fetch a file, is declared there or nowhere.
    """
    if not part.filename.lower().endswith((".xml", ".rels")):
        return b""
    with package.open(part) as opened:
        return opened.read(_PART_HEAD).replace(b"\0", b"")


class _Picture(NamedTuple):
    """A picture as it is kept, and what alone is remembered of what it said beside it."""

    content: bytes
    taken_at: datetime.datetime | None


def _reencoded(content: bytes, image_format: str, kept_as: str = "") -> _Picture:
    # WeasyPrint, once imported, makes Pillow fill what a cut-off picture lacks, in the whole process.
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    most = MAX_WEBP_PIXELS if image_format == "WEBP" else MAX_PIXELS
    try:
        with _one_picture, Image.open(io.BytesIO(content), formats=[image_format]) as image:
            if image.width * image.height > most:
                raise ValidationError(_("The picture has too many pixels."))
            moment = taken_at(image)
            turned = _upright(image)
            out = io.BytesIO()
            turned = turned.convert("RGB") if kept_as else turned
            turned.save(out, kept_as or image_format, quality=85)
    except ValidationError:
        raise
    except Image.DecompressionBombError as error:
        raise ValidationError(_("The picture has too many pixels.")) from error
    except Exception as error:  # Pillow raises many kinds on a damaged picture; all mean the same here.
        raise ValidationError(_("The picture cannot be read: the file is damaged.")) from error
    return _Picture(out.getvalue(), moment)


def _upright(image: Image.Image) -> Image.Image:
    """The picture as its camera meant it, without what the file said beside it: place, camera, comments."""
    ImageOps.exif_transpose(image, in_place=True)
    image.info = {key: value for key, value in image.info.items() if key == "transparency"}
    return image.convert("RGB") if image.mode == "CMYK" else image
