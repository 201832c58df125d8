"""Project cards, the money they share, and the needs they answer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator, MaxValueValidator, MinValueValidator
from django.db import models, transaction
from django.utils.translation import gettext_lazy as _

from portal.amounts.reading import LARGEST
from portal.bilingual import Localized, localized, original
from portal.editing.kept import Kept
from portal.editing.models import Versioned
from portal.municipalities.models import Municipality, Zone
from programs.models.calendar import REASON_LENGTH, TITLE_LENGTH, Program
from programs.querysets_cards import CardQuerySet, NeedQuerySet, SumsQuerySet
from programs.sums import check_decimals, check_sum

TEXT_LENGTH = 4000
_MONEY: dict[str, Any] = {"max_digits": 14, "decimal_places": 3, "validators": [MinValueValidator(0)]}


class Category(models.TextChoices):
    """What a project is about: the lines by which the resources are shared out."""

    ROADS = "roads", _("Roads")
    LIGHTING = "lighting", _("Public lighting")
    SIDEWALKS = "sidewalks", _("Sidewalks")
    DRAINAGE = "drainage", _("Sewerage and drainage")
    WATER = "water", _("Drinking water")
    GREEN = "green", _("Green areas")
    BUILDINGS = "buildings", _("Buildings")
    EQUIPMENT = "equipment", _("Equipment and vehicles")
    OTHER = "other", _("Other")


class Reach(models.TextChoices):
    """Whom a project serves, as the programs group them."""

    PROXIMITY = "proximity", _("Proximity project")
    STRUCTURING = "structuring", _("Structuring project")
    ADMINISTRATIVE = "administrative", _("Administrative project")


class CardStage(models.TextChoices):
    """How far a project has come."""

    PROPOSAL = "proposal", _("Proposal")
    PRELIMINARY = "preliminary", _("Preliminary card")
    UPDATED = "updated", _("Updated card")
    IN_PROGRAM = "program", _("In the program")
    LEFT_OUT = "left_out", _("Not retained")


class Studies(models.TextChoices):
    READY = "ready", _("Ready")
    UNDER_WAY = "under_way", _("Under way")
    NOT_STARTED = "not_started", _("Not started")
    NOT_NEEDED = "not_needed", _("Not needed")


class Land(models.TextChoices):
    MUNICIPAL = "municipal", _("Municipal public property")
    STATE = "state", _("State property")
    PRIVATE = "private", _("Private property")
    DISPUTED = "disputed", _("In dispute")


class Source(models.TextChoices):
    """Where the money of a project comes from."""

    OWN = "own", _("Municipality’s own budget")
    GRANT = "grant", _("Grant")
    LOAN = "loan", _("Loan")
    PARTNER = "partner", _("Partner")
    CITIZENS = "citizens", _("Residents’ contribution")
    OTHER = "other", _("Other")


def _is_amount(number: Decimal) -> bool:
    return number.is_finite() and 0 <= number <= LARGEST and number == round(number, 3)


def amounts_of(kept: Mapping[str, str]) -> dict[str, Decimal]:
    """A breakdown as it is kept, in JSON, with its amounts as numbers. Raises ``ValidationError``."""
    try:
        found = {key: Decimal(text) for key, text in kept.items()}
    except (AttributeError, InvalidOperation, TypeError, ValueError) as error:
        raise ValidationError(_("A breakdown is a list of amounts by name.")) from error
    if not all(_is_amount(amount) for amount in found.values()):
        raise ValidationError(_("An amount is zero or more, with three decimals at the most."))
    return found


def _with_all_summed(names: Iterable[str] | None, summed: frozenset[str]) -> Iterable[str] | None:
    """What ``update_fields`` has to name: a total and its parts are stored as they were checked, together."""
    if names is None:
        return None
    stored = set(names)
    return stored if stored.isdisjoint(summed) else stored | summed


class ProjectCard(Versioned):
    """A project of a program (بطاقة مشروع), from a proposal to a line of the approved program."""

    SUMMED = frozenset({"cost", "funding"})

    program = models.ForeignKey(Program, models.CASCADE, related_name="cards", verbose_name=_("program"))
    number = models.PositiveSmallIntegerField(_("number"), validators=[MinValueValidator(1)])
    title_ar = models.CharField(_("title (Arabic)"), max_length=TITLE_LENGTH, blank=True)
    title_fr = models.CharField(_("title (French)"), max_length=TITLE_LENGTH, blank=True)
    stage = models.CharField(_("stage"), max_length=12, choices=CardStage, default=CardStage.PROPOSAL)
    category = models.CharField(_("category"), max_length=12, choices=Category)
    reach = models.CharField(_("kind of project"), max_length=14, choices=Reach, default=Reach.PROXIMITY)
    is_continuing = models.BooleanField(
        _("continuing"), default=False, help_text=_("Begun in an earlier program.")
    )
    zone = models.ForeignKey(
        Zone, models.PROTECT, null=True, blank=True, related_name="cards", verbose_name=_("zone")
    )
    streets = models.TextField(
        _("streets"),
        blank=True,
        max_length=TEXT_LENGTH,
        validators=[MaxLengthValidator(TEXT_LENGTH)],
        help_text=_("One a line."),
    )
    cost = models.DecimalField(_("cost"), null=True, blank=True, **_MONEY)
    funding = models.JSONField(
        _("funding"), default=dict, blank=True, help_text=_("Amounts by source; their sum is the cost.")
    )
    partner = models.CharField(_("partner"), max_length=200, blank=True)
    studies = models.CharField(_("studies"), max_length=12, choices=Studies, blank=True)
    land = models.CharField(_("land status"), max_length=10, choices=Land, blank=True)
    starts_on = models.DateField(_("expected start"), null=True, blank=True)
    ends_on = models.DateField(_("expected end"), null=True, blank=True)
    origin_ar = models.CharField(_("origin (Arabic)"), max_length=TITLE_LENGTH, blank=True)
    origin_fr = models.CharField(_("origin (French)"), max_length=TITLE_LENGTH, blank=True)

    objects = CardQuerySet.as_manager()

    listed_versions: list[CardVersion]
    """Filled by ``ProjectCard.objects.for_list_page()``: the oldest first."""
    listed_steps: list[ScheduleStep]
    """Filled by ``ProjectCard.objects.for_schedule_page()``."""
    listed_updates: list[ExecutionUpdate]
    """Filled by ``ProjectCard.objects.for_schedule_page()``: the oldest first."""

    class Meta:
        verbose_name = _("project card")
        verbose_name_plural = _("project cards")
        ordering = ["program", "number"]
        base_manager_name = "objects"
        constraints = [
            models.UniqueConstraint(
                fields=["program", "number"],
                name="card_number_unique",
                violation_error_message=_("The program already has a card of this number."),
            ),
            models.CheckConstraint(
                condition=models.Q(cost=None) | models.Q(cost__gte=0), name="card_cost_not_negative"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number}. {original(self, 'title')}"

    def clean(self) -> None:
        if not original(self, "title").strip():
            raise ValidationError({"title_ar": _("Give the title in at least one language.")})
        if self.starts_on and self.ends_on and self.ends_on < self.starts_on:
            raise ValidationError({"ends_on": _("The end is before the start.")})
        if not self.program_id:
            return
        if self.zone and self.zone.municipality_id != self.program.municipality_id:
            raise ValidationError({"zone": _("This zone belongs to another municipality.")})
        self.check_sums()

    def check_sums(self) -> None:
        """Hold the sources to the cost. Raises ``ValidationError`` that says by how much they differ."""
        parts = amounts_of(self.funding)
        if unknown := set(parts) - set(Source.values):
            raise ValidationError({"funding": _("Unknown source: %(name)s.") % {"name": unknown.pop()}})
        if parts and self.cost is None:
            raise ValidationError({"cost": _("Give the cost that the sources add up to.")})
        if self.cost is None:
            return
        currency = self.program.municipality.currency
        check_decimals(field="cost", amounts=[self.cost], currency=currency)
        check_decimals(field="funding", amounts=parts.values(), currency=currency)
        if parts:
            check_sum(field="funding", total=self.cost, parts=parts.values(), currency=currency)

    def save(self, *args: Any, update_fields: Iterable[str] | None = None, **kwargs: Any) -> None:
        self.check_sums()
        super().save(*args, update_fields=_with_all_summed(update_fields, self.SUMMED), **kwargs)

    @property
    def title(self) -> Localized:
        return localized(self, "title")

    @property
    def origin(self) -> Localized:
        return localized(self, "origin")

    @property
    def amounts(self) -> dict[str, Decimal]:
        """What each source gives."""
        return amounts_of(self.funding)


class CardVersion(Kept):
    """A card as it stood when it took a step, or changed after one. Never changed, never removed."""

    card = models.ForeignKey(ProjectCard, models.PROTECT, related_name="versions", verbose_name=_("card"))
    number = models.PositiveSmallIntegerField(_("version"))
    stage = models.CharField(_("stage"), max_length=12, choices=CardStage)
    content = models.JSONField(_("content"))
    reason = models.TextField(
        _("why it changed"),
        blank=True,
        max_length=REASON_LENGTH,
        validators=[MaxLengthValidator(REASON_LENGTH)],
    )
    made_at = models.DateTimeField(_("made"), auto_now_add=True)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("made by")
    )

    class Meta:
        verbose_name = _("version of a card")
        verbose_name_plural = _("versions of cards")
        ordering = ["card", "number"]
        base_manager_name = "objects"
        constraints = [models.UniqueConstraint(fields=["card", "number"], name="card_version_unique")]

    def __str__(self) -> str:
        return f"{self.card}: {self.number}"


class Envelope(Versioned):
    """The resources of a program (الموارد) and how they are shared: by category, and by zone."""

    SUMMED = frozenset({"total", "by_category", "by_zone"})

    program = models.OneToOneField(
        Program, models.CASCADE, related_name="envelope", verbose_name=_("program")
    )
    total = models.DecimalField(_("resources"), **_MONEY)
    by_category = models.JSONField(_("by category"), default=dict, blank=True)
    by_zone = models.JSONField(
        _("by zone"), default=dict, blank=True, help_text=_("Amounts by the key of the zone.")
    )
    rule_ar = models.TextField(_("rule used (Arabic)"), blank=True, max_length=REASON_LENGTH)
    rule_fr = models.TextField(_("rule used (French)"), blank=True, max_length=REASON_LENGTH)
    decided_on = models.DateField(_("decided on"), null=True, blank=True)
    deliberation = models.CharField(_("number of the deliberation"), max_length=100, blank=True)
    zones = models.ManyToManyField(Zone, through="EnvelopeZone", related_name="+", editable=False)

    objects = SumsQuerySet.as_manager()

    class Meta:
        verbose_name = _("resources of a program")
        verbose_name_plural = _("resources of programs")
        base_manager_name = "objects"
        constraints = [models.CheckConstraint(condition=models.Q(total__gte=0), name="envelope_not_negative")]

    def __str__(self) -> str:
        return f"{self.program}: {self.total}"

    def clean(self) -> None:
        # What a form leaves out is its own error; the sums are held again when the row is saved.
        if self.program_id and self.total is not None:
            self.check_sums()

    def check_sums(self) -> None:
        """Hold both breakdowns to the total. Raises ``ValidationError`` that says by how much they differ."""
        currency = self.program.municipality.currency
        check_decimals(field="total", amounts=[self.total], currency=currency)
        errors: dict[str, list[str]] = {}
        for field in ("by_category", "by_zone"):
            try:
                self._check_breakdown(field, currency)
            except ValidationError as refusal:
                errors[field] = refusal.messages
        if errors:
            raise ValidationError(errors)

    def _check_breakdown(self, field: str, currency: str) -> None:
        parts = amounts_of(getattr(self, field))
        if field == "by_category":
            known, unknown_name = set(Category.values), _("Unknown category: %(name)s.")
        else:
            keys = self.program.municipality.zones.values_list("pk", flat=True)
            known, unknown_name = set(map(str, keys)), _("Unknown zone: %(name)s.")
        if unknown := set(parts) - known:
            raise ValidationError(unknown_name % {"name": min(unknown)})
        check_decimals(field=field, amounts=parts.values(), currency=currency)
        if parts:
            check_sum(field=field, total=self.total, parts=parts.values(), currency=currency)

    def save(self, *args: Any, update_fields: Iterable[str] | None = None, **kwargs: Any) -> None:
        self.check_sums()
        stored = _with_all_summed(update_fields, self.SUMMED)
        with transaction.atomic():
            super().save(*args, update_fields=stored, **kwargs)
            if stored is None or "by_zone" in stored:
                self.zones.set(map(int, self.by_zone))

    @property
    def rule(self) -> Localized:
        return localized(self, "rule")


class EnvelopeZone(models.Model):
    """A zone that a breakdown names: it stays as long as an amount is given to it."""

    envelope = models.ForeignKey(Envelope, models.CASCADE, verbose_name=_("resources of a program"))
    zone = models.ForeignKey(Zone, models.PROTECT, related_name="+", verbose_name=_("zone"))

    class Meta:
        verbose_name = _("share of a zone")
        verbose_name_plural = _("shares of zones")
        constraints = [models.UniqueConstraint(fields=["envelope", "zone"], name="envelope_zone_unique")]

    def __str__(self) -> str:
        return f"{self.envelope.program}"


class Need(Versioned):
    """What residents asked for. Not funded, it comes back in next year's list with the years it waited."""

    municipality = models.ForeignKey(
        Municipality, models.CASCADE, related_name="needs", verbose_name=_("municipality")
    )
    number = models.PositiveIntegerField(_("number"), validators=[MinValueValidator(1)])
    title_ar = models.CharField(_("title (Arabic)"), max_length=TITLE_LENGTH, blank=True)
    title_fr = models.CharField(_("title (French)"), max_length=TITLE_LENGTH, blank=True)
    category = models.CharField(_("category"), max_length=12, choices=Category)
    zone = models.ForeignKey(
        Zone, models.PROTECT, null=True, blank=True, related_name="needs", verbose_name=_("zone")
    )
    street = models.CharField(_("street"), max_length=200, blank=True)
    asked_in = models.PositiveSmallIntegerField(
        _("asked in"), validators=[MinValueValidator(1990), MaxValueValidator(2100)], help_text=_("Year.")
    )
    where_asked = models.CharField(
        _("where it was asked"), max_length=200, blank=True, help_text=_("The zone’s session, a letter…")
    )
    card = models.ForeignKey(
        ProjectCard,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="needs",
        verbose_name=_("project that answers it"),
    )
    dropped_because = models.CharField(
        _("why it is not pursued"),
        max_length=REASON_LENGTH,
        blank=True,
        help_text=_("Empty: it comes back every year until a project answers it."),
    )

    objects = NeedQuerySet.as_manager()

    class Meta:
        verbose_name = _("need")
        verbose_name_plural = _("needs")
        ordering = ["municipality", "asked_in", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["municipality", "number"],
                name="need_number_unique",
                violation_error_message=_("The municipality already has a need of this number."),
            )
        ]

    def __str__(self) -> str:
        return original(self, "title")

    def clean(self) -> None:
        if not original(self, "title").strip():
            raise ValidationError({"title_ar": _("Give the title in at least one language.")})
        if self.zone and self.zone.municipality_id != self.municipality_id:
            raise ValidationError({"zone": _("This zone belongs to another municipality.")})
        if self.card and self.card.program.municipality_id != self.municipality_id:
            raise ValidationError({"card": _("This project belongs to another municipality.")})
        if self.card and self.dropped_because:
            raise ValidationError({"card": _("A need that is not pursued is answered by no project.")})

    @property
    def title(self) -> Localized:
        return localized(self, "title")


class ScheduleStep(Versioned):
    """A step of a project in the provisional calendar (الرزنامة التقديرية), with how far it is."""

    card = models.ForeignKey(ProjectCard, models.CASCADE, related_name="steps", verbose_name=_("card"))
    position = models.PositiveSmallIntegerField(_("position"), default=1)
    title_ar = models.CharField(_("title (Arabic)"), max_length=TITLE_LENGTH, blank=True)
    title_fr = models.CharField(_("title (French)"), max_length=TITLE_LENGTH, blank=True)
    starts_on = models.DateField(_("start"), help_text=_("The first day of the month."))
    ends_on = models.DateField(_("end"), help_text=_("The last day of the month."))
    percent = models.PositiveSmallIntegerField(
        _("done (%)"), null=True, blank=True, validators=[MaxValueValidator(100)]
    )

    class Meta:
        verbose_name = _("step of the provisional calendar")
        verbose_name_plural = _("provisional calendar")
        ordering = ["card", "position", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends_on__gte=models.F("starts_on")), name="step_ends_after_start"
            ),
            models.CheckConstraint(
                condition=models.Q(percent=None) | models.Q(percent__lte=100), name="step_percent_at_most_100"
            ),
        ]

    def __str__(self) -> str:
        return original(self, "title")

    def clean(self) -> None:
        if not original(self, "title").strip():
            raise ValidationError({"title_ar": _("Give the title in at least one language.")})
        if self.starts_on and self.ends_on and self.ends_on < self.starts_on:
            raise ValidationError({"ends_on": _("The end is before the start.")})

    @property
    def title(self) -> Localized:
        return localized(self, "title")


class ExecutionUpdate(Kept):
    """How far a project was on a day (كشف متابعة الإنجاز). Never changed: the next one corrects it."""

    card = models.ForeignKey(ProjectCard, models.PROTECT, related_name="updates", verbose_name=_("card"))
    on = models.DateField(_("date"))
    percent = models.PositiveSmallIntegerField(_("done (%)"), validators=[MaxValueValidator(100)])
    note = models.CharField(_("note"), max_length=REASON_LENGTH, blank=True)
    made_at = models.DateTimeField(_("made"), auto_now_add=True)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("made by")
    )

    class Meta:
        verbose_name = _("progress of a project")
        verbose_name_plural = _("progress of projects")
        ordering = ["card", "on", "pk"]
        base_manager_name = "objects"

    def __str__(self) -> str:
        return f"{self.on}: {self.percent}%"
