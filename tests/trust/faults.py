"""What breaks beneath the portal: the current, the disk, the database server, the line to it."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import socket
import struct
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from tests.trust.serving import Database


@pytest.fixture
def root() -> None:
    """For drills with disks of their own. Skips where this is not root, or may not mount."""
    tools = ("losetup", "mkfs.ext4", "mount", "umount", "strace")
    if os.geteuid() != 0 or not all(map(shutil.which, tools)):
        pytest.skip("a disk of one's own asks for root, mount, losetup, mkfs.ext4 and strace")


def _run(*command: str | Path, **given: object) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=False, **given)
    if done.returncode:
        raise RuntimeError(f"{command[0]}: {done.stderr.strip() or done.stdout.strip()}")
    return done


@dataclass
class Disk:
    """A file system of its own."""

    place: Path
    image: Path | None = None

    def fill(self) -> None:
        """Leave no byte free; a disk that others have filled already has no room for the file itself."""
        # Unbuffered: what could not be written would be tried once more when the file is closed.
        with contextlib.suppress(OSError), (self.place / "ballast").open("ab", buffering=0) as ballast:
            for size in (65536, 1024):
                with contextlib.suppress(OSError):
                    while ballast.write(b"\0" * size):
                        pass

    def free(self) -> None:
        """Give the room back."""
        (self.place / "ballast").unlink(missing_ok=True)

    def after_a_cut(self, directory: Path) -> Path:
        """What of its bytes had reached the device: an image, to be mounted by :func:`mounted`."""
        assert self.image is not None
        cut = directory / "cut.img"
        _run("cp", "--sparse=always", self.image, cut)
        return cut


@contextlib.contextmanager
def mounted(image: Path, place: Path) -> Iterator[Path]:
    """An image's file system, which repairs itself from its own journal as after a power cut."""
    place.mkdir(exist_ok=True)
    _run("mount", "-o", "loop", image, place)
    try:
        yield place
    finally:
        _unmount(place)


@contextlib.contextmanager
def image_disk(directory: Path, megabytes: int) -> Iterator[Disk]:
    """An ext4 file system in a file, of which only what was synced is sure to be in the file."""
    image = directory / "disk.img"
    with image.open("wb") as made:
        made.truncate(megabytes * 2**20)
    _run("mkfs.ext4", "-q", "-F", image)
    with mounted(image, directory / "disk") as place:
        yield Disk(place, image)


@contextlib.contextmanager
def small_disk(directory: Path, kilobytes: int) -> Iterator[Disk]:
    """A file system in memory with little room."""
    place = directory / "small"
    place.mkdir()
    _run("mount", "-t", "tmpfs", "-o", f"size={kilobytes}k", "tmpfs", place)
    try:
        yield Disk(place)
    finally:
        _unmount(place)


def _unmount(place: Path) -> None:
    for _ in range(50):
        if subprocess.run(["umount", str(place)], capture_output=True, check=False).returncode == 0:
            return
        time.sleep(0.1)  # until the last process there has ended
    _run("umount", "-l", place)


# --- PostgreSQL ----------------------------------------------------------------------------------


def _programs() -> Path:
    """The directory of the newest server programs on this machine."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    return found[-1].parent if found else Path(shutil.which("initdb") or "").resolve().parent


@dataclass
class Cluster:
    """A PostgreSQL of the test's own that means to keep what it says: with fsync."""

    data: Path
    socket_directory: Path
    port: int
    options: str = ""
    host: str = "127.0.0.1"
    prefix: tuple[str, ...] = ()
    """What its processes run under."""
    log: Path = field(init=False)

    def __post_init__(self) -> None:
        self.log = self.socket_directory / f"log-{self.data.parent.name}"

    @property
    def url(self) -> str:
        return f"postgres://portal@{self.host}:{self.port}/portal"

    def _control(self, *arguments: str) -> None:
        control = (str(_programs() / "pg_ctl"), "-D", str(self.data), "-w", "-t", "60", "-s")
        as_server(*control, *arguments, prefix=self.prefix)

    def start(self) -> None:
        given = (
            f"-k {self.socket_directory} -p {self.port} -c listen_addresses={self.host}"
            f" -c max_connections=60 -c shared_buffers=16MB {self.options}"
        )
        self._control("-l", str(self.log), "-o", given, "start")

    def stop(self, how: str = "fast") -> None:
        self._control("-m", how, "stop")

    @property
    def processes(self) -> list[int]:
        head = int((self.data / "postmaster.pid").read_text().split()[0])
        children = Path(f"/proc/{head}/task/{head}/children").read_text().split()
        return [head, *map(int, children)]

    def signal(self, number: int) -> None:
        for pid in self.processes:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, number)


def as_server(*command: str, prefix: tuple[str, ...] = ()) -> None:
    """Run a program of PostgreSQL, which refuses to be root."""
    account = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    # Its output goes to a file: the server that it starts would hold a pipe open.
    with tempfile.TemporaryFile("w+") as said:
        whole = [*prefix, *account, *command]
        done = subprocess.run(whole, cwd="/", stdout=said, stderr=said, text=True, check=False)
        said.seek(0)
        told = said.read().strip()
    if done.returncode:
        raise RuntimeError(f"{command[0]}: {told}")


def for_server(directory: Path) -> Path:
    """A directory that belongs to the account of the server and that it can reach."""
    directory.mkdir(exist_ok=True)
    if os.geteuid() == 0:
        shutil.chown(directory, "postgres")
        for parent in directory.parents:
            if parent.stat().st_uid == 0 and not parent.stat().st_mode & 0o001 and parent != Path("/"):
                parent.chmod(parent.stat().st_mode | 0o011)
    return directory


def prepared_cluster(directory: Path) -> Path:
    """The home of a stopped cluster that holds what the test has made in its own database."""
    home = for_server(directory / "prepared")
    made = ["-U", "portal", "--auth=trust", "-E", "UTF8", "--locale=C.UTF-8", "--wal-segsize=1"]
    as_server(str(_programs() / "initdb"), "-D", str(home / "data"), "--no-sync", *made)
    with (home / "data" / "pg_hba.conf").open("a") as rights:
        rights.write("host all all all trust\n")
    one = Cluster(home / "data", for_server(directory / "sockets"), free_port(), "-c fsync=off")
    one.start()
    fill_from_test(one)
    one.stop()
    return home


@contextlib.contextmanager
def cluster(place: Path, directory: Path, prepared: Path, **given: Any) -> Iterator[Cluster]:
    """A running cluster below ``place``, made after a prepared one."""
    home = for_server(place / "cluster")
    _run("cp", "-a", prepared / "data", home)
    one = Cluster(home / "data", for_server(directory / "sockets"), free_port(), **given)
    one.start()
    try:
        yield one
    finally:
        with contextlib.suppress(RuntimeError):
            one.stop("immediate")


def fill_from_test(one: Cluster) -> None:
    """Copy the test's own database, with what it has committed, into a cluster."""
    own = connection.settings_dict
    place = [
        "-h",
        own["HOST"],
        "-U",
        own["USER"] or "portal",
        *(["-p", str(own["PORT"])] if own["PORT"] else []),
    ]
    target = ["-h", str(one.socket_directory), "-p", str(one.port), "-U", "portal"]
    programs = _programs()
    _run(programs / "createdb", *target, "portal")
    with subprocess.Popen([programs / "pg_dump", *place, own["NAME"]], stdout=subprocess.PIPE) as dump:
        _run(programs / "psql", "-q", "-v", "ON_ERROR_STOP=1", *target, "portal", stdin=dump.stdout)
    assert Database(one.url).ask("SELECT COUNT(*) FROM django_migrations") != [(0,)]


@dataclass
class Network:
    """Another network, reached by a cable that can be dead without anybody being told."""

    name: str
    near: str = "10.98.7.1"
    host: str = "10.98.7.2"

    def _within(self, *command: str) -> None:
        _run("ip", "netns", "exec", self.name, "ip", *command)

    def lay(self) -> None:
        _run("ip", "netns", "add", self.name)
        _run("ip", "link", "add", f"{self.name}-a", "type", "veth", "peer", "name", f"{self.name}-b")
        _run("ip", "link", "set", f"{self.name}-b", "netns", self.name)
        _run("ip", "addr", "add", f"{self.near}/30", "dev", f"{self.name}-a")
        _run("ip", "link", "set", f"{self.name}-a", "up")
        self._within("link", "set", f"{self.name}-b", "up")
        self._within("link", "set", "lo", "up")
        self.flow()

    def swallow(self) -> None:
        """From now on nothing arrives, and nothing comes back that says so."""
        _run("ip", "neigh", "replace", self.host, "lladdr", "02:00:00:00:00:01", "dev", f"{self.name}-a")
        self._within("addr", "del", f"{self.host}/30", "dev", f"{self.name}-b")

    def flow(self) -> None:
        self._within("addr", "add", f"{self.host}/30", "dev", f"{self.name}-b")
        forget = ["ip", "neigh", "del", self.host, "dev", f"{self.name}-a"]
        subprocess.run(forget, capture_output=True, check=False)

    @property
    def prefix(self) -> tuple[str, ...]:
        return ("ip", "netns", "exec", self.name)


@contextlib.contextmanager
def network() -> Iterator[Network]:
    one = Network(f"t{os.getpid()}")
    one.lay()
    try:
        yield one
    finally:
        for command in (["ip", "netns", "del", one.name], ["ip", "link", "del", f"{one.name}-a"]):
            subprocess.run(command, capture_output=True, check=False)


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return found.getsockname()[1]


# --- the line between the portal and PostgreSQL --------------------------------------------------


class Line:
    """A line to a server that can be cut: every connection is reset."""

    def __init__(self, target: str) -> None:
        self.target, self.is_open = target, True
        self._pairs: list[tuple[socket.socket, socket.socket]] = []
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = self._listening.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        while self.is_open:
            with contextlib.suppress(OSError):
                near, _ = self._listening.accept()
                far = socket.socket(socket.AF_UNIX)
                far.connect(self.target)
                self._pairs.append((near, far))
                for one, other in ((near, far), (far, near)):
                    threading.Thread(target=self._carry, args=(one, other), daemon=True).start()

    def _carry(self, one: socket.socket, other: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while sent := one.recv(65536):
                other.sendall(sent)
        for end in (one, other):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def reset(self) -> int:
        """Cut every connection at once; return how many."""
        pairs, self._pairs = self._pairs, []
        for pair in pairs:
            for end in pair:
                with contextlib.suppress(OSError):
                    end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                    end.close()
        return len(pairs)

    def close(self) -> None:
        self.is_open = False
        self._listening.close()
        self.reset()


@contextlib.contextmanager
def line_to(one: Cluster) -> Iterator[Line]:
    line = Line(f"{one.socket_directory}/.s.PGSQL.{one.port}")
    try:
        yield line
    finally:
        line.close()


def seconds_until(is_so: Callable[[], bool], most: float = 30) -> float:
    """How long it took; ``most`` where it did not become so."""
    began = time.monotonic()
    while time.monotonic() - began < most:
        with contextlib.suppress(OSError):
            if is_so():
                return time.monotonic() - began
        time.sleep(0.02)
    return most


@contextlib.contextmanager
def standing_still(*signalled: Callable[[int], None]) -> Iterator[None]:
    """Within, none of these processes does anything."""
    for one in signalled:
        one(signal.SIGSTOP)
    try:
        yield
    finally:
        for one in signalled:
            one(signal.SIGCONT)
