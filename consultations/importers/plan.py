"""The way in: a file becomes the reading of a whole project sheet."""

from __future__ import annotations

import re
from itertools import pairwise

from django.utils.translation import gettext as _

from consultations.importers.answers import read_answers
from consultations.importers.items import read_items
from consultations.importers.labels import AUTHORITIES, HEADS, Head
from consultations.importers.lines import Line, key, keys, leading_bullet
from consultations.importers.readings import (
    AnswersReading,
    Item,
    PlanReading,
    ProjectReading,
    StageReading,
)
from consultations.importers.schedule import read_activities, read_percent, unread
from consultations.importers.sheet import Sheet, comment_count_label, cut, is_form_label, is_period
from consultations.importers.sources import choose_sheet, read_source
from consultations.rules import project_progress
from portal.folding import western_digits
from portal.importing.dates import NotADate, read_month
from portal.importing.findings import SourceWarning

_STEP_NUMBER = re.compile(r"(?:\d{1,2}|[a-zA-Zأ-ي])\s?[.)-]\s*(?=\S)")
_NOWHERE = Line(0, 0, "")
_AUTHORITIES = tuple(keys(AUTHORITIES))
_REPORTED_WHEN_MISSING = (
    Head.PROCESS,
    Head.PLAN,
    Head.PROBLEM,
    Head.SOLUTION,
    Head.RESULTS,
    Head.INDICATORS,
    Head.ACTIVITIES,
)


def read_plan(name: str, data: bytes, *, number: int | None = None) -> PlanReading:
    """The whole sheet; ``name`` is the file's, used in refusals, ``number`` that of one sheet of several.

    What the sheet does not state is empty or ``None``, never guessed; a part that is missing is warned about.
    Raises :class:`portal.importing.refusals.ImportRefused` for a file that is no project sheet, has no
    project title, repeats a head, or gives an impossible date, an end before its start or a percentage over
    100, and :class:`consultations.importers.sources.SeveralSheets` where one has to be chosen.
    """
    sheet = cut(name, choose_sheet(name, read_source(name, data), number))
    warnings = _missing_parts(sheet)
    commune, progress = _opening(name, sheet, warnings)
    project = _project(name, sheet, progress, warnings)
    title = _plan_title(sheet)
    return PlanReading(
        file=name,
        title=title.text,
        title_line=title.number,
        commune=commune.text,
        commune_line=commune.number,
        stages=tuple(_stage(line) for line in sheet.lines(Head.PROCESS)),
        project=project,
        warnings=tuple(sorted(warnings, key=lambda found: (found.line, found.column))),
    )


def _missing_parts(sheet: Sheet) -> list[SourceWarning]:
    message = _("The sheet has no part “%(head)s”: it is left empty.")
    line = sheet.parts[Head.OPENING].line
    return [
        SourceWarning(line.number, 1, "missing_section", message % {"head": HEADS[head][0]})
        for head in _REPORTED_WHEN_MISSING
        if not sheet.lines(head)
    ]


def _plan_title(sheet: Sheet) -> Line:
    line = next(iter(sheet.lines(Head.PLAN)), _NOWHERE)
    return line.part(len(leading_bullet(line.text)))


def _stage(line: Line) -> StageReading:
    """A numbered line is a step of the stage before it, any other a stage."""
    text = line.text.removeprefix(leading_bullet(line.text))
    step = _STEP_NUMBER.match(western_digits(text))
    return StageReading(text[step.end() if step else 0 :].strip(), 2 if step else 1, line.number)


def _opening(file: str, sheet: Sheet, warnings: list[SourceWarning]) -> tuple[Line, int | None]:
    """The commune's own line and the progress printed beside its label, from the lines before the title."""
    commune, progress = _NOWHERE, None
    for line in [*sheet.lines(Head.OPENING), *sheet.lines(Head.PROGRESS)]:
        percent = read_percent(file, line)
        if percent is not None and progress in (None, percent):
            progress = percent
        elif commune is _NOWHERE and key(line.text).startswith(_AUTHORITIES):
            commune = line
        else:
            warnings.append(unread(line))
    return commune, progress


def _project(file: str, sheet: Sheet, progress: int | None, warnings: list[SourceWarning]) -> ProjectReading:
    title = sheet.lines(Head.TITLE)
    axis, problem = _axis_and_problem(sheet, warnings)
    activities = read_activities(file, sheet.lines(Head.ACTIVITIES), warnings)
    note, comment_count = _foot(sheet, warnings)
    project = ProjectReading(
        title=" ".join(line.text for line in title),
        line=title[0].number,
        axis=axis.text,
        axis_line=axis.number,
        problem=problem,
        solution=read_items(sheet.lines(Head.SOLUTION), warnings),
        answers=_answers(sheet, warnings),
        results=read_items(sheet.lines(Head.RESULTS), warnings),
        indicators=read_items(sheet.lines(Head.INDICATORS), warnings),
        activities=activities,
        printed_progress=progress,
        comment_count=comment_count,
        note=note,
    )
    _check_period(sheet, project, warnings)
    _check_progress(sheet, project, warnings)
    return project


def _axis_and_problem(sheet: Sheet, warnings: list[SourceWarning]) -> tuple[Line, tuple[Item, ...]]:
    """The axis stands under its own head or else first under the problem's, unless that line is a point."""
    lines, axis = sheet.lines(Head.PROBLEM), sheet.lines(Head.AXIS)
    if not axis and lines and not leading_bullet(lines[0].text):
        axis, lines = lines[:1], lines[1:]
    if lines and not axis:
        message = _("The sheet names no axis.")
        warnings.append(SourceWarning(lines[0].number, lines[0].column, "missing_axis", message))
    warnings += map(unread, axis[1:])
    return axis[0] if axis else _NOWHERE, read_items(lines, warnings)


def _answers(sheet: Sheet, warnings: list[SourceWarning]) -> AnswersReading:
    if not sheet.form:
        line = sheet.parts[Head.OPENING].line
        message = _("The sheet has no principles, answers or amount: they are not stated.")
        warnings.append(SourceWarning(line.number, 1, "missing_section", message))
    return read_answers(sheet.form, warnings)


def _foot(sheet: Sheet, warnings: list[SourceWarning]) -> tuple[str, int | None]:
    """The lines about the consultation's period, kept as a note, and the printed number of comments."""
    note, count, awaits_count = [], None, False
    for line in sheet.foot:
        after = comment_count_label(line)
        if awaits_count and western_digits(line.text).isdecimal():
            after = western_digits(line.text)
        awaits_count = after == ""
        if after and after.isdecimal():
            count = int(after)
        elif is_period(line):
            note.append(line.text)
        elif not awaits_count and not is_form_label(line):
            warnings.append(unread(line))
    return "\n".join(note), count


def _check_period(sheet: Sheet, project: ProjectReading, warnings: list[SourceWarning]) -> None:
    """Warn when the printed consultation was over before the first activity of the schedule begins."""
    starts = [activity.start.day for activity in project.activities if activity.start]
    for line in sheet.foot:
        ended = _last_month(line.text) if is_period(line) else None
        if ended and starts and ended < (min(starts).year, min(starts).month):
            message = _(
                "The printed period of the consultation (%(year)d-%(month)02d) ended before the activities "
                "start (%(start)s): it is kept as a note and decides nothing."
            ) % {"year": ended[0], "month": ended[1], "start": f"{min(starts):%Y-%m}"}
            warnings.append(SourceWarning(line.number, line.column, "contradictory_period", message))


def _last_month(text: str) -> tuple[int, int] | None:
    """The last month that two words of the text name."""
    words = re.findall(r"\w+", text)
    for month, year in reversed(list(pairwise(words))):
        try:
            return read_month(f"{month} {year}")
        except NotADate:
            continue
    return None


def _check_progress(sheet: Sheet, project: ProjectReading, warnings: list[SourceWarning]) -> None:
    percents = [activity.percent for activity in project.activities if activity.percent is not None]
    derived = project_progress(percents)
    if project.printed_progress is None or derived in (None, project.printed_progress):
        return
    line = sheet.parts[Head.PROGRESS].line if Head.PROGRESS in sheet.parts else sheet.parts[Head.TITLE].line
    message = _(
        "The printed progress is %(printed)d %%, the mean of the activities %(derived)d %%: both are kept."
    )
    warnings.append(
        SourceWarning(
            line.number,
            line.column,
            "different_progress",
            message % {"printed": project.printed_progress, "derived": derived},
        )
    )
