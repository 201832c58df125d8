"""People and, for the platform administrator alone, their accounts."""

from __future__ import annotations

from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django import forms
from django.conf import settings
from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.forms import AdminUserCreationForm
from django.contrib.auth.models import Group
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import URLPattern, path, reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from portal.accounts import sessions
from portal.accounts.models import User, new_stamp
from portal.administration.scoped import ScopedAdmin
from portal.municipalities.access import person

# The secrets of second factors are nobody's to see, and the addresses that allauth could keep are not used.
admin.site.unregister([Authenticator, EmailAddress])
# Rights come from memberships; Django's groups would promise what they do not give.
admin.site.unregister(Group)


class NewPersonForm(AdminUserCreationForm):
    class Meta:
        model = User
        fields = ("email", "name", "language")

    def clean_email(self) -> str:
        return self.cleaned_data["email"].lower()


class LanguageForm(forms.Form):
    language = forms.ChoiceField(choices=settings.LANGUAGES)


@admin.register(User)
class PersonAdmin(ScopedAdmin, UserAdmin):
    """Accounts. They are switched off, never deleted: the journal keeps its author."""

    add_form = NewPersonForm
    list_display = ("email", "name", "language", "is_active", "is_superuser")
    list_filter = ("is_active", "is_superuser", "language")
    search_fields = ("email", "name")
    ordering = ("email",)
    filter_horizontal = ()
    derived_fields = ("stamp",)
    readonly_fields = ("last_login", "date_joined")
    fieldsets = (
        (None, {"fields": ("email", "password", "name", "language")}),
        (_("Rights"), {"fields": ("is_active", "is_superuser")}),
        (_("Dates"), {"fields": ("last_login", "date_joined")}),
    )
    add_fieldsets = (
        (
            None,
            {
                "classes": ("wide",),
                "fields": ("email", "name", "language", "usable_password", "password1", "password2"),
            },
        ),
    )

    def has_delete_permission(self, request: HttpRequest, obj: User | None = None) -> bool:
        return False

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> tuple[str, ...]:
        """Nobody shuts themselves out: one's own rights are changed by another administrator."""
        own = ("is_active", "is_superuser") if obj == request.user else ()
        return (*super().get_readonly_fields(request, obj), *own)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(require_POST(self.choose_language))
        return [path("language/", view, name="accounts_user_language"), *super().get_urls()]

    def choose_language(self, request: HttpRequest) -> HttpResponse:
        """Keep the language that whoever is signed in prefers, and go back to the page."""
        form = LanguageForm(request.POST)
        if form.is_valid():
            user = person(request)
            user.language = form.cleaned_data["language"]
            user.save(update_fields=["language"])
        back = request.POST.get("next", "")
        is_ours = url_has_allowed_host_and_scheme(back, {request.get_host()}, request.is_secure())
        # Not by redirect(), which takes what has no slash for the name of a route.
        return HttpResponseRedirect(back if is_ours else reverse("admin:index"))

    @transaction.atomic
    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        """What changes who may sign in ends every session, and every link that was sent before."""
        is_final = change and not {"email", "is_active", "is_superuser"}.isdisjoint(form.changed_data)
        if is_final:
            obj.stamp = new_stamp()
        super().save_model(request, obj, form, change)
        if is_final:
            sessions.end_all(obj, keep=request.session if obj == request.user else None)

    @transaction.atomic
    def user_change_password(self, request: HttpRequest, id: str, form_url: str = "") -> HttpResponse:
        """The password, its line in the journal and the end of the other sessions, or nothing of it."""
        response = super().user_change_password(request, id, form_url)
        user = self.get_object(request, unquote(id))
        if request.method == "POST" and response.status_code == 302 and user:
            sessions.end_all(user, keep=request.session if user == request.user else None)
        return response
