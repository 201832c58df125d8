"""A file that moves what the public has seen: the reason that has to be given with it."""

import datetime
import io

import pytest
from django.core.management import call_command

from portal.audit.models import Entry
from programs.models import DelayRule, MovedDate, Program, Status, Task
from tests.programs.test_import_screen import NEFTA, desk, hand_in, send  # noqa: F401

MOVED = NEFTA.replace(b"2021/11/13", b"2021/11/06")


@pytest.fixture
def public(desk, nefta):  # noqa: F811
    """Nefta's calendar of 2022 as everybody sees it: 4.1 on 13 November 2021, eleven days after 2.6."""
    send(desk, hand_in(desk), save="1")
    Program.objects.update(status=Status.PUBLISHED)
    return desk


def session():
    return Task.objects.get(phase__number=4, number=1).session_date


def test_a_public_date_moves_with_its_reason(public):
    send(public, hand_in(public, MOVED), save="1", reason="القاعة مشغولة")
    assert session() == datetime.date(2021, 11, 6)
    move = MovedDate.objects.get()
    assert (move.old_date, move.new_date) == (datetime.date(2021, 11, 13), datetime.date(2021, 11, 6))
    assert move.reason == DelayRule.objects.get().reason == "القاعة مشغولة"


def test_without_a_reason_the_page_asks_and_keeps_everything(public):
    entries = Entry.objects.count()
    response = send(public, hand_in(public, MOVED), save="1")
    assert response.status_code == 200
    assert response.context["reason_needed"].is_moved
    assert 'id="reason-error"' in response.content.decode()
    assert session() == datetime.date(2021, 11, 13)
    assert (MovedDate.objects.count(), Entry.objects.count()) == (0, entries)


def test_a_draft_moves_without_a_reason(public):
    Program.objects.update(status=Status.DRAFT)
    send(public, hand_in(public, MOVED), save="1")
    assert session() == datetime.date(2021, 11, 6)
    assert not MovedDate.objects.exists()


def test_a_file_that_moves_no_date_needs_no_reason(public):
    send(public, hand_in(public, NEFTA.replace("صور".encode(), "صور فوتوغرافية".encode(), 1)), save="1")
    assert not MovedDate.objects.exists()


@pytest.mark.parametrize(("options", "code", "moves"), [([], 2, 0), (["--reason", "سبب"], 0, 1)])
def test_the_command_asks_for_it_too(public, tmp_path, options, code, moves):
    file, errors = tmp_path / "calendar.txt", io.StringIO()
    file.write_bytes(MOVED)
    exit_code = 0
    try:
        call_command(
            "import_calendar",
            str(file),
            *options,
            municipality="nefta",
            year=2022,
            stdout=io.StringIO(),
            stderr=errors,
        )
    except SystemExit as ended:
        exit_code = ended.code
    assert (exit_code, MovedDate.objects.count()) == (code, moves)
    assert ("--reason" in errors.getvalue()) == bool(code)
