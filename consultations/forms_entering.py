"""The form by which the staff type in a contribution: what one form tells, and what the next one keeps."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from consultations.forms_contributing import ContributionForm
from consultations.models import UNSAID, Channel, Consultation
from consultations.receipts import LENGTH, is_well_formed, normalised
from portal.bilingual import page_language
from portal.editing.cell_fields import DayField

KEPT = ("kind", "given_on", "language")
"""What the next form begins with, besides its consultation and channel."""
LONGEST_KEY = 60


class EntryForm(ContributionForm):
    """A contribution as it stands on paper or was said, with the day and the way it was given."""

    key = forms.CharField(widget=forms.HiddenInput, max_length=LONGEST_KEY)
    given_on = DayField(label=_("Day it was given"))
    language = forms.ChoiceField(label=_("Language of the form"), choices=settings.LANGUAGES)
    serial = forms.CharField(
        label=_("Serial of the form"),
        help_text=_("As it is printed, with its last character, which finds a wrong one."),
        max_length=4 * LENGTH,
    )

    def __init__(
        self, data: Any = None, *, consultation: Consultation, channel: str, key: str, initial: dict[str, Any]
    ) -> None:
        self.channel = channel
        first = {
            "key": key,
            "profile": UNSAID,
            "age": UNSAID,
            "given_on": consultation.municipality.today(),
            "language": page_language(),
        }
        super().__init__(data, consultation=consultation, initial=first | initial)
        if channel != Channel.PAPER:
            del self.fields["serial"]
        self._name_for_staff()
        # Refused, it begins at what is wrong with it.
        if not self.is_bound:
            self.fields["serial" if channel == Channel.PAPER else "text"].widget.attrs["autofocus"] = True

    def _name_for_staff(self) -> None:
        labels = {
            "kind": _("Kind"),
            "profile": _("Profile"),
            "age": _("Age bracket"),
            "question": _("Question"),
            "part": _("Part"),
            "zone": _("Zone"),
            "name": _("Name"),
            "is_name_public": _("The name may be published, as ticked or said."),
            "email": _("E-mail address"),
        }
        for name, label in labels.items():
            if name in self.fields:
                self.fields[name].label = label
        if not self.consultation.takes_ideas:
            self.fields["text"].label = _("Text")
        elif self.consultation.takes_comments:
            self.fields["text"].label = _("Text, or the problem of an idea")
        self.fields["email"].help_text = ""
        for name in ("name", "email"):
            # The browser would offer the moderator's own.
            self.fields[name].widget.attrs["autocomplete"] = "off"
        if "serial" in self.fields:
            self.fields["serial"].widget.attrs |= {"dir": "ltr", "autocomplete": "off", "spellcheck": "false"}
            self.fields["serial"].widget.attrs.pop("maxlength", None)

    def clean_serial(self) -> str:
        code = normalised(self.cleaned_data["serial"])
        if not is_well_formed(code):
            raise ValidationError(_("A character is wrong: compare it with the form once more."))
        return code

    @property
    def kept(self) -> dict[str, Any]:
        """What the next form begins with."""
        return {name: self.cleaned_data[name] for name in KEPT if name in self.cleaned_data}

    @property
    def of_idea(self) -> list[forms.BoundField]:
        return [self[name] for name in ("solution", "effect") if name in self.fields]

    @property
    def said(self) -> list[forms.BoundField]:
        """Who gave it, as nearly every form says."""
        return [self[name] for name in ("profile", "age", "zone") if name in self.fields]

    @property
    def seldom(self) -> list[forms.BoundField]:
        return [self[name] for name in ("question", "part", "name", "email") if name in self.fields]

    @property
    def has_seldom(self) -> bool:
        """Whether anything stands, or is wrong, in what few forms tell."""
        return any(field.value() or field.errors for field in (*self.seldom, self["is_name_public"]))
