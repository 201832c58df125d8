"""Papers that are too long to be made while somebody waits, and the workers that make them."""

from __future__ import annotations

import datetime

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.municipalities.models import Municipality

ALIVE = datetime.timedelta(seconds=10)
"""A worker that has not said so for longer is not there."""
MOST_ATTEMPTS = 3


def printing_path(printing: Printing, filename: str) -> str:
    return f"papers/{printing.sha256[:2]}/{printing.sha256}"


class Printing(models.Model):
    """One long paper: asked for, being made, made. Two people who ask for the same share it.

    Written by ``portal.papers.printing`` and the worker alone; nothing is lost with it.
    """

    key = models.CharField(_("key"), max_length=64, unique=True)
    municipality = models.ForeignKey(
        Municipality, models.CASCADE, related_name="printings", verbose_name=_("municipality")
    )
    kind = models.CharField(_("kind"), max_length=60)
    order = models.JSONField(_("order"), help_text=_("As portal.papers.orders reads it back."))
    title = models.CharField(_("title"), max_length=1000)
    filename = models.CharField(_("file name"), max_length=255)
    ascii_filename = models.CharField(_("file name in plain letters"), max_length=255)
    content_type = models.CharField(_("type"), max_length=100)
    back = models.CharField(_("address of its page"), max_length=300)
    steps = models.JSONField(_("steps"), default=list)
    asked_at = models.DateTimeField(_("asked for"), default=timezone.now)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    started_at = models.DateTimeField(_("started"), null=True, blank=True)
    beat_at = models.DateTimeField(_("last sign of life"), null=True, blank=True)
    done = models.PositiveIntegerField(_("done"), default=0)
    of = models.PositiveIntegerField(_("of"), default=0)
    doing = models.CharField(_("what is being done"), max_length=300, blank=True)
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)
    failure = models.CharField(_("why it failed"), max_length=60, blank=True)
    file = models.FileField(_("file"), upload_to=printing_path, max_length=200, blank=True)
    size = models.PositiveBigIntegerField(_("size in bytes"), default=0)
    sha256 = models.CharField(_("fingerprint"), max_length=64, blank=True)

    class Meta:
        verbose_name = _("paper being made")
        verbose_name_plural = _("papers being made")
        ordering = ["-asked_at", "-pk"]
        indexes = [models.Index(fields=["finished_at", "beat_at"], name="printing_unfinished")]

    def __str__(self) -> str:
        return self.title

    @property
    def is_finished(self) -> bool:
        return self.finished_at is not None and not self.failure


class Worker(models.Model):
    """A process that makes papers, by its last sign of life."""

    name = models.CharField(_("name"), max_length=64, unique=True)
    beat_at = models.DateTimeField(_("last sign of life"), default=timezone.now)

    class Meta:
        verbose_name = _("worker")
        verbose_name_plural = _("workers")
        ordering = ["-beat_at"]

    def __str__(self) -> str:
        return self.name
