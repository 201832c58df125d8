"""Files of one calendar in every format that a clerk may bring: Excel, Word, a web page, text.

`blocks` are tables, each a list of rows of texts; a cell's own lines are parted by line ends.
"""

import io
import re
from collections.abc import Sequence
from datetime import date
from html import escape

import docx
import openpyxl
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls

Block = Sequence[Sequence[str]]
ISO_DAY = re.compile(r"(\d{4})[-/](\d{2})[-/](\d{2})")


def as_xlsx(
    blocks: Sequence[Block],
    *,
    titles: Sequence[str] = (),
    rtl: bool = True,
    merged: int | None = None,
    real_dates: bool = False,
    sheets: Sequence[str] = (),
) -> bytes:
    """Return a workbook: blocks below each other, or each on its own sheet where `sheets` names them.

    `merged` is the column whose empty cells are merged into the filled one above; `titles` stand above.
    """
    book = openpyxl.Workbook()
    book.remove(book.active)
    sheet = book.create_sheet(sheets[0] if sheets else "Sheet1")
    line = _put_titles(sheet, titles)
    for count, block in enumerate(blocks):
        if count and sheets:
            sheet, line = book.create_sheet(sheets[count]), 1
        sheet.sheet_view.rightToLeft = rtl
        for place, row in enumerate(block):
            for column, text in enumerate(row, start=1):
                sheet.cell(line + place, column).value = _typed(text, real_dates)
        for first, last in _runs(block, merged):
            if last > first:
                sheet.merge_cells(
                    start_row=line + first,
                    end_row=line + last,
                    start_column=merged + 1,
                    end_column=merged + 1,
                )
        line += len(block) + 1
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _put_titles(sheet, titles: Sequence[str]) -> int:
    for line, title in enumerate(titles, start=1):
        sheet.cell(line, 1).value = title
    return len(titles) + 2 if titles else 1


def _typed(text: str, real_dates: bool) -> str | date | None:
    if real_dates and (day := ISO_DAY.fullmatch(text)):
        return date(*map(int, day.groups()))
    return text or None


def _runs(block: Block, merged: int | None) -> list[tuple[int, int]]:
    """Return the first and last row of every filled cell of the merged column with the empty ones below."""
    if merged is None:
        return []
    starts = [place for place, row in enumerate(block) if row[merged]]
    return list(zip(starts, [*(start - 1 for start in starts[1:]), len(block) - 1], strict=True))


def as_docx(
    blocks: Sequence[Block],
    *,
    titles: Sequence[str] = (),
    rtl: bool = True,
    merged: int | None = None,
    between: Sequence[str] = (),
    after: Sequence[str] = (),
) -> bytes:
    """Return a Word file: titles as paragraphs, each block a table, `between` them and `after` them text."""
    document = docx.Document()
    for title in titles:
        document.add_paragraph(title)
    body = document.element.body
    for count, block in enumerate(blocks):
        if count:
            document.add_paragraph(between[count - 1] if count <= len(between) else "")
        body.insert(len(body) - 1, parse_xml(_word_table(block, rtl, merged)))
    for text in ("", *after):
        document.add_paragraph(text)
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def _word_table(block: Block, rtl: bool, merged: int | None) -> str:
    inside = {
        place: place == first for first, last in _runs(block, merged) for place in range(first, last + 1)
    }
    bidi = "<w:bidiVisual/>" if rtl else ""
    grid = '<w:gridCol w:w="1500"/>' * max(map(len, block))
    rows = ""
    for place, row in enumerate(block):
        merges = [_merge(column, merged, inside.get(place)) for column in range(len(row))]
        cells = [_word_cell(text, rtl, merge) for text, merge in zip(row, merges, strict=True)]
        rows += f"<w:tr>{''.join(cells)}</w:tr>"
    return f"<w:tbl {nsdecls('w')}><w:tblPr>{bidi}</w:tblPr><w:tblGrid>{grid}</w:tblGrid>{rows}</w:tbl>"


def _merge(column: int, merged: int | None, is_first: bool | None) -> str:
    if column != merged or is_first is None:
        return ""
    return '<w:vMerge w:val="restart"/>' if is_first else "<w:vMerge/>"


def _word_cell(text: str, rtl: bool, merge: str) -> str:
    bidi = "<w:pPr><w:bidi/></w:pPr>" if rtl else ""
    paragraphs = "".join(
        f'<w:p>{bidi}<w:r><w:t xml:space="preserve">{escape(line, quote=False)}</w:t></w:r></w:p>'
        for line in text.split("\n")
    )
    return f"<w:tc><w:tcPr>{merge}</w:tcPr>{paragraphs}</w:tc>"


def as_html(
    blocks: Sequence[Block],
    *,
    titles: Sequence[str] = (),
    rtl: bool = True,
    merged: int | None = None,
    encoding: str = "utf-8",
    saved_page: bool = False,
) -> bytes:
    """Return a web page; with `saved_page` the tables stand deep in a page of menus, scripts and layout."""
    paragraphs = "".join(f"<p>{escape(title)}</p>" for title in titles)
    content = paragraphs + "<p></p>".join(_html_table(block, merged) for block in blocks)
    if saved_page:
        menu = "<nav><ul><li><a href='/'>الاستقبال</a></li><li>اتصل بنا</li></ul></nav>"
        content = (
            "<script>var x = '<table><tr><td>no</td></tr></table>';</script><style>td{}</style>"
            f"{menu}<table class='layout'><tr><td>{menu}</td><td>{content}</td></tr></table>"
            "<div hidden>لا يرى</div><footer>حقوق النشر</footer>"
        )
    direction = ' dir="rtl"' if rtl else ""
    head = f'<head><meta charset="{encoding}"><title>صفحة</title></head>'
    page = f'<!DOCTYPE html><html lang="ar"{direction}>{head}<body>{content}</body></html>'
    return page.encode(encoding)


def _html_table(block: Block, merged: int | None) -> str:
    spans = {first: last - first + 1 for first, last in _runs(block, merged)}
    covered = {place for first, last in _runs(block, merged) for place in range(first + 1, last + 1)}
    rows = []
    for place, row in enumerate(block):
        cells = []
        for column, text in enumerate(row):
            if column == merged and place in covered:
                continue
            span = spans.get(place, 1) if column == merged else 1
            attribute = f' rowspan="{span}"' if span > 1 else ""
            cells.append(f"<td{attribute}>{'<br>'.join(map(escape, text.split(chr(10))))}</td>")
        rows.append(f"<tr>{''.join(cells)}</tr>")
    return f"<table>{''.join(rows)}</table>"


def as_text(
    blocks: Sequence[Block],
    *,
    titles: Sequence[str] = (),
    delimiter: str = "\t",
    encoding: str = "utf-8",
    end: str = "\n",
) -> bytes:
    """Return delimited text, cells quoted where they must be; blocks are parted by a blank line."""
    parts = [[title] for title in titles] + ([[]] if titles else [])
    for count, block in enumerate(blocks):
        parts += [[]] * (count > 0) + [list(row) for row in block]
    lines = [delimiter.join(_quoted(text, delimiter) for text in row) for row in parts]
    return (end.join(lines) + end).encode(encoding)


def _quoted(text: str, delimiter: str) -> str:
    return f'"{text.replace(chr(34), chr(34) * 2)}"' if {delimiter, "\n", '"'} & set(text) else text
