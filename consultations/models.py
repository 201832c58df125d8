"""The open-government action plan: its stages, axes, projects, indicators and activities."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from consultations.points import Point, read_points
from consultations.querysets import ActionPlanQuerySet, ProjectQuerySet
from portal.bilingual import Localized, localized, original
from portal.municipalities.models import Municipality

TITLE_LENGTH = 1000


def _either_language(obj: models.Model, name: str) -> None:
    if not original(obj, name).strip():
        raise ValidationError({f"{name}_ar": _("Give the title in at least one language.")})


class PlanStatus(models.TextChoices):
    DRAFT = "draft", _("Draft")
    PUBLISHED = "published", _("Published")


class ActionPlan(models.Model):
    """A municipality's open-government program of action (برنامج عمل الانفتاح)."""

    municipality = models.ForeignKey(
        Municipality, models.PROTECT, related_name="plans", verbose_name=_("municipality")
    )
    slug = models.SlugField(_("short name in addresses"), max_length=60, default="openness")
    title_ar = models.CharField(_("title (Arabic)"), max_length=TITLE_LENGTH, blank=True)
    title_fr = models.CharField(_("title (French)"), max_length=TITLE_LENGTH, blank=True)
    starts_on = models.DateField(_("starts"), null=True, blank=True)
    ends_on = models.DateField(_("ends"), null=True, blank=True)
    status = models.CharField(_("status"), max_length=10, choices=PlanStatus, default=PlanStatus.DRAFT)
    origin_name = models.CharField(_("imported from"), max_length=255, blank=True, editable=False)
    origin_sha256 = models.CharField(
        _("fingerprint of the imported file"), max_length=64, blank=True, editable=False
    )
    imported = models.JSONField(default=dict, editable=False)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    updated_at = models.DateTimeField(_("changed"), auto_now=True)

    objects = ActionPlanQuerySet.as_manager()

    class Meta:
        verbose_name = _("action plan")
        verbose_name_plural = _("action plans")
        ordering = ["municipality", "slug"]
        constraints = [
            models.UniqueConstraint(
                fields=["municipality", "slug"],
                name="plan_slug_unique",
                violation_error_message=_("The municipality already has a plan of this name."),
            ),
            models.CheckConstraint(
                condition=Q(starts_on=None) | Q(ends_on=None) | Q(ends_on__gte=F("starts_on")),
                name="plan_ends_after_start",
                violation_error_message=_("The end is before the start."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.municipality.slug} {self.slug}"

    def clean(self) -> None:
        _either_language(self, "title")

    @property
    def title(self) -> Localized:
        return localized(self, "title")

    @property
    def is_public(self) -> bool:
        return self.status == PlanStatus.PUBLISHED


class Stage(models.Model):
    """A line of the plan's process (مسلسل الانفتاح): a stage (level 1) or a step of it (level 2)."""

    class State(models.TextChoices):
        TO_COME = "todo", _("To come")
        CURRENT = "now", _("Current")
        DONE = "done", _("Done")

    plan = models.ForeignKey(ActionPlan, models.CASCADE, related_name="stages", verbose_name=_("plan"))
    position = models.PositiveSmallIntegerField(_("position"))
    level = models.PositiveSmallIntegerField(
        _("level"), default=1, validators=[MinValueValidator(1), MaxValueValidator(2)]
    )
    title_ar = models.CharField(_("title (Arabic)"), max_length=TITLE_LENGTH, blank=True)
    title_fr = models.CharField(_("title (French)"), max_length=TITLE_LENGTH, blank=True)
    state = models.CharField(
        _("state"),
        max_length=5,
        choices=State,
        blank=True,
        help_text=_("Empty: not stated by the municipality."),
    )

    class Meta:
        verbose_name = _("stage")
        verbose_name_plural = _("stages")
        ordering = ["plan", "position"]
        constraints = [models.UniqueConstraint(fields=["plan", "position"], name="stage_position_unique")]

    def __str__(self) -> str:
        return original(self, "title")

    def clean(self) -> None:
        _either_language(self, "title")

    @property
    def title(self) -> Localized:
        return localized(self, "title")


class Axis(models.Model):
    """An axis (محور) that the municipality chose for its plan; not one of the four fixed principles."""

    plan = models.ForeignKey(ActionPlan, models.CASCADE, related_name="axes", verbose_name=_("plan"))
    number = models.PositiveSmallIntegerField(_("number"), validators=[MinValueValidator(1)])
    title_ar = models.CharField(_("title (Arabic)"), max_length=TITLE_LENGTH, blank=True)
    title_fr = models.CharField(_("title (French)"), max_length=TITLE_LENGTH, blank=True)

    class Meta:
        verbose_name = _("axis")
        verbose_name_plural = _("axes")
        ordering = ["plan", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["plan", "number"],
                name="axis_number_unique",
                violation_error_message=_("The plan already has an axis of this number."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.number}. {original(self, 'title')}"

    def clean(self) -> None:
        _either_language(self, "title")

    @property
    def title(self) -> Localized:
        return localized(self, "title")


POINTS_HELP = _("One item a line. A line that starts with • is a point, any other a paragraph.")


class Project(models.Model):
    """A project, or commitment, of the plan: problem, proposed solution, results, indicators, activities.

    The fields are those of the Moroccan project sheet. The four principles and the two questions are
    ``None`` where the sheet does not say: never taken for "no".
    """

    PRINCIPLES = ("transparency", "access_to_information", "participation", "digitalisation")
    QUESTIONS = ("question_1", "question_2")

    plan = models.ForeignKey(ActionPlan, models.CASCADE, related_name="projects", verbose_name=_("plan"))
    axis = models.ForeignKey(
        Axis, models.PROTECT, null=True, blank=True, related_name="projects", verbose_name=_("axis")
    )
    number = models.PositiveSmallIntegerField(_("number"), validators=[MinValueValidator(1)])
    title_ar = models.CharField(_("title (Arabic)"), max_length=TITLE_LENGTH, blank=True)
    title_fr = models.CharField(_("title (French)"), max_length=TITLE_LENGTH, blank=True)
    problem_ar = models.TextField(_("problem (Arabic)"), blank=True, help_text=POINTS_HELP)
    problem_fr = models.TextField(_("problem (French)"), blank=True, help_text=POINTS_HELP)
    solution_ar = models.TextField(_("proposed solution (Arabic)"), blank=True, help_text=POINTS_HELP)
    solution_fr = models.TextField(_("proposed solution (French)"), blank=True, help_text=POINTS_HELP)
    results_ar = models.TextField(_("expected results (Arabic)"), blank=True, help_text=POINTS_HELP)
    results_fr = models.TextField(_("expected results (French)"), blank=True, help_text=POINTS_HELP)
    transparency = models.BooleanField(_("transparency and accountability"), null=True, blank=True)
    access_to_information = models.BooleanField(_("access to information"), null=True, blank=True)
    participation = models.BooleanField(_("citizen participation"), null=True, blank=True)
    digitalisation = models.BooleanField(_("digitalisation"), null=True, blank=True)
    question_1_label_ar = models.CharField(_("first question (Arabic)"), max_length=300, blank=True)
    question_1_label_fr = models.CharField(_("first question (French)"), max_length=300, blank=True)
    question_1 = models.BooleanField(_("answer to the first question"), null=True, blank=True)
    question_2_label_ar = models.CharField(_("second question (Arabic)"), max_length=300, blank=True)
    question_2_label_fr = models.CharField(_("second question (French)"), max_length=300, blank=True)
    question_2 = models.BooleanField(_("answer to the second question"), null=True, blank=True)
    amount = models.DecimalField(
        _("amount"),
        max_digits=14,
        decimal_places=3,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
        help_text=_("In the currency of the municipality."),
    )
    amount_printed = models.CharField(_("amount as printed"), max_length=200, blank=True)
    funding_source_ar = models.CharField(_("funding source (Arabic)"), max_length=500, blank=True)
    funding_source_fr = models.CharField(_("funding source (French)"), max_length=500, blank=True)
    printed_progress = models.PositiveSmallIntegerField(
        _("progress printed in the source, %"), null=True, blank=True, validators=[MaxValueValidator(100)]
    )
    printed_comment_count = models.PositiveIntegerField(
        _("number of comments printed in the source"), null=True, blank=True
    )
    source_note = models.TextField(
        _("note of the source"),
        blank=True,
        help_text=_("Printed in the source, shown as such, never used for any state."),
    )
    imported = models.JSONField(default=dict, editable=False)

    objects = ProjectQuerySet.as_manager()

    class Meta:
        verbose_name = _("project of a plan")
        verbose_name_plural = _("projects of plans")
        ordering = ["plan", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["plan", "number"],
                name="project_number_unique",
                violation_error_message=_("The plan already has a project of this number."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.number}. {original(self, 'title')}"

    def clean(self) -> None:
        _either_language(self, "title")
        if self.axis and self.plan_id and self.axis.plan_id != self.plan_id:
            raise ValidationError({"axis": _("This axis belongs to another plan.")})

    @property
    def title(self) -> Localized:
        return localized(self, "title")

    @property
    def funding_source(self) -> Localized:
        return localized(self, "funding_source")

    def points(self, name: str) -> list[Point]:
        """The items of ``problem``, ``solution`` or ``results`` in the reader's language, or the other."""
        return read_points(localized(self, name).text)


class Indicator(models.Model):
    """How the result of a project is seen, as the municipality words it."""

    project = models.ForeignKey(Project, models.CASCADE, related_name="indicators", verbose_name=_("project"))
    position = models.PositiveSmallIntegerField(_("position"), default=1)
    title_ar = models.TextField(_("wording (Arabic)"), blank=True)
    title_fr = models.TextField(_("wording (French)"), blank=True)

    class Meta:
        verbose_name = _("indicator")
        verbose_name_plural = _("indicators")
        ordering = ["project", "position", "pk"]

    def __str__(self) -> str:
        return original(self, "title")[:100]

    def clean(self) -> None:
        _either_language(self, "title")

    @property
    def title(self) -> Localized:
        return localized(self, "title")


class Activity(models.Model):
    """A line of the project's schedule. With month precision the days are the month's first and last."""

    class Precision(models.TextChoices):
        MONTH = "month", _("Month")
        DAY = "day", _("Day")

    project = models.ForeignKey(Project, models.CASCADE, related_name="activities", verbose_name=_("project"))
    position = models.PositiveSmallIntegerField(_("position"), default=1)
    title_ar = models.CharField(_("title (Arabic)"), max_length=TITLE_LENGTH, blank=True)
    title_fr = models.CharField(_("title (French)"), max_length=TITLE_LENGTH, blank=True)
    starts_on = models.DateField(_("starts"), null=True, blank=True)
    ends_on = models.DateField(_("ends"), null=True, blank=True)
    precision = models.CharField(_("precision"), max_length=5, choices=Precision, default=Precision.MONTH)
    percent = models.PositiveSmallIntegerField(
        _("progress, %"), default=0, validators=[MaxValueValidator(100)]
    )

    class Meta:
        verbose_name = _("activity")
        verbose_name_plural = _("activities")
        ordering = ["project", "position", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(starts_on=None) | Q(ends_on=None) | Q(ends_on__gte=F("starts_on")),
                name="activity_ends_after_start",
                violation_error_message=_("The end is before the start."),
            ),
            models.CheckConstraint(condition=Q(percent__lte=100), name="activity_percent_at_most_100"),
        ]

    def __str__(self) -> str:
        return original(self, "title")

    def clean(self) -> None:
        _either_language(self, "title")

    @property
    def title(self) -> Localized:
        return localized(self, "title")
