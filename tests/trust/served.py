"""Run by ``tests.trust.serving`` in a process of its own: ``served.py DESCRIPTOR [TWIN]``.

Answers at the socket with that descriptor by two processes, and replaces one that was killed at once, where
gunicorn would take a second. A twin is the same portal with a fault that a check has to see:

- ``early`` tells that a contribution was received, and stores it half a second later;
- ``normal`` has SQLite give a commit to the disk when it likes, as ``synchronous=NORMAL`` does;
- ``patient`` waits for PostgreSQL without end, as its driver does by itself;
- ``anyway`` tells that a contribution was received, whether it could be stored or not.
"""

from __future__ import annotations

import contextlib
import os
import socket
import sys
import threading
import traceback
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from typing import NoReturn

import django

PROCESSES, THREADS = 2, 4


def main(descriptor: int, twin: str = "") -> NoReturn:
    django.setup()
    from django.conf import settings
    from django.db import connection

    from consultations.views import contributing

    # The manifest is made by collectstatic, which no test should wait for.
    settings.STORAGES["staticfiles"]["BACKEND"] = "django.contrib.staticfiles.storage.StaticFilesStorage"
    # All of them come from one address, and there are more of them in a minute than a town has in an hour.
    contributing.MOST = contributing.WITHOUT_A_MARK = 10**9
    if twin == "early":
        contributing.receive = _early(contributing.receive)
    elif twin == "anyway":
        contributing.receive = _anyway(contributing.receive)
        contributing.count = lambda *_given: 0
    elif twin == "normal" and connection.vendor == "sqlite":
        options = settings.DATABASES["default"]["OPTIONS"]
        options["init_command"] = options["init_command"].replace("synchronous=FULL", "synchronous=NORMAL")
    elif twin == "patient":
        options = settings.DATABASES["default"]["OPTIONS"]
        for limit in ("connect_timeout", "tcp_user_timeout", "keepalives_idle"):
            options.pop(limit, None)
    serve(descriptor)


def _early(receive):
    def told(*, code, **given):
        threading.Timer(0.5, lambda: receive(code=code, **given)).start()
        return SimpleNamespace(code=code, says_the_same=True)

    return told


def _anyway(receive):
    def told(*, code, **given):
        with contextlib.suppress(Exception):
            receive(code=code, **given)
        return SimpleNamespace(code=code, says_the_same=True)

    return told


def serve(descriptor: int) -> NoReturn:
    from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
    from django.urls import reverse

    from portal.wsgi import application

    reverse("home")  # loads every view, so that no new process spends its time on it

    class Pooled(ThreadedWSGIServer):
        """A few threads that stay, each with its connection, as gunicorn's do."""

        pool = None

        def process_request(self, request: socket.socket, client_address: object) -> None:
            self.pool = self.pool or ThreadPoolExecutor(THREADS)
            self.pool.submit(self._answer, request, client_address)

        def _answer(self, request: socket.socket, client_address: object) -> None:
            try:
                self.process_request_thread(request, client_address)
            except Exception:
                traceback.print_exc()

        def _close_connections(self) -> None:
            """They are kept, for as long as the settings say."""

    class Quiet(WSGIRequestHandler):
        def log_message(self, *_said: object) -> None:
            """Says nothing."""

    def work() -> NoReturn:
        server = Pooled(("127.0.0.1", 0), Quiet, bind_and_activate=False)
        server.socket.close()
        server.socket = socket.socket(fileno=descriptor)
        server.server_name, server.server_port = server.socket.getsockname()
        server.setup_environ()
        server.set_app(application)
        server.serve_forever()
        os._exit(0)

    children = 0
    while True:
        if children < PROCESSES:
            children += 1
            if os.fork() == 0:
                work()
        else:
            os.wait()
            children -= 1


if __name__ == "__main__":
    main(int(sys.argv[1]), *sys.argv[2:])
