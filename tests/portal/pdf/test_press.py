"""Papers set in a process of their own: the same papers, whatever happens to the process."""

import io
import json
import os
import socket
import subprocess
import sys
import threading

import pikepdf
import pytest

from portal.pdf import press, render, turns
from portal.pdf.compositor import guard
from portal.pdf.press import PdfTooLongError, patience
from portal.pdf.render import Attachment, IncompletePageError, PdfUnavailableError, RefusedResourceError
from portal.pdf.turns import PdfBusyError, PdfError, press_turn

HEAD = '<!doctype html><html lang="ar" dir="rtl"><head><title>محضر</title></head>'


def page(body: str = "<p>نص</p>") -> str:
    return f'{HEAD}<body class="port">{body}</body></html>'


@pytest.fixture(autouse=True, scope="module")
def _child_ends_with_the_module():
    yield
    press.close()


@pytest.mark.parametrize(
    "asked", [{}, {"is_large": True}, {"archive": True}], ids=["reading", "large", "archive"]
)
def test_the_press_prints_what_this_process_would(asked):
    assert press.render_pdf(html=page(), **asked) == render.render_pdf(html=page(), **asked)


def test_what_is_attached_comes_through_to_the_byte():
    data = Attachment("data.json", json.dumps({"اسم": "نفطة"}).encode(), "The data")
    content = press.render_pdf(html=page(), archive=True, attachments=[data])
    assert content == render.render_pdf(html=page(), archive=True, attachments=[data])
    with pikepdf.open(io.BytesIO(content)) as pdf:
        (attached,) = pdf.attachments.values()
        assert attached.get_file().mime_type == "application/json"
        assert attached.get_file().read_bytes() == data.content


@pytest.mark.parametrize(
    ("html", "error"),
    [
        (page('<img alt="" src="file:///etc/hostname">'), RefusedResourceError),
        (page('<img alt="" src="http://127.0.0.1:9/a.png">'), RefusedResourceError),
        ("<html lang=ar><p>نص", IncompletePageError),
    ],
    ids=["file", "network", "no title"],
)
def test_a_refusal_comes_back_as_what_it_is(html, error):
    with pytest.raises(error):
        press.render_pdf(html=html)
    assert press.render_pdf(html=page()).startswith(b"%PDF-")


def test_a_missing_library_is_named(monkeypatch):
    monkeypatch.setattr(press, "_asked", lambda order: b"EPdfUnavailableError\ncannot load libpango")
    with pytest.raises(PdfUnavailableError, match="libpango"):
        press.render_pdf(html=page())


def test_an_unknown_error_is_a_papers_error(monkeypatch):
    monkeypatch.setattr(press, "_asked", lambda order: b"EAssertionError\n")
    with pytest.raises(PdfError, match="AssertionError"):
        press.render_pdf(html=page())


def test_a_paper_that_takes_too_long_is_given_up_and_the_next_is_printed():
    with patience(0.3), pytest.raises(PdfTooLongError):
        press.render_pdf(html=page("<p>كلمة</p>" * 20_000))
    assert press.render_pdf(html=page()).startswith(b"%PDF-")


def test_a_child_that_was_killed_is_replaced():
    before = press.render_pdf(html=page())
    press._children[0].process.kill()
    assert press.render_pdf(html=page()) == before


def test_too_much_memory_is_refused(monkeypatch):
    monkeypatch.setattr(press, "_asked", lambda order: b"EMemoryError\n")
    with pytest.raises(PdfTooLongError, match="memory"):
        press.render_pdf(html=page())


def test_the_child_knows_no_secret(monkeypatch):
    """Neither the key nor the database's address goes into its environment."""
    seen, start = {}, subprocess.Popen

    def started(arguments, **options):
        seen.update(options["env"])
        return start(arguments, **options)

    press.close()
    monkeypatch.setenv("SECRET_KEY", "a secret")
    monkeypatch.setenv("DATABASE_URL", "postgres://a:secret@localhost/x")
    monkeypatch.setattr(press.subprocess, "Popen", started)
    press.render_pdf(html=page())
    assert not {"SECRET_KEY", "DATABASE_URL"} & set(seen)
    assert "secret" not in "".join(seen.values())


def test_the_child_is_renewed_before_it_grows(monkeypatch):
    press.render_pdf(html=page())
    first = press._children[0].process.pid
    monkeypatch.setattr(press, "RENEWED_AFTER", 1)
    press.render_pdf(html=page())
    assert press._children[0].process.pid != first


ACTS = {
    "a file of the machine": ("open('/etc/hostname')", True),
    "a file of the project": ("open('static/musharaka/pdf.css')", False),
    "a connection": ("socket.create_connection(('127.0.0.1', 9))", True),
    "a name": ("socket.getaddrinfo('localhost', 80)", True),
    "a command": ("subprocess.run(['true'])", True),
    "a shell": ("os.system('true')", True),
}


@pytest.mark.parametrize(("act", "is_refused"), ACTS.values(), ids=ACTS)
def test_the_guard_holds_every_act_of_the_child(act, is_refused):
    """In a process of its own, since such a guard stays for good."""
    lines = ["import os, socket, subprocess, sys", "from portal.pdf.compositor import guard"]
    lines += ["sys.addaudithook(guard())", act]
    ran = subprocess.run(
        [sys.executable, "-c", "\n".join(lines)],
        cwd=render.PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ("PermissionError" in ran.stderr) is is_refused, ran.stderr


def test_the_guard_lets_everything_else_pass():
    assert guard()("compile", (None, "x")) is None
    assert socket.AF_INET


def test_one_paper_at_a_time_on_the_machine(monkeypatch):
    monkeypatch.setattr(turns, "LONGEST_WAIT", 0.05)
    is_taken, may_end = threading.Event(), threading.Event()

    def hold():
        with press_turn():
            is_taken.set()
            may_end.wait(10)

    holder = threading.Thread(target=hold)
    holder.start()
    assert is_taken.wait(10)
    with pytest.raises(PdfBusyError), press_turn():
        pass
    may_end.set()
    holder.join()
    with press_turn():
        assert os.getpid()
