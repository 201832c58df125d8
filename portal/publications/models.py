"""What was made public, when: append-only, each entry sealed with the one before it."""

from __future__ import annotations

import datetime
from typing import Any, NoReturn

from django.core.exceptions import PermissionDenied
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from portal.publications import chain
from portal.publications.querysets import PublicationQuerySet


class Publication(models.Model):
    """An entry of the register. Written by ``portal.publications.register.enter`` alone."""

    number = models.PositiveBigIntegerField(
        _("number in the register"), unique=True, help_text=_("One chain for the whole installation, from 1.")
    )
    municipality = models.ForeignKey(
        "municipalities.Municipality",
        models.PROTECT,
        related_name="publications",
        verbose_name=_("municipality"),
    )
    act = models.CharField(_("act"), max_length=60, help_text=_("The journal's name of it."))
    object_type = models.CharField(_("kind of object"), max_length=60)
    object_id = models.CharField(_("object"), max_length=40)
    version = models.PositiveIntegerField(_("version"), help_text=_("Of the same object, from 1."))
    title = models.CharField(_("title"), max_length=1000)
    address = models.CharField(_("address"), max_length=300)
    at = models.DateTimeField(_("moment"), default=timezone.now)
    content = models.TextField(_("content"), help_text=_("Exactly what was published, as JSON."))
    content_sha256 = models.CharField(_("fingerprint of the content"), max_length=64)
    previous_hash = models.CharField(_("seal of the entry before"), max_length=64)
    hash = models.CharField(_("seal"), max_length=64, unique=True)

    objects = PublicationQuerySet.as_manager()

    class Meta:
        verbose_name = _("publication")
        verbose_name_plural = _("publications register")
        ordering = ["number"]
        base_manager_name = "objects"
        indexes = [models.Index(fields=["object_type", "object_id", "version"], name="publication_object")]

    def __str__(self) -> str:
        return f"{self.number}. {self.title}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk is not None:
            raise PermissionDenied("The register is append-only.")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise PermissionDenied("The register is append-only.")

    def sealed(self, *, with_content: bool = True) -> chain.Entry:
        """The entry as the chain knows it."""
        return chain.Entry(
            number=self.number,
            municipality=self.municipality_id,
            act=self.act,
            object_type=self.object_type,
            object_id=self.object_id,
            version=self.version,
            title=self.title,
            address=self.address,
            at=self.at.astimezone(datetime.UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
            content_sha256=self.content_sha256,
            previous_hash=self.previous_hash,
            hash=self.hash,
            content=self.content if with_content else None,
        )
