"""Files that are damaged, that lie, or that are made to hurt: refused in words, quickly, in little memory."""

import io
import re
import struct
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest

from portal.importing.kinds import is_markup
from portal.importing.refusals import ImportRefused
from portal.importing.tables import Limits, read_lines, read_tables
from tests.calendar_files import as_docx, as_html, as_xlsx
from tests.portal.importing.office_files import (
    W,
    archive,
    cell,
    content_types,
    paragraph,
    row,
    table,
    text_cell,
    word,
    workbook,
)

BLOCK = [["المرحلة", "العمل"], ["1- الإعداد", "1-1 تكوين خلية"]]
ROWS = [tuple(line) for line in BLOCK]
DOCX, XLSX, HTML = as_docx([BLOCK]), as_xlsx([BLOCK]), as_html([BLOCK])
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(500)
MOST_SECONDS = 2.0


def utf16(text):
    return text.encode("utf-16-le")


def with_doctype(entities, text="&x;"):
    return word(table(row(text, "ب")), before=f"<!DOCTYPE a [{entities}]>")


def billion_laughs():
    entities = '<!ENTITY a0 "ha">' + "".join(
        f'<!ENTITY a{level} "{f"&a{level - 1};" * 10}">' for level in range(1, 10)
    )
    return with_doctype(entities, "&a9;")


def replaced(data, part, content):
    """Return the archive with one part written anew."""
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        parts = {name: packed.read(name) for name in packed.namelist()}
    return archive({**parts, part: content})


def part_of(data, part):
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        return packed.read(part)


def encrypted_zip():
    """Return a Word file whose parts are marked as encrypted."""
    data = bytearray(DOCX)
    for sign, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        for found in re.finditer(re.escape(sign), bytes(data)):
            data[found.start() + offset] |= 1
    return bytes(data)


def lying_size():
    """Return a Word file whose main part says it is 10 bytes long."""
    data = bytearray(word(table(row("أ", "ب")) * 50))
    place = data.rindex(b"PK\x01\x02")
    data[place + 24 : place + 28] = struct.pack("<I", 10)
    return bytes(data)


def twice():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        packed.writestr("[Content_Types].xml", "<a/>")
        with pytest.warns(UserWarning, match="Duplicate name"):
            packed.writestr("[Content_Types].xml", "<b/>")
    return out.getvalue()


def sheet(*cells):
    return workbook(f"<row>{''.join(cells)}</row>")


def bomb(size=200_000_000):
    """Return a Word file whose main part is as many zeros once unpacked."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("[Content_Types].xml", content_types("word/document.xml", "x" + WORD_MAIN))
        with packed.open("word/document.xml", "w") as part:
            for _piece in range(size // 1_000_000):
                part.write(bytes(1_000_000))
    return out.getvalue()


WORD_MAIN = "wordprocessingml.document.main+xml"
WHOLE = "a whole file; this one is damaged: open it in its program and save it again"
TEXT = "readable text, as UTF-8, UTF-16, Windows-1256 or Windows-1252"
NO_DOCTYPE = "a file without a document type declaration"
NO_PASSWORD = "a file without a password: open it, remove the password, and save it again"
SAVE_AGAIN = "open this one in the program that made it and save it as DOCX or XLSX"
UNPACKED = "a file that holds no more than it shows; at most 40 MB unpacked"

REFUSED = {
    "nothing": (lambda: b"", "a table; the file is empty"),
    "white space": (lambda: b"\xef\xbb\xbf \r\n\t", "a table; the file is empty"),
    "NUL bytes": (lambda: "أ\tب\n\0\0".encode(), TEXT),
    "half a letter of UTF-16": (lambda: b"\xff\xfeA\0B", TEXT),
    "a lone surrogate in UTF-16": (lambda: b"\xff\xfe\x00\xd8A\0", TEXT),
    "random bytes": (lambda: bytes(range(256)) * 20, TEXT),
    "5 MB and one byte": (lambda: b"a" * 5_000_001, "a file of at most 5 MB"),
    "10 MB": (lambda: b"a\tb\n" * 2_500_000, "a file of at most 5 MB"),
    "PDF": (lambda: b"%PDF-1.7\n%\xe2\xe3", "a table, not a PDF: open the file it was made from"),
    "RTF": (lambda: b"{\\rtf1\\ansi x}", "a DOCX file, not RTF"),
    "PNG": (lambda: b"\x89PNG\r\n\x1a\n\0", "a table, not a picture"),
    "JPEG": (lambda: b"\xff\xd8\xff\xe0\0", "a table, not a picture"),
    "7z": (lambda: b"7z\xbc\xaf\x27\x1c\0", "a DOCX, XLSX or CSV file, not an archive"),
    "gzip": (lambda: b"\x1f\x8b\x08\0", "a DOCX, XLSX or CSV file, not an archive"),
    "old Word": (lambda: OLE + utf16("WordDocument"), "a DOCX file, not an old Word file"),
    "old Excel": (lambda: OLE + utf16("Workbook"), "an XLSX file, not an old Excel file"),
    "another old Office file": (lambda: OLE, SAVE_AGAIN),
    "a password": (lambda: OLE + utf16("EncryptedPackage"), NO_PASSWORD),
    "parts with a password": (encrypted_zip, NO_PASSWORD),
    "a web archive": (
        lambda: b"MIME-Version: 1.0\nContent-Type: multipart/related; boundary=x\n",
        "a web page saved as HTML",
    ),
    "Word as one XML": (
        lambda: b'<?xml version="1.0"?><?mso-application progid="Word.Document"?><a/>',
        "a DOCX or XLSX file: open this one in Word or Excel",
    ),
    "LibreOffice": (
        lambda: archive({"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": "<a/>"}),
        "a DOCX or XLSX file: open this one in LibreOffice",
    ),
    "an archive of other files": (
        lambda: archive({"calendar.docx": DOCX}),
        "a DOCX or XLSX file; unpack another archive and choose the file inside",
    ),
    "slides": (
        lambda: word("", content_type="application/x.presentationml.presentation.main+xml"),
        "a DOCX or XLSX file; unpack another archive",
    ),
    "XLSB": (
        lambda: word("", content_type="application/vnd.ms-excel.sheet.binary.macroEnabled.main"),
        "an XLSX file, not XLSB",
    ),
    "a cut off DOCX": (lambda: DOCX[: len(DOCX) // 2], WHOLE),
    "a cut off XLSX": (lambda: XLSX[:-30], WHOLE),
    "four bytes of an archive": (lambda: b"PK\x03\x04", WHOLE),
    "a part twice": (twice, WHOLE),
    "a part that is missing": (
        lambda: archive({"[Content_Types].xml": content_types("word/document.xml", WORD_MAIN)}),
        WHOLE,
    ),
    "a part that lies about its size": (lying_size, WHOLE),
    "a part packed as LZMA": (
        lambda: archive({"[Content_Types].xml": "<a/>"}, zipfile.ZIP_LZMA),
        WHOLE,
    ),
    "XML cut off": (lambda: replaced(DOCX, "word/document.xml", f'<w:document xmlns:w="{W}">'), WHOLE),
    "XML in an unknown encoding": (
        lambda: replaced(DOCX, "word/document.xml", '<?xml version="1.0" encoding="rot13"?><a/>'),
        WHOLE,
    ),
    "an external entity": (
        lambda: with_doctype('<!ENTITY x SYSTEM "file:///etc/passwd">'),
        NO_DOCTYPE,
    ),
    "an external document type": (
        lambda: word("", before='<!DOCTYPE a SYSTEM "http://127.0.0.1/x.dtd">'),
        NO_DOCTYPE,
    ),
    "a billion laughs": (billion_laughs, NO_DOCTYPE),
    "an entity in a workbook": (
        lambda: workbook("", **{"xl/sharedStrings.xml": '<!DOCTYPE a [<!ENTITY x "y">]><sst>&x;</sst>'}),
        NO_DOCTYPE,
    ),
    "too many parts": (
        lambda: archive({f"{number}": "" for number in range(5_001)}),
        "a file of at most 5000 parts",
    ),
    "elements inside each other": (
        lambda: word("<w:p>" * 300 + "</w:p>" * 300),
        "at most 200 elements inside each other",
    ),
    "tables inside each other": (
        lambda: b"<table><tr><td>" * 5_000,
        "at most 200 elements inside each other",
    ),
    "100,000 rows of text": (lambda: b"a\tb\n" * 100_000, "at most 20000 rows"),
    "100,000 rows of a sheet": (
        lambda: workbook("<row><c><v>1</v></c></row>" * 100_000),
        "at most 20000 rows",
    ),
    "100,000 rows of a page": (
        lambda: b"<table>" + b"<tr><td>a<td>b" * 100_000,
        "at most 20000 rows",
    ),
    "100,000 rows of a document": (lambda: word(table("<w:tr/>" * 100_000)), "at most 20000 rows"),
    "100,000 paragraphs": (lambda: word(paragraph("a") * 100_000), "at most 20000 rows"),
    "a cell in the last corner of a sheet": (
        lambda: sheet(text_cell("A1", "أ"), text_cell("XFD1", "ب")),
        "at most 200 cells in a row",
    ),
    "a row beyond any sheet": (lambda: workbook('<row r="999999999"><c><v>1</v></c></row>'), WHOLE),
    "a shared text that is not there": (lambda: sheet('<c t="s"><v>7</v></c>'), WHOLE),
    "a million columns of text": (lambda: b"a," * 1_000_000, "at most 200 cells in a row"),
    "a million columns of a page": (
        lambda: b"<table><tr>" + b"<td>" * 900_000,
        "at most 200 cells in a row",
    ),
    "a cell after a spread of a million": (
        lambda: b"<table><tr><td colspan=1000000>a<td>b</table>",
        "at most 200 cells in a row",
    ),
    "a sheet of two far corners": (
        lambda: workbook(
            f"<row>{text_cell('A1', 'a')}{text_cell('GR1', 'b')}</row>" + "<row><c><v>1</v></c></row>" * 1_600
        ),
        "at most 300000 cells in all",
    ),
    "a cell of 30,000 letters": (lambda: sheet(text_cell("A1", "أ" * 30_000)), "at most 20000 characters"),
    "a cell of 30,000 letters in a document": (
        lambda: word(table(row("أ" * 30_000, "ب"))),
        "at most 20000 characters",
    ),
    "a text of millions of letters": (lambda: word(paragraph("أ" * 5_000_001)), UNPACKED),
    "one long text in every cell": (
        lambda: workbook(
            ("<row>" + '<c t="s"><v>0</v></c>' * 100 + "</row>") * 2_000,
            strings=f"<si><t>{'أ' * 19_000}</t></si>",
        ),
        "at most 5000000 characters in all",
    ),
    "only pictures": (lambda: word("<w:p/>"), "a table; the file holds none"),
    "an empty workbook": (lambda: workbook(""), "a table; the file holds none"),
    "a page without a table": (
        lambda: b"<html><body><p>x</p></body></html>",
        "a table; the file holds none",
    ),
    "a million tables": (lambda: b"<table></table>" * 100_000, "at most 500 tables"),
    "empty elements without end": (
        lambda: word("<w:a/>" * 1_100_000),
        "a document of at most 1000000 elements",
    ),
    "a zip bomb": (bomb, UNPACKED),
}

READ = {
    "a dimension that lies": (
        lambda: workbook(f"<row>{text_cell('A1', 'أ')}</row>", before='<dimension ref="A1:XFD1048576"/>'),
        [("أ",)],
    ),
    "a row at the end of the sheet": (
        lambda: workbook('<row><c><v>1</v></c></row><row r="1048576"><c><v>2</v></c></row>'),
        [("1",), ("",), ("2",)],
    ),
    "a merge of the whole sheet": (
        lambda: workbook(
            f"<row>{text_cell('A1', 'أ')}</row>",
            after='<mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells>',
        ),
        [("أ",)],
    ),
    "a cell over a billion rows": (
        lambda: b"<table><tr><td rowspan=1000000000>a<td>b<tr><td>c</table>",
        [("a", "b"), ("", "c")],
    ),
    "a cell over a billion columns": (
        lambda: b"<table><tr><td colspan=1000000000>a<tr><td>b<td>c</table>",
        [("a",), ("b", "c")],
    ),
    "a span of a billion columns in Word": (
        lambda: word(table(row(cell("أ", '<w:gridSpan w:val="1000000000"/>')), row("ب", "ج"))),
        [("أ",), ("ب", "ج")],
    ),
    "a document type with entities in a page": (
        lambda: b'<!DOCTYPE html [<!ENTITY x SYSTEM "file:///etc/passwd">]><table><tr><td>&x;<td>b</table>',
        [("]>",), ("&x;", "b")],
    ),
    "tags that nobody closes": (
        lambda: b"<table><tr><td><b><i>a</td><p><td></b>b</tr></p></table>",
        [("a", "b")],
    ),
    "numbers that are none": (
        lambda: sheet('<c t="n"><v>nan</v></c>', "<c><v>x1</v></c>", '<c s="999"><v>5</v></c>'),
        [("nan", "x1", "5")],
    ),
    "a DOCX called .csv": (lambda: DOCX, ROWS),
    "a page called .csv": (lambda: HTML, ROWS),
}


def refused(data, limits=None):
    with pytest.raises(ImportRefused) as refusal:
        read_tables("calendar.csv", data, limits=limits)
    return refusal.value


@pytest.mark.parametrize("kind", REFUSED)
def test_refused_in_words_and_at_once(kind):
    make, expected = REFUSED[kind]
    data = make()

    started = time.process_time()
    refusal = refused(data)
    seconds = time.process_time() - started

    assert expected in refusal.expected
    assert refusal.file.startswith("calendar.csv")
    assert refusal.line >= 1
    assert refusal.column >= 1
    assert seconds < MOST_SECONDS


@pytest.mark.parametrize("kind", READ)
def test_odd_and_harmless(kind):
    make, rows = READ[kind]

    (table_read,) = read_tables("calendar.csv", make())

    assert [line.cells for line in table_read.rows] == rows


def test_the_place_of_what_is_too_much():
    long = refused(workbook(f'<row r="7">{text_cell("C7", "أ" * 30_000)}</row>'))
    wide = refused(b"a\tb\n" + b"\t" * 300)

    assert (long.file, long.line, long.column) == ("calendar.csv (S)", 7, 3)
    assert (wide.line, wide.column) == (2, 201)


def test_comments_before_what_is_no_page():
    started = time.process_time()

    assert not is_markup("<!---->" * 500 + "<x")
    assert is_markup("<!-- x --> \n<!---->" * 20 + "<table>")
    assert time.process_time() - started < MOST_SECONDS


def test_a_file_that_takes_too_long():
    data = as_docx([[["أ", "ب"]] * 200])

    assert refused(data, Limits(seconds=-1.0)).expected == "a file that can be read in -1 seconds"


def test_forms_are_refused_alike():
    for kind in ("an external entity", "PDF", "a zip bomb", "nothing"):
        make, expected = REFUSED[kind]
        with pytest.raises(ImportRefused) as refusal:
            read_lines("form", make())
        assert expected in refusal.value.expected


MEASURED = """
import sys, time
sys.path[:0] = sys.argv[1:2]
import tests.environment
import django
django.setup()
from portal.importing.kinds import is_markup
from portal.importing.refusals import ImportRefused
from portal.importing.tables import read_tables
data = open(sys.argv[2], "rb").read()
started = time.process_time()
try:
    read_tables("bomb", data)
except ImportRefused as refusal:
    seconds = time.process_time() - started
    status = dict(line.split(":", 1) for line in open("/proc/self/status"))
    print(seconds, status["VmHWM"].split()[0])
"""
MOST_KILOBYTES = 150_000


@pytest.mark.parametrize("kind", ["a zip bomb", "empty elements without end", "100,000 rows of a page"])
def test_a_bomb_stays_small(kind, tmp_path):
    path = tmp_path / "bomb"
    path.write_bytes(REFUSED[kind][0]())
    project = Path(__file__).parents[3]

    done = subprocess.run(
        [sys.executable, "-c", MEASURED, str(project), str(path)],
        capture_output=True,
        text=True,
        check=True,
        cwd=project,
    )

    seconds, kilobytes = map(float, done.stdout.split())
    assert seconds < MOST_SECONDS
    assert kilobytes < MOST_KILOBYTES
