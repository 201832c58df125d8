"""A portal with a bit of everything, its backup, and the same portal with nothing in it."""

from __future__ import annotations

import hashlib

import pytest
from django.core.files.base import ContentFile
from django.core.management import call_command

from portal.backups.making import make_backup
from programs.models import SupportingDocument
from tests import factories
from tests.portal.publications.registers import published

CONTENT = b"%PDF-1.4\n" + b"\0\xff" * 5000


@pytest.fixture
def portal(transactional_db, nefta):
    """A town with three publications and a file."""
    for _ in range(3):
        published(nefta)
    row = SupportingDocument(
        expected_document=factories.ExpectedDocumentFactory(task__phase__program__municipality=nefta),
        name="محضر.pdf",
        size=len(CONTENT),
        content_type="application/pdf",
        sha256="",
    )
    return store(row, CONTENT)


def store(row: SupportingDocument, content: bytes) -> SupportingDocument:
    """Store a file with its row, by its content."""
    row.pk, row.sha256 = None, hashlib.sha256(content).hexdigest()
    row.file.save(row.name, ContentFile(content))
    return row


@pytest.fixture
def backup(portal, tmp_path):
    return make_backup(tmp_path / "backups")


@pytest.fixture
def emptied(backup, settings, tmp_path):
    """The backup, while the portal has lost every row and every file."""
    call_command("flush", interactive=False, verbosity=0)
    settings.MEDIA_ROOT = tmp_path / "other"
    return backup
