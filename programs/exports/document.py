"""The official table as an editable Word document: A4 lying, from right to left in Arabic.

The rows are written as XML at once: through the objects of python-docx a long table takes seconds.
"""

from __future__ import annotations

import datetime
import io
from dataclasses import dataclass, field
from xml.sax.saxutils import escape

from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from docx import Document
from docx.document import Document as WordDocument
from docx.enum.section import WD_ORIENT
from docx.opc.constants import RELATIONSHIP_TYPE
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from docx.shared import Mm

from portal.bilingual import direction
from portal.locales import sheet_date
from programs.exports.table import HEADS, Column, Line, OfficialTable

CONTENT_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"

_FONTS = {"Calibri": "Carlito", "Sakkal Majalla": "Noto Naskh Arabic"}
"""The fonts of Latin and Arabic text, each with the one to take where it is missing."""

_WIDTHS = {
    Column.PHASE: 2000,
    Column.TASK: 4600,
    Column.DOCUMENTS: 3700,
    Column.DATE: 1300,
    Column.DONE: 1150,
    Column.NOTES: 2100,
    Column.RESPONSIBLE: 1400,
}
"""The widths of the columns, in twentieths of a point."""

_BORDERS = "".join(
    f'<w:{side} w:val="single" w:sz="4" w:space="0" w:color="5E7A75"/>'
    for side in ("top", "left", "bottom", "right", "insideH", "insideV")
)


@dataclass(frozen=True, slots=True)
class Letterhead:
    """What stands around the table: whose it is, in which country and language, and when it last changed."""

    name: str
    country: str
    language: str
    changed_at: datetime.datetime

    @property
    def is_rtl(self) -> bool:
        return self.language == "ar"


def document(table: OfficialTable, head: Letterhead) -> bytes:
    """Return the table as DOCX: the municipality at the head of each page, places to sign below the table."""
    page = _Page(head)
    word = Document()
    _set_up(word, table, head)
    body = word.element.body
    parts = [page.paragraph(table.title, size=32, is_bold=True, is_centred=True)] if table.title else []
    parts += [page.table(table), *page.signatures()]
    for part in parts:
        body.insert(len(body) - 1, parse_xml(part))
    section = word.sections[0]
    _fill(section.header, page.paragraph(head.name, is_bold=True, is_centred=True))
    _fill(section.footer, page.page_number())
    out = io.BytesIO()
    word.save(out)
    return out.getvalue()


def _set_up(word: WordDocument, table: OfficialTable, head: Letterhead) -> None:
    """Give the document its paper, fonts and properties."""
    section = word.sections[0]
    section.orientation, section.page_width, section.page_height = WD_ORIENT.LANDSCAPE, Mm(297), Mm(210)
    section.left_margin = section.right_margin = section.bottom_margin = Mm(12)
    section.top_margin, section.header_distance, section.footer_distance = Mm(20), Mm(9), Mm(6)
    latin, arabic = _FONTS
    word.styles["Normal"].element.append(
        parse_xml(
            f"<w:rPr {nsdecls('w')}>"
            f'<w:rFonts w:ascii="{latin}" w:hAnsi="{latin}" w:cs="{arabic}"/>'
            f'<w:sz w:val="20"/><w:szCs w:val="22"/>'
            f'<w:lang w:val="fr-{head.country}" w:bidi="ar-{head.country}"/></w:rPr>'
        )
    )
    _name_fonts(word)
    properties = word.core_properties
    properties.title, properties.author, properties.comments = table.title[:255], head.name[:255], ""
    properties.language = f"{head.language}-{head.country}"
    properties.created = properties.modified = head.changed_at


def _name_fonts(word: WordDocument) -> None:
    """Tell which fonts to take instead of those that are missing."""
    part = word.part.part_related_by(RELATIONSHIP_TYPE.FONT_TABLE)
    fonts = "".join(
        f'<w:font w:name="{name}"><w:altName w:val="{other}"/></w:font>' for name, other in _FONTS.items()
    )
    part._blob = f'<?xml version="1.0" encoding="UTF-8"?><w:fonts {nsdecls("w")}>{fonts}</w:fonts>'.encode()


def _fill(container: object, paragraph: str) -> None:
    """Replace the one empty paragraph of a header or footer."""
    element = container._element  # type: ignore[attr-defined]
    element.replace(element[0], parse_xml(paragraph))


@dataclass(frozen=True, slots=True)
class _Page:
    """Writes the parts of a document in one language as XML."""

    head: Letterhead
    names: str = field(default_factory=lambda: nsdecls("w"))

    def paragraph(
        self,
        text: str,
        *,
        size: int = 0,
        is_bold: bool = False,
        is_centred: bool = False,
        color: str = "",
        space: int = 40,
        extra: str = "",
    ) -> str:
        """Return a paragraph that runs as its text does; `size` is in half points, `space` in twentieths."""
        is_rtl = direction(text, "rtl" if self.head.is_rtl else "ltr") == "rtl"
        layout = (
            extra
            + ("<w:bidi/>" if is_rtl else "")
            + f'<w:spacing w:after="{space}" w:line="240" w:lineRule="auto"/>'
            + ('<w:jc w:val="center"/>' if is_centred else "")
        )
        look = (
            ("<w:b/><w:bCs/>" if is_bold else "")
            + (f'<w:color w:val="{color}"/>' if color else "")
            + (f'<w:sz w:val="{size}"/><w:szCs w:val="{size}"/>' if size else "")
            + ("<w:rtl/>" if is_rtl else "")
        )
        words = escape(text).replace("\t", "</w:t><w:tab/><w:t>")
        run = f'<w:r><w:rPr>{look}</w:rPr><w:t xml:space="preserve">{words}</w:t></w:r>' if text else ""
        return f"<w:p {self.names}><w:pPr>{layout}</w:pPr>{run}</w:p>"

    def table(self, table: OfficialTable) -> str:
        columns = [column for column in HEADS if column is not Column.RESPONSIBLE or table.has_responsible]
        grid = "".join(f'<w:gridCol w:w="{_WIDTHS[column]}"/>' for column in columns)
        rows = "".join(self._row(line, columns) for line in table.lines)
        turned = "<w:bidiVisual/>" if self.head.is_rtl else ""
        return (
            f'<w:tbl {self.names}><w:tblPr>{turned}<w:tblW w:w="5000" w:type="pct"/>'
            f'<w:tblBorders>{_BORDERS}</w:tblBorders><w:tblLayout w:type="fixed"/></w:tblPr>'
            f"<w:tblGrid>{grid}</w:tblGrid>{self._heads(columns)}{rows}</w:tbl>"
        )

    def _heads(self, columns: list[Column]) -> str:
        cells = "".join(
            _cell(
                column,
                self.paragraph(str(HEADS[column]), is_bold=True, is_centred=True, color="FFFFFF"),
                '<w:shd w:val="clear" w:color="auto" w:fill="0F5E58"/><w:vAlign w:val="center"/>',
            )
            for column in columns
        )
        return f"<w:tr><w:trPr><w:cantSplit/><w:tblHeader/></w:trPr>{cells}</w:tr>"

    def _row(self, line: Line, columns: list[Column]) -> str:
        cells = "".join(self._body_cell(line, column) for column in columns)
        return f"<w:tr><w:trPr><w:cantSplit/></w:trPr>{cells}</w:tr>"

    def _body_cell(self, line: Line, column: Column) -> str:
        if column is Column.PHASE:
            merge = f'<w:vMerge w:val="{"restart" if line.opens_phase else "continue"}"/>'
            return _cell(column, self.paragraph(line.phase if line.opens_phase else "", is_bold=True), merge)
        is_short = column in (Column.DATE, Column.DONE)
        texts = _text_of(line, column).split("\n")
        return _cell(column, "".join(self.paragraph(text, is_centred=is_short) for text in texts))

    def signatures(self) -> list[str]:
        """Return two places to sign, beside each other: who prepared the calendar, and the municipality."""
        where = "Morocco" if self.head.country == "MA" else "Tunisia"
        names = {
            "Morocco": (
                pgettext("Morocco", "Name, signature and date"),
                pgettext("Morocco", "The municipality"),
                pgettext("Morocco", "Signature and stamp"),
            ),
            "Tunisia": (
                pgettext("Tunisia", "Name, signature and date"),
                pgettext("Tunisia", "The municipality"),
                pgettext("Tunisia", "Signature and stamp"),
            ),
        }
        below, owner, stamp = names[where]
        side = '<w:keepNext/><w:tabs><w:tab w:val="left" w:pos="9000"/></w:tabs>'
        return [
            self.paragraph("", extra="<w:keepNext/>", space=200),
            self.paragraph(f"{_('Program preparation cell')}\t{owner}", is_bold=True, extra=side),
            self.paragraph(f"{below}\t{stamp}", extra=side, space=900),
        ]

    def page_number(self) -> str:
        return (
            f'<w:p {self.names}><w:pPr><w:jc w:val="center"/></w:pPr>'
            '<w:fldSimple w:instr="PAGE"><w:r><w:t>1</w:t></w:r></w:fldSimple></w:p>'
        )


def _cell(column: Column, paragraphs: str, more: str = "") -> str:
    width = f'<w:tcW w:w="{_WIDTHS[column]}" w:type="dxa"/>'
    return f"<w:tc><w:tcPr>{width}{more}</w:tcPr>{paragraphs}</w:tc>"


def _text_of(line: Line, column: Column) -> str:
    if column is Column.DATE:
        return sheet_date(line.session_date) if line.session_date else ""
    return str(getattr(line, column.value))
