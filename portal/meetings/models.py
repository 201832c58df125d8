"""A dated meeting: its agenda and place before, its attendance, minutes and pictures after."""

from __future__ import annotations

import datetime
import uuid
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator, MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from portal.bilingual import Localized, localized, original
from portal.editing.models import Versioned
from portal.meetings import rules
from portal.meetings.addresses import ADDRESS_LENGTH, check_https, check_map
from portal.meetings.querysets import MeetingFileQuerySet, MeetingQuerySet, MinutesQuerySet
from portal.municipalities.models import Municipality, Zone

TITLE_LENGTH = 300
PLACE_LENGTH = 300
PERSON_LENGTH = 200
TEXT_LENGTH = 10_000
MOST_PRESENT = 1_000_000
LONGEST_POINT = 24 * 60


def _text(label: Any, length: int = TEXT_LENGTH) -> models.TextField:
    return models.TextField(label, blank=True, max_length=length, validators=[MaxLengthValidator(length)])


def _count(label: Any) -> models.PositiveIntegerField:
    return models.PositiveIntegerField(
        label, null=True, blank=True, validators=[MaxValueValidator(MOST_PRESENT)]
    )


class Kind(models.TextChoices):
    WORK = "work", _("Work meeting")
    ZONE = "zone", _("Zone session")
    GENERAL = "general", _("Participatory general session")
    DECIDING_BODY = "deciding_body", _("Session of the deciding body")
    WORKSHOP = "workshop", _("Workshop")


class Mode(models.TextChoices):
    ON_SITE = "on_site", _("On site")
    REMOTE = "remote", _("Remote")
    BOTH = "both", _("On site and remote")


class Meeting(Versioned):
    """An event of a municipality to which people come, on one day or several."""

    municipality = models.ForeignKey(
        Municipality, models.PROTECT, related_name="meetings", verbose_name=_("municipality")
    )
    kind = models.CharField(_("kind"), max_length=20, choices=Kind, default=Kind.GENERAL)
    mode = models.CharField(_("how it is held"), max_length=10, choices=Mode, default=Mode.ON_SITE)
    title_ar = models.CharField(_("title (Arabic)"), max_length=TITLE_LENGTH, blank=True)
    title_fr = models.CharField(_("title (French)"), max_length=TITLE_LENGTH, blank=True)
    date = models.DateField(_("date"))
    ends_on = models.DateField(
        _("last day"), null=True, blank=True, help_text=_("Only where it lasts several days.")
    )
    starts_at = models.TimeField(
        _("begins at"), null=True, blank=True, help_text=_("Local time. Empty: it lasts the whole day.")
    )
    ends_at = models.TimeField(_("ends at"), null=True, blank=True)
    place_ar = models.CharField(_("place (Arabic)"), max_length=PLACE_LENGTH, blank=True)
    place_fr = models.CharField(_("place (French)"), max_length=PLACE_LENGTH, blank=True)
    map_url = models.CharField(
        _("link to a map"),
        max_length=ADDRESS_LENGTH,
        blank=True,
        validators=[check_map],
        help_text=_("An https address, or a place such as geo:33.87,7.88"),
    )
    remote_url = models.CharField(
        _("link to take part remotely"),
        max_length=ADDRESS_LENGTH,
        blank=True,
        validators=[check_https],
        help_text=_("Everybody sees it once the meeting is public."),
    )
    zone = models.ForeignKey(
        Zone, models.PROTECT, null=True, blank=True, related_name="meetings", verbose_name=_("zone")
    )
    invitation_ar = _text(_("invitation (Arabic)"))
    invitation_fr = _text(_("invitation (French)"))
    is_public = models.BooleanField(_("public"), default=False, editable=False)
    is_cancelled = models.BooleanField(_("cancelled"), default=False, editable=False)
    held = models.BooleanField(
        _("it was held"),
        null=True,
        blank=True,
        editable=False,
        choices=[
            (None, pgettext_lazy("whether a meeting was held", "Not stated")),
            (True, _("Yes")),
            (False, _("No")),
        ],
    )
    uid = models.UUIDField(_("identity in calendars"), default=uuid.uuid4, unique=True, editable=False)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    updated_at = models.DateTimeField(_("changed"), auto_now=True)

    objects = MeetingQuerySet.as_manager()

    listed_agenda: list[AgendaItem]
    """Filled by ``Meeting.objects.for_meeting_page()`` and ``for_feed()``."""
    listed_files: list[MeetingFile]
    """Filled by ``Meeting.objects.for_meeting_page()``: all of them, those that stay internal too."""

    class Meta:
        verbose_name = _("meeting")
        verbose_name_plural = _("meetings")
        ordering = ["-date", F("starts_at").desc(nulls_last=True), "-pk"]
        indexes = [models.Index(fields=["municipality", "date"], name="meeting_date")]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on=None) | Q(ends_on__gte=F("date")),
                name="meeting_days_in_order",
                violation_error_message=_("The last day is before the first."),
            ),
            models.CheckConstraint(
                condition=Q(ends_at=None) | Q(starts_at__isnull=False),
                name="meeting_end_needs_beginning",
                violation_error_message=_("Say when it begins too."),
            ),
            models.CheckConstraint(
                condition=Q(ends_at=None)
                | Q(ends_at__gt=F("starts_at"))
                | Q(ends_on__isnull=False, ends_on__gt=F("date")),
                name="meeting_ends_after_it_begins",
                violation_error_message=_("It ends before it begins."),
            ),
            models.CheckConstraint(
                condition=Q(is_cancelled=False) | Q(held=None) | Q(held=False),
                name="meeting_cancelled_was_not_held",
                violation_error_message=_("A meeting that was cancelled was not held."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.date.isoformat()} {original(self, 'title')}"

    def clean(self) -> None:
        """What the columns of one row must keep among each other; at its field."""
        faults = self._faults()
        if self.is_public:
            faults |= {name: text for name, text in self.missing_for_public().items() if name not in faults}
        if faults:
            raise ValidationError(faults)

    def _faults(self) -> rules.Faults:
        faults: rules.Faults = {}
        if not original(self, "title").strip():
            faults["title_ar"] = _("Give the title in at least one language.")
        if self.date and self.ends_on and self.ends_on < self.date:
            faults["ends_on"] = _("The last day is before the first.")
        if self.ends_at and not self.starts_at:
            faults["starts_at"] = _("Say when it begins too.")
        if self._ends_too_early():
            faults["ends_at"] = _("It ends before it begins.")
        if self.mode == Mode.ON_SITE and self.remote_url:
            faults["remote_url"] = _("It is held on site only: leave this empty, or choose that it is both.")
        if self.mode == Mode.REMOTE and (original(self, "place") or self.map_url):
            faults["mode"] = _("What is only remote has no place: leave place and map empty, or choose both.")
        if self.zone and self.zone.municipality_id != self.municipality_id:
            faults["zone"] = _("This zone belongs to another municipality.")
        if self.held is not None and self.date and self.date > self.municipality.today():
            faults["date"] = _("It is said whether it was held: take that back before moving it.")
        return faults

    def _ends_too_early(self) -> bool:
        if not (self.starts_at and self.ends_at) or (self.ends_on and self.date and self.ends_on > self.date):
            return False
        return self.ends_at <= self.starts_at

    def missing_for_public(self) -> rules.Faults:
        """What the public must be told and is not there yet, by field: where to go, and how to take part."""
        faults: rules.Faults = {}
        if self.mode in (Mode.ON_SITE, Mode.BOTH) and not original(self, "place").strip():
            faults["place_ar"] = _("Say where it takes place: everybody is to find the way.")
        says_how = self.remote_url or original(self, "invitation").strip()
        if self.mode in (Mode.REMOTE, Mode.BOTH) and not says_how:
            faults["remote_url"] = _("Give the link to take part remotely, or say in the invitation how to.")
        return faults

    @property
    def title(self) -> Localized:
        return localized(self, "title")

    @property
    def place(self) -> Localized:
        return localized(self, "place")

    @property
    def invitation(self) -> Localized:
        return localized(self, "invitation")

    @property
    def last_day(self) -> datetime.date:
        return rules.last_day(self.date, self.ends_on)

    @property
    def is_remote(self) -> bool:
        return self.mode in (Mode.REMOTE, Mode.BOTH)

    @property
    def sequence(self) -> int:
        """How often it was changed, as calendars count it (RFC 5545 3.8.7.4)."""
        return self.version - 1

    @property
    def is_held(self) -> bool:
        """Whether it took place: the staff said so, or its day has come and there are minutes."""
        return rules.was_held(
            held=self.held,
            is_cancelled=self.is_cancelled,
            ended=self.last_day,
            today=self.municipality.today(),
            has_minutes=hasattr(self, "minutes"),
        )


class AgendaItem(models.Model):
    """A point of the agenda (جدول الأعمال)."""

    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="agenda", verbose_name=_("meeting"))
    position = models.PositiveSmallIntegerField(_("position"), default=1)
    starts_at = models.TimeField(_("begins at"), null=True, blank=True)
    minutes = models.PositiveSmallIntegerField(
        pgettext_lazy("duration", "minutes"),
        null=True,
        blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(LONGEST_POINT)],
    )
    title_ar = models.CharField(_("title (Arabic)"), max_length=TITLE_LENGTH, blank=True)
    title_fr = models.CharField(_("title (French)"), max_length=TITLE_LENGTH, blank=True)

    class Meta:
        verbose_name = _("agenda item")
        verbose_name_plural = _("agenda")
        ordering = ["meeting", "position", "pk"]

    def __str__(self) -> str:
        return original(self, "title")

    def clean(self) -> None:
        if not original(self, "title").strip():
            raise ValidationError({"title_ar": _("Give the title in at least one language.")})

    @property
    def title(self) -> Localized:
        return localized(self, "title")


def _groups(name: str) -> list[models.BaseConstraint]:
    """A group is never larger than the whole, whichever way the row is written."""
    return [
        models.CheckConstraint(
            condition=Q(**{group: None}) | Q(**{"total__isnull": False, f"{group}__lte": F("total")}),
            name=f"{name}_{group}_within_total",
            violation_error_message=_("A group is larger than the number of all who were present."),
        )
        for group in ("women", "young")
    ]


class Minutes(Versioned):
    """What became of a meeting (محضر جلسة), by the official model.

    A figure that is empty is not stated. Women and young people overlap, so together they may be more
    than all who were present.
    """

    meeting = models.OneToOneField(Meeting, models.CASCADE, related_name="minutes", verbose_name=_("meeting"))
    population = models.PositiveIntegerField(
        _("population"), null=True, blank=True, help_text=_("Of the municipality, as the minutes state it.")
    )
    facilitator = models.CharField(_("facilitator"), max_length=PERSON_LENGTH, blank=True)
    written_by = models.CharField(
        _("written by"), max_length=PERSON_LENGTH, blank=True, help_text=_("Name and office.")
    )
    approved_by = models.CharField(
        _("approved by"), max_length=PERSON_LENGTH, blank=True, help_text=_("Name and office.")
    )
    total = _count(_("present"))
    women = _count(_("women among them"))
    young = _count(_("young people among them (16 to 35)"))
    new_projects_ar = _text(_("new projects (Arabic)"))
    new_projects_fr = _text(_("new projects (French)"))
    continuing_projects_ar = _text(_("continuing projects (Arabic)"))
    continuing_projects_fr = _text(_("continuing projects (French)"))
    outcome_ar = _text(_("outcome (Arabic)"))
    outcome_fr = _text(_("outcome (French)"))
    is_public = models.BooleanField(_("public"), default=False, editable=False)
    updated_at = models.DateTimeField(_("changed"), auto_now=True)

    objects = MinutesQuerySet.as_manager()

    listed_zones: list[ZoneAttendance]
    """Filled by ``Meeting.objects.for_meeting_page()``."""

    class Meta:
        verbose_name = _("minutes of a meeting")
        verbose_name_plural = _("minutes of meetings")
        ordering = ["-meeting__date", "-pk"]
        constraints = _groups("minutes")

    def __str__(self) -> str:
        return str(self.meeting)

    def clean(self) -> None:
        faults = rules.counts_faults(self.counts)
        if faults:
            raise ValidationError(faults)

    @property
    def counts(self) -> rules.Counts:
        return rules.Counts(self.total, self.women, self.young)

    @property
    def new_projects(self) -> Localized:
        return localized(self, "new_projects")

    @property
    def continuing_projects(self) -> Localized:
        return localized(self, "continuing_projects")

    @property
    def outcome(self) -> Localized:
        return localized(self, "outcome")


class ZoneAttendance(models.Model):
    """How many came from a zone, as the attendance sheet says."""

    minutes = models.ForeignKey(Minutes, models.CASCADE, related_name="zones", verbose_name=_("minutes"))
    zone = models.ForeignKey(Zone, models.PROTECT, related_name="+", verbose_name=_("zone"))
    total = _count(_("present"))
    women = _count(_("women among them"))
    young = _count(_("young people among them (16 to 35)"))

    class Meta:
        verbose_name = _("attendance of a zone")
        verbose_name_plural = _("attendance by zone")
        ordering = ["minutes", "zone__number"]
        constraints = [
            models.UniqueConstraint(
                fields=["minutes", "zone"],
                name="zone_attendance_unique",
                violation_error_message=_("This zone stands here already."),
            ),
            *_groups("zone_attendance"),
        ]

    def __str__(self) -> str:
        return str(self.zone)

    def clean(self) -> None:
        faults = rules.counts_faults(self.counts)
        if self.zone_id and self.zone.municipality_id != self.minutes.meeting.municipality_id:
            faults["zone"] = _("This zone belongs to another municipality.")
        if faults:
            raise ValidationError(faults)

    @property
    def counts(self) -> rules.Counts:
        return rules.Counts(self.total, self.women, self.young)


def meeting_file_path(file: MeetingFile, filename: str) -> str:
    """Where a file is kept: by content, so that its name can never point anywhere."""
    return f"meetings/{file.sha256[:2]}/{file.sha256}"


class FileKind(models.TextChoices):
    PHOTO = "photo", _("Photo")
    ATTENDANCE = "attendance", _("Attendance sheet")
    PRESENTATION = "presentation", _("Presentation")
    SIGNED_MINUTES = "signed_minutes", _("Signed minutes")
    POSTED = "posted", _("Photo of the posted notice")
    OTHER = "other", _("Other document")


class MeetingFile(models.Model):
    """A file of a meeting: what shows people or names them stays internal unless somebody decides else."""

    INTERNAL_KINDS = frozenset({FileKind.PHOTO, FileKind.ATTENDANCE, FileKind.POSTED})

    meeting = models.ForeignKey(Meeting, models.PROTECT, related_name="files", verbose_name=_("meeting"))
    kind = models.CharField(_("kind"), max_length=20, choices=FileKind, default=FileKind.OTHER)
    caption_ar = models.CharField(_("what it shows (Arabic)"), max_length=TITLE_LENGTH, blank=True)
    caption_fr = models.CharField(_("what it shows (French)"), max_length=TITLE_LENGTH, blank=True)
    file = models.FileField(_("file"), upload_to=meeting_file_path, max_length=200)
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
        help_text=_("Of a picture, as its camera wrote it."),
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

    objects = MeetingFileQuerySet.as_manager()

    class Meta:
        verbose_name = _("file of a meeting")
        verbose_name_plural = _("files of meetings")
        ordering = ["meeting", "uploaded_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(is_public=False) | Q(may_hold_place=False),
                name="meeting_file_place_stays_internal",
                violation_error_message=_("What may tell where it was recorded stays internal."),
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def caption(self) -> Localized:
        return localized(self, "caption")

    @property
    def is_picture(self) -> bool:
        return self.content_type.startswith("image/")


class VideoLink(models.Model):
    """A recording of the meeting that stands elsewhere."""

    meeting = models.ForeignKey(Meeting, models.CASCADE, related_name="videos", verbose_name=_("meeting"))
    url = models.CharField(_("address"), max_length=ADDRESS_LENGTH, validators=[check_https])
    title_ar = models.CharField(_("title (Arabic)"), max_length=TITLE_LENGTH, blank=True)
    title_fr = models.CharField(_("title (French)"), max_length=TITLE_LENGTH, blank=True)

    class Meta:
        verbose_name = _("video")
        verbose_name_plural = _("videos")
        ordering = ["meeting", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["meeting", "url"],
                name="meeting_video_unique",
                violation_error_message=_("This video stands here already."),
            )
        ]

    def __str__(self) -> str:
        return self.url

    @property
    def title(self) -> Localized:
        return localized(self, "title")
