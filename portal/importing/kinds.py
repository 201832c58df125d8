"""What kind of file some bytes are, by what they hold; what is not read is refused with a way out."""

import re
from enum import StrEnum, auto

from django.utils.translation import gettext as _

from portal.importing.refusals import ImportRefused
from portal.importing.rows import refusal


class Kind(StrEnum):
    """The ways to write a table down that the portal reads."""

    TEXT = auto()
    HTML = auto()
    DOCX = auto()
    XLSX = auto()


_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_PICTURES = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"BM6", b"II*\0", b"MM\0*", b"RIFF")
_PACKED = (b"\x1f\x8b", b"7z\xbc\xaf\x27\x1c", b"Rar!", b"BZh", b"\xfd7zXZ", b"\x28\xb5\x2f\xfd")
_OFFICE_XML = b"urn:schemas-microsoft-com:office"
_SAMPLE = 4096
_MARKUP = re.compile(
    r"\s*(?:<\?xml[^>]*>\s*)?(?:<!--(?:(?!-->).)*+-->\s*+)*+"
    r"<(?:!doctype\s+html|html|head|body|table|meta|div|p|center|h[1-6])\b",
    re.IGNORECASE | re.DOTALL,
)
_ANYWHERE = re.compile(r"<table[\s>]", re.IGNORECASE)
_ROW_END = re.compile(r"</tr\s*>|<tr[\s>]", re.IGNORECASE)


def is_archive(data: bytes) -> bool:
    """Return whether the bytes are a ZIP archive, as DOCX and XLSX are, or the beginning of one."""
    return data[:4] in (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")


def refuse_foreign(name: str, data: bytes) -> None:
    """Raise `ImportRefused` for a kind of file that the portal knows and cannot read."""
    expected = _way_out(data)
    if expected:
        raise refusal(name, 1, 1, expected)


def _way_out(data: bytes) -> str:
    start = data.lstrip(b"\xef\xbb\xbf \t\r\n")[:_SAMPLE]
    if data.startswith(_OLE):
        return _way_out_of_ole(data)
    if start.startswith(b"%PDF"):
        return _("a table, not a PDF: open the file it was made from, and save that as DOCX or XLSX")
    if start.startswith(b"{\\rtf"):
        return _("a DOCX file, not RTF: open it in Word or LibreOffice and save it as DOCX")
    if data.startswith(_PICTURES):
        return _("a table, not a picture: type it, or ask its author for the DOCX or XLSX file")
    if data.startswith(_PACKED):
        return _("a DOCX, XLSX or CSV file, not an archive: unpack it and choose the file inside")
    if start.startswith(b"<?xml") and (b"mso-application" in start or _OFFICE_XML in start):
        return _("a DOCX or XLSX file: open this one in Word or Excel and save it as DOCX or XLSX")
    if b"multipart/related" in start and b"MIME-Version" in start:
        return _("a web page saved as HTML: open this one in a browser and save it as “web page, HTML only”")
    return ""


def _way_out_of_ole(data: bytes) -> str:
    """Old Office files and encrypted new ones share a container; names inside, in UTF-16, tell them apart."""
    if "EncryptedPackage".encode("utf-16-le") in data:
        return password_expected()
    if "WordDocument".encode("utf-16-le") in data:
        return _("a DOCX file, not an old Word file: open it in Word or LibreOffice and save it as DOCX")
    if "Workbook".encode("utf-16-le") in data:
        return _("an XLSX file, not an old Excel file: open it in Excel or LibreOffice and save it as XLSX")
    return _("a DOCX or XLSX file: open this one in the program that made it and save it as DOCX or XLSX")


def password_expected() -> str:
    return _("a file without a password: open it, remove the password, and save it again")


def is_markup(text: str) -> bool:
    """Return whether a text is a web page or a table cut out of one."""
    if _MARKUP.match(text[:_SAMPLE]):
        return True
    return bool(_ANYWHERE.search(text) and _ROW_END.search(text))


def not_an_office_file(name: str, found: str = "") -> ImportRefused:
    """Return the refusal of an archive that is neither DOCX nor XLSX."""
    return refusal(
        name, 1, 1, _("a DOCX or XLSX file; unpack another archive and choose the file inside"), found
    )
