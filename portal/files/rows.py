"""A file that belongs to a row: stored by its content, private unless somebody decides else."""

from __future__ import annotations

import datetime
from typing import Any, ClassVar, Self, TypeVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.accounts.models import User
from portal.bilingual import Localized, localized
from portal.files.uploads import CheckedFile

CAPTION_LENGTH = 1000
Row = TypeVar("Row", bound=models.Model)


def stored_row(
    model: type[Row],
    upload: CheckedFile,
    *,
    actor: User | None,
    is_public: bool,
    zone: datetime.tzinfo | None = None,
    **owner: Any,
) -> Row:
    """A row of any table of files, its content stored; not saved yet.

    What may tell where it was recorded stays internal, whatever was asked.

    Args:
        zone: by whose clocks a camera went that wrote no zone, for a table that keeps when a picture was
            taken; that of the settings where it is not told.
    """
    if any(field.name == "taken_at" for field in model._meta.concrete_fields):
        owner["taken_at"] = _at_its_zone(upload.taken_at, zone)
    row: Any = model(
        **owner,
        name=upload.name,
        size=upload.size,
        content_type=upload.content_type,
        sha256=upload.sha256,
        is_public=is_public and not upload.may_hold_place,
        may_hold_place=upload.may_hold_place,
        uploaded_by=actor,
    )
    row.file.save(upload.name, upload.as_file(), save=False)
    return row


def _at_its_zone(moment: datetime.datetime | None, zone: datetime.tzinfo | None) -> datetime.datetime | None:
    if moment is None or moment.tzinfo:
        return moment
    return moment.replace(tzinfo=zone or timezone.get_default_timezone())


def stored_path(row: StoredFile, filename: str) -> str:
    """Where a file is kept: by content, so that its name can never point anywhere."""
    return f"{row.FOLDER}/{row.sha256[:2]}/{row.sha256}"


class StoredFile(models.Model):
    """One file with what is known of it. A subclass names its ``FOLDER`` and what the file belongs to."""

    FOLDER: ClassVar[str]

    caption_ar = models.CharField(_("what it shows (Arabic)"), max_length=CAPTION_LENGTH, blank=True)
    caption_fr = models.CharField(_("what it shows (French)"), max_length=CAPTION_LENGTH, blank=True)
    file = models.FileField(_("file"), upload_to=stored_path, max_length=200)
    name = models.CharField(_("file name"), max_length=255, editable=False)
    size = models.PositiveBigIntegerField(_("size in bytes"), editable=False)
    content_type = models.CharField(_("type"), max_length=100, editable=False)
    sha256 = models.CharField(_("fingerprint"), max_length=64, editable=False)
    is_public = models.BooleanField(_("public"), default=False, help_text=_("Shown to everybody."))
    may_hold_place = models.BooleanField(
        _("may tell where it was recorded"),
        default=False,
        editable=False,
        help_text=_("Then it stays internal."),
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

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=Q(is_public=False) | Q(may_hold_place=False),
                name="%(class)s_place_stays_internal",
                violation_error_message=_("What may tell where it was recorded stays internal."),
            )
        ]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def of(cls, upload: CheckedFile, *, actor: User | None, is_public: bool, **owner: Any) -> Self:
        """A row for a file that was held to the rules, its content stored; not saved yet.

        What may tell where it was recorded stays internal, whatever was asked.
        """
        return stored_row(cls, upload, actor=actor, is_public=is_public, **owner)

    @property
    def caption(self) -> Localized:
        return localized(self, "caption")

    @property
    def is_picture(self) -> bool:
        return self.content_type.startswith("image/")
