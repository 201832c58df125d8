"""What a dossier costs: 20 tasks with 60 files of about 3 MB. ``python -m benchmarks.dossier``.

Half of the files are scanned PDFs of four pages, half are photographs. Each of the two papers is made in a
process of its own on a scratch portal, as the worker makes it, so that its memory is its own. That of the
process which sets the pages is counted with it.
"""

from __future__ import annotations

import dataclasses
import hashlib
import io
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks import server
from benchmarks.server import PROJECT

TASKS, FILES_A_TASK = 20, 3
PAGES_A_SCAN = 4
FILE_BYTES = 3_000_000
YEAR = 2031
KINDS = ("program-dossier", "program-dossier-zip")
MOST_SECONDS = 30.0
MOST_MB = 500.0


@dataclass(frozen=True, slots=True)
class DossierCost:
    """One paper, made once by a fresh process."""

    kind: str
    files: int
    evidence_mb: float
    pages: int
    """Of the PDF; 0 for an archive."""
    megabytes: float
    wall_seconds: float
    cpu_seconds: float
    peak_mb: float
    """Of the process that binds and the one that sets pages, together."""

    @property
    def is_kept(self) -> bool:
        """Whether it is within what the portal promises."""
        return self.wall_seconds <= MOST_SECONDS and self.peak_mb <= MOST_MB


def measured_dossier(settings: dict[str, str]) -> list[DossierCost]:
    """Fill a migrated portal with the program, and make each paper of it.

    Args:
        settings: those of ``server.environment``.
    """
    _run(settings, "fill")
    return [DossierCost(**json.loads(_run(settings, kind))) for kind in KINDS]


def dossier_section(costs: list[DossierCost]) -> list[str]:
    """The figures as Markdown."""
    lines = [
        "| paper | files | evidence MB | pages | MB | seconds | CPU s | peak MB | |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | --- |",
    ]
    for cost in costs:
        kept = "kept" if cost.is_kept else "missed"
        lines.append(
            f"| {cost.kind} | {cost.files} | {cost.evidence_mb:.0f} | {cost.pages} | {cost.megabytes:.0f}"
            f" | {cost.wall_seconds:.1f} | {cost.cpu_seconds:.1f} | {cost.peak_mb:.0f} | {kept} |"
        )
    return [*lines, "", f"At most {MOST_SECONDS:.0f} s and {MOST_MB:.0f} MB."]


def _run(settings: dict[str, str], what: str) -> str:
    command = [sys.executable, "-m", "benchmarks.dossier", "--child", what]
    return subprocess.run(
        command, cwd=PROJECT, env=settings, stdout=subprocess.PIPE, text=True, check=True
    ).stdout


# In the child


def _child(what: str) -> None:
    import django

    django.setup()
    if what == "fill":
        _fill()
    else:
        print(json.dumps(dataclasses.asdict(_made(what))))


def _fill() -> None:
    from portal.municipalities.models import Municipality
    from programs.models import ExpectedDocument, Phase, Program, Task

    town, _created = Municipality.objects.get_or_create(
        slug="dossier", defaults={"name_ar": "ملف", "name_fr": "Dossier", "country": "TN"}
    )
    program = Program.objects.create(
        municipality=town, year=YEAR, title_ar="برنامج الاستثمار", status="published"
    )
    phase = Phase.objects.create(program=program, number=1, title_ar="الأعمال التحضيرية")
    for number in range(1, TASKS + 1):
        task = Task.objects.create(phase=phase, number=number, title_ar=f"عمل رقم {number}", done=True)
        document = ExpectedDocument.objects.create(task=task, position=1, title_ar="محضر جلسة وصور")
        for place in range(FILES_A_TASK):
            _hand_in(document, number * FILES_A_TASK + place)


def _hand_in(document: Any, seed: int) -> None:
    from django.core.files.base import ContentFile

    from programs.models import SupportingDocument

    is_scan = seed % 2 == 0
    content = _scan(seed) if is_scan else _photograph(seed, FILE_BYTES)
    row = SupportingDocument(
        expected_document=document,
        name=f"وثيقة-{seed}.{'pdf' if is_scan else 'jpg'}",
        size=len(content),
        content_type="application/pdf" if is_scan else "image/jpeg",
        sha256=hashlib.sha256(content).hexdigest(),
    )
    row.file.save(row.name, ContentFile(content), save=False)
    row.save()


def _photograph(seed: int, size: int) -> bytes:
    """A JPEG of about so many bytes: noise is what compresses least."""
    import random

    from PIL import Image

    side = int((size / 0.53) ** 0.5)
    noise = random.Random(seed).randbytes(side * side)
    out = io.BytesIO()
    Image.frombytes("L", (side, side), noise).convert("RGB").save(out, "JPEG", quality=70)
    return out.getvalue()


def _scan(seed: int) -> bytes:
    from PIL import Image

    pages = [
        Image.open(io.BytesIO(_photograph(seed * PAGES_A_SCAN + number, FILE_BYTES // PAGES_A_SCAN)))
        for number in range(PAGES_A_SCAN)
    ]
    out = io.BytesIO()
    pages[0].save(out, "PDF", save_all=True, append_images=pages[1:], quality=70)
    return out.getvalue()


def _made(kind: str) -> DossierCost:
    from portal.municipalities.models import Municipality
    from portal.papers.answers import silent
    from portal.papers.orders import Order, draft_of
    from portal.pdf import press
    from programs.models import SupportingDocument

    town = Municipality.objects.get(slug="dossier")
    order = Order(kind, town, {"year": YEAR}, "ar", "https://portal.example")
    wall = time.monotonic()
    with press.patience(900):
        path = draft_of(order).make(silent)
    wall = time.monotonic() - wall
    press.close()  # only of a child that has ended its use is known
    assert isinstance(path, Path)
    own, children = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    evidence = list(SupportingDocument.objects.filter(expected_document__task__phase__program__year=YEAR))
    cost = DossierCost(
        kind=kind,
        files=len(evidence),
        evidence_mb=sum(row.size for row in evidence) / 1e6,
        pages=_pages(path),
        megabytes=path.stat().st_size / 1e6,
        wall_seconds=wall,
        cpu_seconds=sum(use.ru_utime + use.ru_stime for use in (own, children)),
        peak_mb=(own.ru_maxrss + children.ru_maxrss) / 1024,
    )
    path.unlink()
    return cost


def _pages(path: Path) -> int:
    import pikepdf

    if path.suffix != ".pdf":
        return 0
    with pikepdf.open(path) as pdf:
        return len(pdf.pages)


def main() -> None:
    """Measure on a scratch portal, and print the table."""
    with tempfile.TemporaryDirectory(prefix="musharaka-benchmark-") as scratch:
        settings = server.environment(Path(scratch))
        command = [sys.executable, "manage.py", "migrate", "--no-input", "-v0"]
        subprocess.run(command, cwd=PROJECT, env=settings, check=True)
        print("\n".join(dossier_section(measured_dossier(settings))))


if __name__ == "__main__":
    if sys.argv[1:2] == ["--child"]:
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "benchmarks.settings")
        _child(sys.argv[2])
    else:
        main()
