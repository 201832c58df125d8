"""A plan and a project as a reader sees them: one reading for the pages and the paper.

Everything that depends on the day or the language is worked out here, once for each row, so that
screen and paper cannot disagree and the templates only lay out.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from consultations.models import ActionPlan, Activity, Project, Stage
from consultations.points import Point, read_points
from consultations.reader import Reader
from consultations.rules import ProjectState, project_progress
from consultations.schedule import Schedule, period_of, read_schedule, state_of
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
    is_monolingual: bool
    """True when some text of it exists in one language only, and not the page's."""


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


@dataclass(frozen=True, slots=True)
class ProjectSheet:
    project: Project
    title: Localized
    process: Process
    axis: Localized | None
    progress: Progress
    amount: Amount
    funding_source: Localized
    principles: list[AnswerRow]
    questions: list[AnswerRow]
    problem: Passage
    solution: Passage
    results: Passage
    indicators: list[Passage]
    """One for each run of indicators in the same language."""
    schedule: Schedule
    source_note: Localized
    note_contradicts: bool
    """True when the source's note speaks only of years in which no activity is planned."""
    is_monolingual: bool

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
    rows = {project.pk: _project_row(project, reader) for project in projects}
    in_axis = {pk: [rows[project.pk] for project in group] for pk, group in _by_axis(projects)}
    return PlanPage(
        plan=plan,
        title=plan.title,
        period=period_of(plan.starts_on, plan.ends_on, reader),
        process=_process(stages),
        axes=[AxisRow(axis.number, axis.title, in_axis.get(axis.pk, [])) for axis in axes],
        other_projects=in_axis.get(None, []),
        counts=_counts(rows.values()),
        is_monolingual=any(_is_monolingual(row, "title") for row in (plan, *stages, *axes, *projects)),
    )


def read_sheet(project: Project, reader: Reader) -> ProjectSheet:
    """Lay out a project that came from ``Project.objects.for_project_page()``; nothing is queried here."""
    activities, indicators = list(project.activities.all()), list(project.indicators.all())
    stages = list(project.plan.stages.all())
    schedule = read_schedule(activities, reader)
    return ProjectSheet(
        project=project,
        title=project.title,
        process=_process(stages),
        axis=project.axis.title if project.axis else None,
        progress=_progress(project, activities),
        amount=_amount(project, reader),
        funding_source=project.funding_source,
        principles=_principles(project, reader),
        questions=_questions(project),
        problem=_passage(project, "problem"),
        solution=_passage(project, "solution"),
        results=_passage(project, "results", is_one_list=True),
        indicators=_lists([indicator.title for indicator in indicators]),
        schedule=schedule,
        source_note=quoted(project.source_note, reader),
        note_contradicts=contradicts(project.source_note, schedule.years),
        is_monolingual=_is_sheet_monolingual(project, [*stages, *activities, *indicators]),
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


def _project_row(project: Project, reader: Reader) -> ProjectRow:
    activities = list(project.activities.all())
    state = state_of(activities, reader.today)
    return ProjectRow(project.number, project.title, state, _progress(project, activities).value)


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


def _process(stages: list[Stage]) -> Process:
    """Group the lines of the process: a step goes with the stage before it."""
    rows: list[StageRow] = []
    for stage in stages:
        is_step = stage.level > 1 and bool(rows)
        siblings = rows[-1].steps if is_step else rows
        siblings.append(StageRow(len(siblings) + 1, stage.title, stage.state, steps=[]))
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


def _passage(project: Project, name: str, *, is_one_list: bool = False) -> Passage:
    """The points and paragraphs of a text; with ``is_one_list`` each of its lines is a point."""
    text = localized(project, name)

    def is_listed(point: Point) -> bool:
        return point.is_point or is_one_list

    runs = groupby(read_points(text.text), key=is_listed)
    groups = [Group(is_list, [point.text for point in points]) for is_list, points in runs]
    return Passage(groups, text.lang, text.dir, text.is_foreign)


def _lists(titles: list[Localized]) -> list[Passage]:
    found = []
    for _lang, run in groupby(titles, key=lambda title: title.lang):
        first, *others = run
        group = Group(is_list=True, texts=[first.text, *(title.text for title in others)])
        found.append(Passage([group], first.lang, first.dir, first.is_foreign))
    return found


_TEXTS = ("title", "problem", "solution", "results", "funding_source")


def _is_sheet_monolingual(project: Project, others: list[models.Model]) -> bool:
    titled = [project.plan, *([project.axis] if project.axis else []), *others]
    return any(_is_monolingual(project, name) for name in _TEXTS) or any(
        _is_monolingual(row, "title") for row in titled
    )


def _is_monolingual(row: models.Model, name: str) -> bool:
    """Whether a text exists, and in a single language that is not the page's."""
    is_complete = bool(getattr(row, f"{name}_ar") and getattr(row, f"{name}_fr"))
    return localized(row, name).is_foreign and not is_complete
