"""The journal, to be read."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db import models
from django.http import HttpRequest
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from portal.administration.scoped import ScopedAdmin, ScopedRelatedFilter
from portal.audit.actions import sentences
from portal.audit.models import Entry
from portal.audit.reading import read_entry
from portal.municipalities.access import Act


class ActFilter(admin.SimpleListFilter):
    title = _("act")
    parameter_name = "act"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return list(sentences().items())

    def queryset(self, request: HttpRequest, queryset: models.QuerySet) -> models.QuerySet:
        return queryset.filter(action=self.value()) if self.value() else queryset


@admin.register(Entry)
class EntryAdmin(ScopedAdmin):
    """What was done, by whom, when. Nobody adds, changes or deletes."""

    municipality_path = "municipality"
    view_act = Act.SEE_JOURNAL
    list_display = ("when", "actor", "sentence", "kind", "object_label", "municipality")
    list_filter = (ActFilter, ("municipality", ScopedRelatedFilter))
    list_select_related = ("actor", "municipality")
    search_fields = ("object_label", "actor__email", "actor__name")
    date_hierarchy = "at"
    fields = ("when", "actor", "municipality", "sentence", "kind", "object_label", "what_changed")
    readonly_fields = fields
    actions = None

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Entry | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Entry | None = None) -> bool:
        return False

    @admin.display(description=_("when"), ordering="at")
    def when(self, entry: Entry) -> SafeString:
        return format_html('<bdi dir="ltr">{}</bdi>', read_entry(entry).when)

    @admin.display(description=_("act"), ordering="action")
    def sentence(self, entry: Entry) -> str:
        return read_entry(entry).sentence

    @admin.display(description=_("kind of object"), ordering="object_type")
    def kind(self, entry: Entry) -> str:
        return read_entry(entry).kind

    @admin.display(description=_("changes"))
    def what_changed(self, entry: Entry) -> SafeString:
        rows = ((change.label, change.before, change.after) for change in read_entry(entry).changes)
        return format_html_join("", "<p>{}: <del>{}</del> → <ins>{}</ins></p>", rows)
