"""Serving an uploaded file to somebody who has the right to it."""

import logging

from django.core.files.base import File
from django.http import FileResponse, Http404

logger = logging.getLogger(__name__)

SHOWN_IN_PAGE = ("image/jpeg", "image/png", "image/webp")


def file_response(*, file: File, name: str, content_type: str, sha256: str) -> FileResponse:
    """Send a file with a name in any script; never as something a browser would run.

    Pictures may be shown; everything else is an attachment. The caller has checked the right.
    Raises ``Http404`` when the disk has lost the file.
    """
    try:
        opened = file.open("rb")
    except FileNotFoundError as missing:
        logger.error("The stored file %s is missing.", file.name)
        raise Http404 from missing
    response = FileResponse(
        opened, as_attachment=content_type not in SHOWN_IN_PAGE, filename=name, content_type=content_type
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; frame-ancestors 'none'; sandbox"
    response["ETag"] = f'"{sha256}"'
    response["Cache-Control"] = "private, no-cache"
    return response
