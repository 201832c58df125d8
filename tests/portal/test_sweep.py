"""What is stored is whole, stored once, and goes when no row points to it: neither earlier nor later."""

import datetime
import os
import threading
from pathlib import Path

import pytest
from django.core.files.base import ContentFile, File
from django.core.files.storage import storages
from django.core.management import CommandError, call_command
from django.utils import timezone

from portal.files import sweep as sweeping
from portal.files.storage import PrivateStorage
from portal.files.sweep import KEPT, sweep
from programs.models import SupportingDocument
from tests import factories

SHA = "ab" * 32
NAME = f"evidence/ab/{SHA}"


@pytest.fixture
def storage(settings):
    return PrivateStorage()


def stored(settings):
    return sorted(
        path.relative_to(settings.MEDIA_ROOT).as_posix()
        for path in settings.MEDIA_ROOT.rglob("*")
        if path.is_file()
    )


def make_old(settings, age=KEPT + datetime.timedelta(minutes=1)):
    """As if every file had been there for so long."""
    then = (timezone.now() - age).timestamp()
    for name in stored(settings):
        os.utime(settings.MEDIA_ROOT / name, (then, then))


# --- storing -----------------------------------------------------------------------------------------


def test_a_file_takes_its_place_whole(storage, settings):
    assert storage.save(NAME, ContentFile(b"x" * 200_000)) == NAME
    assert stored(settings) == [NAME]
    assert storage.open(NAME).read() == b"x" * 200_000
    assert oct((settings.MEDIA_ROOT / NAME).stat().st_mode)[-3:] == "640"


def test_the_same_content_is_stored_once_and_is_young_again(storage, settings):
    storage.save(NAME, ContentFile(b"x"))
    make_old(settings)
    assert storage.save(NAME, ContentFile(b"x")) == NAME
    assert stored(settings) == [NAME]
    assert timezone.now().timestamp() - (settings.MEDIA_ROOT / NAME).stat().st_mtime < 60


def test_a_damaged_file_is_mended_by_the_next_upload_of_its_content(storage, settings):
    storage.save(NAME, ContentFile(b"whole"))
    (settings.MEDIA_ROOT / NAME).write_bytes(b"wh")
    storage.save(NAME, ContentFile(b"whole"))
    assert storage.open(NAME).read() == b"whole"


def test_other_names_are_never_shared(storage):
    assert storage.save("imports/x", ContentFile(b"1")) == "imports/x"
    assert storage.save("imports/x", ContentFile(b"2")) != "imports/x"
    storage.delete("imports/x")
    assert not storage.exists("imports/x")


def test_an_upload_that_breaks_off_leaves_nothing(storage, settings):
    class Broken(File):
        def chunks(self, chunk_size=None):
            yield b"the first piece"
            raise OSError("the connection is gone")

    with pytest.raises(OSError, match="gone"):
        storage.save(NAME, Broken(None, name="x"))
    assert stored(settings) == []


@pytest.mark.parametrize("name", ["../x", "/etc/x", "evidence/../../x"])
def test_no_name_leads_out_of_the_store(storage, name):
    with pytest.raises(Exception, match="x"):
        storage.save(name, ContentFile(b"x"))


def test_everything_reaches_the_disk_before_its_name_does(storage, settings, monkeypatch):
    """A power cut at any moment leaves the old state or the new one."""
    steps, fsync, replace = [], os.fsync, Path.replace

    def noted_fsync(handle):
        steps.append("directory" if os.path.isdir(f"/proc/self/fd/{handle}") else "file")  # noqa: PTH112
        fsync(handle)

    def noted_replace(self, target):
        steps.append("name")
        return replace(self, target)

    monkeypatch.setattr(os, "fsync", noted_fsync)
    monkeypatch.setattr(Path, "replace", noted_replace)
    storage.save(NAME, ContentFile(b"x"))
    assert steps.index("file") < steps.index("name")
    assert steps[-1] == "directory"


# --- sweeping ----------------------------------------------------------------------------------------


@pytest.fixture
def row(db):
    """A row whose file the sweep has to leave alone."""
    file = factories.SupportingDocumentFactory(sha256="cd" * 32)
    assert file.file.name == f"evidence/cd/{'cd' * 32}"
    return file


def test_an_old_file_without_a_row_goes(row, storage, settings):
    storage.save(NAME, ContentFile(b"x"))
    make_old(settings)
    assert sweep() == "1 files removed"
    assert stored(settings) == [row.file.name]
    assert sweep() == "0 files removed"


def test_a_young_file_may_still_get_its_row(row, storage, settings):
    storage.save(NAME, ContentFile(b"x"))
    make_old(settings, KEPT - datetime.timedelta(minutes=1))
    assert sweep() == "0 files removed"
    assert NAME in stored(settings)


def test_the_file_of_a_deleted_row_goes_and_a_shared_one_stays(row, settings):
    other = factories.SupportingDocumentFactory(sha256="cd" * 32, name="the same.pdf")
    third = factories.SupportingDocumentFactory(sha256="ef" * 32)
    name = third.file.name
    third.delete()
    row.delete()
    make_old(settings)
    sweep()
    assert stored(settings) == [other.file.name]
    assert name not in stored(settings)


def test_replaced_files_and_origins_stay(row, settings):
    origin = factories.ProgramOriginFactory()
    old = factories.SupportingDocumentFactory(sha256="12" * 32, replaced_by=row)
    make_old(settings)
    sweep()
    assert stored(settings) == sorted([row.file.name, origin.file.name, old.file.name])


def test_an_origin_without_its_program_goes(row, settings):
    origin = factories.ProgramOriginFactory()
    origin.program.delete()
    make_old(settings)
    sweep()
    assert stored(settings) == [row.file.name]


def test_a_copy_from_before_names_were_shared_goes_too(row, settings):
    path = settings.MEDIA_ROOT / f"{NAME}_Ab3dE6g"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"x")
    make_old(settings)
    sweep()
    assert stored(settings) == [row.file.name]


def test_what_was_never_finished_goes_after_a_day(row, storage, settings):
    (settings.MEDIA_ROOT / "incoming").mkdir(exist_ok=True)
    (settings.MEDIA_ROOT / "incoming" / "tmpold").write_bytes(b"half")
    make_old(settings)
    (settings.MEDIA_ROOT / "incoming" / "tmpnew").write_bytes(b"half")
    assert sweep() == "1 files removed"
    assert stored(settings) == [row.file.name, "incoming/tmpnew"]


def test_what_the_store_did_not_name_is_left_alone(row, storage, settings):
    for name in ("imports/waiting", "notes.txt", "evidence/ab/short", f"evidence/zz/{SHA}"):
        path = settings.MEDIA_ROOT / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")
    before = stored(settings)
    make_old(settings)
    assert sweep() == "0 files removed"
    assert stored(settings) == before


def test_before_an_empty_database_nothing_is_swept(db, storage, settings, caplog):
    """It is not the one to which these files belong."""
    storage.save(NAME, ContentFile(b"x"))
    make_old(settings)
    assert sweep() == "0 files removed"
    assert stored(settings) == [NAME]
    assert "nothing is swept" in caplog.text


def test_a_store_that_does_not_exist_yet_is_swept_without_ado(db, settings):
    assert not settings.MEDIA_ROOT.exists()
    assert sweep() == "0 files removed"


@pytest.mark.parametrize("moment", ["stored", "row"])
def test_a_file_that_is_used_again_while_it_is_swept_stays(row, storage, settings, monkeypatch, moment):
    """After the sweep has chosen it and before it removes it, somebody hands the same content in."""
    storage.save(NAME, ContentFile(b"x"))
    make_old(settings)
    chosen = sweeping._unneeded

    def choose(*arguments):
        for name in list(chosen(*arguments)):
            if moment == "stored":
                storage.save(NAME, ContentFile(b"x"))
            else:
                document = factories.ExpectedDocumentFactory()
                SupportingDocument.objects.create(
                    expected_document=document, file=NAME, name="a", size=1, content_type="", sha256=SHA
                )
            yield name

    monkeypatch.setattr(sweeping, "_unneeded", choose)
    assert sweep() == "0 files removed"
    assert NAME in stored(settings)


def test_no_file_is_put_in_its_place_while_the_sweep_looks_at_it(storage, settings):
    """Whoever stores waits for the sweep's turn to end."""
    storage.save(NAME, ContentFile(b"x"))
    storing = threading.Thread(target=storage.save, args=(NAME, ContentFile(b"x")))
    make_old(settings)
    with storage.turn():
        storing.start()
        storing.join(timeout=0.2)
        assert storing.is_alive()
        age = timezone.now().timestamp() - (settings.MEDIA_ROOT / NAME).stat().st_mtime
        assert age > KEPT.total_seconds()
    storing.join(timeout=5)
    assert not storing.is_alive()
    assert timezone.now().timestamp() - (settings.MEDIA_ROOT / NAME).stat().st_mtime < 60


def test_many_files_cost_few_questions(row, storage, settings, django_assert_max_num_queries):
    for number in range(60):
        factories.SupportingDocumentFactory(sha256=f"{number:064x}", expected_document=row.expected_document)
    make_old(settings)
    with django_assert_max_num_queries(14):
        assert sweep() == "0 files removed"


# --- the command -------------------------------------------------------------------------------------


def test_everything_due_is_run_and_said(row, storage, settings, capsys):
    storage.save(NAME, ContentFile(b"x"))
    make_old(settings)
    call_command("run_due")
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(":")[0] for line in lines] == settings.DUE
    assert "portal.files.sweep.sweep: 1 files removed" in lines
    call_command("run_due")
    again = [line.replace("sweep: 1 files", "sweep: 0 files") for line in lines]
    assert capsys.readouterr().out.splitlines() == again


def failing():
    raise RuntimeError("no room left")


def working():
    return "done"


def test_one_that_fails_keeps_the_others_from_nothing(settings, capsys, caplog):
    settings.DUE = [f"{__name__}.failing", f"{__name__}.working"]
    with pytest.raises(CommandError, match="failing"):
        call_command("run_due")
    assert "working: done" in capsys.readouterr().out
    assert "no room left" in caplog.text


def test_every_function_that_is_due_exists(settings):
    from django.utils.module_loading import import_string

    assert all(callable(import_string(path)) for path in settings.DUE)
    assert isinstance(storages["default"], PrivateStorage)
