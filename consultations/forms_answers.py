"""The forms of official answers."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, cast

from django import forms
from django.db import models
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from consultations.models import TEXT_LENGTH, OfficialAnswer, Verdict
from consultations.services.answers import FIELDS
from portal.editing.cell_fields import cell_field
from portal.editing.desk_form import DeskForm
from portal.editing.merging import remember_what_is_shown
from portal.subjects import Outcome

_COLUMNS = tuple(name for name in FIELDS if name not in ("verdict", "outcome"))


class _AnswersForm(DeskForm):
    """A form of the desk that also tells what is wrong with the group, which is no field of it."""

    @property
    def problems(self) -> list[tuple[str, str]]:
        """Every error with the place it stands at."""
        places = {text: name for name, texts in self.elsewhere.items() for text in texts}
        found = [(places.get(str(error), ""), str(error)) for error in self.non_field_errors()]
        for bound in self:
            place = f"{bound.auto_id}_0" if bound.name == "verdict" else bound.id_for_label
            found += [(place, f"{bound.label}: {error}") for error in bound.errors]
        return found


class AnswerForm(_AnswersForm):
    """What an answer says. Nothing is needed for a draft; what is, is asked for when it is proposed."""

    verdict = forms.ChoiceField(
        label=gettext_lazy("What became of it"),
        choices=Verdict.choices,
        required=False,
        widget=forms.RadioSelect,
    )
    outcome = forms.ChoiceField(
        label=gettext_lazy("What changed"),
        required=False,
        help_text=gettext_lazy(
            "The public sees it as a link: the project that took it up, or its new version."
        ),
    )

    def __init__(
        self,
        data: Any = None,
        *,
        outcomes: Iterable[Outcome],
        answer: OfficialAnswer | None = None,
        asks_reason: bool = False,
        initial: dict[str, Any] | None = None,
    ) -> None:
        self.asks_reason = asks_reason
        self.outcomes = {outcome.key: outcome for outcome in outcomes}
        if answer and answer.outcome:
            # It stays to be chosen where the subject names it no more.
            self.outcomes.setdefault(answer.outcome["key"], Outcome(**answer.outcome))
        super().__init__(data, initial=answer_values(answer) if answer else initial)
        for name in _COLUMNS:
            self.fields[name] = _column(name)
        for name in ("text_ar", "text_fr"):
            self.fields[name].widget.attrs["rows"] = 6
        for name in ("service_ar", "service_fr"):
            self.fields[name].widget.attrs["list"] = f"{name}-used"
        cast(Any, self.fields["outcome"]).choices = self._choices()
        if answer:
            remember_what_is_shown(self, answer.version)
        if asks_reason:
            self.fields["reason"] = reason_field(gettext_lazy("Why it changes"))
        self.dress()

    def _choices(self) -> list[tuple[str, str]]:
        found = [(key, f"\u2068{outcome.label}\u2069") for key, outcome in self.outcomes.items()]
        return [("", _("Nothing that has a page")), *found]

    @property
    def values(self) -> dict[str, Any]:
        """What the service takes."""
        data = self.cleaned_data
        outcome = self.outcomes.get(data["outcome"])
        return {name: data[name] for name in ("verdict", *_COLUMNS)} | {
            "outcome": outcome.kept() if outcome else None
        }

    @property
    def verdict_seen(self) -> SafeString | str:
        """What the page showed as the verdict, carried along beside the radio buttons."""
        has_seen = self.fields["verdict"].show_hidden_initial
        return self["verdict"].as_hidden(only_initial=True) if has_seen else ""

    @property
    def reason(self) -> str:
        return self.cleaned_data.get("reason", "")

    def told(self, name: str, value: Any) -> str:
        """A field's value in words, for whoever has to choose between two of them."""
        choices = dict(getattr(self.fields[name], "choices", None) or ())
        return str(choices.get(value, value))


def answer_values(answer: OfficialAnswer) -> dict[str, Any]:
    """What the fields of :class:`AnswerForm` hold of an answer."""
    values = {name: getattr(answer, name) for name in ("verdict", *_COLUMNS)}
    return values | {"outcome": answer.outcome["key"] if answer.outcome else ""}


class StepForm(_AnswersForm):
    """What is said with a step: a note to whoever wrote it, or a reason for the public."""

    note = forms.CharField(
        label=gettext_lazy("What is to be changed"),
        required=False,
        max_length=TEXT_LENGTH,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, data: Any = None, *, answer: OfficialAnswer) -> None:
        super().__init__(data, initial={"version": answer.version}, auto_id="step-%s")
        self.fields["reason"] = reason_field(gettext_lazy("Why it is taken back"))
        self.dress()

    def show_anew(self, answer: OfficialAnswer) -> None:
        """Where a step was refused the page shows what is there now: the next step is taken with that."""
        self.data = {**self.data.dict(), "version": answer.version}  # type: ignore[attr-defined]


def reason_field(label: Any) -> forms.CharField:
    return forms.CharField(
        label=label,
        required=False,
        max_length=TEXT_LENGTH,
        help_text=gettext_lazy("The publications register keeps it, for everybody."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )


def _column(name: str) -> forms.Field:
    """The field of a form for a column of an answer."""
    return cast(forms.Field, cell_field(cast(models.Field, OfficialAnswer._meta.get_field(name))))
