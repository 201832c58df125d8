"""The evidence of a program, and that nothing is half done."""

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.utils.translation import override

from portal.audit.models import Entry
from portal.files.uploads import CheckedFile, check_upload
from portal.municipalities.models import Municipality
from programs.models import Program, SupportingDocument
from programs.services import evidence
from programs.services.evidence import attach_evidence, attach_files, replace_evidence, set_public
from programs.services.statuses import publish
from tests import factories

PDF = b"%PDF-1.4\n%%EOF\n"


@pytest.fixture
def program(nefta):
    return factories.ProgramFactory(municipality=nefta)


@pytest.fixture
def document(program):
    return factories.ExpectedDocumentFactory(task__phase__program=program)


def revision():
    return Municipality.objects.get(slug="nefta").revision


def upload(name="محضر.pdf", content=PDF):
    return check_upload(SimpleUploadedFile(name, content))


def stored(settings):
    return sorted(path for path in settings.MEDIA_ROOT.rglob("*") if path.is_file())


# --- attaching ---------------------------------------------------------------------------------------


def test_evidence_is_kept_with_what_is_known_of_it(document, editor, settings):
    before = document.task.phase.program.updated_at, revision()
    file = attach_evidence(document=document, upload=upload(), is_public=True, actor=editor)
    file.refresh_from_db()
    assert (file.name, file.size, file.content_type) == ("محضر.pdf", len(PDF), "application/pdf")
    assert (file.is_public, file.uploaded_by, file.expected_document) == (True, editor, document)
    assert file.sha256 == upload().sha256
    assert file.file.read() == PDF
    assert [path.relative_to(settings.MEDIA_ROOT).as_posix() for path in stored(settings)] == [
        f"evidence/{file.sha256[:2]}/{file.sha256}"
    ]
    assert Program.objects.get().updated_at > before[0]
    assert revision() == before[1] + 1


def test_evidence_is_journalled_once(document, editor):
    file = attach_evidence(document=document, upload=upload(), is_public=False, actor=editor)
    entry = Entry.objects.get()
    assert (entry.action, entry.actor, entry.object_id) == ("evidence.added", editor, str(file.pk))
    assert entry.object_label == "محضر.pdf"
    assert entry.changes == {"file": [None, "محضر.pdf"], "is_public": [None, False]}


def test_the_name_of_a_file_points_nowhere(document, editor, settings):
    hostile = CheckedFile("../../../etc/passwd.pdf", PDF, "application/pdf", "ab" * 32)
    attach_evidence(document=document, upload=hostile, is_public=True, actor=editor)
    assert [path.parent.parent.parent for path in stored(settings)] == [settings.MEDIA_ROOT]


def test_the_same_file_twice_is_two_rows_and_one_file(document, editor, settings):
    """And removing one of them does not take the other's content away."""
    first = attach_evidence(document=document, upload=upload("a.pdf"), is_public=True, actor=editor)
    second = attach_evidence(document=document, upload=upload("b.pdf"), is_public=False, actor=editor)
    assert first.file.name == second.file.name
    assert len(stored(settings)) == 1
    first.file.delete(save=False)
    assert second.file.read() == PDF


def test_several_files_are_attached_and_journalled_one_by_one(document, editor, settings):
    uploads = [upload("a.pdf"), upload("b.pdf", PDF + b"%b"), upload("c.pdf", PDF + b"%c")]
    files = attach_files(document=document, uploads=uploads, is_public=True, actor=editor)
    assert [file.name for file in document.files.order_by("pk")] == ["a.pdf", "b.pdf", "c.pdf"]
    entries = Entry.objects.order_by("pk")
    assert [(entry.action, entry.object_id) for entry in entries] == [
        ("evidence.added", str(file.pk)) for file in files
    ]
    assert len({entry.batch for entry in entries}) == 1
    assert entries[0].batch is not None
    assert len(stored(settings)) == 3


def test_the_last_of_several_that_fails_takes_the_others_with_it(document, editor, monkeypatch):
    save, saved = SupportingDocument.save, []

    def fail_at_the_third(self, *args, **kwargs):
        saved.append(self.name)
        if len(saved) == 3:
            raise IntegrityError("no room left")
        save(self, *args, **kwargs)

    monkeypatch.setattr(SupportingDocument, "save", fail_at_the_third)
    uploads = [upload(f"{n}.pdf", PDF + b"%" * n) for n in range(4)]
    with pytest.raises(IntegrityError):
        attach_files(document=document, uploads=uploads, is_public=True, actor=editor)
    assert not SupportingDocument.objects.exists()
    assert not Entry.objects.exists()


def test_evidence_of_a_task_makes_it_done_with_evidence_for_the_reader(client, document, editor, publisher):
    task = document.task
    task.done = True
    task.save()
    publish(program=task.phase.program, actor=publisher)
    assert "m-task--bare" in client.get("/ar/m/nefta/programs/2022/").content.decode()
    file = attach_evidence(document=document, upload=upload(), is_public=True, actor=editor)
    page = client.get("/ar/m/nefta/programs/2022/").content.decode()
    assert "m-task--done" in page
    assert f"/ar/m/nefta/programs/2022/files/{file.pk}/" in page


@pytest.mark.parametrize("broken", ["row", "program", "journal"])
def test_whatever_fails_leaves_no_row(document, editor, settings, monkeypatch, broken):
    before = revision(), Program.objects.get().updated_at

    def fail(*args, **kwargs):
        raise IntegrityError("no room left")

    parts = {
        "row": (SupportingDocument, "save"),
        "program": (evidence, "touch"),
        "journal": (evidence, "record"),
    }
    monkeypatch.setattr(*parts[broken], fail)
    with pytest.raises(IntegrityError), transaction.atomic():
        attach_evidence(document=document, upload=upload(), is_public=True, actor=editor)
    assert not SupportingDocument.objects.exists()
    assert not Entry.objects.exists()
    assert (revision(), Program.objects.get().updated_at) == before
    # Another upload of the same content may already count on the file: the sweep looks, and removes it.
    assert len(stored(settings)) == 1


def test_a_failure_leaves_the_same_content_of_another_row(document, editor, settings, monkeypatch):
    kept = attach_evidence(document=document, upload=upload(), is_public=True, actor=editor)

    def fail(**kwargs):
        raise RuntimeError("no room left")

    monkeypatch.setattr(evidence, "record", fail)
    with pytest.raises(RuntimeError), transaction.atomic():
        attach_evidence(document=document, upload=upload(), is_public=True, actor=editor)
    assert SupportingDocument.objects.get() == kept
    assert len(stored(settings)) == 1
    assert kept.file.read() == PDF


def test_a_disk_that_takes_no_file_leaves_no_row(document, editor, settings):
    settings.MEDIA_ROOT.parent.mkdir(exist_ok=True)
    settings.MEDIA_ROOT.write_text("a file stands where the directory should be")
    with pytest.raises(OSError, match="files"), transaction.atomic():
        attach_evidence(document=document, upload=upload(), is_public=True, actor=editor)
    assert not SupportingDocument.objects.exists()
    assert not Entry.objects.exists()


def test_a_document_with_evidence_cannot_be_removed(document, editor):
    attach_evidence(document=document, upload=upload(), is_public=True, actor=editor)
    with pytest.raises(IntegrityError), transaction.atomic():
        document.delete()
    with pytest.raises(IntegrityError), transaction.atomic():
        document.task.phase.program.delete()
    assert SupportingDocument.objects.count() == 1


# --- replacing ---------------------------------------------------------------------------------------


@pytest.fixture
def file(document, editor):
    return attach_evidence(document=document, upload=upload("old.pdf"), is_public=True, actor=editor)


NEW = PDF + b"% corrected"


def refusal(act, **values):
    with override("en"), pytest.raises(ValidationError) as refused:
        act(**values)
    return refused.value.messages[0]


def test_a_replaced_file_stays_in_the_history(file, document, publisher):
    before = revision()
    new = replace_evidence(file=file, upload=upload("new.pdf", NEW), actor=publisher)
    file.refresh_from_db()
    assert file.replaced_by == new
    assert (new.is_public, new.uploaded_by, new.expected_document) == (True, publisher, document)
    assert file.file.read() == PDF
    assert new.file.read() == NEW
    assert list(document.files.current()) == [new]
    entry = Entry.objects.first()
    assert (entry.action, entry.actor, entry.object_id) == ("evidence.replaced", publisher, str(new.pk))
    assert entry.changes == {"file": ["old.pdf", "new.pdf"], "sha256": [file.sha256, new.sha256]}
    assert revision() == before + 1


def test_a_replaced_file_is_for_staff_alone(client, file, editor, publisher):
    program = file.expected_document.task.phase.program
    publish(program=program, actor=publisher)
    address = f"/ar/m/nefta/programs/2022/files/{file.pk}/"
    assert client.get(address).status_code == 200
    replace_evidence(file=file, upload=upload("new.pdf", NEW), actor=editor)
    assert client.get(address).status_code == 404
    client.force_login(editor)
    assert client.get(address).status_code == 404
    assert client.get(f"/ar/m/nefta/staff/files/{file.pk}/").status_code == 200


def test_what_is_internal_stays_so_when_it_is_replaced(document, editor):
    file = attach_evidence(document=document, upload=upload(), is_public=False, actor=editor)
    assert not replace_evidence(file=file, upload=upload("b.pdf", NEW), actor=editor).is_public


def test_a_file_is_replaced_once(file, editor):
    """Two people replace it at the same time: the second one is told by which."""
    replace_evidence(file=file, upload=upload("first.pdf", NEW), actor=editor)
    told = refusal(replace_evidence, file=file, upload=upload("second.pdf", NEW + b"%"), actor=editor)
    assert told == "Somebody has replaced this file meanwhile by “first.pdf”."
    assert SupportingDocument.objects.count() == 2


def test_the_same_content_replaces_nothing(file, editor):
    told = refusal(replace_evidence, file=file, upload=upload("again.pdf"), actor=editor)
    assert told == "This is the very file that is already there."
    assert SupportingDocument.objects.count() == 1


# --- public or internal ------------------------------------------------------------------------------


@pytest.mark.parametrize(("is_public", "action"), [(True, "evidence.shown"), (False, "evidence.hidden")])
def test_a_file_goes_public_and_back(document, editor, is_public, action):
    file = attach_evidence(document=document, upload=upload(), is_public=not is_public, actor=editor)
    before = revision()
    set_public(file=file, is_public=is_public, actor=editor)
    assert SupportingDocument.objects.get().is_public is is_public
    entry = Entry.objects.first()
    assert (entry.action, entry.changes) == (action, {"is_public": [not is_public, is_public]})
    assert revision() == before + 1


def test_what_is_so_already_is_not_journalled(file, editor):
    before = revision()
    set_public(file=file, is_public=True, actor=editor)
    assert (Entry.objects.count(), revision()) == (1, before)


def test_what_was_replaced_cannot_go_public(file, editor):
    replace_evidence(file=file, upload=upload("new.pdf", NEW), actor=editor)
    assert "new.pdf" in refusal(set_public, file=file, is_public=False, actor=editor)


def placed_video():
    return CheckedFile("a.mp4", b"moov", "video/mp4", "cd" * 32, may_hold_place=True)


def test_a_video_that_may_tell_its_place_stays_internal(document, editor):
    file = attach_evidence(document=document, upload=placed_video(), is_public=True, actor=editor)
    assert (file.is_public, file.may_hold_place) == (False, True)
    with override("en"):
        assert "where it was recorded" in refusal(set_public, file=file, is_public=True, actor=editor)
    assert not SupportingDocument.objects.get().is_public


def test_a_public_file_replaced_by_such_a_video_goes_internal(file, editor):
    new = replace_evidence(file=file, upload=placed_video(), actor=editor)
    assert not new.is_public
    assert Entry.objects.first().changes["is_public"] == [True, False]


def test_a_form_is_told_of_it_beside_its_field(document):
    file = factories.SupportingDocumentFactory.build(may_hold_place=True, is_public=True)
    with pytest.raises(ValidationError) as refused:
        file.clean()
    assert set(refused.value.message_dict) == {"is_public"}
