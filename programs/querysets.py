"""Questions over programs, named after the pages that ask them."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import OuterRef, Prefetch

if TYPE_CHECKING:
    from portal.municipalities.models import Municipality


def _whether(query: models.Q) -> models.Case:
    return models.Case(models.When(query, then=True), default=False, output_field=models.BooleanField())


class ProgramQuerySet(models.QuerySet):
    def published(self) -> ProgramQuerySet:
        """What the public may see, said once: pages, files, feeds, search and exports start here."""
        from programs.models import PUBLIC_STATUSES

        return self.filter(status__in=PUBLIC_STATUSES)

    def of(self, municipality: Municipality) -> ProgramQuerySet:
        return self.filter(municipality=municipality)

    def running(self) -> ProgramQuerySet:
        """Programs that are still worked on."""
        from programs.models import RUNNING_STATUSES

        return self.filter(status__in=RUNNING_STATUSES)

    def for_desk_page(self) -> ProgramQuerySet:
        """The running programs with their calendars, for the agenda of the desk."""
        return self.running().for_calendar_page()

    def parts(self) -> dict[str, bool]:
        """Which pages of one program hold something, by the name of their route; one query."""
        from programs.models import (
            Announcement,
            BudgetLine,
            Cell,
            Coordination,
            Envelope,
            Facility,
            InfrastructureLine,
            Need,
            ProjectCard,
            ScheduleStep,
            TaxRecovery,
        )

        def some(*rows: models.QuerySet) -> models.Q:
            found = models.Q()
            for queryset in rows:
                found |= models.Q(models.Exists(queryset))
            return found

        def own(*kinds: type[models.Model]) -> models.Q:
            return some(*(kind._default_manager.filter(program=OuterRef("pk")) for kind in kinds))

        asked = Need.objects.filter(
            municipality=OuterRef("municipality"), asked_in__lt=OuterRef("year"), dropped_because=""
        )
        shown = ProjectCard.objects.filter(program=OuterRef("pk")).exclude(stage="proposal")
        pages = {
            "program-preparation": own(Cell, Announcement, Coordination),
            "program-diagnosis": own(InfrastructureLine, Facility, BudgetLine, TaxRecovery),
            "program-needs": some(asked),
            "program-money": own(Envelope),
            "program-projects": some(shown),
            "program-schedule": some(ScheduleStep.objects.filter(card__program=OuterRef("pk"))),
        }
        kept = {name.replace("-", "_"): query for name, query in pages.items()}
        row = self.order_by().values(**{name: _whether(query) for name, query in kept.items()}).first()
        return {name: bool(row and row[name.replace("-", "_")]) for name in pages}

    def for_home_page(self) -> ProgramQuerySet:
        """Newest first, without what only imports and papers read."""
        return self.only("pk", "municipality_id", "year").order_by("-year")

    def for_list_page(self) -> ProgramQuerySet:
        """Newest first, with whose they are."""
        return self.select_related("municipality").order_by("-year", "municipality__slug")

    def for_calendar_page(self) -> ProgramQuerySet:
        """With everything a calendar shows, in a number of queries that does not depend on its length."""
        from portal.meetings.models import Meeting
        from programs.models import DelayRule, ExpectedDocument, MovedDate, Phase, SupportingDocument, Task

        # Each order is said here: a model's own goes through its parents, and would join them all.
        files = (
            SupportingDocument.objects.current()
            .only("pk", "expected_document_id", "name", "size", "content_type", "is_public", "uploaded_at")
            .order_by("uploaded_at", "pk")
        )
        meetings = Meeting.objects.published().order_by("date", "starts_at", "pk")
        # Lists where there are many rows: a queryset for each would cost more than the query itself.
        documents = ExpectedDocument.objects.prefetch_related(Prefetch("files", files, "listed_files"))  # type: ignore[no-redef]
        tasks = Task.objects.defer("imported").prefetch_related(  # type: ignore[no-redef]
            Prefetch("expected_documents", documents.order_by("position", "pk"), "listed_documents"),
            Prefetch("moved_dates", MovedDate.objects.order_by("moved_at", "pk"), "listed_moves"),
            Prefetch("meetings", meetings, "listed_meetings"),
        )
        phases = Phase.objects.defer("imported").prefetch_related(Prefetch("tasks", tasks.order_by("number")))
        return (
            self.select_related("deciding_body")
            .defer("imported")
            .order_by("-year")
            .prefetch_related(
                Prefetch("phases", phases.order_by("number")),
                Prefetch("delay_rules", DelayRule.objects.order_by("pk")),
            )
        )

    def for_diagnosis_page(self) -> ProgramQuerySet:
        """With both diagnoses; the zones are the municipality's and are read by the page."""
        from programs.models import BudgetLine, Facility, FacilityPhoto, InfrastructureLine, TaxRecovery

        photos = FacilityPhoto.objects.order_by("pk")
        facilities = Facility.objects.order_by("number").prefetch_related(
            Prefetch("photos", photos, "listed_photos")
        )
        return self.defer("imported").prefetch_related(
            Prefetch("infrastructure", InfrastructureLine.objects.order_by("zone__number", "network")),
            Prefetch("facilities", facilities),
            Prefetch("budget", BudgetLine.objects.order_by("-side", "number")),
            Prefetch("recoveries", TaxRecovery.objects.order_by("year")),
        )

    def for_preparation_page(self) -> ProgramQuerySet:
        """With its cell, the communication plan and the letters to operators."""
        from programs.models import Announcement, CellMember, Coordination

        announcements = Announcement.objects.select_related("proof")
        return (
            self.defer("imported")
            .select_related("cell")
            .prefetch_related(
                Prefetch("cell__members", CellMember.objects.order_by("position", "pk")),
                Prefetch("announcements", announcements.order_by("on", "position", "pk")),
                Prefetch("coordinations", Coordination.objects.order_by("on", "pk")),
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
