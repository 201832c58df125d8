"""The sheet of a project, from the same reading as its page."""

from __future__ import annotations

from django.template.loader import render_to_string

from consultations.models import Project
from consultations.reader import reader_of
from consultations.sheets import read_sheet
from portal.locales import long_date
from portal.municipalities.models import Municipality
from portal.pdf.qr import qr_svg
from portal.pdf.render import render_pdf


def sheet_paper(project: Project, municipality: Municipality, *, kind: str, live_url: str) -> bytes:
    """The sheet of a project with its schedule; A4 upright, PDF/UA-1.

    Args:
        project: read with ``Project.objects.for_project_page()``.
        kind: what its plan is called in the country.
        live_url: the page's full address, printed and drawn as a QR code.

    Raises:
        portal.pdf.render.PdfError: the paper could not be made.
    """
    reader = reader_of(municipality)
    context = {
        "municipality": municipality,
        "kind": kind,
        "sheet": read_sheet(project, reader),
        "today_text": long_date(reader.today, reader.country, reader.language),
        "live_url": live_url,
        "qr_svg": qr_svg(address=live_url, title=live_url),
    }
    return render_pdf(html=render_to_string("consultations/pdf/sheet.html", context))
