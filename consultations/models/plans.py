"""The open-government action plan: its stages, committee, axes, projects, indicators and activities."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator, MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from consultations.points import Point, read_points
from consultations.querysets import ActionPlanQuerySet, ProjectQuerySet
from portal.bilingual import Localized, localized, original
from portal.editing.kept import Kept
from portal.editing.models import Versioned
from portal.files.rows import StoredFile
from portal.meetings.models import Meeting
from portal.municipalities.models import Municipality

TITLE_LENGTH = 1000
TEXT_LENGTH = 4000
_FIGURE: dict[str, Any] = {"max_digits": 14, "decimal_places": 3, "null": True, "blank": True}


def _either_language(obj: models.Model, name: str) -> None:
    if not original(obj, name).strip():
        raise ValidationError({f"{name}_ar": _("Give the title in at least one language.")})


class PlanStatus(models.TextChoices):
    DRAFT = "draft", _("Draft")
    PUBLISHED = "published", _("Published")


class ActionPlan(Versioned):
    """A municipality's open-government program of action (برنامج عمل الانفتاح)."""

    municipality = models.ForeignKey(
        Municipality, models.PROTECT, related_name="plans", verbose_name=_("municipality")
    )
    slug = models.SlugField(_("short name in addresses"), max_length=60, default="openness")
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
    focal_point_ar = models.CharField(
        _("focal point (Arabic)"),
        max_length=300,
        blank=True,
        help_text=_("Office, and name where its holder agreed to be named."),
    )
    focal_point_fr = models.CharField(_("focal point (French)"), max_length=300, blank=True)
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

    @property
    def summary(self) -> Localized:
        return localized(self, "summary")

    @property
    def focal_point(self) -> Localized:
        return localized(self, "focal_point")


class CommitteeMember(Versioned):
    """Somebody on the committee that follows the plan (لجنة تتبع إعداد وتنفيذ وتقييم)."""

    class Group(models.TextChoices):
        ELECTED = "elected", _("Elected")
        CIVIL_SOCIETY = "civil_society", _("Civil society")
        ADMINISTRATION = "administration", _("Administration")

    plan = models.ForeignKey(ActionPlan, models.CASCADE, related_name="committee", verbose_name=_("plan"))
    position = models.PositiveSmallIntegerField(_("position"), default=1)
    group = models.CharField(_("group"), max_length=14, choices=Group)
    name = models.CharField(_("name"), max_length=200)
    quality_ar = models.CharField(_("office or association (Arabic)"), max_length=300, blank=True)
    quality_fr = models.CharField(_("office or association (French)"), max_length=300, blank=True)
    is_named = models.BooleanField(
        _("named in public"),
        default=False,
        help_text=_("The person agreed. Else only the group and the office are shown."),
    )

    untold_fields = frozenset({"name"})
    """What the journal says only to have changed."""

    class Meta:
        verbose_name = _("member of the committee")
        verbose_name_plural = _("follow-up committee")
        ordering = ["plan", "position", "pk"]

    def __str__(self) -> str:
        return self.name

    @property
    def journal_label(self) -> str:
        """By group and place: somebody who left may ask that the name goes."""
        return f"{self.get_group_display()} {self.position}"

    @property
    def quality(self) -> Localized:
        return localized(self, "quality")


class Stage(Versioned):
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
    starts_on = models.DateField(_("starts"), null=True, blank=True)
    ends_on = models.DateField(_("ends"), null=True, blank=True)
    meetings = models.ManyToManyField(
        Meeting, blank=True, related_name="plan_stages", verbose_name=_("meetings")
    )

    class Meta:
        verbose_name = _("stage")
        verbose_name_plural = _("stages")
        ordering = ["plan", "position"]
        constraints = [
            models.UniqueConstraint(fields=["plan", "position"], name="stage_position_unique"),
            models.CheckConstraint(
                condition=Q(starts_on=None) | Q(ends_on=None) | Q(ends_on__gte=F("starts_on")),
                name="stage_ends_after_start",
                violation_error_message=_("The end is before the start."),
            ),
        ]

    def __str__(self) -> str:
        return original(self, "title")

    def clean(self) -> None:
        _either_language(self, "title")

    @property
    def title(self) -> Localized:
        return localized(self, "title")


class StageFile(StoredFile):
    """A document of a stage: a call, minutes, a deliberation."""

    FOLDER = "plans"

    stage = models.ForeignKey(Stage, models.PROTECT, related_name="files", verbose_name=_("stage"))

    class Meta(StoredFile.Meta):
        verbose_name = _("document of a stage")
        verbose_name_plural = _("documents of stages")
        ordering = ["stage", "uploaded_at", "pk"]


class Axis(Versioned):
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


class ProjectStep(models.TextChoices):
    """How firm a project is: what the versions of it are called."""

    DRAFT = "draft", _("Draft")
    ADOPTED = "adopted", _("Adopted")
    REVISED = "revised", _("Revised")


class Completion(models.TextChoices):
    """How far a commitment was kept, on the scale of the Open Government Partnership."""

    NO_EVIDENCE = "no_evidence", _("No evidence available")
    NOT_STARTED = "not_started", _("Not started")
    LIMITED = "limited", _("Limited")
    SUBSTANTIAL = "substantial", _("Substantial")
    COMPLETE = "complete", _("Complete")


POINTS_HELP = _("One item a line. A line that starts with • is a point, any other a paragraph.")


class Project(Versioned):
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
    responsible_ar = models.CharField(_("responsible body (Arabic)"), max_length=300, blank=True)
    responsible_fr = models.CharField(_("responsible body (French)"), max_length=300, blank=True)
    partners_ar = models.TextField(
        _("partners (Arabic)"), blank=True, max_length=TEXT_LENGTH, help_text=_("One a line.")
    )
    partners_fr = models.TextField(
        _("partners (French)"), blank=True, max_length=TEXT_LENGTH, help_text=_("One a line.")
    )
    step = models.CharField(
        _("step"), max_length=8, choices=ProjectStep, default=ProjectStep.DRAFT, editable=False
    )
    completion = models.CharField(
        _("completion"),
        max_length=12,
        choices=Completion,
        blank=True,
        help_text=_("As the municipality grades itself. Empty: not graded yet."),
    )
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

    @property
    def responsible(self) -> Localized:
        return localized(self, "responsible")

    @property
    def partners(self) -> Localized:
        return localized(self, "partners")

    def points(self, name: str) -> list[Point]:
        """The items of ``problem``, ``solution`` or ``results`` in the reader's language, or the other."""
        return read_points(localized(self, name).text)


class ProjectVersion(Kept):
    """A project as the public saw it, or could: kept at each step, and at each change after the first."""

    project = models.ForeignKey(Project, models.PROTECT, related_name="versions", verbose_name=_("project"))
    number = models.PositiveSmallIntegerField(_("version"))
    step = models.CharField(_("step"), max_length=8, choices=ProjectStep)
    content = models.JSONField(_("content"))
    reason = models.TextField(
        _("why it changed"),
        blank=True,
        max_length=TEXT_LENGTH,
        validators=[MaxLengthValidator(TEXT_LENGTH)],
    )
    made_at = models.DateTimeField(_("made"), auto_now_add=True)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("made by")
    )

    class Meta:
        verbose_name = _("version of a project")
        verbose_name_plural = _("versions of projects")
        ordering = ["project", "number"]
        base_manager_name = "objects"
        constraints = [models.UniqueConstraint(fields=["project", "number"], name="project_version_unique")]

    def __str__(self) -> str:
        return f"{self.project}: {self.number}"


class Indicator(Versioned):
    """How the result of a project is seen, as the municipality words it."""

    project = models.ForeignKey(Project, models.CASCADE, related_name="indicators", verbose_name=_("project"))
    position = models.PositiveSmallIntegerField(_("position"), default=1)
    title_ar = models.TextField(_("wording (Arabic)"), blank=True)
    title_fr = models.TextField(_("wording (French)"), blank=True)
    unit_ar = models.CharField(_("unit (Arabic)"), max_length=100, blank=True)
    unit_fr = models.CharField(_("unit (French)"), max_length=100, blank=True)
    baseline = models.DecimalField(_("baseline"), **_FIGURE)
    baseline_on = models.DateField(_("baseline measured on"), null=True, blank=True)
    target = models.DecimalField(_("target"), **_FIGURE)
    target_on = models.DateField(_("target to be reached by"), null=True, blank=True)

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

    @property
    def unit(self) -> Localized:
        return localized(self, "unit")


class Measurement(Versioned):
    """What an indicator was found to be on a day."""

    indicator = models.ForeignKey(
        Indicator, models.CASCADE, related_name="measurements", verbose_name=_("indicator")
    )
    measured_on = models.DateField(_("measured on"))
    value = models.DecimalField(_("value"), max_digits=14, decimal_places=3)
    note = models.CharField(_("note"), max_length=TITLE_LENGTH, blank=True)

    class Meta:
        verbose_name = _("measurement")
        verbose_name_plural = _("measurements")
        ordering = ["indicator", "measured_on"]
        constraints = [
            models.UniqueConstraint(
                fields=["indicator", "measured_on"],
                name="measurement_day_unique",
                violation_error_message=_("The indicator has a measurement of this day."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.measured_on}: {self.value}"


class Activity(Versioned):
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


class ActivityUpdate(Kept):
    """What was stated of an activity on a day. The latest one is the activity's percentage."""

    activity = models.ForeignKey(Activity, models.PROTECT, related_name="updates", verbose_name=_("activity"))
    percent = models.PositiveSmallIntegerField(_("progress, %"), validators=[MaxValueValidator(100)])
    note = models.TextField(
        _("note"), blank=True, max_length=TEXT_LENGTH, validators=[MaxLengthValidator(TEXT_LENGTH)]
    )
    stated_on = models.DateField(_("as of"))
    made_at = models.DateTimeField(_("made"), auto_now_add=True)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("made by")
    )

    class Meta:
        verbose_name = _("update of an activity")
        verbose_name_plural = _("updates of activities")
        ordering = ["activity", "pk"]
        base_manager_name = "objects"
        constraints = [
            models.CheckConstraint(condition=Q(percent__lte=100), name="update_percent_at_most_100")
        ]

    def __str__(self) -> str:
        return f"{self.stated_on}: {self.percent}"


class UpdateFile(StoredFile):
    """What proves an update of an activity."""

    FOLDER = "plans"

    update = models.ForeignKey(ActivityUpdate, models.PROTECT, related_name="files", verbose_name=_("update"))

    class Meta(StoredFile.Meta):
        verbose_name = _("evidence of an activity")
        verbose_name_plural = _("evidence of activities")
        ordering = ["update", "uploaded_at", "pk"]
