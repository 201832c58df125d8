"""The forms by which evidence is handed in."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from portal.files.uploads import CheckedFile, accepted_endings, check_upload
from programs.evidence import is_internal_by_default
from programs.models import ExpectedDocument

MOST_FILES = 20
PUBLIC, INTERNAL = "public", "internal"


class FilesInput(forms.FileInput):
    allow_multiple_selected = True


class EvidenceField(forms.FileField):
    """One or several uploads held to the rules of the house; what is wrong is told file by file."""

    def __init__(self, *, is_multiple: bool, **kwargs: Any) -> None:
        widget = FilesInput if is_multiple else forms.FileInput
        super().__init__(widget=widget(attrs={"accept": accepted_endings()}), max_length=None, **kwargs)
        self.is_multiple = is_multiple

    def clean(self, data: Any, initial: Any = None) -> list[CheckedFile]:
        uploads = data if isinstance(data, list) else [data] if data else []
        if not uploads:
            raise ValidationError(_("Choose a file."), code="required")
        if len(uploads) > MOST_FILES:
            raise ValidationError(
                ngettext("At most %(most)s file at once.", "At most %(most)s files at once.", MOST_FILES)
                % {"most": MOST_FILES}
            )
        checked, errors = [], []
        for upload in uploads:
            try:
                checked.append(check_upload(upload))
            except ValidationError as error:
                errors.append(_of_file(upload.name or "", error.messages[0]))
        if errors:
            raise ValidationError(errors)
        return checked


def _of_file(name: str, sentence: str) -> str:
    """What is wrong with a file, after its name, which keeps its own direction."""
    return f"\u2068{name}\u2069 – {sentence}"


class AddFilesForm(forms.Form):
    """Files for an expected document, and whether the public sees them."""

    uploads = EvidenceField(is_multiple=True, label=gettext_lazy("Files"))
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
        errors = []
        for upload in self.cleaned_data["uploads"]:
            if upload.sha256 in known:
                there = _("This very file is already there, as “%(name)s”.") % {"name": known[upload.sha256]}
                errors.append(_of_file(upload.name, there))
            known[upload.sha256] = upload.name
        if errors:
            raise ValidationError(errors)
        return self.cleaned_data["uploads"]

    def clean_visibility(self) -> str:
        return self.cleaned_data["visibility"] or self.default

    @property
    def is_public(self) -> bool:
        return self.cleaned_data["visibility"] == PUBLIC


class ReplaceFileForm(forms.Form):
    """Another file in the place of one."""

    upload = EvidenceField(is_multiple=False, label=gettext_lazy("New file"))

    def __init__(self, data: Any = None, files: Any = None, *, file_pk: int) -> None:
        super().__init__(data, files, auto_id=f"file-{file_pk}-%s")

    @property
    def checked(self) -> CheckedFile:
        return self.cleaned_data["upload"][0]
