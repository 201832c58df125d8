"""The tables of both diagnoses as files, out of the admin or the desk and back into them."""

from __future__ import annotations

from typing import Any

import tablib
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _
from import_export.fields import Field

from portal.exchange.cells import Choice, Text, WholeNumber, is_empty
from portal.exchange.resources import ScopedResource, key
from portal.municipalities.models import Municipality, Zone
from portal.municipalities.turns import take_turn
from programs.models import (
    BudgetLine,
    BudgetSide,
    Facility,
    FacilityKind,
    FacilityState,
    InfrastructureLine,
    Network,
    Program,
    TaxRecovery,
    Unit,
)


class ProgramTableResource(ScopedResource):
    """Rows of programs. Given a ``program``, of that one alone: its columns may then be left out."""

    municipality = key("program__municipality__slug", "municipality", Text())
    year = key("program__year", "year")
    municipality_path = "program__municipality"

    def __init__(self, program: Program | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.program = program
        self._programs: dict[tuple[int, int], Program] = {}
        self._zones: dict[int, dict[int, Zone]] = {}

    def get_queryset(self) -> models.QuerySet:
        rows = super().get_queryset()
        return rows.filter(program=self.program) if self.program else rows

    def before_import(self, dataset: tablib.Dataset, **kwargs: Any) -> None:
        if self.program and dataset.headers:
            own = {"municipality": self.program.municipality.slug, "year": self.program.year}
            for name, value in own.items():
                if name not in dataset.headers and len(dataset):
                    dataset.append_col([value] * len(dataset), header=name)
        named = set(dataset["municipality"]) if "municipality" in (dataset.headers or []) else set()
        super().before_import(dataset, **kwargs)
        reached = [self.reach[slug] for slug in named if slug in self.reach]
        # Always in the same order, so that two files never wait for each other.
        for municipality in sorted(reached, key=lambda municipality: municipality.pk):
            take_turn(municipality)

    def before_import_row(self, row: dict[str, Any], **kwargs: Any) -> None:
        super().before_import_row(row, **kwargs)
        keys = self.key_of(row)
        own = self.program
        if own and (keys["municipality"], keys["year"]) != (own.municipality.slug, own.year):
            raise ValidationError({"year": _("This row is of another program.")})

    def new_row(self, municipality: Municipality, keys: dict[str, Any]) -> models.Model:
        return self.row_of(self.program_of(municipality, keys["year"]), keys)

    def row_of(self, program: Program, keys: dict[str, Any]) -> models.Model:
        """A new row of a program. Raises ``ValidationError`` by column."""
        raise NotImplementedError

    def program_of(self, municipality: Municipality, year: int) -> Program:
        place = (municipality.pk, year)
        if place not in self._programs:
            program = Program.objects.of(municipality).filter(year=year).first()
            if program is None:
                raise ValidationError({"year": _("The municipality has no program of this year.")})
            program.municipality = municipality
            self._programs[place] = program
        return self._programs[place]

    def zone_of(self, municipality_id: int, number: int) -> Zone:
        """Raises ``ValueError`` where the municipality has no zone of this number."""
        if municipality_id not in self._zones:
            zones = Zone.objects.filter(municipality=municipality_id)
            self._zones[municipality_id] = {zone.number: zone for zone in zones}
        if number not in self._zones[municipality_id]:
            raise ValueError(_("The municipality has no zone of this number."))
        return self._zones[municipality_id][number]

    def touch(self, rows: list[Any]) -> None:
        programs = {row.program_id for row in rows}
        Program.objects.filter(pk__in=programs).update(updated_at=timezone.now())


class InfrastructureResource(ProgramTableResource):
    """One row for each network of a zone."""

    zone = key("zone__number", "zone")
    network = key("network", "network", Choice(Network))
    unit = Field("unit", "unit", Choice(Unit))

    class Meta(ScopedResource.Meta):
        model = InfrastructureLine
        import_id_fields = ("municipality", "year", "zone", "network")
        fields = (*import_id_fields, "unit", "total", "served", "note")

    @classmethod
    def select_related(cls) -> list[str]:
        return [*super().select_related(), "zone"]

    def row_of(self, program: Program, keys: dict[str, Any]) -> InfrastructureLine:
        try:
            zone = self.zone_of(program.municipality_id, keys["zone"])
        except ValueError as error:
            raise ValidationError({"zone": str(error)}) from error
        return InfrastructureLine(program=program, zone=zone, network=keys["network"])


class ZoneField(Field):
    """The zone of a row, by its number."""

    resource: FacilityResource

    def __init__(self) -> None:
        super().__init__("zone", "zone", WholeNumber())

    def export(self, instance: Facility, **kwargs: Any) -> Any:
        return self.widget.render(instance.zone.number if instance.zone else None, **kwargs)

    def save(self, instance: Facility, row: dict[str, Any], is_m2m: bool = False, **kwargs: Any) -> None:
        number = self.clean(row)
        if not is_empty(number):
            instance.zone = self.resource.zone_of(instance.program.municipality_id, number)


class FacilityResource(ProgramTableResource):
    """One row for each facility; its photos stay on the portal."""

    number = key("number", "number")
    kind = Field("kind", "kind", Choice(FacilityKind))
    state = Field("state", "state", Choice(FacilityState))
    zone = ZoneField()

    class Meta(ScopedResource.Meta):
        model = Facility
        import_id_fields = ("municipality", "year", "number")
        fields = (
            *import_id_fields,
            "title_ar",
            "title_fr",
            "kind",
            "zone",
            "state",
            "needs_ar",
            "needs_fr",
            "cost",
        )

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.fields["zone"].resource = self

    @classmethod
    def select_related(cls) -> list[str]:
        return [*super().select_related(), "zone"]

    def row_of(self, program: Program, keys: dict[str, Any]) -> Facility:
        return Facility(program=program, number=keys["number"])


class BudgetResource(ProgramTableResource):
    """One row for each line of a side of the budget; amounts in the currency itself."""

    side = key("side", "side", Choice(BudgetSide))
    number = key("number", "number")

    class Meta(ScopedResource.Meta):
        model = BudgetLine
        import_id_fields = ("municipality", "year", "side", "number")
        fields = (*import_id_fields, "title_ar", "title_fr", "two_before", "one_before", "estimate")

    def row_of(self, program: Program, keys: dict[str, Any]) -> BudgetLine:
        return BudgetLine(program=program, side=keys["side"], number=keys["number"])


class RecoveryResource(ProgramTableResource):
    """One row for each year of the property tax; amounts in the currency itself."""

    tax_year = key("year", "tax_year")

    class Meta(ScopedResource.Meta):
        model = TaxRecovery
        import_id_fields = ("municipality", "year", "tax_year")
        fields = (*import_id_fields, "due", "collected")

    def row_of(self, program: Program, keys: dict[str, Any]) -> TaxRecovery:
        return TaxRecovery(program=program, year=keys["tax_year"])
