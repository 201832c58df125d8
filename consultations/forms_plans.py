"""The forms of the plan's desk: the plan, its tables, the documents of a stage, publishing."""

from __future__ import annotations

from typing import Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from consultations.models import TEXT_LENGTH, ActionPlan, Axis, CommitteeMember, Stage, StageFile
from consultations.process import EMPTY, MOROCCAN_PROCESS, Outline, outline_of
from consultations.services.plans import FIELDS
from portal.bilingual import localized
from portal.editing.cell_fields import cell_field
from portal.editing.desk_form import DeskForm
from portal.editing.merging import remember_what_is_shown
from portal.editing.sheets import RowForm
from portal.files.fields import UploadsField, refuse_known
from portal.files.rows import CAPTION_LENGTH
from portal.files.uploads import CheckedFile
from portal.municipalities.models import Country, Municipality

PUBLIC, INTERNAL = "public", "internal"
PROCESS, FORMER, NOTHING = "process", "former", "nothing"


def _column(name: str) -> forms.Field:
    return cast(forms.Field, cell_field(cast(models.Field, ActionPlan._meta.get_field(name))))


def _lines(value: Any) -> Any:
    return value.replace("\r\n", "\n").replace("\r", "\n") if isinstance(value, str) else value


# The plan


class PlanForm(DeskForm):
    """What is written of a plan as a whole. Its short name is chosen once: its addresses hold it."""

    NAMES: tuple[str, ...] = tuple(name for name in FIELDS if name != "slug")

    def __init__(self, data: Any = None, *, plan: ActionPlan | None = None, initial: Any = None) -> None:
        super().__init__(data, initial=plan_values(plan) if plan else initial or {})
        for name in self.NAMES:
            self.fields[name] = _column(name)
        for name in ("summary_ar", "summary_fr"):
            self.fields[name].widget.attrs["rows"] = 4
        if plan:
            remember_what_is_shown(self, plan.version, plan.pk)
        self.dress()

    @property
    def values(self) -> dict[str, Any]:
        """What the service takes."""
        return {name: _lines(self.cleaned_data[name]) for name in self.NAMES}


def plan_values(plan: ActionPlan) -> dict[str, Any]:
    """What the fields of :class:`PlanForm` hold of a plan."""
    return {name: getattr(plan, name) for name in PlanForm.NAMES}


class NewPlanForm(PlanForm):
    """A new plan, and what it begins with."""

    NAMES = FIELDS

    def __init__(self, data: Any = None, *, municipality: Municipality) -> None:
        self.former = list(
            ActionPlan.objects.of(municipality).defer("imported").order_by("-starts_on", "slug")
        )
        first = PROCESS if municipality.country == Country.MOROCCO else NOTHING
        super().__init__(
            data,
            initial={"slug": _free_slug([plan.slug for plan in self.former]), "origin": first},
        )
        slug = self.fields["slug"]
        slug.widget.attrs |= {"dir": "ltr", "size": 24, "class": "form-control w-auto mw-100"}
        slug.help_text = _("In the address of its page, for good: letters, digits and hyphens.")
        self.fields["origin"] = forms.ChoiceField(
            label=_("What it begins with"),
            choices=[
                (PROCESS, _("The built-in process")),
                *([(FORMER, _("A former plan"))] if self.former else []),
                (NOTHING, _("Nothing")),
            ],
            widget=forms.RadioSelect,
        )
        self.fields["former"] = forms.ModelChoiceField(
            ActionPlan.objects.of(municipality), label=_("Former plan"), required=False
        )

    @property
    def origin_value(self) -> str:
        """What is chosen to begin with."""
        return str(self["origin"].value() or "")

    @property
    def former_pk(self) -> str:
        """The former plan that is chosen; the latest where none is."""
        chosen = self["former"].value()
        return str(chosen or (self.former[0].pk if self.former else ""))

    @property
    def former_plans(self) -> list[tuple[str, str]]:
        return [(str(plan.pk), str(localized(plan, "title"))) for plan in self.former]

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        if data.get("origin") == FORMER and "former" in data and data["former"] is None:
            self.add_error("former", _("Choose the plan that the new one begins with."))
        return data

    @property
    def outline(self) -> Outline:
        if self.cleaned_data["origin"] == FORMER:
            return outline_of(self.cleaned_data["former"])
        return MOROCCAN_PROCESS if self.cleaned_data["origin"] == PROCESS else EMPTY


def _free_slug(taken: list[str]) -> str:
    """A short name that no plan of the municipality has."""
    default = ActionPlan._meta.get_field("slug").default
    names = (default, *(f"{default}-{number}" for number in range(2, len(taken) + 3)))
    return next(name for name in names if name not in taken)


# Its tables


class StageForm(RowForm):
    """A line of the process."""

    level = forms.TypedChoiceField(
        label=gettext_lazy("Level"),
        coerce=int,
        choices=[
            (1, pgettext_lazy("level of a plan's line", "Stage")),
            (2, pgettext_lazy("level of a plan's line", "Step")),
        ],
    )

    class Meta(RowForm.Meta):
        model = Stage
        fields = ("position", "level", "title_ar", "title_fr", "state", "starts_on", "ends_on")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _short(self, "position")
        state: Any = self.fields["state"]
        state.choices = [("", _("Not stated")), *Stage.State.choices]


class AxisForm(RowForm):
    class Meta(RowForm.Meta):
        model = Axis
        fields = ("number", "title_ar", "title_fr")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _short(self, "number")


class MemberForm(RowForm):
    """Somebody on the committee."""

    class Meta(RowForm.Meta):
        model = CommitteeMember
        fields = ("position", "group", "name", "quality_ar", "quality_fr", "is_named")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _short(self, "position")


def _short(form: RowForm, name: str) -> None:
    form.fields[name].widget.attrs |= {"size": 3, "inputmode": "numeric", "dir": "ltr"}


# A stage


class FilesForm(DeskForm):
    """Documents of a stage, and whether the public sees them."""

    def __init__(self, data: Any = None, files: Any = None, *, stage: Stage) -> None:
        super().__init__(data, files, auto_id="files-%s", initial={"visibility": PUBLIC})
        self.stage = stage
        self.fields["uploads"] = UploadsField(label=_("Files"))
        self.fields["visibility"] = forms.ChoiceField(
            label=_("Who sees them"),
            choices=[
                (PUBLIC, _("Public: everybody can fetch them once the plan is public")),
                (INTERNAL, _("Internal: only the municipality’s staff")),
            ],
        )
        for name, label in (
            ("caption_ar", _("What they show (Arabic)")),
            ("caption_fr", _("What they show (French)")),
        ):
            self.fields[name] = forms.CharField(label=label, required=False, max_length=CAPTION_LENGTH)
        self.dress()

    def clean_uploads(self) -> list[CheckedFile]:
        """Refuse what the stage has already, and the same file chosen twice."""
        known = dict(StageFile.objects.filter(stage=self.stage).values_list("sha256", "name"))
        return refuse_known(self.cleaned_data["uploads"], known)

    @property
    def is_public(self) -> bool:
        return self.cleaned_data["visibility"] == PUBLIC

    @property
    def captions(self) -> tuple[str, str]:
        return self.cleaned_data["caption_ar"], self.cleaned_data["caption_fr"]


# Publishing


class PublishForm(DeskForm):
    """Nothing but what the person was shown is published."""

    seen = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)
    """The fingerprint of what was shown."""

    def hold_to(self, fingerprint: str) -> None:
        """Raises ``ValidationError`` where somebody changed the plan since it was shown."""
        if self.cleaned_data["seen"] != fingerprint:
            raise ValidationError(
                _("The plan has changed since you opened this page. Look through it again, then publish.")
            )


class WithdrawForm(DeskForm):
    """Why a plan is public no more."""

    reason = forms.CharField(
        label=gettext_lazy("Why"),
        max_length=TEXT_LENGTH,
        help_text=gettext_lazy("The register of publications keeps it: everybody can read it."),
        error_messages={"required": gettext_lazy("Say why the plan is withdrawn.")},
        widget=forms.Textarea(attrs={"rows": 2}),
    )

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, auto_id="withdraw-%s")
        self.dress()
