"""Questions over meetings, named after the pages that ask them."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import F, Prefetch
from django.db.models.functions import Coalesce

if TYPE_CHECKING:
    from portal.municipalities.models import Municipality


class MeetingQuerySet(models.QuerySet):
    def published(self) -> MeetingQuerySet:
        """What the public may see, cancelled ones too; said once: pages, feeds and exports start here."""
        return self.filter(is_public=True)

    def of(self, municipality: Municipality) -> MeetingQuerySet:
        return self.filter(municipality=municipality)

    def upcoming(self, today: datetime.date) -> MeetingQuerySet:
        """Those whose last day has not passed, the nearest first."""
        times = (F("starts_at").asc(nulls_first=True), "pk")
        return self._with_last_day().filter(last__gte=today).order_by("date", *times)

    def past(self, today: datetime.date) -> MeetingQuerySet:
        """Those whose last day has passed, the newest first."""
        times = (F("starts_at").desc(nulls_last=True), "-pk")
        return self._with_last_day().filter(last__lt=today).order_by("-date", *times)

    def for_meetings_page(self) -> MeetingQuerySet:
        """With what a line of a list tells: the zone, and whether there are minutes for the public."""
        return self.select_related("zone", "minutes").defer("invitation_ar", "invitation_fr")

    def for_meeting_page(self) -> MeetingQuerySet:
        """With everything that a meeting's page shows, in a constant number of queries."""
        from portal.meetings.models import MeetingFile, VideoLink, ZoneAttendance

        files = MeetingFile.objects.select_related("uploaded_by").order_by("uploaded_at", "pk")
        zones = ZoneAttendance.objects.select_related("zone").order_by("zone__number")
        return (
            self.for_feed()
            .select_related("minutes")
            .prefetch_related(
                Prefetch("files", files, "listed_files"),
                Prefetch("videos", VideoLink.objects.order_by("pk")),
                Prefetch("minutes__zones", zones, "listed_zones"),
            )
        )

    def for_feed(self) -> MeetingQuerySet:
        """With its agenda, for calendars."""
        from portal.meetings.models import AgendaItem

        agenda = AgendaItem.objects.order_by("position", "pk")
        return self.select_related("zone").prefetch_related(Prefetch("agenda", agenda, "listed_agenda"))

    def _with_last_day(self) -> MeetingQuerySet:
        return self.annotate(last=Coalesce("ends_on", "date"))


class MinutesQuerySet(models.QuerySet):
    def published(self) -> MinutesQuerySet:
        """Minutes that the public may read: made public, of a meeting that is."""
        return self.filter(is_public=True, meeting__is_public=True)


class MeetingFileQuerySet(models.QuerySet):
    def of(self, municipality: Municipality) -> MeetingFileQuerySet:
        return self.filter(meeting__municipality=municipality)

    def published(self) -> MeetingFileQuerySet:
        """Files anybody may fetch: marked public, of a meeting that is."""
        return self.filter(is_public=True, meeting__is_public=True)
