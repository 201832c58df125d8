"""The yearly participatory investment program: phases, tasks, the documents they need, their delays."""

from __future__ import annotations

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator, MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from portal.bilingual import Localized, localized, original
from portal.editing.models import Versioned
from portal.meetings.models import Meeting
from portal.municipalities.models import DecidingBody, Municipality
from portal.publications.models import Publication
from programs.querysets import ProgramQuerySet, SupportingDocumentQuerySet, TaskQuerySet

TITLE_LENGTH = 1000
NOTES_LENGTH = 4000
REASON_LENGTH = 1000
LAST_PHASE = 99
LAST_TASK = 999


def _either_language(obj: models.Model, name: str) -> None:
    if not original(obj, name).strip():
        raise ValidationError({f"{name}_ar": _("Give the title in at least one language.")})


class Status(models.TextChoices):
    DRAFT = "draft", _("Draft")
    PUBLISHED = "published", _("Published")
    APPROVED = "approved", _("Approved")
    CLOSED = "closed", _("Closed")


PUBLIC_STATUSES = (Status.PUBLISHED, Status.APPROVED, Status.CLOSED)
RUNNING_STATUSES = (Status.DRAFT, Status.PUBLISHED, Status.APPROVED)


class Program(Versioned):
    """One municipality's program of one year, with its calendar."""

    municipality = models.ForeignKey(
        Municipality, models.PROTECT, related_name="programs", verbose_name=_("municipality")
    )
    year = models.PositiveSmallIntegerField(
        _("year"), validators=[MinValueValidator(1990), MaxValueValidator(2100)]
    )
    title_ar = models.CharField(_("title (Arabic)"), max_length=TITLE_LENGTH, blank=True)
    title_fr = models.CharField(_("title (French)"), max_length=TITLE_LENGTH, blank=True)
    status = models.CharField(_("status"), max_length=10, choices=Status, default=Status.DRAFT)
    origin_name = models.CharField(_("imported from"), max_length=255, blank=True, editable=False)
    origin_sha256 = models.CharField(
        _("fingerprint of the imported file"), max_length=64, blank=True, editable=False
    )
    imported = models.JSONField(default=dict, editable=False)
    approved_on = models.DateField(_("approved on"), null=True, blank=True, editable=False)
    deliberation = models.CharField(
        _("number of the deliberation"), max_length=100, blank=True, editable=False
    )
    deciding_body = models.ForeignKey(
        DecidingBody,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        editable=False,
        verbose_name=_("deciding body"),
    )
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    updated_at = models.DateTimeField(_("changed"), auto_now=True)

    objects = ProgramQuerySet.as_manager()

    class Meta:
        verbose_name = _("program")
        verbose_name_plural = _("programs")
        ordering = ["-year", "municipality"]
        constraints = [
            models.UniqueConstraint(
                fields=["municipality", "year"],
                name="program_year_unique",
                violation_error_message=_("The municipality already has a program of this year."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.municipality.slug} {self.year}"

    def clean(self) -> None:
        _either_language(self, "title")

    @property
    def title(self) -> Localized:
        return localized(self, "title")

    @property
    def is_public(self) -> bool:
        return self.status in PUBLIC_STATUSES


class Phase(Versioned):
    """A phase (مرحلة) of the calendar."""

    program = models.ForeignKey(Program, models.CASCADE, related_name="phases", verbose_name=_("program"))
    number = models.PositiveSmallIntegerField(
        _("number"), validators=[MinValueValidator(1), MaxValueValidator(LAST_PHASE)]
    )
    title_ar = models.CharField(_("title (Arabic)"), max_length=TITLE_LENGTH, blank=True)
    title_fr = models.CharField(_("title (French)"), max_length=TITLE_LENGTH, blank=True)
    label = models.CharField(
        _("label as printed"),
        max_length=TITLE_LENGTH,
        blank=True,
        help_text=_("What the source document calls the phase, even where its number is wrong."),
    )
    imported = models.JSONField(default=dict, editable=False)

    class Meta:
        verbose_name = _("phase")
        verbose_name_plural = _("phases")
        ordering = ["program", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["program", "number"],
                name="phase_number_unique",
                violation_error_message=_("The program already has a phase of this number."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.number}. {original(self, 'title')}"

    def clean(self) -> None:
        _either_language(self, "title")

    @property
    def title(self) -> Localized:
        return localized(self, "title")


class Task(Versioned):
    """An act or activity (عمل) of a phase. It has one date at the most."""

    phase = models.ForeignKey(Phase, models.CASCADE, related_name="tasks", verbose_name=_("phase"))
    number = models.PositiveSmallIntegerField(
        _("number in the phase"), validators=[MinValueValidator(1), MaxValueValidator(LAST_TASK)]
    )
    title_ar = models.CharField(_("title (Arabic)"), max_length=TITLE_LENGTH, blank=True)
    title_fr = models.CharField(_("title (French)"), max_length=TITLE_LENGTH, blank=True)
    session_date = models.DateField(_("session date"), null=True, blank=True)
    done = models.BooleanField(
        _("done"),
        null=True,
        blank=True,
        choices=[(None, _("Not stated")), (True, _("Yes")), (False, _("No"))],
        help_text=_("An empty cell says nothing: it is neither yes nor no."),
    )
    notes = models.TextField(
        _("notes"), blank=True, max_length=NOTES_LENGTH, validators=[MaxLengthValidator(NOTES_LENGTH)]
    )
    responsible = models.CharField(_("responsible"), max_length=200, blank=True)
    imported = models.JSONField(default=dict, editable=False)
    meetings = models.ManyToManyField(
        Meeting, blank=True, related_name="tasks", editable=False, verbose_name=_("meetings")
    )

    objects = TaskQuerySet.as_manager()

    listed_documents: list[ExpectedDocument]
    """Filled by ``Program.objects.for_calendar_page()``."""
    listed_moves: list[MovedDate]
    """Filled by ``Program.objects.for_calendar_page()``: the oldest first."""
    listed_meetings: list[Meeting]
    """Filled by ``Program.objects.for_calendar_page()``: those that are public, in order."""

    class Meta:
        verbose_name = _("task")
        indexes = [models.Index(fields=["session_date"], name="task_session_date")]
        verbose_name_plural = _("tasks")
        ordering = ["phase__program", "phase__number", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["phase", "number"],
                name="task_number_unique",
                violation_error_message=_("The phase already has a task of this number."),
            )
        ]

    def __str__(self) -> str:
        return f"{self.code} {original(self, 'title')}"

    def clean(self) -> None:
        _either_language(self, "title")

    @property
    def title(self) -> Localized:
        return localized(self, "title")

    @property
    def code(self) -> str:
        """``2.6``: phase, then task, as the portal names it in data and in French."""
        return f"{self.phase.number}.{self.number}"


class MovedDate(models.Model):
    """A session date that was changed after the public had seen it, and why. Never taken back."""

    task = models.ForeignKey(Task, models.CASCADE, related_name="moved_dates", verbose_name=_("task"))
    old_date = models.DateField(_("date before"))
    new_date = models.DateField(_("date after"), null=True, blank=True)
    reason = models.TextField(
        _("reason"), max_length=REASON_LENGTH, validators=[MaxLengthValidator(REASON_LENGTH)]
    )
    moved_at = models.DateTimeField(_("moved"), auto_now_add=True)
    moved_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+", verbose_name=_("moved by")
    )

    class Meta:
        verbose_name = _("moved date")
        verbose_name_plural = _("moved dates")
        ordering = ["task", "moved_at", "pk"]

    def __str__(self) -> str:
        return f"{self.old_date} → {self.new_date}"


class ExpectedDocument(models.Model):
    """A document or proof (الوثائق والمؤيدات) that the calendar announces for a task."""

    task = models.ForeignKey(Task, models.CASCADE, related_name="expected_documents", verbose_name=_("task"))
    position = models.PositiveSmallIntegerField(_("position"), default=1)
    title_ar = models.CharField(_("title (Arabic)"), max_length=TITLE_LENGTH, blank=True)
    title_fr = models.CharField(_("title (French)"), max_length=TITLE_LENGTH, blank=True)

    listed_files: list[SupportingDocument]
    """Filled by ``Program.objects.for_calendar_page()``."""

    class Meta:
        verbose_name = _("expected document")
        verbose_name_plural = _("expected documents")
        ordering = ["task", "position", "pk"]

    def __str__(self) -> str:
        return original(self, "title")

    def clean(self) -> None:
        _either_language(self, "title")

    @property
    def title(self) -> Localized:
        return localized(self, "title")


def evidence_path(document: SupportingDocument, filename: str) -> str:
    """Where a file is kept: by content, so that its name can never point anywhere."""
    return f"evidence/{document.sha256[:2]}/{document.sha256}"


class SupportingDocument(models.Model):
    """A file that fulfils an expected document. Kept when anything around it changes."""

    expected_document = models.ForeignKey(
        ExpectedDocument, models.PROTECT, related_name="files", verbose_name=_("expected document")
    )
    file = models.FileField(_("file"), upload_to=evidence_path, max_length=200)
    name = models.CharField(_("file name"), max_length=255, editable=False)
    size = models.PositiveBigIntegerField(_("size in bytes"), editable=False)
    content_type = models.CharField(_("type"), max_length=100, editable=False)
    sha256 = models.CharField(_("fingerprint"), max_length=64, editable=False)
    is_public = models.BooleanField(
        _("public"),
        default=False,
        help_text=_("Shown to everybody. Attendance sheets and photos of people stay internal."),
    )
    may_hold_place = models.BooleanField(
        _("may tell where it was recorded"),
        default=False,
        editable=False,
        help_text=_("Then it stays internal."),
    )
    taken_at = models.DateTimeField(
        _("taken"),
        null=True,
        blank=True,
        editable=False,
        help_text=_("As the camera wrote into the picture."),
    )
    publication = models.ForeignKey(
        Publication,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        editable=False,
        verbose_name=_("publication"),
        help_text=_("The entry of the register that the file certifies, where the portal made it."),
    )
    made_from = models.CharField(
        _("made by the portal as"),
        max_length=60,
        blank=True,
        editable=False,
        help_text=_("The kind of paper; empty for what was handed in."),
    )
    replaced_by = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="replaces",
        editable=False,
        verbose_name=_("replaced by"),
    )
    uploaded_at = models.DateTimeField(_("uploaded"), auto_now_add=True)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        editable=False,
        verbose_name=_("uploaded by"),
    )

    objects = SupportingDocumentQuerySet.as_manager()

    class Meta:
        verbose_name = _("supporting document")
        verbose_name_plural = _("supporting documents")
        ordering = ["expected_document", "uploaded_at", "pk"]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        if self.is_public and self.may_hold_place:
            raise ValidationError(
                {
                    "is_public": _(
                        "This video may tell where it was recorded, in a way that cannot be removed here."
                        " It stays internal: hand in a version without location to make it public."
                    )
                }
            )


class DayKind(models.TextChoices):
    CALENDAR = "calendar", _("Calendar days")
    WORKING = "working", _("Working days")


class DelayRule(models.Model):
    """A minimum delay between two tasks of a program, and the text that asks for it.

    A delay of *n* days holds when the date of ``to_task`` less that of ``from_task`` is *n* or more.
    """

    program = models.ForeignKey(
        Program, models.CASCADE, related_name="delay_rules", verbose_name=_("program")
    )
    from_task = models.ForeignKey(Task, models.CASCADE, related_name="+", verbose_name=_("from task"))
    to_task = models.ForeignKey(Task, models.CASCADE, related_name="+", verbose_name=_("to task"))
    min_days = models.PositiveSmallIntegerField(_("minimum days"), validators=[MinValueValidator(1)])
    day_kind = models.CharField(_("kind of days"), max_length=10, choices=DayKind, default=DayKind.CALENDAR)
    text_ar = models.CharField(_("legal text (Arabic)"), max_length=TITLE_LENGTH, blank=True)
    text_fr = models.CharField(_("legal text (French)"), max_length=TITLE_LENGTH, blank=True)
    reason = models.TextField(
        _("why it is not kept"),
        max_length=REASON_LENGTH,
        validators=[MaxLengthValidator(REASON_LENGTH)],
        blank=True,
        help_text=_("Shown to the public and printed as long as the dates break the rule."),
    )

    class Meta:
        verbose_name = _("delay rule")
        verbose_name_plural = _("delay rules")
        ordering = ["program", "from_task__phase__number", "from_task__number", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["program", "from_task", "to_task"], name="delay_rule_unique"),
            models.CheckConstraint(condition=~Q(from_task=F("to_task")), name="delay_between_two_tasks"),
        ]

    def __str__(self) -> str:
        return f"{self.from_task.code} → {self.to_task.code}: {self.min_days}"

    def clean(self) -> None:
        for name in ("from_task", "to_task"):
            task = getattr(self, name, None)
            if task and self.program_id and task.phase.program_id != self.program_id:
                raise ValidationError({name: _("This task belongs to another program.")})

    @property
    def text(self) -> Localized:
        return localized(self, "text")


def origin_path(origin: ProgramOrigin, filename: str) -> str:
    """Where the file of an import is kept: by content, so that its name can never point anywhere."""
    return f"origins/{origin.sha256[:2]}/{origin.sha256}"


class ProgramOrigin(models.Model):
    """A file that a program was read from, as it was handed in. Kept privately, for the members."""

    program = models.ForeignKey(Program, models.CASCADE, related_name="origins", verbose_name=_("program"))
    file = models.FileField(_("file"), upload_to=origin_path, max_length=200)
    name = models.CharField(_("file name"), max_length=255)
    size = models.PositiveBigIntegerField(_("size in bytes"))
    sha256 = models.CharField(_("fingerprint"), max_length=64)
    imported_at = models.DateTimeField(_("imported"), auto_now_add=True)
    imported_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("imported by"),
    )

    class Meta:
        verbose_name = _("imported file")
        verbose_name_plural = _("imported files")
        ordering = ["program", "imported_at", "pk"]
        constraints = [models.UniqueConstraint(fields=["program", "sha256"], name="origin_file_unique")]

    def __str__(self) -> str:
        return self.name
