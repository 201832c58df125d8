"""The papers of a program, from the same reading as its page."""

from __future__ import annotations

from django.template.loader import render_to_string

from portal.bilingual import page_language
from portal.locales import long_date
from portal.municipalities.models import Municipality
from portal.pdf.qr import qr_svg
from portal.pdf.render import render_pdf
from programs.calendar import read_calendar
from programs.models import Program


def calendar_paper(program: Program, municipality: Municipality, *, heading: str, live_url: str) -> bytes:
    """The official table: phase, task, documents, date, done, notes; A4 landscape, PDF/UA-1.

    Args:
        program: read with ``Program.objects.for_calendar_page()``.
        heading: what the program is, in the page's language.
        live_url: the page's full address, printed and drawn as a QR code.

    Raises:
        portal.pdf.render.PdfError: the paper could not be made.
    """
    today = municipality.today()
    context = {
        "municipality": municipality,
        "heading": heading,
        "calendar": read_calendar(program, today),
        "live_url": live_url,
        "today_text": long_date(today, municipality.country, page_language()),
        "qr_svg": qr_svg(address=live_url, title=live_url),
    }
    return render_pdf(html=render_to_string("programs/pdf/calendar.html", context))
