"""HTML to PDF: the only module that knows WeasyPrint.

WeasyPrint is imported when the first paper is asked for: it costs a second and 28 MiB, which a
worker that prints nothing never pays. A paper has one sheet, ``static/musharaka/pdf.css``, which is
applied here from its parsed form; templates do not link it.
"""

from __future__ import annotations

import atexit
import datetime
import math
import mimetypes
import re
import sys
import threading
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urljoin, urlsplit

from portal.pdf.finishing import finish
from portal.pdf.lines import set_lines_once
from portal.pdf.reading import mark_document
from portal.pdf.sheets import Part, classes_in, imports_and_rest, selectors_of
from portal.pdf.turns import PdfBusyError, PdfError

__all__ = ["Attachment", "PdfBusyError", "PdfError", "render_pdf"]

if TYPE_CHECKING:
    from weasyprint import CSS
    from weasyprint.text.fonts import FontConfiguration
    from weasyprint.urls import URLFetcher

PROJECT = Path(__file__).resolve().parents[2]
# Addresses in a paper and in its sheet are read from here. The name can never resolve (RFC 2606).
STATIC_ORIGIN = "https://static.invalid/"
ACCESSIBLE = "pdf/ua-1"
ARCHIVAL = "pdf/a-3a"
A3_FOR_A4 = math.sqrt(2)
LARGER = 1.35
LARGEST_BODY = 12.0
"""Points: what is larger in the sheet is large enough when A4 becomes A3."""
_FONT_SIZE = re.compile(r"font-size: ?([\d.]+)pt")
MOST_MARKS = 8
"""On one letter of a paper."""

# Pango's font maps are not safe to share between threads, and two renderings at once would only
# take turns at the interpreter anyway.
_one_at_a_time = threading.Lock()


class PdfUnavailableError(PdfError):
    """WeasyPrint or one of the system libraries it needs is missing on this machine."""


class RefusedResourceError(PdfError):
    """A paper or its sheet asked for something other than a file of the static folder."""


class IncompletePageError(PdfError):
    """The page lacks what PDF/UA asks of every document: a language and a title."""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file within an archive copy: the data that the paper was made from (PDF/A-3, 6.8).

    What kind of file it is the end of its name says.
    """

    name: str
    content: bytes
    description: str


@dataclass(frozen=True)
class _Press:
    """What is kept between papers: parsing the sheet and loading the fonts is a quarter of a render."""

    fetcher: URLFetcher
    fonts: FontConfiguration
    sheet: CSS
    parts: Sequence[Part]
    """What the sheet imports."""
    is_large: bool

    def sheets_for(self, html: str) -> list[CSS]:
        """The sheet for this page, without the parts that say nothing about it."""
        classes = classes_in(html)
        return [*(part.css for part in self.parts if part.concerns(classes)), self.sheet]


def render_pdf(
    *,
    html: str,
    archive: bool = False,
    is_large: bool = False,
    is_tagged: bool = True,
    attachments: Sequence[Attachment] = (),
) -> bytes:
    """Make a tagged PDF out of a whole HTML page.

    The page needs ``<html lang dir>`` and ``<title>``; pictures and sheets are addressed relative to
    the static folder (``musharaka/img/mark.svg``) and links in full, since a paper has no address.
    Text of unknown direction needs an explicit ``dir``: ``dir=auto`` is ignored on paper.
    The same page gives the same bytes.

    Args:
        html: the page; values in it are escaped by the template that made it.
        archive: write PDF/A-3a, for keeping, instead of PDF/UA-1, for reading.
        is_large: on A3, in letters of 16 points and more.
        is_tagged: without tags it is only good for being drawn over pages that have them.
        attachments: files within it; an archive copy alone may have some.

    Raises:
        PdfUnavailableError: WeasyPrint cannot be loaded here.
        RefusedResourceError: the page asks for anything but a static file.
        IncompletePageError: the page has no language or no title.
    """
    weasyprint = load()
    with _one_at_a_time:
        try:
            press = _press(_sheets_time(), is_large)
            variant = (ARCHIVAL if archive else ACCESSIBLE) if is_tagged else None
            return _print(press, without_piles(html), variant, attachments)
        except weasyprint.urls.FatalURLFetchingError as refusal:
            raise RefusedResourceError(str(refusal.__cause__)) from refusal


def without_piles(html: str) -> str:
    """The page without letters that carry more marks than any script writes.

    Thousands of combining marks on one letter take Pango seconds each, and from some number on the
    whole process.
    """
    return _piles().sub(lambda pile: pile.group()[:MOST_MARKS], html)


@lru_cache(maxsize=1)
def _piles() -> re.Pattern[str]:
    marks = "".join(map(chr, (n for n in range(sys.maxunicode + 1) if unicodedata.combining(chr(n)))))
    return re.compile(f"[{marks}]{{{MOST_MARKS + 1},}}")


def sheet_path() -> Path:
    """The one stylesheet of papers."""
    return Path(PROJECT, "static", "musharaka", "pdf.css")


def static_file(address: str) -> Path:
    """The file that an address below ``STATIC_ORIGIN`` names.

    Raises ``ValueError`` for another origin, a path that leaves the folder and a file that is not there.
    """
    folder = Path(PROJECT, "static").resolve()
    parts = urlsplit(address)
    path = (folder / unquote(parts.path).lstrip("/")).resolve()
    if f"{parts.scheme}://{parts.netloc}/" != STATIC_ORIGIN or not path.is_relative_to(folder):
        raise ValueError(f"not a static file: {address}")
    if not path.is_file():
        raise ValueError(f"no such static file: {parts.path}")
    return path


def _sheets_time() -> int:
    """When the sheet, or one that it reads, was changed last."""
    sheet = sheet_path()
    return max(path.stat().st_mtime_ns for path in (sheet, *sheet.with_suffix("").glob("*.css")))


def enlarged(sheet: str) -> str:
    """A sheet with larger letters: on A3, 8.4 points become 16."""

    def larger(size: re.Match[str]) -> str:
        points = float(size.group(1))
        return f"font-size: {points * LARGER:.2f}pt" if points <= LARGEST_BODY else size.group()

    return _FONT_SIZE.sub(larger, sheet)


def _print(press: _Press, html: str, variant: str | None, attachments: Sequence[Attachment]) -> bytes:
    page = load().HTML(string=html, base_url=STATIC_ORIGIN, url_fetcher=press.fetcher)
    mark_document(page.etree_element)
    sheets = press.sheets_for(html)
    document = page.render(stylesheets=sheets, font_config=press.fonts, pdf_variant=variant)
    if not (document.metadata.lang and document.metadata.title):
        raise IncompletePageError("A paper needs <html lang> and <title>.")
    return document.write_pdf(
        zoom=A3_FOR_A4 if press.is_large else 1,
        pdf_variant=variant,
        pdf_identifier=True,
        finisher=finish,
        attachments=[_attached(attachment) for attachment in attachments],
    )


def _attached(attachment: Attachment) -> Any:
    """As WeasyPrint takes it; of the day, since the same page gives the same bytes (PDF/A-3 wants a date)."""
    day = datetime.datetime.now(datetime.UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return load().Attachment(
        string=attachment.content,
        name=attachment.name,
        description=attachment.description,
        created=day,
        modified=day,
        relationship="Data",
    )


def load() -> ModuleType:
    """Load WeasyPrint. Raises ``PdfUnavailableError``."""
    try:
        import weasyprint
        from weasyprint.layout import inline
    except (ImportError, OSError) as error:
        raise PdfUnavailableError(str(error)) from error
    set_lines_once(inline)
    return weasyprint


@lru_cache(maxsize=2)
def _press(sheet_time: int, is_large: bool = False) -> _Press:
    """Set up once per process and size of letters, and again when a sheet has changed (``sheet_time``)."""
    import weasyprint
    from weasyprint.text.fonts import FontConfiguration
    from weasyprint.urls import URLFetcher, URLFetcherResponse

    class StaticFetcher(URLFetcher):
        """Reads from the static folder; any other address stops the rendering."""

        def fetch(self, url: str, headers: dict[str, str] | None = None) -> URLFetcherResponse:
            path = static_file(url)
            kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
            return URLFetcherResponse(url, path.read_bytes(), {"Content-Type": kind})

    def parsed(text: str, address: str) -> CSS:
        text = enlarged(text) if is_large else text
        return weasyprint.CSS(string=text, base_url=address, url_fetcher=fetcher, font_config=fonts)

    fetcher, fonts = StaticFetcher(fail_on_errors=True), FontConfiguration()
    address = f"{STATIC_ORIGIN}musharaka/{sheet_path().name}"
    imported, sheet = imports_and_rest(sheet_path().read_text())
    texts = {part: static_file(part).read_text() for part in (urljoin(address, each) for each in imported)}
    parts = [Part(parsed(text, part), selectors_of(text)) for part, text in texts.items()]
    atexit.register(_press.cache_clear)  # the fonts' temporary folder goes while Python can still remove it
    return _Press(fetcher, fonts, parsed(sheet, address), parts, is_large)
