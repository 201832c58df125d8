"""The forms of publishing: a reason for each broken delay, an approval, and being sure."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms import BoundField
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.bilingual import page_language
from portal.files.uploads import CheckedFile, check_upload
from portal.importing.dates import NotADate, read_date
from portal.municipalities.models import DecidingBody, Municipality
from programs.calendar import DelayRow, code_in
from programs.models import REASON_LENGTH, ExpectedDocument, Program
from programs.services.statuses import Approval, body_in_office

LONGEST_DATE = 60


class PublishForm(forms.Form):
    """What has to be said of each delay that the dates do not keep."""

    seen = forms.CharField(required=False, max_length=64)
    """The fingerprint of what the person was shown: nothing else is published."""

    certify = forms.MultipleChoiceField(
        label=gettext_lazy("Attach the certificate of publication to"), required=False
    )
    """The expected documents that the certificate is to be evidence of."""

    def __init__(
        self,
        *args: Any,
        delays: Sequence[DelayRow],
        documents: Sequence[ExpectedDocument] = (),
        **kwargs: Any,
    ) -> None:
        """``documents`` are those that a certificate of what is about to be published would be."""
        super().__init__(*args, **kwargs)
        self._documents = {str(document.pk): document for document in documents}
        self.fields["certify"].choices = [(pk, _named(one)) for pk, one in self._documents.items()]  # type: ignore[attr-defined]
        self._delays = list(delays)
        for delay in self._delays:
            self.fields[_name(delay)] = forms.CharField(
                label=gettext_lazy("Why this delay is not kept"),
                max_length=REASON_LENGTH,
                error_messages={"required": gettext_lazy("Say why this delay is not kept.")},
            )

    @property
    def delays(self) -> list[tuple[DelayRow, BoundField]]:
        return [(delay, self[_name(delay)]) for delay in self._delays]

    def to_certify(self) -> list[ExpectedDocument]:
        return [self._documents[pk] for pk in self.cleaned_data["certify"]]

    def reasons(self) -> dict[int, str]:
        """The reasons by the key of the rule."""
        return {delay.rule.pk: self.cleaned_data[_name(delay)] for delay in self._delays}


def _name(delay: DelayRow) -> str:
    return f"reason-{delay.rule.pk}"


def _named(document: ExpectedDocument) -> str:
    """The task's code and what it expects: ``2.6 «Extrait du site web»``."""
    task = document.task
    code = code_in(page_language(), task.phase.number, task.number)
    return f"\u2066{code}\u2069 «\u2068{document.title}\u2069»"


class ApprovalForm(forms.Form):
    """Who approved the program, when, and under which number."""

    deciding_body = forms.ModelChoiceField(
        label=gettext_lazy("Deciding body"), queryset=DecidingBody.objects.none()
    )
    approved_on = forms.CharField(label=gettext_lazy("Approved on"), max_length=LONGEST_DATE)
    deliberation = forms.CharField(
        label=gettext_lazy("Number of the deliberation"),
        max_length=Program._meta.get_field("deliberation").max_length,
    )
    file = forms.FileField(
        label=gettext_lazy("The deliberation as a file"), required=False, widget=forms.FileInput
    )
    checked: CheckedFile | None = None

    def __init__(self, *args: Any, municipality: Municipality, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.bodies = municipality.deciding_bodies.all()
        self.fields["deciding_body"].queryset = self.bodies  # type: ignore[attr-defined]

    def clean_file(self) -> Any:
        if upload := self.cleaned_data["file"]:
            self.checked = check_upload(upload)
        return upload

    def clean_approved_on(self) -> datetime.date:
        try:
            return read_date(self.cleaned_data["approved_on"])
        except NotADate as refusal:
            raise ValidationError(
                _("This is not a date. Expected: %(expected)s.") % {"expected": refusal.expected}
            ) from refusal

    def approval(self) -> Approval:
        values = self.cleaned_data
        return Approval(values["deciding_body"], values["approved_on"], values["deliberation"])


def first_approval(program: Program) -> dict[str, Any]:
    """What the form proposes: the body that is in office today."""
    body = body_in_office(program, program.municipality.today())
    return {"deciding_body": body.pk if body else None}


class SureForm(forms.Form):
    """A step that nobody takes by mistake."""

    is_sure = forms.BooleanField(
        label=gettext_lazy("Yes, I am sure"),
        error_messages={"required": gettext_lazy("Tick the box if this is what you want.")},
    )
