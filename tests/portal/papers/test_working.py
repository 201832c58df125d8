"""The worker: its signs of life, its end, and the paper that it was making when it was killed."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest
import time_machine
from django.conf import settings as django_settings
from django.core.management import call_command
from django.db import OperationalError, connection
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from portal.papers import working
from portal.papers.bench import BENCH, LONGEST
from portal.papers.models import ALIVE, Printing, Worker
from portal.papers.printing import begin
from tests.portal.papers import made_up
from tests.threads import at_once, shared_database  # noqa: F401

DEADLINE = 60
"""Seconds that a process may take to start on a machine with much else to do."""


@pytest.fixture(autouse=True)
def _own_bench(monkeypatch):
    for name in ("claim", "is_closing", "_may_stop"):
        monkeypatch.setattr(BENCH, name, getattr(BENCH, name))


def until(is_so, process=None) -> None:
    """Wait for something that another process, or thread, is about to do."""
    end = time.monotonic() + DEADLINE
    while not is_so():
        assert time.monotonic() < end, "It did not come to pass"
        assert process is None or process.poll() is None, "The process has ended"
        time.sleep(0.02)


# --- one after the other ----------------------------------------------------------------------------


@pytest.mark.django_db
def test_it_makes_what_waits_in_the_order_of_asking(asked, work_off):
    asked("steps"), asked(), asked("broken")
    work_off()
    assert made_up.MADE == ["steps fr", "fine fr", "broken fr"]
    assert Printing.objects.filter(finished_at=None).count() == 0


@pytest.mark.django_db
def test_it_takes_up_what_another_left(asked, work_off):
    printing = asked()
    DBTaskResult.objects.get().claim("killed")
    begin(printing.pk)
    with time_machine.travel(timezone.now() + 2 * ALIVE):
        work_off()
    assert Printing.objects.get().is_finished


@pytest.mark.django_db
def test_told_to_end_it_begins_nothing(asked, work_off):
    asked()
    BENCH.is_closing = True
    work_off()
    assert made_up.MADE == []


@pytest.mark.django_db
def test_a_database_that_does_not_answer_is_no_end(asked, work_off, monkeypatch, caplog):
    asked()
    answers = iter([OperationalError("gone"), None])

    def look():
        error = next(answers)
        if error:
            raise error

    monkeypatch.setattr(working, "take_up_what_was_left", look)
    monkeypatch.setattr(working.time, "sleep", lambda seconds: None)
    monkeypatch.setattr(working, "make_next", lambda name: setattr(BENCH, "is_closing", True) or True)
    working.work("by hand")
    assert "does not answer" in caplog.text
    assert next(answers, "all asked") == "all asked"


def test_several_workers_make_each_paper_once(asked, shared_database):  # noqa: F811
    for language in ("ar", "fr", "en"):
        asked(language=language)
        asked("steps", language=language)
    shared_database()
    at_once(lambda number: working.work(f"worker {number}", once=True), range(3))
    assert sorted(made_up.MADE) == sorted(
        f"{how} {language}" for how in ("fine", "steps") for language in ("ar", "fr", "en")
    )


# --- signs of life ----------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_sign_of_life_is_the_workers_and_its_papers(asked):
    printing = asked()
    working.beat("here")
    assert Printing.objects.get().beat_at is None
    BENCH.claim = begin(printing.pk)
    later = timezone.now() + ALIVE
    with time_machine.travel(later, tick=False):
        working.beat("here")
    assert Worker.objects.get().beat_at == Printing.objects.get().beat_at == later


@pytest.mark.django_db
def test_a_worker_whose_paper_hangs_ends(asked, monkeypatch):
    ended = []
    monkeypatch.setattr(working.os, "_exit", ended.append)
    BENCH.claim = begin(asked().pk)
    working.beat("here")
    assert ended == []
    with time_machine.travel(timezone.now() + 2 * LONGEST, tick=False):
        working.beat("here")
    assert ended == [working.HANGS]


def test_it_is_listed_while_it_works_and_beats_meanwhile(shared_database, monkeypatch):  # noqa: F811
    shared_database()
    beats, beat = [], working.beat

    def counted(name):
        beat(name)
        beats.append(name)

    monkeypatch.setattr(working, "BEAT_EVERY", 0.01)
    monkeypatch.setattr(working, "beat", counted)

    def live(_number):
        with working.beating("here"):
            listed = Worker.objects.filter(name="here").exists()
            until(lambda: len(beats) > 3)
        return listed, Worker.objects.exists()

    assert at_once(live, [0]) == [(True, False)]


def test_a_process_is_there_until_it_has_ended():
    assert working.is_running(os.getpid())
    child = subprocess.Popen(["true"])
    until(lambda: not working.is_running(child.pid))  # nobody has taken note of its end yet
    child.wait()
    assert not working.is_running(child.pid)


@pytest.mark.django_db
def test_it_ends_with_the_server(asked):
    asked()
    child = subprocess.Popen(["true"])
    child.wait()
    working.work("by hand", server=child.pid)
    assert made_up.MADE == []


# --- the command ------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_the_command_makes_what_waits_out_of_the_pages_way(asked, monkeypatch, capsys):
    nice, heard = [], []
    monkeypatch.setattr(os, "nice", nice.append)
    monkeypatch.setattr(signal, "signal", lambda number, handler: heard.append(number))
    asked()
    call_command("work", once=True, name="n" * 100)
    assert nice == [10]
    assert set(heard) == {signal.SIGTERM, signal.SIGINT}
    assert Printing.objects.get().is_finished
    assert not Worker.objects.exists()
    assert capsys.readouterr().out == f"Worker {'n' * 64} makes the long papers\n"


# --- killed -----------------------------------------------------------------------------------------


@pytest.fixture
def start(tmp_path, settings):
    """Start a worker in a process of its own, on the database of this test; what is left is killed."""
    started = []
    gate = tmp_path / "gate"
    os.mkfifo(gate)

    def start(*arguments: str) -> subprocess.Popen[bytes]:
        own = {
            "DJANGO_SETTINGS_MODULE": "tests.portal.papers.worker_settings",
            "WORKER_DATABASE": json.dumps({**connection.settings_dict, "TEST": {}}, default=str),
            "WORKER_PAPERS": json.dumps(settings.PAPERS),
            "WORKER_FILES": str(settings.MEDIA_ROOT),
            made_up.GATE: str(gate),
        }
        command = [sys.executable, "manage.py", "work", *arguments]
        process = subprocess.Popen(command, cwd=django_settings.PROJECT_DIR, env=os.environ | own)
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.wait()


def is_under_way() -> bool:
    return Printing.objects.filter(done=1).exists()


@pytest.mark.django_db(transaction=True)
def test_a_paper_whose_worker_was_killed_is_made_by_the_next(asked, start, work_off):
    asked("slow")
    worker = start()
    until(is_under_way, worker)
    worker.send_signal(signal.SIGKILL)
    assert worker.wait(DEADLINE) == -signal.SIGKILL
    work_off()
    assert Printing.objects.get().finished_at is None, "It was taken out of living hands"
    with time_machine.travel(timezone.now() + 2 * ALIVE):
        work_off()
    printing = Printing.objects.get()
    assert (printing.file.read(), printing.attempts) == (b"%PDF-1.7 slow", 2)
    assert made_up.MADE == ["slow fr"]


@pytest.mark.django_db(transaction=True)
def test_a_worker_that_is_told_to_end_does_so_at_once_and_cleanly(asked, start, work_off):
    asked("slow")
    worker = start()
    until(is_under_way, worker)
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(DEADLINE) == 0
    assert not Worker.objects.exists()
    assert Printing.objects.get().started_at is None
    work_off()
    printing = Printing.objects.get()
    assert (printing.file.read(), printing.attempts) == (b"%PDF-1.7 slow", 1)


@pytest.mark.django_db(transaction=True)
def test_a_worker_ends_when_its_server_was_killed(start):
    server = subprocess.Popen(["cat"], stdin=subprocess.PIPE)
    worker = start("--beside", str(server.pid))
    until(Worker.objects.exists, worker)
    server.kill()
    assert worker.wait(DEADLINE) == 0
    server.communicate()
