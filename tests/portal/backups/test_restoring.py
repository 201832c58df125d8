"""A backup comes back into an empty portal, equal in every row; anything else is refused, nothing done."""

import io
import shutil
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from portal.audit.models import Entry
from portal.backups import archive as archives
from portal.backups import restoring
from portal.backups.archive import SUMS, read_archive
from portal.backups.contents import BackupError
from portal.backups.making import make_backup
from portal.municipalities.models import Municipality
from portal.publications.models import Publication
from programs.models import Program, SupportingDocument
from tests import factories
from tests.portal.backups.conftest import CONTENT


def run(place, *options):
    out = io.StringIO()
    call_command("restore", str(place), *options, stdout=out)
    return out.getvalue()


def refusal(place, *options):
    with pytest.raises(CommandError) as refused:
        run(place, *options)
    return str(refused.value)


def test_everything_is_there_again(emptied):
    assert not Municipality.objects.exists()
    said = run(emptied.path.parent)
    assert "found them equal" in said
    assert emptied.manifest.head in said
    row = SupportingDocument.objects.get()
    assert row.file.read() == CONTENT
    assert Path(row.file.path).stat().st_mode & 0o777 == 0o640
    assert Publication.objects.count() == 3
    assert Entry.objects.count() == emptied.manifest.tables["audit.entry"].rows
    call_command("check_register", "--head", emptied.manifest.head, stdout=io.StringIO())


def test_a_backup_of_what_was_restored_is_the_same(emptied, tmp_path):
    run(emptied.path)
    again = make_backup(tmp_path / "again").manifest
    assert again.tables == emptied.manifest.tables
    assert (again.head, again.files) == (emptied.manifest.head, emptied.manifest.files)


def test_keys_go_on_where_they_were_even_of_rows_that_are_gone(portal, settings, tmp_path):
    gone = factories.ProgramFactory(year=2031)
    key = gone.pk
    gone.delete()
    backup = make_backup(tmp_path / "backups")
    call_command("flush", interactive=False, verbosity=0)
    settings.MEDIA_ROOT = tmp_path / "other"
    run(backup.path)
    assert factories.ProgramFactory(year=2031).pk == key + 1
    assert Program.objects.count() == 2


def test_register_and_journal_are_closed_again(emptied):
    run(emptied.path)
    with connection.cursor() as cursor, pytest.raises(Exception, match="append-only"):
        cursor.execute("UPDATE audit_entry SET action = 'x'")


def test_files_that_are_there_already_are_compared(emptied, settings):
    [file] = read_archive(emptied.path).files()
    place = Path(settings.MEDIA_ROOT, file.name)
    place.parent.mkdir(parents=True)
    place.write_bytes(b"another")
    assert f"In the place of {file.name} there is another file" in refusal(emptied.path)
    assert not Municipality.objects.exists()
    place.write_bytes(CONTENT)
    run(emptied.path)
    assert SupportingDocument.objects.get().file.read() == CONTENT


def test_a_portal_with_rows_is_left_alone(backup):
    assert "The database is not empty (there are rows in " in refusal(backup.path)
    assert Publication.objects.count() == 3


def test_tables_of_another_version_are_left_alone(emptied, monkeypatch):
    monkeypatch.setattr(restoring, "applied_state", lambda: [("audit", "0001_initial")])
    assert "those of another version" in refusal(emptied.path)


def test_a_backup_of_a_newer_version_is_refused(emptied, monkeypatch):
    archive = read_archive(emptied.path)
    archive.manifest.state.append(("programs", "9999_later"))
    with pytest.raises(BackupError, match="newer version"):
        restoring.restore(archive)


def test_other_tables_are_refused(emptied):
    archive = read_archive(emptied.path)
    archive.manifest.tables.pop("programs.need")
    with pytest.raises(BackupError, match=r"same tables: programs\.need"):
        restoring.restore(archive)


def test_rows_that_come_out_otherwise_are_not_kept(emptied, monkeypatch):
    archive = read_archive(emptied.path)
    lines = archives.Archive.lines

    def changed(self, label):
        for line in lines(self, label):
            yield line.replace("رزنامة", "أخرى") if label == "programs.program" else line

    monkeypatch.setattr(archives.Archive, "lines", changed)
    with pytest.raises(BackupError, match=r"programs\.program came out with other contents"):
        restoring.restore(archive)
    assert not Municipality.objects.exists()


def test_a_row_that_the_database_does_not_take_is_refused_by_its_table(emptied, monkeypatch):
    archive = read_archive(emptied.path)
    lines = archives.Archive.lines

    def doubled(self, label):
        yield from lines(self, label)
        if label == "municipalities.municipality":
            yield from lines(self, label)

    monkeypatch.setattr(archives.Archive, "lines", doubled)
    with pytest.raises(BackupError, match=r"does not take the rows of municipalities\.municipality"):
        restoring.restore(archive)
    assert not Municipality.objects.exists()


def test_what_points_to_nothing_is_refused(emptied, monkeypatch):
    archive = read_archive(emptied.path)
    lines = archives.Archive.lines
    monkeypatch.setattr(
        archives.Archive,
        "lines",
        lambda self, label: iter(()) if label == "programs.program" else lines(self, label),
    )
    with pytest.raises(BackupError, match="does not take the rows of this backup"):
        restoring.restore(archive)


def test_damage_that_was_there_is_restored_as_it_was_and_told(portal, settings, tmp_path):
    Path(portal.file.path).unlink()
    backup = make_backup(tmp_path / "backups")
    call_command("flush", interactive=False, verbosity=0)
    settings.MEDIA_ROOT = tmp_path / "other"
    assert "As when the backup was made: The stored file evidence/" in run(backup.path)
    assert SupportingDocument.objects.count() == 1


# --- the archive ------------------------------------------------------------------------------------


@pytest.fixture
def copy(backup, tmp_path):
    return Path(shutil.copytree(backup.path, tmp_path / "copy"))


def test_it_can_be_checked_alone(copy):
    assert "every part is what was written" in run(copy, "--check")


def test_each_part_that_was_cut_off_changed_or_lost_is_named(copy):
    for path in sorted(path for path in copy.rglob("*") if path.is_file()):
        content, part = path.read_bytes(), str(path.relative_to(copy))
        for damaged in (content[:-1], content[: len(content) // 2], content + b"x", None):
            path.unlink() if damaged is None else path.write_bytes(damaged)
            said = refusal(copy, "--check")
            assert part == SUMS or part in said, (part, said)
            path.write_bytes(content)
    assert "every part" in run(copy, "--check")


def test_sums_that_lack_a_line_are_not_whole(copy):
    lines = (copy / SUMS).read_text().splitlines(keepends=True)
    for place in range(len(lines)):
        (copy / SUMS).write_text("".join(lines[:place] + lines[place + 1 :]))
        assert "is not whole" in refusal(copy, "--check")


@pytest.mark.parametrize("part", ["../../../outside", "/outside"])
def test_a_part_outside_of_it_is_not_read(copy, part):
    (copy / SUMS).write_text((copy / SUMS).read_text() + f"{'0' * 64}  {part}\n")
    assert "cannot be read in line" in refusal(copy, "--check")


def test_one_that_was_exchanged_is_seen_by_who_kept_the_fingerprint(backup, copy):
    run(copy, "--check", "--fingerprint", backup.fingerprint.upper())
    assert "This backup is another one" in refusal(copy, "--check", "--fingerprint", "0" * 64)


def test_what_is_no_backup_is_refused(tmp_path):
    assert "There is no directory" in refusal(tmp_path / "nothing")
    (tmp_path / "empty").mkdir()
    assert "no finished backup" in refusal(tmp_path / "empty")
    (tmp_path / "empty" / "manifest.json").write_text("{}")
    assert f"{SUMS} is missing" in refusal(tmp_path / "empty")


def test_another_format_is_refused(copy, monkeypatch):
    monkeypatch.setattr(archives, "FORMAT", "musharaka-backup-2")
    assert "a format that this portal does not know: musharaka-backup-1" in refusal(copy, "--check")
