"""The square that leads from the paper to the live page."""

import segno
from django.utils.safestring import SafeString

# WeasyPrint wants a size in the drawing itself when the page runs from right to left.
SIDE = "20mm"
INK = "#1b2523"


def qr_svg(*, address: str, title: str, side: str = SIDE) -> SafeString:
    """A QR code of error level M at least (15 % of it may be lost) as an inline drawing of paths only.

    It has no quiet zone: leave four modules of blank paper around it.

    Args:
        address: what it leads to, in full.
        title: what a reader who cannot see it is told.
        side: its length, with a unit: a style sheet cannot change it any more.
    """
    code = segno.make(address, error="m", micro=False)
    svg = code.svg_inline(title=title, dark=INK, omitsize=True, border=0)
    return SafeString(svg.replace("<svg ", f'<svg width="{side}" height="{side}" ', 1))
