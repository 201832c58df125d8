"""The forms that wait in a browser since their session ended."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import Resolver404, resolve
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from portal.accounts.models import User
from portal.municipalities import unsent
from portal.municipalities.access import is_member, person
from portal.municipalities.models import Municipality


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def unsent_page(request: HttpRequest) -> HttpResponse:
    """Look through what was typed and send it; or throw it away."""
    if not request.user.is_authenticated:
        return redirect_to_login(request.get_full_path())
    if request.method == "POST":
        response = redirect("desk")
        unsent.discard(request, response)
        messages.success(request, _("Thrown away."))
        return response
    forms = [form for form in unsent.waiting(request) if _may_see(person(request), form)]
    if not forms:
        return redirect("desk")
    return render(request, "municipalities/unsent.html", {"forms": forms, "mark": unsent.MARK})


def _may_see(user: User, form: unsent.Form) -> bool:
    """Whether the form was for a desk of this person: two may use one computer."""
    try:
        match = resolve(form.path.partition("?")[0])
    except Resolver404:
        return False
    municipality = Municipality.objects.filter(slug=match.kwargs.get("slug")).first()
    return municipality is not None and is_member(user, municipality.pk)
