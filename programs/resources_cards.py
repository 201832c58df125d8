"""Project cards, their provisional calendar and the needs as tables, out of the admin and back into it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from import_export.fields import Field

from portal.exchange.cells import Amount, Choice, Text, WholeNumber
from portal.exchange.resources import ScopedResource, key
from portal.municipalities.models import Municipality
from programs.models import (
    REASON_LENGTH,
    Category,
    Land,
    Need,
    Program,
    ProjectCard,
    Reach,
    ScheduleStep,
    Source,
    Studies,
)
from programs.resources_diagnosis import ProgramTableResource, ZoneField
from programs.rules_cards import VERSIONED_STAGES
from programs.services.cards import check_open, check_reason, keep_version
from programs.sums import kept


class FundingField(Field):
    """One source of a card's funding as a column of its own; 0 takes it away."""

    def __init__(self, source: Source) -> None:
        super().__init__("funding", f"funding_{source.value}", Amount())
        self.source = source

    def get_value(self, instance: ProjectCard) -> Decimal | None:
        return instance.amounts.get(self.source)

    def save(self, instance: ProjectCard, row: dict[str, Any], is_m2m: bool = False, **kwargs: Any) -> None:
        amount = self.clean(row)
        instance.funding = kept({**instance.amounts, self.source.value: amount or Decimal(0)})


class ReasonField(Field):
    """Why a row changes what the public has before it. It goes into the card's version, not its columns."""

    def __init__(self) -> None:
        super().__init__(None, "reason", Text(longest=REASON_LENGTH), readonly=True)

    def export(self, instance: ProjectCard, **kwargs: Any) -> str:
        return ""


class CardResource(ProgramTableResource):
    """One row for each project card. Its stage goes out and never comes in: a step is an act.

    A row that changes a card that the public has before it says why in the column ``reason``.
    """

    number = key("number", "number")
    stage = Field("stage", "stage", Text(), readonly=True)
    category = Field("category", "category", Choice(Category))
    reach = Field("reach", "reach", Choice(Reach))
    studies = Field("studies", "studies", Choice(Studies))
    land = Field("land", "land", Choice(Land))
    zone = ZoneField()
    funding_own = FundingField(Source.OWN)
    funding_grant = FundingField(Source.GRANT)
    funding_loan = FundingField(Source.LOAN)
    funding_partner = FundingField(Source.PARTNER)
    funding_citizens = FundingField(Source.CITIZENS)
    funding_other = FundingField(Source.OTHER)
    reason = ReasonField()

    class Meta(ScopedResource.Meta):
        model = ProjectCard
        import_id_fields = ("municipality", "year", "number")
        fields = (
            *import_id_fields,
            "title_ar",
            "title_fr",
            "stage",
            "category",
            "reach",
            "is_continuing",
            "zone",
            "streets",
            "cost",
            "funding_own",
            "funding_grant",
            "funding_loan",
            "funding_partner",
            "funding_citizens",
            "funding_other",
            "partner",
            "studies",
            "land",
            "starts_on",
            "ends_on",
            "origin_ar",
            "origin_fr",
            "reason",
        )

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.fields["zone"].resource = self
        self._reasons: dict[int, str] = {}

    @classmethod
    def select_related(cls) -> list[str]:
        return [*super().select_related(), "zone"]

    def row_of(self, program: Program, keys: dict[str, Any]) -> ProjectCard:
        return ProjectCard(program=program, number=keys["number"])

    def before_save_instance(self, instance: ProjectCard, row: dict[str, Any], **kwargs: Any) -> None:
        """Hold the row to what the desk asks too. Raises ``ValidationError``."""
        check_open(instance.program)
        if instance.pk:
            self._reasons[instance.pk] = str(row.get("reason") or "").strip()
            check_reason(instance, self._reasons[instance.pk])

    def do_instance_save(self, instance: ProjectCard, is_create: bool) -> None:
        """Save the card, which holds it to its sums, and keep the version that the row makes."""
        super().do_instance_save(instance, is_create)
        if instance.stage in VERSIONED_STAGES:
            keep_version(instance, reason=self._reasons.get(instance.pk, ""), actor=self.user)


class StepResource(ProgramTableResource):
    """One row for each step of the provisional calendar; the cards must be there."""

    municipality = key("card__program__municipality__slug", "municipality", Text())
    year = key("card__program__year", "year")
    card = key("card__number", "card")
    position = key("position", "position")
    municipality_path = "card__program__municipality"

    class Meta(ScopedResource.Meta):
        model = ScheduleStep
        import_id_fields = ("municipality", "year", "card", "position")
        fields = (*import_id_fields, "title_ar", "title_fr", "starts_on", "ends_on", "percent")

    def row_of(self, program: Program, keys: dict[str, Any]) -> ScheduleStep:
        card = ProjectCard.objects.of(program).filter(number=keys["card"]).first()
        if card is None:
            raise ValidationError({"card": _("The program has no card of this number.")})
        card.program = program
        return ScheduleStep(card=card, position=keys["position"])

    def get_instance(self, instance_loader: Any, row: dict[str, Any]) -> ScheduleStep | None:
        try:
            return super().get_instance(instance_loader, row)
        except ScheduleStep.MultipleObjectsReturned as error:
            several = _("The project has several steps at this position: part them on the desk first.")
            raise ValidationError({"position": several}) from error

    def before_save_instance(self, instance: ScheduleStep, row: dict[str, Any], **kwargs: Any) -> None:
        check_open(instance.card.program)

    def touch(self, rows: list[ScheduleStep]) -> None:
        super().touch([step.card for step in rows])


class NeedZoneField(Field):
    """The zone of a need, by its number in the need's municipality."""

    def __init__(self) -> None:
        super().__init__("zone", "zone", WholeNumber())

    def export(self, instance: Need, **kwargs: Any) -> Any:
        return self.widget.render(instance.zone.number if instance.zone else None, **kwargs)

    def save(self, instance: Need, row: dict[str, Any], is_m2m: bool = False, **kwargs: Any) -> None:
        number = self.clean(row)
        if number is None:
            return
        instance.zone = instance.municipality.zones.filter(number=number).first()
        if instance.zone is None:
            raise ValueError(_("The municipality has no zone of this number."))


class NeedResource(ScopedResource):
    """One row for each need, named by its number in the municipality. Its project goes out only."""

    number = key("number", "number")
    category = Field("category", "category", Choice(Category))
    zone = NeedZoneField()
    answered_in = Field("card__program__year", "answered_in", WholeNumber(), readonly=True)
    project = Field("card__number", "project", WholeNumber(), readonly=True)

    class Meta(ScopedResource.Meta):
        model = Need
        import_id_fields = ("municipality", "number")
        fields = (
            *import_id_fields,
            "title_ar",
            "title_fr",
            "category",
            "zone",
            "street",
            "asked_in",
            "where_asked",
            "dropped_because",
            "answered_in",
            "project",
        )

    @classmethod
    def select_related(cls) -> list[str]:
        return [*super().select_related(), "zone", "card__program"]

    def new_row(self, municipality: Municipality, keys: dict[str, Any]) -> Need:
        return Need(municipality=municipality, number=keys["number"])
