"""A program's calendar out of JSON: what ``import_calendar --json`` prints and ``calendar.json`` holds."""

from __future__ import annotations

import datetime
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NoReturn

from django.utils.translation import gettext as _

from portal.folding import clean
from portal.importing.dates import FIRST_YEAR, LAST_YEAR
from portal.importing.findings import SourceWarning
from portal.importing.refusals import ImportRefused
from portal.importing.tables import Limits
from programs.importers.calendar import LAST_PHASE, LAST_TASK
from programs.importers.readings import CalendarReading, DelayReading, PhaseReading, TaskReading
from programs.importers.rows import LONGEST_NOTES, LONGEST_RESPONSIBLE, LONGEST_TITLE, on_one_line

MOST_DAYS = 3650
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
_CODE = re.compile(r"[0-9]{1,2}\.[0-9]{1,3}")
_DAY_KINDS = ("calendar", "working")


def is_json(data: bytes) -> bool:
    """Return whether a file is JSON by its content: a table never begins with a brace."""
    return data.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"{"


def read_json(
    name: str, data: bytes, *, year: int | None = None, limits: Limits | None = None
) -> CalendarReading:
    """Return the calendar that a JSON file holds; `name` is only used in refusals, `year` is the program's.

    Keys that are not known are left out, those that may be missing are empty then. Raises `ImportRefused`,
    with the path of the wrong value, such as ``phases[0].tasks[2].session_date``.
    """
    root = _At(name, _parsed(name, data, limits or Limits()), "")
    program = root.member("program")
    title = program.text("title", LONGEST_TITLE)
    stated = program.optional("year")
    own_year = stated.whole(FIRST_YEAR, LAST_YEAR) if stated else None
    phases = tuple(_phase(node) for node in root.list("phases"))
    _check_phases(root, phases)
    codes = {task.code for phase in phases for task in phase.tasks}
    return CalendarReading(
        title=title,
        year=year or own_year,
        phases=phases,
        delay_rules=tuple(_rules(root, codes)),
        warnings=tuple(_about_year(year, own_year)),
    )


@dataclass(frozen=True, slots=True)
class _At:
    """A value of the file and its path."""

    file: str
    value: Any
    path: str

    def refuse(self, expected: str) -> NoReturn:
        message = _("%(expected)s at %(path)s") % {"expected": expected, "path": self.path or "$"}
        found = json.dumps(self.value, ensure_ascii=False, default=str)
        raise ImportRefused(file=self.file, line=1, column=1, expected=message, found=found)

    def optional(self, key: str) -> _At | None:
        """Return a member, `None` where there is none or it is null."""
        if not isinstance(self.value, dict):
            self.refuse(_("an object"))
        value = self.value.get(key)
        return None if value is None else _At(self.file, value, f"{self.path}.{key}".lstrip("."))

    def member(self, key: str) -> _At:
        found = self.optional(key)
        return found or _At(self.file, None, f"{self.path}.{key}".lstrip("."))

    def list(self, key: str) -> Iterator[_At]:
        """Yield the members of a list, of none where there is none."""
        found = self.optional(key)
        if found and not isinstance(found.value, list):
            found.refuse(_("a list"))
        for place, value in enumerate(found.value if found else ()):
            yield _At(self.file, value, f"{found.path}[{place}]" if found else "")

    def whole(self, first: int, last: int) -> int:
        if isinstance(self.value, bool) or not isinstance(self.value, int) or not first <= self.value <= last:
            self.refuse(_("a whole number from %(first)d to %(last)d") % {"first": first, "last": last})
        return int(self.value)

    def words(self, longest: int) -> str:
        """Return the value as a clean text."""
        if not isinstance(self.value, str) or _UNSTORABLE.search(self.value):
            self.refuse(_("a text"))
        text = clean(self.value.replace("\r\n", "\n"))
        if len(text) > longest:
            self.refuse(_("a text of at most %(count)d characters") % {"count": longest})
        return text

    def text(self, key: str, longest: int) -> str:
        """Return a member as a text on one line, "" where there is none."""
        found = self.optional(key)
        return on_one_line(found.words(longest)) if found else ""


def _parsed(name: str, data: bytes, limits: Limits) -> Any:
    if len(data) > limits.bytes:
        expected = _("a file of at most %(size)d MB") % {"size": limits.bytes // 1_000_000}
        raise ImportRefused(file=name, line=1, column=1, expected=expected)
    try:
        return json.loads(data.decode("utf-8-sig"), parse_constant=_no_number)
    except json.JSONDecodeError as error:
        raise _no_json(name, error.lineno, error.colno) from error
    except (ValueError, RecursionError) as error:
        raise _no_json(name, 1, 1) from error


def _no_number(constant: str) -> NoReturn:
    raise ValueError(constant)


def _no_json(name: str, line: int, column: int) -> ImportRefused:
    return ImportRefused(file=name, line=line, column=column, expected=_("JSON, in UTF-8"))


# Phases and tasks


def _phase(node: _At) -> PhaseReading:
    number = node.member("number").whole(1, LAST_PHASE)
    tasks = tuple(_task(task, number) for task in node.list("tasks"))
    label = node.text("label", LONGEST_TITLE)
    return PhaseReading(number=number, title=node.text("title", LONGEST_TITLE), label=label, tasks=tasks)


def _task(node: _At, phase: int) -> TaskReading:
    title = node.text("title", LONGEST_TITLE)
    if not title:
        node.member("title").refuse(_("the title of the task"))
    notes = node.optional("notes")
    return TaskReading(
        line=1,
        phase=phase,
        number=node.member("number").whole(1, LAST_TASK),
        title=title,
        documents=tuple(
            words for item in node.list("documents") if (words := on_one_line(item.words(LONGEST_TITLE)))
        ),
        session_date=_date(node.optional("session_date")),
        done=_done(node.optional("done")),
        notes=notes.words(LONGEST_NOTES) if notes else "",
        responsible=node.text("responsible", LONGEST_RESPONSIBLE),
    )


def _date(node: _At | None) -> datetime.date | None:
    if node is None:
        return None
    text = node.value if isinstance(node.value, str) else ""
    try:
        date = datetime.date.fromisoformat(text)
    except ValueError:
        node.refuse(_("a date such as 2023-06-09"))
    if not FIRST_YEAR <= date.year <= LAST_YEAR:
        node.refuse(_("a year from %(first)d to %(last)d") % {"first": FIRST_YEAR, "last": LAST_YEAR})
    return date


def _done(node: _At | None) -> bool | None:
    if node is not None and not isinstance(node.value, bool):
        node.refuse(_("true, false or null"))
    return node.value if node else None


def _check_phases(root: _At, phases: tuple[PhaseReading, ...]) -> None:
    """Refuse two phases, or two tasks of a phase, with one number."""
    numbers: set[int] = set()
    for place, phase in enumerate(phases):
        path = f"phases[{place}]"
        if phase.number in numbers:
            _At(root.file, phase.number, f"{path}.number").refuse(_("a number that no other phase has"))
        numbers.add(phase.number)
        tasks: set[int] = set()
        for task_place, task in enumerate(phase.tasks):
            if task.number in tasks:
                at = _At(root.file, task.number, f"{path}.tasks[{task_place}].number")
                at.refuse(_("a number that no other task of the phase has"))
            tasks.add(task.number)


# Delay rules


def _rules(root: _At, codes: set[str]) -> Iterator[DelayReading]:
    known: set[tuple[str, str]] = set()
    for node in root.list("delay_rules"):
        rule = _rule(node, codes)
        ends = rule.from_code, rule.to_code
        if rule.from_code == rule.to_code or ends in known:
            node.member("to").refuse(
                _("another task than the first, and no two delays between the same tasks")
            )
        known.add(ends)
        yield rule


def _rule(node: _At, codes: set[str]) -> DelayReading:
    kind = node.optional("day_kind")
    if kind and kind.value not in _DAY_KINDS:
        kind.refuse(_("one of %(options)s") % {"options": ", ".join(_DAY_KINDS)})
    return DelayReading(
        from_code=_code(node.member("from"), codes),
        to_code=_code(node.member("to"), codes),
        min_days=node.member("min_days").whole(1, MOST_DAYS),
        in_working_days=bool(kind and kind.value == "working"),
        text=node.text("text", LONGEST_TITLE),
    )


def _code(node: _At, codes: set[str]) -> str:
    if not isinstance(node.value, str) or not _CODE.fullmatch(node.value) or node.value not in codes:
        node.refuse(_("the code of a task of this file, such as 1.2"))
    return str(node.value)


def _about_year(year: int | None, own: int | None) -> Iterator[SourceWarning]:
    if year and own and year != own:
        message = _("The program is of %(year)d, its title says %(title_year)d.")
        yield SourceWarning(1, 1, "year_differs", message % {"year": year, "title_year": own})
