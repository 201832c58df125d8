"""A public project whose indicators and activities are followed, and what people do with it."""

from __future__ import annotations

import datetime
from decimal import Decimal
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from consultations.models import ActionPlan, Project
from consultations.services.projects import keep_version
from portal.editing.models import Versioned
from portal.editing.rows import RowEdit, cell
from portal.files.uploads import CheckedFile, check_upload
from tests.consultations import factories

PDF = b"%PDF-1.4\n%%EOF\n"


def public_project(plan: ActionPlan, **values: Any) -> Project:
    """A project of a public plan, as it was when the plan became public."""
    project = factories.ProjectFactory(plan=plan, **{"number": 1, "title_fr": "Publier les PV"} | values)
    factories.ActivityFactory(project=project, title_ar="إعداد الأنموذج", percent=0)
    factories.IndicatorFactory(
        project=project, title_ar="آجال النشر", unit_ar="يوم", baseline=Decimal(40), target=Decimal(5)
    )
    keep_version(project=project, actor=None)
    return project


def proof(name: str = "محضر.pdf", more: bytes = b"") -> CheckedFile:
    return check_upload(SimpleUploadedFile(name, PDF + more))


def edit(row: Versioned, **values: Any) -> RowEdit:
    """What a page sends of a row in which somebody typed ``values``."""
    seen = {name: cell(row, name) for name in values} if row.pk else dict.fromkeys(values)
    return RowEdit(str(row.pk or "new0"), row, values, seen, row.version if row.pk else 0)


def removal(row: Versioned) -> RowEdit:
    return RowEdit(str(row.pk), row, {}, {}, row.version, is_removed=True)


def as_typed(form: Any, **changes: Any) -> dict[str, Any]:
    """What a browser sends of a form, with what somebody typed into it."""
    data = {"unit": form.unit} if hasattr(form, "unit") else {}
    for bound in form:
        value = bound.value()
        value = getattr(value, "pk", value)
        text = "" if value is None else value
        if value is not False and bound.name != "uploads":
            data[bound.html_name] = text
        if bound.field.show_hidden_initial:
            data[bound.html_initial_name] = form.data.get(bound.html_initial_name, text)
    return data | changes


def as_shown(response: Any, **changes: Any) -> dict[str, Any]:
    """The POST data of the tables that were just shown, with ``changes`` by the field's whole name."""
    data: dict[str, Any] = {}
    for sheet in response.context["editing"].sheets:
        data[f"{sheet.prefix}-rows"] = sheet.blank_count
        for line in sheet.lines:
            data[f"{line.prefix}-seen"] = line.seen_text
            data |= {bound.html_name: bound.value() for bound in line.cells if bound.value() is not None}
    return data | {name.replace("__", "-"): value for name, value in changes.items()}


def day(text: str) -> datetime.date:
    return datetime.date.fromisoformat(text)
