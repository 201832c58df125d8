"""A plan and a project as a reader sees them: one reading for the pages and the paper.

Everything that depends on the day or the language is worked out here, once for each row, so that
screen and paper cannot disagree and the templates only lay out.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from consultations.measures import CompletionRow, IndicatorRow, read_completion, read_indicators
from consultations.models import ActionPlan, Activity, Axis, Project, ProjectStep, ProjectVersion, Stage
from consultations.plan_followup import (
    Committee,
    DocumentRow,
    MeetingRow,
    period_in_words,
    read_committee,
    read_documents,
    read_meetings,
)
from consultations.points import Point, read_points
from consultations.reader import Reader
from consultations.rules import ProjectState, project_progress
from consultations.schedule import Schedule, period_of, read_schedule, state_of
from consultations.versions import Piece, last_change, marked_lines
from portal import locales
from portal.bilingual import Localized, direction, localized, script_language
from portal.folding import western_digits
from portal.municipalities.models import Country

COLUMN_OF_POINTS = 8


@dataclass(frozen=True, slots=True)
class StageRow:
    """A stage of the process, or a step of one, numbered by its place."""

    number: int
    title: Localized
    state: str
    steps: list[StageRow]
    period: str = ""
    """When it is; empty where nobody said so."""
    meetings: list[MeetingRow] = field(default_factory=list)

    @property
    def mark(self) -> str:
        """The star's drawing: ``done``, ``now``, ``todo``, or ``none`` when nothing was stated."""
        return self.state or "none"


@dataclass(frozen=True, slots=True)
class Process:
    """The stages in order, and the language of all of them where it is not the page's."""

    stages: list[StageRow]
    lang: str = ""
    dir: str = ""
    is_foreign: bool = False

    @property
    def is_stated(self) -> bool:
        return any(stage.state for stage in self.stages)

    @property
    def current(self) -> StageRow | None:
        return next((stage for stage in self.stages if stage.state == Stage.State.CURRENT), None)


@dataclass(frozen=True, slots=True)
class ProjectRow:
    """A line of the plan."""

    number: int
    title: Localized
    state: ProjectState
    progress: int | None
    step: str = ""
    """How firm it is, in words; empty where there is nothing to tell of it yet."""
    version: int | None = None

    @property
    def mark(self) -> str:
        """The star's drawing: full, with a gold heart, in outline or hatched."""
        return "now" if self.state in (ProjectState.RUNNING, ProjectState.LATE) else self.state


@dataclass(frozen=True, slots=True)
class AxisRow:
    number: int
    title: Localized
    projects: list[ProjectRow]


@dataclass(frozen=True, slots=True)
class Counts:
    """How many projects there are, and how many in each state."""

    total: int
    done: int
    running: int
    late: int
    to_come: int
    not_stated: int


@dataclass(frozen=True, slots=True)
class PlanPage:
    plan: ActionPlan
    title: Localized
    period: str
    process: Process
    axes: list[AxisRow]
    other_projects: list[ProjectRow]
    """Projects that belong to no axis."""
    counts: Counts
    committee: Committee | None
    documents: list[DocumentRow]
    is_monolingual: bool
    """True when some text of it exists in one language only, and not the page's."""

    @property
    def has_side(self) -> bool:
        """Whether anything stands beside the projects."""
        return bool(self.documents or self.committee or self.plan.focal_point)


@dataclass(frozen=True, slots=True)
class Progress:
    """What the activities say of a project's progress, beside what the source prints; in percent."""

    value: int | None
    """The mean of the activities; ``None`` without activities, which is not 0."""
    printed: int | None
    activities: int

    @property
    def agrees(self) -> bool:
        return self.value is not None and self.value == self.printed


@dataclass(frozen=True, slots=True)
class Amount:
    """The money, and how the source prints it."""

    text: str
    printed: str

    @property
    def is_unread(self) -> bool:
        """True when the source prints a figure that could not be read with certainty: it is quoted."""
        return not self.text and any(sign.isdigit() for sign in self.printed)


@dataclass(frozen=True, slots=True)
class AnswerRow:
    """A principle or a question, and yes, no or ``None``: not stated."""

    label: Localized | str
    answer: bool | None

    @property
    def mark(self) -> str:
        return {True: "yes", False: "no", None: "none"}[self.answer]


@dataclass(frozen=True, slots=True)
class Group:
    """Consecutive points, which are a list, or consecutive paragraphs."""

    is_list: bool
    texts: list[str]
    marked: list[list[Piece]] = field(default_factory=list)
    """The same texts in pieces, where the newest version added some of them."""

    @property
    def lines(self) -> list[list[Piece]]:
        """The texts in pieces that are the same or added."""
        return self.marked or [[Piece("same", text)] for text in self.texts]

    @property
    def is_long(self) -> bool:
        """True for a list that paper sets in two columns."""
        return self.is_list and len(self.texts) > COLUMN_OF_POINTS


@dataclass(frozen=True, slots=True)
class Passage:
    """A text of the sheet with the language it is in; false when there is none."""

    groups: list[Group]
    lang: str
    dir: str
    is_foreign: bool

    def __bool__(self) -> bool:
        return bool(self.groups)

    @property
    def has_added(self) -> bool:
        return any(group.marked for group in self.groups)


@dataclass(frozen=True, slots=True)
class Shown:
    """Which version of the project the page shows."""

    number: int
    changed: int
    """The one that last told something new: itself, unless it only took a step."""
    before: int | None
    """The version before that one, which it can be compared with."""
    step: str
    is_firm: bool
    """False for the first draft: then there is nothing to tell of it yet."""


@dataclass(frozen=True, slots=True)
class ProjectSheet:
    project: Project
    title: Localized
    process: Process
    axis: Localized | None
    progress: Progress
    amount: Amount
    funding_source: Localized
    responsible: Localized
    partners: Passage
    principles: list[AnswerRow]
    questions: list[AnswerRow]
    problem: Passage
    solution: Passage
    results: Passage
    indicators: list[Passage]
    """One for each run of indicators in the same language."""
    measures: list[IndicatorRow]
    """The indicators that have a unit or figures."""
    completion: CompletionRow | None
    version: Shown | None
    schedule: Schedule
    source_note: Localized
    note_contradicts: bool
    """True when the source's note speaks only of years in which no activity is planned."""
    is_monolingual: bool

    @property
    def marked(self) -> str:
        """The first of the lists in which some words came with the newest version; empty: none."""
        names = ("problem", "solution", "results")
        return next((name for name in names if getattr(self, name).has_added), "")

    @property
    def principles_by_answer(self) -> list[tuple[str, list[AnswerRow]]]:
        """The principles that share an answer, for where there is no room for a line each."""
        marks = (
            (mark, [row for row in self.principles if row.mark == mark]) for mark in ("yes", "no", "none")
        )
        return [(mark, rows) for mark, rows in marks if rows]

    @property
    def lost_questions(self) -> bool:
        """True when the source kept neither the wording of the questions nor their answers."""
        return not any(row.label or row.answer is not None for row in self.questions)


def read_plan(plan: ActionPlan, reader: Reader) -> PlanPage:
    """Lay out a plan that came from ``ActionPlan.objects.for_plan_page()``; nothing is queried here."""
    stages, axes, projects = list(plan.stages.all()), list(plan.axes.all()), list(plan.projects.all())
    # Of a sheet that was read from a file nobody has said yet how firm it is.
    tells_step = not plan.origin_name
    rows = {project.pk: _project_row(project, reader, tells_step=tells_step) for project in projects}
    in_axis = {pk: [rows[project.pk] for project in group] for pk, group in _by_axis(projects)}
    members = list(plan.committee.all())
    return PlanPage(
        plan=plan,
        title=plan.title,
        period=period_of(plan.starts_on, plan.ends_on, reader),
        process=_process(stages, reader),
        axes=[AxisRow(axis.number, axis.title, in_axis.get(axis.pk, [])) for axis in axes],
        other_projects=in_axis.get(None, []),
        counts=_counts(rows.values()),
        committee=read_committee(members),
        documents=read_documents(stages),
        is_monolingual=any(_is_monolingual(row, "title") for row in (plan, *stages, *axes, *projects))
        or any(_is_monolingual(plan, name) for name in ("summary", "focal_point"))
        or any(_is_monolingual(member, "quality") for member in members),
    )


def read_sheet(project: Project, reader: Reader) -> ProjectSheet:
    """Lay out a project that came from ``Project.objects.for_project_page()``; nothing is queried here."""
    activities, indicators = list(project.activities.all()), list(project.indicators.all())
    stages = list(project.plan.stages.all())
    schedule = read_schedule(activities, reader)
    shown, old = _shown(_versions(project))
    return ProjectSheet(
        project=project,
        title=project.title,
        process=_process(stages, reader),
        axis=project.axis.title if project.axis else None,
        progress=_progress(project, activities),
        amount=_amount(project, reader),
        funding_source=project.funding_source,
        responsible=project.responsible,
        partners=_passage(project, "partners", is_one_list=True),
        principles=_principles(project, reader),
        questions=_questions(project),
        problem=_passage(project, "problem", old=old),
        solution=_passage(project, "solution", old=old),
        results=_passage(project, "results", old=old, is_one_list=True),
        indicators=_lists([indicator.title for indicator in indicators]),
        measures=[row for row in read_indicators(indicators, reader) if row.has_figures],
        completion=read_completion(project, activities),
        version=shown,
        schedule=schedule,
        source_note=quoted(project.source_note, reader),
        note_contradicts=contradicts(project.source_note, schedule.years),
        is_monolingual=_is_sheet_monolingual(project, [*stages, *activities, *indicators]),
    )


@dataclass(frozen=True, slots=True)
class DeskRow:
    """A project in the list of the desk."""

    project: Project
    row: ProjectRow
    overdue: int
    completion: CompletionRow | None
    versions: int


@dataclass(frozen=True, slots=True)
class DeskAxis:
    """The projects of an axis; of those that have none, without one."""

    axis: Axis | None
    rows: list[DeskRow]


def desk_rows(projects: Iterable[Project], axes: list[Axis], reader: Reader) -> list[DeskAxis]:
    """Lay out projects that came from ``Project.objects.for_desk_list()``, each axis with its own."""
    rows = [_desk_row(project, reader) for project in projects]
    by_axis = {axis.pk: DeskAxis(axis, []) for axis in axes}
    others = DeskAxis(None, [])
    for row in rows:
        by_axis.get(row.project.axis_id or 0, others).rows.append(row)
    return [*by_axis.values(), *([others] if others.rows else [])]


def _desk_row(project: Any, reader: Reader) -> DeskRow:
    activities = list(project.activities.all())
    return DeskRow(
        project=project,
        row=_project_row(project, reader),
        overdue=sum(row.is_overdue for row in read_schedule(activities, reader).rows),
        completion=read_completion(project, activities),
        versions=project.version_count,
    )


def quoted(text: str, reader: Reader) -> Localized:
    """A text in whatever language the source prints it, with the language and direction of its letters."""
    lang = script_language(text)
    return Localized(text, lang, direction(text), is_foreign=lang != reader.language)


_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")


def contradicts(note: str, years: range) -> bool:
    """Whether a note names years and none of them is among the ``years`` of the activities."""
    named = [int(year) for year in _YEAR.findall(western_digits(note))]
    return bool(named and years) and not any(year in years for year in named)


def _project_row(project: Any, reader: Reader, *, tells_step: bool = False) -> ProjectRow:
    activities = list(project.activities.all())
    state = state_of(activities, reader.today)
    version = getattr(project, "latest_version", None)
    is_firm = project.step != ProjectStep.DRAFT or (version or 0) > 1
    return ProjectRow(
        project.number,
        project.title,
        state,
        _progress(project, activities).value,
        step=project.get_step_display() if tells_step or is_firm else "",
        version=version,
    )


def _by_axis(projects: list[Project]) -> Iterable[tuple[int | None, Iterable[Project]]]:
    def axis_id(project: Project) -> int:
        return project.axis_id or 0

    return ((pk or None, group) for pk, group in groupby(sorted(projects, key=axis_id), key=axis_id))


def _counts(rows: Iterable[ProjectRow]) -> Counts:
    states = Counter(row.state for row in rows)
    return Counts(
        total=states.total(),
        done=states[ProjectState.DONE],
        running=states[ProjectState.RUNNING],
        late=states[ProjectState.LATE],
        to_come=states[ProjectState.TO_COME],
        not_stated=states[ProjectState.NOT_STATED],
    )


def _process(stages: list[Stage], reader: Reader) -> Process:
    """Group the lines of the process: a step goes with the stage before it."""
    rows: list[StageRow] = []
    for stage in stages:
        is_step = stage.level > 1 and bool(rows)
        siblings = rows[-1].steps if is_step else rows
        period, meetings = period_in_words(stage, reader), read_meetings(stage, reader)
        siblings.append(StageRow(len(siblings) + 1, stage.title, stage.state, [], period, meetings))
    titles = [stage.title for stage in stages]
    if len({title.lang for title in titles}) == 1 and titles[0].is_foreign:
        return Process(rows, titles[0].lang, titles[0].dir, is_foreign=True)
    return Process(rows)


def _progress(project: Project, activities: list[Activity]) -> Progress:
    mean = project_progress(activity.percent for activity in activities)
    return Progress(mean, project.printed_progress, len(activities))


def _amount(project: Project, reader: Reader) -> Amount:
    if project.amount is None:
        return Amount("", project.amount_printed)
    return Amount(locales.money(project.amount, reader.currency, reader.language), project.amount_printed)


def _principles(project: Project, reader: Reader) -> list[AnswerRow]:
    labels = {
        "transparency": _("Transparency and accountability"),
        "access_to_information": _access_label(reader),
        "participation": _("Citizen participation"),
        "digitalisation": _("Digitalisation"),
    }
    return [AnswerRow(labels[name], getattr(project, name)) for name in Project.PRINCIPLES]


def _access_label(reader: Reader) -> str:
    if reader.country == Country.MOROCCO:
        return pgettext("Morocco", "Access to information")
    return pgettext("Tunisia", "Access to information")


def _questions(project: Project) -> list[AnswerRow]:
    """The two questions of the sheet; their labels may be empty: the source lost the wording."""
    return [
        AnswerRow(localized(project, f"{name}_label"), getattr(project, name)) for name in Project.QUESTIONS
    ]


def _versions(project: Project) -> list[ProjectVersion]:
    """The versions as they were read with the project; none of one that was read without."""
    return getattr(project, "kept_versions", [])


def _shown(versions: list[ProjectVersion]) -> tuple[Shown | None, Mapping[str, Any]]:
    """What is told of the newest version, and what the project told before it last changed."""
    if not versions:
        return None, {}
    newest, (changed, before) = versions[0], last_change(versions)
    shown = Shown(
        number=newest.number,
        changed=changed.number,
        before=before.number if before else None,
        step=newest.get_step_display(),
        is_firm=len(versions) > 1 or newest.step != ProjectStep.DRAFT,
    )
    return shown, before.content if before else {}


def _passage(
    project: Project, name: str, *, old: Mapping[str, Any] | None = None, is_one_list: bool = False
) -> Passage:
    """The points and paragraphs of a text; with ``is_one_list`` each of its lines is a point.

    What an ``old`` version of the project did not have is marked, where it had the text in this language.
    """
    text = localized(project, name)
    points = read_points(text.text)
    pieces = _marked(points, (old or {}).get(f"{name}_{text.lang}", ""))

    def is_listed(line: tuple[Point, list[Piece]]) -> bool:
        return line[0].is_point or is_one_list

    groups = []
    for is_list, run in groupby(zip(points, pieces, strict=True), key=is_listed):
        lines = list(run)
        added = any(piece.kind == "added" for _point, marks in lines for piece in marks)
        marked = [marks for _point, marks in lines] if added else []
        groups.append(Group(is_list, [point.text for point, _marks in lines], marked))
    return Passage(groups, text.lang, text.dir, text.is_foreign)


def _marked(points: list[Point], old: str) -> list[list[Piece]]:
    lines = [point.text for point in points]
    if not old:
        return [[Piece("same", line)] for line in lines]
    return marked_lines([point.text for point in read_points(old)], lines)


def _lists(titles: list[Localized]) -> list[Passage]:
    found = []
    for _lang, run in groupby(titles, key=lambda title: title.lang):
        first, *others = run
        group = Group(is_list=True, texts=[first.text, *(title.text for title in others)])
        found.append(Passage([group], first.lang, first.dir, first.is_foreign))
    return found


_TEXTS = ("title", "problem", "solution", "results", "funding_source", "responsible", "partners")


def _is_sheet_monolingual(project: Project, others: list[models.Model]) -> bool:
    titled = [project.plan, *([project.axis] if project.axis else []), *others]
    return any(_is_monolingual(project, name) for name in _TEXTS) or any(
        _is_monolingual(row, "title") for row in titled
    )


def _is_monolingual(row: models.Model, name: str) -> bool:
    """Whether a text exists, and in a single language that is not the page's."""
    is_complete = bool(getattr(row, f"{name}_ar") and getattr(row, f"{name}_fr"))
    return localized(row, name).is_foreign and not is_complete
