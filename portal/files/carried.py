"""A file that travels in the page itself until a person confirms it: nothing is stored before.

The text is signed for one person and one municipality, and holds for as long as a session does.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cached_property

from django.conf import settings
from django.core.signing import BadSignature, SignatureExpired, TimestampSigner
from django.utils.translation import gettext as _

MAX_CARRIED_BYTES = 5 * 1024 * 1024


@dataclass(frozen=True)
class CarriedFile:
    """A file as it was handed in."""

    name: str
    content: bytes

    @cached_property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()

    @property
    def size(self) -> int:
        return len(self.content)


class CarriedFileRefused(Exception):  # noqa: N818 - named after what happens to the file
    """A carried file that cannot be taken back; the message says to the person what to do."""


class _AsBytes:
    """The form in which the signer carries a file: its name, a zero byte, its content."""

    def dumps(self, file: CarriedFile) -> bytes:
        return file.name.replace("\0", "").encode() + b"\0" + file.content

    def loads(self, data: bytes) -> CarriedFile:
        name, _zero, content = data.partition(b"\0")
        return CarriedFile(name.decode(), content)


def _signer(user_id: int, municipality_id: int) -> TimestampSigner:
    return TimestampSigner(salt=f"portal.files.carried:{user_id}:{municipality_id}")


def carry(file: CarriedFile, *, user_id: int, municipality_id: int) -> str:
    """Return the file as a signed text for a hidden field."""
    return _signer(user_id, municipality_id).sign_object(file, serializer=_AsBytes, compress=True)


def take_back(text: str, *, user_id: int, municipality_id: int) -> CarriedFile:
    """Return the file that :func:`carry` put into a page.

    Raises ``CarriedFileRefused`` for a text that was changed, that was signed for somebody else or for
    another municipality, or that is older than a session (``SESSION_COOKIE_AGE`` seconds).
    """
    try:
        return _signer(user_id, municipality_id).unsign_object(
            text, serializer=_AsBytes, max_age=settings.SESSION_COOKIE_AGE
        )
    except SignatureExpired:
        raise CarriedFileRefused(_("The page was open for too long. Choose the file once more.")) from None
    except (BadSignature, ValueError):
        raise CarriedFileRefused(
            _("The file in the page is damaged, or it belongs to somebody else. Choose it once more.")
        ) from None
