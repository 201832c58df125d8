"""Consultation periods: about what, when, with which questions, and by which rules."""

from __future__ import annotations

import datetime

from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator, MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from consultations.models.plans import TEXT_LENGTH, TITLE_LENGTH
from consultations.querysets_periods import ConsultationQuerySet
from portal.bilingual import Localized, localized, original
from portal.editing.models import Versioned
from portal.municipalities.models import Municipality

ANSWER_DAYS = 15
PUBLISH_DAYS = 2
RETENTION_MONTHS = 24


class Channel(models.TextChoices):
    """The ways by which contributions come in."""

    WEB = "web", _("This portal")
    PAPER = "paper", _("Paper form")
    PHONE = "phone", _("Telephone")
    SESSION = "session", _("Meeting")


def default_channels() -> list[str]:
    return [Channel.WEB.value, Channel.PAPER.value]


class Consultation(Versioned):
    """A consultation of the public about one subject, between two moments.

    Whether it is before, open or closed is reckoned from the clock at every reading; nothing is stored
    of it, and no job changes it.
    """

    class Kind(models.TextChoices):
        COMMENTS = "comments", _("Comments")
        IDEAS = "ideas", _("Ideas")
        BOTH = "both", _("Comments and ideas")

    class Status(models.TextChoices):
        DRAFT = "draft", _("Draft")
        PUBLISHED = "published", _("Published")

    class Moderation(models.TextChoices):
        BEFORE = "before", _("Read before they are published")
        AFTER = "after", _("Published at once, read afterwards")

    municipality = models.ForeignKey(
        Municipality, models.PROTECT, related_name="consultations", verbose_name=_("municipality")
    )
    number = models.PositiveIntegerField(
        _("number"), validators=[MinValueValidator(1)], help_text=_("In its address.")
    )
    subject_kind = models.CharField(
        _("kind of subject"), max_length=40, help_text=_("One of those that CONSULTABLE names.")
    )
    subject_id = models.PositiveBigIntegerField(_("subject"))
    title_ar = models.CharField(_("title (Arabic)"), max_length=TITLE_LENGTH, blank=True)
    title_fr = models.CharField(_("title (French)"), max_length=TITLE_LENGTH, blank=True)
    summary_ar = models.TextField(
        _("summary (Arabic)"),
        blank=True,
        max_length=TEXT_LENGTH,
        validators=[MaxLengthValidator(TEXT_LENGTH)],
    )
    summary_fr = models.TextField(
        _("summary (French)"),
        blank=True,
        max_length=TEXT_LENGTH,
        validators=[MaxLengthValidator(TEXT_LENGTH)],
    )
    kind = models.CharField(_("what is asked for"), max_length=8, choices=Kind, default=Kind.COMMENTS)
    channels = models.JSONField(_("channels"), default=default_channels)
    opens_at = models.DateTimeField(_("opens"), null=True, blank=True)
    closes_at = models.DateTimeField(_("closes"), null=True, blank=True)
    moderation = models.CharField(
        _("moderation"), max_length=6, choices=Moderation, default=Moderation.BEFORE
    )
    answer_days = models.PositiveSmallIntegerField(
        _("days to answer"),
        default=ANSWER_DAYS,
        validators=[MinValueValidator(1), MaxValueValidator(90)],
        help_text=_("Calendar days after a contribution came in."),
    )
    status = models.CharField(
        _("status"), max_length=10, choices=Status, default=Status.DRAFT, editable=False
    )
    last_number = models.PositiveIntegerField(
        _("last reference number"), default=0, editable=False, help_text=_("Numbers are never used again.")
    )
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    updated_at = models.DateTimeField(_("changed"), auto_now=True)

    objects = ConsultationQuerySet.as_manager()

    class Meta:
        verbose_name = _("consultation")
        verbose_name_plural = _("consultations")
        ordering = ["municipality", "-number"]
        constraints = [
            models.UniqueConstraint(
                fields=["municipality", "number"],
                name="consultation_number_unique",
                violation_error_message=_("The municipality already has a consultation of this number."),
            ),
            models.CheckConstraint(
                condition=Q(opens_at=None) | Q(closes_at=None) | Q(closes_at__gt=F("opens_at")),
                name="consultation_closes_after_opening",
                violation_error_message=_("It closes before it opens."),
            ),
            models.CheckConstraint(
                condition=Q(status="draft") | Q(opens_at__isnull=False, closes_at__isnull=False),
                name="consultation_public_with_moments",
                violation_error_message=_("A public consultation has an opening and a closing moment."),
            ),
        ]
        indexes = [models.Index(fields=["subject_kind", "subject_id"], name="consultation_subject")]

    def __str__(self) -> str:
        return f"{self.number}. {original(self, 'title')}"

    def clean(self) -> None:
        if not original(self, "title").strip():
            raise ValidationError({"title_ar": _("Give the title in at least one language.")})
        if not isinstance(self.channels, list) or not set(self.channels) <= set(Channel.values):
            raise ValidationError({"channels": _("Unknown channel.")})

    @property
    def title(self) -> Localized:
        return localized(self, "title")

    @property
    def summary(self) -> Localized:
        return localized(self, "summary")

    @property
    def is_public(self) -> bool:
        return self.status == self.Status.PUBLISHED

    @property
    def takes_comments(self) -> bool:
        return self.kind != self.Kind.IDEAS

    @property
    def takes_ideas(self) -> bool:
        return self.kind != self.Kind.COMMENTS

    @property
    def moments(self) -> tuple[datetime.datetime, datetime.datetime]:
        """The opening and the closing of a public consultation. Raises ``ValueError`` for a draft without."""
        if self.opens_at is None or self.closes_at is None:
            raise ValueError("The consultation has no moments yet.")
        return self.opens_at, self.closes_at


class Question(Versioned):
    """Something that a consultation asks."""

    consultation = models.ForeignKey(
        Consultation, models.CASCADE, related_name="questions", verbose_name=_("consultation")
    )
    position = models.PositiveSmallIntegerField(_("position"), default=1)
    text_ar = models.CharField(_("question (Arabic)"), max_length=TITLE_LENGTH, blank=True)
    text_fr = models.CharField(_("question (French)"), max_length=TITLE_LENGTH, blank=True)

    class Meta:
        verbose_name = _("question of a consultation")
        verbose_name_plural = _("questions of consultations")
        ordering = ["consultation", "position", "pk"]

    def __str__(self) -> str:
        return original(self, "text")[:100]

    def clean(self) -> None:
        if not original(self, "text").strip():
            raise ValidationError({"text_ar": _("Write the question in at least one language.")})

    @property
    def text(self) -> Localized:
        return localized(self, "text")


class ParticipationRules(Versioned):
    """How a municipality deals with contributions. Without a row the defaults of its fields hold."""

    municipality = models.OneToOneField(
        Municipality, models.CASCADE, related_name="participation_rules", verbose_name=_("municipality")
    )
    needs_approval = models.BooleanField(
        _("answers need a second person"),
        default=False,
        help_text=_("An official answer is published by somebody else than who wrote it."),
    )
    publish_days = models.PositiveSmallIntegerField(
        _("working days to read a contribution"),
        default=PUBLISH_DAYS,
        validators=[MinValueValidator(1), MaxValueValidator(30)],
    )
    retention_months = models.PositiveSmallIntegerField(
        _("months that refused texts and addresses are kept"),
        default=RETENTION_MONTHS,
        validators=[MinValueValidator(1), MaxValueValidator(120)],
    )
    contact_ar = models.TextField(_("contact for personal data (Arabic)"), blank=True, max_length=TEXT_LENGTH)
    contact_fr = models.TextField(_("contact for personal data (French)"), blank=True, max_length=TEXT_LENGTH)
    rules_ar = models.TextField(
        _("rules of moderation (Arabic)"), blank=True, max_length=TEXT_LENGTH, help_text=_("One a line.")
    )
    rules_fr = models.TextField(
        _("rules of moderation (French)"), blank=True, max_length=TEXT_LENGTH, help_text=_("One a line.")
    )

    class Meta:
        verbose_name = _("rules of participation")
        verbose_name_plural = _("rules of participation")

    def __str__(self) -> str:
        return str(self.municipality)

    @property
    def contact(self) -> Localized:
        return localized(self, "contact")

    @property
    def rules(self) -> Localized:
        return localized(self, "rules")


class AskedChoice(Versioned):
    """A profile or an age bracket that a municipality offers instead of the built-in list.

    "Prefer not to say" belongs to every list and is no row. The code is what contributions keep: a choice
    that is offered no more keeps its words.
    """

    class Asked(models.TextChoices):
        PROFILE = "profile", _("Profile")
        AGE = "age", _("Age bracket")

    municipality = models.ForeignKey(
        Municipality, models.CASCADE, related_name="asked_choices", verbose_name=_("municipality")
    )
    asked = models.CharField(_("list"), max_length=7, choices=Asked)
    code = models.SlugField(_("code"), max_length=20)
    position = models.PositiveSmallIntegerField(_("position"), default=1)
    label_ar = models.CharField(_("words (Arabic)"), max_length=100, blank=True)
    label_fr = models.CharField(_("words (French)"), max_length=100, blank=True)
    is_offered = models.BooleanField(_("offered"), default=True)

    class Meta:
        verbose_name = _("choice of a list")
        verbose_name_plural = _("choices of lists")
        ordering = ["municipality", "asked", "position", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["municipality", "asked", "code"],
                name="asked_choice_code_unique",
                violation_error_message=_("The list already has a choice of this code."),
            )
        ]

    def __str__(self) -> str:
        return original(self, "label")

    def clean(self) -> None:
        if not original(self, "label").strip():
            raise ValidationError({"label_ar": _("Write it in at least one language.")})

    @property
    def label(self) -> Localized:
        return localized(self, "label")
