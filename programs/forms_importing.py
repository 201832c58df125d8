"""The forms of the import screen: handing a calendar in, and what stands beside its preview."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from portal.files.carried import MAX_CARRIED_BYTES, CarriedFile
from portal.importing.dates import FIRST_YEAR, LAST_YEAR
from portal.importing.refusals import ImportRefused

PASTED = "pasted.txt"
LONGEST_PASTE = 1_000_000
LONGEST_NAME = 200
_MEGABYTE = 1024 * 1024


class HandInForm(forms.Form):
    """A file or a pasted table, and the year of the program where the file does not tell it."""

    file = forms.FileField(
        label=gettext_lazy("The calendar’s file"),
        required=False,
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ".docx,.xlsx,.html,.htm,.csv,.tsv,.txt,.json"}),
    )
    text = forms.CharField(
        label=gettext_lazy("Or the table, pasted"),
        required=False,
        strip=False,
        max_length=LONGEST_PASTE,
        widget=forms.Textarea(attrs={"rows": 6, "dir": "auto", "class": "form-control"}),
    )
    name = forms.CharField(
        label=gettext_lazy("A name for what you pasted"),
        required=False,
        max_length=LONGEST_NAME,
        widget=forms.TextInput(attrs={"dir": "auto", "class": "form-control"}),
    )
    year = forms.IntegerField(
        label=gettext_lazy("Year of the program"),
        required=False,
        min_value=FIRST_YEAR,
        max_value=LAST_YEAR,
        widget=forms.NumberInput(attrs={"dir": "ltr", "class": "form-control"}),
    )

    def clean_file(self) -> UploadedFile | None:
        upload = self.cleaned_data.get("file")
        if upload and upload.size > MAX_CARRIED_BYTES:
            message = _("The file is larger than %(limit)s MB. Remove its pictures, or save it as CSV.")
            raise forms.ValidationError(message % {"limit": MAX_CARRIED_BYTES // _MEGABYTE})
        if upload and not upload.size:
            raise forms.ValidationError(_("The file is empty."))
        return upload

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        upload, text = values.get("file"), values.get("text", "").strip()
        if upload and text:
            self.add_error("file", _("Choose a file or paste a table, not both."))
        elif not (upload or text or self.has_error("file") or self.has_error("text")):
            self.add_error("file", _("Choose a file, or paste the table below."))
        return values

    def handed_in(self) -> CarriedFile:
        """What was handed in, once the form is valid; a pasted text is a file of its own."""
        upload = self.cleaned_data["file"]
        if upload:
            return CarriedFile(upload.name[-LONGEST_NAME:], upload.read())
        name = self.cleaned_data["name"].strip()
        return CarriedFile(f"{name}.txt" if name else PASTED, self.cleaned_data["text"].encode())

    def refuse(self, refused: ImportRefused) -> None:
        """Say beside what was handed in why it cannot be read, and where."""
        field = "file" if self.cleaned_data.get("file") else "text"
        self.add_error(field, refusal_sentence(refused))


def refusal_sentence(refused: ImportRefused) -> str:
    """Return where a reader stopped and what it expected there, for a page."""
    return _("Line %(line)d, column %(column)d: %(message)s.") % {
        "line": refused.line,
        "column": refused.column,
        "message": refused.message,
    }
