"""The forms of the desk about meetings."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms import BaseFormSet, formset_factory
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from portal.files.fields import UploadsField, of_file, refuse_known
from portal.files.uploads import CheckedFile
from portal.meetings import rules
from portal.meetings.fields import ClockField, DayField
from portal.meetings.models import (
    LONGEST_POINT,
    MOST_PRESENT,
    TITLE_LENGTH,
    FileKind,
    Meeting,
    MeetingFile,
    Minutes,
    VideoLink,
)
from portal.meetings.services import AgendaRow, ZoneRow
from portal.meetings.stale import plain_lines, remember
from portal.municipalities.models import Municipality, Zone

MOST_POINTS = 60
USUAL, PUBLIC, INTERNAL = "usual", "public", "internal"
_DIRECTIONS = {"ar": "rtl", "fr": "ltr"}


def _dress(form: forms.BaseForm) -> None:
    """Give every control its look, and those of a language pair their language and direction."""
    for name, field in form.fields.items():
        attrs = field.widget.attrs
        if isinstance(field.widget, forms.Select):
            attrs.setdefault("class", "form-select")
        elif isinstance(field.widget, forms.CheckboxInput):
            attrs.setdefault("class", "form-check-input")
        else:
            attrs.setdefault("class", "form-control")
        language = name.rpartition("_")[2]
        if language in _DIRECTIONS:
            attrs.update(lang=language, dir=_DIRECTIONS[language])


class _RememberingForm(forms.ModelForm):
    """Carries what its fields held when it was opened: see :mod:`portal.meetings.stale`."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _dress(self)
        remember(self)

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        return {name: plain_lines(value) for name, value in values.items()}


class MeetingForm(_RememberingForm):
    """What a meeting is, when and where."""

    date = DayField(label=gettext_lazy("Date"), help_text=gettext_lazy("For example 2026/11/30"))
    ends_on = DayField(
        label=gettext_lazy("Last day"),
        required=False,
        help_text=gettext_lazy("Only where it lasts several days."),
    )
    starts_at = ClockField(
        label=gettext_lazy("Begins at"),
        required=False,
        help_text=gettext_lazy("Local time. Empty: it lasts the whole day."),
    )
    ends_at = ClockField(label=gettext_lazy("Ends at"), required=False)

    class Meta:
        model = Meeting
        fields = (
            "kind",
            "mode",
            "title_ar",
            "title_fr",
            "date",
            "ends_on",
            "starts_at",
            "ends_at",
            "place_ar",
            "place_fr",
            "map_url",
            "remote_url",
            "zone",
            "invitation_ar",
            "invitation_fr",
        )
        widgets = {
            "map_url": forms.TextInput(attrs={"dir": "ltr", "inputmode": "url"}),
            "remote_url": forms.TextInput(attrs={"dir": "ltr", "inputmode": "url"}),
            "invitation_ar": forms.Textarea(attrs={"rows": 5}),
            "invitation_fr": forms.Textarea(attrs={"rows": 5}),
        }

    def __init__(self, *args: Any, municipality: Municipality, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.instance.municipality = municipality
        zones: Any = self.fields["zone"]
        zones.queryset = Zone.objects.filter(municipality=municipality).order_by("number")
        zones.empty_label = _("The whole municipality")


class AgendaForm(forms.Form):
    """A point of the agenda; a row without anything is none."""

    pk = forms.IntegerField(required=False, widget=forms.HiddenInput)
    place = forms.IntegerField(
        label=gettext_lazy("Order"),
        required=False,
        min_value=1,
        max_value=1000,
        widget=forms.TextInput(attrs={"dir": "ltr", "inputmode": "numeric", "size": 3}),
    )
    starts_at = ClockField(label=gettext_lazy("Begins at"), required=False)
    minutes = forms.IntegerField(
        label=pgettext_lazy("duration", "Minutes"),
        required=False,
        min_value=1,
        max_value=LONGEST_POINT,
        widget=forms.TextInput(attrs={"dir": "ltr", "inputmode": "numeric", "size": 4}),
    )
    title_ar = forms.CharField(label=gettext_lazy("Title (Arabic)"), required=False, max_length=TITLE_LENGTH)
    title_fr = forms.CharField(label=gettext_lazy("Title (French)"), required=False, max_length=TITLE_LENGTH)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _dress(self)

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        says = values.get("starts_at") or values.get("minutes")
        if says and not self.is_to_go and not (values.get("title_ar") or values.get("title_fr")):
            self.add_error("title_ar", _("Give the title in at least one language."))
        return values

    @property
    def is_to_go(self) -> bool:
        return bool(self.data.get(self.add_prefix("DELETE")))

    @property
    def row(self) -> AgendaRow | None:
        """What was typed; ``None`` for a row that is empty, or to be removed."""
        values = self.cleaned_data
        if values.get("DELETE") or not (values.get("title_ar") or values.get("title_fr")):
            return None
        return AgendaRow(
            pk=values.get("pk"),
            starts_at=values.get("starts_at"),
            minutes=values.get("minutes"),
            title_ar=values.get("title_ar", ""),
            title_fr=values.get("title_fr", ""),
        )


class _AgendaFormSet(BaseFormSet):
    """The agenda as rows of a form."""

    def add_fields(self, form: forms.Form, index: int | None) -> None:
        super().add_fields(form, index)
        form.fields["DELETE"].label = _("Remove")
        form.fields["DELETE"].widget.attrs["class"] = "form-check-input"

    def rows(self) -> list[AgendaRow]:
        """The points in the order of their numbers.

        One whose number was changed goes before the one that had it; one without a number stays after
        what it stood after.
        """
        found, before = [], 0
        for index, form in enumerate(self.forms):
            place = form.cleaned_data.get("place")
            was_moved = bool(place) and "place" in form.changed_data
            before = place or before
            if row := form.row:
                found.append((before, not was_moved, index, row))
        return [row for *_order, row in sorted(found, key=lambda each: each[:3])]


AgendaFormSet = formset_factory(
    AgendaForm,
    formset=_AgendaFormSet,
    extra=4,
    can_delete=True,
    max_num=MOST_POINTS,
    validate_max=True,
    absolute_max=MOST_POINTS + 20,
)


def agenda_initial(meeting: Meeting) -> list[dict[str, Any]]:
    """The agenda as the rows of the form."""
    names = ("pk", "starts_at", "minutes", "title_ar", "title_fr")
    items = meeting.agenda.order_by("position", "pk")
    return [
        {"place": place, **{name: getattr(item, name) for name in names}}
        for place, item in enumerate(items, start=1)
    ]


def _count_field(label: Any) -> forms.IntegerField:
    return forms.IntegerField(
        label=label,
        required=False,
        min_value=0,
        max_value=MOST_PRESENT,
        widget=forms.TextInput(attrs={"dir": "ltr", "inputmode": "numeric", "size": 7}),
    )


class MinutesForm(_RememberingForm):
    """The minutes by the official model."""

    population = _count_field(gettext_lazy("Population"))
    total = _count_field(gettext_lazy("Present"))
    women = _count_field(gettext_lazy("Women among them"))
    young = _count_field(gettext_lazy("Young people among them (16 to 35)"))

    class Meta:
        model = Minutes
        fields = (
            "population",
            "facilitator",
            "written_by",
            "approved_by",
            "total",
            "women",
            "young",
            "new_projects_ar",
            "new_projects_fr",
            "continuing_projects_ar",
            "continuing_projects_fr",
            "outcome_ar",
            "outcome_fr",
        )
        widgets = {
            name: forms.Textarea(attrs={"rows": 5}) for name in fields if name.endswith(("_ar", "_fr"))
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("facilitator", "written_by", "approved_by"):
            self.fields[name].widget.attrs["dir"] = "auto"


class ZoneForm(forms.Form):
    """How many came from one zone."""

    total = _count_field(gettext_lazy("Present"))
    women = _count_field(gettext_lazy("Women among them"))
    young = _count_field(gettext_lazy("Young people among them (16 to 35)"))

    def __init__(self, data: Any = None, *, zone: Zone, initial: dict[str, Any]) -> None:
        super().__init__(data, prefix=f"zone-{zone.pk}", initial=initial)
        self.zone = zone
        _dress(self)

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        if not self.errors:
            for name, text in rules.counts_faults(rules.Counts(**values)).items():
                self.add_error(name, str(text))
        return values

    @property
    def row(self) -> ZoneRow:
        return ZoneRow(self.zone.pk, **self.cleaned_data)


def zone_forms(municipality: Municipality, minutes: Minutes, data: Any = None) -> list[ZoneForm]:
    """A row for each zone of the municipality, with what the minutes say of it."""
    known = {row.zone_id: row for row in minutes.zones.all()} if minutes.pk else {}
    forms_of_zones = []
    for zone in municipality.zones.order_by("number"):
        row = known.get(zone.pk)
        initial = {"total": row.total, "women": row.women, "young": row.young} if row else {}
        forms_of_zones.append(ZoneForm(data, zone=zone, initial=initial))
    return forms_of_zones


def _new_to(meeting: Meeting, uploads: list[CheckedFile]) -> list[CheckedFile]:
    known = dict(MeetingFile.objects.filter(meeting=meeting).values_list("sha256", "name"))
    return refuse_known(uploads, known)


class FilesForm(forms.Form):
    """Files of a meeting: what they are, and who sees them."""

    uploads = UploadsField(label=gettext_lazy("Files"))
    kind = forms.ChoiceField(
        label=gettext_lazy("What they are"),
        choices=[choice for choice in FileKind.choices if choice[0] != FileKind.POSTED],
    )
    visibility = forms.ChoiceField(
        label=gettext_lazy("Who sees them"),
        required=False,
        help_text=gettext_lazy("As usual: photos and attendance sheets stay internal, the rest is public."),
        choices=[
            (USUAL, gettext_lazy("As usual for their kind")),
            (PUBLIC, gettext_lazy("Public: everybody can fetch them")),
            (INTERNAL, gettext_lazy("Internal: only the municipality’s staff")),
        ],
    )
    caption_ar = forms.CharField(
        label=gettext_lazy("What they show (Arabic)"), required=False, max_length=TITLE_LENGTH
    )
    caption_fr = forms.CharField(
        label=gettext_lazy("What they show (French)"), required=False, max_length=TITLE_LENGTH
    )

    def __init__(self, data: Any = None, files: Any = None, *, meeting: Meeting) -> None:
        super().__init__(data, files, auto_id="files-%s")
        self.meeting = meeting
        _dress(self)

    def clean_uploads(self) -> list[CheckedFile]:
        """Refuse what the meeting has already, and the same file chosen twice."""
        return _new_to(self.meeting, self.cleaned_data["uploads"])

    @property
    def is_public(self) -> bool | None:
        return {PUBLIC: True, INTERNAL: False}.get(self.cleaned_data["visibility"])


class PostedForm(forms.Form):
    """Photos of the notice as it hangs on the wall."""

    uploads = UploadsField(
        label=gettext_lazy("Photos of the posted notice"),
        help_text=gettext_lazy(
            "As the phone took them: a photo that was sent through a messenger has lost its date."
        ),
    )
    is_public = forms.BooleanField(
        label=gettext_lazy("Show them to everybody: nobody can be recognised in them"), required=False
    )

    def __init__(self, data: Any = None, files: Any = None, *, meeting: Meeting) -> None:
        super().__init__(data, files, auto_id="posted-%s")
        self.meeting = meeting
        _dress(self)

    def clean_uploads(self) -> list[CheckedFile]:
        """Refuse what is no picture, what the meeting has already, and the same file chosen twice."""
        uploads = self.cleaned_data["uploads"]
        others = [upload.name for upload in uploads if not upload.content_type.startswith("image/")]
        if others:
            raise ValidationError([of_file(name, _("This is not a photo.")) for name in others])
        return _new_to(self.meeting, uploads)


class VideoForm(forms.ModelForm):
    """A recording that stands elsewhere."""

    class Meta:
        model = VideoLink
        fields = ("url", "title_ar", "title_fr")
        widgets = {"url": forms.TextInput(attrs={"dir": "ltr", "inputmode": "url"})}

    def __init__(self, data: Any = None, *, meeting: Meeting) -> None:
        super().__init__(data, auto_id="video-%s")
        self.instance.meeting = meeting
        _dress(self)

    def clean_url(self) -> str:
        url = self.cleaned_data["url"]
        if VideoLink.objects.filter(meeting=self.instance.meeting, url=url).exists():
            raise ValidationError(_("This video stands here already."))
        return url


def faults_of(forms_: Iterable[forms.BaseForm]) -> list[tuple[str, str]]:
    """What is wrong, for the list at the head of a page: the id of the control, and the sentence."""
    found: list[tuple[str, str]] = []
    for form in forms_:
        found += [("", str(text)) for text in form.non_field_errors()]
        for field in form:
            found += [(field.id_for_label, str(text)) for text in field.errors]
    return found
