"""Office files written by hand, part by part: sound ones, odd ones, and such as no program would write."""

import io
import zipfile

W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
X = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
RELS = "http://schemas.openxmlformats.org/package/2006/relationships"
WORD_TYPE = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
EXCEL_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"


def archive(parts, compression=zipfile.ZIP_DEFLATED):
    """Return a ZIP archive of the parts, each text or bytes, in order."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", compression) as packed:
        for name, content in parts.items():
            packed.writestr(name, content)
    return out.getvalue()


def content_types(part, content_type):
    return f'<Types xmlns="{TYPES}"><Override PartName="/{part}" ContentType="{content_type}"/></Types>'


def word(body, *, before="", content_type=WORD_TYPE, **more):
    """Return a Word file: the XML of its body, `before` it what stands before the root, `more` parts."""
    names = f'xmlns:w="{W}" xmlns:w14="http://schemas.microsoft.com/office/word/2010/wordml"'
    names += ' xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
    document = f"{before}<w:document {names}><w:body>{body}</w:body></w:document>"
    types = content_types("word/document.xml", content_type)
    return archive({"[Content_Types].xml": types, "word/document.xml": document, **more})


def paragraph(text):
    return f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>"


def cell(content, properties=""):
    inside = content if content.startswith("<") else paragraph(content)
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{inside}</w:tc>"


def row(*cells, properties=""):
    inside = "".join(one if one.startswith("<w:tc>") else cell(one) for one in cells)
    return f"<w:tr><w:trPr>{properties}</w:trPr>{inside}</w:tr>"


def table(*rows):
    return f"<w:tbl>{''.join(rows)}</w:tbl>"


def workbook(
    sheet_data, *, after="", before="", strings="", styles="", state="", content_type=EXCEL_TYPE, **more
):
    """Return a workbook of one sheet with the XML of its data and what stands before and after it."""
    state = f' state="{state}"' if state else ""
    book = (
        f'<workbook xmlns="{X}" xmlns:r="{R}"><sheets><sheet name="S" sheetId="1" r:id="a"{state}/></sheets>'
    )
    targets = {"a": "worksheets/sheet1.xml", "b": "sharedStrings.xml", "c": "styles.xml"}
    relations = "".join(f'<Relationship Id="{key}" Target="{target}"/>' for key, target in targets.items())
    return archive(
        {
            "[Content_Types].xml": content_types("xl/workbook.xml", content_type),
            "xl/workbook.xml": f"{book}</workbook>",
            "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{RELS}">{relations}</Relationships>',
            "xl/sharedStrings.xml": f'<sst xmlns="{X}">{strings}</sst>',
            "xl/styles.xml": f'<styleSheet xmlns="{X}">{styles}</styleSheet>',
            "xl/worksheets/sheet1.xml": (
                f'<worksheet xmlns="{X}">{before}<sheetData>{sheet_data}</sheetData>{after}</worksheet>'
            ),
            **more,
        }
    )


def text_cell(reference, text):
    return f'<c r="{reference}" t="inlineStr"><is><t>{text}</t></is></c>'
