"""Which tables of a file are calendars: those of people are none, one in several tables is one."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal.folding import fold, folded_words
from portal.importing.refusals import ImportRefused, quote
from portal.importing.tables import Row, Table
from programs.importers.cells import Cell, Kind, Line, line_of
from programs.importers.codes import Code, split_code, split_lone_number
from programs.importers.columns import LONGEST_HEAD, Layout, read_heads
from programs.importers.heading import Heading, read_heading, years_of
from programs.importers.heads import ATTENDANCE, MINUTES, Column

LONGEST_LOOK = 200
"""How many rows of a table that is no calendar are looked at for what it is."""

_ATTENDANCE = frozenset(map(fold, ATTENDANCE))
_MINUTES = tuple(f" {' '.join(folded_words(phrase))} " for phrase in MINUTES)


@dataclass(frozen=True, slots=True)
class FoundCalendar:
    """One of several calendars of a file: its number among them, its table's name, its title, its tasks."""

    number: int
    name: str
    title: str
    line: int
    task_count: int

    def __str__(self) -> str:
        tasks = ngettext("%(count)d task", "%(count)d tasks", self.task_count) % {"count": self.task_count}
        return f"{self.number}: {quote(self.title or self.name)} ({self.name}, {tasks})"


class SeveralCalendars(ImportRefused):
    """A file of several calendars, of which one has to be chosen by its number; `calendars` tells them."""

    def __init__(self, file: str, calendars: Sequence[FoundCalendar]) -> None:
        expected = _("one calendar, or its number chosen among these: %(calendars)s") % {
            "calendars": "; ".join(map(str, calendars))
        }
        super().__init__(file=file, line=calendars[0].line, column=1, expected=expected)
        self.calendars = tuple(calendars)


class _Look:
    """What a table looks like at first sight."""

    def __init__(self, table: Table, lines: Sequence[Line] | None = None) -> None:
        self.table = table
        self.lines = [line_of(row) for row in table.rows] if lines is None else lines

    @cached_property
    def coded(self) -> list[Line]:
        return [line for line in self.lines if len(line.cells) > 1 and line.has(Kind.CODE)]

    @cached_property
    def codes(self) -> frozenset[Code]:
        return frozenset(filter(None, map(_code, self.coded)))

    @cached_property
    def heads(self) -> tuple[int, Layout] | None:
        """Return the place of the first row of heads and its layout."""
        found = ((place, read_heads(line)) for place, line in enumerate(self.lines) if len(line.cells) > 1)
        return next(((place, layout) for place, layout in found if layout), None)

    @cached_property
    def before(self) -> list[Row]:
        """Return the lines above the table."""
        starts = [self.heads[0]] if self.heads else []
        starts += [place for place, line in enumerate(self.lines) if self.coded and line is self.coded[0]]
        return [line.row for line in self.lines[: min(starts, default=0)] if line.filled]

    @property
    def is_calendar(self) -> bool:
        """Return whether tasks have codes, and heads or dates beside them, or heads name tasks and phases."""
        if self.codes:
            return self.heads is not None or any(line.has(Kind.DATE) for line in self.coded)
        named = set(self.heads[1]) if self.heads else set()
        return Column.TASK in named and bool(named & {Column.PHASE, Column.DATE, Column.DOCUMENTS})

    @property
    def is_attendance(self) -> bool:
        """Return whether two heads of one row are those of people, and none names tasks."""
        if self.heads and Column.TASK in self.heads[1]:
            return False
        return any(_people_heads(line) > 1 for line in self.lines[:LONGEST_LOOK])

    @property
    def is_minutes(self) -> bool:
        """Return whether lines of text say that it is minutes, in two ways or among the first ones."""
        texts = [line.row.text for line in self.lines if len(line.filled) == 1][:LONGEST_LOOK]
        said = [_phrases_in(text) for text in texts]
        return any(said[:3]) or len(set().union(*said)) > 1

    @property
    def task_count(self) -> int:
        """Return how many rows have a code or, where none has, a number before a text."""
        numbered = (
            line for line in self.lines if len(line.filled) > 1 and any(map(_is_numbered, line.filled))
        )
        return len(self.coded) or sum(1 for _line in numbered)

    @property
    def width(self) -> int:
        return max((len(line.cells) for line in self.lines), default=0)

    @property
    def years(self) -> frozenset[int]:
        return frozenset(year for row in self.before for year in years_of(row.text))


def _code(line: Line) -> Code | None:
    found = next((split_code(cell.text) for cell in line.cells if cell.kind is Kind.CODE), None)
    return found[0] if found else None


def _is_numbered(cell: Cell) -> bool:
    return split_lone_number(cell.text) is not None


def _people_heads(line: Line) -> int:
    heads = [cell.text for cell in line.filled if len(cell.text) <= LONGEST_HEAD]
    return sum(not _ATTENDANCE.isdisjoint(folded_words(text)) for text in heads)


def _phrases_in(text: str) -> set[str]:
    words = f" {' '.join(folded_words(text[:500]))} "
    return {phrase for phrase in _MINUTES if phrase in words}


def find_calendars(tables: Sequence[Table]) -> list[Table]:
    """Return the calendars among the tables of a file, at least one table.

    A calendar in several tables, as pages or phases cut it, comes back as one; a table that holds several as
    so many. Where nothing looks like a calendar the largest table is returned for `read_calendar` to refuse,
    unless it can be said here what the file is: raises `ImportRefused` for attendance tables and minutes.
    """
    looks = [look for table in tables for look in _parted(_Look(table))]
    calendars = list(_joined(looks))
    # A form that nobody filled in is no second calendar.
    if filled := [look for look in calendars if look.task_count] or calendars:
        return [look.table for look in filled]
    if other := next((look for look in looks if look.is_attendance or look.is_minutes), None):
        raise _taken_for(other)
    return [max(looks, key=lambda look: len(look.lines)).table]


def choose_calendar(tables: Sequence[Table], number: int | None = None) -> Table:
    """Return the calendar of a file, of several the one with this number, counted from 1.

    Raises `SeveralCalendars` where there are several and none was chosen, or one that is not there, and
    `ImportRefused` as `find_calendars` does.
    """
    calendars = find_calendars(tables)
    if number is not None and 1 <= number <= len(calendars):
        return calendars[number - 1]
    if number is None and len(calendars) == 1:
        return calendars[0]
    raise SeveralCalendars(calendars[0].file or calendars[0].name, describe(calendars))


def describe(calendars: Iterable[Table]) -> list[FoundCalendar]:
    """Return what tells calendars of one file apart."""
    return [_described(number, _Look(table)) for number, table in enumerate(calendars, start=1)]


def _described(number: int, look: _Look) -> FoundCalendar:
    heading = read_heading(look.table, look.before) if look.before else Heading("", 1, ())
    first = look.before[0].line if look.before else look.table.rows[0].line
    return FoundCalendar(number, look.table.name, heading.title, first, look.task_count)


def _taken_for(look: _Look) -> ImportRefused:
    row = next((line.row for line in look.lines if line.filled), None)
    if look.is_attendance:
        row = next(line.row for line in look.lines if _people_heads(line) > 1)
        expected = _(
            "a calendar of phases, tasks, documents and dates; this is taken for a table of attendance, "
            "with names, signatures or numbers of people"
        )
    else:
        expected = _(
            "a calendar of phases, tasks, documents and dates; this is taken for the minutes of a meeting"
        )
    return look.table.refusal(row, expected=expected, found=row.text if row else "")


# One calendar in several tables


def _joined(looks: Sequence[_Look]) -> Iterator[_Look]:
    """Yield the calendars, each with the tables under it that go on with it."""
    current: _Look | None = None
    for look in looks:
        if current and _goes_on(current, look):
            current = _one_below_the_other(current, look)
        elif look.is_calendar:
            if current:
                yield current
            current = look
    if current:
        yield current


def _goes_on(first: _Look, second: _Look) -> bool:
    """Return whether a table goes on with a calendar above it, in the same count of lines."""
    if not (first.lines and second.lines) or second.lines[0].row.line <= first.lines[-1].row.line:
        return False
    if not second.is_calendar:
        return not (second.heads or second.before or second.is_attendance) and second.width == first.width
    is_of_other_year = bool(first.years and second.years and not first.years & second.years)
    return not is_of_other_year and first.codes.isdisjoint(second.codes)


def _one_below_the_other(first: _Look, second: _Look) -> _Look:
    blank = Row(line=second.table.rows[0].line, cells=("",), text="")
    rows = (*first.table.rows, blank, *second.table.rows)
    findings = (*first.table.findings, *second.table.findings)
    table = replace(first.table, rows=rows, findings=tuple(dict.fromkeys(findings)))
    return _Look(table, [*first.lines, line_of(blank), *second.lines])


# Several calendars in one table


def _parted(look: _Look) -> Iterator[_Look]:
    """Yield the calendars that stand below each other in one table, or the table as it is.

    A new one begins where a code comes again and a row of heads or a line with a year stood between.
    """
    starts = list(_starts(look.lines))
    if not starts:
        yield look
        return
    ends = [*starts, len(look.lines)]
    for start, end in zip([0, *starts], ends, strict=True):
        yield _Look(replace(look.table, rows=look.table.rows[start:end]), look.lines[start:end])


def _starts(lines: Sequence[Line]) -> Iterator[int]:
    seen: set[Code] = set()
    opening: int | None = None
    for place, line in enumerate(lines):
        code = _code(line) if len(line.cells) > 1 else None
        if code is None:
            opening = place if opening is None and _may_open(line) else opening
            continue
        if code in seen and opening is not None:
            yield opening
            seen = set()
        seen.add(code)
        opening = None


def _may_open(line: Line) -> bool:
    is_title = len(line.filled) == 1 and line.filled[0].kind is not Kind.DATE and years_of(line.row.text)
    return bool(is_title) or read_heads(line) is not None
