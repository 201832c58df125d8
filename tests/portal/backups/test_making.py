"""A backup is whole or has no name; the older ones make room; damage in the portal is told."""

import errno
import io
import json
import os
import re
import subprocess
import threading
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from portal.accounts.models import User
from portal.backups import making
from portal.backups.archive import finished_in, read_archive
from portal.backups.contents import BackupError
from portal.backups.making import make_backup
from portal.publications.register import head
from programs.models import SupportingDocument
from tests import factories
from tests.portal.backups.conftest import CONTENT, store
from tests.threads import at_once, shared_database  # noqa: F401


def run(place, *options):
    out = io.StringIO()
    call_command("backup", str(place), *options, stdout=out)
    return out.getvalue()


def test_it_holds_rows_files_and_the_head(portal, tmp_path):
    said = run(tmp_path / "backups")
    [path] = finished_in(tmp_path / "backups")
    archive = read_archive(path)
    assert re.search(rf"Head of the register: {head().number}:{head().hash}\n", said)
    assert f"elsewhere: {archive.fingerprint}\n" in said
    assert [file.sha256 for file in archive.files()] == [portal.sha256]
    [line] = archive.lines("programs.supportingdocument")
    assert json.loads(line)["name"] == "محضر.pdf"
    assert archive.manifest.tables["publications.publication"].rows == 3
    assert not (path / "tables" / "sessions.session.jsonl.gz").exists()


def test_anybody_can_check_it_without_the_portal(backup):
    done = subprocess.run(
        ["sha256sum", "--check", "--quiet", "SHA256SUMS"], cwd=backup.path, capture_output=True, check=False
    )
    assert (done.returncode, done.stdout) == (0, b"")
    listed = {line.split("  ")[1] for line in (backup.path / "SHA256SUMS").read_text().splitlines()}
    there = {str(path.relative_to(backup.path)) for path in backup.path.rglob("*") if path.is_file()}
    assert there == listed | {"SHA256SUMS"}


def test_nobody_else_may_enter_it(backup):
    assert backup.path.stat().st_mode & 0o077 == 0


def test_neither_the_secret_key_nor_a_session_is_in_it(client, portal, settings, tmp_path):
    client.force_login(factories.UserFactory())
    backup = make_backup(tmp_path / "backups")
    parts = b"".join(path.read_bytes() for path in backup.path.rglob("*") if path.is_file())
    assert settings.SECRET_KEY.encode() not in parts
    assert client.session.session_key.encode() not in parts
    assert "sessions.session" not in backup.manifest.tables


def test_a_file_that_the_one_before_holds_takes_no_room_again(portal, backup, tmp_path):
    store(SupportingDocument.objects.get(), b"another one")
    second = make_backup(tmp_path / "backups")
    kept = [second.path / f"files/{portal.sha256[:2]}/{portal.sha256}", *backup.path.rglob(portal.sha256)]
    assert kept[0].samefile(kept[1])
    assert second.manifest.files == 2
    assert read_archive(second.path).fingerprint == second.fingerprint


def test_a_damaged_file_of_the_one_before_is_not_taken_over(portal, backup, tmp_path):
    [kept] = backup.path.rglob(portal.sha256)
    kept.write_bytes(CONTENT[:-1] + b"x")
    second = make_backup(tmp_path / "backups")
    assert [path.read_bytes() for path in second.path.rglob(portal.sha256)] == [CONTENT]


def test_so_many_stay_and_the_oldest_go(portal, tmp_path):
    names = [make_backup(tmp_path).path.name for _ in range(3)]
    said = run(tmp_path, "--keep", "2")
    left = [path.name for path in finished_in(tmp_path)]
    assert len(left) == 2
    assert left[1] == max(names)
    assert said.count("Removed: musharaka-") == 2
    assert sorted(path.name for path in tmp_path.iterdir() if path.name.startswith(".")) == []


@pytest.mark.parametrize("number", ["0", "-1", "x", ""])
def test_at_least_one_stays(portal, tmp_path, number):
    with pytest.raises(CommandError):
        run(tmp_path, f"--keep={number}")


def test_a_missing_file_is_told_and_nothing_older_goes(portal, backup, tmp_path):
    Path(portal.file.path).unlink()
    with pytest.raises(CommandError, match=r"stored file evidence/.* is missing"):
        run(tmp_path / "backups", "--keep", "1")
    assert len(finished_in(tmp_path / "backups")) == 2
    newest = read_archive(finished_in(tmp_path / "backups")[0])
    assert newest.manifest.problems


def test_a_file_that_is_not_what_was_handed_in_is_told(portal, tmp_path):
    Path(portal.file.path).write_bytes(b"x")
    with pytest.raises(CommandError, match="not the one that was handed in"):
        run(tmp_path / "backups")


def test_a_file_that_goes_with_its_row_meanwhile_is_no_damage(portal, tmp_path, monkeypatch):
    turns: list[int] = []
    keep = making._keep_files

    def remove_first(unfinished, names, previous):
        if not turns:
            turns.append(1)
            SupportingDocument.objects.all().delete()
            Path(portal.file.path).unlink()
        return keep(unfinished, names, previous)

    monkeypatch.setattr(making, "_keep_files", remove_first)
    made = make_backup(tmp_path / "backups")
    assert (made.manifest.problems, made.manifest.files) == ([], 0)
    assert made.manifest.tables["programs.supportingdocument"].rows == 0


def test_a_broken_register_is_told(portal, tmp_path, triggers_off):
    from django.db import connection

    with triggers_off(), connection.cursor() as cursor:
        cursor.execute("UPDATE publications_publication SET title = 'x' WHERE number = 2")
    with pytest.raises(CommandError, match="register is broken: entry 2 was changed"):
        run(tmp_path / "backups")


def test_one_at_a_time(portal, tmp_path):
    with making._alone_in(tmp_path), pytest.raises(BackupError, match="Another backup"):
        make_backup(tmp_path)


def test_what_was_left_unfinished_goes(portal, tmp_path):
    left = tmp_path / making.UNFINISHED / "tables"
    left.mkdir(parents=True)
    (left / "x").write_text("half")
    make_backup(tmp_path)
    assert [path.name[:10] for path in tmp_path.iterdir() if path.name != "files"] == ["musharaka-"]


@pytest.mark.parametrize(
    ("number", "words"), [(errno.ENOSPC, "no room left"), (errno.EIO, "No backup was made")]
)
def test_a_disk_that_fails_leaves_no_half_backup(portal, tmp_path, monkeypatch, number, words):
    def fail(*_given):
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(making, "_copy", fail)
    with pytest.raises(CommandError, match=words):
        run(tmp_path / "backups")
    assert list((tmp_path / "backups").iterdir()) == []


def test_without_room_nothing_is_begun(portal, tmp_path, monkeypatch):
    monkeypatch.setattr(making, "SPARE_BYTES", 2**60)
    with pytest.raises(CommandError, match="not enough room"):
        run(tmp_path / "backups")


def test_what_is_written_meanwhile_is_in_it_whole_or_not_at_all(shared_database, tmp_path, monkeypatch):  # noqa: F811
    """Somebody adds people in pairs, without waiting for anybody; the backup reads between two tables."""
    shared_database()
    stop, pairs = threading.Event(), []
    keep = making._keep_rows

    def add():
        from django.db import transaction

        while not stop.is_set() and len(pairs) < 400:
            with transaction.atomic():
                user = User.objects.create(email=f"p{len(pairs)}@example.org")
                factories.MunicipalityFactory(slug=f"of-{user.pk}")
            pairs.append(user.pk)

    def keep_slowly(unfinished, model):
        begun = len(pairs)
        stop.wait(0.02)
        found = keep(unfinished, model)
        seen.append(len(pairs) - begun)
        return found

    def back_up():
        try:
            return make_backup(tmp_path / "backups").manifest.tables
        finally:
            stop.set()

    seen: list[int] = []
    monkeypatch.setattr(making, "_keep_rows", keep_slowly)
    tables, _ = at_once(lambda one: one(), [back_up, add])
    assert tables["accounts.user"].rows == tables["municipalities.municipality"].rows
    assert sum(seen) > 10, "nobody had to wait for the backup"
