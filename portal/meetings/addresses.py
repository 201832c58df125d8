"""The addresses that a meeting may name: of a map, of a remote session, of a recording."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.utils.translation import gettext as _

ADDRESS_LENGTH = 500
_GEO = re.compile(
    r"geo:(?P<lat>-?\d{1,2}(?:\.\d{1,12})?),(?P<lon>-?\d{1,3}(?:\.\d{1,12})?)(?:\?z=\d{1,2})?", re.ASCII
)
_https = URLValidator(schemes=["https"])


def check_https(value: str) -> None:
    """Raise ``ValidationError`` for what is no address on the web that is fetched by https."""
    try:
        _https(value)
        has_person = "@" in urlsplit(value).netloc
    except (ValidationError, ValueError):
        raise ValidationError(_("Give a whole address that begins with https://")) from None
    if has_person:
        raise ValidationError(_("An address with a name or a password in it is not published."))


def check_map(value: str) -> None:
    """Raise ``ValidationError`` for what is neither an https address nor a place by RFC 5870 (``geo:``)."""
    if not value.startswith("geo:"):
        check_https(value)
        return
    found = _GEO.fullmatch(value)
    if not found or abs(float(found["lat"])) > 90 or abs(float(found["lon"])) > 180:
        raise ValidationError(_("Give a place as geo:latitude,longitude, for example geo:33.87,7.88"))


def coordinates(value: str) -> tuple[float, float] | None:
    """Latitude and longitude of a ``geo:`` address; ``None`` for any other."""
    found = _GEO.fullmatch(value)
    return (float(found["lat"]), float(found["lon"])) if found else None


def map_address(value: str) -> str:
    """The address that a browser can open: a ``geo:`` place is shown on the map of OpenStreetMap."""
    place = coordinates(value)
    if place is None:
        return value
    latitude, longitude = place
    return f"https://www.openstreetmap.org/?mlat={latitude}&mlon={longitude}#map=17/{latitude}/{longitude}"
