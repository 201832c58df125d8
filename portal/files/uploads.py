"""The rules an uploaded file must keep: its size, and that it is what its name says."""

from __future__ import annotations

import hashlib
import io
import zipfile
from dataclasses import dataclass

import filetype
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from PIL import Image, ImageFile, ImageOps

from portal.folding import clean

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
# Type as the content tells it → the endings a name may have.
ALLOWED = {
    "application/pdf": (".pdf",),
    DOCX: (".docx",),
    XLSX: (".xlsx",),
    "image/jpeg": (".jpg", ".jpeg"),
    "image/png": (".png",),
    "image/webp": (".webp",),
}
IMAGE_FORMATS = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP"}
MAX_PIXELS = 50_000_000
MAX_PACKAGE_PARTS = 5000
NAME_LENGTH = 200
_MEGABYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class CheckedFile:
    """An upload that kept the rules: images are re-encoded, which removes place and camera data."""

    name: str
    content: bytes
    content_type: str
    sha256: str


def check_upload(upload: UploadedFile) -> CheckedFile:
    """Read an upload and hold it to the rules.

    Raises ``ValidationError`` with a sentence for the person: too large (``UPLOAD_MAX_BYTES``),
    empty, of a type that is not accepted, of another type than its name says, a picture that
    cannot be read or has more than 50 million pixels.
    """
    if (upload.size or 0) > settings.UPLOAD_MAX_BYTES:
        raise ValidationError(
            _("The file is larger than %(limit)s MB.") % {"limit": settings.UPLOAD_MAX_BYTES // _MEGABYTE}
        )
    content = upload.read()
    if not content:
        raise ValidationError(_("The file is empty."))
    name = _safe_name(upload.name or "")
    content_type = _real_type(content)
    if not name.lower().endswith(ALLOWED[content_type]):
        raise ValidationError(
            _("The name ends otherwise than its content: this file is a %(ending)s.")
            % {"ending": ALLOWED[content_type][0]}
        )
    if content_type in IMAGE_FORMATS:
        content = _reencoded(content, IMAGE_FORMATS[content_type])
    return CheckedFile(name, content, content_type, hashlib.sha256(content).hexdigest())


def _safe_name(name: str) -> str:
    """The name on one line, without folders and what nobody sees; of a long one, the end is kept."""
    shown = "".join(letter if letter.isprintable() and letter not in "/\\" else " " for letter in clean(name))
    return " ".join(shown.split())[-NAME_LENGTH:].strip()


def _real_type(content: bytes) -> str:
    kind = _package_type(content) if content.startswith(b"PK") else filetype.guess_mime(content[:8192])
    if kind not in ALLOWED:
        accepted = ", ".join(
            ending.removeprefix(".").upper() for endings in ALLOWED.values() for ending in endings[:1]
        )
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
    except Exception:  # zipfile raises many kinds on a damaged archive; none of them is a document.
        return None
    return next((kind for kind in (DOCX, XLSX) if f"{kind}.main+xml".encode() in declared), None)


def _reencoded(content: bytes, image_format: str) -> bytes:
    # WeasyPrint, once imported, makes Pillow fill what a cut-off picture lacks, in the whole process.
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    try:
        with Image.open(io.BytesIO(content), formats=[image_format]) as image:
            if image.width * image.height > MAX_PIXELS:
                raise ValidationError(_("The picture has too many pixels."))
            turned = _upright(image)
            out = io.BytesIO()
            turned.save(out, image_format, quality=85)
    except ValidationError:
        raise
    except Image.DecompressionBombError as error:
        raise ValidationError(_("The picture has too many pixels.")) from error
    except Exception as error:  # Pillow raises many kinds on a damaged picture; all mean the same here.
        raise ValidationError(_("The picture cannot be read: the file is damaged.")) from error
    return out.getvalue()


def _upright(image: Image.Image) -> Image.Image:
    """The picture as its camera meant it, without what the file said beside it: place, camera, comments."""
    turned = ImageOps.exif_transpose(image)
    turned.info = {key: value for key, value in turned.info.items() if key == "transparency"}
    return turned.convert("RGB") if turned.mode == "CMYK" else turned
