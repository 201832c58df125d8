"""Programs and tasks as tables, out of the admin and back into it."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext as _
from import_export.fields import Field

from portal.exchange.cells import Text
from portal.exchange.resources import ScopedResource, key
from portal.municipalities.models import Municipality
from programs.models import Phase, Program, Task


class ProgramResource(ScopedResource):
    """One row for each program. Its status goes out and never comes in: publishing is an act."""

    year = key("year", "year")
    status = Field("status", "status", Text(), readonly=True)
    derived_columns = ("updated_at",)

    class Meta(ScopedResource.Meta):
        model = Program
        import_id_fields = ("municipality", "year")
        fields = ("municipality", "year", "title_ar", "title_fr", "status")

    def new_row(self, municipality: Municipality, keys: dict[str, Any]) -> Program:
        return Program(municipality=municipality, year=keys["year"])


class TaskResource(ScopedResource):
    """One row for each task, named by municipality, year, phase and number; phases must be there."""

    municipality = key("phase__program__municipality__slug", "municipality", Text())
    year = key("phase__program__year", "year")
    phase = key("phase__number", "phase")
    task = key("number", "task")
    municipality_path = "phase__program__municipality"

    class Meta(ScopedResource.Meta):
        model = Task
        import_id_fields = ("municipality", "year", "phase", "task")
        fields = (
            *import_id_fields,
            "title_ar",
            "title_fr",
            "session_date",
            "done",
            "notes",
            "responsible",
        )

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._phases: dict[tuple[int, int], dict[int, Phase]] = {}

    def new_row(self, municipality: Municipality, keys: dict[str, Any]) -> Task:
        phases = self._phases_of(municipality, keys["year"])
        if not phases:
            raise ValidationError(
                {"year": _("The municipality has no program of this year, or one without phases.")}
            )
        if keys["phase"] not in phases:
            raise ValidationError({"phase": _("The program has no phase of this number.")})
        return Task(phase=phases[keys["phase"]], number=keys["task"])

    def import_instance(self, instance: Any, row: dict[str, Any], **kwargs: Any) -> None:
        """Refuse to move a date that the public has seen: a file gives no reason."""
        date = instance.session_date
        super().import_instance(instance, row, **kwargs)
        if instance.pk and instance.session_date != date and instance.phase.program.is_public:
            text = _("The program is public: move this date on the desk, where the reason is given.")
            raise ValidationError({"session_date": text})

    def _phases_of(self, municipality: Municipality, year: int) -> dict[int, Phase]:
        if (municipality.pk, year) not in self._phases:
            phases = Phase.objects.select_related("program").filter(
                program__municipality=municipality, program__year=year
            )
            self._phases[municipality.pk, year] = {phase.number: phase for phase in phases}
        return self._phases[municipality.pk, year]

    def touch(self, rows: list[Task]) -> None:
        programs = {task.phase.program_id for task in rows}
        Program.objects.filter(pk__in=programs).update(updated_at=timezone.now())
