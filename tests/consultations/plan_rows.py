"""Makers of what belongs to a plan, and of what people do to its rows."""

from __future__ import annotations

import io
from typing import Any

import factory
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from factory.django import DjangoModelFactory
from PIL import Image

from consultations.models import CommitteeMember, StageFile
from portal.editing.rows import RowEdit, cell
from portal.files.uploads import CheckedFile
from tests.consultations.factories import ActionPlanFactory, StageFactory


class CommitteeMemberFactory(DjangoModelFactory):
    class Meta:
        model = CommitteeMember

    plan = factory.SubFactory(ActionPlanFactory)
    position = factory.Sequence(lambda n: n + 1)
    group = "elected"
    name = factory.Sequence(lambda n: f"عضو رقم {n}")


class StageFileFactory(DjangoModelFactory):
    class Meta:
        model = StageFile

    stage = factory.SubFactory(StageFactory)
    name = "adoption.pdf"
    size = 8
    content_type = "application/pdf"
    sha256 = factory.Sequence(lambda n: f"{n:064x}")
    is_public = True
    file = factory.LazyAttribute(lambda file: ContentFile(b"%PDF-1.7", name=file.name))


def edit(row: Any, is_removed: bool = False, **values: Any) -> RowEdit:
    """What somebody did to a row that they saw as it is now; with ``version``, as it was then."""
    version = values.pop("version", row.version if row.pk else 0)
    seen = {name: cell(row, name) for name in values}
    return RowEdit(f"row-{row.pk or id(row)}", row, values, seen, version, is_removed)


def checked(name: str = "adoption.pdf", content: bytes = b"%PDF-1.7", **more: Any) -> CheckedFile:
    """A file that was held to the rules of the house."""
    return CheckedFile(name, content, "application/pdf", f"{len(content):064x}", **more)


def picture(shade: int = 0) -> SimpleUploadedFile:
    out = io.BytesIO()
    Image.new("RGB", (4, 4), (shade, 0, 0)).save(out, "PNG")
    return SimpleUploadedFile("photo.png", out.getvalue())
