"""A portal as deploy/ has it served: processes and a database of its own, free ports of this machine."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import random
import secrets
import shutil
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg2
import pytest
from django.conf import settings
from django.db import connection

PROJECT = Path(settings.PROJECT_DIR)
HOST = "portal.example"
START = 40
"""Seconds; a busy machine takes half of them."""
NGINX = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin:/usr/local/sbin")


def free_port() -> int:
    """A port below those that this machine gives to whoever connects: nobody takes it meanwhile."""
    for port in random.SystemRandom().sample(range(20_000, 32_000), 100):
        with contextlib.suppress(OSError), socket.socket() as probe:
            probe.bind(("127.0.0.1", port))
            return port
    raise RuntimeError("no port is free")


# A database with every table, and what the test has put into it


@contextlib.contextmanager
def copied_database(place: Path) -> Iterator[str]:
    """The address of a copy of this test's database; the test's own connection is closed for it."""
    if connection.vendor == "sqlite":
        path = place / "portal.sqlite3"
        with connection.cursor() as cursor:
            cursor.execute("VACUUM INTO %s", [str(path)])
        yield f"sqlite:///{path}"
        return
    name = f"served_{secrets.token_hex(4)}"
    source = connection.settings_dict["NAME"]
    connection.close()
    _maintain(f"CREATE DATABASE {name} TEMPLATE {source}")
    try:
        yield f"{os.environ['DATABASE_URL'].rpartition('/')[0]}/{name}"
    finally:
        _maintain(f"DROP DATABASE {name} WITH (FORCE)")


def _maintain(statement: str) -> None:
    """Run a statement on no database in particular."""
    with contextlib.closing(raw_connection(connection.settings_dict | {"NAME": "postgres"})) as other:
        other.cursor().execute(statement)


def raw_connection(database: dict[str, Any]) -> Any:
    """A connection past Django, each statement for itself."""
    made = psycopg2.connect(host=database["HOST"], user=database["USER"], dbname=database["NAME"])
    made.autocommit = True
    return made


def static_files(place: Path) -> Path:
    """What collectstatic makes, without the seconds that compressing takes."""
    target = place / "static"
    shutil.copytree(PROJECT / "static", target)
    admin = Path(sys.modules["django"].__file__).parent / "contrib" / "admin" / "static"
    shutil.copytree(admin, target, dirs_exist_ok=True)
    names = [str(path.relative_to(target)) for path in target.rglob("*") if path.is_file()]
    manifest = {"paths": {name: name for name in names}, "version": "1.1", "hash": ""}
    (target / "staticfiles.json").write_text(json.dumps(manifest))
    return target


def environment(place: Path, database: str, **own: str) -> dict[str, str]:
    """Production behind a proxy: what deploy/environment.example names, with places below one directory."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    data = place / "data"
    data.mkdir(exist_ok=True)
    return kept | {
        "DJANGO_SETTINGS_MODULE": "portal.settings",
        "SECRET_KEY": secrets.token_urlsafe(50),
        "ALLOWED_HOSTS": f"{HOST},127.0.0.1",
        "SITE_URL": f"https://{HOST}",
        "DATABASE_URL": database,
        "DATA_DIR": str(data),
        "STATIC_ROOT": str(static_files(place)),
        "TRUSTED_PROXIES": "1",
        "EMAIL_URL": "dummymail://",
        "PYTHONPATH": str(PROJECT),
        **own,
    }


# Processes


@dataclass
class Served:
    """A server that runs, and where it is reached."""

    process: subprocess.Popen[bytes]
    port: int
    log: Path
    headers: dict[str, str] = field(default_factory=lambda: {"Host": HOST, "X-Forwarded-Proto": "https"})

    def get(self, path: str, *, timeout: float = 10, source: str = "127.0.0.1", **headers: str) -> Answer:
        """Ask once, over a connection of its own."""
        asked = http.client.HTTPConnection(
            "127.0.0.1", self.port, timeout=timeout, source_address=(source, 0)
        )
        return answer_of(asked, path, self.headers | headers)

    def processes(self) -> list[int]:
        """The numbers of those that answer, without the one that minds them."""
        listed = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text()
        return [int(number) for number in listed.split()]

    def resident(self) -> int:
        """Bytes of memory that all of them hold, what they share counted once for each."""
        pages = [
            Path(f"/proc/{pid}/statm").read_text().split() for pid in [self.process.pid, *self.processes()]
        ]
        return sum(int(resident) for _, resident, *_ in pages) * os.sysconf("SC_PAGE_SIZE")


@dataclass
class Answer:
    status: int
    headers: http.client.HTTPMessage
    body: bytes
    seconds: float


def answer_of(asked: http.client.HTTPConnection, path: str, headers: dict[str, str]) -> Answer:
    started = time.monotonic()
    try:
        asked.request("GET", path, headers=headers)
        response = asked.getresponse()
        body = response.read()
    finally:
        asked.close()
    return Answer(response.status, response.headers, body, time.monotonic() - started)


@contextlib.contextmanager
def serving(
    place: Path,
    variables: dict[str, str],
    *arguments: str,
    config: bool = True,
    bind: str = "",
    handed: socket.socket | None = None,
) -> Iterator[Served]:
    """gunicorn with the configuration of deploy/, or with none; gone afterwards with all that it started.

    Args:
        handed: a socket that somebody else listens at, as systemd does.
    """
    port = handed.getsockname()[1] if handed else free_port()
    command = [sys.executable, "-m", "gunicorn", variables.get("WSGI", "portal.wsgi")]
    command += [] if handed else ["--bind", bind or f"127.0.0.1:{port}"]
    command += [*arguments, *(["--config", "deploy/gunicorn.conf.py"] if config else ["--no-control-socket"])]
    command = handing(handed, command) if handed else command
    log = place / f"server-{port}.log"
    with log.open("wb") as written:
        process = subprocess.Popen(
            command,
            cwd=PROJECT,
            env=variables,
            stdout=written,
            stderr=written,
            start_new_session=True,
            pass_fds=[handed.fileno()] if handed else [],
        )
        try:
            served = Served(process, port, log)
            wait_for(lambda: _is_up(served, bind), log)
            yield served
        finally:
            process.terminate()
            try:
                process.wait(timeout=20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(timeout=10)


def handing(handed: socket.socket, command: list[str]) -> list[str]:
    """The command, given the socket in the way of sd_listen_fds(3); the socket's number must be passed on."""
    code = (
        "import os, sys; os.dup2(int(sys.argv[1]), 3);"
        " os.environ.update(LISTEN_FDS='1', LISTEN_PID=str(os.getpid())); os.execv(sys.argv[2], sys.argv[2:])"
    )
    return [sys.executable, "-c", code, str(handed.fileno()), *command]


def _is_up(served: Served, bind: str) -> bool:
    if served.process.poll() is not None:
        raise RuntimeError(served.log.read_text()[-2000:])
    if bind.startswith("unix:"):
        return Path(bind.removeprefix("unix:")).exists()
    try:
        return served.get("/healthz", timeout=5).status == 200
    except (OSError, http.client.HTTPException):
        return False


def wait_for(is_there: Any, log: Path | None = None, seconds: float = START) -> None:
    """Until it is. Raises ``TimeoutError`` with what was written meanwhile."""
    until = time.monotonic() + seconds
    while not is_there():
        if time.monotonic() > until:
            raise TimeoutError(log.read_text()[-2000:] if log else "")
        time.sleep(0.05)


# nginx


@dataclass
class Proxied:
    """nginx with the site of deploy/, below one directory and on free ports."""

    https: int
    http: int
    place: Path

    def get(self, path: str, *, timeout: float = 10, source: str = "127.0.0.1", **headers: str) -> Answer:
        asked = http.client.HTTPSConnection(
            "127.0.0.1", self.https, timeout=timeout, context=trusting(), source_address=(source, 0)
        )
        return answer_of(asked, path, {"Host": HOST, **headers})

    def plain(self, path: str) -> Answer:
        asked = http.client.HTTPConnection("127.0.0.1", self.http, timeout=10)
        return answer_of(asked, path, {"Host": HOST})

    def lines(self) -> list[str]:
        return (self.place / "log" / "nginx.log").read_text().splitlines()


def trusting() -> ssl.SSLContext:
    """A client that takes any certificate."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def site(place: Path, https: int, plain: int, **replaced: str) -> str:
    """deploy/nginx/musharaka.conf with other places and ports, and nothing else changed."""
    text = (PROJECT / "deploy" / "nginx" / "musharaka.conf").read_text()
    changes = {
        "    listen [::]:80;\n": "",
        "    listen [::]:443 ssl http2;\n": "",
        "listen 80;": f"listen 127.0.0.1:{plain};",
        "listen 443 ssl http2;": f"listen 127.0.0.1:{https} ssl http2;",
        "/run/musharaka/": f"{place}/run/",
        "/etc/musharaka/": f"{place}/etc/",
        "/var/log/musharaka/": f"{place}/log/",
        "/srv/musharaka/": f"{PROJECT}/",
        **replaced,
    }
    for old, new in changes.items():
        assert old in text, old
        text = text.replace(old, new)
    return text


def certificate(place: Path) -> None:
    """One that nobody trusts, as docs/running.md makes it."""
    tls = place / "etc" / "tls"
    tls.mkdir(parents=True, exist_ok=True)
    command = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-days",
        "2",
        "-subj",
        f"/CN={HOST}",
    ]
    command += ["-addext", f"subjectAltName=DNS:{HOST}", "-keyout", str(tls / "key.pem")]
    subprocess.run([*command, "-out", str(tls / "certificate.pem")], check=True, capture_output=True)


def main_file(place: Path, sites: str) -> Path:
    """What Debian's nginx.conf does, as far as the site needs it."""
    path = place / "nginx.conf"
    user = "user root;\n" if os.getuid() == 0 else ""
    temporary = " ".join(
        f"{kind}_temp_path {place}/tmp-{kind};"
        for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    path.write_text(
        f"{user}pid {place}/nginx.pid;\nworker_processes 2;\nworker_rlimit_nofile 8192;\nerror_log stderr;\n"
        f"events {{ worker_connections 4096; }}\nhttp {{\n{temporary}\naccess_log off;\n"
        f"types {{ text/html html; text/css css; }}\ninclude {sites};\n}}\n"
    )
    return path


@contextlib.contextmanager
def proxying(place: Path, **replaced: str) -> Iterator[Proxied]:
    """Skips the test where there is no nginx."""
    if NGINX is None:
        pytest.skip("nginx is not on this machine (Debian: apt-get install nginx-light)")
    https, plain = free_port(), free_port()
    for name in ("run", "log"):
        (place / name).mkdir(exist_ok=True)
    certificate(place)
    (place / "site.conf").write_text(site(place, https, plain, **replaced))
    command = [NGINX, "-p", str(place), "-c", str(main_file(place, f"{place}/site.conf"))]
    log = place / "nginx.out"
    with log.open("wb") as written:
        process = subprocess.Popen([*command, "-g", "daemon off;"], stdout=written, stderr=written)
        try:
            wait_for(lambda: _is_open(https, process, log), log)
            yield Proxied(https, plain, place)
        finally:
            process.terminate()
            process.wait(timeout=20)


def _is_open(port: int, process: subprocess.Popen[bytes], log: Path) -> bool:
    if process.poll() is not None:
        raise RuntimeError(log.read_text())
    return is_open(port)


def is_open(port: int) -> bool:
    """Whether anybody listens there."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
