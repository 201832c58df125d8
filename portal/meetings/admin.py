"""Meetings in Django's admin."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db import models
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from portal.administration.acts import RowAct
from portal.administration.publishing import PublishingAdmin, Transition
from portal.administration.scoped import (
    KeepingFormSet,
    ScopedRelatedFilter,
    ScopedTabularInline,
)
from portal.bilingual import original
from portal.exchange.admin import ExchangeAdmin
from portal.meetings import rules, services
from portal.meetings.models import AgendaItem, Meeting, MeetingFile, Minutes, VideoLink, ZoneAttendance
from portal.meetings.resources import MeetingResource
from portal.municipalities.access import Act, person
from portal.municipalities.models import Zone


def _publish(meeting: Meeting, actor: Any) -> None:
    services.publish_meeting(meeting=meeting, actor=actor)


def _withdraw(meeting: Meeting, actor: Any) -> None:
    services.withdraw_meeting(meeting=meeting, actor=actor)


def _cancel(meeting: Meeting, actor: Any) -> None:
    services.cancel_meeting(meeting=meeting, actor=actor)


def _publish_minutes(minutes: Minutes, actor: Any) -> None:
    services.publish_minutes(meeting=minutes.meeting, actor=actor)


def _withdraw_minutes(minutes: Minutes, actor: Any) -> None:
    services.withdraw_minutes(meeting=minutes.meeting, actor=actor)


_ALL_READ, _GONE = _("Everybody will be able to read it."), _("Its public pages will be gone.")
MEETING_STEPS = (
    Transition(
        "publish", _("Publish"), _ALL_READ, _("published."), _publish, lambda meeting: not meeting.is_public
    ),
    Transition(
        "withdraw", _("Withdraw"), _GONE, _("withdrawn."), _withdraw, lambda meeting: meeting.is_public
    ),
    Transition(
        "cancel",
        _("Cancel the meeting"),
        _("It stays where it is, marked as cancelled; calendars that follow it are told."),
        _("cancelled."),
        _cancel,
        lambda meeting: not (meeting.is_cancelled or meeting.is_held),
    ),
)
MINUTES_STEPS = (
    Transition(
        "publish",
        _("Publish"),
        _ALL_READ,
        _("published."),
        _publish_minutes,
        lambda minutes: not minutes.is_public,
    ),
    Transition(
        "withdraw",
        _("Withdraw"),
        _("Only the meeting will be public."),
        _("withdrawn."),
        _withdraw_minutes,
        lambda minutes: minutes.is_public,
    ),
)


class _RegisteredAdmin(PublishingAdmin):
    """What is changed of a public meeting enters the register of publications, as from the desk."""

    def touch(self, obj: Any) -> None:
        obj.save(update_fields=["updated_at"])

    def _journal(self, request: HttpRequest, obj: Any, acts: list[RowAct]) -> None:
        super()._journal(request, obj, acts)
        meeting = obj if isinstance(obj, Meeting) else obj.meeting
        if acts:
            services.enter_changed(meeting=meeting, actor=person(request))


class AgendaInline(ScopedTabularInline):
    model = AgendaItem
    fields = ("position", "starts_at", "minutes", "title_ar", "title_fr")


class VideoInline(ScopedTabularInline):
    model = VideoLink
    fields = ("url", "title_ar", "title_fr")


class FileInline(ScopedTabularInline):
    """The files there are: who sees them can be changed; they are handed in at the desk."""

    model = MeetingFile
    fields = ("download", "kind", "caption_ar", "caption_fr", "size", "uploaded_at", "is_public")
    readonly_fields = ("download", "size", "uploaded_at")
    max_num = 0

    def has_add_permission(self, request: HttpRequest, obj: models.Model | None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: models.Model | None = None) -> bool:
        """Files are removed by the municipality's administrator alone."""
        return self.whole().may(request, Act.MANAGE, obj)

    @admin.display(description=_("file"))
    def download(self, file: MeetingFile) -> str:
        if file.pk is None:  # The form named one that is not there.
            return ""
        where = {"slug": file.meeting.municipality.slug, "pk": file.pk}
        address = reverse("staff-meeting-file", kwargs=where)
        return format_html('<a href="{}"><bdi>{}</bdi></a>', address, file.name)


@admin.register(Meeting)
class MeetingAdmin(ExchangeAdmin, _RegisteredAdmin):
    municipality_path = "municipality"
    fixed_fields = ("municipality",)
    derived_fields = ("updated_at",)
    transitions = MEETING_STEPS
    resource_classes = (MeetingResource,)
    inlines = (AgendaInline, VideoInline, FileInline)
    list_display = ("date", "title", "kind", "municipality", "is_public", "is_cancelled")
    list_display_links = ("date", "title")
    list_filter = ("kind", "is_public", "is_cancelled", ("municipality", ScopedRelatedFilter))
    list_select_related = ("municipality",)
    date_hierarchy = "date"
    search_fields = ("title_ar", "title_fr", "place_ar", "place_fr", "municipality__search_text")
    autocomplete_fields = ("municipality",)
    readonly_fields = ("is_public", "is_cancelled", "held", "created_at", "updated_at")
    fieldsets = (
        (None, {"fields": ("municipality", "kind", "mode", "title_ar", "title_fr")}),
        (_("Date"), {"fields": (("date", "ends_on"), ("starts_at", "ends_at"))}),
        (_("Place"), {"fields": ("place_ar", "place_fr", "map_url", "remote_url", "zone")}),
        (_("Invitation"), {"fields": ("invitation_ar", "invitation_fr")}),
        (_("State"), {"fields": ("is_public", "is_cancelled", "held", "created_at", "updated_at")}),
    )

    def get_inlines(self, request: HttpRequest, obj: Meeting | None) -> list[Any]:
        return list(self.inlines) if obj else [AgendaInline]

    def view_on_site(self, meeting: Meeting) -> str:
        where = {"slug": meeting.municipality.slug, "pk": meeting.pk}
        return reverse("meeting" if meeting.is_public else "staff-meeting", kwargs=where)

    @admin.display(description=_("title"), ordering="title_ar")
    def title(self, meeting: Meeting) -> str:
        return original(meeting, "title")


class ZoneFormSet(KeepingFormSet):
    """The zones together never have more people than the session."""

    def clean(self) -> None:
        super().clean()
        if any(self.errors):
            return
        rows = [
            form.instance.counts
            for form in self.forms
            if form not in self.deleted_forms and (form.instance.pk or form.has_changed())
        ]
        if fault := rules.zones_fault(cast(Minutes, self.instance).counts, rows):
            raise ValidationError(str(fault))


class ZoneInline(ScopedTabularInline):
    model = ZoneAttendance
    formset = ZoneFormSet
    fields = ("zone", "total", "women", "young")

    def get_formset(self, request: HttpRequest, obj: Minutes | None = None, **kwargs: Any) -> Any:
        formset = super().get_formset(request, obj, **kwargs)
        field: Any = formset.form.base_fields.get("zone")
        if field:
            town = obj.meeting.municipality_id if obj else None
            field.queryset = Zone.objects.filter(municipality=town).order_by("number")
            field.widget.can_add_related = field.widget.can_change_related = False
            field.widget.can_view_related = False
        return formset


@admin.register(Minutes)
class MinutesAdmin(_RegisteredAdmin):
    municipality_path = "meeting__municipality"
    fixed_fields = ("meeting",)
    derived_fields = ("updated_at",)
    transitions = MINUTES_STEPS
    inlines = (ZoneInline,)
    list_display = ("meeting", "municipality", "total", "is_public")
    list_filter = ("is_public", ("meeting__municipality", ScopedRelatedFilter))
    list_select_related = ("meeting__municipality",)
    search_fields = ("meeting__title_ar", "meeting__title_fr", "meeting__municipality__search_text")
    autocomplete_fields = ("meeting",)
    readonly_fields = ("is_public", "updated_at")
    fieldsets = (
        (None, {"fields": ("meeting", "population", "facilitator", "written_by", "approved_by")}),
        (_("Attendance"), {"fields": ("total", "women", "young")}),
        (
            _("Projects"),
            {
                "fields": (
                    "new_projects_ar",
                    "new_projects_fr",
                    "continuing_projects_ar",
                    "continuing_projects_fr",
                )
            },
        ),
        (_("Outcome"), {"fields": ("outcome_ar", "outcome_fr", "is_public", "updated_at")}),
    )

    def get_inlines(self, request: HttpRequest, obj: Minutes | None) -> list[Any]:
        return list(self.inlines) if obj else []

    @admin.display(description=_("municipality"), ordering="meeting__municipality__slug")
    def municipality(self, minutes: Minutes) -> str:
        return str(minutes.meeting.municipality)
