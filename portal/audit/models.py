"""What was done, by whom, when. Append-only."""

from typing import Any, NoReturn

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class EntryQuerySet(models.QuerySet):
    """Rows to read. Also the model's base manager, so that relations cannot rewrite an entry either."""

    def bulk_create(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise PermissionDenied("The journal is written by portal.audit.log.record alone.")

    def update(self, **kwargs: Any) -> NoReturn:
        raise PermissionDenied("The journal is append-only.")

    def delete(self) -> NoReturn:
        raise PermissionDenied("The journal is append-only.")


class Entry(models.Model):
    """One act. Written by ``portal.audit.log.record`` alone; never changed or removed."""

    at = models.DateTimeField(_("when"), default=timezone.now, db_index=True)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("who"),
    )
    municipality = models.ForeignKey(
        "municipalities.Municipality",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="journal",
        verbose_name=_("municipality"),
    )
    action = models.CharField(_("act"), max_length=60)
    object_type = models.CharField(_("kind of object"), max_length=60)
    object_id = models.CharField(_("object"), max_length=40)
    object_label = models.CharField(_("name of the object"), max_length=300)
    changes = models.JSONField(_("changes"), default=dict, blank=True, help_text=_("Field: from, to."))
    batch = models.UUIDField(_("act of several rows"), null=True, blank=True, editable=False)

    objects = EntryQuerySet.as_manager()

    class Meta:
        verbose_name = _("journal entry")
        verbose_name_plural = _("journal")
        ordering = ["-at", "-pk"]
        base_manager_name = "objects"

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.action} {self.object_label}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk is not None:
            raise PermissionDenied("The journal is append-only.")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise PermissionDenied("The journal is append-only.")
