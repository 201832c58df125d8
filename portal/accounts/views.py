"""Signing in and out, the second factor, forgotten passwords, the own account."""

from __future__ import annotations

import datetime
from functools import partial
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.views import LoginView, LogoutView
from django.core.exceptions import ValidationError
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.timesince import timesince
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from portal.accounts import letters, links, second_factor, services, sessions
from portal.accounts.attempts import TooManyAttemptsError, attempt, is_right
from portal.accounts.doors import (
    completing_page,
    next_of,
    onward,
    own_page,
    page,
    redirect_with_next,
    to_missing_factor,
    too_many,
)
from portal.accounts.forms import (
    AccountForm,
    ChangeEmailForm,
    ChangePasswordForm,
    CodeForm,
    DeviceForm,
    ForgottenForm,
    NewPasswordForm,
    SignInForm,
)
from portal.accounts.models import User
from portal.pdf.qr import qr_svg

PASSWORD, CODE, RESET = "sign-in", "second-factor", "reset-password"
"""What attempts are counted by."""
MINUTE = datetime.timedelta(minutes=1)


class SignIn(LoginView):
    """Django's own view, with the portal's form; the one door to desk and admin."""

    template_name = "accounts/sign_in.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(is_in_two_steps=settings.REQUIRE_SECOND_FACTOR, **kwargs)

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        half = None if request.user.is_authenticated else second_factor.whoever(request)
        if half and request.method != "POST":
            return to_missing_factor(request, half)
        return super().dispatch(request, *args, **kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = self.get_form()
        email = request.POST.get("username", "")
        try:
            right = is_right(request, PASSWORD, email, form.is_valid)
        except TooManyAttemptsError:
            form = SignInForm(request, initial={"username": email[:254]})
            return too_many(request, self.template_name, self.get_context_data(form=form))
        return self.form_valid(form) if right else self.form_invalid(form)

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        user = form.get_user()
        sessions.begin(self.request, user)
        if self.request.session[second_factor.STATE] == second_factor.WANTED:
            return redirect_with_next(self.request, "second-factor")
        return redirect(onward(self.request))


class SignOut(LogoutView):
    next_page = "home"


# --- the second factor -------------------------------------------------------------------------------


@completing_page
def code(request: HttpRequest, user: User) -> HttpResponse:
    """The second step: a code of the device, or a recovery code."""
    if not second_factor.has_one(user):
        return redirect_with_next(request, "second-factor-device")
    if request.user.is_authenticated and request.session.get(second_factor.STATE) == second_factor.PASSED:
        return redirect(onward(request))
    is_recovery = "recovery" in request.GET
    form = CodeForm(request.POST or None, user=user, is_recovery=is_recovery)
    context = {"form": form, "next": next_of(request), "is_recovery": is_recovery}
    if request.method == "POST":
        try:
            if is_right(request, CODE, str(user.pk), form.is_valid):
                second_factor.pass_with(request)
                return redirect(onward(request))
        except TooManyAttemptsError:
            blank = {**context, "form": CodeForm(user=user, is_recovery=is_recovery)}
            return too_many(request, "accounts/code.html", blank)
    return render(request, "accounts/code.html", context)


@completing_page
def device(request: HttpRequest, user: User) -> HttpResponse:
    """Set up the app that gives the codes, or another one in its place; then the recovery codes, once."""
    is_replaced = second_factor.has_one(user)
    if is_replaced and not request.user.is_authenticated:
        return redirect_with_next(request, "second-factor")
    seed = second_factor.seed_for(user, request.session)
    form = DeviceForm(request.POST or None, user=user, seed=seed, is_replaced=is_replaced)
    context = _device_context(request, user, seed, form)
    if request.method != "POST":
        return render(request, "accounts/device.html", context)
    try:
        if not is_right(request, CODE, str(user.pk), form.is_valid):
            return render(request, "accounts/device.html", context)
    except TooManyAttemptsError:
        blank = DeviceForm(user=user, seed=seed, is_replaced=is_replaced)
        return too_many(request, "accounts/device.html", {**context, "form": blank})
    codes = services.set_up_second_factor(user=user, seed=seed, step=form.step, keep=request.session)
    second_factor.pass_with(request)
    return _told_once(request, codes)


def _device_context(request: HttpRequest, user: User, seed: str, form: Form) -> dict[str, Any]:
    secret = second_factor.secret_of(seed)
    address = second_factor.address_of(user, secret)
    return {
        "form": form,
        "next": next_of(request),
        "qr_svg": qr_svg(address=address, title=_("The secret for your authenticator app, as a picture")),
        "address": address,
        "secret": " ".join(secret[at : at + 4] for at in range(0, len(secret), 4)),
        "is_required": second_factor.is_required(user),
    }


def _told_once(request: HttpRequest, codes: list[str]) -> HttpResponse:
    """The recovery codes, in the answer to what made them: no address shows them again."""
    grouped = [" ".join(code[at : at + 4] for at in range(0, len(code), 4)) for code in codes]
    context = {"codes": grouped, "onward": onward(request)}
    return render(request, "accounts/recovery_codes.html", context)


@own_page
def factor(request: HttpRequest, user: User) -> HttpResponse:
    """What the person has of a second factor; new recovery codes; to be without, where that is allowed."""
    if not second_factor.has_one(user):
        return redirect("second-factor-device")
    form = CodeForm(request.POST or None, user=user)
    context = {
        "form": form,
        "left": second_factor.codes_left(user),
        "is_required": second_factor.is_required(user),
    }
    if request.method != "POST":
        return render(request, "accounts/factor.html", context)
    try:
        if not is_right(request, CODE, str(user.pk), form.is_valid):
            return render(request, "accounts/factor.html", context)
    except TooManyAttemptsError:
        return too_many(request, "accounts/factor.html", {**context, "form": CodeForm(user=user)})
    if "remove" in request.POST and not context["is_required"]:
        return _without_factor(request, user)
    return _told_once(request, services.renew_recovery_codes(user=user))


def _without_factor(request: HttpRequest, user: User) -> HttpResponse:
    services.drop_second_factor(user=user, actor=user, keep=request.session)
    second_factor.ask_for(request, user)
    messages.success(request, _("From now on the password alone signs you in."))
    return redirect("account")


# --- a forgotten password ----------------------------------------------------------------------------


@page
def forgotten(request: HttpRequest) -> HttpResponse:
    """Ask for a link that sets a new password. The answer is the same whether there is such an account."""
    form = ForgottenForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return render(request, "accounts/forgotten.html", {"form": form})
    email = form.cleaned_data["email"]
    try:
        attempt(request, RESET, email)
    except TooManyAttemptsError:
        return too_many(request, "accounts/forgotten.html", {"form": ForgottenForm(initial={"email": email})})
    known = User.objects.filter(email=email, is_active=True).first()
    letters.send_reset(known or User(email=email, language=get_language() or "ar"))
    return render(request, "accounts/letter_sent.html", {"is_reset": True})


@page
def reset(request: HttpRequest, code: str) -> HttpResponse:
    """Set a new password by the link of a letter. It signs nobody in: the second factor is asked for."""
    user = links.user_of_reset(code)
    if user is None:
        return render(request, "accounts/dead_link.html", {"is_reset": True}, status=404)
    form = NewPasswordForm(request.POST or None, user=user)
    if request.method == "POST" and form.is_valid():
        services.set_password(user=user, password=form.cleaned_data["password"], by_link=True)
        messages.success(request, _("The new password is kept. Sign in with it."))
        return redirect("sign-in")
    return render(request, "accounts/new_password.html", {"form": form})


# --- the own account ---------------------------------------------------------------------------------


@own_page
def account(request: HttpRequest, user: User) -> HttpResponse:
    """Name, language, the ways to everything else, and where one is signed in."""
    form = AccountForm(request.POST or None, instance=user)
    if request.method == "POST" and form.is_valid():
        User.objects.filter(pk=user.pk).update(**form.cleaned_data)
        messages.success(request, _("Your account is kept as you wrote it."))
        return redirect("account")
    context = {
        "form": form,
        "sessions": [(row, _span(row.started_at), _span(row.seen_at)) for row in sessions.running(user)],
        "present": sessions.key_of(request.session),
        "has_factor": second_factor.has_one(user),
        "left": second_factor.codes_left(user),
    }
    return render(request, "accounts/account.html", context)


def _span(since: datetime.datetime) -> str:
    """How long ago, in words; Django's own would begin with no minutes at all."""
    return timesince(since) if timezone.now() - since >= MINUTE else _("less than a minute")


@own_page
def password(request: HttpRequest, user: User) -> HttpResponse:
    """Change the password; every other session ends."""
    form = ChangePasswordForm(request.POST or None, user=user)
    if again := _asked_again(request, user, "accounts/password.html", form, ChangePasswordForm(user=user)):
        return again
    services.set_password(user=user, password=form.cleaned_data["password"], keep=request.session)
    sessions.go_on(request, user)
    messages.success(request, _("The new password is kept. You are signed out everywhere else."))
    return redirect("account")


@own_page
def email(request: HttpRequest, user: User) -> HttpResponse:
    """Ask for another e-mail. The answer is the same whether another account has it."""
    form = ChangeEmailForm(request.POST or None, user=user)
    if again := _asked_again(request, user, "accounts/email.html", form, ChangeEmailForm(user=user)):
        return again
    wanted = form.cleaned_data["email"]
    letters.send_new_email(user, wanted, is_free=not User.objects.filter(email=wanted).exists())
    return render(request, "accounts/letter_sent.html", {"is_reset": False})


def _asked_again(
    request: HttpRequest, user: User, template: str, form: Form, empty: Form
) -> HttpResponse | None:
    """The page of a form that asks for the present password too, until all of it is right.

    Args:
        form: as it was sent, or not sent yet.
        empty: shown to somebody who was wrong too often; what was sent is not looked at.
    """
    if request.method == "POST":
        try:
            is_right(request, PASSWORD, user.email, partial(_knows_password, form))
        except TooManyAttemptsError:
            return too_many(request, template, {"form": empty})
        if form.is_valid():
            return None
    return render(request, template, {"form": form})


def _knows_password(form: Form) -> bool:
    return form.is_valid() or "present" not in form.errors


@page
def confirm_email(request: HttpRequest, code: str) -> HttpResponse:
    """Take the new e-mail by the link of a letter to it. Opening the page changes nothing."""
    found = links.change_of_email(code)
    if found is None:
        return render(request, "accounts/dead_link.html", {"is_reset": False}, status=404)
    user, wanted = found
    if request.method != "POST":
        return render(request, "accounts/confirm_email.html", {"email": wanted})
    is_own = request.user == user
    try:
        services.change_email(user=user, email=wanted, keep=request.session if is_own else None)
    except ValidationError:
        return render(request, "accounts/dead_link.html", {"is_reset": False}, status=404)
    messages.success(request, _("From now on you sign in with the new e-mail."))
    return redirect("account" if is_own else "sign-in")


@own_page
def end_sessions(request: HttpRequest, user: User) -> HttpResponse:
    """End one of the own sessions, or all but this one."""
    if request.method != "POST":
        return redirect("account")
    key = request.POST.get("session", "")
    if key:
        sessions.end(user, key)
        messages.success(request, _("That session has ended."))
    else:
        sessions.end_all(user, keep=request.session)
        messages.success(request, _("You are signed out everywhere else."))
    return redirect("account")
