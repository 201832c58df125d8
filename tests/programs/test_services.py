"""Changes of a program: the steps it may take, its evidence, and that nothing is half done."""

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.utils.translation import override

from portal.audit.models import Entry
from portal.files.uploads import CheckedFile, check_upload
from portal.municipalities.models import Municipality
from programs.models import Program, Status, SupportingDocument
from programs.services import evidence, statuses
from programs.services.evidence import attach_evidence
from programs.services.statuses import change_status, publish, withdraw
from tests import factories

PDF = b"%PDF-1.4\n%%EOF\n"
STEPS = [
    (Status.DRAFT, Status.PUBLISHED, "program.published"),
    (Status.PUBLISHED, Status.DRAFT, "program.withdrawn"),
    (Status.PUBLISHED, Status.APPROVED, "program.approved"),
    (Status.APPROVED, Status.CLOSED, "program.closed"),
]
REFUSED = [
    (old, new)
    for old in Status
    for new in Status
    if old != new and (old, new) not in {(before, after) for before, after, _ in STEPS}
]


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


# --- steps -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("old", "new", "action"), STEPS)
def test_each_step_that_is_allowed_is_made_and_journalled(program, publisher, old, new, action):
    Program.objects.update(status=old)
    program.refresh_from_db()
    before = program.updated_at, revision()
    change_status(program=program, status=new, actor=publisher)
    assert program.status == new
    program.refresh_from_db()
    assert program.status == new
    entry = Entry.objects.get()
    assert (entry.action, entry.actor, entry.municipality) == (action, publisher, program.municipality)
    assert entry.changes == {"status": [old.value, new.value]}
    assert (entry.object_type, entry.object_id) == ("programs.program", str(program.pk))
    assert program.updated_at > before[0]
    assert revision() == before[1] + 1


@pytest.mark.parametrize(("old", "new"), REFUSED)
def test_every_other_step_is_refused_with_both_names_and_leaves_no_trace(program, publisher, old, new):
    Program.objects.update(status=old)
    program.refresh_from_db()
    before = revision()
    with override("en"), pytest.raises(ValidationError) as refused:
        change_status(program=program, status=new, actor=publisher)
    names = {"draft": "Draft", "published": "Published", "approved": "Approved", "closed": "Closed"}
    assert refused.value.messages == [f"A program cannot go from “{names[old]}” to “{names[new]}”."]
    assert program.status == old
    program.refresh_from_db()
    assert program.status == old
    assert not Entry.objects.exists()
    assert revision() == before


def test_there_are_as_many_refusals_as_the_table_says():
    assert len(STEPS) + len(REFUSED) == len(Status) * (len(Status) - 1)


@pytest.mark.parametrize("language", ["ar", "fr"])
def test_a_refusal_speaks_the_persons_language(program, publisher, language):
    with override(language), pytest.raises(ValidationError) as refused:
        change_status(program=program, status=Status.CLOSED, actor=publisher)
    with override(language):
        assert str(Status.DRAFT.label) in refused.value.messages[0]
        assert str(Status.CLOSED.label) in refused.value.messages[0]


@pytest.mark.parametrize("status", Status)
def test_a_step_to_where_one_is_is_none(program, publisher, status):
    Program.objects.update(status=status)
    program.refresh_from_db()
    before = program.updated_at, revision()
    change_status(program=program, status=status, actor=publisher)
    program.refresh_from_db()
    assert (program.updated_at, revision()) == before
    assert not Entry.objects.exists()


def test_a_status_that_does_not_exist_is_a_mistake_of_the_program(program, publisher):
    with pytest.raises(ValueError, match="thrown away"):
        change_status(program=program, status="thrown away", actor=publisher)
    assert not Entry.objects.exists()


def test_publishing_and_withdrawing(program, publisher):
    publish(program=program, actor=publisher)
    assert Program.objects.published().get() == program
    withdraw(program=program, actor=publisher)
    assert not Program.objects.published().exists()
    assert list(Entry.objects.values_list("action", flat=True)) == ["program.withdrawn", "program.published"]


def test_what_a_command_does_has_no_author(program):
    publish(program=program, actor=None)
    assert Entry.objects.get().actor is None


def test_the_row_decides_and_not_the_object_at_hand(program, publisher):
    """Somebody approved the program after this page was opened."""
    publish(program=program, actor=publisher)
    Program.objects.update(status=Status.APPROVED)
    with pytest.raises(ValidationError):
        withdraw(program=program, actor=publisher)
    assert Program.objects.get().status == Status.APPROVED


def test_a_step_that_two_people_take_is_journalled_once(program, publisher):
    other = Program.objects.get()
    publish(program=program, actor=publisher)
    publish(program=other, actor=publisher)
    assert Entry.objects.count() == 1


def test_only_the_status_is_written(program, publisher):
    Program.objects.update(title_fr="Titre saisi entre-temps")
    publish(program=program, actor=publisher)
    assert Program.objects.get().title_fr == "Titre saisi entre-temps"


def test_a_step_that_cannot_be_journalled_is_not_taken(program, publisher, monkeypatch):
    def fail(**kwargs):
        raise RuntimeError("no room left")

    monkeypatch.setattr(statuses, "record", fail)
    with pytest.raises(RuntimeError):
        publish(program=program, actor=publisher)
    assert Program.objects.get().status == Status.DRAFT


# --- evidence ----------------------------------------------------------------------------------------


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


def test_the_same_file_twice_is_two_rows_with_a_copy_each(document, editor, settings):
    """So that removing one of them can never take the other's content away."""
    first = attach_evidence(document=document, upload=upload("a.pdf"), is_public=True, actor=editor)
    second = attach_evidence(document=document, upload=upload("b.pdf"), is_public=False, actor=editor)
    assert first.sha256 == second.sha256
    assert first.file.name != second.file.name
    assert len(stored(settings)) == 2
    first.file.delete(save=False)
    assert second.file.read() == PDF


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
def test_whatever_fails_leaves_neither_row_nor_file(document, editor, settings, monkeypatch, broken):
    before = revision(), Program.objects.get().updated_at

    def fail(*args, **kwargs):
        raise IntegrityError("no room left")

    parts = {
        "row": (SupportingDocument, "save"),
        "program": (Program, "save"),
        "journal": (evidence, "record"),
    }
    monkeypatch.setattr(*parts[broken], fail)
    with pytest.raises(IntegrityError), transaction.atomic():
        attach_evidence(document=document, upload=upload(), is_public=True, actor=editor)
    assert not SupportingDocument.objects.exists()
    assert not Entry.objects.exists()
    assert (revision(), Program.objects.get().updated_at) == before
    assert stored(settings) == []


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
