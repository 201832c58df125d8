"""The forms of moderation: what a step needs besides the contributions it is taken with."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, cast

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from consultations.models import TEXT_LENGTH, Contribution, RefusalReason
from consultations.queue import Stamp, stamp_of
from consultations.services.moderation import NOTE_LENGTH, TEXTS, readers
from portal.accounts.models import User
from portal.municipalities.models import Municipality

_CLASSES = (
    (forms.CheckboxInput, "form-check-input"),
    (forms.Select, "form-select"),
    (forms.Widget, "form-control"),
)
_REASONS = [("", pgettext_lazy("list", "Choose")), *RefusalReason.choices]


class StepForm(forms.Form):
    """A step with one contribution or with several that were shown. What a service refuses stands in it."""

    stamp = forms.CharField(widget=forms.HiddenInput, max_length=60)
    next = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=1, max_value=2**62)
    together = forms.BooleanField(required=False)

    def __init__(self, data: Any = None, **kwargs: Any) -> None:
        super().__init__(data, use_required_attribute=False, **kwargs)
        for field in self.fields.values():
            attrs = field.widget.attrs
            if field.widget.is_hidden:
                continue
            attrs["class"] = next(css for kind, css in _CLASSES if isinstance(field.widget, kind))
            if isinstance(field, forms.CharField):
                attrs["dir"] = "auto"
                # A browser would cut what is pasted without a word.
                attrs.pop("maxlength", None)

    def clean_stamp(self) -> Stamp:
        found = stamp_of(self.cleaned_data["stamp"])
        if found is None:
            raise ValidationError(_("Open the page anew: it is not known what it showed."))
        return found

    @property
    def goes_on(self) -> int | None:
        """The contribution to be shown next, as the page proposed it."""
        return self.cleaned_data.get("next")

    def show_anew(self, stamp: str) -> None:
        """Where a step was refused the page shows what is there now: the next step is taken with that."""
        self.data = {**self.data.dict(), "stamp": stamp}  # type: ignore[attr-defined]

    def refuse(self, refusal: ValidationError) -> None:
        """Put what a service refused beside what it is about."""
        for name, errors in refusal.update_error_dict({}).items():
            self.add_error(name if name in self.fields else None, errors)

    @property
    def problems(self) -> list[tuple[str, str]]:
        """Every error with the field it stands at."""
        found = [("", str(error)) for error in self.errors.get(NON_FIELD_ERRORS, [])]
        for bound in self:
            is_shown = not bound.is_hidden
            found += [(bound.id_for_label if is_shown else "", str(error)) for error in bound.errors]
        return found


class PublishForm(StepForm):
    """Publish, keep published, or publish after all."""

    confirmed_marks = forms.BooleanField(
        label=_("I have seen the personal data that is marked. It may be read by everybody."), required=False
    )


class RefuseForm(StepForm):
    """Do not publish."""

    reason = forms.ChoiceField(
        label=_("Reason"),
        choices=_REASONS,
        error_messages={
            "required": _("Choose the reason from the list."),
            "invalid_choice": _("Choose the reason from the list."),
        },
    )
    note = forms.CharField(
        label=_("Note to the author (optional)"),
        help_text=_("Only the author reads it, with the receipt code."),
        widget=forms.Textarea(attrs={"rows": 3}),
        max_length=TEXT_LENGTH,
        required=False,
    )


class RedactForm(StepForm):
    """Take parts out: the texts as they shall be read."""

    text = forms.CharField(label=_("Text"), widget=forms.Textarea(attrs={"rows": 6}), required=False)
    solution = forms.CharField(
        label=_("Proposed solution"), widget=forms.Textarea(attrs={"rows": 4}), required=False
    )
    effect = forms.CharField(
        label=_("Expected effect"), widget=forms.Textarea(attrs={"rows": 3}), required=False
    )
    reason = forms.ChoiceField(
        label=_("Why the part may not be read"),
        choices=_REASONS,
        error_messages={
            "required": _("Choose the reason from the list."),
            "invalid_choice": _("Choose the reason from the list."),
        },
    )

    def __init__(self, data: Any = None, *, contribution: Contribution, **kwargs: Any) -> None:
        texts = {name: getattr(contribution, name) for name in TEXTS}
        super().__init__(data, initial=texts | kwargs.pop("initial", {}), **kwargs)
        for name, text in texts.items():
            if not text:
                del self.fields[name]
        self.fields["text"].label = _("The problem") if contribution.is_idea else _("Text")

    @property
    def text_fields(self) -> list[forms.BoundField]:
        """Those of the texts that there are."""
        return [self[name] for name in TEXTS if name in self.fields]

    @property
    def texts(self) -> dict[str, str]:
        return {name: self.cleaned_data.get(name, "") for name in TEXTS}


class HandOverForm(StepForm):
    """Hand over to another member."""

    to = forms.ModelChoiceField(
        User.objects.none(),
        label=_("To whom"),
        empty_label=pgettext_lazy("list", "Choose"),
        error_messages={
            "required": _("Choose somebody who may see contributions here."),
            "invalid_choice": _("Choose somebody who may see contributions here."),
        },
    )
    note = forms.CharField(
        label=_("Note (optional)"),
        help_text=_("It stands in the journal: ask your question, and quote nothing of the text."),
        max_length=NOTE_LENGTH,
        required=False,
    )

    def __init__(self, data: Any = None, *, municipality: Municipality, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        cast("forms.ModelChoiceField", self.fields["to"]).queryset = readers(municipality)


class BulkForm(RefuseForm):
    """One step with the lines that were ticked."""

    PUBLISH, REFUSE = "publish", "refuse"

    confirmed_marks = PublishForm.base_fields["confirmed_marks"]
    act = forms.ChoiceField(choices=[(PUBLISH, ""), (REFUSE, "")])
    pick = forms.MultipleChoiceField(required=False)

    def __init__(self, data: Any = None, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        del self.fields["stamp"]
        if data is not None and data.get("act") != self.REFUSE:
            self.fields["reason"].required = False
        picks: Iterable[str] = data.getlist("pick") if data is not None else ()
        cast("forms.MultipleChoiceField", self.fields["pick"]).choices = [(pick, pick) for pick in picks]

    def clean_pick(self) -> list[Stamp]:
        stamps = [stamp_of(pick) for pick in self.cleaned_data["pick"]]
        if not stamps:
            raise ValidationError(_("Tick at least one contribution."))
        if None in stamps:
            raise ValidationError(_("Open the page anew: it is not known what it showed."))
        return [stamp for stamp in stamps if stamp]

    @property
    def picked(self) -> set[str]:
        """What stays ticked where the step was refused."""
        return set(self.data.getlist("pick")) if self.is_bound else set()  # type: ignore[attr-defined]
