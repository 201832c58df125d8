"""The forms of copies that are sent: recipients, a new list, its copies, their proofs."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from portal.bilingual import localized
from portal.dispatches.choosing import Chosen, versions_of
from portal.dispatches.models import (
    TITLE_LENGTH,
    Dispatch,
    DispatchLine,
    DispatchProof,
    Recipient,
    Way,
)
from portal.dispatches.services import Sending
from portal.editing.cell_fields import DayField
from portal.editing.desk_form import DeskForm
from portal.editing.sheets import RowForm
from portal.files.fields import UploadsField, refuse_known
from portal.files.uploads import CheckedFile
from portal.locales import sheet_date
from portal.municipalities.models import Municipality
from portal.publications.models import Publication


class VersionField(forms.ModelChoiceField):
    """An entry of the register of publications, chosen by its version and day."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            Publication.objects.none(),
            label=gettext_lazy("Version that was sent"),
            required=False,
            empty_label=pgettext_lazy("version that was sent", "Not stated"),
            **kwargs,
        )

    def label_from_instance(self, obj: Any) -> str:
        return version_label(obj)


def version_label(publication: Publication) -> str:
    """``Version 3, entry 57 of the register, 2026/11/03``, by the municipality's clocks."""
    day = publication.at.astimezone(publication.municipality.zone_info)
    words = {"version": publication.version, "number": publication.number, "day": sheet_date(day)}
    return _("Version %(version)d, entry %(number)d of the register, %(day)s") % words


class RecipientsField(forms.ModelMultipleChoiceField):
    widget = forms.CheckboxSelectMultiple

    def label_from_instance(self, obj: Any) -> str:
        return str(localized(obj, "name"))


# The register of recipients


class RecipientForm(RowForm):
    class Meta(RowForm.Meta):
        model = Recipient
        fields = ("kind", "name_ar", "name_fr", "address", "email", "phone", "is_active")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("email", "phone"):
            self.fields[name].widget.attrs |= {"dir": "ltr", "autocomplete": "off"}


# A dispatch and its copies


class DispatchForm(RowForm):
    """What was sent, and which version of it."""

    publication = VersionField()

    class Meta(RowForm.Meta):
        model = Dispatch
        fields = ("title_ar", "title_fr", "publication")

    def offer_versions(self) -> None:
        """The versions of the subject, and the one that was chosen before."""
        row = self.instance
        versions = versions_of(row.municipality, row.subject_kind, row.subject_pk)
        chosen = Publication.objects.filter(pk=row.publication_id).order_by("-number").defer("content")
        field: Any = self.fields["publication"]
        field.queryset = (versions | chosen).select_related("municipality")


class LineForm(RowForm):
    class Meta(RowForm.Meta):
        model = DispatchLine
        fields = ("way", "sent_on", "received_on", "reference", "address")


class _RecipientsForm(DeskForm):
    """To whom copies are sent, and how."""

    def add_recipients(self, recipients: Any) -> None:
        """Offer recipients of the register, and the way and the day that all of them have."""
        self.fields["everyone"] = forms.BooleanField(label=_("Everybody who is offered here"), required=False)
        self.fields["recipients"] = RecipientsField(recipients, label=_("Recipients"), required=False)
        self.fields["way"] = forms.ChoiceField(label=_("Way"), choices=Way.choices)
        self.fields["sent_on"] = DayField(
            label=_("Sent on"), required=False, help_text=_("Empty: not stated yet. It can differ by copy.")
        )

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        if data.get("everyone"):
            field: Any = self.fields["recipients"]
            data["recipients"] = field.queryset.all()
        if not data.get("recipients") and "recipients" not in self.errors:
            self.add_error("recipients", _("Choose a recipient at least."))
        return data

    @property
    def chosen(self) -> list[Recipient]:
        return list(self.cleaned_data["recipients"])

    @property
    def sending(self) -> Sending:
        return Sending(self.cleaned_data["way"], self.cleaned_data["sent_on"])


class NewDispatchForm(_RecipientsForm):
    """What is sent, and to whom."""

    def __init__(self, data: Any = None, *, municipality: Municipality, chosen: Chosen | None) -> None:
        titles = {"title_ar": chosen.title_ar, "title_fr": chosen.title_fr} if chosen else {}
        super().__init__(data, initial=titles)
        self.subject = chosen
        for name, label in (
            ("title_ar", _("What was sent (Arabic)")),
            ("title_fr", _("What was sent (French)")),
        ):
            self.fields[name] = forms.CharField(label=label, required=False, max_length=TITLE_LENGTH)
        if chosen:
            field = VersionField()
            versions = versions_of(municipality, chosen.subject.kind, chosen.subject.pk)
            field.queryset = versions.select_related("municipality")
            self.fields["publication"] = field
        self.add_recipients(Recipient.objects.of(municipality).offered())
        self.dress()

    @property
    def values(self) -> dict[str, Any]:
        """What the service takes."""
        subject = self.subject.subject if self.subject else None
        return {
            "subject_kind": subject.kind if subject else "",
            "subject_pk": subject.pk if subject else None,
            "title_ar": self.cleaned_data["title_ar"],
            "title_fr": self.cleaned_data["title_fr"],
            "publication": self.cleaned_data.get("publication"),
        }


class MoreRecipientsForm(_RecipientsForm):
    """Recipients who are not on a list yet."""

    def __init__(self, data: Any = None, *, dispatch: Dispatch) -> None:
        super().__init__(data, auto_id="more-%s")
        offered = Recipient.objects.of(dispatch.municipality).offered()
        self.add_recipients(offered.exclude(lines__dispatch=dispatch))
        self.dress()


class _LineField(forms.ModelChoiceField):
    def label_from_instance(self, obj: Any) -> str:
        return str(localized(obj.recipient, "name"))


class ProofForm(DeskForm):
    """Files that prove one copy."""

    def __init__(self, data: Any = None, files: Any = None, *, dispatch: Dispatch) -> None:
        super().__init__(data, files, auto_id="proof-%s")
        lines = DispatchLine.objects.filter(dispatch=dispatch).select_related("recipient").order_by("pk")
        self.fields["line"] = _LineField(lines, label=_("Copy to"), empty_label="–")
        self.fields["uploads"] = UploadsField(label=_("Files"))
        self.dress()

    def clean(self) -> dict[str, Any]:
        data = self.cleaned_data
        if "line" in data and "uploads" in data:
            known = dict(DispatchProof.objects.filter(line=data["line"]).values_list("sha256", "name"))
            try:
                refuse_known(data["uploads"], known)
            except forms.ValidationError as refusal:
                self.add_error("uploads", refusal)
        return data

    @property
    def line(self) -> DispatchLine:
        line: DispatchLine = self.cleaned_data["line"]
        return line

    @property
    def uploads(self) -> list[CheckedFile]:
        uploads: list[CheckedFile] = self.cleaned_data["uploads"]
        return uploads
