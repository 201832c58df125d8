"""Web pages, saved or pasted: the tables of the page with the text before each, as a reader sees them.

Scripts, styles, menus and what is hidden are left out. Nothing is ever fetched.
"""

import re
from collections.abc import Mapping

from lxml import etree  # type: ignore[import-untyped]

from portal.importing.blocks import Document
from portal.importing.rows import Meter, Table
from portal.importing.text import CONTROL, decode

_PIECE = 65_536
_DECLARATION = re.compile(
    rb"""<(?:meta|\?xml)[^>]*?(?:charset|encoding)\s*=\s*["']?\s*([\w.:-]+)""", re.IGNORECASE
)
_DECLARED_IN = 4096
_ENCODINGS = {
    "utf-8": "utf-8",
    "utf8": "utf-8",
    "windows-1256": "cp1256",
    "cp1256": "cp1256",
    "windows-1252": "cp1252",
    "iso-8859-1": "cp1252",
    "iso-8859-6": "iso8859-6",
    "iso-8859-15": "iso8859-15",
}
# fmt: off
_UNSEEN = frozenset((
    "script", "style", "noscript", "template", "title", "nav", "footer", "select", "button", "textarea",
    "rp", "rt", "svg", "math", "iframe", "object", "video", "audio", "canvas", "datalist", "dialog",
    "del", "xml",
))
_LINES = frozenset((
    "address", "article", "aside", "blockquote", "body", "caption", "center", "dd", "div", "dl", "dt",
    "fieldset", "figcaption", "figure", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "legend",
    "li", "main", "ol", "p", "pre", "section", "summary", "ul",
))
# fmt: on
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_WHITE_SPACE = re.compile(r"[ \t\r\n\f]+")
_MOST_SPREAD = 100_000


def read_html(data: bytes, meter: Meter) -> list[Table]:
    """Return the tables of a page in their order. Raises `ImportRefused` where it cannot be read."""
    return read_page(data, meter).tables(meter.file)


def read_page(data: bytes, meter: Meter, *, with_bullets: bool = False) -> Document:
    """Return what a page shows; `with_bullets` each item of a list begins with a bullet, as on the screen."""
    text = decode_page(meter.file, data)
    document = Document(meter)
    parser = etree.HTMLParser(
        target=_Walker(document, with_bullets), encoding="utf-8", huge_tree=False, no_network=True
    )
    page = text.encode()
    for start in range(0, len(page), _PIECE):
        parser.feed(page[start : start + _PIECE])
    parser.close()
    return document


def decode_page(name: str, data: bytes) -> str:
    """Return the text of a page, by the encoding it declares if that is one and the page keeps to it."""
    declared = _DECLARATION.search(data[:_DECLARED_IN])
    encoding = _ENCODINGS.get(declared[1].decode("ascii").lower()) if declared else None
    if encoding and encoding != "utf-8" and b"\0" not in data[:_DECLARED_IN]:
        text = data.decode(encoding, "replace")
        if "\ufffd" not in text and not CONTROL.search(text):
            return text
    return decode(name, data)[0]


class _Walker:
    """Tells a `Document` what a page shows."""

    def __init__(self, document: Document, with_bullets: bool) -> None:
        self.document = document
        self.with_bullets = with_bullets
        self.depth = 0
        self.unseen = ""
        """The element whose content is not shown, "" outside of any."""
        self.unseen_depth = 0

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        self.depth += 1
        self.document.meter.count_elements(1, 1, self.depth)
        if self.unseen:
            self.unseen_depth += tag == self.unseen
        elif tag in _UNSEEN or _is_hidden(attributes):
            self.unseen, self.unseen_depth = tag, 1
        elif tag == "br":
            self.document.line_end()
        elif tag == "input":
            self._box(attributes)
        else:
            self._structure(tag, attributes)

    def _structure(self, tag: str, attributes: Mapping[str, str]) -> None:
        if tag == "table":
            self.document.table_start()
        elif tag == "tr":
            self.document.row_start()
        elif tag in ("td", "th"):
            spread = _spread(attributes.get("colspan"), 1), _spread(attributes.get("rowspan"), 0)
            self.document.cell_start(*spread)
        elif tag in _LINES:
            self.document.paragraph_end()
            if tag == "li" and self.with_bullets:
                self.document.text("• ")

    def end(self, tag: str) -> None:
        self.depth -= 1
        if self.unseen:
            self.unseen_depth -= tag == self.unseen
            if not self.unseen_depth:
                self.unseen = ""
        elif tag == "table":
            self.document.table_end()
        elif tag in _LINES:
            self.document.paragraph_end()

    def data(self, text: str) -> None:
        if not self.unseen:
            self.document.text(_WHITE_SPACE.sub(" ", text))

    def close(self) -> None:
        pass

    def _box(self, attributes: Mapping[str, str]) -> None:
        if attributes.get("type", "").lower() == "checkbox" and "checked" in attributes:
            self.document.text("✓")


def _is_hidden(attributes: Mapping[str, str]) -> bool:
    return "hidden" in attributes or bool(_HIDDEN.search(attributes.get("style", "")))


def _spread(text: str | None, least: int) -> int:
    """Return how many rows or columns a cell covers, as browsers read it: what is no number is 1."""
    text = (text or "").strip()
    if not (text.isascii() and text.isdecimal()):
        return 1
    return max(min(int(text[:9]), _MOST_SPREAD), least)
