"""The forms by which evidence is handed in."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from portal.files.fields import UploadsField, refuse_known
from portal.files.uploads import CheckedFile
from programs.evidence import is_internal_by_default
from programs.models import ExpectedDocument

PUBLIC, INTERNAL = "public", "internal"


class AddFilesForm(forms.Form):
    """Files for an expected document, and whether the public sees them."""

    uploads = UploadsField(label=gettext_lazy("Files"))
    visibility = forms.ChoiceField(
        choices=[
            (PUBLIC, gettext_lazy("Public: everybody can fetch them")),
            (INTERNAL, gettext_lazy("Internal: only the municipality’s staff")),
        ],
        widget=forms.RadioSelect,
        required=False,
        label=gettext_lazy("Who sees them"),
    )

    def __init__(self, data: Any = None, files: Any = None, *, document: ExpectedDocument) -> None:
        is_internal = is_internal_by_default(document.title_ar, document.title_fr)
        self.document, self.default = document, INTERNAL if is_internal else PUBLIC
        initial = {"visibility": self.default}
        super().__init__(data, files, initial=initial, auto_id=f"document-{document.pk}-%s")

    def clean_uploads(self) -> list[CheckedFile]:
        """Refuse what the document has already, and the same file chosen twice."""
        known = dict(self.document.files.filter(replaced_by=None).values_list("sha256", "name"))
        return refuse_known(self.cleaned_data["uploads"], known)

    def clean_visibility(self) -> str:
        return self.cleaned_data["visibility"] or self.default

    @property
    def is_public(self) -> bool:
        return self.cleaned_data["visibility"] == PUBLIC


class ReplaceFileForm(forms.Form):
    """Another file in the place of one."""

    upload = UploadsField(is_multiple=False, label=gettext_lazy("New file"))

    def __init__(self, data: Any = None, files: Any = None, *, file_pk: int) -> None:
        super().__init__(data, files, auto_id=f"file-{file_pk}-%s")

    @property
    def checked(self) -> CheckedFile:
        return self.cleaned_data["upload"][0]
