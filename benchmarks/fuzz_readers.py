"""Feed the readers of files damaged and lying files until the time is up: nothing but a refusal may come out.

    .venv/bin/python -m benchmarks.fuzz_readers [--seconds 120] [--seed 1] [--reader docx]

Every file is a sound one that was changed at random: bytes of the file, or bytes, numbers and elements of
one part of it. A file that is neither read nor refused, or takes longer than two seconds of the processor,
is kept and ends the run with 1; the seed repeats it.
"""

from __future__ import annotations

import argparse
import copy
import io
import os
import random
import re
import sys
import time
import traceback
import zipfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from lxml import etree

MOST_SECONDS = 2.0
EXTREMES = (b"0", b"-1", b"1", b"65536", b"2147483648", b"999999999999999999999", b"1e308", b"nan", b"x", b"")
PIECES = (
    b"<",
    b">",
    b"&",
    b"\0",
    b'"',
    b"]]>",
    b"<!--",
    b"<!DOCTYPE a [",
    b"&#0;",
    b"&#xD800;",
    b"\xff\xfe",
    b"\xc3",
)
NUMBER = re.compile(rb"(?<=[\"'>])\d+(?=[\"'<])")
READ = re.compile(r"Content_Types|document\.xml$|xl/(?:workbook|styles|sharedStrings|worksheets|_rels)")
ELEMENT = re.compile(rb"<[^<>]{1,200}>")
BLOCK = [
    ["المرحلة", "العمل", "المؤيدات", "التاريخ", "تم الإنجاز", "ملاحظات"],
    ["1- الإعداد", "1-1 تكوين خلية", "محضر\nصور", "2023/06/09", "نعم", ""],
    ["", "2-1 جلسة أولى", "", "2023/06/12", "لا", "ملاحظة"],
    ["2- الجلسات", "1-2 جلسة", "محضر", "2023/07/01", "", ""],
]


def samples() -> dict[str, list[bytes]]:
    """Return sound files by reader."""
    from tests.calendar_files import as_docx, as_html, as_text, as_xlsx
    from tests.portal.importing.office_files import cell, paragraph, row, table, word, workbook

    title = ["رزنامة 2023"]
    strings = "<si><t>1-1 عمل</t></si><si><r><t>محضر</t></r><rPh><t>x</t></rPh></si>"
    styles = '<numFmts><numFmt numFmtId="170" formatCode="dd/mm/yyyy"/></numFmts>'
    styles += '<cellXfs><xf numFmtId="170"/></cellXfs>'
    cells = (
        '<c r="A1" t="s"><v>0</v></c><c r="B1" s="0"><v>45086</v></c><c r="C1" t="b"><f>1=1</f><v>1</v></c>'
    )
    nested = table(row(cell("أ", '<w:vMerge w:val="restart"/>'), cell(paragraph("ب") + table(row("ج", "د")))))
    return {
        "docx": [as_docx([BLOCK], titles=title, merged=0), as_docx([BLOCK, BLOCK], rtl=False), word(nested)],
        "xlsx": [
            as_xlsx([BLOCK], titles=title, merged=0, real_dates=True),
            workbook(f'<row r="1" hidden="1">{cells}</row>' * 3, strings=strings, styles=styles),
        ],
        "html": [as_html([BLOCK], merged=0, saved_page=True), as_html([BLOCK], encoding="windows-1256")],
        "text": [
            as_text([BLOCK]),
            as_text([BLOCK], delimiter=";", encoding="utf-16"),
            as_text([BLOCK], delimiter="|"),
        ],
    }


# Changes


def flip(chance: random.Random, data: bytes) -> bytes:
    changed = bytearray(data)
    for _flip in range(chance.choice((1, 1, 3, 20))):
        changed[chance.randrange(len(changed))] = chance.randrange(256)
    return bytes(changed)


def cut(chance: random.Random, data: bytes) -> bytes:
    start, end = sorted(chance.randrange(len(data) + 1) for _edge in range(2))
    return data[:start] + data[end:] if chance.random() < 0.7 else data[:end]


def insert(chance: random.Random, data: bytes) -> bytes:
    place = chance.randrange(len(data) + 1)
    return data[:place] + chance.choice(PIECES) * chance.choice((1, 1, 50)) + data[place:]


def repeat(chance: random.Random, data: bytes) -> bytes:
    start = chance.randrange(len(data))
    end = min(len(data), start + chance.choice((5, 50, 500, 5000)))
    return data[:end] + data[start:end] * chance.choice((1, 10, 300)) + data[end:]


def lie(chance: random.Random, data: bytes) -> bytes:
    """Put extremes in the place of some numbers."""
    return NUMBER.sub(
        lambda found: chance.choice(EXTREMES) if chance.random() < 0.05 else found.group(), data
    )


def misplace(chance: random.Random, data: bytes) -> bytes:
    """Put an element's sign in the place of another."""
    found = ELEMENT.findall(data)
    if not found:
        return data
    return ELEMENT.sub(lambda sign: chance.choice(found) if chance.random() < 0.02 else sign.group(), data)


def rearrange(chance: random.Random, data: bytes) -> bytes:
    """Drop, double, move and retype whole elements, so that the XML stays sound."""
    try:
        root = etree.fromstring(data)
    except (etree.XMLSyntaxError, ValueError):
        return data
    elements = list(root.iter(etree.Element))[1:]
    for _change in range(chance.choice((1, 3, 10)) if elements else 0):
        _rearrange_one(chance, chance.choice(elements), chance.choice(elements))
    return etree.tostring(root)


def _rearrange_one(chance: random.Random, element: etree._Element, other: etree._Element) -> None:
    parent = element.getparent()
    act = chance.randrange(5)
    if act == 0 and parent is not None:
        parent.remove(element)
    elif act == 1:
        other.append(copy.deepcopy(element))
    elif act == 2:
        element.tag = other.tag
    elif act == 3 and element.attrib:
        element.set(chance.choice(list(element.attrib)), chance.choice(EXTREMES).decode())
    else:
        element.text = chance.choice(EXTREMES).decode()


CHANGES: tuple[Callable[[random.Random, bytes], bytes], ...] = (flip, cut, insert, repeat, lie, misplace)


def changed(chance: random.Random, data: bytes) -> bytes:
    """Return the file with one to three changes, in an archive most often those of a part."""
    if data.startswith(b"PK") and chance.random() < 0.8:
        return _with_part_changed(chance, data)
    return _changed_bytes(chance, data)


def _changed_bytes(chance: random.Random, data: bytes) -> bytes:
    if chance.random() < 0.5 and (sound := rearrange(chance, data)) != data:
        return sound
    for _change in range(chance.randint(1, 3)):
        data = chance.choice(CHANGES)(chance, data) or b" "
    return data


def _with_part_changed(chance: random.Random, data: bytes) -> bytes:
    """Return the archive with one of the parts that are read changed, and without those that are not."""
    with zipfile.ZipFile(io.BytesIO(data)) as source:
        parts = {name: source.read(name) for name in source.namelist() if READ.search(name)}
    chosen = chance.choice(list(parts))
    parts[chosen] = _changed_bytes(chance, parts[chosen])
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as target:
        for name, content in parts.items():
            target.writestr(name, content)
    return out.getvalue()


# The run


def fuzz(reader: str, files: list[bytes], seconds: float, seed: int) -> bool:
    """Feed one reader; print what became of the files, and return whether all went well."""
    from portal.importing.refusals import ImportRefused
    from portal.importing.tables import read_lines, read_tables

    chance = random.Random(seed)
    ends: Counter[str] = Counter()
    slowest, stop = 0.0, time.monotonic() + seconds
    while time.monotonic() < stop:
        data = changed(chance, chance.choice(files))
        read = chance.choice((read_tables, read_tables, read_tables, read_lines))
        started = time.process_time()
        try:
            read(f"fuzz.{reader}", data)
            ends["read"] += 1
        except ImportRefused as refusal:
            ends["refused"] += bool(str(refusal))
        except Exception:
            traceback.print_exc()
            return _failed(reader, data)
        spent = time.process_time() - started
        slowest = max(slowest, spent)
        if spent > MOST_SECONDS:
            print(f"{spent:.1f} s")
            return _failed(reader, data)
    counts = f"{ends.total()} files, {ends['read']} read, {ends['refused']} refused"
    print(f"{reader}: {counts}, slowest {slowest:.2f} s", flush=True)
    return True


def _failed(reader: str, data: bytes) -> bool:
    path = Path(f"fuzz-failure.{reader}")
    path.write_bytes(data)
    print(f"{reader}: neither read nor refused in time, kept as {path}")
    return False


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--seconds", type=float, default=120.0, help="for each reader")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--reader", choices=("docx", "xlsx", "html", "text"))
    options = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    import django

    django.setup()
    chosen = {name: files for name, files in samples().items() if options.reader in (None, name)}
    went_well = [fuzz(name, files, options.seconds, options.seed) for name, files in chosen.items()]
    return 0 if all(went_well) else 1


if __name__ == "__main__":
    sys.exit(main())
