"""The open-government plan of the fictional municipality, with what was stated and changed of it."""

from __future__ import annotations

import datetime
from typing import Any

from consultations.models import (
    ActionPlan,
    Activity,
    Axis,
    CommitteeMember,
    Completion,
    Indicator,
    Measurement,
    Project,
    Stage,
)
from consultations.services.plans import publish
from consultations.services.projects import change_project, grade, state_activity, take_step
from portal.municipalities.models import Municipality
from portal.timelines.months import first_day, last_day, month_index

ADOPTION = "مصادقة المجلس على البرنامج"
BILINGUAL = ("title", "problem", "solution", "results", "responsible", "partners")


def seed_plan(town: Municipality, data: dict[str, Any], today: datetime.date) -> ActionPlan:
    """A plan under way: published as a draft, changed after the consultation, adopted, followed."""
    plan = ActionPlan.objects.create(
        municipality=town,
        starts_on=first_day(month_index(today) - 11),
        ends_on=last_day(month_index(today) + 12),
        **{name: value for name, value in data.items() if isinstance(value, str)},
    )
    for position, stage in enumerate(data["stages"], start=1):
        Stage.objects.create(plan=plan, position=position, **_with_months(stage, today))
    for position, member in enumerate(data["committee"], start=1):
        CommitteeMember.objects.create(plan=plan, position=position, **member)
    axes = [Axis.objects.create(plan=plan, number=n, **axis) for n, axis in enumerate(data["axes"], start=1)]
    for number, project in enumerate(data["projects"], start=1):
        _seed_project(plan, axes[project["axis"] - 1], number, project, today)
    publish(plan=plan, actor=None)
    plan.refresh_from_db()
    for project, told in zip(plan.projects.order_by("number"), data["projects"], strict=True):
        _follow(project, told, today)
    return plan


def _seed_project(
    plan: ActionPlan, axis: Axis, number: int, data: dict[str, Any], today: datetime.date
) -> None:
    texts = {f"{name}_{lang}": data.get(f"{name}_{lang}", "") for name in BILINGUAL for lang in ("ar", "fr")}
    project = Project.objects.create(
        plan=plan,
        axis=axis,
        number=number,
        amount=data["amount"],
        funding_source_ar=data["funding_ar"],
        funding_source_fr=data["funding_fr"],
        **texts,
        **dict(zip(Project.PRINCIPLES, data["principles"], strict=True)),
    )
    for position, told in enumerate(data["indicators"], start=1):
        measured = told.pop("measured", [])
        indicator = Indicator.objects.create(project=project, position=position, **told)
        for month, value in measured:
            day = first_day(month_index(today) + month)
            Measurement.objects.create(indicator=indicator, measured_on=day, value=value)
    for position, told in enumerate(data["activities"], start=1):
        shown = {name: told[name] for name in ("title_ar", "title_fr", "from_month", "to_month")}
        Activity.objects.create(project=project, position=position, **_with_months(shown, today))


def _follow(project: Project, data: dict[str, Any], today: datetime.date) -> None:
    """What became of a project since it was public."""
    if revision := data.get("revision"):
        values = {name: text for name, text in revision.items() if name != "reason"}
        change_project(project=project, values=values, reason=revision["reason"], actor=None)
    take_step(project=project, code="adopt", actor=None, reason=ADOPTION)
    for activity, told in zip(project.activities.order_by("position"), data["activities"], strict=True):
        if told["percent"]:
            day = min(activity.ends_on or today, today)
            state_activity(
                activity=activity, percent=told["percent"], note=told["note"], stated_on=day, actor=None
            )
    percents = {told["percent"] for told in data["activities"]}
    if percents == {100}:
        grade(project=project, completion=Completion.COMPLETE, actor=None)


def _with_months(told: dict[str, Any], today: datetime.date) -> dict[str, Any]:
    """Months counted from today's, as the days of the period."""
    values = {name: value for name, value in told.items() if not name.endswith("_month")}
    now = month_index(today)
    return values | {
        "starts_on": first_day(now + told["from_month"]),
        "ends_on": last_day(now + told["to_month"]),
    }
