"""Papers that staff edit: an upright Word document in the direction of its language.

A document is a list of parts, each the XML of a paragraph or of a table; :func:`document` makes the file.
"""

from __future__ import annotations

import datetime
import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from xml.sax.saxutils import escape

from docx import Document
from docx.document import Document as WordDocument
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from docx.shared import Mm

from portal.bilingual import direction
from portal.folding import storable

CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
WIDTH = 9900
"""Of the text, in twentieths of a point: A4 without its margins."""
_FONTS = {"Calibri": "Carlito", "Sakkal Majalla": "Noto Naskh Arabic"}
"""The fonts of Latin and Arabic text, each with the one to take where it is missing."""
_GREEN, _LINE, _SUNK = "0B5A4E", "C9C0AE", "F3EEE3"
_HEADING_SIZES = {1: 34, 2: 26}
"""In half points."""


@dataclass(frozen=True, slots=True)
class Writer:
    """Writes the parts of a document in one language."""

    language: str
    names: str = field(default_factory=lambda: nsdecls("w"))

    @property
    def is_rtl(self) -> bool:
        return self.language == "ar"

    def paragraph(
        self, text: str, *, lead: str = "", is_bold: bool = False, space: int = 60, keeps_next: bool = False
    ) -> str:
        """A paragraph that runs as its text does.

        Args:
            lead: bold words before the text, such as a letter of a list.
            space: after it, in twentieths of a point.
            keeps_next: stays on the page of what follows.
        """
        is_rtl = self._is_rtl(text)
        layout = ("<w:keepNext/>" if keeps_next else "") + ("<w:bidi/>" if is_rtl else "")
        layout += f'<w:spacing w:after="{space}" w:line="264" w:lineRule="auto"/>'
        runs = self._run(lead, is_rtl, is_bold=True, after=" ") + self._run(text, is_rtl, is_bold=is_bold)
        return f"<w:p {self.names}><w:pPr>{layout}</w:pPr>{runs}</w:p>"

    def heading(self, text: str, level: int) -> str:
        """A heading of a level from 1, which the program's own outline shows."""
        is_rtl = self._is_rtl(text)
        layout = f'<w:pStyle w:val="Heading{level}"/><w:keepNext/>' + ("<w:bidi/>" if is_rtl else "")
        layout += '<w:spacing w:before="200" w:after="80"/>' + (
            '<w:jc w:val="center"/>' if level == 1 else ""
        )
        run = self._run(text, is_rtl, is_bold=True, size=_HEADING_SIZES[level], color=_GREEN)
        return f"<w:p {self.names}><w:pPr>{layout}</w:pPr>{run}</w:p>"

    def table(self, rows: Sequence[Sequence[str]], widths: Sequence[int], *, has_head: bool = True) -> str:
        """A table; its first row is repeated on each page, or its odd columns are heads where it has none.

        Args:
            widths: of the columns, in parts of the whole.
        """
        parts = [WIDTH * width // sum(widths) for width in widths]
        grid = "".join(f'<w:gridCol w:w="{part}"/>' for part in parts)
        borders = "".join(
            f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="{_LINE}"/>'
            for side in ("top", "left", "bottom", "right", "insideH", "insideV")
        )
        turned = "<w:bidiVisual/>" if self.is_rtl else ""
        body = "".join(
            self._row(row, parts, is_head=has_head and not index, has_heads=not has_head)
            for index, row in enumerate(rows)
        )
        return (
            f'<w:tbl {self.names}><w:tblPr>{turned}<w:tblW w:w="5000" w:type="pct"/>'
            f'<w:tblBorders>{borders}</w:tblBorders><w:tblLayout w:type="fixed"/></w:tblPr>'
            f"<w:tblGrid>{grid}</w:tblGrid>{body}</w:tbl>"
        )

    def page_number(self) -> str:
        return (
            f'<w:p {self.names}><w:pPr><w:jc w:val="center"/></w:pPr>'
            '<w:fldSimple w:instr="PAGE"><w:r><w:t>1</w:t></w:r></w:fldSimple></w:p>'
        )

    def _row(self, row: Sequence[str], widths: Sequence[int], *, is_head: bool, has_heads: bool) -> str:
        repeated = "<w:cantSplit/>" + ("<w:tblHeader/>" if is_head else "")
        cells = ""
        for index, (text, width) in enumerate(zip(row, widths, strict=True)):
            names = is_head or (has_heads and index % 2 == 0)
            shade = f'<w:shd w:val="clear" w:color="auto" w:fill="{_SUNK}"/>' if names else ""
            inner = "".join(
                self.paragraph(line, is_bold=names, space=20) for line in text.splitlines() or [""]
            )
            cells += f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>{shade}</w:tcPr>{inner}</w:tc>'
        return f"<w:tr><w:trPr>{repeated}</w:trPr>{cells}</w:tr>"

    def _is_rtl(self, text: str) -> bool:
        return direction(text, "rtl" if self.is_rtl else "ltr") == "rtl"

    def _run(
        self,
        text: str,
        is_rtl: bool,
        *,
        is_bold: bool = False,
        size: int = 0,
        color: str = "",
        after: str = "",
    ) -> str:
        if not text:
            return ""
        look = (
            ("<w:b/><w:bCs/>" if is_bold else "")
            + (f'<w:color w:val="{color}"/>' if color else "")
            + (f'<w:sz w:val="{size}"/><w:szCs w:val="{size}"/>' if size else "")
            + ("<w:rtl/>" if is_rtl else "")
        )
        words = escape(_writable(text)).replace("\n", '</w:t><w:br/><w:t xml:space="preserve">')
        return f'<w:r><w:rPr>{look}</w:rPr><w:t xml:space="preserve">{words}{after}</w:t></w:r>'


def _writable(text: str) -> str:
    """The text without what XML has no place for; no-break spaces and isolated figures stay as they are."""
    return storable(text).replace("\x0b", " ").replace("\x0c", " ")


@dataclass(frozen=True, slots=True)
class Properties:
    """What a document says of itself, and at the head of each page."""

    title: str
    owner: str
    country: str
    changed_at: datetime.datetime


def document(parts: Sequence[str], writer: Writer, properties: Properties) -> bytes:
    """Make a Word document of parts; the same parts give the same file."""
    word = Document()
    _set_up(word, writer, properties)
    body = word.element.body
    for part in parts:
        body.insert(len(body) - 1, parse_xml(part))
    section = word.sections[0]
    for container, text in (
        (section.header, writer.paragraph(properties.owner, is_bold=True)),
        (section.footer, writer.page_number()),
    ):
        element = container._element
        element.replace(element[0], parse_xml(text))
    out = io.BytesIO()
    word.save(out)
    return out.getvalue()


def _set_up(word: WordDocument, writer: Writer, properties: Properties) -> None:
    """Give the document its paper, fonts and properties."""
    section = word.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.left_margin = section.right_margin = section.bottom_margin = Mm(17)
    section.top_margin, section.header_distance, section.footer_distance = Mm(22), Mm(10), Mm(8)
    if writer.is_rtl:
        section._sectPr.append(parse_xml(f"<w:bidi {writer.names}/>"))
    latin, arabic = _FONTS
    word.styles["Normal"].element.append(
        parse_xml(
            f"<w:rPr {writer.names}>"
            f'<w:rFonts w:ascii="{latin}" w:hAnsi="{latin}" w:cs="{arabic}"/>'
            f'<w:sz w:val="22"/><w:szCs w:val="24"/>'
            f'<w:lang w:val="fr-{properties.country}" w:bidi="ar-{properties.country}"/></w:rPr>'
        )
    )
    fonts = "".join(
        f'<w:font w:name="{name}"><w:altName w:val="{other}"/></w:font>' for name, other in _FONTS.items()
    )
    part = word.part.part_related_by(RELATIONSHIP_TYPE.FONT_TABLE)
    part._blob = f'<?xml version="1.0" encoding="UTF-8"?><w:fonts {writer.names}>{fonts}</w:fonts>'.encode()
    about = word.core_properties
    about.title, about.author, about.comments = properties.title[:255], properties.owner[:255], ""
    about.language = f"{writer.language}-{properties.country}"
    about.created = about.modified = properties.changed_at
