"""The file for the yearly performance evaluation: numbered annexes, those that are missing named as such."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from django.http import Http404
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.locales import day_month
from portal.municipalities.access import Act
from portal.papers.answers import AT_ONCE
from portal.papers.orders import Advance, Copy, Draft, Order, Paper
from portal.papers.pages import paper_context
from programs.exports.data import json_file
from programs.headings import program_heading
from programs.papers import binding, packing
from programs.papers.annexes import AnnexRow, Found, is_evaluated, read_annexes
from programs.papers.binding import Leaf
from programs.papers.dossier import ZIP, bound_paper, live_url, put_register
from programs.papers.gathering import Gathering, gather_for
from programs.papers.made import OF_A_PROGRAM, Made, minutes_of, papers_of
from programs.rules_evaluation import LODGED_BY, AnnexKey

TEMPLATE = "programs/pdf/evaluation.html"
README = "programs/pdf/evaluation_readme.txt"
TO_ATTACH = "programs/pdf/evaluation_attach.txt"
FORMAT = "musharaka-evaluation-1"
_PAGES_A_FILE = 3


@dataclass(frozen=True, slots=True)
class AnnexLeaf:
    """What a page before an annex, or before one of its files, says."""

    row: AnnexRow
    found: Found | None = None
    number: int = 0
    """Of the file within its annex, from 1; 0 for the annex itself."""
    files: int = 0
    """How many the annex has in all."""


def lodged_by() -> str:
    """The last day for lodging the file, without a year, in the language of the moment."""
    day, month = LODGED_BY
    return day_month(datetime.date(2000, month, day), "TN", translation.get_language() or "ar")


def _read(order: Order) -> tuple[Gathering, list[AnnexRow]]:
    """Raises ``Http404``, also where no such file is asked for."""
    if not is_evaluated(order.municipality):
        raise Http404
    gathering = gather_for(order)
    return gathering, read_annexes(order, gathering)


def _about(order: Order, gathering: Gathering, rows: list[AnnexRow], make: Any, **more: Any) -> Draft:
    municipality, year = order.municipality, gathering.program.year
    title = _("Evaluation file of the program %(year)s") % {"year": year}
    files = sum(len(row.found) for row in rows)
    return Draft(
        title=title,
        filename=f"{title} - {municipality.title}",
        ascii_filename=f"{municipality.slug}-program-{year}-evaluation",
        version=f"{municipality.revision} {municipality.today()}",
        make=make,
        back=reverse("staff-program-papers", kwargs={"slug": municipality.slug, "year": year}),
        pages=max(AT_ONCE + 1, len(rows) + _PAGES_A_FILE * files),
        **more,
    )


# One paper


def _draft(order: Order) -> Draft:
    gathering, rows = _read(order)
    return _about(order, gathering, rows, partial(_bound, order, gathering, rows))


def _bound(order: Order, gathering: Gathering, rows: list[AnnexRow], advance: Advance) -> Path:
    with translation.override(order.language):
        leaves = list(_leaves(order, rows))
        context = paper_context(order, live_url=live_url(order, gathering.program), obj=gathering.program) | {
            "heading": _("Evaluation file of the program %(year)s") % {"year": gathering.program.year},
            "program_heading": program_heading(gathering.program),
            "gathering": gathering,
            "rows": rows,
            "leaves": leaves,
            "contents": [(row, [leaf for leaf in leaves if leaf.about.row is row]) for row in rows],
            "missing": [row for row in rows if row.is_missing],
            "lodged_by": lodged_by(),
        }
        return bound_paper(order, TEMPLATE, context, leaves, advance)


def _made(order: Order, row: AnnexRow, copy: Copy) -> list[Made]:
    """The papers that the portal makes for an annex."""
    kinds = OF_A_PROGRAM if row.annex.key is AnnexKey.PROGRAM else ()
    return [*papers_of(order, kinds, copy=copy), *minutes_of(order, row.minutes, copy=copy)]


def _leaves(order: Order, rows: list[AnnexRow]) -> Iterator[Leaf]:
    """A page for each annex, and one for each of its files, those first that the portal makes itself."""
    for row in rows:
        anchor, own = f"annex-{row.annex.number}", _made(order, row, Copy.READING)
        files = len(own) + len(row.found)
        yield Leaf(anchor, about=AnnexLeaf(row, files=files))
        for number, paper in enumerate(own, 1):
            yield Leaf(f"{anchor}-{number}", made=paper, about=AnnexLeaf(row, None, number, files))
        for number, found in enumerate(row.found, len(own) + 1):
            yield Leaf(f"{anchor}-{number}", found.piece, about=AnnexLeaf(row, found, number, files))


# One archive


def _archive_draft(order: Order) -> Draft:
    gathering, rows = _read(order)
    return _about(order, gathering, rows, partial(_packed, order, gathering, rows), content_type=ZIP)


def _packed(order: Order, gathering: Gathering, rows: list[AnnexRow], advance: Advance) -> Path:
    with (
        translation.override(order.language),
        binding.lasting(".zip") as target,
        packing.packing(target, order.municipality) as packed,
    ):
        annexes = []
        for done, row in enumerate(rows):
            advance(done, len(rows), str(row.annex.title))
            annexes.append(_put_annex(packed, order, gathering, row))
        packed.put("README.txt", _readme(order, gathering, rows))
        packed.put_json(packing.MANIFEST, _manifest(packed, order, gathering, annexes))
        packed.close_with_sums()
    return target


def _put_annex(packed: packing.Packed, order: Order, gathering: Gathering, row: AnnexRow) -> dict[str, Any]:
    """Pack an annex in a folder of its own; one that is missing as a note of what is to be put there."""
    annex, before = row.annex, set(packed.sums)
    folder = packing.member_name(f"{annex.number:02d}", str(annex.title))
    own = _made(order, row, Copy.ARCHIVE)
    for place, paper in enumerate(own, 1):
        name = packing.member_name(f"{annex.number}.{place}", paper.title)
        packed.put(f"{folder}/{name}.pdf", paper.content(), is_compressed=True)
    if annex.key is AnnexKey.PROGRAM:
        packed.put(f"{folder}/calendar.json", json_file(gathering.calendar))
        put_register(packed, gathering.program)
    made = [name for name in packed.sums if name not in before]
    named = [
        (_file_name(folder, annex.number, place, found), found.piece)
        for place, found in enumerate(row.found, len(own) + 1)
    ]
    entries = list(packing.put_pieces(packed, named))
    if row.is_missing:
        note = packing.member_name(str(annex.number), _("To be attached by the municipality"))
        packed.put(f"{folder}/{note}.txt", _to_attach(row))
    facts = [{"label": fact.label, "text": str(fact.text), "address": fact.address} for fact in row.facts]
    return {
        "annex": annex.number,
        "key": annex.key.value,
        "title": str(annex.title),
        "is_missing": row.is_missing,
        "facts": facts,
        "made_by_the_portal": [{"file": name, "sha256": packed.sums[name]} for name in made],
        "files": entries,
    }


def _file_name(folder: str, annex: int, place: int, found: Found) -> str:
    name = found.piece.name
    return f"{folder}/{packing.member_name(f'{annex}.{place}', str(found.title), name, suffix_of=name)}"


def _to_attach(row: AnnexRow) -> bytes:
    return render_to_string(TO_ATTACH, {"row": row}).encode()


def _readme(order: Order, gathering: Gathering, rows: list[AnnexRow]) -> bytes:
    context = {
        "municipality": order.municipality,
        "heading": program_heading(gathering.program),
        "rows": rows,
        "lodged_by": lodged_by(),
        "live_url": live_url(order, gathering.program),
        "verifier": order.origin + reverse("verifier"),
    }
    return render_to_string(README, context).encode()


def _manifest(
    packed: packing.Packed, order: Order, gathering: Gathering, annexes: list[dict[str, Any]]
) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "municipality": order.municipality.slug,
        "year": gathering.program.year,
        "made_at": packed.moment.isoformat(timespec="seconds"),
        "page": live_url(order, gathering.program),
        "verify": order.origin + reverse("verify"),
        "annexes": annexes,
    }


PAPER = Paper(label=gettext_lazy("Evaluation file"), draft=_draft, act=Act.SEE_DRAFTS)
ARCHIVE = Paper(label=gettext_lazy("Evaluation file, annexes"), draft=_archive_draft, act=Act.SEE_DRAFTS)
