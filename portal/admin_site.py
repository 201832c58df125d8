"""Django's admin, for administrators, under the portal's own rights."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from portal.municipalities.access import Act, allows_anywhere


class PortalAdminSite(admin.AdminSite):
    site_header = _("Musharaka administration")
    site_title = _("Musharaka")
    index_title = _("Administration")

    def has_permission(self, request: HttpRequest) -> bool:
        """Members who may edit or read the journal somewhere, and the platform administrator."""
        return any(allows_anywhere(request.user, act) for act in (Act.EDIT, Act.SEE_JOURNAL))

    def admin_view(self, view: Callable[..., Any], cacheable: bool = False) -> Callable[..., Any]:
        """Guard a view of the admin. No cache keeps what is behind the sign-in, whatever Django allows."""
        return super().admin_view(view)

    def password_change(self, request: HttpRequest, extra_context: dict | None = None) -> HttpResponse:
        """One page of the portal chooses a new password: it ends other sessions and writes a letter."""
        return redirect("account-password")

    password_change_done = password_change  # type: ignore[assignment]  # no page of its own

    def login(self, request: HttpRequest, extra_context: dict | None = None) -> HttpResponse:
        """One sign-in page for the whole portal; whoever is signed in without the right is told so."""
        if request.user.is_authenticated and not self.has_permission(request):
            from django.core.exceptions import PermissionDenied

            raise PermissionDenied
        if self.has_permission(request):
            return HttpResponse(status=302, headers={"Location": reverse("admin:index")})
        return redirect_to_login(request.GET.get("next") or reverse("admin:index"))
