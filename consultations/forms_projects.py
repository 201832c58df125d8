"""The forms of a plan's projects: the sheet, activities, indicators, measurements, progress, steps."""

from __future__ import annotations

import datetime
import re
from calendar import monthrange
from collections.abc import Iterable
from decimal import Decimal
from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from consultations.models import (
    TEXT_LENGTH,
    ActionPlan,
    Activity,
    ActivityUpdate,
    Axis,
    Completion,
    Indicator,
    Measurement,
    Project,
)
from consultations.points import BULLET, Point, read_points, write_points
from consultations.services.projects import REASON, fingerprint_of
from consultations.versions import ANSWERS, LISTS, NAMES, written_figure
from portal.amounts.reading import Unit, units_of
from portal.editing.cell_fields import UnitAmountField, cell_field
from portal.editing.desk_form import DeskForm
from portal.editing.merging import remember_row, remember_what_is_shown
from portal.editing.sheets import RowForm
from portal.files.fields import UploadsField, refuse_known
from portal.files.uploads import CheckedFile
from portal.folding import clean, western_digits
from portal.importing.dates import LONGEST_DATE, NotADate, date_order, read_date, read_month

TITLES = ("title_ar", "title_fr")
QUESTION_LABELS = ("question_1_label_ar", "question_1_label_fr", "question_2_label_ar", "question_2_label_fr")
BODIES = ("funding_source_ar", "funding_source_fr", "responsible_ar", "responsible_fr")
YES, NO = "yes", "no"
_TYPED_BULLET = re.compile(r"[-*–—·▪●◦]\s+")
_FIGURE = re.compile(r"-?\d{1,11}([.,]\d{1,3})?")
_OPEN_TO_TWO = re.compile(r"-?[1-9]\d{0,2}\.\d{3}")


class PointsField(forms.CharField):
    """A list of the sheet, one item a line: points, which may be typed with a dash, and paragraphs."""

    def clean(self, value: Any) -> str:
        lines = super().clean(value).splitlines()
        return points_text(
            "\n".join(_TYPED_BULLET.sub(f"{BULLET} ", line.strip(), count=1) for line in lines)
        )


def points_text(text: str) -> str:
    """A list as the form keeps it: no empty line, each point with its bullet."""
    return write_points(read_points(text))


def _answer_field(label: Any) -> forms.ChoiceField:
    choices = [
        ("", pgettext_lazy("principle or question", "not stated")),
        (YES, pgettext_lazy("principle or question", "Yes")),
        (NO, pgettext_lazy("principle or question", "No")),
    ]
    return forms.ChoiceField(label=label, choices=choices, required=False)


class ProjectForm(DeskForm):
    """Everything that is written of a project, and why it changes."""

    def __init__(
        self,
        data: Any = None,
        *,
        plan: ActionPlan,
        project: Project | None = None,
        asks_reason: bool = False,
    ) -> None:
        self.plan, self.asks_reason = plan, asks_reason
        self.currency = plan.municipality.currency
        self.units = units_of(self.currency)
        asked = (data or {}).get("unit", "")
        self.unit: Unit = Unit(asked) if asked in self.units else self.units[0]
        super().__init__(data, initial=project_values(project) if project else {})
        self._add_fields()
        if project:
            remember_what_is_shown(self, project.version, project.pk)
        if asks_reason:
            self.fields[REASON] = reason_field()
        self.dress()

    def _add_fields(self) -> None:
        self.fields["axis"] = forms.ModelChoiceField(
            Axis.objects.filter(plan=self.plan).order_by("number"),
            label=_("Axis"),
            required=False,
            empty_label=_("Not stated"),
        )
        for name in (*TITLES, *QUESTION_LABELS, *BODIES, *NAMES):
            self.fields[name] = _column(Project, name)
        for name in LISTS:
            self.fields[name] = PointsField(
                label=_column(Project, name).label, required=False, widget=forms.Textarea(attrs={"rows": 5})
            )
        for name in ANSWERS:
            self.fields[name] = _answer_field(_column(Project, name).label)
        self.fields["amount"] = UnitAmountField(
            currency=self.currency, unit=self.unit, label=_("Amount"), required=False
        )

    @property
    def lists(self) -> list[tuple[forms.BoundField, list[Point]]]:
        """The lists with what they read as, for the preview."""
        return [(self[name], self._points(name)) for name in LISTS]

    def _points(self, name: str) -> list[Point]:
        try:
            text = self.fields[name].clean(self[name].value() or "")
        except ValidationError:
            return []
        return read_points(text)

    @property
    def principles(self) -> list[forms.BoundField]:
        return [self[name] for name in Project.PRINCIPLES]

    def values(self, stored: dict[str, Any]) -> dict[str, Any]:
        """What the service takes, as columns hold it: the fields that say something else than ``stored``."""
        changed = {name: self.cleaned_data[name] for name in stored}
        return {name: _as_column(name, value) for name, value in changed.items() if value != stored[name]}

    @property
    def reason(self) -> str:
        return self.cleaned_data.get(REASON, "")

    def in_unit(self, asked: str) -> Any:
        """What was posted, with the amount written in another unit where it can be read."""
        other = Unit(asked) if asked in self.units else self.unit
        target = UnitAmountField(currency=self.currency, unit=other, required=False)
        data: Any = self.data.copy()  # type: ignore[attr-defined]
        data["unit"] = other
        for key in ("amount", self["amount"].html_initial_name):
            try:
                value = self.fields["amount"].clean(data.get(key, ""))
            except ValidationError:
                continue
            data[key] = target.prepare_value(value) or ""
        return data


EMPTY_VALUES: dict[str, Any] = {
    "axis": None,
    "amount": None,
    **dict.fromkeys((*TITLES, *LISTS, *ANSWERS, *QUESTION_LABELS, *BODIES, *NAMES), ""),
}
"""What the fields of :class:`ProjectForm` hold of a project that is not written yet."""


def project_values(project: Project) -> dict[str, Any]:
    """What the fields of :class:`ProjectForm` hold of a project."""
    return {
        "axis": project.axis,
        "amount": project.amount,
        **{name: getattr(project, name) for name in (*TITLES, *QUESTION_LABELS, *BODIES, *NAMES)},
        **{name: points_text(getattr(project, name)) for name in LISTS},
        **{name: {True: YES, False: NO, None: ""}[getattr(project, name)] for name in ANSWERS},
    }


def _as_column(name: str, value: Any) -> Any:
    if name in ANSWERS:
        return {YES: True, NO: False}.get(value)
    return value.replace("\r\n", "\n") if isinstance(value, str) else value


def reason_field() -> forms.CharField:
    return forms.CharField(
        label=_("Why it changes"),
        required=False,
        max_length=TEXT_LENGTH,
        help_text=_("The public reads it beside what changed."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )


class ReasonForm(DeskForm):
    """Why a table of a project that the public has seen changes."""

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        self.fields[REASON] = reason_field()
        self.dress()


class StepForm(DeskForm):
    """The decision by which a project takes a step, or why."""

    reason = forms.CharField(
        label=gettext_lazy("Decision and its date, or why"),
        required=False,
        max_length=TEXT_LENGTH,
        help_text=gettext_lazy("Such as: deliberation 12 of 7 October. The public reads it."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, data: Any = None, *, project: Project) -> None:
        super().__init__(data, auto_id="step-%s")
        remember_row(self, project.pk)
        self.fields["seen"] = forms.CharField(
            widget=forms.HiddenInput, required=False, max_length=100, initial=fingerprint_of(project)
        )
        self.dress()

    def show_anew(self, project: Project) -> None:
        """Where a step was refused the page shows what is there now: the next step is taken with that."""
        self.data = {**self.data.dict(), "seen": fingerprint_of(project)}  # type: ignore[attr-defined]


class GradeForm(DeskForm):
    """How far the municipality says that it kept the commitment."""

    def __init__(self, data: Any = None, *, project: Project) -> None:
        super().__init__(data, initial={"completion": project.completion}, auto_id="grade-%s")
        self.fields["completion"] = forms.ChoiceField(
            label=_("Completion, as the municipality states it"),
            required=False,
            choices=[("", _("Not graded")), *Completion.choices],
        )
        remember_row(self, project.pk)
        self.dress()


# Activities


class PeriodField(forms.CharField):
    """A start or an end, typed as a day or as a month; ``is_month`` says which of them it was."""

    def __init__(self, *, is_end: bool, **kwargs: Any) -> None:
        super().__init__(max_length=LONGEST_DATE, required=False, **kwargs)
        self.is_end, self.is_month = is_end, False
        self.widget.attrs |= {"autocomplete": "off", "size": 12, "dir": "auto"}

    def prepare_value(self, value: Any) -> Any:
        """``2024-10`` for a month, ``2024/10/13`` for a day."""
        if not isinstance(value, datetime.date):
            return value
        return f"{value:%Y-%m}" if self.is_month else f"{value:%Y/%m/%d}"

    def has_changed(self, initial: Any, data: Any) -> bool:
        return (self.prepare_value(initial) or "") != (data or "").strip()

    def clean(self, value: Any) -> datetime.date | None:
        text = clean(super().clean(value))
        if not text:
            return None
        self.is_month = date_order(text) is None
        try:
            return self._month(text) if self.is_month else read_date(text)
        except NotADate as refusal:
            expected = _(
                "This is no day and no month. Write 2024-10, أكتوبر 2024, Octobre 2024 or 2024/10/13."
            )
            raise ValidationError(expected) from refusal

    def _month(self, text: str) -> datetime.date:
        year, month = read_month(text)
        return datetime.date(year, month, monthrange(year, month)[1] if self.is_end else 1)


class ActivityForm(RowForm):
    """A line of the schedule. Its precision is that of the dates as they are typed."""

    starts_on = PeriodField(is_end=False, label=gettext_lazy("Start"))
    ends_on = PeriodField(is_end=True, label=gettext_lazy("End"))
    precision = forms.CharField(required=False, disabled=True, widget=forms.HiddenInput)

    class Meta(RowForm.Meta):
        model = Activity
        fields = ("position", "title_ar", "title_fr", "starts_on", "ends_on", "precision")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.periods:
            field.is_month = self.instance.precision == Activity.Precision.MONTH

    @property
    def periods(self) -> list[PeriodField]:
        return [cast(PeriodField, self.fields[name]) for name in ("starts_on", "ends_on")]

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        for name in ("starts_on", "ends_on"):
            if name in data and name not in self.changed_data:
                data[name] = self.initial.get(name)
        typed = {
            field.is_month
            for name, field in zip(("starts_on", "ends_on"), self.periods, strict=True)
            if data.get(name)
        }
        if len(typed) > 1:
            self.add_error("ends_on", _("Write both to the day, or both to the month."))
        elif typed:
            data["precision"] = Activity.Precision.MONTH if typed == {True} else Activity.Precision.DAY
        return data


class FigureField(forms.CharField):
    """A figure with at most three decimals. A comma parts decimals; what can be read in two ways is asked."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=40, **kwargs)
        self.widget.attrs |= {"inputmode": "decimal", "dir": "ltr", "autocomplete": "off", "size": 8}

    def prepare_value(self, value: Any) -> Any:
        return written_figure(value) if isinstance(value, Decimal) else value

    def clean(self, value: Any) -> Decimal | None:
        typed = western_digits(clean(super().clean(value))).replace("٫", ",").replace("−", "-")
        text = "".join(typed.split())
        if not text:
            return None
        if _OPEN_TO_TWO.fullmatch(text):
            readings = {"figure": text, "one": text.replace(".", " "), "other": text.replace(".", ",")}
            raise ValidationError(
                _("“%(figure)s” can be %(one)s or %(other)s: write one of the two.") % readings
            )
        if not _FIGURE.fullmatch(text):
            raise ValidationError(
                _("Write a number with at most three decimals, such as %(example)s.") % {"example": "12,5"}
            )
        return Decimal(text.replace(",", "."))


class IndicatorForm(RowForm):
    """An indicator, with where it stands at first and where it is to be."""

    baseline = FigureField(label=gettext_lazy("Baseline"), required=False)
    target = FigureField(label=gettext_lazy("Target"), required=False)

    class Meta(RowForm.Meta):
        model = Indicator
        fields = (
            *("title_ar", "title_fr", "unit_ar", "unit_fr"),
            *("baseline", "baseline_on", "target", "target_on", "position"),
        )


class MeasurementForm(RowForm):
    """What an indicator was found to be on a day."""

    value = FigureField(label=gettext_lazy("Value"))

    class Meta(RowForm.Meta):
        model = Measurement
        fields = ("measured_on", "value", "note")


class EvidenceField(UploadsField):
    """Files that may be left out."""

    def clean(self, data: Any, initial: Any = None) -> list[CheckedFile]:
        return super().clean(data, initial) if data else []


class StateForm(DeskForm):
    """How far an activity is on a day, and what proves it."""

    def __init__(
        self, data: Any = None, files: Any = None, *, activity: Activity, today: datetime.date
    ) -> None:
        self.activity = activity
        super().__init__(data, files, initial={"stated_on": today, "is_public": True})
        for name in ("percent", "stated_on", "note"):
            self.fields[name] = _column(ActivityUpdate, name)
        self.fields["percent"].widget.attrs |= {"inputmode": "numeric", "dir": "ltr"}
        self.fields["uploads"] = EvidenceField(
            label=_("Evidence"), required=False, help_text=_("What proves it: a report, a photo, minutes.")
        )
        self.fields["is_public"] = forms.BooleanField(label=_("Everybody may read the files"), required=False)
        self.dress()

    def clean_uploads(self) -> list[CheckedFile]:
        """Refuse what was handed in for the activity already, and the same file chosen twice."""
        updates = ActivityUpdate.objects.filter(activity=self.activity).exclude(files=None)
        known = dict(updates.values_list("files__sha256", "files__name"))
        return refuse_known(self.cleaned_data["uploads"], known)


def _column(model: type[models.Model], name: str) -> forms.Field:
    """The field of a form for a column of a model."""
    return cast(forms.Field, cell_field(cast(models.Field, model._meta.get_field(name))))


def told(form: ProjectForm, name: str, value: Any) -> str:
    """A field's value in words, for whoever has to choose between two of them."""
    field: Any = form.fields[name]
    if isinstance(field, forms.ChoiceField) and not isinstance(field, forms.ModelChoiceField):
        return str(dict(cast(Iterable[Any], field.choices)).get(value, value))
    return str(field.prepare_value(value)) if isinstance(value, Decimal) else str(value)
