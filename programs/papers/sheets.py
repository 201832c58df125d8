"""A file of evidence as pages to be bound: cleaned of everything that a page is not.

Evidence comes from outside. Of a PDF only what its pages draw is taken over: no script, no action, no link,
no file within it, no form. What people filled in or stamped is drawn into the page before. A picture
becomes a page. What cannot be bound says why.
"""

from __future__ import annotations

import hashlib
import io
import logging
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import pikepdf
from django.utils.translation import gettext_lazy as _
from PIL import Image, ImageOps

from portal.files.uploads import IMAGE_FORMATS, MAX_PIXELS

logger = logging.getLogger(__name__)

MOST_PAGES = 200
"""Of one file; a longer one stays a file beside the paper."""

# A4 in points (1/72 inch), and what stays white around a picture.
_SHORT, _LONG, _MARGIN = 595.276, 841.89, 40.0
_POINTS_A_PIXEL = 72 / 96
"""Never drawn larger than a screen draws it."""
_MOST_PIXELS = (round(_SHORT / 72 * 300), round(_LONG / 72 * 300))
"""A page at 300 pixels an inch; a picture that is kept as it came may have more."""
_JPEG_COLOURS = {"RGB": "/DeviceRGB", "L": "/DeviceGray"}
_PAGE_KEYS = frozenset(
    {
        "/Type",
        "/Parent",
        "/MediaBox",
        "/CropBox",
        "/Rotate",
        "/Resources",
        "/Contents",
        "/UserUnit",
        "/Group",
    }
)
"""What a page is drawn from (ISO 32000-1 table 30); everything else of it stays behind."""
_STREAM_KEYS = ("/F", "/FFilter", "/FDecodeParms", "/AF", "/Ref", "/OPI", "/Metadata", "/PieceInfo")
"""What may lead out of a stream, to a file elsewhere (tables 5 and 95)."""


class Obstacle(StrEnum):
    """Why the pages of a file are not in the paper."""

    MISSING = "missing"
    CHANGED = "changed"
    LOCKED = "locked"
    DAMAGED = "damaged"
    LONG = "long"
    LAYERS = "layers"
    OTHER = "other"


WORDS = {
    Obstacle.MISSING: _("The portal’s disk has lost this file: restore it from a backup."),
    Obstacle.CHANGED: _(
        "The file on the portal’s disk is not the one that was handed in: its fingerprint differs."
    ),
    Obstacle.LOCKED: _("The file is protected: its pages cannot be taken over."),
    Obstacle.DAMAGED: _("The file is damaged: its pages cannot be read."),
    Obstacle.LONG: _("The file has more than 200 pages."),
    Obstacle.LAYERS: _("The file has hidden layers, which would show here."),
    Obstacle.OTHER: _("A file of this type has no pages to print."),
}
IN_ARCHIVE = frozenset(Obstacle) - {Obstacle.MISSING}
"""What is still a file beside the paper."""


class _RefusedError(Exception):
    def __init__(self, obstacle: Obstacle) -> None:
        super().__init__(obstacle)
        self.obstacle = obstacle


@dataclass(frozen=True, slots=True)
class Sheets:
    """The pages of a file, in a file of their own; or why there are none."""

    pages: int = 0
    path: Path | None = None
    obstacle: Obstacle | None = None

    @property
    def words(self) -> str:
        """Why there are none."""
        return str(WORDS[self.obstacle]) if self.obstacle else ""

    @property
    def is_in_archive(self) -> bool:
        return self.obstacle is None or self.obstacle in IN_ARCHIVE


def sheets_of(*, path: Path, content_type: str, sha256: str, target: Path) -> Sheets:
    """Write the pages of a file to ``target``, to be bound.

    Args:
        path: the file as it is kept.
        content_type: its type, as it was found out when it came.
        sha256: the fingerprint that it had when it came.
    """
    try:
        with path.open("rb") as source:
            found = hashlib.file_digest(source, "sha256").hexdigest()
    except OSError:
        logger.error("The stored file %s cannot be read.", path)
        return Sheets(obstacle=Obstacle.MISSING)
    maker = _maker(content_type)
    if found != sha256:
        return Sheets(obstacle=Obstacle.CHANGED)
    if maker is None:
        return Sheets(obstacle=Obstacle.OTHER)
    try:
        return Sheets(maker(path, target), target)
    except _RefusedError as refusal:
        return Sheets(obstacle=refusal.obstacle)
    except Exception:  # pikepdf and Pillow raise many kinds on a damaged file; all mean the same here.
        logger.warning("No pages of %s.", path, exc_info=True)
        return Sheets(obstacle=Obstacle.DAMAGED)


def sheets_of_paper(content: bytes, target: Path) -> Sheets:
    """The same of a paper that the portal has just made."""
    with pikepdf.open(io.BytesIO(content)) as source:
        return Sheets(_cleaned(source, target), target)


def _maker(content_type: str) -> Callable[[Path, Path], int] | None:
    if content_type == "application/pdf":
        return _pdf_sheets
    return _picture_sheet if content_type in IMAGE_FORMATS else None


# PDF


def _pdf_sheets(path: Path, target: Path) -> int:
    try:
        source = open_file(path)
    except pikepdf.PasswordError as locked:
        raise _RefusedError(Obstacle.LOCKED) from locked
    with source:
        _check(source)
        source.generate_appearance_streams()
        source.flatten_annotations("print")
        return _cleaned(source, target)


def _cleaned(source: pikepdf.Pdf, target: Path) -> int:
    _strip(source)
    with pikepdf.new() as clean:
        clean.pages.extend(source.pages)
        save(clean, target)
        return len(clean.pages)


def _check(source: pikepdf.Pdf) -> None:
    if source.is_encrypted:
        raise _RefusedError(Obstacle.LOCKED)
    if len(source.pages) > MOST_PAGES:
        raise _RefusedError(Obstacle.LONG)
    if not len(source.pages):
        raise _RefusedError(Obstacle.DAMAGED)
    layers = source.Root.get("/OCProperties", pikepdf.Dictionary()).get("/D", pikepdf.Dictionary())
    if len(layers.get("/OFF", pikepdf.Array())) or layers.get("/BaseState") == "/OFF":
        raise _RefusedError(Obstacle.LAYERS)


def _strip(source: pikepdf.Pdf) -> None:
    """Leave of each page what draws it, and of each stream what is in this file."""
    for page in source.pages:
        for key in set(page.obj.keys()) - _PAGE_KEYS:
            del page.obj[key]
    for item in source.objects:
        if isinstance(item, pikepdf.Stream):
            for key in _STREAM_KEYS:
                if key in item:
                    del item[key]


def open_file(path: Path) -> pikepdf.Pdf:
    """Open a file to be read piece by piece: mapped into the memory, the whole of it would count as ours."""
    return pikepdf.open(path, access_mode=pikepdf.AccessMode.stream)


def save(pdf: pikepdf.Pdf, target: Path) -> None:
    """Write a file without unpacking what is in it; the same content gives the same bytes."""
    pdf.save(
        target,
        stream_decode_level=pikepdf.StreamDecodeLevel.none,
        object_stream_mode=pikepdf.ObjectStreamMode.generate,
        deterministic_id=True,
    )


# Pictures


def _picture_sheet(path: Path, target: Path) -> int:
    content, width, height, colours = _jpeg(path)
    is_lying = width > height
    page = (_LONG, _SHORT) if is_lying else (_SHORT, _LONG)
    room = (page[0] - 2 * _MARGIN, page[1] - 2 * _MARGIN)
    scale = min(_POINTS_A_PIXEL, room[0] / width, room[1] / height)
    drawn = (width * scale, height * scale)
    corner = ((page[0] - drawn[0]) / 2, (page[1] - drawn[1]) / 2)
    with pikepdf.new() as pdf:
        picture = pdf.make_stream(
            content,
            Type=pikepdf.Name.XObject,
            Subtype=pikepdf.Name.Image,
            Width=width,
            Height=height,
            ColorSpace=pikepdf.Name(colours),
            BitsPerComponent=8,
            Filter=pikepdf.Name.DCTDecode,
        )
        pdf.add_blank_page(page_size=page)
        sheet = pdf.pages[0]
        sheet.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(Picture=picture))
        matrix = f"{drawn[0]:.3f} 0 0 {drawn[1]:.3f} {corner[0]:.3f} {corner[1]:.3f}"
        sheet.Contents = pdf.make_stream(f"q {matrix} cm /Picture Do Q".encode())
        save(pdf, target)
    return 1


def _jpeg(path: Path) -> tuple[bytes, int, int, str]:
    """The picture as a JPEG with its size in pixels and the name of its colours.

    One that is already a JPEG, upright, is kept to the byte; others are turned, laid on white and no finer
    than paper shows.
    """
    with Image.open(path, formats=sorted(set(IMAGE_FORMATS.values()))) as image:
        if image.width * image.height > MAX_PIXELS:
            raise _RefusedError(Obstacle.DAMAGED)
        is_upright = image.getexif().get(0x0112, 1) == 1
        if image.format == "JPEG" and is_upright and image.mode in _JPEG_COLOURS:
            return path.read_bytes(), image.width, image.height, _JPEG_COLOURS[image.mode]
        picture = _on_white(ImageOps.exif_transpose(image))
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=90, subsampling=0)
    return out.getvalue(), picture.width, picture.height, "/DeviceRGB"


def _on_white(image: Image.Image) -> Image.Image:
    most = _MOST_PIXELS if image.width <= image.height else _MOST_PIXELS[::-1]
    if image.mode not in ("RGB", "RGBA", "L"):
        image = image.convert("RGBA")
    image.thumbnail(most)
    if image.mode != "RGBA":
        return image.convert("RGB")
    ground = Image.new("RGB", image.size, "white")
    ground.paste(image, mask=image.getchannel("A"))
    return ground
