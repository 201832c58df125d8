"""The technical and the financial diagnosis (2.1–2.4), and the cell that prepares a program (1.1–1.5)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator, MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from portal.bilingual import Localized, localized, original
from portal.editing.models import Versioned
from portal.municipalities.models import Zone
from programs.models.calendar import REASON_LENGTH, TITLE_LENGTH, Program, SupportingDocument

_MONEY: dict[str, Any] = {"max_digits": 14, "decimal_places": 3, "validators": [MinValueValidator(0)]}


# The cell and its moves


class Cell(Versioned):
    """The cell that prepares the program (خلية إعداد البرنامج) and the decision that set it up."""

    program = models.OneToOneField(Program, models.CASCADE, related_name="cell", verbose_name=_("program"))
    decision_number = models.CharField(_("number of the decision"), max_length=100, blank=True)
    decided_on = models.DateField(_("date of the decision"), null=True, blank=True)

    class Meta:
        verbose_name = _("program cell")
        verbose_name_plural = _("program cells")

    def __str__(self) -> str:
        return f"{self.program}"


class CellRole(models.TextChoices):
    CHAIR = "chair", _("Chair")
    RAPPORTEUR = "rapporteur", _("Rapporteur")
    MEMBER = "member", _("Member")


class CellMember(Versioned):
    """A member of the cell, named by the decision."""

    cell = models.ForeignKey(Cell, models.CASCADE, related_name="members", verbose_name=_("cell"))
    position = models.PositiveSmallIntegerField(_("position"), default=1)
    name = models.CharField(_("name"), max_length=200)
    office = models.CharField(_("office"), max_length=200, blank=True)
    role = models.CharField(_("role"), max_length=10, choices=CellRole, default=CellRole.MEMBER)

    class Meta:
        verbose_name = _("member of the cell")
        verbose_name_plural = _("members of the cell")
        ordering = ["cell", "position", "pk"]

    def __str__(self) -> str:
        return self.name


class Channel(models.TextChoices):
    """How people were told."""

    NOTICE = "notice", _("Written notice")
    POSTER = "poster", _("Posters")
    BANNER = "banner", _("Banners")
    WALL = "wall", _("Notice board of the town hall")
    WEB = "web", _("Web site")
    SOCIAL = "social", _("Social networks")
    RADIO = "radio", _("Radio")
    SMS = "sms", _("Text messages")
    LOUDSPEAKER = "loudspeaker", _("Loudspeaker")
    MEETING = "meeting", _("Meeting")
    OTHER = "other", _("Other")


class Announcement(Versioned):
    """A line of the communication plan, or the notice to the staff, with its proof."""

    program = models.ForeignKey(
        Program, models.CASCADE, related_name="announcements", verbose_name=_("program")
    )
    position = models.PositiveSmallIntegerField(_("position"), default=1)
    is_to_staff = models.BooleanField(
        _("to the staff"), default=False, help_text=_("The notice that the preparation begins (1.3).")
    )
    channel = models.CharField(_("channel"), max_length=12, choices=Channel)
    on = models.DateField(_("date"), null=True, blank=True)
    until = models.DateField(_("until"), null=True, blank=True)
    text_ar = models.CharField(_("what is said (Arabic)"), max_length=TITLE_LENGTH, blank=True)
    text_fr = models.CharField(_("what is said (French)"), max_length=TITLE_LENGTH, blank=True)
    proof = models.ForeignKey(
        SupportingDocument,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("proof"),
        help_text=_("A file of the calendar’s evidence."),
    )

    class Meta:
        verbose_name = _("announcement")
        verbose_name_plural = _("communication plan")
        ordering = ["program", "position", "pk"]

    def __str__(self) -> str:
        return f"{self.get_channel_display()} {original(self, 'text')}".strip()

    def clean(self) -> None:
        if self.on and self.until and self.until < self.on:
            raise ValidationError({"until": _("The end is before the start.")})
        if self.proof and self.proof.expected_document.task.phase.program_id != self.program_id:
            raise ValidationError({"proof": _("This file belongs to another program.")})

    @property
    def text(self) -> Localized:
        return localized(self, "text")


# The technical diagnosis


class Network(models.TextChoices):
    PAVING = "paving", _("Paved streets")
    LIGHTING = "lighting", _("Lit streets")
    SEWERAGE = "sewerage", _("Sewerage")
    WATER = "water", _("Drinking water")
    DRAINAGE = "drainage", _("Rainwater drainage")
    SIDEWALKS = "sidewalks", _("Sidewalks")
    ELECTRICITY = "electricity", _("Electricity")


class Unit(models.TextChoices):
    KILOMETRES = "km", _("kilometres")
    STREETS = "streets", _("streets")
    HOUSEHOLDS = "households", _("households")
    POINTS = "points", _("points")


class InfrastructureLine(Versioned):
    """How much of a network a zone has, of how much it would need."""

    program = models.ForeignKey(
        Program, models.CASCADE, related_name="infrastructure", verbose_name=_("program")
    )
    zone = models.ForeignKey(Zone, models.PROTECT, related_name="infrastructure", verbose_name=_("zone"))
    network = models.CharField(_("network"), max_length=12, choices=Network)
    unit = models.CharField(_("unit"), max_length=12, choices=Unit, default=Unit.KILOMETRES)
    total = models.DecimalField(
        _("in all"), max_digits=10, decimal_places=2, validators=[MinValueValidator(0)]
    )
    served = models.DecimalField(
        _("served"), max_digits=10, decimal_places=2, validators=[MinValueValidator(0)]
    )
    note = models.CharField(_("note"), max_length=REASON_LENGTH, blank=True)

    class Meta:
        verbose_name = _("line of the technical diagnosis")
        verbose_name_plural = _("technical diagnosis: infrastructure")
        ordering = ["program", "zone__number", "network"]
        constraints = [
            models.UniqueConstraint(
                fields=["program", "zone", "network"],
                name="infrastructure_line_unique",
                violation_error_message=_("The zone already has a line of this network."),
            ),
            models.CheckConstraint(
                condition=Q(served__lte=F("total")),
                name="infrastructure_served_within_total",
                violation_error_message=_("No more can be served than there is in all."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.zone} {self.get_network_display()}"

    def clean(self) -> None:
        if self.zone_id and self.program_id and self.zone.municipality_id != self.program.municipality_id:
            raise ValidationError({"zone": _("This zone belongs to another municipality.")})
        if self.total is not None and self.served is not None and self.served > self.total:
            raise ValidationError({"served": _("No more can be served than there is in all.")})

    @property
    def missing_share(self) -> int | None:
        """What is not served, in whole percent; ``None`` where there is nothing to serve."""
        return int(100 * (self.total - self.served) / self.total) if self.total else None


class FacilityKind(models.TextChoices):
    BUILDING = "building", _("Municipal building")
    SPORT = "sport", _("Sports facility")
    CULTURE = "culture", _("Cultural facility")
    CHILDHOOD = "childhood", _("Kindergarten or playground")
    GARDEN = "garden", _("Garden or park")
    MARKET = "market", _("Market")
    SLAUGHTERHOUSE = "slaughterhouse", _("Slaughterhouse")
    CEMETERY = "cemetery", _("Cemetery")
    VEHICLE = "vehicle", _("Vehicle or machine")
    OTHER = "other", _("Other")


class FacilityState(models.TextChoices):
    GOOD = "good", _("Good")
    FAIR = "fair", _("Fair")
    POOR = "poor", _("Poor")
    OUT_OF_USE = "out", _("Out of use")


class Facility(Versioned):
    """A public facility or piece of equipment (بطاقة تشخيص المرافق والتجهيزات) and its state."""

    program = models.ForeignKey(Program, models.CASCADE, related_name="facilities", verbose_name=_("program"))
    number = models.PositiveSmallIntegerField(_("number"), validators=[MinValueValidator(1)])
    title_ar = models.CharField(_("name (Arabic)"), max_length=TITLE_LENGTH, blank=True)
    title_fr = models.CharField(_("name (French)"), max_length=TITLE_LENGTH, blank=True)
    kind = models.CharField(_("kind"), max_length=16, choices=FacilityKind)
    zone = models.ForeignKey(
        Zone, models.PROTECT, null=True, blank=True, related_name="facilities", verbose_name=_("zone")
    )
    state = models.CharField(_("state"), max_length=5, choices=FacilityState)
    needs_ar = models.TextField(
        _("what it needs (Arabic)"), blank=True, max_length=2000, validators=[MaxLengthValidator(2000)]
    )
    needs_fr = models.TextField(
        _("what it needs (French)"), blank=True, max_length=2000, validators=[MaxLengthValidator(2000)]
    )
    cost = models.DecimalField(_("estimated cost"), null=True, blank=True, **_MONEY)

    class Meta:
        verbose_name = _("facility")
        verbose_name_plural = _("technical diagnosis: facilities")
        ordering = ["program", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["program", "number"],
                name="facility_number_unique",
                violation_error_message=_("The program already has a facility of this number."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.number}. {original(self, 'title')}"

    def clean(self) -> None:
        if not original(self, "title").strip():
            raise ValidationError({"title_ar": _("Give the name in at least one language.")})
        if self.zone and self.program_id and self.zone.municipality_id != self.program.municipality_id:
            raise ValidationError({"zone": _("This zone belongs to another municipality.")})

    @property
    def title(self) -> Localized:
        return localized(self, "title")

    @property
    def needs(self) -> Localized:
        return localized(self, "needs")


def facility_photo_path(photo: FacilityPhoto, filename: str) -> str:
    """Where a photo is kept: by content, so that its name can never point anywhere."""
    return f"facilities/{photo.sha256[:2]}/{photo.sha256}"


class FacilityPhoto(models.Model):
    """A picture of a facility."""

    facility = models.ForeignKey(Facility, models.CASCADE, related_name="photos", verbose_name=_("facility"))
    file = models.FileField(_("file"), upload_to=facility_photo_path, max_length=200)
    name = models.CharField(_("file name"), max_length=255, editable=False)
    size = models.PositiveBigIntegerField(_("size in bytes"), editable=False)
    content_type = models.CharField(_("type"), max_length=100, editable=False)
    sha256 = models.CharField(_("fingerprint"), max_length=64, editable=False)
    is_public = models.BooleanField(_("public"), default=True)

    class Meta:
        verbose_name = _("photo of a facility")
        verbose_name_plural = _("photos of facilities")
        ordering = ["facility", "pk"]

    def __str__(self) -> str:
        return self.name


# The financial diagnosis


class BudgetSide(models.TextChoices):
    RECEIPTS = "receipts", _("Receipts")
    EXPENSES = "expenses", _("Expenses")


class BudgetLine(Versioned):
    """A line of the budget as the diagnosis shows it: two results and an estimate, each stated or not."""

    program = models.ForeignKey(Program, models.CASCADE, related_name="budget", verbose_name=_("program"))
    side = models.CharField(_("side"), max_length=10, choices=BudgetSide)
    number = models.PositiveSmallIntegerField(_("number"), validators=[MinValueValidator(1)])
    title_ar = models.CharField(_("title (Arabic)"), max_length=TITLE_LENGTH, blank=True)
    title_fr = models.CharField(_("title (French)"), max_length=TITLE_LENGTH, blank=True)
    two_before = models.DecimalField(_("result, two years before"), null=True, blank=True, **_MONEY)
    one_before = models.DecimalField(_("result, the year before"), null=True, blank=True, **_MONEY)
    estimate = models.DecimalField(_("estimate of the year"), null=True, blank=True, **_MONEY)

    class Meta:
        verbose_name = _("line of the budget")
        verbose_name_plural = _("financial diagnosis: budget")
        ordering = ["program", "-side", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["program", "side", "number"],
                name="budget_line_number_unique",
                violation_error_message=_("This side of the budget already has a line of this number."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.number}. {original(self, 'title')}"

    def clean(self) -> None:
        if not original(self, "title").strip():
            raise ValidationError({"title_ar": _("Give the title in at least one language.")})

    @property
    def title(self) -> Localized:
        return localized(self, "title")


class TaxRecovery(Versioned):
    """What was recovered of the tax on buildings in a year (نسب استخلاص الأداء على العقارات)."""

    program = models.ForeignKey(Program, models.CASCADE, related_name="recoveries", verbose_name=_("program"))
    year = models.PositiveSmallIntegerField(
        _("year"), validators=[MinValueValidator(1990), MaxValueValidator(2100)]
    )
    due = models.DecimalField(_("due"), **_MONEY)
    collected = models.DecimalField(_("collected"), **_MONEY)

    class Meta:
        verbose_name = _("recovery of the property tax")
        verbose_name_plural = _("financial diagnosis: recovery of the property tax")
        ordering = ["program", "year"]
        constraints = [
            models.UniqueConstraint(
                fields=["program", "year"],
                name="tax_recovery_year_unique",
                violation_error_message=_("The program already has this year."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.year}"

    @property
    def rate(self) -> Decimal | None:
        """Collected of due in percent, to a tenth; ``None`` where nothing was due. Arrears may pass 100."""
        return round(100 * self.collected / self.due, 1) if self.due else None


# Coordination


class Approach(models.TextChoices):
    LETTER = "letter", _("Letter")
    MEETING = "meeting", _("Meeting")


class Coordination(Versioned):
    """A letter to a public operator (متدخل عمومي), or a meeting with it, and what it plans in the area."""

    program = models.ForeignKey(
        Program, models.CASCADE, related_name="coordinations", verbose_name=_("program")
    )
    operator_ar = models.CharField(_("operator (Arabic)"), max_length=TITLE_LENGTH, blank=True)
    operator_fr = models.CharField(_("operator (French)"), max_length=TITLE_LENGTH, blank=True)
    approach = models.CharField(_("how"), max_length=8, choices=Approach)
    on = models.DateField(_("date"))
    reference = models.CharField(_("reference"), max_length=100, blank=True)
    answered_on = models.DateField(_("answered on"), null=True, blank=True)
    plans_ar = models.TextField(
        _("its projects in the area (Arabic)"),
        blank=True,
        max_length=4000,
        validators=[MaxLengthValidator(4000)],
        help_text=_("One a line."),
    )
    plans_fr = models.TextField(
        _("its projects in the area (French)"),
        blank=True,
        max_length=4000,
        validators=[MaxLengthValidator(4000)],
        help_text=_("One a line."),
    )

    class Meta:
        verbose_name = _("coordination with an operator")
        verbose_name_plural = _("coordination with public operators")
        ordering = ["program", "on", "pk"]

    def __str__(self) -> str:
        return original(self, "operator")

    def clean(self) -> None:
        if not original(self, "operator").strip():
            raise ValidationError({"operator_ar": _("Give the name in at least one language.")})
        if self.on and self.answered_on and self.answered_on < self.on:
            raise ValidationError({"answered_on": _("The answer is before the letter.")})

    @property
    def operator(self) -> Localized:
        return localized(self, "operator")

    @property
    def plans(self) -> Localized:
        return localized(self, "plans")
