"""What changed between the draft that people spoke of and what it is now: for the report."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from consultations.answers import AnswerRow
from consultations.models import Consultation, Project
from consultations.reader import Reader
from consultations.subjects.plans import version_of
from consultations.talk import Entry
from consultations.versions import (
    Differences,
    ItemChange,
    LineChange,
    Piece,
    VersionRow,
    differences,
    version_rows,
)
from portal.bilingual import Localized, direction


@dataclass(frozen=True, slots=True)
class Line:
    """A line as it was or as it is; the words that the other side lacks are marked."""

    pieces: tuple[Piece, ...]

    @property
    def dir(self) -> str:
        return direction(" ".join(piece.text for piece in self.pieces))


@dataclass(frozen=True, slots=True)
class Row:
    """Something that changed: as it was, and as it is. Empty: it was not there, it is there no more."""

    label: str
    before: list[Line] = field(default_factory=list)
    after: list[Line] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class ChangedProject:
    """A project that tells something else now than when the consultation opened."""

    number: int
    title: Localized
    old: VersionRow | None
    """The version that people spoke of; ``None`` for a project that came since."""
    new: VersionRow
    reasons: list[VersionRow]
    """The versions since that say why."""
    references: list[str]
    """The contributions whose answers point at one of these versions."""
    rows: list[Row]


@dataclass(frozen=True, slots=True)
class Outcome:
    """Something that answers point at as changed, and the contributions they answer."""

    label: Localized
    references: list[str]


@dataclass(frozen=True, slots=True)
class Changes:
    """Template: ``consultations/pdf/changes.html``."""

    knows_projects: bool
    """Whether the subject keeps versions of its projects: then their absence says that none changed."""
    projects: list[ChangedProject]
    outcomes: list[Outcome]

    def __bool__(self) -> bool:
        return bool(self.projects or self.outcomes)


def answer_of(entry: Entry) -> AnswerRow | None:
    """Its published answer; none of a contribution that was withdrawn since."""
    return None if entry.is_withdrawn else entry.answer


def read_changes(consultation: Consultation, entries: Iterable[Entry], reader: Reader) -> Changes:
    """What became of the subject since a public consultation opened. At most three queries.

    Of a plan or a project the versions are compared: the last one made before the opening, or the first
    one there is, with the newest. Of any subject it is told what the published answers point at.
    """
    outcomes: dict[str, Outcome] = {}
    for entry in entries:
        answer = answer_of(entry)
        if answer and (changed := answer.outcome):
            outcome = outcomes.setdefault(str(changed.label), Outcome(changed.label, []))
            outcome.references.append(entry.reference)
    knows_projects = consultation.subject_kind in ("plan", "project")
    projects = _projects(consultation, outcomes, reader) if knows_projects else []
    return Changes(knows_projects, projects, list(outcomes.values()))


def _projects(
    consultation: Consultation, outcomes: Mapping[str, Outcome], reader: Reader
) -> list[ChangedProject]:
    about = "plan" if consultation.subject_kind == "plan" else "pk"
    public = Project.objects.filter(plan__municipality=consultation.municipality, plan__status="published")
    found = public.filter(**{about: consultation.subject_id}).select_related("plan__municipality")
    projects = found.defer("imported", "plan__imported").prefetch_related("versions").order_by("number")
    histories = [
        (project, version_rows(project.versions.all(), reader, consultation.municipality)[::-1])
        for project in projects
    ]
    opened_at = consultation.moments[0]
    was_kept = any(row.version.made_at <= opened_at for _project, rows in histories for row in rows)
    changed = []
    for project, rows in histories:
        known = [row for row in rows if row.version.made_at <= opened_at]
        # Where no version is as old as the consultation, none says that a project came later.
        known = known if was_kept else rows[:1]
        if since := rows[len(known) :]:
            changed.append(_changed(project, known[-1] if known else None, since, outcomes, reader))
    return [project for project in changed if project]


def _changed(
    project: Project,
    old: VersionRow | None,
    since: Sequence[VersionRow],
    outcomes: Mapping[str, Outcome],
    reader: Reader,
) -> ChangedProject | None:
    changes = differences(old.version.content, since[-1].version.content, reader) if old else None
    if old and not changes:
        return None
    return ChangedProject(
        number=project.number,
        title=project.title,
        old=old,
        new=since[-1],
        reasons=[row for row in since if row.version.reason],
        references=_references(project, since, outcomes),
        rows=_rows(changes) if changes else [],
    )


def _references(project: Project, since: Sequence[VersionRow], outcomes: Mapping[str, Outcome]) -> list[str]:
    labels = (str(version_of(project.plan, project, row.number).label) for row in since)
    return [reference for label in labels if label in outcomes for reference in outcomes[label].references]


def _rows(changes: Differences) -> list[Row]:
    rows = [Row(change.label, *_sides(change.lines)) for change in changes.fields]
    for table in changes.tables:
        for item in table.items:
            rows += _item(table.label, item)
        if table.is_reordered:
            rows.append(Row(table.label, [], [_line(_("Their order changed."))]))
    return rows


def _sides(lines: Sequence[LineChange]) -> tuple[list[Line], list[Line]]:
    before = [_side(line, "added") for line in lines if line.kind != "added"]
    return before, [_side(line, "removed") for line in lines if line.kind != "removed"]


def _item(label: str, item: ItemChange) -> list[Row]:
    if item.kind == "changed":
        named = _("%(list)s, “%(item)s”: %(field)s")
        rows = ((named % {"list": label, "item": item.title, "field": row.label}, row) for row in item.fields)
        return [Row(words, *_sides(row.lines)) for words, row in rows]
    lines = [_line(item.title), *([_line(item.facts)] if item.facts else [])]
    return [Row(label, lines, []) if item.kind == "removed" else Row(label, [], lines)]


def _side(line: LineChange, other: str) -> Line:
    """One side of a changed line; a line that is new or gone as a whole needs no mark."""
    if line.kind == "changed":
        return Line(tuple(piece for piece in line.pieces if piece.kind != other))
    return _line(" ".join(piece.text for piece in line.pieces))


def _line(text: str) -> Line:
    return Line((Piece("same", text),))
