"""Signing in and out."""

from django.contrib.auth.views import LoginView, LogoutView

from portal.accounts.forms import SignInForm


class SignIn(LoginView):
    """Django's own view, with the portal's form; the one door to desk and admin."""

    template_name = "accounts/sign_in.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True


class SignOut(LogoutView):
    next_page = "home"
