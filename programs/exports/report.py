"""The progress report as an editable Word document: the same sentences as on paper."""

from __future__ import annotations

from collections.abc import Iterator
from html import unescape

from django.template.loader import render_to_string
from django.utils.html import strip_tags
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from portal.bilingual import page_language
from portal.folding import one_line
from portal.locales import long_date
from portal.papers.documents import CONTENT_TYPE, Properties, Writer, document
from programs.headings import program_heading
from programs.progress import Group, PhaseLine, ProgressReport, TaskLine

__all__ = ["CONTENT_TYPE", "report_document"]

_SEPARATOR = " · "


def report_document(report: ProgressReport, *, live_url: str) -> bytes:
    """Return the report as DOCX, upright, in the language of the moment.

    Args:
        live_url: the full address of the program's page, at the foot of the text.
    """
    writer = Writer(page_language())
    calendar = report.calendar
    program, municipality = calendar.program, calendar.program.municipality
    day = long_date(calendar.today, municipality.country, page_language())
    heading = f"{_('Progress report')} - {program_heading(program)}"
    parts = [
        writer.heading(heading, 1),
        *([writer.paragraph(one_line(str(program.title)))] if program.title else []),
        writer.paragraph(_("As things stood on %(date)s") % {"date": day}),
        *_standing(writer, report),
        *_phases(writer, report),
        *(part for group in report.groups for part in _group(writer, group)),
        *_delays(writer, report),
        *_moves(writer, report),
        writer.paragraph(live_url),
    ]
    properties = Properties(heading, one_line(municipality.title), municipality.country, program.updated_at)
    return document(parts, writer, properties)


def _standing(writer: Writer, report: ProgressReport) -> Iterator[str]:
    progress = report.calendar.progress
    yield writer.paragraph(_sentence("components/progress_sentence.html", progress=progress), is_bold=True)
    if progress.nothing_stated and progress.total:
        yield writer.paragraph(
            _("Its “done (yes/no)” column is empty, so no task is shown as done or as late.")
        )
    if report.figures:
        heads = [str(figure.label) for figure in report.figures]
        counts = [str(figure.count) for figure in report.figures]
        yield writer.table([heads, counts], [1] * len(heads))
    share = report.completeness.share
    words = ngettext(
        "%(present)s of %(expected)s expected document is there.",
        "%(present)s of %(expected)s expected documents are there.",
        share.expected,
    )
    told = words % {"present": share.present, "expected": share.expected} if share.expected else ""
    yield writer.paragraph(told or _("The calendar names no expected document."))


def _phases(writer: Writer, report: ProgressReport) -> Iterator[str]:
    if not report.phases:
        return
    heads = [
        pgettext("head of a column", "Phase"),
        _("Dates"),
        _("Tasks"),
        _("Done"),
        _("Late"),
        _("Not stated"),
        _("To come"),
        _("Documents there"),
    ]
    yield writer.heading(_("By phase"), 2)
    yield writer.table([heads, *map(_phase_cells, report.phases)], [26, 20, 9, 9, 9, 9, 9, 9])


def _phase_cells(line: PhaseLine) -> list[str]:
    phase, silent = line.phase, pgettext("figure", "not stated")
    return [
        f"{phase.number}. {one_line(str(phase.title))}",
        phase.period or _("No date yet"),
        str(len(phase.tasks)),
        str(phase.done) if phase.is_stated else silent,
        str(line.late) if phase.is_stated else silent,
        str(line.not_stated),
        str(line.to_come),
        line.share.fraction if line.share.expected else _("none expected"),
    ]


def _group(writer: Writer, group: Group) -> Iterator[str]:
    heads = [
        pgettext("task", "No."),
        _("Acts and activities to carry out"),
        _("Session date"),
        _("Documents and proofs") if group.is_to_come else _("Documents there"),
        _("Responsible, notes"),
    ]
    yield writer.heading(f"{group.title} ({len(group.lines)})", 2)
    yield writer.paragraph(str(group.about), keeps_next=True)
    yield writer.table([heads, *(_task_cells(group, line) for line in group.lines)], [7, 35, 17, 25, 16])


def _task_cells(group: Group, line: TaskLine) -> list[str]:
    row, separator = line.row, _SEPARATOR
    date = f"{row.sheet_date}\n{row.weekday}" if row.session_date else _("No date yet")
    more = row.words if group.name == "late" else line.until
    listed = line.missing or (row.documents if group.is_to_come else [])
    titles = separator.join(one_line(str(document.title)) for document in listed)
    if not row.documents:
        documents = _("none expected")
    elif line.missing:
        documents = f"{line.present.fraction}\n{_('Missing:')} {titles}"
    else:
        documents = titles or line.present.fraction
    about = [one_line(row.task.responsible), row.task.notes]
    return [
        row.code,
        one_line(str(row.title)),
        "\n".join(filter(None, [date, more])),
        documents,
        "\n".join(filter(None, about)),
    ]


def _delays(writer: Writer, report: ProgressReport) -> Iterator[str]:
    if not report.calendar.delays:
        return
    yield writer.heading(_("Legal delays"), 2)
    if report.kept:
        words = ngettext(
            "The dates keep %(kept)s delay of the calendar.",
            "The dates keep %(kept)s delays of the calendar.",
            report.kept,
        )
        yield writer.paragraph(words % {"kept": report.kept})
    for delay in report.broken:
        yield writer.paragraph(_sentence("programs/pdf/delay.html", delay=delay))


def _moves(writer: Writer, report: ProgressReport) -> Iterator[str]:
    if not report.moves:
        return
    heads = [
        pgettext("task", "No."),
        _("Acts and activities to carry out"),
        _("Date before"),
        _("Date after"),
        _("Reason"),
    ]
    rows = [
        [
            move.task.code,
            one_line(str(move.task.title)),
            move.row.old_date,
            move.row.new_date or _("No date yet"),
            move.row.move.reason,
        ]
        for move in report.moves
    ]
    yield writer.heading(_("Dates that were moved"), 2)
    yield writer.table([heads, *rows], [7, 35, 16, 16, 26])


def _sentence(template: str, **context: object) -> str:
    """What a template of the paper says, without its marks; a break of a line stays one."""
    html = one_line(render_to_string(template, context)).replace("<br>", "\n")
    return unescape("\n".join(line.strip() for line in strip_tags(html).split("\n")))
