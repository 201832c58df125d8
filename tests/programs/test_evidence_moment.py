"""When a picture among the evidence was taken, as its camera wrote it."""

import datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from portal.files.uploads import check_upload
from programs.services.evidence import attach_files
from tests import factories
from tests.portal.meetings.test_posting import photo

pytestmark = pytest.mark.django_db


def test_evidence_keeps_the_moment_at_which_a_picture_was_taken(nefta):
    phase = factories.PhaseFactory(program=factories.ProgramFactory(municipality=nefta))
    document = factories.ExpectedDocumentFactory(task=factories.TaskFactory(phase=phase))
    uploads = [
        check_upload(SimpleUploadedFile("affiche.jpg", photo())),
        check_upload(SimpleUploadedFile("avis.pdf", b"%PDF-1.4\n%%EOF\n")),
    ]
    files = attach_files(document=document, uploads=uploads, is_public=False, actor=None)
    moment = datetime.datetime(2026, 11, 5, 8, 15, tzinfo=datetime.UTC)
    assert [file.taken_at for file in files] == [moment, None]
