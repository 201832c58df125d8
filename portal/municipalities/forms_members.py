"""The forms of the people who work for a municipality."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.conf import settings
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from portal.accounts.forms import NewPasswordForm
from portal.accounts.models import User
from portal.editing.desk_form import DeskForm
from portal.folding import one_line
from portal.municipalities.models import Role

WHAT_IT_DOES: dict[Role, str | Promise] = {
    Role.EDITOR: _("writes calendars, projects and plans, and publishes nothing"),
    Role.MODERATOR: _("reads contributions, and publishes or refuses them"),
    Role.ANSWERER: _("writes official answers"),
    Role.PUBLISHER: _("writes, publishes and approves"),
    Role.COUNCIL_READER: _("reads drafts, and prints"),
    Role.AUDITOR: _("reads the journal, and takes it out as a file"),
    Role.MUNICIPAL_ADMIN: _("may do all of this, and invites and removes people"),
}


def _roles() -> list[tuple[str, str]]:
    return [
        (role.value, format_html('<b>{}</b> <span class="m-mute">{}</span>', role.label, WHAT_IT_DOES[role]))
        for role in Role
    ]


class InviteForm(DeskForm):
    """Whom to invite, to which role."""

    email = forms.EmailField(
        label=_("E-mail at work"),
        max_length=254,
        widget=forms.EmailInput(attrs={"dir": "ltr", "autocomplete": "off"}),
        error_messages={"required": _("Give the e-mail that the invitation goes to.")},
    )
    name = forms.CharField(
        label=_("Name"), max_length=150, required=False, help_text=_("The person can correct it.")
    )
    role = forms.ChoiceField(
        label=_("Role"),
        choices=_roles,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose a role.")},
    )
    language = forms.ChoiceField(label=_("Language of the letter"), choices=settings.LANGUAGES)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.dress()

    def clean_email(self) -> str:
        return self.cleaned_data["email"].lower()

    def clean_name(self) -> str:
        return one_line(self.cleaned_data["name"])


class RolesForm(DeskForm):
    """The roles of a member."""

    roles = forms.MultipleChoiceField(
        label=_("Roles"),
        choices=_roles,
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one role, or remove the member.")},
    )

    def __init__(self, data: Any = None, *, held: Iterable[str]) -> None:
        super().__init__(data, initial={"roles": list(held)})
        self.dress()


class AcceptForm(NewPasswordForm):
    """What an account begins with. The e-mail is the one that was invited."""

    name = forms.CharField(
        label=_("Your name"),
        max_length=150,
        widget=forms.TextInput(attrs={"autocomplete": "name", "dir": "auto"}),
        help_text=_("The desk and the journal show it beside what you do."),
    )
    language = forms.ChoiceField(label=_("Preferred language"), choices=settings.LANGUAGES)
    field_order = ("name", "language", "password", "again")

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, user=user, **kwargs)
        self.initial.update(name=user.name, language=user.language)

    def clean_name(self) -> str:
        # The password is looked at after it: it may not be made of the name.
        self.user.name = one_line(self.cleaned_data["name"])
        return self.user.name
