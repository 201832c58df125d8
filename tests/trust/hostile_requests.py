"""Requests full of words that no log may hold, and views that fail over them."""

from __future__ import annotations

import logging
import random
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import IntegrityError
from django.test import Client

from portal.logs import JsonLines, WithoutSecrets

FORGERIES = [
    '\r\n{"level": "critical", "message": "forged"}',
    '\n{"status": 200}',
    "\u2028{}",
    "\x85{}",
    "\x1b[2J",
    "\ud800",
    '", "role": "platform", "x": "',
]
PLACES = [
    *("/ar/m/{}/", "/fr/{}/", "/ar/follow/{}/", "/fr/follow/{}/received/", "/ar/verify/{}/", "/{}"),
    *("/ar/m/nefta/programs/{}/", "/ar/subscriptions/{}/stop/", "/fr/?q={}", "/ar/m/nefta/?x={}"),
    *("/ar/m/{}/staff/", "/ar/m/nefta/staff/?responsible={}", "/admin/{}/", "/healthz?{}"),
]


class Lines(logging.Handler):
    """What would be written, line by line, as the handlers of the settings write it."""

    def __init__(self, formatter: logging.Formatter | None = None) -> None:
        super().__init__()
        self.setFormatter(formatter or JsonLines())
        self.addFilter(WithoutSecrets())
        self.written: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.written.append(self.format(record))

    def hits(self, words: list[str]) -> int:
        """How many of the words stand in any line."""
        text = "\n".join(self.written)
        return sum(word in text for word in words)

    def lines(self) -> list[str]:
        """As a reader of the file counts them."""
        return [line for text in self.written for line in text.splitlines()]


@contextmanager
def listening(*handlers: Lines) -> Iterator[None]:
    root, requests = logging.getLogger(), logging.getLogger("django.request")
    others = root.handlers[:]
    usual = requests.level
    for handler in others:
        root.removeHandler(handler)
    for handler in handlers:
        root.addHandler(handler)
    try:
        yield
    finally:
        requests.setLevel(usual)
        for handler in handlers:
            root.removeHandler(handler)
        for handler in others:
            root.addHandler(handler)


class Hostile:
    """Asks with one canary or forgery in every place that a request has."""

    def __init__(self, canaries: list[str], clients: list[Client]) -> None:
        self.canaries, self.clients = canaries, clients
        self.dice = random.Random(7)

    def ask(self, number: int) -> int:
        """One request; its status."""
        canary = self.canaries[number % len(self.canaries)]
        forgery = FORGERIES[number % len(FORGERIES)]
        client = self.clients[number % len(self.clients)]
        path = PLACES[number % len(PLACES)].format(canary)
        said: dict[str, Any] = {
            "HTTP_USER_AGENT": canary + forgery,
            "HTTP_REFERER": f"https://{canary}.example/{forgery}",
            "HTTP_X_FORWARDED_FOR": f"{canary}, 198.51.100.7",
            "HTTP_X_REQUEST_ID": canary + forgery,
            "HTTP_ACCEPT_LANGUAGE": canary,
            "HTTP_COOKIE": f"canary={canary}",
            "REMOTE_ADDR": "203.0.113.9",
        }
        if number % 11 == 0:
            said["HTTP_HOST"] = f"{canary}.example"
        if number % 5 == 0:
            return client.post(path, {"text": canary, "email": f"{canary}@nefta.example"}, **said).status_code
        if number % 17 == 0:
            return client.generic(canary[:20].upper(), path, **said).status_code
        if number % 3 == 0:
            path = f"{path}{'&' if '?' in path else '?'}z=%0d%0a{canary}"
        return client.get(path, **said).status_code


def failing(canary: str, number: int) -> None:
    """What goes wrong within a view, with people's words in it."""
    told = f"the value {canary} of {canary}@nefta.example"
    try:
        int(canary)
    except ValueError as error:
        kinds: list[Exception] = [
            ValueError(told),
            KeyError(told),
            IntegrityError(f"DETAIL: Key (email)=({told})"),
        ]
        raise kinds[number % len(kinds)] from error
