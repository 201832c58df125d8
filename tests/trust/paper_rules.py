"""What is wrong with a paper for whoever does not see it (ISO 14289-1), and what it tells of the machine."""

from __future__ import annotations

import io
import re
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pikepdf
from django.conf import settings

QPDF = shutil.which("qpdf")
_HEADING = re.compile(r"/H([1-6])$")


def opened(content: bytes) -> pikepdf.Pdf:
    return pikepdf.open(io.BytesIO(content))


def barriers_of(content: bytes, language: str) -> list[str]:
    """One line for each fault of a tagged paper in a language."""
    pdf = opened(content)
    nodes = list(_nodes(pdf))
    found = [*_of_document(pdf, language), *_of_headings(nodes), *_of_nodes(nodes), *_of_fonts(pdf)]
    found += _of_pages(pdf)
    is_long = len(pdf.pages) > 1 and any(_HEADING.match(kind) for kind, _node in nodes)
    if is_long and "/Outlines" not in pdf.Root:
        found.append("headings without bookmarks")
    return found + _of_syntax(content)


def _of_document(pdf: pikepdf.Pdf, language: str) -> Iterator[str]:
    root = pdf.Root
    if str(root.get("/Lang", "")) != language:
        yield f"language {root.get('/Lang')}, not {language}"
    if not (root.get("/MarkInfo") and root.MarkInfo.get("/Marked")) or "/StructTreeRoot" not in root:
        yield "not tagged"
    if not (root.get("/ViewerPreferences") and root.ViewerPreferences.get("/DisplayDocTitle")):
        yield "its file name is shown in place of its title"
    if not str(pdf.docinfo.get("/Title", "")).strip():
        yield "no title"
    with pdf.open_metadata() as metadata:
        if metadata.get("pdfuaid:part") != "1":
            yield "it does not say that it is PDF/UA-1"


def _nodes(pdf: pikepdf.Pdf) -> Iterator[tuple[str, pikepdf.Dictionary]]:
    """The structure in reading order, each with its kind."""
    waiting: list[Any] = [pdf.Root.get("/StructTreeRoot", pikepdf.Dictionary())]
    while waiting:
        node = waiting.pop()
        if isinstance(node, pikepdf.Array):
            waiting += reversed(list(node))
        elif isinstance(node, pikepdf.Dictionary):
            if "/S" in node:
                yield str(node.S), node
            if "/K" in node:
                waiting.append(node.K)


def _of_headings(nodes: list[tuple[str, pikepdf.Dictionary]]) -> Iterator[str]:
    before = 0
    for kind, _node in nodes:
        if found := _HEADING.match(kind):
            level = int(found.group(1))
            if level > before + 1:
                yield f"H{level} after {f'H{before}' if before else 'nothing'}"
            before = level


def _of_nodes(nodes: list[tuple[str, pikepdf.Dictionary]]) -> Iterator[str]:
    for kind, node in nodes:
        if kind == "/TH" and not (node.get("/A") is not None and "/Scope" in node.A):
            yield "a head of a table that does not say what it heads"
        if kind == "/Figure" and not str(node.get("/Alt", "")).strip():
            yield "a picture without words"
        if kind == "/TR" and any(str(cell.S) not in ("/TH", "/TD") for cell in _children(node)):
            yield "something in a row that is no cell"
        if kind == "/L" and any(str(item.S) not in ("/LI", "/Caption", "/L") for item in _children(node)):
            yield "something in a list that is no item"
        if kind == "/Table" and not any(
            str(part.S) in ("/TR", "/THead", "/TBody") for part in _children(node)
        ):
            yield "a table without rows"


def _children(node: pikepdf.Dictionary) -> list[pikepdf.Dictionary]:
    inside = node.get("/K", pikepdf.Array())
    items = list(inside) if isinstance(inside, pikepdf.Array) else [inside]
    return [item for item in items if isinstance(item, pikepdf.Dictionary) and "/S" in item]


def _of_fonts(pdf: pikepdf.Pdf) -> Iterator[str]:
    for thing in pdf.objects:
        is_font = isinstance(thing, pikepdf.Dictionary) and thing.get("/Type") == pikepdf.Name.FontDescriptor
        if is_font and not {"/FontFile", "/FontFile2", "/FontFile3"} & set(thing.keys()):
            yield f"the font {thing.get('/FontName')} is not within it"


def _of_pages(pdf: pikepdf.Pdf) -> Iterator[str]:
    for number, page in enumerate(pdf.pages, 1):
        if "/StructParents" not in page:
            yield f"page {number} is not in the structure"
        for link in page.get("/Annots", []):
            if link.get("/Subtype") == pikepdf.Name.Link and not str(link.get("/Contents", "")).strip():
                yield f"a link of page {number} that nobody describes"
            if "/StructParent" not in link:
                yield f"a link of page {number} that is not in the structure"


def _of_syntax(content: bytes) -> list[str]:
    if QPDF is None:
        return []
    with tempfile.NamedTemporaryFile(suffix=".pdf") as file:
        file.write(content)
        file.flush()
        run = subprocess.run([QPDF, "--check", file.name], capture_output=True, check=False)
    return [] if run.returncode == 0 else [f"qpdf: {run.stderr.decode(errors='replace')[:200]}"]


def tells_of_machine(content: bytes) -> list[str]:
    """Paths and names of this machine anywhere in a paper, its streams unpacked."""
    out = io.BytesIO()
    with opened(content) as pdf:
        pdf.save(out, stream_decode_level=pikepdf.StreamDecodeLevel.generalized, compress_streams=False)
    unpacked = out.getvalue()
    secret = {str(settings.PROJECT_DIR), str(Path.home()), str(settings.DATA_DIR), "file:///"}
    found = [word for word in secret if len(word) > 3 and word.encode() in unpacked]
    found += [word for word in secret if len(word) > 3 and word.encode("utf-16-be") in unpacked]
    host = socket.gethostname()
    return found + ([host] if len(host) > 5 and host.encode() in unpacked else [])
