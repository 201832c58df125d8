"""Run by ``test_contribution_server`` in a process of its own, on the database of the portal it tests.

``prepare N`` makes an open consultation and writes as JSON its address and N tokens of forms that were shown
a while ago; ``serve N`` answers at the socket with descriptor N by two processes, and replaces one that was
killed at once, where gunicorn would take a second; ``state`` writes what is stored.
"""

from __future__ import annotations

import datetime
import json
import os
import socket
import sys
from typing import NoReturn

import django

PROCESSES = 2


def main(command: str, number: int) -> None:
    django.setup()
    if command == "serve":
        serve(number)
    sys.stdout.write(json.dumps(prepare(number) if command == "prepare" else state()))


def serve(descriptor: int) -> NoReturn:
    from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
    from django.urls import reverse

    from portal.wsgi import application

    reverse("home")  # loads every view, so that no new process spends its time on it

    class Quiet(WSGIRequestHandler):
        def log_message(self, *_said: object) -> None:
            """Says nothing."""

    def work() -> NoReturn:
        server = ThreadedWSGIServer(("127.0.0.1", 0), Quiet, bind_and_activate=False)
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


def prepare(count: int) -> dict:
    import time_machine
    from django.core.management import call_command
    from django.utils import timezone

    from consultations import tokens
    from tests.consultations.contribution_posts import form_address
    from tests.consultations.participation import ConsultationFactory
    from tests.factories import MunicipalityFactory

    call_command("migrate", verbosity=0)
    consultation = ConsultationFactory(open=True, municipality=MunicipalityFactory(tunisian=True))
    with time_machine.travel(timezone.now() - datetime.timedelta(minutes=1)):
        shown = [tokens.issue(consultation.pk) for _ in range(count)]
    return {"address": form_address(consultation), "tokens": shown}


def state() -> dict:
    from django.db import connection

    from consultations.models import Consultation, Contribution

    whole = "ok"
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA integrity_check")
            whole = cursor.fetchone()[0]
    rows = Contribution.objects.order_by("number").values_list("number", "text", "receipt_hash")
    return {"whole": whole, "rows": list(rows), "last": Consultation.objects.get().last_number}


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
