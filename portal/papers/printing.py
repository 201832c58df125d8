"""Having a long paper made: asking for it, making it, handing it out."""

from __future__ import annotations

from django.http import FileResponse

from portal.papers.models import Printing
from portal.pdf.responses import disposition


def printed_response(printing: Printing) -> FileResponse:
    """The file of a finished printing. The caller has checked the right to it."""
    response = FileResponse(printing.file.open("rb"), content_type=printing.content_type)
    response["Content-Disposition"] = disposition(
        printing.content_type, printing.filename, printing.ascii_filename
    )
    response["X-Content-Type-Options"] = "nosniff"
    return response
