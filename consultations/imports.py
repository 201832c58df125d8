"""Bringing the reading of a project sheet into the database, beside what people changed there.

What the last import read is kept with each row (``imported``). So a later import can tell a value that people
changed since: it is kept and reported. Nothing is deleted, and what a sheet does not state erases nothing.
"""

from __future__ import annotations

import datetime
from calendar import monthrange
from collections.abc import Iterable
from dataclasses import dataclass, replace

from django.db import transaction
from django.db.models import Model
from django.utils.translation import gettext as _

from consultations.importers.labels import HEADS, Head
from consultations.importers.readings import (
    ActivityReading,
    AnswersReading,
    Item,
    PlanReading,
    PrintedDate,
    ProjectReading,
)
from consultations.merging import RowSet, folded, merge_rows, save_changes, title_of
from consultations.models import ActionPlan, Activity, Axis, Indicator, Project, Stage
from consultations.points import write_points
from consultations.services.plans import publish as publish_plan
from consultations.services.projects import keep_public_version
from portal.accounts.models import User
from portal.audit.log import record
from portal.bilingual import column
from portal.folding import fold
from portal.importing.differences import Difference, Differences, Values, merge_values
from portal.importing.findings import SourceWarning
from portal.importing.merge import Outcome, merge
from portal.importing.refusals import ImportRefused
from portal.municipalities.models import Municipality


@dataclass(frozen=True, slots=True)
class ImportResult:
    """What an import did. ``reading`` is the sheet, with warnings that only the municipality could tell."""

    plan: ActionPlan
    project: Project
    reading: PlanReading
    differences: Differences


@transaction.atomic
def import_plan(
    *,
    municipality: Municipality,
    slug: str,
    reading: PlanReading,
    origin_name: str,
    origin_sha256: str,
    actor: User | None,
    publish: bool = False,
) -> ImportResult:
    """Write a sheet into the plan ``slug`` of the municipality, as a draft where there is none yet.

    The project is the one of the same title in the plan, letters folded, else the next number. Only what the
    file changed since the last import is written. A value that people changed since is kept and reported, as
    is a row that they removed. A second import of one file writes nothing. ``publish`` publishes the plan in
    the same transaction; without it a published plan stays published.

    Raises ``ImportRefused`` for a text that its column cannot hold.
    """
    # One import at a time in a municipality: two would both take the next number.
    Municipality.objects.select_for_update(no_key=True).get(pk=municipality.pk)
    reading = _seen_from(municipality, reading)
    _check_lengths(reading)
    plan = _plan(municipality, slug)
    project = _project(plan, reading.project)
    found = Differences()
    is_written = _write_plan(found, plan, reading)
    is_written |= _write_project(found, project, reading.project)
    if is_written:
        plan.origin_name, plan.origin_sha256 = origin_name[:255], origin_sha256
        plan.save(update_fields=["origin_name", "origin_sha256", "updated_at"])
        changes = {str(change): (change.stored, change.read) for change in found.changes}
        record(actor=actor, action="plan.imported", obj=plan, municipality=municipality, changes=changes)
        keep_public_version(project=project, actor=actor, reason=_("Read anew from a file."))
    if publish:
        publish_plan(plan=plan, actor=actor)
    return ImportResult(plan, project, reading, found)


# What the reading alone cannot tell


def _seen_from(municipality: Municipality, reading: PlanReading) -> PlanReading:
    """The reading, warned about what belongs elsewhere; an amount in another currency is not taken."""
    warnings = list(reading.warnings)
    amount = reading.project.answers.amount
    names = [fold(name) for name in (municipality.name_ar, municipality.name_fr) if name]
    if reading.commune and not any(name in fold(reading.commune) for name in names):
        message = _("The sheet says “%(printed)s”, it is imported for %(name)s.")
        message %= {"printed": reading.commune, "name": municipality}
        warnings.append(SourceWarning(reading.commune_line, 1, "other_municipality", message))
    if amount.currency not in ("", municipality.currency):
        message = _("The amount “%(amount)s” is not in %(currency)s: it is kept as printed only.")
        message %= {"amount": amount.printed, "currency": municipality.currency}
        warnings.append(SourceWarning(amount.line, 1, "other_currency", message))
        answers = replace(reading.project.answers, amount=replace(amount, value=None))
        reading = replace(reading, project=replace(reading.project, answers=answers))
    return replace(reading, warnings=tuple(sorted(warnings, key=lambda found: (found.line, found.column))))


def _check_lengths(reading: PlanReading) -> None:
    project, answers = reading.project, reading.project.answers
    texts: list[tuple[type[Model], str, str, int]] = [
        (ActionPlan, "title_ar", reading.title, reading.title_line),
        *((Stage, "title_ar", stage.title, stage.line) for stage in reading.stages),
        (Project, "title_ar", project.title, project.line),
        (Axis, "title_ar", project.axis, project.axis_line),
        *((Project, "question_1_label_ar", question.label, question.line) for question in answers.questions),
        (Project, "amount_printed", answers.amount.printed, answers.amount.line),
        (Project, "funding_source_ar", answers.funding_source, answers.funding_line),
        *((Activity, "title_ar", activity.title, activity.line) for activity in project.activities),
    ]
    for model, name, text, line in texts:
        longest = model._meta.get_field(name).max_length or 0  # type: ignore[union-attr]
        if len(text) > longest:
            expected = _("at most %(count)d characters") % {"count": longest}
            raise ImportRefused(file=reading.file, line=line, column=1, expected=expected, found=text)


# Which rows the sheet is about


def _plan(municipality: Municipality, slug: str) -> ActionPlan:
    plan = ActionPlan.objects.of(municipality).filter(slug=slug).first()
    return plan or ActionPlan(municipality=municipality, slug=slug)


def _project(plan: ActionPlan, reading: ProjectReading) -> Project:
    """The project of the same title, as it is stored or as the last import read it, or a new one."""
    projects = list(plan.projects.order_by("number")) if plan.pk else []
    for project in projects:
        titles = (project.title_ar, project.title_fr, title_of(project.imported.get("fields", {})))
        if folded(reading.title) in map(folded, titles):
            return project
    return Project(plan=plan, number=max((project.number for project in projects), default=0) + 1)


# What the sheet says, as values of columns


def _text(name: str, text: str) -> Values:
    """A text in the column of its language."""
    return {column(name, text): text} if text else {}


def _list(name: str, items: Iterable[Item]) -> Values:
    return _text(name, write_points(items))


def _project_values(project: ProjectReading) -> Values:
    return {
        **_text("title", project.title),
        **_list("problem", project.problem),
        **_list("solution", project.solution),
        **_list("results", project.results),
        **_answer_values(project.answers),
        "printed_progress": project.printed_progress,
        "printed_comment_count": project.comment_count,
        "source_note": project.note,
    }


def _answer_values(answers: AnswersReading) -> Values:
    first, second = answers.questions
    return {
        **{str(name): answer for name, answer in answers.principles.items()},
        **_text("question_1_label", first.label),
        "question_1": first.answer,
        **_text("question_2_label", second.label),
        "question_2": second.answer,
        "amount": answers.amount.value,
        "amount_printed": answers.amount.printed,
        **_text("funding_source", answers.funding_source),
    }


def _activity_values(activity: ActivityReading) -> Values:
    dates = [date for date in (activity.start, activity.end) if date]
    by_month = any(date.precision == "month" for date in dates)
    precision = Activity.Precision.MONTH if by_month else Activity.Precision.DAY
    return {
        **_text("title", activity.title),
        "starts_on": activity.start.day if activity.start else None,
        "ends_on": _last_day(activity.end) if activity.end else None,
        "precision": precision.value if dates else None,
        "percent": activity.percent,
    }


def _last_day(date: PrintedDate) -> datetime.date:
    if date.precision == "day":
        return date.day
    return date.day.replace(day=monthrange(date.day.year, date.day.month)[1])


# Writing what changed. Each function says whether it wrote anything.


def _write_plan(found: Differences, plan: ActionPlan, reading: PlanReading) -> bool:
    is_new = plan._state.adding
    title = reading.title or (HEADS[Head.PLAN][0] if is_new else "")
    fields = merge_values(found, plan, _text("title", title), plan.imported.get("fields", {}), "plan")
    save_changes(plan, found.changes)
    if is_new:
        found.changes.append(Difference("plan", "", None, title))
    stages = [{**_text("title", stage.title), "level": stage.level} for stage in reading.stages]
    rows = RowSet("stage", Stage, {"plan": plan}, plan.imported.get("stages", []))
    return _keep(plan, {"fields": fields, "stages": merge_rows(found, rows, stages)}) or bool(found.changes)


def _write_project(found: Differences, project: Project, reading: ProjectReading) -> bool:
    before, place, earlier = project.imported, f"project-{project.number}", len(found.changes)
    is_new = project._state.adding
    axis = _merge_axis(found, project, reading.axis, place)
    fields = merge_values(found, project, _project_values(reading), before.get("fields", {}), place)
    save_changes(project, found.changes[earlier:])
    if is_new:
        found.changes.append(Difference(place, "", None, reading.title))
    parent: dict[str, Model] = {"project": project}
    indicators = RowSet(f"{place} indicator", Indicator, parent, before.get("indicators", []))
    activities = RowSet(f"{place} activity", Activity, parent, before.get("activities", []))
    wordings = [_text("title", item.text) for item in reading.indicators]
    imported = {
        "fields": fields,
        "axis": axis,
        "indicators": merge_rows(found, indicators, wordings),
        "activities": merge_rows(found, activities, list(map(_activity_values, reading.activities))),
    }
    return _keep(project, imported) or len(found.changes) > earlier


def _keep(row: ActionPlan | Project, imported: Values) -> bool:
    """Keep what this import read for the next one, unless it is what was kept already."""
    if row.imported == imported:
        return False
    row.imported = imported
    row.save(update_fields=["imported"])
    return True


def _merge_axis(found: Differences, project: Project, title: str, place: str) -> Values:
    """Put the project under the plan's axis of this title, made if need be; return the next base."""
    base = project.imported.get("axis", {})
    if not title:
        return base
    axis = _axis(project.plan, title)
    outcome = merge(base=base.get("pk"), ours=project.axis_id, theirs=axis.pk or title)
    if outcome is Outcome.TAKE:
        if axis.pk is None:
            axis.save()
        if not project._state.adding:
            found.changes.append(Difference(place, "axis", project.axis, axis))
        project.axis = axis
    elif project.axis_id != axis.pk:
        found.conflicts.append(Difference(place, "axis", project.axis, title))
    return {"pk": axis.pk, "title": title}


def _axis(plan: ActionPlan, title: str) -> Axis:
    """The axis of this title, stored so or read so before people renamed it, or a new one."""
    axes = {axis.pk: axis for axis in plan.axes.all()}
    for axis in axes.values():
        if folded(title) in (folded(axis.title_ar), folded(axis.title_fr)):
            return axis
    for imported in plan.projects.values_list("imported", flat=True):
        read_before = imported.get("axis", {})
        if read_before.get("pk") in axes and folded(read_before["title"]) == folded(title):
            return axes[read_before["pk"]]
    number = max((axis.number for axis in axes.values()), default=0) + 1
    return Axis(plan=plan, number=number, **_text("title", title))
