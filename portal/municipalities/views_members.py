"""The people who work for a municipality: who they are, their roles, invitations to them."""

from __future__ import annotations

import logging
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from portal.accounts.services import drop_second_factor, may_drop_second_factor
from portal.municipalities import four_eyes, invitations, members
from portal.municipalities.access import Act, person, staff_page
from portal.municipalities.forms_members import InviteForm, RolesForm
from portal.municipalities.models import Invitation, Municipality, Role

FORM = ["GET", "HEAD", "POST"]
logger = logging.getLogger(__name__)


@staff_page(Act.MANAGE)
@require_http_methods(FORM)
def members_page(request: HttpRequest, municipality: Municipality) -> HttpResponse:
    """Who works here, who is invited; and invite somebody."""
    if request.method != "POST":
        first = {"role": Role.EDITOR, "language": get_language()}
        return _show(request, municipality, InviteForm(initial=first))
    form = InviteForm(request.POST)
    if form.is_valid():
        try:
            invitation, token = invitations.invite(
                municipality=municipality, actor=person(request), **form.cleaned_data
            )
        except ValidationError as refusal:
            form.refuse(refusal)
        else:
            _send(request, invitation, token)
            return redirect("staff-members", slug=municipality.slug)
    return _show(request, municipality, form)


def _show(request: HttpRequest, municipality: Municipality, form: InviteForm) -> HttpResponse:
    waiting = invitations.waiting(municipality)
    context = _frame(municipality) | {
        "members": [
            (member, members.moment(member.user.last_login, municipality) if member.user.last_login else "")
            for member in members.members_of(municipality)
        ],
        "invited": [(row, members.moment(row.expires_at, municipality)) for row in waiting],
        "form": form,
        "publishers": four_eyes.publishers(municipality),
        "most": invitations.MOST_AN_HOUR,
    }
    return render(request, "municipalities/desk/members.html", context)


def _send(request: HttpRequest, invitation: Invitation, token: str) -> None:
    """Send the letter and say so; whether the address has an account is not told."""
    try:
        invitations.send(invitation, token)
    except OSError as failure:
        # Not the failure's own words: servers like to repeat the address.
        logger.warning("An invitation was not sent: %s", type(failure).__name__)
        messages.error(
            request, _("The letter could not be sent: the mail server does not take it. Send it again later.")
        )
        return
    messages.success(request, _("The invitation is sent. It works once, for 24 hours."))


# One member


@staff_page(Act.MANAGE)
@require_http_methods(FORM)
def member_page(request: HttpRequest, municipality: Municipality, pk: int) -> HttpResponse:
    """A member's roles, to be changed."""
    member = _member(municipality, pk)
    form = RolesForm(request.POST if request.method == "POST" else None, held=member.roles)
    if request.method == "POST" and form.is_valid() and _are_changed(request, municipality, member, form):
        return _back(request, municipality, member)
    may_drop = member.has_second_factor and may_drop_second_factor(person(request), member.user)
    context = _frame(municipality) | {"member": member, "form": form, "may_drop": may_drop}
    return render(request, "municipalities/desk/member.html", context)


def _are_changed(
    request: HttpRequest, municipality: Municipality, member: members.Member, form: RolesForm
) -> bool:
    """Whether the roles are as they were asked for; else the form says why not."""
    is_own = member.user == person(request)
    try:
        is_new = members.change_roles(
            municipality=municipality,
            user=member.user,
            roles=form.cleaned_data["roles"],
            actor=person(request),
            keep=request.session if is_own else None,
        )
    except ValidationError as refusal:
        form.refuse(refusal)
        return False
    if is_own and is_new:
        request.session.cycle_key()
    told = (
        _("The roles are changed: they hold from the next page on.") if is_new else _("Nothing was changed.")
    )
    messages.success(request, told)
    return True


@staff_page(Act.MANAGE)
@require_http_methods(FORM)
def member_remove(request: HttpRequest, municipality: Municipality, pk: int) -> HttpResponse:
    """Ask, then take every role from a member."""
    member = _member(municipality, pk)
    problem = ""
    if request.method == "POST":
        try:
            members.remove_member(municipality=municipality, user=member.user, actor=person(request))
        except ValidationError as refusal:
            problem = " ".join(refusal.messages)
        else:
            messages.success(request, _("Removed: the person’s next request is refused."))
            return _back(request, municipality, member)
    context = _frame(municipality) | {"member": member, "problems": [("", problem)] if problem else []}
    return render(request, "municipalities/desk/member_remove.html", context)


@staff_page(Act.MANAGE)
@require_http_methods(FORM)
def member_factor(request: HttpRequest, municipality: Municipality, pk: int) -> HttpResponse:
    """Ask, then take a member's second factor away, for instance of a telephone that is lost."""
    member = _member(municipality, pk)
    if not may_drop_second_factor(person(request), member.user):
        raise PermissionDenied
    if request.method != "POST":
        return render(
            request, "municipalities/desk/member_factor.html", _frame(municipality) | {"member": member}
        )
    is_own = member.user == person(request)
    drop_second_factor(
        user=member.user,
        actor=person(request),
        municipality=municipality,
        keep=request.session if is_own else None,
    )
    messages.success(
        request, _("The second step is reset: the person sets up a new device at the next sign-in.")
    )
    return _back(request, municipality, member)


# Invitations that wait, and the rule of the second person


@staff_page(Act.MANAGE)
@require_POST
def invitation_again(request: HttpRequest, municipality: Municipality, pk: int) -> HttpResponse:
    """Send a waiting invitation once more, with another link."""
    invitation = get_object_or_404(invitations.waiting(municipality), pk=pk)
    try:
        newer, token = invitations.invite_again(invitation=invitation, actor=person(request))
    except ValidationError as refusal:
        messages.error(request, " ".join(refusal.messages))
    else:
        _send(request, newer, token)
    return redirect("staff-members", slug=municipality.slug)


@staff_page(Act.MANAGE)
@require_POST
def invitation_withdraw(request: HttpRequest, municipality: Municipality, pk: int) -> HttpResponse:
    """End a waiting invitation."""
    invitation = get_object_or_404(invitations.waiting(municipality), pk=pk)
    invitations.withdraw(invitation=invitation, actor=person(request))
    messages.success(request, _("The invitation is withdrawn: its link is dead."))
    return redirect("staff-members", slug=municipality.slug)


@staff_page(Act.MANAGE)
@require_POST
def second_person(request: HttpRequest, municipality: Municipality) -> HttpResponse:
    """Say whether publishing needs a second person."""
    wanted = "needed" in request.POST
    is_new = four_eyes.ask_for_second_person(
        municipality=municipality, is_asked=wanted, actor=person(request)
    )
    if not is_new:
        told = _("Nothing was changed.")
    elif wanted:
        told = _("From now on whoever made the last change neither publishes nor withdraws.")
    else:
        told = _("From now on one person alone may write and publish.")
    messages.success(request, told)
    return redirect("staff-members", slug=municipality.slug)


# Rows


def _member(municipality: Municipality, pk: int) -> members.Member:
    """A member of the municipality. Raises ``Http404`` for anybody else."""
    found = members.members_of(municipality, pk)
    if not found:
        raise Http404
    return found[0]


def _frame(municipality: Municipality) -> dict[str, Any]:
    return {"municipality": municipality, "desk_section": "members"}


def _back(request: HttpRequest, municipality: Municipality, member: members.Member) -> HttpResponse:
    """To the members; somebody who changed the own roles may have given away the right to see them."""
    if member.user == person(request):
        return redirect("desk")
    return redirect("staff-members", slug=municipality.slug)
