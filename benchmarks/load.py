"""Asking for a page again and again: with wrk where it is installed, else with a few threads."""

from __future__ import annotations

import http.client
import itertools
import re
import shutil
import subprocess
import threading
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

CONNECTIONS = 8
HOST = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Load:
    requests: int
    seconds: float

    @property
    def per_second(self) -> float:
        return self.requests / self.seconds


class UnexpectedAnswerError(Exception):
    """The server answered with another status than the one to be measured."""


def generator() -> str:
    """What makes the load on this machine, for the report."""
    return "wrk" if shutil.which("wrk") else "Python threads"


def put_load(port: int, path: str, seconds: float, headers: dict[str, str], status: int) -> Load:
    """Ask for ``path`` over 8 connections that stay open, as fast as answers come.

    Raises:
        UnexpectedAnswerError: some answer had another status.
    """
    answered = ask(port, path, headers)
    if answered.status != status:
        raise UnexpectedAnswerError(f"{path}: {answered.status} instead of {status}")
    if shutil.which("wrk"):
        return _with_wrk(port, path, seconds, headers)
    return _with_threads(port, itertools.repeat(path), seconds, headers)


def put_new_load(port: int, path: str, seconds: float) -> Load:
    """The same with another query string each time, so that no answer can come from a kept page."""
    return _with_threads(port, _new_addresses(path), seconds, {"Accept-Encoding": "gzip"})


def _new_addresses(path: str) -> Iterator[str]:
    """An endless supply; threads may share it, since no Python code runs inside."""
    return map((path + "?n={}").format, itertools.count(time.monotonic_ns()))


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    etag: str


def ask(port: int, path: str, headers: dict[str, str]) -> Answer:
    """One request on a connection of its own."""
    connection = http.client.HTTPConnection(HOST, port, timeout=60)
    try:
        connection.request("GET", path, headers=headers)
        response = connection.getresponse()
        response.read()
        return Answer(response.status, response.headers.get("ETag", ""))
    finally:
        connection.close()


def _with_wrk(port: int, path: str, seconds: float, headers: dict[str, str]) -> Load:
    lines = [part for name, value in headers.items() for part in ("-H", f"{name}: {value}")]
    command = [
        "wrk",
        "-t1",
        f"-c{CONNECTIONS}",
        f"-d{max(1, round(seconds))}s",
        *lines,
        f"http://{HOST}:{port}{path}",
    ]
    return read_wrk(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def read_wrk(report: str) -> Load:
    """The figures in what wrk prints: ``8125 requests in 4.00s, 9.53MB read``.

    Raises:
        UnexpectedAnswerError: wrk counted errors or answers of status 400 and more.
    """
    if "Non-2xx" in report or "Socket errors" in report:
        raise UnexpectedAnswerError(report)
    found = re.search(r"(\d+) requests in ([\d.]+)(m?s)", report)
    if not found:
        raise UnexpectedAnswerError(report)
    return Load(int(found[1]), float(found[2]) / (1000 if found[3] == "ms" else 1))


def _with_threads(port: int, paths: Iterable[str], seconds: float, headers: dict[str, str]) -> Load:
    addresses = iter(paths)
    counts: list[int] = []
    start = time.monotonic()

    def reader() -> None:
        counts.append(_ask_until(start + seconds, port, addresses, headers))

    threads = [threading.Thread(target=reader) for _ in range(CONNECTIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return Load(sum(counts), time.monotonic() - start)


def _ask_until(end: float, port: int, addresses: Iterator[str], headers: dict[str, str]) -> int:
    connection = http.client.HTTPConnection(HOST, port, timeout=60)
    asked = 0
    while time.monotonic() < end:
        try:
            connection.request("GET", next(addresses), headers=headers)
            connection.getresponse().read()
        except (http.client.RemoteDisconnected, ConnectionError):
            connection.close()  # the server closed a connection that was kept open; the next one opens anew
            continue
        asked += 1
    connection.close()
    return asked
