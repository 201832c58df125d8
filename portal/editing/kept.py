"""Rows that are added and never changed or removed."""

from __future__ import annotations

from typing import Any, NoReturn

from django.core.exceptions import PermissionDenied
from django.db import models

_KEPT = "What was recorded is never changed or removed."


class KeptQuerySet(models.QuerySet):
    """Rows to read, and to add one by one. Also the base manager, so that relations cannot rewrite them."""

    def bulk_create(self, objs: Any, *args: Any, **kwargs: Any) -> NoReturn:
        raise PermissionDenied(_KEPT)

    def bulk_update(self, objs: Any, fields: Any, batch_size: int | None = None) -> NoReturn:
        raise PermissionDenied(_KEPT)

    def update(self, **kwargs: Any) -> NoReturn:
        raise PermissionDenied(_KEPT)

    def delete(self) -> NoReturn:
        raise PermissionDenied(_KEPT)


class Kept(models.Model):
    """A row that is added and never changed or removed."""

    objects = KeptQuerySet.as_manager()

    class Meta:
        abstract = True

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self._state.adding:
            raise PermissionDenied("What was recorded is never changed.")
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise PermissionDenied("What was recorded is never removed.")
