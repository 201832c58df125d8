"""The dossier of a program: all its evidence in one paper, or in one archive that anybody can check."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.bilingual import Localized
from portal.municipalities.access import Act
from portal.papers.answers import AT_ONCE
from portal.papers.orders import Advance, Copy, Draft, Order, Paper
from portal.papers.pages import paper_context, print_page
from portal.publications.models import Publication
from portal.publications.register import public_fields
from programs.exports.data import json_file
from programs.headings import program_heading
from programs.models import Program
from programs.papers import binding, packing
from programs.papers.binding import Leaf
from programs.papers.gathering import Gathering, Piece, Slot, TaskSlots, gather_for
from programs.papers.made import CALENDAR, papers_of

TEMPLATE = "programs/pdf/dossier.html"
README = "programs/pdf/dossier_readme.txt"
FORMAT = "musharaka-dossier-1"
ZIP = "application/zip"
_PAGES_A_FILE = 3
"""Its divider, and as many pages as most of them have."""


@dataclass(frozen=True, slots=True)
class Divider:
    """What stands before a file: to which task it belongs, and for which document."""

    task: TaskSlots
    title: Localized
    number: int
    """Of the file within its task, from 1."""
    is_first: bool
    """Of the task: it carries the task's bookmark."""


def numbered(gathering: Gathering) -> Iterator[tuple[TaskSlots, Slot, int, Piece]]:
    """Every file in the calendar's order with its number within its task, from 1."""
    for task in gathering.tasks:
        number = 0
        for slot in task.slots:
            for piece in slot.pieces:
                number += 1
                yield task, slot, number, piece


# One paper


def _draft(order: Order) -> Draft:
    gathering = gather_for(order)
    title = _("Dossier of the program %(year)s") % {"year": gathering.program.year}
    return _about(order, gathering, title, "dossier", partial(_bound, order, gathering, title))


def _about(order: Order, gathering: Gathering, title: str, name: str, make: Any, **more: Any) -> Draft:
    """What both kinds of dossier are before they are made: long enough for the worker."""
    municipality, program = order.municipality, gathering.program
    return Draft(
        title=title,
        filename=f"{title} - {municipality.title}",
        ascii_filename=f"{municipality.slug}-program-{program.year}-{name}",
        version=f"{municipality.revision} {municipality.today()}",
        make=make,
        back=reverse("staff-program-papers", kwargs={"slug": municipality.slug, "year": program.year}),
        pages=max(AT_ONCE + 1, _PAGES_A_FILE * len(gathering.pieces)),
        **more,
    )


def _bound(order: Order, gathering: Gathering, title: str, advance: Advance) -> Path:
    leaves = _leaves(gathering)
    with translation.override(order.language):
        context = _context(order, gathering, title, leaves)
        return bound_paper(order, TEMPLATE, context, leaves, advance)


def bound_paper(
    order: Order, template: str, context: dict[str, Any], leaves: list[Leaf], advance: Advance
) -> Path:
    """Bind leaves with the pages of their files; ``context`` learns which of these could not be bound."""
    steps = sum(leaf.has_file for leaf in leaves) + 1
    with binding.workshop() as folder, binding.lasting(".pdf") as target:
        binding.read_sheets(leaves, folder, lambda done, words: advance(done, steps, words))
        advance(steps - 1, steps, _("Setting the contents and the dividers"))
        context = context | {"unbound": [leaf for leaf in leaves if leaf.sheets.obstacle]}
        binding.bind(leaves, partial(_print_own, order, template, context), folder, target)
        advance(steps, steps, "")
    return target


def _print_own(order: Order, template: str, context: dict[str, Any], total: int | None) -> bytes:
    """Our pages of a bound paper; what is bound is never an archive copy, since foreign pages are in it."""
    reading = dataclasses.replace(order, copy=Copy.READING)
    return print_page(reading, template, context | {"total": total, "is_sketch": total is None})


def live_url(order: Order, program: Program) -> str:
    """The public page of a program; while it is none, the desk's."""
    return order.address("program" if program.is_public else "program-preview", year=program.year)


def _leaves(gathering: Gathering) -> list[Leaf]:
    return [
        Leaf(
            anchor=f"file-{task.row.phase_number}-{task.row.task.number}-{number}",
            piece=piece,
            about=Divider(task, slot.title, number, is_first=number == 1),
        )
        for task, slot, number, piece in numbered(gathering)
    ]


def _context(order: Order, gathering: Gathering, title: str, leaves: list[Leaf]) -> dict[str, Any]:
    by_piece = {id(leaf.piece): leaf for leaf in leaves}
    paper = paper_context(order, live_url=live_url(order, gathering.program), obj=gathering.program)
    return paper | {
        "heading": title,
        "program_heading": program_heading(gathering.program),
        "gathering": gathering,
        "leaves": leaves,
        "contents": [
            (phase, [(task, _lines(task, by_piece)) for task in phase.tasks]) for phase in gathering.phases
        ],
    }


def _lines(task: TaskSlots, by_piece: dict[int, Leaf]) -> list[tuple[Slot, list[Leaf]]]:
    """The expected documents of a task with the leaves of their files, for the contents."""
    return [(slot, [by_piece[id(piece)] for piece in slot.pieces]) for slot in task.slots]


# One archive


def _archive_draft(order: Order) -> Draft:
    gathering = gather_for(order)
    title = _("Dossier of the program %(year)s, files") % {"year": gathering.program.year}
    make = partial(_packed, order, gathering)
    return _about(order, gathering, title, "dossier", make, content_type=ZIP)


def _packed(order: Order, gathering: Gathering, advance: Advance) -> Path:
    with (
        translation.override(order.language),
        binding.lasting(".zip") as target,
        packing.packing(target, order.municipality) as packed,
    ):
        tasks = list(_pack_tasks(packed, gathering, advance))
        made = _put_program(packed, order, gathering)
        packed.put("README.txt", _readme(order, gathering))
        packed.put_json(packing.MANIFEST, _manifest(packed, order, gathering, tasks, made))
        packed.close_with_sums()
    return target


def _pack_tasks(packed: packing.Packed, gathering: Gathering, advance: Advance) -> Iterator[dict[str, Any]]:
    """Pack the files of every task; each task as the manifest tells it."""
    files, done = len(gathering.pieces) + 1, 0
    for task in gathering.tasks:
        documents, number = [], 0
        for slot in task.slots:
            entries: list[dict[str, Any]] = []
            for piece in slot.pieces:
                advance(done, files, piece.name)
                number, done = number + 1, done + 1
                name = packing.member_name(
                    f"{task.number}_{number}", str(slot.title), piece.name, suffix_of=piece.name
                )
                entries += packing.put_pieces(packed, [(name, piece)])
            documents.append({"title_ar": slot.titles[0], "title_fr": slot.titles[1], "files": entries})
        yield _task_entry(task, documents)


def _task_entry(task: TaskSlots, documents: list[dict[str, Any]]) -> dict[str, Any]:
    row = task.row.task
    return {
        "task": task.number,
        "title_ar": row.title_ar,
        "title_fr": row.title_fr,
        "session_date": row.session_date.isoformat() if row.session_date else None,
        "done": row.done,
        "documents": documents,
    }


def _put_program(packed: packing.Packed, order: Order, gathering: Gathering) -> list[str]:
    """The calendar as data and, where it is public, as an archive copy; what the register keeps of it."""
    program, before = gathering.program, set(packed.sums)
    packed.put("calendar.json", json_file(gathering.calendar))
    for paper in papers_of(order, [CALENDAR], copy=Copy.ARCHIVE):
        packed.put("calendar.pdf", paper.content(), is_compressed=True)
    put_register(packed, program)
    return [name for name in packed.sums if name not in before]


def put_register(packed: packing.Packed, program: Program) -> None:
    """What the register keeps of a program, and the chain that seals it, as the verifier reads both."""
    own = Publication.objects.of_object(program).order_by("number")
    for entry in own:
        packed.put(f"register/{entry.number}.json", entry.content.encode())
    if own:
        chain = Publication.objects.defer("content").order_by("number")
        entries = [public_fields(entry) for entry in chain.iterator()]
        packed.put_json("register/entries.json", {"entries": entries, "next": None})


def _manifest(
    packed: packing.Packed,
    order: Order,
    gathering: Gathering,
    tasks: list[dict[str, Any]],
    made: list[str],
) -> dict[str, Any]:
    program, municipality = gathering.program, order.municipality
    return {
        "format": FORMAT,
        "municipality": {
            "slug": municipality.slug,
            "name_ar": municipality.name_ar,
            "name_fr": municipality.name_fr,
        },
        "program": {
            "year": program.year,
            "title_ar": program.title_ar,
            "title_fr": program.title_fr,
            "status": program.status,
        },
        "made_at": packed.moment.isoformat(timespec="seconds"),
        "page": live_url(order, program),
        "verify": order.origin + reverse("verify"),
        "verifier": order.origin + reverse("verifier"),
        "expected_documents": len(gathering.slots),
        "missing_documents": len(gathering.missing),
        "tasks": tasks,
        "made_by_the_portal": [{"file": name, "sha256": packed.sums[name]} for name in made],
    }


def _readme(order: Order, gathering: Gathering) -> bytes:
    context = {
        "municipality": order.municipality,
        "heading": program_heading(gathering.program),
        "files": len(gathering.pieces),
        "missing": gathering.missing,
        "verify": order.origin + reverse("verify"),
        "verifier": order.origin + reverse("verifier"),
        "entries": order.origin + reverse("publications-entries"),
    }
    return render_to_string(README, context).encode()


PAPER = Paper(label=gettext_lazy("Dossier"), draft=_draft, act=Act.SEE_DRAFTS)
ARCHIVE = Paper(label=gettext_lazy("Dossier, files"), draft=_archive_draft, act=Act.SEE_DRAFTS)
