"""The portal as gunicorn serves it by deploy/gunicorn.conf.py."""

import json
import os
import signal
import socket
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.deploy.served import copied_database, environment, free_port, serving, wait_for


@pytest.fixture
def served(transactional_db, nefta, tmp_path):
    with copied_database(tmp_path) as database, serving(tmp_path, environment(tmp_path, database)) as served:
        yield served


def lines(served):
    return [json.loads(line) for line in served.log.read_text().splitlines()]


def test_it_answers_counts_and_writes_lines_of_json(served):
    page = served.get("/ar/m/nefta/")
    assert (page.status, len(served.processes())) == (200, 2)
    assert served.get("/readyz").status == 200
    told = lines(served)
    (line,) = [line for line in told if line["request"] == page.headers["X-Request-ID"]]
    assert (line["route"], line["municipality"], line["status"]) == ("municipality", "nefta", 200)
    assert "Booting worker" in str(told)
    assert "127.0.0.1" not in served.log.read_text()


def test_what_cannot_be_read_is_not_written_down(served):
    with socket.create_connection(("127.0.0.1", served.port), timeout=5) as asked:
        asked.sendall(b"GET /fatma HTTP/9.x\r\nX: fatma\r\n\r\n")
        assert b" 400 " in asked.recv(1000)
    served.get("/healthz")
    assert "fatma" not in served.log.read_text()
    assert lines(served)


@pytest.mark.alone
def test_nobody_is_sent_away_while_it_starts_anew(transactional_db, nefta, tmp_path):
    """As ``systemctl restart`` does it: the socket stays, and whoever comes meanwhile waits at it."""
    with (
        copied_database(tmp_path) as database,
        socket.create_server(("127.0.0.1", free_port()), backlog=64) as held,
        ThreadPoolExecutor(8) as hands,
    ):
        variables = environment(tmp_path, database)
        with serving(tmp_path, variables, handed=held) as old:
            under_way = [hands.submit(old.get, "/ar/m/nefta/", timeout=60) for _ in range(2)]
        waiting = [hands.submit(old.get, "/ar/m/nefta/", timeout=60) for _ in range(6)]
        with serving(tmp_path, variables, handed=held) as new:
            assert [asked.result().status for asked in under_way + waiting] == [200] * 8
            assert new.process.pid != old.process.pid


def test_a_process_that_dies_is_replaced(served):
    victim = served.processes()[0]
    os.kill(victim, signal.SIGKILL)
    wait_for(lambda: victim not in served.processes() and len(served.processes()) == 2, served.log)
    assert served.get("/ar/m/nefta/").status == 200
