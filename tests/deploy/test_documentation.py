"""docs/running.md as it stands: its blocks are run in order, with other places and free ports."""

import os
import re
import secrets
import shutil
import socket
import subprocess
from pathlib import Path

import pytest
from django.conf import settings

from tests.deploy.served import NGINX, free_port, handing, is_open, main_file, site, static_files, wait_for

PROJECT = Path(settings.PROJECT_DIR)
TEXT = (PROJECT / "docs" / "running.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```sh\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL)
FIRST_LOOK = next(number for number, block in enumerate(BLOCKS) if "curl" in block)


def test_there_are_blocks_to_be_run():
    assert len(BLOCKS) == 6
    assert FIRST_LOOK == 5


def test_every_file_that_it_names_is_there():
    named = set(re.findall(r"`(deploy/[\w./-]+)`", TEXT)) | set(re.findall(r"\]\(([\w./]+\.md)\)", TEXT))
    assert len(named) >= 4
    missing = [
        name for name in named if not (PROJECT / name).exists() and not (PROJECT / "docs" / name).exists()
    ]
    assert missing == []


@pytest.fixture
def machine(tmp_path):
    """Directories in the place of a machine's, and a shell to give commands in."""
    if NGINX is None:
        pytest.skip("nginx is not on this machine (Debian: apt-get install nginx-light)")
    for name in ("etc/nginx/sites-available", "etc/nginx/sites-enabled", "etc/systemd/system"):
        (tmp_path / name).mkdir(parents=True)
    for name in ("etc/logrotate.d", "run", "var/lib", "var/log", "var/backups", "bin"):
        (tmp_path / name).mkdir(parents=True)
    return Machine(tmp_path)


class Machine:
    def __init__(self, root):
        self.root, self.https, self.plain = root, free_port(), free_port()
        (root / "bin" / "nginx").write_text(f'#!/bin/sh\nexec {NGINX} -p {root} -c {root}/nginx.conf "$@"\n')
        (root / "bin" / "nginx").chmod(0o755)
        kept = {name: os.environ[name] for name in ("HOME", "LANG") if name in os.environ}
        self.environment = kept | {
            "PATH": f"{root}/bin:{os.environ['PATH']}",
            "ENVIRONMENT": f"{root}/etc/musharaka/environment",
            "ACCOUNT": secrets.token_hex(8),
        }

    def here(self, text):
        """A command or a file with this machine's places."""
        for place in ("/etc/", "/var/lib/musharaka", "/var/log/musharaka", "/var/backups/musharaka", "/run/"):
            text = text.replace(place, f"{self.root}{place}")
        return (
            text.replace("/srv/musharaka", str(PROJECT))
            .replace(":443", f":{self.https}")
            .replace("https://portal.example/", f"https://portal.example:{self.https}/")
        )

    def run(self, block):
        done = subprocess.run(
            ["sh", "-eu", "-c", self.here(block)],
            cwd=PROJECT,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, f"{block}\n{done.stdout[-1500:]}\n{done.stderr[-1500:]}"
        return done.stdout

    def start(self, unit):
        """What the unit starts, with the environment and the socket that systemd would give it."""
        service = (self.root / "etc/systemd/system" / unit).read_text()
        (command,) = re.findall(r"^ExecStart=(.*)$", service, re.MULTILINE)
        own = dict(
            line.split("=", 1)
            for line in (self.root / "etc/musharaka/environment").read_text().splitlines()
            if "=" in line and not line.startswith("#")
        )
        with (self.root / f"{unit}.log").open("wb") as log, self.socket_of(unit) as held:
            return subprocess.Popen(
                handing(held, self.here(command).split()),
                cwd=PROJECT,
                env=self.environment | own,
                stdout=log,
                stderr=log,
                pass_fds=[held.fileno()],
            )

    def socket_of(self, unit):
        """Where systemd listens for a service."""
        told = (self.root / "etc/systemd/system" / unit).with_suffix(".socket").read_text()
        (path,) = re.findall(r"^ListenStream=(.*)$", told, re.MULTILINE)
        held = socket.socket(socket.AF_UNIX)
        held.bind(self.here(path))
        held.listen(64)
        return held


def test_it_is_installed_started_and_looked_at_by_its_own_words(machine, request):
    root, blocks = machine.root, list(BLOCKS)
    if not request.config.getoption("full"):
        # Compressing takes a minute and more: the same files as they are.
        static_files(root / "var/lib/musharaka")
        blocks[1] = blocks[1].replace("collectstatic", "collectstatic --dry-run")
    machine.run(blocks[0])
    # "editor /etc/musharaka/environment": the places of this machine.
    path = root / "etc/musharaka/environment"
    path.write_text(machine.here(path.read_text()))
    assert not re.search(r"^SECRET_KEY=$", path.read_text(), re.MULTILINE)
    for block in blocks[1:3]:
        machine.run(block)

    main_file(root, f"{root}/etc/nginx/sites-enabled/*")
    # The ports below 1024 may be taken; the document's are put back by the links that it makes.
    target = PROJECT / "deploy/nginx/musharaka.conf"
    block = blocks[3].replace(str(target.relative_to(PROJECT)), str(root / "site.conf"))
    shutil.copytree(root / "etc/musharaka/tls", root / "etc/tls", dirs_exist_ok=True)
    (root / "log").mkdir()
    text = site(root, machine.https, machine.plain).replace(f"{root}/run/", f"{root}/run/musharaka/")
    (root / "site.conf").write_text(text)
    (root / "run/musharaka").mkdir()
    machine.run(block)
    machine.run(blocks[4])

    started = [machine.start("musharaka-web.service")]
    try:
        assert (root / "run/musharaka/web.sock").exists()
        started.append(subprocess.Popen([root / "bin/nginx", "-g", "daemon off;"], stderr=subprocess.DEVNULL))
        wait_for(lambda: is_open(machine.https))
        told = machine.run(blocks[FIRST_LOOK])
    finally:
        for process in started:
            process.terminate()
        for process in started:
            process.wait(timeout=30)
    assert '{"status": "ok"}' in told
    assert '"migrations": "ok"' in told
    assert '<html lang="ar" dir="rtl">' in told
    for line in (root / "musharaka-web.service.log").read_text().splitlines():
        assert line.startswith("{")


def test_a_new_certificate_is_put_where_nginx_looks(tmp_path):
    """As certbot calls it, and with a systemctl that writes down what it is told."""
    issued, target, programs = (tmp_path / name for name in ("issued", "tls", "bin"))
    for place in (issued, target, programs):
        place.mkdir()
    (issued / "privkey.pem").write_text("new key")
    (issued / "fullchain.pem").write_text("new chain")
    (target / "key.pem").write_text("old key")
    told = tmp_path / "told"
    (programs / "systemctl").write_text(f'#!/bin/sh\necho "$@" >{told}\n')
    (programs / "systemctl").chmod(0o755)
    own = {"PATH": f"{programs}:{os.environ['PATH']}", "RENEWED_LINEAGE": str(issued), "TLS": str(target)}
    subprocess.run([PROJECT / "deploy/certificate"], env=own, check=True, timeout=30)
    assert {path.name: path.read_text() for path in target.iterdir()} == {
        "key.pem": "new key",
        "certificate.pem": "new chain",
    }
    assert (target / "key.pem").stat().st_mode & 0o077 == 0
    assert told.read_text() == "reload nginx\n"


@pytest.mark.skipif(not shutil.which("logrotate", path="/usr/sbin:/usr/bin"), reason="logrotate is not here")
def test_logrotate_finds_no_fault(tmp_path):
    (tmp_path / "logrotate").write_text((PROJECT / "deploy/logrotate").read_text())
    (tmp_path / "logrotate").chmod(0o644)
    command = [
        "/usr/sbin/logrotate",
        "--debug",
        "--state",
        str(tmp_path / "state"),
        str(tmp_path / "logrotate"),
    ]
    told = subprocess.run(command, capture_output=True, text=True, check=False, timeout=30)
    assert "error" not in told.stderr.lower().replace("nginx-errors", "")
    assert told.returncode == 0
