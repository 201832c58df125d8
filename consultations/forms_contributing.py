"""The form by which anybody contributes, and the one by which an author corrects."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, cast

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.utils.html import format_html
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from consultations.asked import Asked, Lists, lists_of
from consultations.models import CONTRIBUTION_LENGTH, Consultation, Contribution
from consultations.plaintext import cleaned
from consultations.services.contributions import Words, check_words
from portal.bilingual import Localized
from portal.subjects import Parts, parts_of
from portal.templatetags.portal import number

Kind = Contribution.Kind
TRAP = "website"
"""A field that no person sees, which programs that fill in everything fill in."""
_OF_WORDS = ("text", "solution", "effect", "part", "profile", "age", "name", "is_name_public")
_CLASSES = (
    (forms.CheckboxInput, "form-check-input"),
    (forms.RadioSelect, "form-check-input"),
    (forms.Select, "form-select"),
    (forms.Widget, "form-control"),
)


class PlainTextField(forms.CharField):
    """Plain text as it is stored. What cannot be stored is left out of it, and stays in what is shown."""

    def to_python(self, value: Any) -> str:
        # Before the field's own look, which refuses a text for a sign that nobody sees in it.
        return super().to_python(cleaned(str(value))) or "" if value else ""


class ContentSelect(forms.Select):
    """A choice among texts of the content, each in its own language."""

    def create_option(self, name: str, value: Any, label: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option = super().create_option(name, value, label, *args, **kwargs)
        if isinstance(label, Localized) and label.is_foreign:
            option["attrs"] |= {"lang": label.lang, "dir": label.dir}
        return option


class ContributionForm(forms.Form):
    """What a consultation asks for. What a service refuses finds its place beside the fields."""

    profile = forms.ChoiceField(
        label=_("Your profile"),
        error_messages={
            "required": _("Choose your profile from the list, or “prefer not to say”."),
            "invalid_choice": _("Choose your profile from the list, or “prefer not to say”."),
        },
    )
    age = forms.ChoiceField(
        label=_("Your age bracket"),
        error_messages={
            "required": _("Choose your age bracket from the list, or “prefer not to say”."),
            "invalid_choice": _("Choose your age bracket from the list, or “prefer not to say”."),
        },
    )
    kind = forms.ChoiceField(
        label=_("What do you want to write?"),
        choices=[(Kind.COMMENT, _("A comment")), (Kind.IDEA, _("An idea"))],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what you want to write.")},
    )
    text = PlainTextField(widget=forms.Textarea(attrs={"rows": 7}), required=False)
    solution = PlainTextField(
        label=_("Proposed solution"), widget=forms.Textarea(attrs={"rows": 5}), required=False
    )
    effect = PlainTextField(
        label=_("Expected effect"), widget=forms.Textarea(attrs={"rows": 3}), required=False
    )
    question = forms.ChoiceField(
        label=_("Which question do you answer?"),
        widget=ContentSelect,
        required=False,
        error_messages={"invalid_choice": _("This question is not asked here any more.")},
    )
    part = forms.ChoiceField(
        label=_("Which part is it about?"),
        widget=ContentSelect,
        required=False,
        error_messages={"invalid_choice": _("This part is gone: choose again.")},
    )
    zone = forms.ChoiceField(
        label=_("Your zone"),
        widget=ContentSelect,
        required=False,
        error_messages={"invalid_choice": _("This zone is gone: choose again.")},
    )
    name = PlainTextField(label=_("Your name"), required=False)
    is_name_public = forms.BooleanField(label=_("My name may be published with it."), required=False)
    email = PlainTextField(
        label=_("Your e-mail address"),
        help_text=_("To tell you of the answer only. It is never published."),
        widget=forms.EmailInput,
        required=False,
    )

    def __init__(self, data: Any = None, *, consultation: Consultation, **kwargs: Any) -> None:
        super().__init__(data, use_required_attribute=False, **kwargs)
        self.consultation = consultation
        municipality = consultation.municipality
        self._zones = {str(zone.pk): zone for zone in municipality.zones.order_by("number")}
        self._questions = {str(question.pk): question for question in consultation.questions.all()}
        self._offer(
            lists_of(municipality),
            parts_of(municipality, consultation.subject_kind, consultation.subject_id),
        )
        self._ask_for_one_kind()
        self._dress()

    def _offer(self, lists: Lists, parts: Parts) -> None:
        choose = ("", pgettext_lazy("list", "Choose"))
        for name, asked in (("profile", Asked.PROFILE), ("age", Asked.AGE)):
            offered = [(choice.code, choice.label) for choice in lists.offered(asked)]
            _choices(self, name, [choose, *offered])
        keys = {part.key: part.label for part in (*parts.for_comments, *parts.for_ideas)}
        self._offer_or_drop("part", _("The whole"), keys.items())
        questions = [(key, question.text) for key, question in self._questions.items()]
        self._offer_or_drop("question", _("No one in particular"), questions)
        zones = [(key, zone.name) for key, zone in self._zones.items()]
        self._offer_or_drop("zone", _("I do not say"), zones)

    def _offer_or_drop(self, name: str, nothing: Any, offered: Iterable[tuple[str, Any]]) -> None:
        choices = list(offered)
        if choices:
            _choices(self, name, [("", nothing), *choices])
        else:
            del self.fields[name]

    def _ask_for_one_kind(self) -> None:
        """Where one kind alone is taken nobody chooses it, and a comment needs no fields of an idea."""
        consultation, text = self.consultation, self.fields["text"]
        if not consultation.takes_ideas:
            text.label = _("Your comment")
            del self.fields["kind"]
            # Filled in when it took ideas, they stay: nothing that somebody wrote is left out in silence.
            if not (self["solution"].value() or self["effect"].value()):
                del self.fields["solution"], self.fields["effect"]
        elif not consultation.takes_comments:
            text.label = _("The problem")
            del self.fields["kind"]
        else:
            text.label = _("Your comment, or the problem that your idea answers")
            self.fields["kind"].initial = Kind.COMMENT
        text.help_text = format_html(
            gettext("Up to {most} characters, in any language. Write neither names nor telephone numbers."),
            most=number(CONTRIBUTION_LENGTH),
        )

    def _dress(self) -> None:
        for name, field in self.fields.items():
            attrs = field.widget.attrs
            attrs["class"] = next(css for kind, css in _CLASSES if isinstance(field.widget, kind))
            if isinstance(field, PlainTextField):
                # No maxlength: a browser would cut what is pasted without a word.
                attrs["dir"] = "ltr" if name == "email" else "auto"
        self.fields["email"].widget.attrs["autocomplete"] = "email"
        self.fields["name"].widget.attrs["autocomplete"] = "name"

    @property
    def only_kind(self) -> str:
        """The kind that is written where there is no choice; empty where there is."""
        if "kind" in self.fields:
            return ""
        return Kind.IDEA if self.consultation.takes_ideas else Kind.COMMENT

    @property
    def takes_ideas_alone(self) -> bool:
        return self.only_kind == Kind.IDEA

    def clean_email(self) -> str:
        return "".join(self.cleaned_data["email"].split())

    def words(self) -> Words:
        """What was filled in, as far as it can be read."""
        values: dict[str, Any] = {"text": ""} | self.cleaned_data
        return Words(
            kind=self.only_kind or values.get("kind", ""),
            zone=self._zones.get(values.get("zone", "")),
            question=self._questions.get(values.get("question", "")),
            **{name: values[name] for name in _OF_WORDS if name in values},
        )

    def clean(self) -> dict[str, Any]:
        """Everything that is wrong is told at once, so what the service refuses is asked for here too."""
        try:
            check_words(self.consultation, self.words().tidied(), email=self.cleaned_data.get("email", ""))
        except ValidationError as refusal:
            for name, errors in refusal.update_error_dict({}).items():
                if name not in self.errors:
                    self._refuse(name, errors)
        return self.cleaned_data

    def refuse(self, refusal: ValidationError) -> None:
        """Put what a service refused beside what it is about."""
        for name, errors in refusal.update_error_dict({}).items():
            self._refuse(name, errors)

    def _refuse(self, name: str, errors: Any) -> None:
        self.add_error(name if name in self.fields else None, errors)

    @property
    def problems(self) -> list[tuple[str, str]]:
        """Every error with the place it links to."""
        found = [("", str(error)) for error in self.errors.get(NON_FIELD_ERRORS, [])]
        for bound in self:
            place = f"{bound.auto_id}_0" if bound.name == "kind" else bound.auto_id
            # What is said of a text does not say of which.
            named = f"{bound.label}: " if isinstance(bound.field, PlainTextField) else ""
            found += [(place, f"{named}{error}") for error in bound.errors]
        return found

    @property
    def written(self) -> list[tuple[str, str]]:
        """The texts exactly as they were typed, with what they are: for copying."""
        names = [name for name in ("text", "solution", "effect") if name in self.fields]
        typed = [(str(self.fields[name].label), str(self[name].value() or "")) for name in names]
        return [(label, text) for label, text in typed if text.strip()]


class CorrectionForm(ContributionForm):
    """The same with what the author wrote. Whom it is answered to is not asked again."""

    def __init__(self, data: Any = None, *, contribution: Contribution, words: Words) -> None:
        initial = {name: getattr(words, name) for name in ("kind", *_OF_WORDS)}
        initial |= {"zone": str(contribution.zone_id or ""), "question": str(contribution.question_id or "")}
        super().__init__(data, consultation=contribution.consultation, initial=initial)
        del self.fields["email"]


def _choices(form: forms.Form, name: str, choices: list[tuple[str, Any]]) -> None:
    cast("forms.ChoiceField", form.fields[name]).choices = choices
