"""Reading a PDF back as readers do: poppler's and pdfium's text, without what they add to it."""

import re
import shutil
import subprocess
import unicodedata
from pathlib import Path

import pypdfium2
import pytest

_ADDED = re.compile("[\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff\\s]")


def letters(text: str) -> str:
    """The text without spaces and direction marks, which each reader sets in its own way."""
    return _ADDED.sub("", unicodedata.normalize("NFKC", text))


def poppler_text(content: bytes, tmp_path: Path) -> str:
    """What ``pdftotext`` reads; skips the test where poppler is not installed."""
    program = shutil.which("pdftotext")
    if program is None:
        pytest.skip("pdftotext (poppler-utils) is not installed")
    paper = tmp_path / "paper.pdf"
    paper.write_bytes(content)
    run = subprocess.run([program, str(paper), "-"], capture_output=True, check=True)
    return run.stdout.decode()


def pdfium_text(content: bytes) -> str:
    return "\n".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(content))


def not_in_order(items: list[str], text: str) -> list[str]:
    """The items that ``text`` lacks after the items before them, letter for letter."""
    text, position, missing = letters(text), 0, []
    for item in items:
        found = text.find(letters(item), position)
        if found < 0:
            missing.append(item)
        else:
            position = found + len(letters(item))
    return missing


def words_missing(items: list[str], text: str) -> list[str]:
    text = letters(text)
    return [word for item in items for word in item.split() if letters(word) not in text]
