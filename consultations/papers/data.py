"""What an archive copy carries beside its pages: the public data they were made from, as JSON."""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterable, Mapping
from typing import Any

from consultations.exports_participation import rows_of
from consultations.models import ActionPlan, Activity, Consultation, Indicator, Project
from consultations.published.plans import content_of as published_content
from consultations.talk import Entry
from consultations.versions import content_of as promises_of
from portal.municipalities.models import Municipality
from portal.papers.orders import Order
from portal.pdf.render import Attachment

Data = dict[str, Any]


def as_attachment(name: str, data: Mapping[str, Any], description: str) -> Attachment:
    """The data as a file within a paper. ``name``: without a suffix, in plain letters."""
    content = json.dumps(data, ensure_ascii=False, indent=1, default=_plain).encode()
    return Attachment(f"{name}.json", content, description)


def project_data(project: Project) -> Data:
    """What a project promises, and how far it is; of a project read with its plan and municipality."""
    plan = project.plan
    return {
        "format": "musharaka-project-1",
        **_head(plan.municipality),
        "plan": {"slug": plan.slug, "title_ar": plan.title_ar, "title_fr": plan.title_fr},
        "number": project.number,
        "step": project.step,
        **promises_of(project),
        **_progress_of(project),
    }


def plan_data(plan: ActionPlan) -> Data:
    """What the register of publications keeps of a plan, and how far each of its projects is."""
    followed = Project.objects.for_project_page().filter(plan=plan).order_by("number")
    progress = [{"number": project.number, **_progress_of(project)} for project in followed]
    return {**published_content(plan), "progress": progress}


def report_data(order: Order, consultation: Consultation, entries: Iterable[Entry]) -> Data:
    """The rows of the table that anybody may take, under fixed names, in the language of the report."""
    address = order.address("consultation", number=consultation.number)
    return {
        "format": "musharaka-contributions-1",
        **_head(consultation.municipality),
        "consultation": {
            "number": consultation.number,
            "title_ar": consultation.title_ar,
            "title_fr": consultation.title_fr,
            "address": address,
        },
        "language": order.language,
        "contributions": rows_of(entries, address),
    }


def _head(municipality: Municipality) -> Data:
    names = {"slug": municipality.slug, "name_ar": municipality.name_ar, "name_fr": municipality.name_fr}
    return {"municipality": {**names, "country": municipality.country}}


def _progress_of(project: Project) -> Data:
    """As it was read by ``for_project_page()``: what the page of the project shows, nothing more."""
    return {
        "completion": project.completion,
        "activities_progress": [_activity(activity) for activity in project.activities.all()],
        "measurements": [_measured(indicator) for indicator in project.indicators.all()],
    }


def _activity(activity: Activity) -> Data:
    updates = getattr(activity, "listed_updates", [])
    return {
        "key": activity.pk,
        "percent": activity.percent,
        "statements": [
            {"stated_on": update.stated_on, "percent": update.percent, "note": update.note}
            for update in updates
        ],
    }


def _measured(indicator: Indicator) -> Data:
    rows = [
        {"measured_on": row.measured_on, "value": f"{row.value:f}", "note": row.note}
        for row in indicator.measurements.all()
    ]
    return {"key": indicator.pk, "measured": rows}


def _plain(value: Any) -> str:
    if isinstance(value, datetime.date):
        return value.isoformat()
    raise TypeError(f"No JSON for {type(value)}")
