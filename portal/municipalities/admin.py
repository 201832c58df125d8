"""Municipalities, their zones and deciding bodies, and who works for them in which role."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db import models
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from portal.accounts.models import User
from portal.accounts.sessions import end_all
from portal.administration.acts import RowAct
from portal.administration.scoped import (
    KeepingFormSet,
    ScopedAdmin,
    ScopedRelatedFilter,
    ScopedStackedInline,
    ScopedTabularInline,
    is_platform_admin,
)
from portal.files.fields import of_file
from portal.files.quota import check_room
from portal.files.uploads import CheckedFile, check_upload
from portal.municipalities.access import Act, person
from portal.municipalities.models import DecidingBody, Membership, Municipality, Zone, ZoneMap
from portal.municipalities.querysets import MunicipalityQuerySet
from portal.municipalities.services import check_map, keep_zone_map


class ZoneInline(ScopedTabularInline):
    model = Zone
    fields = ("number", "name_ar", "name_fr", "population", "streets")

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "streets":
            kwargs["widget"] = forms.Textarea(attrs={"rows": 3, "cols": 30})
        return super().formfield_for_dbfield(db_field, request, **kwargs)


class NewMapForm(forms.ModelForm):
    """A map held to the rules of the house before it is stored."""

    class Meta:
        model = ZoneMap
        fields = ("file",)
        widgets = {"file": forms.FileInput}

    checked: CheckedFile

    def clean_file(self) -> Any:
        self.checked = check_upload(self.cleaned_data["file"])
        check_map(self.checked)
        return self.cleaned_data["file"]


class NewMapFormSet(KeepingFormSet):
    """Another map. It is stored, and journalled, by the service; never by the form."""

    is_journalled = True

    def uploads(self) -> list[Any]:
        return [form for form in self.extra_forms if form.has_changed()]

    def clean(self) -> None:
        super().clean()
        check_room(self.instance, [form.checked for form in self.uploads() if form.is_valid()])


class NewMapInline(ScopedStackedInline):
    model = ZoneMap
    form = NewMapForm
    formset = NewMapFormSet
    fields = ("file",)
    extra = 1
    max_num = 1
    can_delete = False
    verbose_name = _("new map")
    verbose_name_plural = _("put another map of the zones")

    def get_queryset(self, request: HttpRequest) -> models.QuerySet:
        return super().get_queryset(request).none()

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """A stored file has no address, so Django's own file field, which links to it, cannot be shown."""
        return db_field.formfield(widget=forms.FileInput)


class DecidingBodyInline(ScopedTabularInline):
    model = DecidingBody
    fields = ("title_ar", "title_fr", "since")


@admin.register(Municipality)
class MunicipalityAdmin(ScopedAdmin):
    """Seen by whoever edits there, changed by its administrator, added by the platform's."""

    municipality_path = "pk"
    change_act = Act.MANAGE
    fixed_fields = ("slug", "country")
    derived_fields = ("currency", "time_zone", "search_text")
    inlines = (ZoneInline, NewMapInline, DecidingBodyInline)
    readonly_fields = ("zone_map_link",)
    list_display = ("slug", "name_ar", "name_fr", "country", "population", "is_fictional")
    list_filter = ("country", "is_fictional")
    search_fields = ("search_text",)
    search_help_text = _("Name, governorate or province, in any spelling.")
    fieldsets = (
        (None, {"fields": (("name_ar", "name_fr"), "slug", "country")}),
        (_("Territory"), {"fields": (("territory_ar", "territory_fr"), "population", "zone_map_link")}),
        (_("Settings"), {"fields": ("currency", "time_zone", "is_fictional")}),
    )

    def get_inlines(self, request: HttpRequest, obj: Municipality | None) -> list[Any]:
        return list(self.inlines) if obj else [ZoneInline, DecidingBodyInline]

    @admin.display(description=_("map of the zones"))
    def zone_map_link(self, municipality: Municipality) -> SafeString | str:
        zone_map = ZoneMap.objects.filter(municipality=municipality.pk).first()
        if zone_map is None:
            return "–"
        address = reverse("zone-map", kwargs={"slug": municipality.slug})
        return format_html('<a href="{}"><bdi>{}</bdi></a>', address, zone_map.name)

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        if not isinstance(formset, NewMapFormSet):
            super().save_formset(request, form, formset, change)
            return
        formset.new_objects, formset.changed_objects, formset.deleted_objects = [], [], []
        for upload in formset.uploads():
            try:
                keep_zone_map(municipality=form.instance, upload=upload.checked, actor=person(request))
            except ValidationError as refusal:
                messages.error(request, of_file(upload.checked.name, refusal.messages[0]))

    def has_add_permission(self, request: HttpRequest) -> bool:
        return is_platform_admin(person(request))

    def has_delete_permission(self, request: HttpRequest, obj: Municipality | None = None) -> bool:
        """Never: its pages are linked to, and its journal must keep."""
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: Municipality | None = None) -> tuple[str, ...]:
        readonly = super().get_readonly_fields(request, obj)
        return readonly if is_platform_admin(person(request)) else (*readonly, "is_fictional")

    def get_search_results(
        self, request: HttpRequest, queryset: MunicipalityQuerySet, search_term: str
    ) -> tuple[models.QuerySet, bool]:
        return queryset.matching(search_term), False


class AccountField(forms.ModelChoiceField):
    """A person, named by e-mail: a list would tell every municipality who works for the others."""

    widget = forms.EmailInput(attrs={"dir": "ltr", "class": "vTextField"})
    default_error_messages = {
        "invalid_choice": _(
            "Nobody has an account with this e-mail. The platform administrator creates accounts."
        )
    }

    def to_python(self, value: Any) -> User | None:
        return super().to_python(value.strip().lower() if isinstance(value, str) else value)


@admin.register(Membership)
class MembershipAdmin(ScopedAdmin):
    """Who works for a municipality, written by the platform administrator alone.

    A municipality's own administrator invites people on the desk: nobody becomes a member unasked, and nobody
    learns which addresses have an account.
    """

    municipality_path = "municipality"
    view_act = Act.MANAGE
    change_act = Act.MANAGE
    fixed_fields = ("user", "municipality")
    fields = ("municipality", "user", "role")
    list_display = ("user", "email", "municipality", "role")
    list_filter = ("role", ("municipality", ScopedRelatedFilter))
    list_select_related = ("user", "municipality")
    search_fields = ("user__email", "user__name", "municipality__search_text")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return is_platform_admin(person(request))

    def has_change_permission(self, request: HttpRequest, obj: Membership | None = None) -> bool:
        return is_platform_admin(person(request))

    def has_delete_permission(self, request: HttpRequest, obj: Membership | None = None) -> bool:
        return is_platform_admin(person(request))

    def log_change(self, request: HttpRequest, obj: Membership, message: list[RowAct]) -> None:
        super().log_change(request, obj, message)
        end_all(obj.user)

    def log_deletions(self, request: HttpRequest, queryset: Any) -> None:
        super().log_deletions(request, queryset)
        for membership in queryset:
            end_all(membership.user)

    @admin.display(description=_("e-mail"), ordering="user__email")
    def email(self, membership: Membership) -> str:
        return membership.user.email

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "user":
            people = User.objects.filter(is_active=True)
            return AccountField(people, to_field_name="email", label=_("E-mail of the person"))
        return super().formfield_for_dbfield(db_field, request, **kwargs)
