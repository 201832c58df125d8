"""The one way in for files: tables of plain rows whatever the format, or a refusal that says what to do."""

from dataclasses import replace

from django.utils.translation import gettext as _

from portal.importing import docx, html, xlsx
from portal.importing.archive import Archive
from portal.importing.blocks import Document
from portal.importing.kinds import Kind, is_archive, is_markup, refuse_foreign
from portal.importing.rows import Limits, Meter, Row, Table, refusal
from portal.importing.text import decode, find_delimiter, read_text

__all__ = ["Limits", "Row", "Table", "decode", "find_delimiter", "read_lines", "read_table", "read_tables"]


def read_tables(name: str, data: bytes, *, limits: Limits | None = None) -> list[Table]:
    """Return every table of a file, each with the lines above it; at least one.

    What the file holds tells its format; `name` is only used in refusals. Raises `ImportRefused` for a file
    that is empty, damaged, of a kind that is not read, without a table, or beyond the limits.
    """
    meter = _meter(name, data, limits)
    if is_archive(data):
        tables = _tables_of(Archive(data, meter), meter)
    else:
        text, encoding = _decoded(name, data)
        tables = html.read_html(data, meter) if is_markup(text) else [read_text(name, text, encoding, meter)]
    if not tables:
        raise refusal(name, 1, 1, _("a table; the file holds none"))
    return tables


def read_table(name: str, data: bytes, limits: Limits | None = None) -> Table:
    """Return the rows of a text, TSV or CSV file; `name` is only used in refusals.

    Encoding and delimiter are found out. Raises `ImportRefused` for a file that is empty, not text, damaged
    or beyond the limits.
    """
    meter = _meter(name, data, limits)
    text, encoding = decode(name, data)
    _check_text(name, text)
    return read_text(name, text, encoding, meter)


def read_lines(name: str, data: bytes, *, limits: Limits | None = None) -> list[str]:
    """Return the text of a file line by line, in the order of reading; a cell's lines come one by one.

    For sheets that are forms rather than tables; items of lists begin with a bullet. Raises `ImportRefused`
    as `read_tables` does.
    """
    meter = _meter(name, data, limits)
    if is_archive(data):
        archive = Archive(data, meter)
        if archive.kind is Kind.DOCX:
            lines = docx.read_document(archive, meter, with_bullets=True).lines()
            return [line.replace("\t", " ") for line in lines]
        tables = xlsx.read_xlsx(archive, meter)
        return [line for table in tables for row in table.rows for line in "\n".join(row.filled).split("\n")]
    text, _encoding = _decoded(name, data)
    return html.read_page(data, meter, with_bullets=True).lines() if is_markup(text) else text.splitlines()


def _tables_of(archive: Archive, meter: Meter) -> list[Table]:
    if archive.kind is Kind.XLSX:
        return xlsx.read_xlsx(archive, meter)
    document = docx.read_document(archive, meter)
    tables = document.tables(meter.file) or _typed_table(document, meter)
    told = docx.findings(archive)
    return [replace(table, findings=(*told, *table.findings)) for table in tables]


def _typed_table(document: Document, meter: Meter) -> list[Table]:
    """Return the table that a document without any writes with tabs, as text pasted into it is."""
    text = "\n".join(document.lines())
    return [read_text(meter.file, text, "utf-8", meter)] if text else []


def _meter(name: str, data: bytes, limits: Limits | None) -> Meter:
    limits = limits or Limits()
    if len(data) > limits.bytes:
        expected = _("a file of at most %(size)d MB") % {"size": limits.bytes // 1_000_000}
        raise refusal(name, 1, 1, expected)
    return Meter(name, limits)


def _decoded(name: str, data: bytes) -> tuple[str, str]:
    """Return text and encoding of what is no archive, after the other formats that are known are refused."""
    refuse_foreign(name, data)
    text, encoding = decode(name, data)
    _check_text(name, text)
    return text, encoding


def _check_text(name: str, text: str) -> None:
    if not text.strip():
        raise refusal(name, 1, 1, _("a table; the file is empty"))
