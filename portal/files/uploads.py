"""The rules an uploaded file must keep: its size, and that it is what its name says."""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass

import filetype
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from PIL import Image

from portal.folding import clean

# Type as its first bytes tell it → the endings a name may have.
ALLOWED = {
    "application/pdf": (".pdf",),
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document": (".docx",),
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": (".xlsx",),
    "image/jpeg": (".jpg", ".jpeg"),
    "image/png": (".png",),
    "image/webp": (".webp",),
}
IMAGE_FORMATS = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP"}
MAX_PIXELS = 50_000_000
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
    name = clean(upload.name or "").replace("/", " ").replace("\\", " ").strip()[-200:]
    content_type = _real_type(content)
    if not name.lower().endswith(ALLOWED[content_type]):
        raise ValidationError(
            _("The name ends otherwise than its content: this file is a %(ending)s.")
            % {"ending": ALLOWED[content_type][0]}
        )
    if content_type in IMAGE_FORMATS:
        content = _reencoded(content, IMAGE_FORMATS[content_type])
    return CheckedFile(name, content, content_type, hashlib.sha256(content).hexdigest())


def _real_type(content: bytes) -> str:
    kind = filetype.guess(content[:8192])
    if kind is None or kind.mime not in ALLOWED:
        accepted = ", ".join(ending.removeprefix(".").upper() for endings in ALLOWED.values() for ending in endings[:1])
        raise ValidationError(_("This type of file is not accepted. Accepted: %(types)s.") % {"types": accepted})
    return kind.mime


def _reencoded(content: bytes, image_format: str) -> bytes:
    try:
        with Image.open(io.BytesIO(content), formats=[image_format]) as image:
            if image.width * image.height > MAX_PIXELS:
                raise ValidationError(_("The picture has too many pixels."))
            turned = _upright(image)
            out = io.BytesIO()
            turned.save(out, image_format, quality=85)
    except ValidationError:
        raise
    except Exception as error:  # Pillow raises many kinds on a damaged picture; all mean the same here.
        raise ValidationError(_("The picture cannot be read: the file is damaged.")) from error
    return out.getvalue()


def _upright(image: Image.Image) -> Image.Image:
    from PIL import ImageOps

    turned = ImageOps.exif_transpose(image)
    # A fresh image carries the pixels alone: no EXIF, XMP, comment or colour-profile text.
    bare = Image.new(turned.mode, turned.size)
    if turned.mode == "P" and (palette := turned.getpalette()):
        bare.putpalette(palette)
    bare.paste(turned)
    return bare
