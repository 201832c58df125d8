"""The versions of a project: what each of them keeps, and what one tells differently from another."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from difflib import SequenceMatcher
from itertools import pairwise
from types import SimpleNamespace
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from consultations.models import Activity, Indicator, Project, ProjectVersion
from consultations.points import read_points
from consultations.reader import Reader
from portal import locales
from portal.bilingual import direction, localized
from portal.municipalities.models import Municipality

Content = dict[str, Any]

LISTS = ("problem_ar", "problem_fr", "solution_ar", "solution_fr", "results_ar", "results_fr")
"""One item a line."""
NAMES = ("partners_ar", "partners_fr")
TEXTS = (
    *("title_ar", "title_fr"),
    *LISTS,
    *("question_1_label_ar", "question_1_label_fr", "question_2_label_ar", "question_2_label_fr"),
    *("funding_source_ar", "funding_source_fr", "responsible_ar", "responsible_fr"),
    *NAMES,
    "amount_printed",
)
ANSWERS = (*Project.PRINCIPLES, *Project.QUESTIONS)
_INDICATOR = ("title_ar", "title_fr", "unit_ar", "unit_fr", "baseline", "baseline_on", "target", "target_on")
_ACTIVITY = ("title_ar", "title_fr", "starts_on", "ends_on", "precision")
_WORDED = frozenset((*TEXTS, "title_ar", "title_fr", "unit_ar", "unit_fr"))
"""What is compared word by word."""

_THOUSANDTH = Decimal("0.001")
_WORD = re.compile(r"(\s*)(\S+?(?=[،,؛;:.!?؟)»]*(?:\s|$))|[،,؛;:.!?؟)»]+)")
_Word = tuple[str, bool]
_MOST_WORDS = 1500
"""Beyond it two texts are told apart as a whole: to compare their words would take too long."""
_ALIKE = 0.4
"""From which share of common words on one line is a changed other line; below, it is another one."""


# What a version keeps


def content_of(project: Project) -> Content:
    """Everything that a project promises, as JSON keeps it: both languages, nothing that depends on the day.

    How far its activities are and what was measured is no part of it: both have a history of their own.
    """
    axis = project.axis
    return {
        **{name: getattr(project, name) for name in (*TEXTS, *ANSWERS)},
        "axis": {"number": axis.number, "title_ar": axis.title_ar, "title_fr": axis.title_fr}
        if axis
        else None,
        "amount": _plain(project.amount),
        "indicators": [
            _row(row, _INDICATOR)
            for row in Indicator.objects.filter(project=project).order_by("position", "pk")
        ],
        "activities": [
            _row(row, _ACTIVITY)
            for row in Activity.objects.filter(project=project).order_by("position", "pk")
        ],
    }


def _row(row: Indicator | Activity, names: Iterable[str]) -> Content:
    return {"key": row.pk, **{name: _plain(getattr(row, name)) for name in names}}


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return f"{value.quantize(_THOUSANDTH):f}"
    return value.isoformat() if isinstance(value, datetime.date) else value


def last_change(versions: Sequence[ProjectVersion]) -> tuple[ProjectVersion, ProjectVersion | None]:
    """The version that last told something new and the one before it; ``None`` where it is the first.

    An adoption that changes no word is a version of its own, and tells nothing new. ``versions`` are all
    of a project, at least one, the newest first.
    """
    for newer, older in pairwise(versions):
        if newer.content != older.content:
            return newer, older
    return versions[-1], None


# What one text tells differently from another


@dataclass(frozen=True, slots=True)
class Piece:
    """Some words of a line: ``same``, ``added`` or ``removed``."""

    kind: str
    text: str
    is_glued: bool = False
    """Whether it follows what is before it without a space."""


@dataclass(frozen=True, slots=True)
class LineChange:
    """A line that is ``added``, ``removed`` or, word by word, ``changed``."""

    kind: str
    pieces: tuple[Piece, ...]

    @property
    def dir(self) -> str:
        return direction(" ".join(piece.text for piece in self.pieces))


@dataclass(frozen=True, slots=True)
class FieldChange:
    """What became of one field."""

    label: str
    lines: list[LineChange]


@dataclass(frozen=True, slots=True)
class ItemChange:
    """What became of an indicator or an activity: ``added``, ``removed`` or ``changed``."""

    kind: str
    title: str
    facts: str
    """What else an added or removed one tells."""
    fields: list[FieldChange] = field(default_factory=list)

    @property
    def dir(self) -> str:
        return direction(self.title)


@dataclass(frozen=True, slots=True)
class TableChange:
    """What became of the indicators, or of the activities."""

    label: str
    items: list[ItemChange]
    is_reordered: bool

    def __bool__(self) -> bool:
        return bool(self.items or self.is_reordered)


@dataclass(frozen=True, slots=True)
class Differences:
    """What one version tells differently from another."""

    fields: list[FieldChange]
    tables: list[TableChange]

    def __bool__(self) -> bool:
        return bool(self.fields or self.tables)


def words_changed(old: str, new: str) -> tuple[Piece, ...] | None:
    """The words of both lines in order, marked; ``None`` where they have too little in common."""
    olds, news = _words(old), _words(new)
    if max(len(olds), len(news)) > _MOST_WORDS:
        return None
    matcher = SequenceMatcher(None, [word for word, _glued in olds], [word for word, _glued in news], False)
    if matcher.ratio() < _ALIKE:
        return None
    return tuple(_pieces(matcher, olds, news))


def _words(line: str) -> list[_Word]:
    """The words of a line, and the signs that end them, each with whether it follows without a space."""
    return [(found[2], not found[1]) for found in _WORD.finditer(line)]


def _pieces(matcher: SequenceMatcher, olds: Sequence[_Word], news: Sequence[_Word]) -> Iterator[Piece]:
    for tag, old_from, old_to, new_from, new_to in matcher.get_opcodes():
        if tag == "equal":
            yield _piece("same", news[new_from:new_to])
            continue
        if old_from < old_to:
            yield _piece("removed", olds[old_from:old_to])
        if new_from < new_to:
            yield _piece("added", news[new_from:new_to])


def _piece(kind: str, words: Sequence[_Word]) -> Piece:
    text = "".join(word if is_glued else f" {word}" for word, is_glued in words)
    return Piece(kind, text.strip(), words[0][1])


def line_changes(olds: Sequence[str], news: Sequence[str]) -> list[LineChange]:
    """What became of a list of lines: each that was added, removed or changed, in the order of reading."""
    return [change for change in _all_lines(olds, news) if change.kind != "same"]


def marked_lines(olds: Sequence[str], news: Sequence[str]) -> list[list[Piece]]:
    """The new lines, each in pieces that are the ``same`` or ``added``."""
    return [
        [piece for piece in change.pieces if piece.kind != "removed"]
        for change in _all_lines(olds, news)
        if change.kind != "removed"
    ]


def _all_lines(olds: Sequence[str], news: Sequence[str]) -> Iterator[LineChange]:
    matcher = SequenceMatcher(None, olds, news, autojunk=False)
    for tag, old_from, old_to, new_from, new_to in matcher.get_opcodes():
        if tag == "equal":
            yield from (_whole("same", line) for line in news[new_from:new_to])
        else:
            yield from _matched(olds[old_from:old_to], news[new_from:new_to])


def _matched(olds: Sequence[str], news: Sequence[str]) -> Iterator[LineChange]:
    """Each new line with the first old one that it may have been made of; the order of both is kept."""
    waiting, added = list(olds), list[LineChange]()
    for new in news:
        found = ((at, pieces) for at, old in enumerate(waiting) if (pieces := words_changed(old, new)))
        at, pieces = next(found, (0, None))
        if pieces is None:
            added.append(_whole("added", new))
            continue
        yield from (_whole("removed", line) for line in waiting[:at])
        yield from added
        yield LineChange("changed", pieces)
        waiting, added = waiting[at + 1 :], []
    yield from (_whole("removed", line) for line in waiting)
    yield from added


def _whole(kind: str, line: str) -> LineChange:
    return LineChange(kind, (Piece(kind, line),))


# What one version tells differently from another


LABELS = {
    "axis": gettext_lazy("Axis"),
    "title_ar": gettext_lazy("Title (Arabic)"),
    "title_fr": gettext_lazy("Title (French)"),
    "problem_ar": gettext_lazy("Problem (Arabic)"),
    "problem_fr": gettext_lazy("Problem (French)"),
    "solution_ar": gettext_lazy("Proposed solution (Arabic)"),
    "solution_fr": gettext_lazy("Proposed solution (French)"),
    "results_ar": gettext_lazy("Expected results (Arabic)"),
    "results_fr": gettext_lazy("Expected results (French)"),
    "transparency": gettext_lazy("Transparency and accountability"),
    "access_to_information": gettext_lazy("Access to information"),
    "participation": gettext_lazy("Citizen participation"),
    "digitalisation": gettext_lazy("Digitalisation"),
    "question_1_label_ar": gettext_lazy("First question (Arabic)"),
    "question_1_label_fr": gettext_lazy("First question (French)"),
    "question_1": gettext_lazy("Answer to the first question"),
    "question_2_label_ar": gettext_lazy("Second question (Arabic)"),
    "question_2_label_fr": gettext_lazy("Second question (French)"),
    "question_2": gettext_lazy("Answer to the second question"),
    "amount": gettext_lazy("Amount"),
    "amount_printed": gettext_lazy("Amount as printed"),
    "funding_source_ar": gettext_lazy("Funding source (Arabic)"),
    "funding_source_fr": gettext_lazy("Funding source (French)"),
    "responsible_ar": gettext_lazy("Responsible body (Arabic)"),
    "responsible_fr": gettext_lazy("Responsible body (French)"),
    "partners_ar": gettext_lazy("Partners (Arabic)"),
    "partners_fr": gettext_lazy("Partners (French)"),
}
"""What is compared, in the order in which a reader is told of it."""
_ITEM_LABELS = {
    "title_ar": gettext_lazy("Wording (Arabic)"),
    "title_fr": gettext_lazy("Wording (French)"),
    "unit_ar": gettext_lazy("Unit (Arabic)"),
    "unit_fr": gettext_lazy("Unit (French)"),
    "baseline": gettext_lazy("Baseline"),
    "baseline_on": gettext_lazy("Baseline measured on"),
    "target": gettext_lazy("Target"),
    "target_on": gettext_lazy("Target to be reached by"),
    "starts_on": gettext_lazy("Start"),
    "ends_on": gettext_lazy("End"),
}


def differences(old: Content, new: Content, reader: Reader) -> Differences:
    """What ``new`` tells differently from ``old``, field by field and item by item, in words."""
    words = _Words(reader)
    fields = [words.field(name, label, old.get(name), new.get(name)) for name, label in LABELS.items()]
    tables = [
        words.table(_("Indicators"), old.get("indicators", []), new.get("indicators", [])),
        words.table(_("Activities"), old.get("activities", []), new.get("activities", [])),
    ]
    return Differences([change for change in fields if change.lines], [table for table in tables if table])


class _Words:
    """Puts what versions keep into the words of a reader."""

    def __init__(self, reader: Reader) -> None:
        self.reader = reader
        self._ways: dict[str, Callable[[Any], str]] = {
            "axis": lambda axis: f"{axis['number']}. {_text(axis, 'title')}",
            "amount": lambda text: locales.money(Decimal(text), reader.currency, reader.language),
            "baseline": _figure,
            "target": _figure,
            "baseline_on": self._day,
            "target_on": self._day,
            "starts_on": self._day,
            "ends_on": self._day,
        }

    def field(self, name: str, label: Any, old: Any, new: Any) -> FieldChange:
        return FieldChange(str(label), self._lines(name, old, new))

    def _lines(self, name: str, old: Any, new: Any) -> list[LineChange]:
        if old == new:
            return []
        if name in LISTS or name in NAMES:
            return line_changes(_items(old), _items(new))
        before, after = self._value(name, old), self._value(name, new)
        if before == after:
            return []
        if name in _WORDED:
            return line_changes([before] if before else [], [after] if after else [])
        kinds = (("removed", before), ("added", after))
        return [_whole(kind, text) for kind, text in kinds if text]

    def _value(self, name: str, value: Any) -> str:
        if name in ANSWERS:
            return {True: _("Yes"), False: _("No"), None: _("not stated")}[value]
        if value in (None, ""):
            return ""
        return self._ways[name](value) if name in self._ways else str(value)

    def _day(self, day: str) -> str:
        """A day, or a month where only the month is known: ``2024-10``."""
        is_month = len(day) == len("2024-10")
        date = datetime.date.fromisoformat(f"{day}-01" if is_month else day)
        written = locales.month_year if is_month else locales.long_date
        return written(date, self.reader.country, self.reader.language)

    def table(self, label: str, old: Sequence[Content], new: Sequence[Content]) -> TableChange:
        olds, news = ({row["key"]: _known(row) for row in rows} for rows in (old, new))
        items = [
            change
            for key in [*news, *(key for key in olds if key not in news)]
            if (change := self._item(olds.get(key), news.get(key)))
        ]
        common = [[key for key in rows if key in olds and key in news] for rows in (olds, news)]
        return TableChange(label, items, is_reordered=common[0] != common[1])

    def _item(self, old: Content | None, new: Content | None) -> ItemChange | None:
        if old is None or new is None:
            row = new or old or {}
            return ItemChange("removed" if new is None else "added", _text(row, "title"), self._facts(row))
        changes = [
            self.field(name, label, old.get(name), new.get(name)) for name, label in _ITEM_LABELS.items()
        ]
        changed = [change for change in changes if change.lines]
        return ItemChange("changed", _text(new, "title"), "", changed) if changed else None

    def _facts(self, row: Content) -> str:
        """The figures and dates of a row on one line."""
        unit = _text(row, "unit") if "unit_ar" in row else ""
        parts = []
        for names in (("baseline", "baseline_on"), ("target", "target_on"), ("starts_on",), ("ends_on",)):
            told = [self._value(name, row[name]) for name in names if row.get(name)]
            if told:
                parts.append(f"{_ITEM_LABELS[names[0]]}: {', '.join(told)}")
        return " · ".join(filter(None, [unit, *parts]))


def _known(row: Content) -> Content:
    """A row with its dates as they are known: to the month where it is kept so."""
    if row.get("precision") != Activity.Precision.MONTH:
        return row
    months = {name: row[name][: len("2024-10")] for name in ("starts_on", "ends_on") if row[name]}
    return {**row, **months}


def _items(text: str | None) -> list[str]:
    return [point.text for point in read_points(text or "")]


def _text(row: Mapping[str, Any], name: str) -> str:
    return localized(SimpleNamespace(**row), name).text


def _figure(text: str) -> str:
    return written_figure(Decimal(text))


def written_figure(value: Decimal) -> str:
    """``1 250,5`` or ``40``: without decimals that say nothing."""
    return locales.number(value, max(0, -int(value.normalize().as_tuple().exponent)))


# For a reader


@dataclass(frozen=True, slots=True)
class VersionRow:
    """A version in the list of them."""

    version: ProjectVersion
    day: str
    before: int | None
    """The number of the version before it."""

    @property
    def number(self) -> int:
        return self.version.number

    @property
    def reason_dir(self) -> str:
        return direction(self.version.reason)


def version_rows(
    versions: Iterable[ProjectVersion], reader: Reader, municipality: Municipality
) -> list[VersionRow]:
    """The versions with the day they were made, the newest first."""
    rows = sorted(versions, key=lambda version: version.number)
    before = [None, *(row.number for row in rows)]
    found = []
    for version, earlier in zip(rows, before, strict=False):
        made_on = version.made_at.astimezone(municipality.zone_info).date()
        day = locales.long_date(made_on, reader.country, reader.language)
        found.append(VersionRow(version, day, earlier))
    return found[::-1]
