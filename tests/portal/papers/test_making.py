"""What a worker does with one paper: makes it once, says how far it is, and why there is none."""

import datetime
import hashlib
import tempfile
from pathlib import Path

import pytest
import time_machine
from django.db import OperationalError
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from portal.files.sweep import KEPT as SWEPT_AFTER
from portal.files.sweep import sweep
from portal.papers.bench import BENCH, ClosingError
from portal.papers.making import make, telling
from portal.papers.models import ALIVE, Printing, Worker
from portal.papers.printing import (
    FAILED_KEPT,
    KEPT,
    SILENT_KEPT,
    TakenFromUsError,
    begin,
    finish,
    forget,
    printed_response,
)
from portal.papers.rules import FAILURES
from tests.portal.papers import made_up

pytestmark = pytest.mark.django_db
SECOND = datetime.timedelta(seconds=1)


@pytest.fixture
def clock():
    with time_machine.travel(datetime.datetime(2026, 11, 22, 12, tzinfo=datetime.UTC), tick=False) as clock:
        yield clock


def test_a_paper_is_made_in_its_own_language_and_kept_by_its_content(asked, work_off):
    content = b"%PDF-1.7 made up"
    for language in ("ar", "fr"):
        printing = asked(language=language)
        work_off()
        printing.refresh_from_db()
        assert printing.is_finished
        assert printing.sha256 == hashlib.sha256(content).hexdigest()
        assert (printing.size, printing.file.read()) == (len(content), content)
        assert printing.file.name == f"papers/{printing.sha256[:2]}/{printing.sha256}"
    assert made_up.MADE == ["fine ar", "fine fr"]


def test_a_large_one_is_taken_from_its_file_which_is_gone_then(asked, work_off, monkeypatch, tmp_path):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    printing = asked("file")
    work_off()
    printing.refresh_from_db()
    assert printed_response(printing).getvalue() == b"PK large"
    assert list(tmp_path.glob("tmp*")) == []


def test_the_file_is_handed_out_under_its_names(finished):
    response = printed_response(finished("file"))
    assert response["Content-Type"] == "application/zip"
    assert response["Content-Disposition"].startswith('attachment; filename="paper-file.zip"; ')
    assert response["Content-Length"] == "8"
    assert response["X-Content-Type-Options"] == "nosniff"


def test_told_twice_it_is_made_once(asked):
    printing = asked()
    make(printing.pk)
    make(printing.pk)
    assert len(made_up.MADE) == 1


def test_what_was_forgotten_meanwhile_is_not_made():
    make(4711)
    assert made_up.MADE == []


# --- how far it is ----------------------------------------------------------------------------------


def test_it_says_how_far_it_is_once_a_second(asked, clock):
    printing = asked("steps")
    claim = begin(printing.pk)
    tell = telling(claim)
    said = []
    for number, step in enumerate(made_up.STEPS):
        tell(number, 3, step)
        printing.refresh_from_db()
        said.append((printing.done, printing.doing, printing.beat_at))
        clock.shift(SECOND / 2)
    start = claim.started_at
    assert said == [(0, "Cover", start), (0, "Cover", start), (2, "Seals", start + SECOND)]


def test_words_that_are_too_long_are_cut(asked):
    printing = asked("steps")
    telling(begin(printing.pk))(1, 2, "و" * 1000)
    assert len(Printing.objects.get().doing) == 300


def test_when_it_is_made_all_of_it_is_done(finished):
    printing = finished("steps")
    assert (printing.done, printing.of, printing.doing) == (3, 3, "")


# --- what goes wrong --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("how", "failure"),
    [
        ("broken", "broken"),
        ("busy", "broken"),
        ("unavailable", "unavailable"),
        ("hangs", "too_long"),
        ("gone", "gone"),
    ],
)
def test_a_failure_is_kept_under_its_name(finished, how, failure):
    printing = finished(how)
    assert printing.failure == failure
    assert failure in FAILURES
    assert not printing.is_finished
    assert printing.finished_at is not None


def test_what_is_not_public_any_more_is_not_made(asked, work_off):
    printing = asked()
    made_up.WITHDRAWN.add("fine")
    work_off()
    printing.refresh_from_db()
    assert printing.failure == "gone"
    assert made_up.MADE == []


def test_an_error_of_the_database_leaves_it_to_the_next(asked, clock, work_off):
    printing = asked("database")
    with pytest.raises(OperationalError):
        make(printing.pk)
    printing.refresh_from_db()
    assert (printing.failure, printing.finished_at, printing.attempts) == ("", None, 1)
    clock.shift(ALIVE + SECOND)
    assert begin(printing.pk)


def test_one_that_others_took_up_is_let_go(asked, clock):
    """A worker that slept through its turn neither writes nor goes on."""
    printing = asked()
    ours = begin(printing.pk)
    clock.shift(ALIVE + SECOND)
    theirs = begin(printing.pk)
    with pytest.raises(TakenFromUsError):
        telling(ours)(1, 2, "late")
    finish(ours, b"late")
    printing.refresh_from_db()
    assert (printing.attempts, printing.doing, printing.finished_at) == (2, "", None)
    finish(theirs, b"in time")
    printing.refresh_from_db()
    assert printing.file.read() == b"in time"


def test_the_making_ends_where_others_took_it_up(asked, clock, monkeypatch):
    printing = asked("steps")

    def sleep_through(_advance):
        clock.shift(ALIVE + SECOND)
        assert begin(printing.pk)
        _advance(1, 3, "Cover")

    monkeypatch.setitem(made_up.MAKERS, "steps", sleep_through)
    make(printing.pk)
    printing.refresh_from_db()
    assert (printing.attempts, printing.failure, printing.finished_at) == (2, "", None)
    assert BENCH.claim is None


def test_nobody_begins_what_another_has_in_hands(asked, clock):
    printing = asked()
    assert begin(printing.pk)
    clock.shift(ALIVE)
    assert begin(printing.pk) is None


def test_a_worker_that_is_told_to_end_hands_its_paper_back(asked, monkeypatch):
    printing = asked("steps")

    def closing(advance):
        advance(2, 3, "Seals")
        BENCH._close(15, None)

    monkeypatch.setitem(made_up.MAKERS, "steps", closing)
    monkeypatch.setattr(BENCH, "is_closing", False)
    make(printing.pk)
    printing.refresh_from_db()
    assert (printing.started_at, printing.beat_at, printing.attempts) == (None, None, 0)
    assert (printing.done, printing.failure, printing.finished_at) == (0, "", None)
    assert BENCH.is_closing


def test_a_worker_that_is_to_end_begins_nothing(monkeypatch):
    monkeypatch.setattr(BENCH, "is_closing", True)
    with pytest.raises(ClosingError), BENCH.stoppable():
        made_up.MADE.append("begun")
    assert made_up.MADE == []


def test_outside_of_the_making_a_signal_only_leaves_word(monkeypatch):
    monkeypatch.setattr(BENCH, "is_closing", False)
    BENCH._close(15, None)
    assert BENCH.is_closing


# --- forgetting -------------------------------------------------------------------------------------


def test_papers_are_forgotten_after_a_week_and_failures_after_a_day(finished, clock):
    kept, failed = finished(), finished("broken")
    clock.shift(FAILED_KEPT + SECOND)
    assert forget() == "1 long papers forgotten"
    assert list(Printing.objects.all()) == [kept]
    clock.shift(KEPT - FAILED_KEPT - SECOND)
    assert forget() == "0 long papers forgotten"
    clock.shift(SECOND)
    assert forget() == "1 long papers forgotten"
    assert failed.pk != kept.pk


def test_what_no_worker_ever_made_is_forgotten_too(asked, clock):
    asked()
    clock.shift(KEPT + SECOND)
    forget()
    assert not Printing.objects.exists()


def test_workers_that_are_gone_are_forgotten(clock):
    Worker.objects.create(name="gone", beat_at=timezone.now())
    clock.shift(SILENT_KEPT + SECOND)
    Worker.objects.create(name="here", beat_at=timezone.now())
    forget()
    assert [worker.name for worker in Worker.objects.all()] == ["here"]


def test_what_workers_were_told_is_forgotten_once_it_is_done(finished, asked, clock):
    finished()
    asked("steps")
    clock.shift(KEPT + SECOND)
    forget()
    assert [task.status for task in DBTaskResult.objects.all()] == ["READY"]


def test_a_file_goes_when_no_paper_points_to_it(finished, asked, settings):
    """Two rows of one content share the file: it stays until both are gone."""
    first, second = finished(), finished(language="ar")
    path = Path(first.file.path)
    first.delete()
    with time_machine.travel(timezone.now() + SWEPT_AFTER + SECOND):
        sweep()
        assert path.exists()
        finished("steps")
        second.delete()
        sweep()
    assert not path.exists()
