"""The lines of a sheet out of whatever file holds it, and the sheets of a file that holds several."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from django.utils.translation import gettext as _

from consultations.importers.labels import Head
from consultations.importers.lines import Line, check_line_count, leading_bullet, read_lines
from consultations.importers.schedule import read_percent
from consultations.importers.sheet import has_contents, head_of, title_below, title_places
from portal.folding import clean
from portal.importing.kinds import is_archive, is_markup
from portal.importing.refusals import ImportRefused, quote
from portal.importing.tables import decode
from portal.importing.tables import read_lines as read_document_lines


@dataclass(frozen=True, slots=True)
class FoundSheet:
    """One of several sheets of a file: its number among them, from 1, the project's title and its line."""

    number: int
    title: str
    line: int

    def __str__(self) -> str:
        return f"{self.number}: {quote(self.title)}"


class SeveralSheets(ImportRefused):
    """A file of several sheets, of which one has to be chosen by its number; ``sheets`` tells them."""

    def __init__(self, file: str, sheets: Sequence[FoundSheet]) -> None:
        expected = _("one sheet, or its number chosen among these: %(sheets)s") % {
            "sheets": "; ".join(map(str, sheets))
        }
        super().__init__(file=file, line=sheets[0].line, column=1, expected=expected)
        self.sheets = tuple(sheets)


def read_source(name: str, data: bytes) -> tuple[Line, ...]:
    """Every line of a text, a Word document or a web page; lines of the latter two count their paragraphs.

    Raises ``ImportRefused`` for a file that is empty, damaged, of another kind, or larger than any sheet.
    """
    if not (is_archive(data) or is_markup(decode(name, data)[0])):
        return read_lines(name, data)
    texts = read_document_lines(name, data)
    check_line_count(name, len(texts))
    lines = [_line(number, text) for number, text in enumerate(texts, start=1)]
    # Word numbers heads as it numbers items; a page has lists for its menus.
    return tuple(map(_without_head_bullet, lines) if is_archive(data) else lines)


def _line(number: int, text: str) -> Line:
    return Line(number, 1, " ".join(clean(text).split("\n")))


def _without_head_bullet(line: Line) -> Line:
    rest = line.part(len(leading_bullet(line.text)))
    return rest if rest.text != line.text and head_of(rest) else line


def choose_sheet(name: str, lines: Sequence[Line], number: int | None = None) -> Sequence[Line]:
    """The lines of the sheet with this number or, without one, of the only sheet.

    Raises :class:`SeveralSheets` where there are several and none was chosen, or one that is not there.
    """
    sheets = find_sheets(lines)
    if number is not None and 1 <= number <= len(sheets):
        return sheets[number - 1]
    if number is None and len(sheets) == 1:
        return sheets[0]
    raise SeveralSheets(name, [_found(place, sheet) for place, sheet in enumerate(sheets, start=1)])


def _found(number: int, sheet: Sequence[Line]) -> FoundSheet:
    title = title_below(sheet) or sheet[0]
    return FoundSheet(number, title.text, title.number)


def find_sheets(lines: Sequence[Line]) -> list[Sequence[Line]]:
    """The sheets of a file: each begins where the head of a title comes again, with the heads above it.

    What stands above the first title, the process and the plan, counts for every sheet that names no own. A
    title without any part of a sheet under it, as in a list of projects, is none.
    """
    titles = title_places(lines)
    if len(titles) < 2:
        return [lines]
    starts = [0, *(_start(lines, before, title) for before, title in pairwise(titles))]
    ends = [*starts[1:], len(lines)]
    preamble = _without_progress(lines[: titles[0]])
    sheets = []
    for start, end, title in zip(starts, ends, titles, strict=True):
        own = lines[start:end]
        if has_contents(own):
            is_alone = start == 0 or any(head_of(line) is Head.PLAN for line in lines[start:title])
            sheets.append(own if is_alone else [*preamble, *own])
    return sheets or [lines]


def _start(lines: Sequence[Line], before: int, title: int) -> int:
    """Where a sheet begins: at the heads of its top, the progress, the plan or the process, above."""
    places = range(before + 1, title)
    tops = [place for place in places if head_of(lines[place]) in (Head.PROCESS, Head.PLAN, Head.PROGRESS)]
    last_content = max((place for place in places if has_contents([lines[place]])), default=before)
    return next((place for place in tops if place > last_content), title)


def _without_progress(lines: Sequence[Line]) -> list[Line]:
    """The lines above the first title without the progress of the first project."""
    return [line for line in lines if head_of(line) is not Head.PROGRESS and read_percent("", line) is None]
