"""The progress report of a program: to be printed, and to be edited."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any

from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.papers.orders import PDF, Advance, Draft, Order, Paper
from portal.papers.pages import paper_context, print_page
from programs.calendar import read_calendar
from programs.exports.report import CONTENT_TYPE, report_document
from programs.headings import program_heading
from programs.models import Program
from programs.papers.calendar import data_attachments, read_program, version_of
from programs.papers.lengths import pages_for, row_height
from programs.progress import ProgressReport, TaskLine, read_progress

TEMPLATE = "programs/pdf/progress.html"

# What an upright page holds: millimetres, and the letters of a line in each column.
_PAGE, _AROUND_TABLES, _HEADED = 255, 150, 22
_TITLE, _DOCUMENTS, _REASON = 48, 44, 60


def progress_body_context(program: Program, today: datetime.date) -> dict[str, Any]:
    """What ``programs/pdf/progress_body.html`` takes, beside ``municipality``; in the language of the moment.

    Args: those of :func:`programs.papers.calendar.calendar_body_context`.
    """
    return {"report": read_progress(read_calendar(program, today))}


def _draft(order: Order) -> Draft:
    program = read_program(order)
    body = progress_body_context(program, order.municipality.today())
    live_url = order.address("program", year=program.year)
    context = paper_context(order, live_url=live_url, obj=program) | body
    context |= {"heading": program_heading(program)}
    attachments = data_attachments(order, body["report"].calendar)

    def make(advance: Advance) -> bytes:
        return print_page(order, TEMPLATE, context, attachments=attachments)

    return _as_draft(order, body["report"], make, PDF)


def _docx_draft(order: Order) -> Draft:
    program = read_program(order)
    read = progress_body_context(program, order.municipality.today())["report"]

    def make(advance: Advance) -> bytes:
        with translation.override(order.language):
            return report_document(read, live_url=order.address("program", year=program.year))

    return _as_draft(order, read, make, CONTENT_TYPE)


def _as_draft(
    order: Order, read: ProgressReport, make: Callable[[Advance], bytes], content_type: str
) -> Draft:
    municipality, year = order.municipality, read.calendar.program.year
    title = _("Progress report: %(program)s") % {"program": program_heading(read.calendar.program)}
    is_pdf = content_type == PDF
    return Draft(
        title=title,
        filename=f"{title} - {municipality.title} - {municipality.today()}",
        ascii_filename=f"{municipality.slug}-program-{year}-progress-{municipality.today()}",
        version=version_of(order),
        make=make,
        back=reverse("program-papers", kwargs={"slug": municipality.slug, "year": year}),
        # A document of Word is laid out by whoever opens it: it costs a page, however long it is.
        pages=pages_of(read, is_large=order.is_large) if is_pdf else 1,
        content_type=content_type,
    )


def pages_of(read: ProgressReport, *, is_large: bool) -> int:
    """About how many pages the report takes, from the length of its texts."""
    lines = [line for group in read.groups for line in group.lines]
    tasks = sum(row_height(_task_cells(line)) for line in lines)
    moves = sum(row_height([(move.row.move.reason, _REASON)]) for move in read.moves)
    headed = _HEADED * (len(read.groups) + 2 * len(read.broken)) + 8 * len(read.phases)
    return pages_for(tasks + moves + headed + _AROUND_TABLES, page=_PAGE, is_large=is_large)


def _task_cells(line: TaskLine) -> list[tuple[str, int]]:
    missing = " · ".join(str(document.title) for document in line.missing)
    return [
        (str(line.row.title), _TITLE),
        ("\n".join(filter(None, [missing, line.row.task.notes])), _DOCUMENTS),
    ]


PAPER = Paper(label=gettext_lazy("Progress report"), draft=_draft)
DOCX = Paper(label=gettext_lazy("Progress report"), draft=_docx_draft)
