"""Accepting an invitation, by the link of its letter."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from portal.accounts import sessions
from portal.accounts.doors import page
from portal.accounts.models import User
from portal.municipalities.access import person
from portal.municipalities.forms_members import AcceptForm
from portal.municipalities.invitations import (
    DeadInvitation,
    accept_as_member,
    accept_as_new,
    account_of,
    find_open,
)
from portal.municipalities.models import Invitation


@page
def invitation_page(request: HttpRequest, token: str) -> HttpResponse:
    """Accept an invitation: with a new account, or signed in with the one that there is.

    Only whoever has the letter gets here, so that the page may say whether the address has an account.
    """
    invitation = find_open(token)
    if invitation is None:
        return _dead(request)
    account = account_of(invitation)
    try:
        if request.user.is_authenticated:
            return _signed_in(request, invitation, token)
        return _to_sign_in(request, invitation) if account else _new(request, invitation, token)
    except DeadInvitation:
        return _dead(request)


def _new(request: HttpRequest, invitation: Invitation, token: str) -> HttpResponse:
    """Name, language and password; then to the desk, past the second factor where one is needed."""
    user = User(email=invitation.email, name=invitation.name, language=invitation.language)
    user.joining = [invitation.municipality]
    form = AcceptForm(request.POST or None, user=user)
    if request.method != "POST" or not form.is_valid():
        return _show(request, invitation, "new", form=form)
    values = form.cleaned_data
    made = accept_as_new(
        token=token, name=values["name"], language=values["language"], password=values["password"]
    )
    sessions.begin(request, made)
    messages.success(request, _("Welcome: your account is made."))
    with translation.override(made.language):
        return redirect(reverse("desk"))


def _to_sign_in(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    return _show(request, invitation, "sign-in")


def _signed_in(request: HttpRequest, invitation: Invitation, token: str) -> HttpResponse:
    if person(request).email != invitation.email:
        return _show(request, invitation, "other")
    if request.method != "POST":
        return _show(request, invitation, "accept")
    municipality = accept_as_member(token=token, user=person(request))
    # Whoever may more than before goes on under a new key.
    request.session.cycle_key()
    messages.success(request, _("Accepted: the desk is open to you."))
    return redirect("staff-desk", slug=municipality.slug)


def _show(
    request: HttpRequest, invitation: Invitation, state: str, form: AcceptForm | None = None
) -> HttpResponse:
    context = {"invitation": invitation, "town": invitation.municipality, "state": state, "form": form}
    return render(request, "municipalities/invitation.html", context)


def _dead(request: HttpRequest) -> HttpResponse:
    """The same for a link that was used, withdrawn, is too old, or never was one."""
    return render(request, "municipalities/invitation_dead.html", status=404)
