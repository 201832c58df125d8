"""The calendar of a program on paper: the official table, its delays, and the list of its evidence."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from django.urls import reverse
from django.utils.translation import gettext_lazy

from portal.bilingual import Localized
from portal.locales import sheet_date
from portal.papers.orders import Copy, Draft, Order, Paper
from portal.papers.pages import paper_context, print_page
from portal.pdf.render import Attachment
from programs.calendar import Calendar, DocumentRow, TaskRow, read_calendar
from programs.evidence import Share, share_of
from programs.exports import data
from programs.headings import program_heading
from programs.models import Program, SupportingDocument
from programs.papers.lengths import pages_for, row_height
from programs.views.lookup import program_of

TEMPLATE = "programs/pdf/calendar.html"
DIGITS_SHOWN = 16
"""Of a fingerprint: enough to tell files apart by eye. The whole one is in the archive copy."""

# What a lying page holds: millimetres, and the letters of a line in each column.
_PAGE, _AROUND_TABLE, _HEADED = 172, 110, 12
_TITLE, _DOCUMENTS, _NOTES, _FILE = 72, 58, 40, 60


@dataclass(frozen=True, slots=True)
class EvidenceRow:
    """An expected document with one of its files, or with none that the public may fetch."""

    task: TaskRow
    title: Localized
    name: str = ""
    size: int = 0
    received_on: str = ""
    fingerprint: str = ""
    """Its first digits, in groups of four."""
    internal: int = 0
    """How many files were handed in that only the municipality's people may fetch."""


@dataclass(frozen=True, slots=True)
class EvidenceList:
    """Every expected document of a calendar in its order, and what was handed in for it."""

    share: Share
    rows: list[EvidenceRow]


def calendar_body_context(program: Program, today: datetime.date) -> dict[str, Any]:
    """What ``programs/pdf/calendar_body.html`` takes, beside ``municipality``; in the language of the moment.

    Args:
        program: read with ``Program.objects.for_calendar_page()`` and knowing its municipality,
            whatever its status: whoever prints has checked the right to it.
        today: the municipality's date.
    """
    calendar = read_calendar(program, today)
    return {"calendar": calendar, "evidence": evidence_list(calendar)}


def evidence_list(calendar: Calendar) -> EvidenceList:
    """List the evidence of a calendar; one query, for the fingerprints of the public files."""
    files = SupportingDocument.objects.current().filter(
        is_public=True, expected_document__task__phase__program=calendar.program
    )
    fingerprints = dict(files.values_list("pk", "sha256"))
    zone = calendar.program.municipality.zone_info
    rows = [
        row
        for task in calendar.rows
        for document, read in zip(task.task.listed_documents, task.documents, strict=True)
        for row in _evidence_rows(task, read, document.listed_files, fingerprints, zone)
    ]
    return EvidenceList(share_of(calendar.rows), rows)


def _evidence_rows(
    task: TaskRow,
    document: DocumentRow,
    files: list[SupportingDocument],
    fingerprints: dict[int, str],
    zone: ZoneInfo,
) -> Iterator[EvidenceRow]:
    for file in files:
        if file.is_public:
            yield EvidenceRow(
                task=task,
                title=document.title,
                name=file.name,
                size=file.size,
                received_on=sheet_date(file.uploaded_at.astimezone(zone).date()),
                fingerprint=_grouped(fingerprints.get(file.pk, "")),
            )
    internal = sum(not file.is_public for file in files)
    if internal or not files:
        yield EvidenceRow(task, document.title, internal=internal)


def _grouped(digits: str) -> str:
    return " ".join(digits[start : start + 4] for start in range(0, DIGITS_SHOWN, 4)).strip()


# The paper


def read_program(order: Order) -> Program:
    """The public program that an order is about. Raises ``Http404``."""
    programs = Program.objects.published().for_calendar_page()
    return program_of(order.municipality, int(order.arguments["year"]), programs)


def data_attachments(order: Order, calendar: Calendar) -> tuple[Attachment, ...]:
    """The program as JSON, for the archive copy of a paper of it."""
    if order.copy != Copy.ARCHIVE:
        return ()
    program = calendar.program
    name = f"{order.municipality.slug}-program-{program.year}.json"
    return (Attachment(name, data.json_file(calendar), program_heading(program)),)


def version_of(order: Order) -> str:
    """Everything in a program that a paper shows and that changes."""
    return f"{order.municipality.revision} {order.municipality.today()}"


def _draft(order: Order) -> Draft:
    municipality, program = order.municipality, read_program(order)
    where = {"slug": municipality.slug, "year": program.year}
    heading = program_heading(program)
    body = calendar_body_context(program, municipality.today())
    live_url = order.address("program", year=program.year)
    context = paper_context(order, live_url=live_url, obj=program) | body | {"heading": heading}
    attachments = data_attachments(order, body["calendar"])
    return Draft(
        title=heading,
        filename=f"{heading} - {municipality.title}",
        ascii_filename=f"{municipality.slug}-program-{program.year}",
        version=version_of(order),
        make=lambda advance: print_page(order, TEMPLATE, context, attachments=attachments),
        back=reverse("program-papers", kwargs=where),
        pages=pages_of(body["calendar"], body["evidence"], is_large=order.is_large),
    )


def pages_of(calendar: Calendar, evidence: EvidenceList, *, is_large: bool) -> int:
    """About how many pages the calendar takes, from the length of its texts."""
    tasks = sum(row_height(_task_cells(row)) for row in calendar.rows)
    listed = evidence.rows if evidence.share.present else []
    files = sum(row_height([(str(row.title), _FILE), (row.name, _FILE)]) for row in listed)
    rest = _AROUND_TABLE + _HEADED * (len(calendar.phases) + 2 * len(calendar.delays))
    return pages_for(tasks + files + rest, page=_PAGE, is_large=is_large)


def _task_cells(row: TaskRow) -> list[tuple[str, int]]:
    documents = " · ".join(str(document.title) for document in row.documents)
    notes = [row.task.notes, *(f"{move.old_date}\n{move.move.reason}" for move in row.moves)]
    return [(str(row.title), _TITLE), (documents, _DOCUMENTS), ("\n".join(filter(None, notes)), _NOTES)]


PAPER = Paper(label=gettext_lazy("Calendar"), draft=_draft)
