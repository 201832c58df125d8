"""The projects of plans as a table, out of the admin and back into it."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from import_export.fields import Field

from consultations.models import ActionPlan, Project
from consultations.services.projects import keep_public_version
from portal.exchange.cells import Text, WholeNumber
from portal.exchange.resources import ScopedResource, key
from portal.municipalities.models import Municipality


class AxisField(Field):
    """The number of an axis of the project's own plan."""

    def save(self, instance: Any, row: dict[str, Any], is_m2m: bool = False, **kwargs: Any) -> None:
        axis = instance.plan.axes.filter(number=self.clean(row)).first()
        if axis is None:
            raise ValueError(_("The plan has no axis of this number."))
        instance.axis = axis


class ProjectResource(ScopedResource):
    """One row for each project, named by municipality, plan and number; plans must be there."""

    municipality = key("plan__municipality__slug", "municipality", Text())
    plan = key("plan__slug", "plan", Text())
    number = key("number", "number")
    axis = AxisField("axis__number", "axis", WholeNumber())
    municipality_path = "plan__municipality"

    class Meta(ScopedResource.Meta):
        model = Project
        import_id_fields = ("municipality", "plan", "number")
        fields = (
            *import_id_fields,
            "axis",
            "title_ar",
            "title_fr",
            "problem_ar",
            "problem_fr",
            "solution_ar",
            "solution_fr",
            "results_ar",
            "results_fr",
            *Project.PRINCIPLES,
            "question_1_label_ar",
            "question_1_label_fr",
            "question_1",
            "question_2_label_ar",
            "question_2_label_fr",
            "question_2",
            "amount",
            "amount_printed",
            "funding_source_ar",
            "funding_source_fr",
            "responsible_ar",
            "responsible_fr",
            "partners_ar",
            "partners_fr",
            "completion",
            "printed_progress",
            "printed_comment_count",
            "source_note",
        )

    @classmethod
    def select_related(cls) -> list[str]:
        return ["plan__municipality", "axis"]

    def new_row(self, municipality: Municipality, keys: dict[str, Any]) -> Project:
        plan = ActionPlan.objects.filter(municipality=municipality, slug=keys["plan"]).first()
        if plan is None:
            raise ValidationError({"plan": _("The municipality has no plan of this name.")})
        return Project(plan=plan, number=keys["number"])

    def touch(self, rows: list[Project]) -> None:
        ActionPlan.objects.filter(pk__in={row.plan_id for row in rows}).update(updated_at=timezone.now())
        for row in rows:
            keep_public_version(project=row, actor=self.user, reason=_("Read anew from a table."))
