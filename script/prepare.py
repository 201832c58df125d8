"""Makes ready what script/server serves, in one process since each start of Django takes a second.

    python -m script.prepare

Sees that PORT is free, brings the tables and the static files up to date, and seeds what is not there.
"""

import hashlib
import os
import socket
import sys
from pathlib import Path

import django
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command


def check_port(port: str) -> None:
    """Ends the process when nothing can be served on `port` of this machine."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", int(port)))
        except (OSError, OverflowError, ValueError) as error:
            sys.exit(f"Port {port} cannot be used ({error}). Another one:  PORT=8001 script/server")


def static_state() -> str:
    """A digest that changes when any static file is added, removed or edited."""
    from django.contrib.staticfiles.finders import get_finders

    digest = hashlib.sha256()
    for finder in get_finders():
        for path, storage in finder.list([]):
            file = Path(storage.path(path)).stat()
            digest.update(f"{path} {file.st_size} {file.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def collect_static() -> None:
    """Compressing every file takes seconds, so it is done when one has changed."""
    collected, state = Path(settings.STATIC_ROOT, ".collected"), static_state()
    if collected.exists() and collected.read_text() == state:
        return
    print("Compressing style sheets, scripts and fonts", flush=True)
    call_command("collectstatic", interactive=False, verbosity=0)
    collected.write_text(state)


def prepare() -> None:
    django.setup()
    call_command("migrate", interactive=False, verbosity=0)
    if not settings.DEBUG:
        collect_static()
    call_command("seed_demo")


def main() -> None:
    check_port(os.environ["PORT"])
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    try:
        prepare()
    except (CommandError, ImproperlyConfigured) as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
