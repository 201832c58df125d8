"""Long papers that were asked for and made, without a worker."""

from __future__ import annotations

import hashlib

from django.core.files.base import ContentFile
from django.utils import timezone

from portal.municipalities.models import Municipality
from portal.papers.models import Printing
from portal.papers.orders import Argument, Order

CONTENT = b"%PDF-1.7"


def printed(municipality: Municipality, kind: str, arguments: dict[str, Argument]) -> Printing:
    """A paper that was made a moment ago, whatever has changed since."""
    order = Order(kind, municipality, arguments, "ar", "http://testserver")
    printing = Printing(
        key=order.key("as it was"),
        municipality=municipality,
        kind=kind,
        order=order.kept(),
        title=kind,
        filename=kind,
        ascii_filename=kind,
        content_type="application/pdf",
        back="/",
        finished_at=timezone.now(),
        size=len(CONTENT),
        sha256=hashlib.sha256(CONTENT).hexdigest(),
    )
    printing.file.save("paper", ContentFile(CONTENT))
    return printing
