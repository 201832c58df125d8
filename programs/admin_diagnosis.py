"""The cell, both diagnoses and the coordination in the admin."""

from __future__ import annotations

from functools import partial
from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.db import models
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from portal.administration.scoped import (
    KeepingFormSet,
    ScopedAdmin,
    ScopedRelatedFilter,
    ScopedStackedInline,
    ScopedTabularInline,
    scoped,
)
from portal.bilingual import original
from portal.exchange.admin import ExchangeAdmin
from portal.files.fields import of_file
from portal.files.quota import StorageFull, check_room
from portal.files.uploads import CheckedFile
from portal.municipalities.access import person
from portal.municipalities.models import Zone
from programs.forms_diagnosis import check_picture
from programs.models import (
    Announcement,
    BudgetLine,
    Cell,
    CellMember,
    Coordination,
    Facility,
    FacilityPhoto,
    InfrastructureLine,
    SupportingDocument,
    TaxRecovery,
)
from programs.resources_diagnosis import (
    BudgetResource,
    FacilityResource,
    InfrastructureResource,
    RecoveryResource,
)
from programs.services.diagnosis import add_photos, touch

# What rows of a program choose from, with the way from a choice to its municipality.
_CHOICES: dict[str, tuple[type[models.Model], str]] = {
    "zone": (Zone, "municipality"),
    "proof": (SupportingDocument, "expected_document__task__phase__program__municipality"),
}


class ProgramTableAdmin(ScopedAdmin):
    """Rows that belong to a program."""

    municipality_path = "program__municipality"
    fixed_fields: tuple[str, ...] = ("program",)
    autocomplete_fields = ("program",)
    list_filter: ClassVar[tuple[Any, ...]] = (("program__municipality", ScopedRelatedFilter),)
    list_select_related: ClassVar[tuple[str, ...]] = ("program__municipality",)
    search_fields: ClassVar[tuple[str, ...]] = ("program__municipality__search_text", "program__year")

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name in _CHOICES:
            model, path = _CHOICES[db_field.name]
            rows = model._default_manager.all()
            kwargs["queryset"] = scoped(rows, path, person(request), self.change_act)
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def touch(self, obj: Any) -> None:
        touch(obj.program)


class CellMemberInline(ScopedTabularInline):
    model = CellMember
    fields = ("position", "name", "office", "role")


@admin.register(Cell)
class CellAdmin(ProgramTableAdmin):
    inlines = (CellMemberInline,)
    list_display = ("program", "decision_number", "decided_on")
    fields = ("program", "decision_number", "decided_on")


@admin.register(Announcement)
class AnnouncementAdmin(ProgramTableAdmin):
    list_display = ("channel", "is_to_staff", "on", "text_ar", "text_fr", "program")
    fields = ("program", "position", "is_to_staff", "channel", "on", "until", "text_ar", "text_fr", "proof")


@admin.register(InfrastructureLine)
class InfrastructureLineAdmin(ExchangeAdmin, ProgramTableAdmin):
    resource_classes = (InfrastructureResource,)
    list_display = ("zone", "network", "served", "total", "unit", "program")
    list_display_links = ("zone", "network")
    list_filter = ("network", ("program__municipality", ScopedRelatedFilter))
    list_select_related = ("program__municipality", "zone")
    fixed_fields = ("program", "zone", "network")
    fields = ("program", "zone", "network", "unit", "total", "served", "note")


@admin.register(Coordination)
class CoordinationAdmin(ProgramTableAdmin):
    list_display = ("operator_name", "approach", "on", "answered_on", "program")
    search_fields = (*ProgramTableAdmin.search_fields, "operator_ar", "operator_fr", "reference")
    fields = (
        "program",
        "operator_ar",
        "operator_fr",
        "approach",
        "on",
        "reference",
        "answered_on",
        "plans_ar",
        "plans_fr",
    )

    @admin.display(description=_("operator"), ordering="operator_ar")
    def operator_name(self, line: Coordination) -> str:
        return original(line, "operator")


@admin.register(BudgetLine)
class BudgetLineAdmin(ExchangeAdmin, ProgramTableAdmin):
    resource_classes = (BudgetResource,)
    list_display = ("side", "number", "title", "two_before", "one_before", "estimate", "program")
    list_display_links = ("number", "title")
    list_filter = ("side", ("program__municipality", ScopedRelatedFilter))
    search_fields = (*ProgramTableAdmin.search_fields, "title_ar", "title_fr")
    fixed_fields = ("program", "side")
    fields = ("program", "side", "number", "title_ar", "title_fr", "two_before", "one_before", "estimate")

    @admin.display(description=_("title"), ordering="title_ar")
    def title(self, line: BudgetLine) -> str:
        return original(line, "title")


@admin.register(TaxRecovery)
class TaxRecoveryAdmin(ExchangeAdmin, ProgramTableAdmin):
    resource_classes = (RecoveryResource,)
    list_display = ("year", "due", "collected", "program")
    fields = ("program", "year", "due", "collected")


# Facilities and their photos


class StoredPhotoInline(ScopedTabularInline):
    """The photos there are: whether the public sees them can be changed; the file itself cannot."""

    model = FacilityPhoto
    fields = ("download", "size", "is_public")
    readonly_fields = ("download", "size")
    max_num = 0

    def get_queryset(self, request: HttpRequest) -> models.QuerySet:
        return super().get_queryset(request).select_related("facility__program__municipality")

    def has_add_permission(self, request: HttpRequest, obj: models.Model | None) -> bool:
        return False

    @admin.display(description=_("file"))
    def download(self, photo: FacilityPhoto) -> str:
        if photo.pk is None:  # The form named one that is not there.
            return ""
        slug = photo.facility.program.municipality.slug
        address = reverse("staff-photo", kwargs={"slug": slug, "pk": photo.pk})
        return format_html('<a href="{}"><bdi>{}</bdi></a>', address, photo.name)


class NewPhotoForm(forms.ModelForm):
    """An upload held to the rules of the house before anything is stored."""

    class Meta:
        model = FacilityPhoto
        fields = ("file", "is_public")
        widgets = {"file": forms.FileInput}

    checked: CheckedFile

    def clean_file(self) -> Any:
        self.checked = check_picture(self.cleaned_data["file"])
        return self.cleaned_data["file"]


class NewPhotoFormSet(KeepingFormSet):
    """New photos only. They are stored, and journalled, by the service; never by the forms."""

    is_journalled = True

    def uploads(self) -> list[Any]:
        return [form for form in self.extra_forms if "file" in form.changed_data]

    def clean(self) -> None:
        super().clean()
        check_room(
            self.instance.program.municipality, [form.checked for form in self.uploads() if form.is_valid()]
        )


class NewPhotoInline(ScopedStackedInline):
    model = FacilityPhoto
    form = NewPhotoForm
    formset = NewPhotoFormSet
    fields = ("file", "is_public")
    extra = 1
    max_num = 5
    can_delete = False
    verbose_name = _("new photo")
    verbose_name_plural = _("add photos")

    def get_queryset(self, request: HttpRequest) -> models.QuerySet:
        return super().get_queryset(request).none()

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """A stored file has no address, so Django's own file field, which links to it, cannot be shown."""
        if db_field.name == "file":
            return db_field.formfield(widget=forms.FileInput)
        return super().formfield_for_dbfield(db_field, request, **kwargs)


@admin.register(Facility)
class FacilityAdmin(ExchangeAdmin, ProgramTableAdmin):
    resource_classes = (FacilityResource,)
    inlines = (StoredPhotoInline, NewPhotoInline)
    list_display = ("number", "title", "kind", "state", "zone", "program")
    list_display_links = ("number", "title")
    list_filter = ("state", "kind", ("program__municipality", ScopedRelatedFilter))
    list_select_related = ("program__municipality", "zone")
    search_fields = (*ProgramTableAdmin.search_fields, "title_ar", "title_fr")
    fields = (
        "program",
        "number",
        ("title_ar", "title_fr"),
        "kind",
        "zone",
        "state",
        "needs_ar",
        "needs_fr",
        "cost",
    )

    def get_inlines(self, request: HttpRequest, obj: Facility | None) -> list[Any]:
        return list(self.inlines) if obj else []

    @admin.display(description=_("name"), ordering="title_ar")
    def title(self, facility: Facility) -> str:
        return original(facility, "title")

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        if not isinstance(formset, NewPhotoFormSet):
            super().save_formset(request, form, formset, change)
            return
        formset.new_objects, formset.changed_objects, formset.deleted_objects = [], [], []
        attach = partial(add_photos, facility=form.instance, actor=person(request))
        for upload in formset.uploads():
            try:
                attach(uploads=[upload.checked], is_public=upload.cleaned_data["is_public"])
            except StorageFull as full:
                messages.error(request, of_file(upload.checked.name, full.messages[0]))
