"""When a picture was taken, as its camera wrote it: read before the picture is kept without what it says."""

from __future__ import annotations

import datetime
import re

from PIL import Image

_EXIF_IFD = 0x8769
_DATE_TIME_ORIGINAL = 0x9003
_OFFSET_TIME_ORIGINAL = 0x9011
_MOMENT = re.compile(r"(\d{4})[:/-](\d\d)[:/-](\d\d)[ T](\d\d):(\d\d):(\d\d)", re.ASCII)
_OFFSET = re.compile(r"([+-])(\d\d):(\d\d)", re.ASCII)
FIRST_DIGITAL_PHOTO = 1990
"""An earlier year is a camera whose clock was never set."""


def taken_at(image: Image.Image) -> datetime.datetime | None:
    """The moment at which a picture was taken (EXIF 2.32, DateTimeOriginal with OffsetTimeOriginal).

    Without an offset it is by the clock of the camera and knows no zone. ``None`` where the picture does
    not say it, or says what cannot be: what edited or scanned it wrote other dates, which prove nothing.
    """
    try:
        written = image.getexif().get_ifd(_EXIF_IFD)
        moment = _moment(_plain(written.get(_DATE_TIME_ORIGINAL)))
        offset = _offset(_plain(written.get(_OFFSET_TIME_ORIGINAL)))
    except Exception:  # Pillow raises many kinds on damaged EXIF data, which never refuse a picture.
        return None
    return moment.replace(tzinfo=offset) if moment else None


def _plain(value: object) -> str:
    return value.strip(" \0") if isinstance(value, str) else ""


def _moment(text: str) -> datetime.datetime | None:
    found = _MOMENT.match(text)
    if not found or int(found[1]) < FIRST_DIGITAL_PHOTO:
        return None
    return datetime.datetime(*map(int, found.groups()))  # type: ignore[arg-type]  # noqa: DTZ001


def _offset(text: str) -> datetime.timezone | None:
    found = _OFFSET.fullmatch(text)
    if not found:
        return None
    minutes = int(found[2]) * 60 + int(found[3])
    return datetime.timezone(datetime.timedelta(minutes=-minutes if found[1] == "-" else minutes))
