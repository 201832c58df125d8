"""The forms of a consultation and of the rules behind it."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from consultations.models import TEXT_LENGTH, AskedChoice, Channel, Consultation, ParticipationRules, Question
from consultations.typed_moments import NoSuchTime, TwiceThatDay, both_moments, is_twice, moment_of
from portal.editing.cell_fields import cell_field
from portal.editing.desk_form import DeskForm
from portal.editing.merging import remember_what_is_shown
from portal.editing.sheets import RowForm
from portal.meetings.fields import ClockField, DayField
from portal.municipalities.models import Municipality
from portal.subjects import kinds, provider

_COLUMNS = ("title_ar", "title_fr", "summary_ar", "summary_fr", "kind", "moderation", "answer_days")
_CHANNELS = tuple(f"channel_{channel.value}" for channel in Channel)
_MOMENTS = ("opens", "closes")


class PeriodForm(DeskForm):
    """Everything that is written of a consultation but its questions, and why it changes."""

    def __init__(
        self, data: Any = None, *, municipality: Municipality, consultation: Consultation | None = None
    ) -> None:
        self.municipality, self.consultation = municipality, consultation
        self.moments: dict[str, datetime.datetime | None] = {}
        super().__init__(data, initial=period_values(consultation or Consultation(municipality=municipality)))
        self._add_fields()
        if consultation:
            remember_what_is_shown(self, consultation.version, consultation.pk)
        if self.asks_reason:
            self.fields["reason"] = forms.CharField(
                label=_("Why it changes"),
                required=False,
                max_length=TEXT_LENGTH,
                help_text=_("The public reads it, and those who follow the consultation are told."),
                widget=forms.Textarea(attrs={"rows": 2}),
            )
        self.dress()

    @property
    def asks_reason(self) -> bool:
        return self.consultation is not None and self.consultation.is_public

    @property
    def has_fixed_subject(self) -> bool:
        """Once people have read it or taken part, what it is about stays."""
        row = self.consultation
        return row is not None and (row.is_public or bool(row.last_number))

    def _add_fields(self) -> None:
        if not self.has_fixed_subject:
            self.fields["subject"] = forms.ChoiceField(
                label=_("What it is about"), choices=[("", "–"), *subject_choices(self.municipality)]
            )
        for name in _COLUMNS:
            self.fields[name] = cast(forms.Field, cell_field(_column(name)))
        for channel, name in zip(Channel, _CHANNELS, strict=True):
            self.fields[name] = forms.BooleanField(label=channel.label, required=False)
        labels = {"opens": (_("Opens on"), _("at what time")), "closes": (_("Closes on"), _("at what time"))}
        for which, (day, time) in labels.items():
            self.fields[f"{which}_on"] = DayField(label=day, required=False)
            self.fields[f"{which}_at"] = ClockField(label=time, required=False)
            self.fields[f"{which}_fold"] = forms.ChoiceField(
                label=_("Which of the two"),
                required=False,
                choices=[("", "–"), ("0", _("The first time")), ("1", _("The second time"))],
            )

    def clean(self) -> dict[str, Any]:
        self.read_moments()
        if not any(self.cleaned_data.get(name) for name in _CHANNELS):
            self.add_error(_CHANNELS[0], _("Choose one way to take part at least."))
        return self.cleaned_data

    def read_moments(self) -> None:
        """Put the days and times together; what the clocks do not show, or show twice, is asked about."""
        for which in _MOMENTS:
            self.moments[which] = self._moment(which)

    def _moment(self, which: str) -> datetime.datetime | None:
        day, time = self.cleaned_data.get(f"{which}_on"), self.cleaned_data.get(f"{which}_at")
        if {f"{which}_on", f"{which}_at"} & set(self.errors) or not (day or time):
            return None
        if not day or not time:
            self.add_error(
                f"{which}_at" if day else f"{which}_on", _("Give the day and the time, or neither.")
            )
            return None
        fold = self.cleaned_data.get(f"{which}_fold")
        try:
            return moment_of(day, time, self.municipality.zone_info, int(fold) if fold else None)
        except NoSuchTime:
            self.add_error(f"{which}_at", _("The clocks jump over this time that day: choose another."))
        except TwiceThatDay:
            self.add_error(
                f"{which}_fold",
                _("The clocks are put back that day and show this time twice. Which is meant?"),
            )
        return None

    @property
    def values(self) -> dict[str, Any]:
        """What the service takes; a fixed subject is not among it."""
        data = self.cleaned_data
        values = {name: _lines(data[name]) for name in _COLUMNS}
        if not self.has_fixed_subject:
            values["subject_kind"], values["subject_id"] = read_subject_key(data["subject"])
        channels = [c.value for c, name in zip(Channel, _CHANNELS, strict=True) if data[name]]
        return values | {
            "channels": channels,
            "opens_at": self.moments["opens"],
            "closes_at": self.moments["closes"],
        }

    @property
    def reason_given(self) -> str:
        return self.cleaned_data.get("reason", "")

    # For the page

    @property
    def channel_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in _CHANNELS]

    @property
    def opening(self) -> MomentFields:
        return MomentFields(self, "opens")

    @property
    def closing(self) -> MomentFields:
        return MomentFields(self, "closes")

    def refuse(self, refusal: ValidationError) -> None:
        """As any form of the desk; what is wrong with a moment stands at its day."""
        places = {"opens_at": "opens_on", "closes_at": "closes_on", "channels": _CHANNELS[0]}
        errors = refusal.update_error_dict({})
        super().refuse(ValidationError({places.get(name, name): found for name, found in errors.items()}))


class MomentFields:
    """The fields of a moment, and the two that are meant where the clocks show its time twice."""

    def __init__(self, form: PeriodForm, which: str) -> None:
        self.day, self.time, self.fold = form[f"{which}_on"], form[f"{which}_at"], form[f"{which}_fold"]
        self.choices = self._choices(form)

    def _choices(self, form: PeriodForm) -> list[tuple[str, str]]:
        """Empty where the time comes once."""
        try:
            day = form.fields[self.day.name].clean(self.day.value())
            time = form.fields[self.time.name].clean(self.time.value())
            if day and time:
                moment_of(day, time, form.municipality.zone_info)
        except TwiceThatDay:
            return [
                (str(n), text) for n, text in enumerate(both_moments(day, time, form.municipality.zone_info))
            ]
        except (NoSuchTime, ValidationError):
            return []
        return []


def period_values(consultation: Consultation) -> dict[str, Any]:
    """What the fields of :class:`PeriodForm` hold of a consultation, as they are cleaned."""
    values: dict[str, Any] = {name: getattr(consultation, name) for name in _COLUMNS}
    if consultation.subject_id:
        values["subject"] = f"{consultation.subject_kind}:{consultation.subject_id}"
    for channel, name in zip(Channel, _CHANNELS, strict=True):
        values[name] = channel.value in consultation.channels
    zone = consultation.municipality.zone_info
    for which in _MOMENTS:
        moment = getattr(consultation, f"{which}_at")
        local = moment.astimezone(zone) if moment else None
        values[f"{which}_on"] = local.date() if local else None
        values[f"{which}_at"] = local.time() if local else None
        values[f"{which}_fold"] = str(local.fold) if local and is_twice(local, zone) else ""
    return values


def subject_choices(municipality: Municipality) -> list[tuple[str, list[tuple[str, str]]]]:
    """Everything that the public can be consulted about, by kind."""
    return [
        (label, [(f"{kind}:{pk}", title) for pk, title in found])
        for kind, label in kinds()
        if (found := provider(kind).choices(municipality))
    ]


def read_subject_key(text: str) -> tuple[str, int]:
    """The kind and the key of a choice of :func:`subject_choices`."""
    kind, _separator, pk = text.partition(":")
    return kind, int(pk)


class QuestionForm(RowForm):
    """A question of a consultation."""

    class Meta(RowForm.Meta):
        model = Question
        fields = ("position", "text_ar", "text_fr")


class PublishForm(DeskForm):
    """What is said before a consultation is announced."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    subject_follows = forms.BooleanField(
        label=gettext_lazy("The page of what it is about will be published before it opens"), required=False
    )

    def __init__(self, data: Any = None, *, consultation: Consultation) -> None:
        super().__init__(data, initial={"version": consultation.version})
        self.dress()

    def refuse(self, refusal: ValidationError) -> None:
        """A draft as subject is told at the box that allows it."""
        errors = refusal.update_error_dict({})
        super().refuse(
            ValidationError(
                {"subject_follows" if name == "subject" else name: e for name, e in errors.items()}
            )
        )


class WithdrawForm(DeskForm):
    """Why a consultation is taken back."""

    reason = forms.CharField(
        label=gettext_lazy("Why it is withdrawn"),
        required=False,
        max_length=TEXT_LENGTH,
        help_text=gettext_lazy("The public reads it in the register, and those who follow it are told."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, auto_id="withdraw-%s")
        self.dress()


class RulesForm(RowForm):
    """How a municipality deals with contributions."""

    class Meta(RowForm.Meta):
        model = ParticipationRules
        fields = (
            "publish_days",
            "retention_months",
            "contact_ar",
            "contact_fr",
            "rules_ar",
            "rules_fr",
            "needs_approval",
        )


class ChoiceForm(RowForm):
    """A choice of a list; its code stays as it was given."""

    class Meta(RowForm.Meta):
        model = AskedChoice
        fields = ("position", "label_ar", "label_fr", "is_offered")


def told(fields: Mapping[str, forms.Field], name: str, value: Any) -> str:
    """A field's value in words, for whoever has to choose between two of them."""
    field: Any = fields[name]
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if name == "subject":
        return next(
            (title for _kind, found in field.choices[1:] for key, title in found if key == value), value
        )
    return str(dict(getattr(field, "choices", None) or ()).get(value, field.prepare_value(value)))


def _column(name: str) -> models.Field:
    return cast(models.Field, Consultation._meta.get_field(name))


def _lines(value: Any) -> Any:
    return value.replace("\r\n", "\n").replace("\r", "\n") if isinstance(value, str) else value
