"""Forms of accounts: signing in, codes, passwords, the own account."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.forms import AuthenticationForm
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from portal.accounts import second_factor
from portal.accounts.models import User
from portal.folding import one_line

WRONG_PASSWORD = _("This is not your password.")
WRONG_CODE = _("The code is not right, was used before, or has run out. Type the one that the app shows now.")
WRONG_RECOVERY_CODE = _("The recovery code is not right, or was used before.")
LONGEST_PASSWORD = 1024
LONGEST_CODE = 40


def _password(label: Any, autocomplete: str, help_text: Any = "") -> forms.CharField:
    attrs = {"dir": "ltr", "autocomplete": autocomplete}
    return forms.CharField(
        label=label,
        help_text=help_text,
        strip=False,
        max_length=LONGEST_PASSWORD,
        widget=forms.PasswordInput(attrs=attrs),
    )


class _Accessible(forms.Form):
    """Each control is tied to its hint and its errors; shown by ``components/desk_field.html``."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            kind = "form-select" if isinstance(field.widget, forms.Select) else "form-control"
            field.widget.attrs["class"] = f"{field.widget.attrs.get('class', '')} {kind}".strip()

    @property
    def problems(self) -> list[tuple[str, str]]:
        """Place on the page and text, of everything that is wrong."""
        return [
            (self[name].id_for_label if name in self.fields else "", str(error))
            for name, errors in self.errors.items()
            for error in errors
        ]


class _OfPerson(_Accessible):
    """A form about somebody: ``user``."""

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        self.user = user
        super().__init__(*args, **kwargs)


class SignInForm(_Accessible, AuthenticationForm):
    """E-mail and password. One message whatever was wrong, so that no account can be guessed."""

    error_messages = {
        "invalid_login": _("The e-mail or the password is not right. Check both and try again."),
        "inactive": _("The e-mail or the password is not right. Check both and try again."),
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        email, password = self.fields["username"], self.fields["password"]
        email.label, password.label = _("E-mail"), _("Password")
        attrs = {"dir": "ltr", "autocomplete": "username", "class": "form-control"}
        email.widget = forms.EmailInput(attrs=attrs)
        password.widget.attrs["dir"] = "ltr"


class CodeForm(_OfPerson):
    """A code of the authenticator app, or a recovery code."""

    code = forms.CharField(
        label=_("The six digits in your authenticator app"),
        max_length=LONGEST_CODE,
        help_text=_("They change every 30 seconds. A recovery code is taken too."),
        widget=forms.TextInput(
            attrs={
                "class": "m-otp",
                "dir": "ltr",
                "autocomplete": "one-time-code",
                "inputmode": "numeric",
                "autocapitalize": "none",
                "spellcheck": "false",
            }
        ),
    )

    def __init__(self, *args: Any, user: User, is_recovery: bool = False, **kwargs: Any) -> None:
        """``is_recovery`` asks for a recovery code in words; both kinds are taken either way."""
        super().__init__(*args, user=user, **kwargs)
        self.refusal = WRONG_RECOVERY_CODE if is_recovery else WRONG_CODE
        if is_recovery:
            field = self.fields["code"]
            field.label = _("One of your recovery codes")
            field.help_text = _("Each of them works once. Spaces do not count.")
            field.widget.attrs |= {"class": "form-control", "autocomplete": "off"}

    def clean_code(self) -> str:
        code = self.cleaned_data["code"]
        if not second_factor.takes(self.user, code):
            raise ValidationError(self.refusal, code="wrong")
        return code


class DeviceForm(_OfPerson):
    """The first code of a new device; with it, where there is one already, a code of that one."""

    present = forms.CharField(
        label=_("A code of your present device, or a recovery code"), max_length=LONGEST_CODE
    )
    code = forms.CharField(
        label=_("The six digits that the app shows for the new device"), max_length=LONGEST_CODE
    )

    def __init__(self, *args: Any, user: User, seed: str, is_replaced: bool, **kwargs: Any) -> None:
        self.seed, self.step = seed, 0
        super().__init__(*args, user=user, **kwargs)
        if not is_replaced:
            del self.fields["present"]
        for field in self.fields.values():
            field.widget.attrs |= {"dir": "ltr", "autocomplete": "one-time-code", "inputmode": "numeric"}

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        step = second_factor.step_of(self.seed, values.get("code", ""))
        if values.get("code") and step is None:
            self.add_error("code", WRONG_CODE)
        self.step = step or 0
        # Last, because it is used up by being looked at.
        if not self.errors and "present" in values and not second_factor.takes(self.user, values["present"]):
            self.add_error("present", WRONG_CODE)
        return values


class NewPasswordForm(_OfPerson):
    """A new password, twice. Whoever accepts an invitation fills this in too."""

    password = _password(
        _("New password"),
        "new-password",
        _(
            "At least 12 characters: some words that only you would put together. Not one that everybody "
            "uses, and not made of your name, your e-mail or the name of your municipality."
        ),
    )
    again = _password(_("The same once more"), "new-password")

    def clean_password(self) -> str:
        password = self.cleaned_data["password"]
        validate_password(password, self.user)
        return password

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if "password" in values and "again" in values and values["password"] != values["again"]:
            self.add_error("again", _("The two are not the same."))
        return values


class _OwnPasswordForm(_OfPerson):
    """What only whoever knows the password may change."""

    present = _password(_("Your present password"), "current-password")

    def clean_present(self) -> str:
        if not self.user.check_password(self.cleaned_data["present"]):
            raise ValidationError(WRONG_PASSWORD, code="wrong")
        return self.cleaned_data["present"]


class ChangePasswordForm(NewPasswordForm, _OwnPasswordForm):
    """The present password, and the new one twice."""

    field_order = ("present", "password", "again")


class ChangeEmailForm(_OwnPasswordForm):
    """Another e-mail. It counts once a letter to it was answered."""

    email = forms.EmailField(
        label=_("New e-mail"),
        max_length=254,
        widget=forms.EmailInput(attrs={"dir": "ltr", "autocomplete": "email"}),
    )

    def clean_email(self) -> str:
        return self.cleaned_data["email"].lower()


class ForgottenForm(_Accessible):
    """Whose password is to be set anew."""

    email = forms.EmailField(
        label=_("E-mail"),
        max_length=254,
        widget=forms.EmailInput(attrs={"dir": "ltr", "autocomplete": "username"}),
    )

    def clean_email(self) -> str:
        return self.cleaned_data["email"].lower()


class AccountForm(_Accessible, forms.ModelForm):
    """What the person is called, and in which language letters and the administration speak."""

    class Meta:
        model = User
        fields = ("name", "language")
        widgets = {"name": forms.TextInput(attrs={"dir": "auto", "autocomplete": "name"})}

    def clean_name(self) -> str:
        return one_line(self.cleaned_data["name"])
