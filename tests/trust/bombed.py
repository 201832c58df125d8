"""Run by ``test_uploads`` in a process of its own: what each bomb costs each who looks at an upload.

Each is looked at in a child of its own, whose memory is measured from there. Writes as JSON, for each bomb
and reader: seconds of the processor, megabytes of growth, and what was said.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import resource
import sys
import tempfile
import time
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import django

MEGABYTE = 2**20
MOST_MEMORY = 3 * 2**30
"""Of address space: what would take the machine's is ended."""
KEPT = "kept"
OPENED_BY_ANYBODY = ("workbook 1028 to 1.xlsx", "20000 x 20000.jpg")
"""Of these it is shown that somebody who unpacks them pays for it."""


def main() -> None:
    warnings.simplefilter("ignore")
    django.setup()
    from tests.trust.hostile_files import BOMBS, sound

    readers = {"checker": check, "authors": authors, "compare": compare, "importer": read, "binder": bind}
    for ending, content in sound().items():  # once here, so that no child is charged for loading
        for reader in readers.values():
            reader(f"a{ending}", content)
    found = []
    for bomb in BOMBS:
        content = made_elsewhere(bomb.make)
        careless = {"careless": unpack} if bomb.name in OPENED_BY_ANYBODY else {}
        for name, reader in (readers | careless).items():
            cost = in_child(lambda reader=reader, bomb=bomb, content=content: reader(bomb.name, content))
            found.append({"bomb": bomb.name, "reader": name, "size": len(content), **cost})
    sys.stdout.write(json.dumps(found))


# Who looks at an upload


def check(name: str, content: bytes) -> str:
    """As every form does that keeps a file."""
    from django.core.exceptions import ValidationError
    from django.core.files.uploadedfile import SimpleUploadedFile

    from portal.files.uploads import check_upload

    try:
        check_upload(SimpleUploadedFile(name, content))
    except ValidationError as refusal:
        return refusal.messages[0]
    return KEPT


def authors(name: str, content: bytes) -> str:
    """As the desk does beside a document."""
    from django.core.files.base import ContentFile

    from portal.files import authors
    from portal.files.uploads import DOCX, PDF, XLSX

    kinds = {"pdf": PDF, "xlsx": XLSX}
    row = SimpleNamespace(
        file=ContentFile(content, name), content_type=kinds.get(name.rpartition(".")[2], DOCX), sha256=name
    )
    return str(authors._read(row))


def compare(name: str, content: bytes) -> str:
    """As the page does that compares a file with the register."""
    from portal.publications.chain import read_document

    return read_document(content).sha256


def read(name: str, content: bytes) -> str:
    """As the import of a calendar does."""
    from portal.importing.refusals import ImportRefused
    from portal.importing.tables import read_tables

    try:
        return str(len(read_tables(name, content)))
    except ImportRefused as refused:
        return refused.message


def bind(name: str, content: bytes) -> str:
    """As the worker does that binds evidence into a paper."""
    from portal.files.uploads import PDF
    from programs.papers.sheets import sheets_of

    if not name.endswith(".pdf"):
        return "no document"
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory, "content")
        path.write_bytes(content)
        sha256 = hashlib.sha256(content).hexdigest()
        bound = sheets_of(path=path, content_type=PDF, sha256=sha256, target=Path(directory, "target"))
    return bound.obstacle or "bound"


def unpack(name: str, content: bytes) -> str:
    """As nobody should: whatever can be unpacked is."""
    from PIL import Image

    Image.MAX_IMAGE_PIXELS = None
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as package:
            return str(sum(len(package.read(part)) for part in package.infolist()))
    except zipfile.BadZipFile:
        pass
    try:
        with Image.open(io.BytesIO(content)) as image:
            image.load()
            return str(image.size)
    except Exception as error:
        return type(error).__name__


# What it costs


def made_elsewhere(make: Callable[[], bytes]) -> bytes:
    """What a function makes, in a child: what making it takes is not charged to those who look at it."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        with os.fdopen(writing, "wb") as out:
            out.write(make())
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading, "rb") as made:
        content = made.read()
    os.waitpid(child, 0)
    return content


def in_child(act: Callable[[], str]) -> dict:
    return json.loads(made_elsewhere(lambda: json.dumps(_cost(act)).encode()) or '{"said": "died"}')


def _cost(act: Callable[[], str]) -> dict:
    resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))
    Path("/proc/self/clear_refs").write_text("5")  # the highest mark begins anew
    before, begun = _memory("VmRSS"), time.process_time()
    try:
        said = act()
    except BaseException as error:
        said = f"raised {type(error).__name__}"
    return {
        "seconds": round(time.process_time() - begun, 3),
        "growth": (_memory("VmHWM") - before) // MEGABYTE,
        "said": said,
    }


def _memory(mark: str) -> int:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(f"{mark}:"))


if __name__ == "__main__":
    main()
