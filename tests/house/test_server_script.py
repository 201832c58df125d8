"""script/server keeps a worker beside the server, and neither takes the other down."""

import os
import shutil
import subprocess
import threading
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DEADLINE = 30
"""Seconds; the programs that the script starts are stood in for, and end at once."""
# Writes down what is started, and as which process. The server goes on until its input ends.
PYTHON = """#!/bin/sh
echo "$$ $*" >>"$LOG"
case "$*" in
*gunicorn*) cat >/dev/null ;;
*work*)
    left=$(wc -l <"$LOG.fails")
    [ "$left" -eq 0 ] && echo at work && exit 0
    sed -i 1d "$LOG.fails"
    exit 1
    ;;
esac
"""


@pytest.fixture
def served(tmp_path):
    """Run the script until the server ends; what was started, in order: process and arguments."""
    for name, text in {
        "script/bootstrap": "#!/bin/sh\n",
        ".venv/bin/python": PYTHON,
        "bin/sleep": "#!/bin/sh\n",
    }.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        path.chmod(0o755)
    shutil.copy(ROOT / "script/server", tmp_path / "script/server")
    log = tmp_path / "log"

    def serve(failures: int) -> tuple[list[list[str]], str, int]:
        Path(f"{log}.fails").write_text("x\n" * failures)
        own = {"LOG": str(log), "PATH": f"{tmp_path}/bin:{os.environ['PATH']}", "SECRET_KEY": "k"}
        own |= {"DATA_DIR": str(tmp_path / "data"), "PORT": "8123"}
        server = subprocess.Popen(
            ["sh", tmp_path / "script/server"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            env=os.environ | own,
            text=True,
        )
        watch = threading.Timer(DEADLINE, server.kill)
        watch.start()
        said = ""
        while not said.endswith("at work\n"):
            line = server.stdout.readline()
            assert line, f"the server has ended: {said}"
            said += line
        # The output ends when the last of them has ended.
        said += server.communicate()[0]
        watch.cancel()
        return [line.split() for line in log.read_text().splitlines()], said, server.pid

    return serve


def started(lines: list[list[str]], what: str) -> list[list[str]]:
    return [line for line in lines if what in line]


def test_a_worker_stands_beside_the_server(served):
    lines, said, pid = served(failures=0)
    server, worker = started(lines, "gunicorn"), started(lines, "work")
    assert [line[0] for line in server] == [str(pid)], "signals to the script reach the server"
    assert [line[1:] for line in worker] == [["manage.py", "work", "--beside", str(pid)]]
    assert "http://127.0.0.1:8123/ar/" in said


def test_the_server_serves_though_the_worker_cannot_start_and_another_is_tried(served):
    lines, said, _pid = served(failures=3)
    assert len(started(lines, "gunicorn")) == 1
    assert len(started(lines, "work")) == 4
    assert said.count("another one starts in 3 seconds") == 3
