"""Questions over programs, named after the pages that ask them."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Prefetch

if TYPE_CHECKING:
    from portal.municipalities.models import Municipality


class ProgramQuerySet(models.QuerySet):
    def published(self) -> ProgramQuerySet:
        """What the public may see, said once: pages, files, feeds, search and exports start here."""
        from programs.models import PUBLIC_STATUSES

        return self.filter(status__in=PUBLIC_STATUSES)

    def of(self, municipality: Municipality) -> ProgramQuerySet:
        return self.filter(municipality=municipality)

    def for_home_page(self) -> ProgramQuerySet:
        """Newest first, without what only imports and papers read."""
        return self.only("pk", "municipality_id", "year").order_by("-year")

    def for_list_page(self) -> ProgramQuerySet:
        """Newest first, with whose they are."""
        return self.select_related("municipality").order_by("-year", "municipality__slug")

    def for_calendar_page(self) -> ProgramQuerySet:
        """With everything a calendar shows, in a number of queries that does not depend on its length."""
        from programs.models import DelayRule, ExpectedDocument, MovedDate, Phase, SupportingDocument, Task

        # Each order is said here: a model's own goes through its parents, and would join them all.
        files = (
            SupportingDocument.objects.current()
            .only("pk", "expected_document_id", "name", "size", "content_type", "is_public")
            .order_by("uploaded_at", "pk")
        )
        # Lists where there are many rows: a queryset for each would cost more than the query itself.
        documents = ExpectedDocument.objects.prefetch_related(Prefetch("files", files, "listed_files"))  # type: ignore[no-redef]
        tasks = Task.objects.defer("imported").prefetch_related(  # type: ignore[no-redef]
            Prefetch("expected_documents", documents.order_by("position", "pk"), "listed_documents"),
            Prefetch("moved_dates", MovedDate.objects.order_by("moved_at", "pk"), "listed_moves"),
        )
        phases = Phase.objects.defer("imported").prefetch_related(Prefetch("tasks", tasks.order_by("number")))
        return (
            self.defer("imported")
            .order_by("-year")
            .prefetch_related(
                Prefetch("phases", phases.order_by("number")),
                Prefetch("delay_rules", DelayRule.objects.order_by("pk")),
            )
        )


class TaskQuerySet(models.QuerySet):
    def of(self, municipality: Municipality) -> TaskQuerySet:
        return self.filter(phase__program__municipality=municipality)

    def published(self) -> TaskQuerySet:
        from programs.models import PUBLIC_STATUSES

        return self.filter(phase__program__status__in=PUBLIC_STATUSES)

    def next_dates(self, today: datetime.date) -> TaskQuerySet:
        """Public dates that are still to come, the nearest first."""
        return (
            self.published()
            .filter(session_date__gte=today)
            .select_related("phase__program__municipality")
            .order_by("session_date", "phase__number", "number", "pk")
        )


class SupportingDocumentQuerySet(models.QuerySet):
    def current(self) -> SupportingDocumentQuerySet:
        """Without those that another file has replaced, which only their history shows."""
        return self.filter(replaced_by=None)

    def published(self) -> SupportingDocumentQuerySet:
        """Files anybody may fetch: marked public, not replaced, in a program that is public."""
        from programs.models import PUBLIC_STATUSES

        return self.current().filter(
            is_public=True, expected_document__task__phase__program__status__in=PUBLIC_STATUSES
        )
