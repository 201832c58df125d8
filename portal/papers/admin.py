"""Long papers and the workers that make them, for the platform administrator to see whether they go on."""

from __future__ import annotations

from typing import ClassVar

from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from django_tasks_db import admin as tasks
from django_tasks_db.models import DBTaskResult

from portal.administration.scoped import ScopedAdmin
from portal.papers.models import Printing, Worker

# What workers are told stands in the list of papers, in words and under the portal's own rights.
tasks.admin.site.unregister(DBTaskResult)


class _ReadOnlyAdmin(ScopedAdmin):
    """Without a path to a municipality only the platform administrator sees it; nobody changes anything."""

    actions = None

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        return False


@admin.register(Printing)
class PrintingAdmin(_ReadOnlyAdmin):
    list_display = (
        "title",
        "kind",
        "municipality",
        "asked_at",
        "started_at",
        "finished_at",
        "attempts",
        "failure",
        "size",
    )
    list_filter = ("kind", "failure", ("finished_at", admin.EmptyFieldListFilter))
    list_select_related: ClassVar[tuple[str, ...]] = ("municipality",)
    # Not the key, which is the paper's address, nor the file, which has none.
    fields = (*list_display, "beat_at", "done", "of", "doing", "sha256")
    readonly_fields = fields


@admin.register(Worker)
class WorkerAdmin(_ReadOnlyAdmin):
    list_display = ("name", "beat_at")
    fields = list_display
    readonly_fields = fields
