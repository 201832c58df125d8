"""What a person should look at in a calendar that was read."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal.folding import fold
from portal.importing.findings import SourceWarning
from portal.importing.refusals import quote
from programs.importers.body import Body
from programs.importers.codes import CodeOrder
from programs.importers.delays import StatedDelay
from programs.importers.documents import find_glued
from programs.importers.halves import find_halves, words_of
from programs.importers.heading import Heading
from programs.importers.heads import Column
from programs.importers.money import find_unclear_amounts
from programs.importers.phases import LabelledRows, under_labels
from programs.importers.readings import TaskReading
from programs.importers.rows import Label, Rows, TaskRow


def about_heading(heading: Heading, year: int | None) -> Iterator[SourceWarning]:
    """Yield what is odd about the title: none at all, or another year than the program's."""
    if not heading.title:
        message = _("No line above the table gives the program a title.")
        yield SourceWarning(heading.line, 1, "title_missing", message)
    elif year and heading.years and year not in heading.years:
        message = _("The program is of %(year)d, its title says %(title_year)d.")
        values = {"year": year, "title_year": heading.years[-1]}
        yield SourceWarning(heading.line, 1, "year_differs", message % values)


def about_rows(body: Body, rows: Rows) -> Iterator[SourceWarning]:
    """Yield the runs of rows that stand backwards, and the columns and lines that nothing reads."""
    for is_mirrored, run in groupby(body.entries, key=lambda entry: entry.is_mirrored):
        if is_mirrored:
            lines = [entry.row.line for entry in run]
            message = ngettext(
                "The cells of line %(first)d run backwards; they were turned round.",
                "The cells of lines %(first)d to %(last)d run backwards; they were turned round.",
                len(lines),
            )
            yield SourceWarning(
                lines[0], 1, "mirrored_rows", message % {"first": lines[0], "last": lines[-1]}
            )
    yield from _unread_columns(body)
    bare = [(label.line, label.text) for label in rows.bare_labels if label.number is None]
    for line, text in [*((row.line, row.text) for row in (*body.loose, *rows.unread)), *bare]:
        message = _("This line was not read: “%(text)s”.") % {"text": quote(text)}
        yield SourceWarning(line, 1, "line_not_read", message)


def _unread_columns(body: Body) -> Iterator[SourceWarning]:
    told = set()
    for entry in body.entries:
        for cell in entry.unread:
            place = len(entry.row.cells) + 1 - cell.column if entry.is_mirrored else cell.column
            if place not in told:
                told.add(place)
                message = _("This column was not read; its first cell is “%(text)s”.") % {
                    "text": quote(cell.text)
                }
                yield SourceWarning(entry.row.line, cell.column, "column_not_read", message)


def about_phases(rows: Rows, order: CodeOrder) -> Iterator[SourceWarning]:
    """Yield labels with another number than their tasks, and phases with two labels or none."""
    labels: dict[int, Label] = {}
    parts = under_labels(rows.tasks, order)
    for part in parts:
        if part.label and part.phase not in labels:
            labels[part.phase] = part.label
            yield from _wrong_number(part.label, part.phase)
        elif part.label and fold(part.label.text) != fold(labels[part.phase].text):
            message = _(
                "Phase %(phase)d is called “%(first)s” above and “%(label)s” here; the first is kept."
            )
            values = {"phase": part.phase, "first": labels[part.phase].text, "label": part.label.text}
            yield SourceWarning(part.label.line, part.label.column, "phase_label", message % values)
    if not labels:
        first = rows.tasks[0]
        message = _("No phase is named: the phases were told by the codes of their tasks alone.")
        yield SourceWarning(first.line, first.entry.place(Column.TASK), "phase_without_label", message)
        return
    for part in parts:
        yield from _strangers(part, labels, order)


def _wrong_number(label: Label, phase: int) -> Iterator[SourceWarning]:
    if label.number is not None and label.number != phase:
        message = _("The label “%(label)s” says phase %(printed)d, the codes of its tasks say %(phase)d.")
        values = {"label": quote(label.text), "printed": label.number, "phase": phase}
        yield SourceWarning(label.line, label.column, "phase_number", message % values)


def _strangers(part: LabelledRows, labels: dict[int, Label], order: CodeOrder) -> Iterator[SourceWarning]:
    """Yield the first row of every phase that stands under the label of another one, or under none."""
    told = set() if part.label else {part.phase} & labels.keys()
    if part.label:
        told.add(part.phase)
    for row in part.rows:
        phase, task = row.code.read(order)
        if phase not in told:
            told.add(phase)
            message = _("Task %(code)s stands under the label of another phase, or under none.")
            values = {"code": f"{phase}.{task}"}
            yield SourceWarning(
                row.line, row.entry.place(Column.TASK), "phase_without_label", message % values
            )


def about_cells(rows: Sequence[TaskRow], tasks: Sequence[TaskReading]) -> Iterator[SourceWarning]:
    """Yield cells of "done" that say neither yes nor no, and documents that seem to run together."""
    for row, task in zip(rows, tasks, strict=True):
        text = row.entry.text(Column.DONE)
        if text and task.done is None:
            message = _("“%(text)s” says neither yes nor no; the task is taken as not stated.")
            place = row.entry.place(Column.DONE)
            yield SourceWarning(row.line, place, "done_not_read", message % {"text": quote(text)})
    for glued in find_glued([task.documents for task in tasks]):
        row = rows[glued.cell]
        message = _(
            "“%(item)s” may be two documents without a separator: “%(other)s” stands alone elsewhere."
        )
        values = {"item": glued.item, "other": glued.other}
        yield SourceWarning(row.line, row.entry.place(Column.DOCUMENTS), "glued_documents", message % values)


def about_delays(unresolved: Sequence[tuple[TaskRow, StatedDelay]]) -> Iterator[SourceWarning]:
    """Yield the delays after something that no single task above is."""
    for row, delay in unresolved:
        message = _(
            "The delay “%(text)s” was not kept as a rule: no single earlier task is what it counts from."
        )
        place = row.entry.place(Column.TASK)
        yield SourceWarning(row.line, place, "delay_unresolved", message % {"text": quote(delay.text)})


def _texts(row: TaskRow) -> Iterator[tuple[Column, str]]:
    yield from ((Column.TASK, row.title), (Column.DOCUMENTS, row.documents), (Column.NOTES, row.notes))


def about_money(heading: Heading, rows: Sequence[TaskRow]) -> Iterator[SourceWarning]:
    """Yield the amounts of money whose unit or figure can be meant in two ways; they are kept as text."""
    message = _("“%(amount)s” can be meant in more than one way; it is kept as text. In which unit is it?")
    for amount in find_unclear_amounts(heading.title):
        yield SourceWarning(heading.line, 1, "money_unit", message % {"amount": quote(amount)})
    for row in rows:
        for column, text in _texts(row):
            for amount in find_unclear_amounts(text):
                place = row.entry.place(column)
                yield SourceWarning(row.line, place, "money_unit", message % {"amount": quote(amount)})


def about_broken_words(rows: Sequence[TaskRow]) -> Iterator[SourceWarning]:
    """Yield words that a line end inside a cell seems to cut: the halves stand apart, with a space."""
    columns = (Column.PHASE, Column.TASK, Column.DOCUMENTS, Column.NOTES)
    if not any("\n" in row.entry.text(column) for row in rows for column in columns):
        return
    texts = [row.entry.text(column) for row in rows for column in columns]
    known = words_of(texts)
    message = _("“%(first)s” and “%(second)s” seem to be one word that a line end cuts; they stand apart.")
    for row in rows:
        for column in columns:
            for first, second in find_halves(row.entry.text(column), known):
                values = {"first": quote(first), "second": quote(second)}
                yield SourceWarning(row.line, row.entry.place(column), "broken_word", message % values)
