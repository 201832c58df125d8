"""Files handed in by a form: one or several, each held to the rules before anything is stored."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from portal.files.uploads import CheckedFile, accepted_endings, check_upload

MOST_FILES = 20


class FilesInput(forms.FileInput):
    allow_multiple_selected = True


class UploadsField(forms.FileField):
    """One or several uploads held to the rules of the house; what is wrong is told file by file."""

    def __init__(self, *, is_multiple: bool = True, **kwargs: Any) -> None:
        widget = FilesInput if is_multiple else forms.FileInput
        super().__init__(widget=widget(attrs={"accept": accepted_endings()}), max_length=None, **kwargs)

    def clean(self, data: Any, initial: Any = None) -> list[CheckedFile]:
        uploads = data if isinstance(data, list) else [data] if data else []
        if not uploads:
            raise ValidationError(_("Choose a file."), code="required")
        if len(uploads) > MOST_FILES:
            most = ngettext("At most %(most)s file at once.", "At most %(most)s files at once.", MOST_FILES)
            raise ValidationError(most % {"most": MOST_FILES})
        checked, errors = [], []
        for upload in uploads:
            try:
                checked.append(check_upload(upload))
            except ValidationError as error:
                errors.append(of_file(upload.name or "", error.messages[0]))
        if errors:
            raise ValidationError(errors)
        return checked


def refuse_known(uploads: list[CheckedFile], known: Mapping[str, str]) -> list[CheckedFile]:
    """Refuse what is there already, and the same file chosen twice.

    ``known`` gives the name of each file that is there by its SHA-256. Raises ``ValidationError``.
    """
    names, errors = dict(known), []
    for upload in uploads:
        if upload.sha256 in names:
            there = _("This very file is already there, as “%(name)s”.") % {"name": names[upload.sha256]}
            errors.append(of_file(upload.name, there))
        names[upload.sha256] = upload.name
    if errors:
        raise ValidationError(errors)
    return uploads


def of_file(name: str, sentence: str) -> str:
    """What is wrong with a file, after its name, which keeps its own direction."""
    return f"\u2068{name}\u2069 – {sentence}"
